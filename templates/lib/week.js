/** The last seven closed days, by the hour. */

import { isCorrected, isPartial, mainChart } from "./charts.js";
import { closed, saidOf } from "./closed.js";
import { amount } from "./data.js";
import { has, shares } from "./flows.js";
import { bucketSpan, number, shortDay } from "./format.js";
import { amountUnit, cell, labelOf, scaleOf, sharePart, summed } from "./model.js";
import { dayHash, isoDay } from "./places.js";
import { roles as rolesOf } from "./roles.js";
import { scale } from "./scale.js";
import { daysOf, WHOLE } from "./statistics.js";
import { say } from "./words.js";

/** @typedef {import("./data.js").Both} Both */
/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./model.js").Heat} Heat */
/** @typedef {import("./statistics.js").Day} Day */

/** Only each third hour is written above its squares. */
const MARKED = 3;

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Both | null} [daily] today so far stands beside the days
 * @returns {import("./model.js").Model}
 */
export function week(doc, grid, daily) {
  const roles = rolesOf(doc);
  const days = daysOf(doc, grid, roles.energy);
  return {
    ...saidOf(doc, roles.energy, days),
    charts: mainChart(doc, grid, roles),
    rest: () => ({
      ...closed(doc, grid, roles, days),
      bars: roles.energy === null ? [] : [energyDays(doc, grid, roles, days, daily)],
      heats: heat(doc, grid, roles.energy ?? roles.main),
    }),
  };
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {import("./roles.js").Roles} roles
 * @param {Day[]} closed
 * @param {Both | null} [daily]
 * @returns {import("./model.js").Bars}
 */
function energyDays(doc, grid, { energy, sunEnergy }, closed, daily) {
  const days = [...closed, ...todayOf(daily, closed, energy)];
  const suns =
    sunEnergy === null
      ? []
      : [...daysOf(doc, grid, sunEnergy), ...todayOf(daily, closed, sunEnergy)];
  const { zero, bar } = scale([...days, ...suns].map(({ total }) => total));
  const unit = amountUnit(doc, energy);
  const sunUnit = amountUnit(doc, sunEnergy);
  const isOwn = has(doc, "sufficiency") && suns.length > 0;
  const dayOf = (/** @type {number} */ at) => doc.zone.day(at);
  const own = new Map(
    [{ doc, grid }, ...(daily ? [daily] : [])].flatMap((both) => [
      ...shares(both.doc, both.grid, "sufficiency", dayOf),
    ]),
  );
  /** @param {Day} day @param {"use" | "sun"} tone */
  const barOf = ({ total, coverage, isSoFar }, tone) =>
    bar(total, tone, isSoFar === true || coverage < WHOLE);
  return {
    key: "days",
    zero,
    title: say("bars.days"),
    head: [
      say("head.day"),
      unit,
      ...(suns.length ? [say("head.solar", { unit: sunUnit })] : []),
      ...(isOwn ? [say("amount.sufficiency")] : []),
    ],
    rows: days.map((day, i) => {
      const date = isoDay(day.day);
      const sun = suns.slice(i, i + 1);
      return {
        label: day.day === daily?.doc.day ? say("now.soFar") : shortDay(day.day),
        hash: dayHash(day.day),
        corrected: day.isCorrected,
        bars: [barOf(day, "use"), ...sun.map((one) => barOf(one, "sun"))],
        cells: [
          cell(`day-${date}`, day.total, unit),
          ...sun.map(({ total }) => cell(`solar-day-${date}`, total, sunUnit)),
          ...(isOwn ? [sharePart(`own-day-${date}`, own.get(day.day) ?? null)] : []),
        ],
        known: sharePart(`known-day-${date}`, day.coverage),
      };
    }),
  };
}

/**
 * @param {Both | null | undefined} daily
 * @param {Day[]} closed
 * @param {string | null} name
 * @returns {Day[]} today so far, if it comes after the closed days
 */
function todayOf(daily, closed, name) {
  if (
    !daily?.doc.points.size ||
    (daily.doc.day ?? 0) <= (closed[closed.length - 1]?.day ?? Infinity)
  )
    return [];
  const { known } = summed(daily.doc, daily.grid, name);
  return daysOf(daily.doc, daily.grid, name).map((day) => ({
    ...day,
    coverage: known ?? 0,
    isSoFar: true,
  }));
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {string | null} name
 * @returns {Heat[]} days in rows, local hours in columns; an hour that comes twice has two
 */
function heat(doc, { edges, from, columns }, name) {
  const { zone, series, bucket } = doc;
  if (name === null || bucket !== "hour") return [];
  const column = columns.get(name) ?? [];
  const { unit = "", counter = false } = series.get(name) ?? {};
  const isAmount = unit === "W" || counter;
  /** @param {number} i */
  const value = (i) => (isAmount ? amount(column[i]) : (column[i]?.mean ?? null));
  const all = edges.slice(0, -1).flatMap((_, i) => value(i) ?? []);
  if (!all.length) return [];
  const days = bucketsByHour(doc, edges);
  const hours = hoursOf(days);
  /** @param {number | undefined} i a bucket */
  const square = (i) =>
    i === undefined || edges[i] < from
      ? null
      : {
          name: bucketSpan(zone, edges[i], edges[i + 1], "hour"),
          value: value(i),
          partial: isPartial(column[i]),
          corrected: isCorrected(column[i]),
          hash: dayHash(zone.day(edges[i])),
        };
  return [
    {
      key: "hours",
      title: isAmount ? say("heat.energyHours") : say("heat.hours", { name: labelOf(doc, name) }),
      unit: unit === "W" ? "kWh" : unit,
      head: say("head.day"),
      columns: hours.map(({ hour, turn }) => ({
        label: number(hour, 0, { minimumIntegerDigits: 2 }),
        marked: hour % MARKED === 0 && turn === 0,
      })),
      ...scaleOf(all, isAmount),
      rows: [...days].map(([day, row]) => ({
        label: shortDay(day),
        hash: dayHash(day),
        cells: hours.map(({ hour, turn }) => square(row[hour]?.[turn])),
      })),
    },
  ];
}

/** The buckets of a day, by their local hour; an hour that comes twice has two. @typedef {number[][]} Hours */

/** @param {Doc} doc @param {number[]} edges @returns {Map<number, Hours>} by day */
function bucketsByHour({ zone }, edges) {
  /** @type {Map<number, Hours>} */
  const days = new Map();
  for (let i = 0; i + 1 < edges.length; i++) {
    const day = zone.day(edges[i]);
    const row = days.get(day) ?? [];
    const hour = new Date(zone.local(edges[i])).getUTCHours();
    row[hour] = [...(row[hour] ?? []), i];
    days.set(day, row);
  }
  return days;
}

/** @param {Map<number, Hours>} days @returns {{ hour: number, turn: number }[]} those that any of the days has */
function hoursOf(days) {
  const rows = [...days.values()];
  return Array.from({ length: 24 }, (_, hour) => {
    const turns = Math.max(...rows.map((row) => row[hour]?.length ?? 0));
    return Array.from({ length: turns }, (_, turn) => ({ hour, turn }));
  }).flat();
}
