/** The last thirty closed days. */

import { energyChart, powerChart } from "./charts.js";
import { closed } from "./closed.js";
import { withToday } from "./cut.js";
import { firstDay, weekday } from "./format.js";
import { amountUnit, cell, changePart, countPart, part } from "./model.js";
import { roles as rolesOf } from "./roles.js";
import { change, daysOf, totals, weekdays } from "./statistics.js";
import { say, sayParts } from "./words.js";

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
    isLong: false,
    grid: shown,
    charts: [...energyChart(doc, shown, roles), ...powerChart(doc, shown, roles)],
    rest: () => ({
      ...closed(
        doc,
        grid,
        roles,
        days,
        energy === null ? [] : before(doc, days, energy, year),
        shown,
      ),
      bars: energy === null ? [] : [pattern(doc, energy, days)],
      heats: [],
    }),
  };
}

/**
 * The thirty days before. They are compared, by energy per known day, only if something is known of
 * each of the sixty days.
 *
 * @param {Day[]} days
 * @param {Day[]} older days, also before and after these thirty
 * @returns {{ total: number | null, change: number | null, days: number }}
 */
export function previous(days, older) {
  const first = days[0]?.day ?? 0;
  const some = older.filter(
    ({ day, total }) => day < first && day >= first - days.length && total !== null,
  );
  const ours = totals(days);
  const theirs = totals(some);
  const isWhole = some.length === days.length && ours.days === days.length;
  return {
    total: theirs.total,
    change: isWhole ? change(ours.perDay, theirs.perDay) : null,
    days: some.length,
  };
}

/**
 * @param {Doc} doc
 * @param {Day[]} days
 * @param {string} energy
 * @param {Both | null | undefined} year
 * @returns {import("./model.js").Part[][]}
 */
function before(doc, days, energy, year) {
  const found = year ? previous(days, daysOf(year.doc, year.grid, energy)) : null;
  if (!found?.days) return [];
  const unit = amountUnit(doc, energy);
  const amount = part("before", found.total, unit);
  return [
    found.days < days.length
      ? sayParts("than.someDays", { amount, n: countPart("before-days", found.days) })
      : sayParts("than.days", { amount }),
    found.change === null
      ? []
      : sayParts("than.perDay", { change: changePart("before-change", found.change) }),
  ];
}

/** @param {Doc} doc @param {string} energy @param {Day[]} days @returns {import("./model.js").Bars} */
function pattern(doc, energy, days) {
  const start = firstDay() - 1;
  const found = weekdays(days);
  const ordered = [...found.slice(start), ...found.slice(0, start)];
  const most = Math.max(...found.map(({ mean }) => mean ?? 0)) || 1;
  const unit = amountUnit(doc, energy);
  return {
    key: "weekdays",
    title: say("bars.weekdays"),
    head: [say("head.weekday"), say("head.mean", { unit }), say("head.days")],
    rows: ordered.map(({ weekday: number, mean, days }) => ({
      label: weekday(number + 3, "long"),
      bars: [{ share: (mean ?? 0) / most, tone: "use", partial: false }],
      cells: [cell(`weekday-${number}`, mean, unit), countPart(`weekday-${number}-days`, days)],
    })),
  };
}
