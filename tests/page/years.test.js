/** The calendar years on one another and month by month, against numbers worked out by hand. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "../../templates/lib/flows.js";
import { choices, compared, dayAt, MOST_LINES, placeOf } from "../../templates/lib/years.js";
import { file } from "./home.js";
import "./english.js";

const DAY = 86400000;

/** @typedef {(date: string) => Record<string, object>} Values */

/**
 * @param {number} year
 * @param {Values} values of a day; without any it is not in the file
 * @param {{ until?: string, home?: object, series?: Record<string, { unit: string, state_class?: string }> }} [about]
 * @returns {import("../../templates/lib/years.js").File}
 */
function calendar(year, values, { until = `${year + 1}-01-01`, home = {}, series } = {}) {
  /** @type {Record<string, Record<string, object>>} */
  const points = {};
  for (let at = Date.UTC(year, 0); at < Date.parse(until); at += DAY) {
    const date = new Date(at).toISOString();
    const found = values(date.slice(0, 10));
    if (Object.keys(found).length) points[date] = found;
  }
  const text = file({
    tier: "year",
    bucket: "day",
    timezone: "UTC",
    until: `${until}T00:00:00Z`,
    series: series ?? { power: { unit: "W" } },
    points,
  });
  return { year, both: open(text, "year", home) };
}

/** @param {number} kwh @param {number} [coverage] */
const used = (kwh, coverage = 1) => ({
  mean: (kwh * 1000) / 24 / coverage,
  min: 0,
  max: 9,
  kwh,
  coverage,
});

/** @param {number} kwh a day @returns {Values} */
const each = (kwh) => () => ({ power: used(kwh) });

/** @param {import("../../templates/lib/years.js").Years} model @param {number} row @returns {string[][]} its texts: of each year the number, and what is below it */
const texts = (model, row) =>
  model.rows[row].cells.map(({ value, notes }) =>
    [[value], ...notes].map((parts) => parts.map(({ text }) => text).join("")),
  );

test("each date has its place, and 29 February is one of them in each year", () => {
  assert.equal(placeOf(Date.UTC(2023, 1, 28) / DAY), 58);
  assert.equal(placeOf(Date.UTC(2024, 1, 29) / DAY), 59);
  assert.equal(placeOf(Date.UTC(2023, 2, 1) / DAY), 60);
  assert.equal(placeOf(Date.UTC(2023, 11, 31) / DAY), 365);
  assert.equal(placeOf(dayAt(59)), 59);
});

test("a line goes from 1 January to the last day that is over", () => {
  const files = [
    calendar(2025, each(2), { until: "2025-03-02" }),
    calendar(2024, each(1)),
    calendar(2023, each(1)),
  ];
  const [now, leap, plain] = compared(files, "power").lines.map(({ sums }) => sums);
  assert.deepEqual([now[0], now[58], now[59], now[60], now[61]], [2, 118, null, 120, null]);
  assert.deepEqual([leap[58], leap[59], leap[60], leap[365]], [59, 60, 61, 366]);
  assert.deepEqual([plain[58], plain[59], plain[60], plain[365]], [59, null, 60, 365]);
});

test("days that are missing, or known in part, are unknown, and the total says so", () => {
  const missing = ["2025-05-01", "2025-05-02", "2025-12-31"];
  const file = calendar(2025, (date) =>
    missing.includes(date) ? {} : { power: date === "2025-07-01" ? used(1, 0.5) : used(2, 0.95) },
  );
  const model = compared([file], "power");
  const [{ known, note, sums }] = model.lines;
  const away = known.flatMap((isKnown, place) => (isKnown ? [] : dayAt(place)));
  assert.deepEqual(
    away.map((day) => new Date(day * DAY).toISOString().slice(5, 10)),
    ["02-29", "05-01", "05-02", "07-01", "12-31"],
  );
  assert.equal(note.map(({ text }) => text).join(""), "361 of 365 days known");
  assert.equal(sums[365], 2 * 361 + 1, "the line goes on to the end of the year");
  assert.deepEqual(texts(model, 12), [["723.0", "361 of 365 days known"]]);
});

test("months and years are compared if 90 % of both are known", () => {
  const files = [
    calendar(2025, (date) => ({ power: used(3, date.startsWith("2025-01") ? 0.89 : 1) }), {
      until: "2025-04-28",
    }),
    calendar(2024, each(2)),
  ];
  const model = compared(files, "power");
  assert.deepEqual(texts(model, 0), [["93.00", "0 of 31 days"], ["62.00"]]);
  // A day of 2025 has half more; February of 2024 has a day more.
  assert.deepEqual(texts(model, 1), [["84.00", "+50%"], ["58.00"]]);
  assert.deepEqual(texts(model, 3), [["81.00", "+50%"], ["60.00"]]);
  assert.deepEqual(texts(model, 4), [["–"], ["62.00"]]);
  assert.deepEqual(texts(model, 12), [["351.0", "86 of 365 days known"], ["732.0"]]);
});

test("a year that is not published, or cannot be read, is not compared over", () => {
  const [newest, oldest] = [calendar(2025, each(3)), calendar(2023, each(2))];
  assert.deepEqual(texts(compared([newest, oldest], "power"), 5), [["90.00"], ["60.00"]]);
  const model = compared([newest, { year: 2024, both: null }, oldest], "power");
  assert.deepEqual(texts(model, 5), [["90.00"], ["–"], ["60.00"]]);
  assert.deepEqual(
    model.lines[1].sums.filter((sum) => sum !== null),
    [],
  );
});

test("what is given away is below zero, and nothing is compared with it", () => {
  const model = compared([calendar(2025, each(-1)), calendar(2024, each(-2))], "power");
  assert.deepEqual([model.low, model.high], [-732, 0]);
  assert.deepEqual(texts(model, 0), [["-31.00"], ["-62.00"]]);
});

test("ten years are in the table, and the newest eight in the chart", () => {
  const files = Array.from({ length: 10 }, (_, i) => calendar(2025 - i, each(1)));
  const model = compared(files, "power");
  assert.deepEqual(
    model.lines.map(({ year }) => year),
    [2025, 2024, 2023, 2022, 2021, 2020, 2019, 2018],
  );
  assert.equal(model.lines.length, MOST_LINES);
  assert.equal(model.rows[12].cells.length, 10);
});

test("months and years can be opened if anything of them is known", () => {
  const files = [calendar(2025, each(1), { until: "2025-03-02" }), calendar(2024, each(1))];
  const hashes = (/** @type {number} */ row) =>
    compared(files, "power").rows[row].cells.map(({ value }) => value.hash);
  assert.deepEqual(hashes(1), ["#2025-02", "#2024-02"]);
  assert.deepEqual(hashes(2), ["#2025-03", "#2024-03"]);
  assert.deepEqual(hashes(3), [undefined, "#2024-04"]);
  assert.deepEqual(hashes(12), ["#2025", "#2024"]);
});

test("series with energy can be chosen, also one of older years; the house is the usual one", () => {
  const house = [
    ["meter", "net", 1],
    ["solar", "net", 1],
  ];
  const home = { counts: { house }, draws: { house } };
  const counter = { unit: "kWh", state_class: "total_increasing" };
  const series = { volt: { unit: "V" }, meter: counter, solar: { unit: "W" } };
  const volt = { mean: 230, min: 229, max: 231, coverage: 1 };
  const newest = calendar(
    2025,
    () => ({ volt, meter: { change: 4, state: 9, coverage: 1 }, solar: used(2) }),
    { home, series },
  );
  const older = calendar(2024, () => ({ heat_pump: used(5) }), {
    series: { heat_pump: { unit: "W" } },
  });
  const { names, usual } = choices([newest, older]);
  assert.deepEqual(
    [...names],
    [
      ["meter", "meter"],
      ["solar", "solar"],
      ["house", "house"],
      ["heat_pump", "heat pump"],
    ],
  );
  assert.equal(usual, "house");
  assert.equal(compared([newest, older], "house").lines[0].sums[1], 12);
  assert.deepEqual(choices([older]).usual, "heat_pump");
  assert.deepEqual(choices([{ year: 2025, both: null }]), { names: new Map(), usual: null });
});
