/** Today: the value now, the sums so far, and comparisons with yesterday and the mean week. */

import { furtherCharts, mainChart } from "./charts.js";
import { flowCards } from "./flowcards.js";
import { dayTime, longDay, time } from "./format.js";
import { gapList } from "./gaps.js";
import {
  amountUnit,
  card,
  changePart,
  countPart,
  figure,
  isCounter,
  labelOf,
  part,
  sharePart,
  summed,
  unitOf,
  when,
  YESTERDAY,
} from "./model.js";
import { roles as rolesOf } from "./roles.js";
import { compareHours, hoursOf } from "./statistics.js";
import { DAY, HOUR } from "./time.js";
import { say, sayParts } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./model.js").Card} Card */
/** @typedef {import("./model.js").Hero} Hero */
/** @typedef {import("./model.js").Part} Part */
/** @typedef {import("./roles.js").Roles} Roles */
/** @typedef {import("./statistics.js").Comparison} Comparison */

/** The file of another tab: null if not read yet, undefined if not published. @typedef {import("./data.js").Both | null | undefined} Beside */

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Beside} [week] weekly.json
 * @returns {import("./model.js").Model}
 */
export function today(doc, grid, week) {
  const roles = rolesOf(doc);
  const { main } = roles;
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
  return { isLong: false, charts, rest: () => rest(doc, grid, roles, week) };
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Roles} roles
 * @param {Beside} week
 * @returns {import("./model.js").Rest}
 */
function rest(doc, grid, roles, week) {
  const { main, energy } = roles;
  const cards = [
    ...(energy === null ? [] : energyCards(doc, grid, roles, energy, week)),
    ...flowCards(doc, grid),
    ...(main === null || isCounter(doc, main) ? [] : mainCards(doc, grid, main)),
  ];
  return {
    heading: longDay(doc.day ?? 0),
    known: [],
    // A sum of meters has no reading.
    hero: main === null || isSummedMeter(doc, main) ? null : hero(doc, grid, roles, main),
    cards,
    smalls: furtherCharts(doc, grid, roles),
    bars: [],
    heats: [],
    gaps: gapList(doc, grid),
  };
}

/** @param {Doc} doc @param {string} main */
const isSummedMeter = (doc, main) => isCounter(doc, main) && Boolean(doc.series.get(main)?.sum);

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Roles} roles
 * @param {string} energy
 * @param {Beside} week
 * @returns {Card[]}
 */
function energyCards(doc, grid, { main }, energy, week) {
  const unit = amountUnit(doc, energy);
  const { total } = summed(doc, grid, energy);
  const since = energy === main ? say("energy.midnight") : labelOf(doc, energy);
  const soFar = card("energy-today", say("energy.soFar"), total, unit, [[{ text: since }]], "use");
  if (week === undefined) return [soFar];
  const compared = compare(doc, grid, energy, week);
  return [
    soFar,
    comparison("yesterday", say("than.yesterday"), unit, compared?.yesterday ?? null),
    comparison("mean-week", say("than.week"), unit, compared?.week ?? null),
  ];
}

/** @param {string} key @param {string} label @param {string} unit @param {Comparison | null} than @returns {Card} */
function comparison(key, label, unit, than) {
  if (!than) return card(key, label, null, unit, [sayParts("than.none")]);
  return card(key, label, than.theirs, unit, [
    [
      ...sayParts(than.change === null ? "than.onlyHours" : "than.hours", {
        change: changePart(`${key}-change`, than.change),
        n: countPart(`${key}-hours`, than.hours),
      }),
      // The same hours of today: a test finds it, no reader sees it.
      { key: `${key}-today`, raw: than.ours, text: "" },
    ],
  ]);
}

/** @param {Doc} doc @param {Grid} grid @param {string} main @returns {Card[]} */
function mainCards(doc, grid, main) {
  const unit = unitOf(doc, main);
  const { mean, min, max } = summed(doc, grid, main);
  const meanCard = card("mean-today", say("value.mean"), mean, unit, [sayParts("value.overKnown")]);
  if (doc.series.get(main)?.sum) return [meanCard];
  return [
    meanCard,
    card("min-today", say("value.lowest"), min?.value, unit, [when(doc, min, "min-today-time")]),
    card("max-today", say("value.highest"), max?.value, unit, [when(doc, max, "max-today-time")]),
  ];
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Roles} roles
 * @param {string} main
 * @returns {Hero}
 */
function hero(doc, grid, roles, main) {
  const last = doc.latest.get(main);
  const isUnknown = last === undefined || !isKnown(doc, grid, main);
  const { known } = summed(doc, grid, main);
  return {
    label: say(isUnknown ? "now.unknown" : isCounter(doc, main) ? "now.meter" : "now.title"),
    figure: figure("now", last?.value, unitOf(doc, main)),
    when: last ? lastReading(doc, last.at, isUnknown) : sayParts("now.none"),
    isUnknown,
    sun: sunNow(doc, grid, roles),
    known: { share: known ?? 0, parts: sayParts("known.of", { share: sharePart("known", known) }) },
  };
}

/** @param {Doc} doc @param {number} at @param {boolean} isUnknown @returns {Part[]} */
function lastReading({ zone, day }, at, isUnknown) {
  const text = zone.day(at) === day ? time(zone, at, true) : dayTime(zone, at);
  const part = { key: "now-time", raw: new Date(at).toISOString(), text };
  return isUnknown ? sayParts("now.last", { time: part }) : [part];
}

/** @param {Doc} doc @param {Grid} grid @param {Roles} roles @returns {Hero["sun"]} */
function sunNow(doc, grid, { sun, sunEnergy }) {
  if (sun === null && sunEnergy === null) return null;
  const last = sun !== null && isKnown(doc, grid, sun) ? doc.latest.get(sun) : undefined;
  const total = summed(doc, grid, sunEnergy).total;
  return {
    figure: figure("solar-now", last?.value, unitOf(doc, sun)),
    notes:
      sunEnergy === null
        ? []
        : sayParts("now.today", {
            amount: part("solar-today", total, amountUnit(doc, sunEnergy)),
          }),
  };
}

/** @param {Doc} doc @param {Grid} grid @param {string} name @returns {boolean} whether a value is known in the newest bucket that was asked for */
function isKnown({ series }, { edges, columns }, name) {
  const until = series.get(name)?.until ?? 0;
  const last = edges.filter((edge) => edge <= until).length - 2;
  return last >= 0 && columns.get(name)?.[last] !== undefined;
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {string} name
 * @param {Beside} week
 */
function compare(doc, grid, name, week) {
  if (!week?.doc.series.has(name)) return null;
  const day = doc.day ?? 0;
  const ours = hoursOf(doc, grid, name, day);
  /** @param {number} ago */
  const before = (ago) => hoursOf(week.doc, week.grid, name, day - ago);
  return {
    yesterday: compareHours(ours, [before(1)]),
    week: compareHours(ours, [1, 2, 3, 4, 5, 6, 7].map(before)),
  };
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
