/** Addresses name days; ‹ and › go on by one of a kind; the finest file that has some days shows them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { dayOf, filesOf, hashOf, neighbours, parse, tabOf } from "../../templates/lib/places.js";

const IDS = ["today", "7-days", "30-days", "365-days"];
const day = (/** @type {string} */ text) => /** @type {number} */ (dayOf(text));

/** @param {string} hash */
const at = (hash) => /** @type {NonNullable<ReturnType<typeof parse>>} */ (parse(hash, IDS)).place;

/** @param {string} today @param {Record<string, [string, string] | null | undefined>} files first day, and the day after the last */
const known = (today, files) => ({
  today: today ? day(today) : null,
  spans: new Map(
    Object.entries(files).map(([tier, span]) => [
      tier,
      span && { first: day(span[0]), end: day(span[1]) },
    ]),
  ),
});

/** All files of a home that is two years old. */
const ALL = known("2026-11-26", {
  daily: ["2026-11-26", "2026-11-27"],
  weekly: ["2026-11-19", "2026-11-26"],
  monthly: ["2026-10-27", "2026-11-26"],
  yearly: ["2025-11-26", "2026-11-26"],
});

for (const hash of [
  "#today",
  "#365-days",
  "#2026-11-20",
  "#2024-02-29",
  "#2026-11",
  "#2026",
  "#2026-11-13..2026-11-20",
  "#7-days/2026-11-20T06:00..2026-11-20T09:00",
]) {
  test(`${hash} is an address, there and back`, () => {
    const found = parse(hash, IDS);
    assert.ok(found);
    assert.equal(hashOf(found.place, found.chosen), hash);
  });
}

for (const hash of [
  "",
  "#",
  "#nothing",
  "#2026-02-29",
  "#2026-13",
  "#2026-1-1",
  "#20261120",
  "#2026-11-20..2026-11-13",
  "#2026-11-20..2026-11-20",
  "#2026-11-20..",
  "#..2026-11-20",
  "#2026-01-01..2027-01-03",
  "#2026-01-01..2026-01-02..2026-01-03",
  "#%E0%A4%A",
  "#constructor",
  "#__proto__",
  "#-2026-11-20",
  "#2026-11-20T10",
]) {
  test(`${hash || "nothing"} is no address`, () => assert.equal(parse(hash, IDS), null));
}

test("a span of one day is that day", () =>
  assert.equal(hashOf(at("#2026-11-20..2026-11-21")), "#2026-11-20"));

for (const [hash, before, after] of /** @type {[string, string | null, string | null][]} */ ([
  ["#today", "#2026-11-25", null],
  ["#2026-11-25", "#2026-11-24", "#today"],
  ["#2026-11-26", "#2026-11-25", null],
  ["#2026-03-01", "#2026-02-28", "#2026-03-02"],
  ["#2025-11-26", null, "#2025-11-27"],
  ["#7-days", "#2026-11-12..2026-11-19", null],
  ["#2026-11-12..2026-11-19", "#2026-11-05..2026-11-12", "#7-days"],
  ["#30-days", "#2026-09-27..2026-10-27", null],
  ["#365-days", null, null],
  ["#2026-11", "#2026-10", null],
  ["#2026-01", "#2025-12", "#2026-02"],
  ["#2025-11", null, "#2025-12"],
  ["#2025", null, "#2026"],
  ["#2019-03-03", null, "#2019-03-04"],
  ["#2030-03-03", "#2030-03-02", null],
])) {
  test(`beside ${hash} are ${before} and ${after}`, () => {
    const found = neighbours(at(hash), IDS, ALL);
    assert.deepEqual(
      [found.before && hashOf(found.before), found.after && hashOf(found.after)],
      [before, after],
    );
  });
}

test("before the longest file is read, anything may be before", () => {
  const some = known("2026-11-26", {
    daily: ["2026-11-26", "2026-11-27"],
    weekly: ["2026-11-19", "2026-11-26"],
    yearly: undefined,
  });
  assert.deepEqual(neighbours(at("#2026-11-19"), IDS, some).before, at("#2026-11-18"));
  const today = known("2026-11-26", { daily: ["2026-11-26", "2026-11-27"] });
  assert.equal(neighbours(at("#today"), IDS, today).before, null, "only today is published");
  const unknown = neighbours(at("#7-days"), IDS, known("", { weekly: undefined }));
  assert.deepEqual(unknown, { before: null, after: null });
});

for (const [hash, id] of [
  ["#2026-11-20", "today"],
  ["#2026-11-12..2026-11-19", "7-days"],
  ["#2026-11", "30-days"],
  ["#2026-10", "30-days"],
  ["#2026-01-01..2026-02-02", "365-days"],
  ["#2024", "365-days"],
]) {
  test(`${hash} is shown by ${id}`, () => assert.equal(tabOf(at(hash), IDS), id));
}

test("days are shown by a tab that is published", () => {
  assert.equal(tabOf(at("#2026-11-20"), ["7-days", "365-days"]), "7-days");
  assert.equal(tabOf(at("#2026"), ["today", "30-days"]), "30-days");
});

for (const [hash, found] of /** @type {[string, object | null][]} */ ([
  ["#2026-11-26", { show: ["daily"] }],
  ["#2026-11-25", { show: ["weekly"] }],
  ["#2026-11-18", { show: ["monthly"] }],
  ["#2026-10-26", { show: ["yearly"] }],
  ["#2025-11-25", null],
  ["#2026-11-27", null],
  ["#2026-11-20..2026-11-23", { show: ["weekly"] }],
  ["#2026-11-12..2026-11-19", { show: ["monthly"] }],
  ["#2026-11-18..2026-11-21", { show: ["monthly"] }],
  ["#2026-11", { show: ["yearly"] }],
  ["#2026-10", { show: ["yearly"] }],
  ["#2025-11", { show: ["yearly"] }],
  ["#2025-10", null],
  ["#2026-12", null],
  ["#2026", { show: ["yearly"] }],
])) {
  test(`${hash} comes from ${JSON.stringify(found)}`, () =>
    assert.deepEqual(filesOf(/** @type {any} */ (at(hash)), ALL), found));
}

/** The same home, whose calendar years are published; it began in March 2024. */
const YEARS = {
  today: ALL.today,
  spans: new Map([
    ...ALL.spans,
    ...known("", {
      "year-2024": ["2024-03-05", "2025-01-01"],
      "year-2025": ["2025-01-01", "2026-01-01"],
      "year-2026": ["2026-01-01", "2026-11-26"],
    }).spans,
  ]),
};

for (const [hash, found] of /** @type {[string, object | null][]} */ ([
  ["#2026", { show: ["yearly"] }],
  ["#2026-11-20", { show: ["weekly"] }],
  ["#2026-03", { show: ["yearly"] }],
  ["#2025-11", { show: ["year-2025"] }],
  ["#2025", { show: ["year-2025"] }],
  ["#2025-06-01", { show: ["year-2025"] }],
  ["#2024", { show: ["year-2024"] }],
  ["#2024-02", null],
  ["#2024-12-20..2025-01-10", { show: ["year-2024", "year-2025"] }],
  ["#2023-12-20..2024-01-10", null],
  ["#2023", null],
  ["#2027", null],
])) {
  test(`${hash} comes from ${JSON.stringify(found)}, if there are calendar years`, () =>
    assert.deepEqual(filesOf(/** @type {any} */ (at(hash)), YEARS), found));
}

test("a calendar year is read if its days are asked for, the oldest one to tell where all begins", () => {
  const asked = (/** @type {string} */ hash) => filesOf(/** @type {any} */ (at(hash)), unread);
  const unread = { ...YEARS, spans: new Map(YEARS.spans) };
  for (const year of ["2024", "2025", "2026"]) unread.spans.set(`year-${year}`, undefined);
  assert.deepEqual(asked("#2025-03"), { load: "year-2025" });
  assert.deepEqual(asked("#2024-12-20..2025-01-10"), { load: "year-2024" });
  assert.deepEqual(asked("#2023"), { load: "year-2024" });
  assert.deepEqual(asked("#2026-11"), { show: ["yearly"] });
  assert.deepEqual(neighbours(at("#2025-03-01"), IDS, unread).before, at("#2025-02-28"));
  assert.equal(neighbours(at("#2024-01-01"), IDS, unread).before, null);
  assert.equal(neighbours(at("#2024-03-05"), IDS, YEARS).before, null);
});

test("files are read from the one that may have the hours", () => {
  /** @type {Record<string, [string, string] | null | undefined>} */
  const files = { daily: undefined, weekly: undefined, monthly: undefined, yearly: undefined };
  const asked = (/** @type {string} */ hash, /** @type {string} */ today) =>
    filesOf(/** @type {any} */ (at(hash)), known(today, files));
  assert.deepEqual(asked("#2026-11-20", ""), { load: "weekly" });
  files.weekly = ["2026-11-19", "2026-11-26"];
  assert.deepEqual(asked("#2026-11-20", "2026-11-26"), { show: ["weekly"] });
  assert.deepEqual(asked("#2026-11-26", "2026-11-26"), { load: "daily" });
  assert.deepEqual(asked("#2026-11-10", "2026-11-26"), { load: "monthly" });
  assert.deepEqual(asked("#2030-11-10", "2026-11-26"), { load: "daily" });
  files.monthly = null;
  assert.deepEqual(asked("#2026-11-10", "2026-11-26"), { load: "yearly" });
  files.yearly = null;
  assert.equal(asked("#2026-11-10", "2026-11-26"), null);
});
