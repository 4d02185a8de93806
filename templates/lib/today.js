/** Today: the present, the energy so far beside yesterday's, and what the day is made of. */

import { amounts } from "./amounts.js";
import { furtherCharts, mainChart } from "./charts.js";
import { compared } from "./comparison.js";
import { deviceList } from "./devicelist.js";
import { time } from "./format.js";
import { gapList } from "./gaps.js";
import { amountUnit, card, changePart, isCounter, unitOf, YESTERDAY } from "./model.js";
import { now } from "./now.js";
import { readings } from "./readings.js";
import { roles as rolesOf } from "./roles.js";
import { soFar } from "./sentence.js";
import { DAY, HOUR } from "./time.js";
import { twiceList } from "./twice.js";
import { say, sayParts } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./model.js").Card} Card */
/** @typedef {import("./roles.js").Roles} Roles */

/** The file of another tab: null if not read yet, undefined if not published. @typedef {import("./data.js").Both | null | undefined} Beside */

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Beside} [week] weekly.json
 * @returns {import("./model.js").Model}
 */
export function today(doc, grid, week) {
  const roles = rolesOf(doc);
  const { main, energy } = roles;
  const charts = mainChart(doc, grid, roles);
  if (week !== undefined && main !== null && !isCounter(doc, main)) {
    charts[0].lines.push({
      id: YESTERDAY,
      label: say("chart.yesterday"),
      unit: unitOf(doc, main),
      tone: "ghost",
      kind: "step",
      values: yesterday(doc, grid, week, main),
    });
  }
  return {
    now: (at, interval) => now(doc, grid, roles, at, interval),
    said: (at) => (energy === null ? [] : soFar({ doc, grid }, energy, week, at)),
    charts,
    rest: () => rest(doc, grid, roles, week),
  };
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Roles} roles
 * @param {Beside} week
 * @returns {import("./model.js").Rest}
 */
function rest(doc, grid, roles, week) {
  return {
    made: [
      ...amounts(doc, grid, roles),
      ...usual(doc, grid, roles, week),
      ...readings(doc, grid, roles.main),
    ],
    devices: deviceList(doc, grid),
    twice: twiceList(doc, grid),
    smalls: furtherCharts(doc, grid, roles),
    bars: [],
    heats: [],
    gaps: gapList(doc, grid),
  };
}

/** @param {Doc} doc @param {Grid} grid @param {Roles} roles @param {Beside} week @returns {Card[]} the mean of the last seven days up to the same hour */
function usual(doc, grid, { energy }, week) {
  if (energy === null || week === undefined) return [];
  const unit = amountUnit(doc, energy);
  // It has its place before its file is there.
  if (week === null) return [card("usual", say("amount.usualSoon"), null, unit, [[{ text: "" }]])];
  if (!week.doc.series.has(energy)) return [];
  const than = compared({ doc, grid }, week, energy, [1, 2, 3, 4, 5, 6, 7]);
  if (!than || than.days < 2) return [];
  const { by, theirs, days, change } = than;
  const label = say("amount.usual", { n: days, time: time(doc.zone, by) });
  const note =
    change === null
      ? []
      : sayParts("amount.usualChange", { change: changePart("usual-change", change) });
  return [card("usual", label, theirs, unit, [note])];
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Beside} week
 * @param {string} name
 * @returns {(number | null)[]} yesterday's hourly means, at today's buckets of the same local hour
 */
function yesterday({ zone, day }, { edges }, week, name) {
  /** @type {Map<number, number>} */
  const hours = new Map();
  /** @param {number} at */
  const hourOf = (at) => Math.floor((zone.local(at) % DAY) / HOUR);
  const [from, to] = [zone.start((day ?? 0) - 1), zone.start(day ?? 0)];
  week?.grid.columns.get(name)?.forEach((value, i) => {
    const at = week.grid.edges[i];
    const isFirst = at >= from && at < to && !hours.has(hourOf(at));
    if (isFirst && value?.mean !== undefined) hours.set(hourOf(at), value.mean);
  });
  return edges.slice(0, -1).map((at) => hours.get(hourOf(at)) ?? null);
}
