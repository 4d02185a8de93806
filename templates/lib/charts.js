/** The charts of a tab, as plain data. */

import { amount } from "./data.js";
import { plain } from "./format.js";
import { blanks } from "./gaps.js";
import { isCounter, labelOf, part, roleLabel } from "./model.js";
import { daysOf, sums, WHOLE } from "./statistics.js";
import { say, sayParts } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./model.js").Cells} Cells */
/** @typedef {import("./model.js").Chart} Chart */
/** @typedef {import("./model.js").Line} Line */
/** @typedef {import("./model.js").Part} Part */
/** @typedef {import("./model.js").Tone} Tone */
/** @typedef {import("./roles.js").Roles} Roles */
/** @typedef {import("./statistics.js").Sums} Sums */

/** @type {Tone[]} */
const INKS = ["ink", "ink2", "ink3", "use"];

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {string} name
 * @param {Tone} tone
 * @returns {Line}
 */
function line(doc, grid, name, tone, withBand = true) {
  const column = grid.columns.get(name) ?? [];
  const unit = doc.series.get(name)?.unit ?? "";
  const about = { id: name, label: labelOf(doc, name), unit, tone };
  if (isCounter(doc, name)) {
    return {
      ...about,
      kind: "bars",
      values: column.map(amount),
      partial: column.map(isPartial),
      corrected: column.map(isCorrected),
      rest: (cells) => [
        part(`total-${encodeURIComponent(name)}`, sumsOf(grid, name, cells).total, unit),
      ],
    };
  }
  return {
    ...about,
    kind: "step",
    values: column.map((value) => value?.mean ?? null),
    corrected: column.map(isCorrected),
    rest: (cells) => meanAndExtremes(sumsOf(grid, name, cells), encodeURIComponent(name), unit),
    ...(withBand &&
      sumsOf(grid, name, null).min && {
        min: column.map((value) => value?.min ?? null),
        max: column.map((value) => value?.max ?? null),
      }),
  };
}

/** @param {Grid} grid @param {string} name @param {Cells} cells null: all that are closed @returns {Sums} */
function sumsOf({ edges, columns, closed = edges.length - 1 }, name, cells) {
  const [first, end] = cells ?? [0, closed];
  return sums(edges, columns.get(name) ?? [], first, end);
}

/** @param {Pick<Sums, "mean" | "min" | "max">} found @param {string} key @param {string} unit @returns {Part[]} */
function meanAndExtremes({ mean, min, max }, key, unit) {
  if (mean === null) return sayParts("unknown");
  const values = { mean: part(`mean-${key}`, mean, unit) };
  if (!min) return sayParts("chart.mean", values);
  return sayParts("chart.range", {
    ...values,
    min: { key: `min-${key}`, raw: min.value, text: plain(min.value, unit) },
    max: part(`max-${key}`, max?.value, unit),
  });
}

/** @param {{ coverage: number } | undefined} value */
export const isPartial = (value) => value !== undefined && value.coverage < WHOLE;

/** @param {{ corrected?: string } | undefined} value whether it was corrected by hand, or made of such values */
export const isCorrected = (value) => value?.corrected !== undefined;

/** @param {Doc} doc @param {string} name @returns {boolean} whether zero is on its axis */
const beginsAtZero = (doc, name) => doc.series.get(name)?.unit === "W" || isCounter(doc, name);

/** @param {Doc} doc @param {Grid} grid @param {Roles} roles @returns {Chart[]} the house filled, sun and battery as lines, what goes into the grid below zero */
export function mainChart(doc, grid, { main, sun, battery, exported }) {
  if (main === null) return [];
  /** @param {string | null} name @param {Tone} tone @returns {Line[]} */
  const beside = (name, tone) =>
    name === null ? [] : [named(doc, line(doc, grid, name, tone, false))];
  const isPower = doc.series.get(main)?.unit === "W" && !isCounter(doc, main);
  const lines = [
    { ...named(doc, line(doc, grid, main, "use")), filled: isPower },
    ...(exported === null ? [] : [below(doc, grid, exported)]),
    ...(main === doc.draws.house ? [...beside(sun, "sun"), ...beside(battery, "battery")] : []),
  ];
  return [
    {
      key: "main",
      title: roleLabel(doc, main),
      unit: doc.series.get(main)?.unit ?? "",
      tall: true,
      lines,
      zero: beginsAtZero(doc, main),
      blanks: blanks(doc, grid, [main]),
    },
  ];
}

/** @param {Doc} doc @param {Line} line @returns {Line} the same, called what it is in the home */
const named = (doc, line) => ({ ...line, label: roleLabel(doc, String(line.id)) });

/** @param {Doc} doc @param {Grid} grid @param {string} name @returns {Line} what goes out, below zero */
function below(doc, grid, name) {
  const one = line(doc, grid, name, "grid", false);
  return {
    ...one,
    label: say("amount.export"),
    filled: true,
    values: one.values.map((value) => (value === null ? null : 0 - value)),
    rest: (cells) => {
      const { mean } = sumsOf(grid, name, cells);
      const turned = mean === null ? null : 0 - mean;
      return meanAndExtremes({ mean: turned, min: null, max: null }, encodeURIComponent(name), "W");
    },
  };
}

/** @param {Doc} doc @param {Grid} grid @param {Roles} roles @returns {Chart[]} none if the main series is a counter */
export const powerChart = (doc, grid, roles) =>
  roles.main === null || isCounter(doc, roles.main) ? [] : mainChart(doc, grid, roles);

/** @param {Doc} doc @param {Grid} grid @param {Roles} roles @returns {Chart[]} everything else, a small chart each */
export const furtherCharts = (doc, grid, { groups }) =>
  groups.map(({ title: name, unit, names }) => ({
    key: `series-${encodeURIComponent(name)}`,
    title: name === names[0] ? labelOf(doc, name) : say("chart.voltage"),
    unit,
    tall: false,
    zero: beginsAtZero(doc, names[0]),
    lines: names.map((name, i) => line(doc, grid, name, INKS[i], names.length === 1)),
    blanks: blanks(doc, grid, names),
  }));

/** @param {Doc} doc @param {Grid} grid @param {string} name @returns {Chart} a device's curve, or its energy by the bucket */
export const deviceChart = (doc, grid, name) => ({
  key: `device-${encodeURIComponent(name)}`,
  title: labelOf(doc, name),
  unit: doc.series.get(name)?.unit ?? "",
  tall: false,
  zero: true,
  lines: [line(doc, grid, name, "use")],
  blanks: blanks(doc, grid, [name]),
});

/**
 * Energy a day as bars, the sun's beside them.
 *
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Roles} roles
 * @returns {Chart[]}
 */
export function energyChart(doc, grid, { energy, sunEnergy }) {
  const lines = [
    ...energyBars(doc, grid, energy, "use"),
    ...energyBars(doc, grid, sunEnergy, "sun"),
  ];
  if (!lines.length) return [];
  const about = { key: "energy", title: say("bars.days"), unit: "kWh" };
  const names = energy === null ? [] : [energy];
  return [{ ...about, zero: true, tall: true, lines, blanks: blanks(doc, grid, names) }];
}

/** @param {Doc} doc @param {Grid} grid @param {string | null} name @param {Tone} tone @returns {Line[]} */
function energyBars(doc, grid, name, tone) {
  if (name === null) return [];
  const days = daysOf(doc, grid, name);
  return [
    {
      id: name,
      label: roleLabel(doc, name),
      unit: "kWh",
      tone,
      kind: "bars",
      values: days.map((day) => day.total),
      partial: days.map((day) => day.total !== null && day.coverage < WHOLE),
      corrected: days.map((day) => day.isCorrected ?? false),
      rest: (cells) => [
        part(`sum-${encodeURIComponent(name)}`, sumsOf(grid, name, cells).total, "kWh"),
      ],
    },
  ];
}
