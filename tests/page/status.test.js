/** What the page says about its data: notices, its age, what stands in place of a tab. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { read, TIERS } from "../../templates/lib/data.js";
import { dayTime, shortDay, time } from "../../templates/lib/format.js";
import { ageText, emptyText, notices } from "../../templates/lib/status.js";
import { HOUR, MINUTE } from "../../templates/lib/time.js";
import { file, power } from "./home.js";
import "./english.js";

const MIDNIGHT = "2026-11-24T00:00:00+01:00";
const series = { power: { unit: "W" } };

/** @param {string} until @param {object} [changes] */
const daily = (until, changes = {}) =>
  read(
    file({
      tier: "daily",
      bucket: "10min",
      timezone: "Europe/Amsterdam",
      date: "2026-11-24",
      until,
      series,
      points: { [MIDNIGHT]: { power: power(100, 1 / 6) } },
      ...changes,
    }),
    "daily",
  );

/** @param {"weekly" | "monthly" | "yearly"} tier */
const closed = (tier) =>
  read(
    file({
      tier,
      bucket: tier === "weekly" ? "hour" : "day",
      timezone: "Europe/Amsterdam",
      until: MIDNIGHT,
      series,
      points: { "2026-11-23T00:00:00+01:00": { power: power(100, 1) } },
    }),
    tier,
  );

/** @param {import("../../templates/lib/data.js").Doc} doc @param {number} now */
const stale = (doc, now) =>
  notices(doc, null, now, HOUR).map(({ kind, text }) => `${kind}: ${text}`);

test("today is stale two publish periods after its end", () => {
  const doc = daily("2026-11-24T18:20:00+01:00");
  assert.deepEqual(stale(doc, doc.until + 119 * MINUTE), []);
  assert.deepEqual(stale(doc, doc.until + 121 * MINUTE), [
    `stale: The data ends 2 hours ago, at ${dayTime(doc.zone, doc.until)}. Is powerstats collect running?`,
  ]);
});

for (const tier of /** @type {const} */ (["weekly", "monthly", "yearly"])) {
  test(`${tier} days are stale two publish periods after the next day has ended`, () => {
    const doc = closed(tier);
    const tomorrow = doc.until + 24 * HOUR;
    assert.deepEqual(stale(doc, tomorrow + 119 * MINUTE), []);
    const [notice, ...more] = stale(doc, tomorrow + 121 * MINUTE);
    assert.match(
      notice,
      new RegExp(`^stale: The data ends .* Is ${TIERS[tier].command} running\\?$`),
    );
    assert.deepEqual(more, []);
  });
}

test("a problem is said first, and that what is shown was there before", () => {
  const doc = daily("2026-11-24T18:20:00+01:00");
  const problem = /** @type {const} */ ({
    key: "problem.unreachable",
    values: { file: "daily.json" },
  });
  const said = "daily.json cannot be reached.";
  assert.deepEqual(notices(null, problem, doc.until, HOUR), [
    { kind: "problem", text: `${said} The page tries again by itself.` },
  ]);
  const [first, second] = notices(doc, problem, doc.until + 3 * HOUR, HOUR);
  assert.equal(
    first.text,
    `${said} The page shows what it had before. The page tries again by itself.`,
  );
  assert.equal(second.kind, "stale");
  assert.deepEqual(notices(null, null, 0, HOUR), []);
});

test("the age is that of the data's end", () => {
  const doc = daily("2026-11-24T18:20:00+01:00");
  const clock = time(doc.zone, doc.until);
  const day = dayTime(doc.zone, doc.until);
  const age = (/** @type {number} */ minutes) => ageText(doc, doc.until + minutes * MINUTE);
  assert.equal(age(0), `Data until ${clock}, just now`);
  assert.equal(age(4), `Data until ${clock}, 4 minutes ago`);
  assert.equal(age(61), `Data until ${clock}, 1 hour ago`);
  assert.equal(age(6 * 60), `Data until ${day}, 6 hours ago`, "it is another day");
  assert.equal(age(49 * 60), `Data until ${day}, 2 days ago`);
  const week = closed("weekly");
  const monday = shortDay(week.zone.day(week.until) - 1);
  assert.equal(ageText(week, week.until + HOUR), `Data until the end of ${monday}, 1 hour ago`);
});

test("a tab without data names the command that makes its file", () => {
  for (const tier of /** @type {const} */ (["daily", "weekly", "monthly", "yearly"])) {
    const { title, command } = emptyText(tier, null);
    assert.deepEqual([title, command], ["No data yet", TIERS[tier].command]);
  }
});

test("a day that was asked for and knows nothing is no missing run", () => {
  const { title, command } = emptyText("daily", daily("2026-11-24T18:20:00+01:00", { points: {} }));
  assert.deepEqual([title, command], ["Nothing known yet", null]);
});

test("a first run just after midnight, and a file without a series, are no data yet", () => {
  for (const doc of [
    daily(MIDNIGHT, { points: {} }),
    daily(MIDNIGHT, { points: {}, series: {} }),
  ]) {
    assert.equal(emptyText("daily", doc).title, "No data yet");
  }
  assert.equal(emptyText("weekly", closed("weekly")).title, "No data yet");
});
