/** Some days of a file: their sums, what they claim, and today so far beside closed ones. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { cut, withToday } from "../../templates/lib/cut.js";
import { open } from "../../templates/lib/flows.js";
import { gaps } from "../../templates/lib/gaps.js";
import { MODELS, past } from "../../templates/lib/models.js";
import { knownOf, stepsOf, thereText } from "../../templates/lib/moving.js";
import { dayOf } from "../../templates/lib/places.js";
import { daysOf } from "../../templates/lib/statistics.js";
import { DAY, HOUR } from "../../templates/lib/time.js";
import { file, power } from "./home.js";
import "./english.js";

/** @typedef {import("../../templates/lib/flows.js").Term} Term */

/** @type {Record<string, Term[]>} */
const SUMS = { house: [["power", "net", 1]] };
const HOME = { draws: SUMS, counts: SUMS };
const SERIES = { power: { unit: "W" } };
const day = (/** @type {string} */ text) => /** @type {number} */ (dayOf(text));

/** @param {string} date @param {string} offset @param {number} count @param {(i: number) => object | null} value */
function points(date, offset, count, step = DAY, value = (_) => ({ power: power(100, 24) })) {
  const start = Date.parse(`${date}T00:00:00${offset}`);
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      new Date(start + i * step).toISOString(),
      value(i),
    ]).filter(([, point]) => point),
  );
}

/** @param {string} tier @param {string} until @param {Record<string, any>} points */
const closed = (tier, until, points, zone = "UTC") =>
  open(
    file({
      tier,
      bucket: tier === "weekly" ? "hour" : "day",
      timezone: zone,
      until,
      series: SERIES,
      points,
    }),
    /** @type {any} */ (tier),
    HOME,
  );

/** Nine days of a year. */
const nine = () => closed("yearly", "2026-11-25T00:00:00Z", points("2026-11-16", "Z", 9));

const today = () =>
  open(
    file({
      tier: "daily",
      bucket: "60min",
      timezone: "UTC",
      date: "2026-11-25",
      until: "2026-11-25T06:00:00Z",
      series: SERIES,
      points: points("2026-11-25", "Z", 6, HOUR, (i) =>
        i === 2 ? null : { power: power(1000, 1) },
      ),
    }),
    "daily",
    HOME,
  );

test("nine days of a year say so, and claim the year", () => {
  const both = nine();
  const model = MODELS["365-days"](both, {});
  const [energy] = model.rest().made;
  assert.equal(energy.figure.raw, 9 * 2.4);
  assert.equal(energy.notes[0].map(({ text }) => text).join(""), "in 9 days");
  const share = model.rest().made.find(({ figure }) => figure.key === "known")?.figure;
  assert.equal(share?.raw, 9 / 365);
  const steps = stepsOf({ id: "365-days" }, ["365-days"], knownOf([]), both);
  assert.equal(steps.note.replace("Nov 16", "16 Nov"), "since 16 Nov: 9 of 365 days");
});

test("a month that began before the data says since when, and its last day is yesterday", () => {
  const both = nine();
  const days = {
    kind: /** @type {const} */ ("month"),
    first: day("2026-11-01"),
    end: day("2026-12-01"),
  };
  const shown = past(days, both, null);
  assert.equal(shown.both.grid.edges.length - 1, 24);
  assert.equal(shown.model.charts[0].lines[0].values.length, 24);
  assert.match(thereText(both, days), /^since .*: 9 of 30 days$/);
  assert.equal(shown.model.rest().made[0].figure.raw, 9 * 2.4);
});

test("today so far is the last bar, hatched, and in no sum", () => {
  const both = nine();
  const grid = withToday(both, today());
  const days = daysOf(both.doc, grid, "power");
  assert.equal(days.length, 366);
  const last = days[days.length - 1];
  assert.ok(Math.abs((last.total ?? 0) - 5) < 1e-9);
  assert.ok(Math.abs(last.coverage - 5 / 24) < 1e-9);
  const { charts, rest } = MODELS["365-days"](both, { daily: today() });
  const [bars] = charts[0].lines;
  assert.ok(Math.abs((bars.values[365] ?? 0) - 5) < 1e-9);
  assert.equal(bars.partial?.[365], true);
  assert.equal(bars.rest?.(null)[0].raw, 9 * 2.4);
  assert.ok(Math.abs(Number(bars.rest?.([364, 366])[0].raw) - (2.4 + 5)) < 1e-9);
  assert.equal(rest().made[0].figure.raw, 9 * 2.4);
});

test("today stands beside no days that it does not follow", () => {
  const both = nine();
  assert.equal(withToday(both, null), both.grid);
  const later = closed("monthly", "2026-11-26T00:00:00Z", points("2026-11-16", "Z", 10));
  assert.equal(withToday(later, today()), later.grid, "yesterday's daily.json is still there");
});

test("a day is its hours, 23 or 25 of them if clocks change", () => {
  const both = closed(
    "weekly",
    "2026-10-28T00:00:00+01:00",
    points("2026-10-21", "+02:00", 7 * 24 + 1, HOUR, () => ({ power: power(100, 1) })),
    "Europe/Amsterdam",
  );
  for (const [date, hours] of /** @type {[string, number][]} */ ([
    ["2026-10-25", 25],
    ["2026-10-24", 24],
  ])) {
    const first = day(date);
    const { both: some, model } = past({ kind: "day", first, end: first + 1 }, both, null);
    assert.equal(some.grid.edges.length - 1, hours);
    assert.equal(model.charts[0].lines[0].values.filter((value) => value !== null).length, hours);
    const [energy] = model.rest().made;
    assert.ok(Math.abs(Number(energy.figure.raw) - hours / 10) < 1e-9);
  }
});

test("a day of which the file has one bucket has its sums and no chart", () => {
  const first = day("2026-11-17");
  const { model } = past({ kind: "day", first, end: first + 1 }, nine(), null);
  assert.deepEqual(model.charts, []);
  assert.equal(model.rest().made[0].figure.raw, 2.4);
  assert.deepEqual(model.rest().smalls, []);
});

test("a series that was known before some days is unknown in them, not new", () => {
  const both = closed(
    "weekly",
    "2026-11-25T00:00:00Z",
    points("2026-11-18", "Z", 7 * 24, HOUR, (i) =>
      i >= 48 && i < 72 ? null : { power: power(100, 1) },
    ),
  );
  const some = cut(both, day("2026-11-20"), day("2026-11-21"));
  const [gap] = gaps(some.doc, some.grid);
  assert.equal(gap.length, 24 * HOUR);
});
