/** Today: now, so far, and against the same hours of yesterday and of the mean week. */

import { dayTime, longDay, plain, time, title } from "./format.js";
import {
  amountUnit,
  card,
  changePart,
  furtherCharts,
  gapList,
  known,
  mainChart,
  part,
  summed,
  unitOf,
  when,
  YESTERDAY,
} from "./model.js";
import { roles as rolesOf } from "./roles.js";
import { compareHours, hoursOf } from "./statistics.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {{ doc: Doc, grid: Grid } | null} [week] weekly.json; null: not read yet, none: not published
 * @returns {import("./model.js").Model}
 */
export function today(doc, grid, week) {
  const roles = rolesOf(doc.series);
  const { main } = roles;
  const charts = mainChart(doc, grid, roles);
  if (week !== undefined && main !== null && !doc.series.get(main)?.counter) {
    const values = yesterday(doc, grid, week, main, doc.day ?? 0);
    charts[0].lines.push({
      id: YESTERDAY,
      label: "yesterday",
      unit: unitOf(doc, main),
      tone: "ghost",
      kind: "step",
      values,
    });
  }
  return { isLong: false, charts, rest: () => rest(doc, grid, roles, week) };
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {import("./roles.js").Roles} roles
 * @param {{ doc: Doc, grid: Grid } | null} [week]
 * @returns {import("./model.js").Rest}
 */
function rest(doc, grid, roles, week) {
  const { main, energy } = roles;
  const found = summed(doc, grid, main);
  const used = summed(doc, grid, energy);
  const unit = unitOf(doc, main);
  const day = doc.day ?? 0;
  const compared = compare(doc, grid, energy, day, week ?? null);

  const cards = [];
  if (energy !== null) {
    const kwh = amountUnit(doc, energy);
    /** @type {import("./model.js").Part[]} */
    const span = [{ text: energy === main ? "since midnight" : title(energy) }];
    cards.push(card("energy-today", "Energy so far", used.total, kwh, [span], "use"));
    for (const [key, label, than] of week === undefined
      ? []
      : /** @type {const} */ ([
          ["yesterday", "Yesterday, same hours", compared?.yesterday],
          ["mean-week", "Mean week, same hours", compared?.week],
        ])) {
      cards.push(
        card(key, label, than?.theirs, kwh, [
          than
            ? [
                changePart(`${key}-change`, than.change),
                { text: " today, over " },
                { key: `${key}-hours`, raw: than.hours, text: `${than.hours}` },
                { text: than.hours === 1 ? " hour" : " hours" },
              ]
            : [{ text: "no hour to compare yet" }],
        ]),
      );
      if (than)
        cards[cards.length - 1].notes[0].push({ key: `${key}-today`, raw: than.ours, text: "" });
    }
  }
  if (main !== null && !doc.series.get(main)?.counter) {
    cards.push(
      card("mean-today", "Mean", found.mean, unit, [[{ text: "over known time" }]]),
      card("min-today", "Lowest", found.min?.value, unit, [when(doc, found.min, "min-today-time")]),
      card("max-today", "Highest", found.max?.value, unit, [
        when(doc, found.max, "max-today-time"),
      ]),
    );
  }

  return {
    heading: longDay(day),
    known: null,
    hero: hero(doc, grid, roles, found.known),
    cards,
    smalls: furtherCharts(doc, grid, roles),
    bars: [],
    heats: [],
    gaps: gapList(doc, grid),
  };
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {import("./roles.js").Roles} roles
 * @param {number | null} share
 * @returns {import("./model.js").Hero | null}
 */
function hero(doc, grid, { main, sun, sunEnergy }, share) {
  if (main === null) return null;
  const unit = unitOf(doc, main);
  const last = doc.latest.get(main);
  const isUnknown = last === undefined || !isKnown(doc, grid, main);
  /** @param {{ at: number } | undefined} last */
  const at = (last) =>
    last
      ? doc.zone.day(last.at) === doc.day
        ? time(doc.zone, last.at, true)
        : dayTime(doc.zone, last.at)
      : "";
  const sunLast = sun !== null && isKnown(doc, grid, sun) ? doc.latest.get(sun) : undefined;
  const sunSum = summed(doc, grid, sunEnergy);
  const hasSun = sun !== null || sunEnergy !== null;
  return {
    label: isUnknown ? "Unknown now" : doc.series.get(main)?.counter ? "Meter" : "Now",
    value: plain(last?.value, unit),
    unit: last ? unit : "",
    raw: last?.value ?? null,
    isUnknown,
    when: last
      ? [
          { text: isUnknown ? "last reading " : "" },
          { key: "now-time", raw: new Date(last.at).toISOString(), text: at(last) },
        ]
      : [{ text: "no reading yet" }],
    sun: hasSun
      ? {
          value: plain(sunLast?.value, unitOf(doc, sun)),
          unit: sunLast ? unitOf(doc, sun) : "",
          raw: sunLast?.value ?? null,
          notes:
            sunEnergy === null
              ? []
              : [part("solar-today", sunSum.total, amountUnit(doc, sunEnergy)), { text: " today" }],
        }
      : null,
    known: known(share),
  };
}

/** @param {Doc} doc @param {Grid} grid @param {string} name @returns {boolean} whether the newest bucket asked for knows it */
export function isKnown({ series }, { edges, columns }, name) {
  const until = series.get(name)?.until ?? 0;
  const last = edges.filter((edge) => edge <= until).length - 2;
  return last >= 0 && columns.get(name)?.[last] !== undefined;
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {string | null} name
 * @param {number} day
 * @param {{ doc: Doc, grid: Grid } | null} week
 */
export function compare(doc, grid, name, day, week) {
  if (name === null || !week || !week.doc.series.has(name)) return null;
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
 * @param {{ doc: Doc, grid: Grid } | null} week
 * @param {string} name
 * @param {number} day
 * @returns {(number | null)[]} yesterday's hourly means, at today's buckets of the same local hour
 */
function yesterday({ zone }, { edges }, week, name, day) {
  if (!week) return edges.slice(1).map(() => null);
  /** @type {Map<number, number>} */
  const hours = new Map();
  const [from, to] = [zone.start(day - 1), zone.start(day)];
  week.grid.columns.get(name)?.forEach((value, i) => {
    const at = week.grid.edges[i];
    const hour = Math.floor((zone.local(at) % 864e5) / 36e5);
    if (at >= from && at < to && value?.mean !== undefined && !hours.has(hour))
      hours.set(hour, value.mean);
  });
  return edges
    .slice(0, -1)
    .map((at) => hours.get(Math.floor((zone.local(at) % 864e5) / 36e5)) ?? null);
}
