/** The last thirty closed days. */

import { energyChart, powerChart } from "./charts.js";
import { closed, saidOf } from "./closed.js";
import { withToday } from "./cut.js";
import { firstDay, weekday } from "./format.js";
import { amountUnit, cell, countPart } from "./model.js";
import { roles as rolesOf } from "./roles.js";
import { scale } from "./scale.js";
import { change, daysOf, ENOUGH, totals, weekdays } from "./statistics.js";
import { say } from "./words.js";

/** @typedef {import("./data.js").Both} Both */
/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./statistics.js").Day} Day */

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Both | null} [year] yearly.json, if it is published and read
 * @param {Both | null} [daily] today so far stands beside the days
 * @returns {import("./model.js").Model}
 */
export function month(doc, grid, year, daily) {
  const roles = rolesOf(doc);
  const { energy } = roles;
  const days = daysOf(doc, grid, energy);
  const shown = withToday({ doc, grid }, daily);
  return {
    ...saidOf(doc, energy, days, energy === null || !year ? null : before(days, energy, year)),
    grid: shown,
    charts: [...energyChart(doc, shown, roles), ...powerChart(doc, shown, roles)],
    rest: () => ({
      ...closed(doc, grid, roles, days, shown),
      bars: energy === null ? [] : [pattern(doc, energy, days)],
      heats: [],
    }),
  };
}

/** @param {Day[]} days @param {string} energy @param {Both} year @returns {import("./sentence.js").Before} */
const before = (days, energy, { doc, grid }) => previous(days, daysOf(doc, grid, energy));

/**
 * As many days before some days. They are compared, by energy per known day, only if 90 % is known of
 * both.
 *
 * @param {Day[]} days
 * @param {Day[]} older days, also before and after these
 * @returns {{ perDay: number | null, change: number | null }}
 */
export function previous(days, older) {
  const first = days[0]?.day ?? 0;
  const some = older.filter(({ day }) => day < first && day >= first - days.length);
  const [ours, theirs] = [totals(days), totals(some)];
  const isEnough = ours.known >= ENOUGH && theirs.known * some.length >= ENOUGH * days.length;
  return {
    perDay: theirs.perDay,
    change: isEnough ? change(ours.perDay, theirs.perDay) : null,
  };
}

/** @param {Doc} doc @param {string} energy @param {Day[]} days @returns {import("./model.js").Bars} */
function pattern(doc, energy, days) {
  const start = firstDay() - 1;
  const found = weekdays(days);
  const ordered = [...found.slice(start), ...found.slice(0, start)];
  const { zero, bar } = scale(found.map(({ mean }) => mean));
  const unit = amountUnit(doc, energy);
  return {
    key: "weekdays",
    zero,
    title: say("bars.weekdays"),
    head: [say("head.weekday"), say("head.mean", { unit }), say("head.days")],
    rows: ordered.map(({ weekday: number, mean, days }) => ({
      label: weekday(number + 3, "long"),
      bars: [bar(mean, "use")],
      cells: [cell(`weekday-${number}`, mean, unit), countPart(`weekday-${number}-days`, days)],
    })),
  };
}
