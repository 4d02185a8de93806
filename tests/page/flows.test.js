/** The house out of the grid, the sun and a battery, and which series the page is about. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { open, shares } from "../../templates/lib/flows.js";
import { gaps } from "../../templates/lib/gaps.js";
import { roles } from "../../templates/lib/roles.js";
import { today } from "../../templates/lib/today.js";
import { file } from "./home.js";
import "./english.js";

/** @typedef {import("../../templates/lib/flows.js").Term} Term */

/** @param {number} kwh @param {number} [back] @param {number} [coverage] */
const both = (kwh, back = 0, coverage = 1) => ({
  mean: kwh * 1000,
  min: back ? -900 : 0,
  max: 900,
  kwh,
  ...(back && { back }),
  coverage,
});

const SERIES = { grid: { unit: "W" }, solar: { unit: "W" }, battery: { unit: "W" } };
/** @type {Term[]} */
const HOUSE = [
  ["grid", "net", 1],
  ["battery", "net", -1],
  ["solar", "net", 1],
];
/** @type {Record<string, Term[]>} */
const SUMS = {
  import: [["grid", "forward", 1]],
  export: [["grid", "back", 1]],
  solar: [["solar", "net", 1]],
  charge: [["battery", "forward", 1]],
  discharge: [["battery", "back", 1]],
  house: HOUSE,
  grid: [["grid", "net", 1]],
  battery: [["battery", "net", -1]],
};
const HOURS = [
  { grid: both(0.1, 0.2), solar: both(0.5), battery: both(0.15, 0.05) },
  { grid: both(0.3), solar: both(0, 0, 0.5), battery: both(0) },
  { grid: both(1, 0), solar: both(0.5), battery: both(-0.5, 0.5) },
  { solar: both(0.5), battery: both(0) },
  { grid: { ...both(0.2), min: -900 }, solar: both(0.4), battery: both(0) },
];

/** @param {Record<string, Term[]>} sums @param {Record<string, object>[]} [hours] */
const opened = (sums, hours = HOURS) =>
  open(
    file({
      tier: "daily",
      bucket: "60min",
      timezone: "UTC",
      date: "2026-11-24",
      until: `2026-11-24T0${hours.length}:00:00Z`,
      series: SERIES,
      points: Object.fromEntries(hours.map((hour, i) => [`2026-11-24T0${i}:00:00Z`, hour])),
      latest: {
        grid: { timestamp: "2026-11-24T04:59:00Z", value: -300 },
        solar: { timestamp: "2026-11-24T04:50:00Z", value: 900 },
        battery: { timestamp: "2026-11-24T04:40:00Z", value: 100 },
      },
    }),
    "daily",
    { draws: sums, counts: sums, shares: { sufficiency: true, consumption: true } },
  );

/** @param {number | undefined} value */
const rounded = (value) => value && Math.round(value * 1e6) / 1e6;

test("the house is a series of its own, unknown if a term is", () => {
  const { doc, grid } = opened(SUMS);
  const column = grid.columns.get("house") ?? [];
  assert.deepEqual(
    column.slice(0, 6).map((value) => rounded(value?.kwh)),
    [0.45, undefined, 2, undefined, 0.6, undefined],
  );
  assert.equal(column[0]?.mean, 450);
  assert.deepEqual(doc.latest.get("house"), { at: Date.parse("2026-11-24T04:59Z"), value: 500 });
});

test("each way of a power is known if it is told", () => {
  const { doc, grid } = opened(SUMS);
  const kwh = (/** @type {string} */ name) =>
    (grid.columns.get(doc.counts[name]) ?? []).slice(0, 5).map((value) => rounded(value?.kwh));
  assert.deepEqual(kwh("import"), [0.3, 0.3, 1, undefined, undefined]);
  assert.deepEqual(kwh("export"), [0.2, 0, 0, undefined, undefined]);
  assert.deepEqual(kwh("charge"), [0.2, 0, 0, 0, 0]);
  assert.deepEqual(kwh("discharge"), [0.05, 0, 0.5, 0, 0]);
});

test("the page is about the house, with sun and battery beside it, and what goes out below", () => {
  const { doc } = opened(SUMS);
  const { main, sun, battery, exported, energy, groups } = roles(doc);
  assert.deepEqual([main, energy], ["house", "house"]);
  assert.deepEqual([sun, battery, exported], ["solar", "battery in all", "export"]);
  assert.deepEqual(
    groups.map(({ title }) => title),
    ["grid"],
    "the battery is shown once, with the sign of its role",
  );
});

test("a sum is no series of the home: it has no gaps of its own", () => {
  const { doc, grid } = opened(SUMS);
  assert.deepEqual(
    gaps(doc, grid).flatMap(({ missing }) => missing),
    ["solar", "grid"],
  );
});

test("shares are over the buckets in which both are known", () => {
  const { doc, grid } = opened(SUMS);
  const share = (/** @type {import("../../templates/lib/flows.js").Share} */ name) =>
    rounded(shares(doc, grid, name).get(0));
  assert.equal(share("sufficiency"), rounded(1 - 1.3 / 2.45));
  assert.equal(share("consumption"), rounded(1 - 0.2 / 1));
});

test("a tab tells what the day is made of, and has a line for each source", () => {
  const { doc, grid } = opened(SUMS);
  const model = today(doc, grid, undefined);
  assert.deepEqual(
    model.charts[0].lines.map(({ label, tone, filled = false }) => [label, tone, filled]),
    [
      ["House", "use", true],
      ["To the grid", "grid", true],
      ["Sun", "sun", false],
      ["Battery", "battery", false],
    ],
  );
  assert.deepEqual(
    model.charts[0].lines[1].values.slice(0, 4),
    [-200, 0, 0, null],
    "what goes into the grid is below zero, and never is minus zero",
  );
  const made = Object.fromEntries(
    model.rest().made.map(({ figure }) => [figure.key, rounded(Number(figure.raw))]),
  );
  assert.equal(made.import, 1.6);
  assert.equal(made.export, 0.2);
  assert.equal(made["self-sufficiency"], rounded(1 - 1.3 / 2.45));
  assert.equal(made.discharge, 0.55);
  assert.equal(made.charge, 0.2);
  assert.equal(made.mean, 1016.666667);
  assert.ok(!("min" in made), "a mean of ten minutes is not the lowest value");
});

test("two inverters are one sun; a meter is no power", () => {
  const { doc, grid } = opened({
    solar: [
      ["solar", "net", 1],
      ["battery", "net", 1],
    ],
    house: [["grid", "net", 1]],
  });
  assert.deepEqual([roles(doc).main, roles(doc).sun], ["grid", "solar in all"]);
  assert.equal(rounded(grid.columns.get("solar in all")?.[0]?.kwh), 0.65);
});

test("meters only: the house is an energy, and has no reading", () => {
  const meter = { unit: "kWh", state_class: "total_increasing" };
  const counted = (/** @type {number} */ change) => ({ change, state: 100 + change, coverage: 1 });
  const { doc, grid } = open(
    file({
      tier: "daily",
      bucket: "60min",
      timezone: "UTC",
      date: "2026-11-24",
      until: "2026-11-24T01:00:00Z",
      series: { i: meter, s: meter },
      points: { "2026-11-24T00:00:00Z": { i: counted(0.5), s: counted(0.75) } },
      latest: { i: { timestamp: "2026-11-24T00:59:00Z", value: 100.5 } },
    }),
    "daily",
    {
      counts: {
        house: [
          ["i", "net", 1],
          ["s", "net", 1],
        ],
      },
    },
  );
  const { main, energy } = roles(doc);
  assert.deepEqual([main, energy], ["house energy", "house energy"]);
  const model = today(doc, grid, undefined);
  const now = model.now(Date.parse("2026-11-24T01:05:00Z"), 600000);
  assert.deepEqual(
    [now?.label, now?.figure.text, now?.figure.unit],
    ["Today so far", "1.25", "kWh"],
  );
  assert.equal(model.rest().made[0].figure.raw, 1.25);
});

test("without roles the page is about the first series", () => {
  const { doc } = opened({});
  const { main, energy, sun, battery, groups } = roles(doc);
  assert.deepEqual([main, energy, sun, battery], ["grid", null, null, null]);
  assert.deepEqual(
    groups.map(({ title }) => title),
    ["solar", "battery"],
  );
});

test("a role whose series is not in a file is not there", () => {
  const { doc } = opened({ house: [["power", "net", 1]], solar: [["solar", "net", 1]] });
  assert.deepEqual([roles(doc).main, roles(doc).sunEnergy], ["solar", "solar"]);
});
