/** The last 365 closed days. */

import { energyChart, powerChart } from "./charts.js";
import { closed, saidOf } from "./closed.js";
import { withToday } from "./cut.js";
import { window } from "./data.js";
import { has, shares } from "./flows.js";
import { month as monthName, monthYear, number, percent, shortDay } from "./format.js";
import {
  amountUnit,
  cell,
  changePart,
  EACH_DAY,
  labelOf,
  scaleOf,
  sharePart,
  unitOf,
} from "./model.js";
import { dayHash, monthHash, monthOfDay } from "./places.js";
import { roles as rolesOf } from "./roles.js";
import { scale } from "./scale.js";
import { daysOf, monthOf, months, rolling, WHOLE } from "./statistics.js";
import { DAY } from "./time.js";
import { say } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./model.js").Heat} Heat */
/** @typedef {import("./model.js").Line} Line */
/** @typedef {import("./statistics.js").Day} Day */
/** @typedef {import("./statistics.js").Month} Month */

/** How many days the rolling mean spans. */
const ROLL = 7;

/** Only each fifth day is written above its squares. */
const MARKED = 5;

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {import("./data.js").Both | null} [daily] today so far stands beside the days
 * @returns {import("./model.js").Model}
 */
export function year(doc, grid, daily) {
  const roles = rolesOf(doc);
  const { energy, sunEnergy, main } = roles;
  const days = daysOf(doc, grid, energy);
  const suns = daysOf(doc, grid, sunEnergy);
  const shown = withToday({ doc, grid }, daily);
  return {
    ...saidOf(doc, energy, days),
    grid: shown,
    charts: [...rollingChart(doc, shown, roles, days, suns), ...powerChart(doc, shown, roles)],
    rest: () => ({
      ...closed(doc, grid, roles, days, shown),
      bars: energy === null ? [] : [monthList(doc, grid, energy, sunEnergy, days, suns)],
      heats: calendar(doc, grid, energy === null ? daysOf(doc, grid, main) : days, energy ?? main),
    }),
  };
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {import("./roles.js").Roles} roles
 * @param {Day[]} days
 * @param {Day[]} suns
 * @returns {import("./model.js").Chart[]}
 */
function rollingChart(doc, grid, roles, days, suns) {
  const [chart] = energyChart(doc, grid, roles);
  if (!chart) return [];
  /** @type {Line[]} */
  const rolled = chart.lines.map((line) => ({
    ...line,
    kind: "line",
    partial: undefined,
    rest: undefined,
    values: rolling(line.tone === "sun" ? suns : days, ROLL),
  }));
  /** @type {Line} */
  const daily = {
    ...chart.lines[0],
    id: EACH_DAY,
    label: say("chart.eachDay"),
    tone: "soft",
  };
  const about = { key: "rolling", title: say("chart.rolling", { n: ROLL }) };
  return [{ ...chart, ...about, lines: [daily, ...rolled] }];
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {string} energy
 * @param {string | null} sunEnergy
 * @param {Day[]} days
 * @param {Day[]} suns
 * @returns {import("./model.js").Bars}
 */
function monthList(doc, grid, energy, sunEnergy, days, suns) {
  const first = days.findIndex((day) => day.total !== null);
  const all = first < 0 ? [] : months(days.slice(first));
  const sunMonths = months(suns.slice(Math.max(0, first)));
  const sunTotals = new Map(sunMonths.map(({ month, total }) => [month, total]));
  const { zero, bar } = scale([...all, ...sunMonths].map(({ total }) => total));
  const unit = amountUnit(doc, energy);
  const sunUnit = amountUnit(doc, sunEnergy);
  const isOwn = has(doc, "sufficiency") && sunEnergy !== null;
  const own = shares(doc, grid, "sufficiency", (at) => monthOf(doc.zone.day(at)));
  return {
    key: "months",
    zero,
    title: say("bars.months"),
    head: [
      say("head.month"),
      unit,
      say("head.perDay", { unit }),
      say("head.change"),
      ...(sunEnergy === null ? [] : [say("head.solar", { unit: sunUnit })]),
      ...(isOwn ? [say("amount.sufficiency")] : []),
    ],
    rows: all.map((month) => {
      const key = `month-${new Date(Date.UTC(1970, month.month)).toISOString().slice(0, 7)}`;
      const sun = sunEnergy === null ? [] : [sunTotals.get(month.month) ?? null];
      const partial = month.days.length < month.length || month.known < WHOLE;
      return {
        label: monthYear(month.first.day),
        hash: monthHash(month.first.day),
        corrected: month.days.some(({ isCorrected }) => isCorrected),
        bars: [bar(month.total, "use", partial), ...sun.map((total) => bar(total, "sun", partial))],
        cells: [
          cell(key, month.total, unit),
          cell(`${key}-per-day`, month.perDay, unit),
          changePart(`${key}-change`, month.change),
          ...sun.map((total) => cell(`${key}-solar`, total, sunUnit)),
          ...(isOwn ? [sharePart(`${key}-own`, own.get(month.month) ?? null)] : []),
        ],
        known: knownOf(month, `${key}-known`),
      };
    }),
  };
}

/** @param {Month} month @param {string} key @returns {import("./model.js").Part} how much of a month is known */
const knownOf = ({ days, length, known }, key) => ({
  key,
  raw: (known * days.length) / length,
  text:
    days.length < length ? say("month.days", { count: days.length, n: length }) : percent(known),
});

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Day[]} days
 * @param {string | null} name
 * @returns {Heat[]} months in rows, their days in columns
 */
function calendar(doc, grid, days, name) {
  if (name === null) return [];
  const isAmount = days.some((day) => day.total !== null);
  /** @param {Day} day */
  const value = (day) => (isAmount ? day.total : day.mean);
  const all = days.flatMap((day) => value(day) ?? []);
  if (!all.length) return [];
  const there = days.filter((day) => day.start >= grid.from);
  const squares = new Map(
    there.map((day) => [
      day.day,
      {
        name: shortDay(day.day),
        value: value(day),
        partial: day.coverage < WHOLE,
        corrected: day.isCorrected,
        hash: dayHash(day.day),
      },
    ]),
  );
  return [
    {
      key: "calendar",
      title: isAmount ? say("heat.energyDays") : say("heat.days", { name: labelOf(doc, name) }),
      unit: isAmount ? amountUnit(doc, name) : unitOf(doc, name),
      head: say("head.month"),
      columns: Array.from({ length: 31 }, (_, i) => ({
        label: number(i + 1, 0),
        marked: i === 0 || (i + 1) % MARKED === 0,
      })),
      ...scaleOf(all, isAmount),
      rows: monthRows(doc, squares, doc.zone.day(grid.from)),
    },
  ];
}

/** @param {Doc} doc @param {Map<number, import("./model.js").Square>} squares by day @param {number} since the first day that is known @returns {Heat["rows"]} */
function monthRows(doc, squares, since) {
  const { last } = window(doc);
  const first = Math.max(window(doc).first, monthOfDay(since).first);
  /** @type {Heat["rows"]} */
  const rows = [];
  for (let day = first; day <= last; day++) {
    const date = new Date(day * DAY);
    if (day === first || date.getUTCDate() === 1) {
      const hasYear = day === first || date.getUTCMonth() === 0;
      rows.push({
        label: hasYear ? monthYear(day) : monthName(day),
        hash: monthHash(day),
        cells: Array(31).fill(null),
      });
    }
    rows[rows.length - 1].cells[date.getUTCDate() - 1] = squares.get(day) ?? null;
  }
  return rows;
}
