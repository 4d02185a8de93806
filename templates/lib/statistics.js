/** Sums, means and extremes over the buckets of a window; nothing is assumed about unknown time. */

import { amount } from "./data.js";
import { HOUR } from "./time.js";

/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Value} Value */

/** A bucket's lowest or highest value, and where the bucket starts. @typedef {{ value: number, at: number }} Extreme */

/**
 * The sums of some buckets: `total` in kWh or in the unit of a counter; `mean`, weighted by known time;
 * `time`, how much is known, in ms.
 *
 * @typedef {{ total: number | null, mean: number | null, min: Extreme | null, max: Extreme | null,
 *   time: number }} Sums
 */

/** `known` is the share of the time until the series' `until`. @typedef {Sums & { known: number | null }} Summary */

/**
 * @param {number[]} edges
 * @param {(Value | undefined)[]} column
 * @param {number} first
 * @param {number} end the bucket after the last
 * @returns {Sums}
 */
export function sums(edges, column, first, end) {
  /** @type {Sums} */
  const found = { total: null, mean: null, min: null, max: null, time: 0 };
  let weighted = 0;
  let measured = 0;
  for (let i = first; i < end; i++) {
    const value = column[i];
    if (!value) continue;
    const time = value.coverage * (edges[i + 1] - edges[i]);
    found.time += time;
    const added = amount(value);
    if (added !== null) found.total = (found.total ?? 0) + added;
    if (value.mean !== undefined) {
      weighted += value.mean * time;
      measured += time;
    }
    found.min = lower(found.min, value.min, edges[i]);
    found.max = higher(found.max, value.max, edges[i]);
  }
  if (measured) found.mean = weighted / measured;
  return found;
}

/** @param {Extreme | null} found @param {number | undefined} value @param {number} at @returns {Extreme | null} */
const lower = (found, value, at) =>
  value === undefined || (found && found.value <= value) ? found : { value, at };

/** @param {Extreme | null} found @param {number | undefined} value @param {number} at @returns {Extreme | null} */
const higher = (found, value, at) =>
  value === undefined || (found && found.value >= value) ? found : { value, at };

/**
 * @param {Grid} grid
 * @param {string | null} name
 * @param {number} until
 * @returns {Summary}
 */
export function summary({ edges, from, columns }, name, until) {
  const column = (name !== null && columns.get(name)) || [];
  const first = edges.findIndex((edge) => edge >= from);
  const found = sums(edges, column, first, column.length);
  const asked = Math.min(until, edges[edges.length - 1]) - from;
  const known = asked > 0 && column.length ? Math.min(1, found.time / asked) : null;
  return { ...found, known };
}

/** A day is the highest, or one of a mean, only if at least this share of it is known. */
export const WHOLE = 0.999;

/** Less than this share of a time is not enough to compare it with another. */
export const ENOUGH = 0.9;

/** @param {number | null} ours @param {number | null} theirs @returns {number | null} as a share of theirs; null if either is not above zero */
export const change = (ours, theirs) =>
  ours === null || theirs === null || ours <= 0 || theirs <= 0 ? null : ours / theirs - 1;

/**
 * A day of a window: its total, its mean, and its known share. `isSoFar`: it is not over. `isCorrected`:
 * some of it was corrected by hand.
 *
 * @typedef {{ day: number, start: number, end: number, total: number | null, coverage: number,
 *   mean: number | null, isSoFar?: boolean, isCorrected?: boolean }} Day
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
  for (let first = 0, next = 0; first + 1 < edges.length; first = next) {
    const start = edges[first];
    const day = zone.day(start);
    const end = zone.start(day + 1);
    do next++;
    while (next + 1 < edges.length && edges[next] < end);
    const { total, mean, time } = sums(edges, column, first, next);
    const coverage = Math.min(1, time / (end - start));
    const isCorrected = column.slice(first, next).some((value) => value?.corrected);
    days.push({ day, start, end, total, mean, coverage, ...(isCorrected && { isCorrected }) });
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
 * @returns {(number | null)[]} for each day the total per known day, over it and the days before it;
 *   null if less than half of them is known
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

/** @param {number} day @returns {number} its month, counted from 1970 */
export function monthOf(day) {
  const date = new Date(day * 24 * HOUR);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

/**
 * `change` compares the totals per known day, because months differ in length.
 *
 * @typedef {{ month: number, first: Day, days: Day[], length: number, total: number | null,
 *   perDay: number | null, change: number | null, known: number }} Month
 */

/** @param {Day[]} days @returns {Month[]} `month` counts from 1970 */
export function months(days) {
  /** @type {Map<number, Day[]>} */
  const groups = new Map();
  for (const day of days) {
    const month = monthOf(day.day);
    groups.set(month, [...(groups.get(month) ?? []), day]);
  }
  /** @type {number | null} */
  let before = null;
  return [...groups].map(([month, days]) => {
    const { total, perDay, known } = totals(days);
    const length = new Date(Date.UTC(1970, month + 1, 0)).getUTCDate();
    const comparable = known * days.length >= ENOUGH * length ? perDay : null;
    const changed = change(comparable, before);
    before = comparable;
    return { month, first: days[0], days, length, total, perDay, change: changed, known };
  });
}
