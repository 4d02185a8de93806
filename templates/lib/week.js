/** The last seven closed days, by the hour. */

import { amount, window } from "./data.js";
import { bucketSpan, fullDay, percent, shortDay, title } from "./format.js";
import {
  amountUnit,
  card,
  cell,
  filled,
  furtherCharts,
  gapList,
  isPartial,
  mainChart,
  onDay,
  part,
  summed,
  unitOf,
  when,
} from "./model.js";
import { roles as rolesOf } from "./roles.js";
import { daysOf, extremes, totals } from "./statistics.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./statistics.js").Day} Day */

/** @param {Doc} doc @returns {string} */
export function span(doc) {
  const { first, last } = window(doc);
  return `${fullDay(first)} – ${fullDay(last)}`;
}

/**
 * What every tab of closed days has.
 *
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {import("./roles.js").Roles} roles
 * @param {Day[]} days
 * @param {import("./model.js").Part[][]} [notes] below the energy
 */
export function closed(doc, grid, roles, days, notes = []) {
  const { main, energy, sunEnergy } = roles;
  const found = summed(doc, grid, main);
  const unit = unitOf(doc, main);
  const cards = [];
  if (energy !== null) {
    const kwh = amountUnit(doc, energy);
    const { total, perDay } = totals(days);
    const { lowest, highest } = extremes(days);
    cards.push(
      card(
        "total",
        "Energy",
        total,
        kwh,
        [[part("per-day", perDay, kwh), { text: " a day" }], ...notes],
        "use",
      ),
      card("highest-day", "Highest day", highest?.total, kwh, [
        onDay(doc, highest, "highest-day-date"),
      ]),
      card("lowest-day", "Lowest day", lowest?.total, kwh, [onDay(doc, lowest, "lowest-day-date")]),
    );
  }
  if (sunEnergy !== null) {
    const sun = totals(daysOf(doc, grid, sunEnergy));
    const kwh = amountUnit(doc, sunEnergy);
    cards.push(
      card(
        "solar",
        "Solar",
        sun.total,
        kwh,
        [[part("solar-per-day", sun.perDay, kwh), { text: " a day" }]],
        "sun",
      ),
    );
  }
  if (main !== null && !doc.series.get(main)?.counter) {
    const what = unit === "W" ? "power" : title(main);
    cards.push(
      card("mean", `Mean ${what}`, found.mean, unit, [[{ text: "over known time" }]]),
      card("max", `Highest ${what}`, found.max?.value, unit, [when(doc, found.max, "max-time")]),
      card("min", `Lowest ${what}`, found.min?.value, unit, [when(doc, found.min, "min-time")]),
    );
  }
  return {
    heading: span(doc),
    hero: null,
    ...filled(cards, found.known),
    smalls: furtherCharts(doc, grid, roles),
    gaps: gapList(doc, grid),
  };
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @returns {import("./model.js").Model}
 */
export function week(doc, grid) {
  const roles = rolesOf(doc.series);
  const rest = () => {
    const days = daysOf(doc, grid, roles.energy);
    return {
      ...closed(doc, grid, roles, days),
      bars: roles.energy === null ? [] : [energyDays(doc, grid, roles, days)],
      heats: heat(doc, grid, roles.energy ?? roles.main),
    };
  };
  return { isLong: false, charts: mainChart(doc, grid, roles), rest };
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {import("./roles.js").Roles} roles
 * @param {Day[]} days
 * @returns {import("./model.js").Bars}
 */
function energyDays(doc, grid, { energy, sunEnergy }, days) {
  const suns = sunEnergy === null ? [] : daysOf(doc, grid, sunEnergy);
  const most = Math.max(...[...days, ...suns].map((day) => day.total ?? 0)) || 1;
  const unit = amountUnit(doc, energy);
  return {
    key: "days",
    title: "Energy a day",
    head: ["Day", unit, ...(suns.length ? [`Solar ${amountUnit(doc, sunEnergy)}`] : []), "Known"],
    rows: days.map((day, i) => {
      const date = new Date(day.day * 864e5).toISOString().slice(0, 10);
      const sun = suns[i];
      return {
        label: shortDay(day.day),
        bars: [
          { share: (day.total ?? 0) / most, tone: "use", partial: day.coverage < 0.999 },
          ...(sun
            ? [
                {
                  share: (sun.total ?? 0) / most,
                  tone: /** @type {const} */ ("sun"),
                  partial: sun.coverage < 0.999,
                },
              ]
            : []),
        ],
        cells: [
          cell(`day-${date}`, day.total, unit),
          ...(sun ? [cell(`solar-day-${date}`, sun.total, amountUnit(doc, sunEnergy))] : []),
          { key: `known-day-${date}`, raw: day.coverage, text: percent(day.coverage) },
        ],
      };
    }),
  };
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {string | null} name
 * @returns {import("./model.js").Heat[]} days in rows, local hours in columns; one that comes twice has two
 */
function heat({ zone, series, bucket }, { edges, from, columns }, name) {
  if (name === null || bucket !== "hour") return [];
  const column = columns.get(name) ?? [];
  const about = series.get(name);
  const isAmount = about?.unit === "W" || about?.counter;
  /** @type {Map<number, Map<string, number>>} */
  const days = new Map();
  /** @type {Set<string>} */
  const labels = new Set();
  for (let i = 0; i + 1 < edges.length; i++) {
    const day = zone.day(edges[i]);
    const row = days.get(day) ?? new Map();
    const hour = new Date(zone.local(edges[i])).toISOString().slice(11, 13);
    const label = row.has(hour) ? `${hour}+` : hour;
    row.set(label, i);
    labels.add(label);
    days.set(day, row);
  }
  const sorted = [...labels].sort();
  /** @param {number} i */
  const value = (i) => (isAmount ? amount(column[i]) : (column[i]?.mean ?? null));
  const all = edges.slice(0, -1).flatMap((_, i) => value(i) ?? []);
  if (!all.length) return [];
  return [
    {
      key: "hours",
      title: isAmount ? "Energy by the hour" : `${title(name)} by the hour`,
      unit: about?.unit === "W" ? "kWh" : (about?.unit ?? ""),
      columns: sorted.map((label) => label.replace("+", "")),
      low: isAmount ? Math.min(0, ...all) : Math.min(...all),
      high: Math.max(...all),
      rows: [...days].map(([day, row]) => ({
        label: shortDay(day),
        cells: sorted.map((label) => {
          const i = row.get(label);
          if (i === undefined || edges[i] < from) return null;
          return {
            name: bucketSpan(zone, edges[i], edges[i + 1], "hour"),
            value: value(i),
            partial: isPartial(column[i]),
          };
        }),
      })),
    },
  ];
}
