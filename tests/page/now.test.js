/** The present: what the house takes, what feeds it, and when that is no longer of now. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "../../templates/lib/flows.js";
import { now } from "../../templates/lib/now.js";
import { roles } from "../../templates/lib/roles.js";
import { file } from "./home.js";
import "./english.js";

/** @typedef {import("../../templates/lib/flows.js").Term} Term */

const UNTIL = "2026-11-22T12:40:00Z";
const TEN = 600000;
const known = (/** @type {number} */ mean) => ({ mean, kwh: mean / 6000, coverage: 1 });
/** @type {Record<string, Term[]>} */
const SUMS = {
  house: [
    ["grid", "net", 1],
    ["sun", "net", 1],
    ["battery", "net", 1],
  ],
  grid: [["grid", "net", 1]],
  import: [["grid", "forward", 1]],
  export: [["grid", "back", 1]],
  solar: [["sun", "net", 1]],
  battery: [["battery", "net", 1]],
};

/**
 * @param {Record<string, number>} latest
 * @param {string[]} [unknown] in the newest bucket
 * @param {Record<string, Term[]>} [sums]
 */
function home(latest, unknown = [], sums = SUMS) {
  const values = Object.fromEntries(
    Object.keys(latest).flatMap((name) =>
      unknown.includes(name) ? [] : [[name, known(latest[name])]],
    ),
  );
  return open(
    file({
      tier: "daily",
      bucket: "10min",
      timezone: "Europe/Amsterdam",
      date: "2026-11-22",
      until: UNTIL,
      series: Object.fromEntries(
        Object.keys(latest).map((name) => [name, { unit: name === "soc" ? "%" : "W" }]),
      ),
      points: { "2026-11-22T12:20:00Z": values, "2026-11-22T12:30:00Z": values },
      latest: Object.fromEntries(
        Object.entries(latest).map(([name, value]) => [
          name,
          { timestamp: "2026-11-22T12:39:51Z", value },
        ]),
      ),
    }),
    "daily",
    { draws: sums, counts: sums, level: "soc" in latest ? "soc" : null },
  );
}

/** @param {ReturnType<typeof home>} both @param {number} [age] in ms */
const shown = ({ doc, grid }, age = 0) => now(doc, grid, roles(doc), Date.parse(UNTIL) + age, TEN);

/** @param {ReturnType<typeof shown>} found */
const strip = (found) =>
  found?.sources.map(({ label, way, figure, level, notes }) =>
    [label, way, figure.text + figure.unit, ...[...level, ...notes].map(({ text }) => text)].join(
      " ",
    ),
  );

test("the house, and what feeds it, with the way of each", () => {
  const found = shown(home({ grid: -1890, sun: 3200, battery: -800, soc: 64 }));
  assert.deepEqual(
    [found?.label, found?.figure.raw, found?.isOld],
    ["The house takes", 510, false],
  );
  assert.deepEqual(strip(found), [
    "Sun in 3,200W comes in",
    "Grid out 1,890W goes out",
    "Battery out 800W 64% charging",
  ]);
  assert.deepEqual(strip(shown(home({ grid: 0.2, sun: 0, battery: 1200 }))), [
    "Sun  0W nothing",
    "Grid  0W nothing".replace("0W", "0.2W"),
    "Battery in 1,200W discharging",
  ]);
});

test("what is older than three intervals, or unknown, is no longer of now", () => {
  const both = home({ grid: 300, sun: 200, battery: 0 });
  assert.equal(shown(both, 3 * TEN)?.isOld, false);
  const old = shown(both, 3 * TEN + 1);
  assert.deepEqual([old?.label, old?.isOld, old?.figure.raw], ["Last known", true, 500]);
  assert.match(old?.when[0].text ?? "", /Sun.*22.*1:39/);
  const gone = shown(home({ grid: 300, sun: 200, battery: 0 }, ["sun"]));
  assert.deepEqual([gone?.label, gone?.isOld], ["Last known", true]);
  assert.deepEqual(strip(gone)?.[0], "Sun  – unknown");
});

test("the grid alone is told once, by its way: a house never takes less than nothing", () => {
  const alone = { grid: SUMS.grid, house: SUMS.grid, import: SUMS.import, export: SUMS.export };
  /** @param {number} value @param {number} [age] */
  const told = (value, age) => shown(home({ grid: value }, [], alone), age);
  assert.deepEqual(strip(told(300)), []);
  assert.deepEqual(
    [told(300), told(-3552), told(-3552, 3 * TEN + 1)].map((one) => [one?.label, one?.figure.raw]),
    [
      ["From the grid", 300],
      ["To the grid", 3552],
      ["Last known", -3552],
    ],
  );
});

test("a page about something else says what it is", () => {
  const found = shown(home({ living_room: 21 }, [], {}));
  assert.deepEqual([found?.label, found?.figure.raw], ["living room", 21]);
});
