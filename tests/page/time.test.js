/** Days tile the year, hours the day, intervals the hour, in every zone; axes are at round local times. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, knownName, MINUTE, ticks, Zone } from "../../templates/lib/time.js";

const at = (/** @type {string} */ text) => Date.parse(text);
const day = (/** @type {string} */ text) => at(`${text}T00:00Z`) / DAY;

test("an offset is the zone's, to the second of a change", () => {
  const zone = new Zone("Europe/Amsterdam");
  assert.equal(zone.offset(at("2026-10-25T00:59:59Z")), 2 * HOUR);
  assert.equal(zone.offset(at("2026-10-25T01:00:00Z")), HOUR);
  assert.equal(new Zone("Asia/Kolkata").offset(at("2026-01-01T00:00Z")), 330 * MINUTE);
});

test("a browser that is older than a zone's name knows it by the old one", () => {
  const old = (/** @type {string} */ name) => {
    if (name === "Europe/Kyiv" || name === "Mars/Olympus") throw new RangeError(name);
    return name;
  };
  assert.equal(knownName("Europe/Kyiv", old), "Europe/Kiev");
  assert.equal(knownName("Europe/Kyiv"), "Europe/Kyiv");
  assert.equal(knownName("Asia/Yangon", old), "Asia/Yangon");
  assert.throws(() => knownName("Mars/Olympus", old), RangeError);
  assert.throws(() => new Zone("Mars/Olympus"), RangeError);
});

for (const [name, date, hours, length] of /** @type {[string, string, number, number][]} */ ([
  ["Europe/Amsterdam", "2026-11-24", 24, 24],
  ["Europe/Amsterdam", "2026-03-29", 23, 23],
  ["Europe/Amsterdam", "2026-10-25", 25, 25],
  ["Australia/Lord_Howe", "2026-04-05", 24, 24.5],
  ["Australia/Lord_Howe", "2026-10-04", 23, 23.5],
  ["America/Havana", "2026-03-08", 23, 23],
  ["America/Havana", "2026-11-01", 25, 25],
  ["Pacific/Apia", "2011-12-30", 0, 0],
  ["UTC", "2026-11-24", 24, 24],
])) {
  test(`${name} has ${hours} hours on ${date}`, () => {
    const zone = new Zone(name);
    const number = day(date);
    const starts = zone.hours(number);
    assert.equal(starts.length, hours);
    assert.equal(zone.start(number + 1) - zone.start(number), length * HOUR);
    if (!hours) return;
    assert.equal(zone.day(zone.start(number)), number);
    assert.equal(zone.day(zone.start(number + 1) - 1), number);
    const edges = zone.edges("10min", number, number);
    assert.equal(edges[0], zone.start(number));
    assert.equal(edges[edges.length - 1], zone.start(number + 1));
    assert.ok(starts.every((hour) => edges.includes(hour)));
    assert.ok(edges.slice(1).every((edge, i) => edge > edges[i] && edge - edges[i] <= 10 * MINUTE));
  });
}

test("days tile a year", () => {
  for (const name of ["Europe/Amsterdam", "America/Havana", "Australia/Lord_Howe", "Asia/Tehran"]) {
    const zone = new Zone(name);
    const [first, last] = [day("2026-01-01"), day("2026-12-31")];
    const edges = zone.edges("day", first, last);
    assert.equal(edges.length, 366);
    for (const [i, edge] of edges.slice(0, -1).entries()) assert.equal(zone.day(edge), first + i);
  }
});

test("an hour that comes twice is told", () => {
  const zone = new Zone("Europe/Amsterdam");
  for (const [text, twice] of /** @type {[string, boolean][]} */ ([
    ["2026-10-24T23:59Z", false],
    ["2026-10-25T00:00Z", true],
    ["2026-10-25T00:30Z", true],
    ["2026-10-25T01:30Z", true],
    ["2026-10-25T01:59Z", true],
    ["2026-10-25T02:00Z", false],
    ["2026-03-29T00:30Z", false],
    ["2026-03-29T01:30Z", false],
  ])) {
    assert.equal(zone.twice(at(text)), twice, text);
  }
});

test("ticks are at round local times, also where clocks change", () => {
  const zone = new Zone("Europe/Amsterdam");
  const hours = (/** @type {string} */ date, /** @type {number} */ most) =>
    ticks(zone, zone.start(day(date)), zone.start(day(date) + 1), most).map((tick) =>
      new Date(zone.local(tick)).getUTCHours(),
    );
  assert.deepEqual(hours("2026-11-24", 8), [0, 3, 6, 9, 12, 15, 18, 21]);
  assert.deepEqual(hours("2026-03-29", 12), [0, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]);
  assert.deepEqual(hours("2026-10-25", 13), [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]);
});

test("ticks of a year are the first days of its months", () => {
  const zone = new Zone("Europe/Amsterdam");
  const at = ticks(zone, zone.start(day("2025-11-24")), zone.start(day("2026-11-24")), 13);
  assert.equal(at.length, 12);
  assert.ok(at.every((tick) => new Date(zone.local(tick)).getUTCDate() === 1));
});

test("weeks on an axis begin on the language's first day", () => {
  const zone = new Zone("Europe/Amsterdam");
  for (const week of [1, 6, 7]) {
    const at = ticks(zone, zone.start(day("2026-10-20")), zone.start(day("2026-11-19")), 6, week);
    const weekdays = at.map((tick) => ((zone.day(tick) + 3) % 7) + 1);
    assert.ok(at.length >= 4);
    assert.deepEqual([...new Set(weekdays)], [week]);
  }
});
