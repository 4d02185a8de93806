/** The calendar years: on one another from 1 January, and their months beside each other. */

import { amount, window } from "./data.js";
import { month } from "./format.js";
import { amountUnit, cell, changePart, countPart, labelOf } from "./model.js";
import { monthHash, yearHash } from "./places.js";
import { roles } from "./roles.js";
import { change, daysOf, ENOUGH, totals } from "./statistics.js";
import { DAY } from "./time.js";
import { say, sayParts } from "./words.js";

/** @typedef {import("./data.js").Both} Both */
/** @typedef {import("./model.js").Part} Part */
/** @typedef {import("./statistics.js").Day} Day */

/** A calendar year and its file; null if that cannot be read. @typedef {{ year: number, both: Both | null }} File */

/**
 * A year's line. Of each place of the axis it has the sum from 1 January to the end of that day, null if
 * the year has no such day yet or at all, and whether the day is known. `note` says how many days are
 * known, if not all.
 *
 * @typedef {{ year: number, sums: (number | null)[], known: boolean[], total: Part, note: Part[] }} YearLine
 */

/** A number, and what is said below it. @typedef {{ value: Part, notes: Part[][] }} Cell */

/**
 * The newest year is the first, in the lines and in the table. `low` and `high` are the ends of all sums,
 * zero among them.
 *
 * @typedef {{ unit: string, low: number, high: number, lines: YearLine[],
 *   rows: { label: string, cells: Cell[] }[] }} Years
 */

/** How many days the axis has: 29 February is one of them in each year. */
export const PLACES = 366;

/** More lines than these cannot be told apart. */
export const MOST_LINES = 8;

/** A year that has all days. */
const LEAP = 2000;

/** @param {number} year @param {number} [month] from 0 @returns {number} its first day */
const first = (year, month = 0) => Date.UTC(year, month) / DAY;

/** @param {number} place on the axis @returns {number} a day with the month and the date of the place */
export const dayAt = (place) => first(LEAP) + place;

/** @param {number} month from 0 @returns {number} a day with the month and the date of its first */
export const monthAt = (month) => first(LEAP, month);

/** @param {number} day @returns {number} its place on the axis */
export function placeOf(day) {
  const date = new Date(day * DAY);
  return Date.UTC(LEAP, date.getUTCMonth(), date.getUTCDate()) / DAY - first(LEAP);
}

/**
 * @param {File[]} files the newest first
 * @returns {{ names: Map<string, string>, usual: string | null }} the series that have energy and what
 *   they are called; `usual` is the house, if its roles are known
 */
export function choices(files) {
  /** @type {Map<string, string>} */
  const names = new Map();
  /** @type {string | null} */
  let usual = null;
  for (const { both } of files) {
    if (!both) continue;
    for (const name of withEnergy(both)) {
      if (!names.has(name)) names.set(name, labelOf(both.doc, name));
    }
    usual ??= roles(both.doc).energy;
  }
  return {
    names,
    usual: usual !== null && names.has(usual) ? usual : ([...names.keys()][0] ?? null),
  };
}

/** @param {Both} both @returns {string[]} */
function withEnergy({ doc, grid }) {
  const { draws, counts } = doc;
  const devices = new Set(doc.devices.map(({ series }) => series));
  // A flow that counters count is not offered a second time as the sum of its powers.
  const twice = Object.entries(draws).flatMap(([role, name]) =>
    role in counts && counts[role] !== name ? name : [],
  );
  return [...doc.series].flatMap(([name, { sum }]) => {
    const isLeft = sum && (devices.has(name) || twice.includes(name));
    const hasEnergy = grid.columns.get(name)?.some((value) => amount(value) !== null);
    return hasEnergy && !isLeft ? name : [];
  });
}

/**
 * @param {File[]} files the newest first
 * @param {string} name of a series
 * @returns {Years}
 */
export function compared(files, name) {
  const docs = files.flatMap(({ both }) => both?.doc ?? []);
  const end = Math.max(...docs.map((doc) => window(doc).last + 1));
  const doc = docs.find(({ series }) => series.has(name));
  const unit = doc ? amountUnit(doc, name) : "";
  const all = files.map((file) => ({ year: file.year, days: daysOfYear(file, name, end) }));
  const lines = all.slice(0, MOST_LINES).map(({ year, days }) => lineOf(year, days, unit));
  const sums = lines.flatMap((line) => line.sums.flatMap((sum) => sum ?? []));
  const months = Array.from({ length: 12 }, (_, i) => ({
    label: month(monthAt(i)),
    cells: rowOf(all, unit, i, i + 1),
  }));
  return {
    unit,
    low: Math.min(0, ...sums),
    high: Math.max(0, ...sums),
    lines,
    rows: [...months, { label: say("years.total"), cells: rowOf(all, unit, 0, 12) }],
  };
}

/** @param {File} file @param {string} name @param {number} end the day after the last closed one @returns {Day[]} from 1 January, each day that is over */
function daysOfYear({ year, both }, name, end) {
  const there = both ? daysOf(both.doc, both.grid, name) : [];
  const found = new Map(there.map((day) => [day.day, day]));
  const from = first(year);
  const length = Math.max(0, Math.min(first(year + 1), end) - from);
  return Array.from({ length }, (_, i) => found.get(from + i) ?? unknown(from + i));
}

/** @param {number} day @returns {Day} */
const unknown = (day) => ({
  day,
  start: day * DAY,
  end: (day + 1) * DAY,
  total: null,
  mean: null,
  coverage: 0,
});

/** @param {Day} day @returns {boolean} */
const isKnown = ({ total, coverage }) => total !== null && coverage >= ENOUGH;

/** @param {number} year @param {Day[]} days @param {string} unit @returns {YearLine} */
function lineOf(year, days, unit) {
  /** @type {(number | null)[]} */
  const sums = Array(PLACES).fill(null);
  const known = Array(PLACES).fill(false);
  const { total } = totals(days);
  let sum = 0;
  for (const day of total === null ? [] : days) {
    sum += day.total ?? 0;
    sums[placeOf(day.day)] = sum;
    known[placeOf(day.day)] = isKnown(day);
  }
  const note = noteOf(`years-${year}`, days, first(year + 1) - first(year), true);
  return { year, sums, known, total: cell(`years-${year}`, total, unit), note };
}

/** @param {string} key @param {Day[]} days @param {number} length @param {boolean} isYear @returns {Part[]} how many of the days are known, if not all */
function noteOf(key, days, length, isYear) {
  const count = days.filter(isKnown).length;
  if (count === length) return [];
  const parts = sayParts("month.days", { count: countPart(`${key}-days`, count), n: length });
  if (!isYear) return parts;
  const text = parts.map((part) => part.text).join("");
  return sayParts("known.of", { share: { key: `${key}-days`, raw: count, text } });
}

/**
 * @param {{ year: number, days: Day[] }[]} all the newest first
 * @param {string} unit
 * @param {number} from a month, from 0
 * @param {number} to the month after the last
 * @returns {Cell[]} of each year those months
 */
function rowOf(all, unit, from, to) {
  const isYear = to - from === 12;
  const spans = all.map(({ year, days }) => spanOf(year, days, from, to));
  return all.map(({ year }, i) => {
    const { days, length, total, each } = spans[i];
    const key = isYear ? `years-${year}` : `years-${year}-${String(to).padStart(2, "0")}`;
    const before = all[i + 1]?.year === year - 1 ? spans[i + 1].each : null;
    const changed = changePart(`${key}-change`, change(each, before));
    // A month that is nearly known says nothing of it; a year always does.
    const isTold = days.length > 0 && (isYear || (total !== null && each === null));
    const notes = [changed.key ? [changed] : [], isTold ? noteOf(key, days, length, isYear) : []];
    const hash = isYear ? yearHash(year) : monthHash(first(year, from));
    return {
      value: { ...cell(key, total, unit), ...(total !== null && { hash }) },
      notes: notes.filter((note) => note.length),
    };
  });
}

/** @param {number} year @param {Day[]} all @param {number} from @param {number} to `each` is the amount a known day, null if too little is known to compare it */
function spanOf(year, all, from, to) {
  const [start, end] = [first(year, from), first(year, to)];
  const days = all.filter(({ day }) => day >= start && day < end);
  const { total, perDay, known } = totals(days);
  const length = end - start;
  return { days, length, total, each: known * days.length >= ENOUGH * length ? perDay : null };
}
