/** Sums, means and extremes over a window's buckets; of unknown time nothing is assumed. */

import { amount } from "./data.js";
import { HOUR } from "./time.js";

/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Value} Value */

/**
 * `total` is in kWh or a counter's unit; `mean` is weighted by known time; `known` is the share of the
 * time until the series' `until`.
 *
 * @typedef {{ total: number | null, mean: number | null,
 *   min: { value: number, at: number } | null, max: { value: number, at: number } | null,
 *   known: number | null, seconds: number }} Summary
 */

/**
 * @param {Grid} grid
 * @param {string | null} name
 * @param {number} until
 * @param {number} [from]
 * @returns {Summary}
 */
export function summary({ edges, from: start, columns }, name, until, from = start) {
  /** @type {Summary} */
  const found = { total: null, mean: null, min: null, max: null, known: null, seconds: 0 };
  let weighted = 0;
  let measured = 0;
  const column = (name !== null && columns.get(name)) || [];
  column.forEach((value, i) => {
    if (!value || edges[i] < from) return;
    const time = value.coverage * (edges[i + 1] - edges[i]);
    found.seconds += time / 1000;
    const added = amount(value);
    if (added !== null) found.total = (found.total ?? 0) + added;
    if (value.mean !== undefined) {
      weighted += value.mean * time;
      measured += time;
    }
    if (value.min !== undefined && !(found.min && found.min.value <= value.min)) {
      found.min = { value: value.min, at: edges[i] };
    }
    if (value.max !== undefined && !(found.max && found.max.value >= value.max)) {
      found.max = { value: value.max, at: edges[i] };
    }
  });
  if (measured) found.mean = weighted / measured;
  const asked = (Math.min(until, edges[edges.length - 1]) - from) / 1000;
  if (asked > 0 && column.length) found.known = Math.min(1, found.seconds / asked);
  return found;
}

/** An hour, or a day, of which less is known is not compared. */
export const WHOLE = 0.999;

/**
 * The amounts of a day's whole hours that are wholly known, by local time; an hour that comes twice is
 * two hours.
 *
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {string} name
 * @param {number} day
 * @returns {Map<string, number>}
 */
export function hoursOf({ zone, series }, { edges, columns }, name, day) {
  const column = columns.get(name) ?? [];
  const until = series.get(name)?.until ?? 0;
  const starts = [...zone.hours(day), zone.start(day + 1)];
  /** @type {Map<string, number>} */
  const hours = new Map();
  let i = edges.findIndex((edge) => edge >= starts[0]);
  for (let h = 0; h + 1 < starts.length; h++) {
    const label = new Date(zone.local(starts[h])).toISOString().slice(11, 16);
    let known = 0;
    let sum = 0;
    for (; i >= 0 && i < column.length && edges[i] < starts[h + 1]; i++) {
      known += (column[i]?.coverage ?? 0) * (edges[i + 1] - edges[i]);
      sum += amount(column[i]) ?? 0;
    }
    if (starts[h + 1] <= until && known >= WHOLE * (starts[h + 1] - starts[h])) {
      hours.set([...hours.keys()].some((key) => key === label) ? `${label} again` : label, sum);
    }
  }
  return hours;
}

/**
 * What two days, or a day and a mean day, took in the hours that both know.
 *
 * @typedef {{ ours: number, theirs: number, hours: number, change: number | null }} Comparison
 */

/**
 * @param {Map<string, number>} ours
 * @param {Map<string, number>[]} others one day, or those whose mean day it is
 * @returns {Comparison | null} null where no hour can be compared
 */
export function compareHours(ours, others) {
  const found = { ours: 0, theirs: 0, hours: 0 };
  for (const [label, value] of ours) {
    const values = others.flatMap((day) => day.get(label) ?? []);
    if (!values.length) continue;
    found.ours += value;
    found.theirs += values.reduce((sum, other) => sum + other, 0) / values.length;
    found.hours += 1;
  }
  return found.hours ? { ...found, change: change(found.ours, found.theirs) } : null;
}

/** @param {number | null} ours @param {number | null} theirs @returns {number | null} as a share of theirs */
export const change = (ours, theirs) =>
  ours === null || theirs === null || theirs <= 0 ? null : ours / theirs - 1;

/**
 * A window's days; each has its `total`, its known share, and its means and extremes.
 *
 * @typedef {{ day: number, start: number, end: number, total: number | null, coverage: number,
 *   mean: number | null, min: number | null, max: number | null }} Day
 */

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {string | null} name
 * @returns {Day[]}
 */
export function daysOf({ zone }, { edges, columns }, name) {
  /** @type {Day[]} */
  const days = [];
  const column = (name !== null && columns.get(name)) || [];
  let known = 0;
  let weighted = 0;
  let measured = 0;
  for (let i = 0; i + 1 < edges.length; i++) {
    let day = days[days.length - 1];
    if (!day || edges[i] >= day.end) {
      const number = zone.day(edges[i]);
      day = {
        day: number,
        start: edges[i],
        end: zone.start(number + 1),
        total: null,
        coverage: 0,
        mean: null,
        min: null,
        max: null,
      };
      days.push(day);
      known = weighted = measured = 0;
    }
    const value = column[i];
    if (!value) continue;
    const time = value.coverage * (edges[i + 1] - edges[i]);
    known += time;
    day.coverage = Math.min(1, known / (day.end - day.start));
    const added = amount(value);
    if (added !== null) day.total = (day.total ?? 0) + added;
    if (value.mean !== undefined) {
      weighted += value.mean * time;
      measured += time;
      if (measured) day.mean = weighted / measured;
    }
    if (value.min !== undefined) day.min = Math.min(day.min ?? Infinity, value.min);
    if (value.max !== undefined) day.max = Math.max(day.max ?? -Infinity, value.max);
  }
  return days;
}

/**
 * @param {Day[]} days
 * @returns {{ total: number | null, perDay: number | null, known: number, days: number }} `perDay` is
 *   the total over the known time, in days of 24 hours; `days` how many have a total
 */
export function totals(days) {
  const there = days.filter((day) => day.total !== null);
  const time = there.reduce((sum, day) => sum + day.coverage * (day.end - day.start), 0);
  const total = there.length ? there.reduce((sum, day) => sum + (day.total ?? 0), 0) : null;
  const span = days.reduce((sum, day) => sum + day.end - day.start, 0);
  return {
    total,
    perDay: total !== null && time ? (total / time) * 24 * HOUR : null,
    known: span ? time / span : 0,
    days: there.length,
  };
}

/**
 * @param {Day[]} days
 * @returns {{ lowest: Day | null, highest: Day | null }} of the days that are wholly known
 */
export function extremes(days) {
  /** @type {Day | null} */
  let lowest = null;
  /** @type {Day | null} */
  let highest = null;
  for (const day of days) {
    if (day.total === null || day.coverage < WHOLE) continue;
    if (lowest?.total == null || day.total < lowest.total) lowest = day;
    if (highest?.total == null || day.total > highest.total) highest = day;
  }
  return { lowest, highest };
}

/**
 * @param {Day[]} days
 * @returns {{ weekday: number, mean: number | null, days: number }[]} from Monday (1), of the days that
 *   are wholly known
 */
export function weekdays(days) {
  return [1, 2, 3, 4, 5, 6, 7].map((weekday) => {
    const same = days.filter(
      (day) => (day.day + 3) % 7 === weekday - 1 && day.total !== null && day.coverage >= WHOLE,
    );
    const sum = same.reduce((total, day) => total + (day.total ?? 0), 0);
    return { weekday, mean: same.length ? sum / same.length : null, days: same.length };
  });
}

/**
 * @param {Day[]} days
 * @param {number} length
 * @returns {(number | null)[]} a day's and the days' before it: the total per day of known time; null
 *   where less than half of it is known
 */
export function rolling(days, length) {
  return days.map((_, i) => {
    const some = days.slice(Math.max(0, i - length + 1), i + 1);
    const time = some.reduce(
      (sum, day) => sum + (day.total === null ? 0 : day.coverage * (day.end - day.start)),
      0,
    );
    return time < (length / 2) * 24 * HOUR ? null : totals(some).perDay;
  });
}

/**
 * `change` is that of the total per known day, as months are not of one length.
 *
 * @typedef {{ month: number, first: Day, days: Day[], length: number, total: number | null,
 *   perDay: number | null, change: number | null, known: number }} Month
 */

/** @param {Day[]} days @returns {Month[]} `month` counts from 1970 */
export function months(days) {
  /** @type {Map<number, Day[]>} */
  const groups = new Map();
  for (const day of days) {
    const date = new Date(day.day * 24 * HOUR);
    const month = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
    groups.set(month, [...(groups.get(month) ?? []), day]);
  }
  /** @type {number | null} */
  let before = null;
  return [...groups].map(([month, days]) => {
    const { total, perDay, known } = totals(days);
    const length = new Date(Date.UTC(1970, month + 1, 0)).getUTCDate();
    const made = {
      month,
      first: days[0],
      days,
      length,
      total,
      perDay,
      change: change(perDay, before),
      known,
    };
    before = perDay;
    return made;
  });
}
