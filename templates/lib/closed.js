/** The parts that all tabs of closed days have. */

import { amounts } from "./amounts.js";
import { furtherCharts } from "./charts.js";
import { deviceList } from "./devicelist.js";
import { gapList } from "./gaps.js";
import { amountUnit, card, inDays, onDay } from "./model.js";
import { readings } from "./readings.js";
import { daysTold } from "./sentence.js";
import { daysOf, extremes, totals } from "./statistics.js";
import { twiceList } from "./twice.js";
import { say } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./model.js").Card} Card */
/** @typedef {import("./roles.js").Roles} Roles */
/** @typedef {import("./statistics.js").Day} Day */

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Roles} roles
 * @param {Day[]} days
 * @param {Grid} [shown] the buckets of the charts
 */
export function closed(doc, grid, roles, days, shown = grid) {
  const { main, energy } = roles;
  /** @param {string} key @param {string} name */
  const inSome = (key, name) => {
    const all = daysOf(doc, grid, name);
    return inDays(key, totals(all).days, all.length);
  };
  return {
    made: [
      ...amounts(doc, grid, roles, inSome),
      ...(energy === null ? [] : extremeDays(doc, energy, days)),
      ...readings(doc, grid, main),
    ],
    devices: deviceList(doc, grid, shown),
    twice: twiceList(doc, grid),
    smalls: furtherCharts(doc, shown, roles),
    gaps: gapList(doc, grid),
  };
}

/**
 * @param {Doc} doc
 * @param {string | null} energy
 * @param {Day[]} days
 * @param {import("./sentence.js").Before} [before] as many days before them
 * @returns {{ now: () => null, said: () => import("./model.js").Part[] }}
 */
export const saidOf = (doc, energy, days, before = null) => ({
  now: () => null,
  said: () => (energy === null ? [] : daysTold(totals(days), amountUnit(doc, energy), before)),
});

/** @param {Doc} doc @param {string} energy @param {Day[]} days @returns {Card[]} */
function extremeDays(doc, energy, days) {
  const unit = amountUnit(doc, energy);
  const { lowest, highest } = extremes(days);
  return [
    card("highest-day", say("energy.highest"), highest?.total, unit, [
      onDay(doc, highest, "highest-day-date"),
    ]),
    card("lowest-day", say("energy.lowest"), lowest?.total, unit, [
      onDay(doc, lowest, "lowest-day-date"),
    ]),
  ];
}
