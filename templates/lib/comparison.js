/** A day so far beside other days up to the same time of day. */

import { amount } from "./data.js";
import { change, ENOUGH } from "./statistics.js";
import { DAY } from "./time.js";

/** @typedef {import("./data.js").Both} Both */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./time.js").Zone} Zone */

/**
 * The amounts of today and of another day, or of a mean day, from midnight to `by`, a whole hour.
 * `change` is the difference as a share of theirs, null if either is not above zero.
 *
 * @typedef {{ by: number, ours: number, theirs: number, days: number, change: number | null }} Comparison
 */

/**
 * @param {Both} today
 * @param {Both} past with the days before, by the hour
 * @param {string} name a series of both
 * @param {number[]} ago how many days ago the others were
 * @returns {Comparison | null} null if less than 90 % is known of today, or of each other day
 */
export function compared(today, past, name, ago) {
  const { doc, grid } = today;
  const { zone, series } = doc;
  const day = doc.day ?? 0;
  const until = series.get(name)?.until ?? 0;
  const ends = [...zone.hours(day), zone.start(day + 1)].slice(1).filter((end) => end <= until);
  for (const by of ends.reverse()) {
    const others = ago.flatMap((back) => sameTime(zone, day - back, by) ?? []);
    // A time that a clock change skips or repeats is no time to compare by.
    if (!others.length || zone.twice(by)) continue;
    const ours = known(grid, name, zone.start(day), by);
    const theirs = others.flatMap(({ from, to }) => known(past.grid, name, from, to) ?? []);
    if (ours === null || !theirs.length) return null;
    const mean = theirs.reduce((sum, value) => sum + value, 0) / theirs.length;
    return { by, ours, theirs: mean, days: theirs.length, change: change(ours, mean) };
  }
  return null;
}

/**
 * @param {Zone} zone
 * @param {number} day
 * @param {number} by an instant of another day, or its end
 * @returns {{ from: number, to: number } | null} the day up to that local time; null if it has no such time
 */
function sameTime(zone, day, by) {
  const from = zone.start(day);
  const end = zone.start(day + 1);
  const clock = zone.local(by) % DAY;
  const to = clock === 0 ? end : zone.hours(day).find((at) => zone.local(at) % DAY === clock);
  return to === undefined || to <= from ? null : { from, to };
}

/** @param {Grid} grid @param {string} name @param {number} from @param {number} to @returns {number | null} the amount of a span, if enough of it is known */
function known({ edges, columns }, name, from, to) {
  let time = 0;
  let total = 0;
  columns.get(name)?.forEach((value, i) => {
    if (!value || edges[i] < from || edges[i + 1] > to) return;
    time += value.coverage * (edges[i + 1] - edges[i]);
    total += amount(value) ?? 0;
  });
  return time >= ENOUGH * (to - from) ? total : null;
}
