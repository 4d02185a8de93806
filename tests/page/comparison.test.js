/** Today beside yesterday: both numbers are of the same span, and the sentence adds up. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { compared } from "../../templates/lib/comparison.js";
import { open } from "../../templates/lib/flows.js";
import { daysTold, soFar } from "../../templates/lib/sentence.js";
import { speak } from "../../templates/lib/words.js";
import english from "../../templates/words/en.js";
import { file, power } from "./home.js";

speak(english, "en-GB");

const series = { power: { unit: "W" } };
const HOUR = 3600000;

/** @param {string} start @param {number} count @param {number} minutes @param {(i: number) => object} value */
const points = (start, count, minutes, value) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      new Date(Date.parse(start) + i * minutes * 60000).toISOString(),
      { power: value(i) },
    ]),
  );

/** @param {string} date @param {string} start @param {number} halves @param {(half: number) => object} value */
const today = (date, start, halves, value) =>
  open(
    file({
      tier: "daily",
      bucket: "30min",
      timezone: "Europe/Amsterdam",
      date,
      until: new Date(Date.parse(start) + halves * 30 * 60000).toISOString(),
      series,
      points: points(start, halves, 30, value),
    }),
    "daily",
    {},
  );

/** @param {string} until @param {Record<string, Record<string, object>>} made */
const past = (until, made) =>
  open(
    file({
      tier: "weekly",
      bucket: "hour",
      timezone: "Europe/Amsterdam",
      until,
      series,
      points: made,
    }),
    "weekly",
    {},
  );

const MIDNIGHT = "2026-11-24T00:00:00+01:00";
const YESTERDAY = "2026-11-23T00:00:00+01:00";
const week = past(MIDNIGHT, {
  ...points("2026-11-22T00:00:00+01:00", 24, 60, () => power(1000, 1)),
  ...points(YESTERDAY, 24, 60, () => power(500, 1)),
});

/** @param {ReturnType<typeof today>} both @param {ReturnType<typeof past> | null} other @param {string} [at] */
const said = (both, other, at = "2026-11-24T05:00:00+01:00") =>
  soFar(both, "power", other, Date.parse(at))
    .map(({ text }) => text)
    .join("");

test("the numbers of the sentence are of the same span", () => {
  const whole = today("2026-11-24", MIDNIGHT, 6, () => power(700, 0.5));
  assert.equal(said(whole, week), "2.1\u202fkWh so far, 40% more than yesterday by 03:00 (1.5)");
  const later = today("2026-11-24", MIDNIGHT, 7, () => power(300, 0.5));
  assert.equal(
    said(later, week),
    "1.1\u202fkWh so far; 0.90 by 03:00, 40% less than yesterday (1.5)",
  );
  const alike = today("2026-11-24", MIDNIGHT, 6, () => power(501, 0.5));
  assert.equal(said(alike, week), "1.5\u202fkWh so far, as much as yesterday by 03:00 (1.5)");
});

test("it compares nothing that is not known to 90 %, or not above zero", () => {
  const first = (/** @type {number} */ share) =>
    today("2026-11-24", MIDNIGHT, 6, (i) => power(700, 0.5, i ? 1 : share));
  assert.match(said(first(0.5), week), /more than yesterday/);
  assert.equal(said(first(0.3), week), "1.9\u202fkWh so far");
  const gone = past(
    MIDNIGHT,
    points(YESTERDAY, 2, 60, () => power(500, 1)),
  );
  assert.equal(said(first(1), gone), "2.1\u202fkWh so far");
  const fed = past(
    MIDNIGHT,
    points(YESTERDAY, 24, 60, () => power(-500, 1)),
  );
  assert.equal(said(first(1), fed), "2.1\u202fkWh so far");
  assert.equal(said(first(1), null), "2.1\u202fkWh so far");
  const begun = today("2026-11-24", MIDNIGHT, 1, () => power(700, 0.5));
  assert.equal(said(begun, week), "0.35\u202fkWh so far", "no hour is over yet");
});

test("a day that is not today is told by its date", () => {
  const old = today("2026-11-24", MIDNIGHT, 6, () => power(700, 0.5));
  assert.equal(said(old, week, "2026-11-27T09:00:00+01:00"), "2.1\u202fkWh on 24 Nov 2026");
});

test("a mean day is of the days that are known", () => {
  const both = today("2026-11-24", MIDNIGHT, 6, () => power(700, 0.5));
  const found = compared(both, week, "power", [1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual([found?.days, found?.theirs], [2, 2.25]);
});

test("on the days of a clock change both days end at the same local time", () => {
  // At 02:00 the clocks go to 03:00: one hour less by 04:00.
  const spring = today("2026-03-29", "2026-03-29T00:00:00+01:00", 6, () => power(1000, 0.5));
  const before = past(
    "2026-03-29T00:00:00+01:00",
    points("2026-03-28T00:00:00+01:00", 24, 60, () => power(1000, 1)),
  );
  const found = compared(spring, before, "power", [1]);
  assert.deepEqual([found?.ours, found?.theirs], [3, 4]);
  assert.equal(new Date(found?.by ?? 0).toISOString(), "2026-03-29T02:00:00.000Z");

  // The day after has an hour that the day before did not have: it is compared by the one before.
  const after = today("2026-03-30", "2026-03-30T00:00:00+02:00", 4, () => power(1000, 0.5));
  const short = past(
    "2026-03-30T00:00:00+02:00",
    points("2026-03-29T00:00:00+01:00", 23, 60, () => power(1000, 1)),
  );
  assert.deepEqual(compared(after, short, "power", [1])?.ours, 1);

  // The hour from 02:00 comes twice: what has passed at 02:00 is not clear.
  const autumn = today("2026-10-25", "2026-10-25T00:00:00+02:00", 6, () => power(1000, 0.5));
  const long = past(
    "2026-10-25T00:00:00+02:00",
    points("2026-10-24T00:00:00+02:00", 24, 60, () => power(1000, 1)),
  );
  const twice = compared(autumn, long, "power", [1]);
  assert.deepEqual([twice?.ours, twice?.theirs], [1, 1]);
  assert.equal(twice?.by, Date.parse("2026-10-25T00:00:00+02:00") + HOUR);
});

test("closed days are told in all, and a day", () => {
  const totals = { total: 234.2, perDay: 7.81, days: 30 };
  const text = (/** @type {import("../../templates/lib/sentence.js").Before} */ before) =>
    daysTold(totals, "kWh", before)
      .map((part) => part.text)
      .join("");
  assert.equal(text(null), "234.2\u202fkWh in 30 days, 7.8 a day");
  assert.equal(
    text({ perDay: 6.97, change: 0.12 }),
    "234.2\u202fkWh in 30 days, 7.8 a day: 12% more than in the 30 days before (7.0)",
  );
  assert.equal(text({ perDay: 6.97, change: null }), text(null));
});
