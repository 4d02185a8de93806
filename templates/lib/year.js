/** The last 365 closed days. */

import { window } from "./data.js";
import { month as monthName, monthYear, percent, shortDay, title } from "./format.js";
import { amountUnit, cell, changePart, EACH_DAY, energyChart, mainChart } from "./model.js";
import { roles as rolesOf } from "./roles.js";
import { daysOf, months, rolling, WHOLE } from "./statistics.js";
import { closed } from "./week.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./statistics.js").Day} Day */

/** How many days the rolling mean spans. */
export const ROLL = 7;

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @returns {import("./model.js").Model}
 */
export function year(doc, grid) {
  const roles = rolesOf(doc.series);
  const { energy, sunEnergy, main } = roles;
  const days = daysOf(doc, grid, energy);
  const suns = daysOf(doc, grid, sunEnergy);
  const power = main !== null && !doc.series.get(main)?.counter ? mainChart(doc, grid, roles) : [];
  return {
    isLong: true,
    charts: [...rollingChart(roles, days, suns), ...power],
    rest: () => ({
      ...closed(doc, grid, roles, days),
      bars: energy === null ? [] : [monthList(doc, energy, sunEnergy, days, suns)],
      heats: calendar(doc, grid, energy === null ? daysOf(doc, grid, main) : days, energy ?? main),
    }),
  };
}

/**
 * @param {import("./roles.js").Roles} roles
 * @param {Day[]} days
 * @param {Day[]} suns
 * @returns {import("./model.js").Chart[]}
 */
function rollingChart(roles, days, suns) {
  const [chart] = energyChart(roles, days, suns);
  if (!chart) return [];
  const lines = chart.lines.map((line) => ({
    ...line,
    kind: /** @type {const} */ ("line"),
    partial: undefined,
    values: rolling(line.tone === "sun" ? suns : days, ROLL),
  }));
  const daily = {
    ...chart.lines[0],
    id: EACH_DAY,
    label: "each day",
    tone: /** @type {const} */ ("soft"),
    partial: undefined,
  };
  return [
    {
      ...chart,
      key: "rolling",
      title: `energy a day, mean of ${ROLL} days`,
      lines: [daily, ...lines],
    },
  ];
}

/**
 * @param {Doc} doc
 * @param {string} energy
 * @param {string | null} sunEnergy
 * @param {Day[]} days
 * @param {Day[]} suns
 * @returns {import("./model.js").Bars}
 */
function monthList(doc, energy, sunEnergy, days, suns) {
  const first = days.findIndex((day) => day.total !== null);
  const known = first < 0 ? [] : days.slice(first);
  const all = months(known);
  const sun = new Map(
    months(suns.slice(Math.max(0, first))).map((month) => [month.month, month.total]),
  );
  const most =
    Math.max(
      ...all.map(({ total }) => total ?? 0),
      ...[...sun.values()].map((total) => total ?? 0),
    ) || 1;
  const unit = amountUnit(doc, energy);
  return {
    key: "months",
    title: "Months",
    head: [
      "Month",
      unit,
      `${unit} a day`,
      "Change",
      ...(sunEnergy === null ? [] : [`Solar ${amountUnit(doc, sunEnergy)}`]),
      "Known",
    ],
    rows: all.map(({ month, first, days, length, total, perDay, change, known }) => {
      const key = new Date(Date.UTC(1970, month)).toISOString().slice(0, 7);
      const light = sun.get(month) ?? null;
      const isPart = days.length < length || known < WHOLE;
      return {
        label: monthYear(first.day),
        bars: [
          { share: (total ?? 0) / most, tone: "use", partial: isPart },
          ...(sunEnergy === null
            ? []
            : [
                { share: (light ?? 0) / most, tone: /** @type {const} */ ("sun"), partial: isPart },
              ]),
        ],
        cells: [
          cell(`month-${key}`, total, unit),
          cell(`month-${key}-per-day`, perDay, unit),
          changePart(`month-${key}-change`, change),
          ...(sunEnergy === null
            ? []
            : [cell(`month-${key}-solar`, light, amountUnit(doc, sunEnergy))]),
          {
            key: `month-${key}-known`,
            raw: (known * days.length) / length,
            text: days.length < length ? `${days.length} of ${length} days` : percent(known),
          },
        ],
      };
    }),
  };
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Day[]} days
 * @param {string | null} name
 * @returns {import("./model.js").Heat[]} months in rows, their days in columns
 */
function calendar(doc, grid, days, name) {
  if (name === null) return [];
  const isAmount = days.some((day) => day.total !== null);
  /** @param {Day} day */
  const value = (day) => (isAmount ? day.total : day.mean);
  const all = days.flatMap((day) => value(day) ?? []);
  if (!all.length) return [];
  const unit = isAmount ? amountUnit(doc, name) : (doc.series.get(name)?.unit ?? "");
  const byDay = new Map(days.filter((day) => day.start >= grid.from).map((day) => [day.day, day]));
  const { first, last } = window(doc);
  /** @type {import("./model.js").Heat["rows"]} */
  const rows = [];
  for (let at = first; at <= last; at++) {
    const date = new Date(at * 864e5);
    if (at === first || date.getUTCDate() === 1) {
      rows.push({
        label: date.getUTCMonth() === 0 || at === first ? monthYear(at) : monthName(at),
        cells: Array(31).fill(null),
      });
    }
    const day = byDay.get(at);
    if (!day) continue;
    rows[rows.length - 1].cells[date.getUTCDate() - 1] = {
      name: shortDay(at),
      value: value(day),
      partial: day.coverage < WHOLE,
    };
  }
  return [
    {
      key: "calendar",
      title: isAmount ? "Energy day by day" : `${title(name)} day by day`,
      unit,
      columns: Array.from({ length: 31 }, (_, i) => String(i + 1)),
      low: Math.min(...all),
      high: Math.max(...all),
      rows,
    },
  ];
}
