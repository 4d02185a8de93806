/** Files are read whole or not at all, and lie on their window's buckets. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { csv, iso, rows } from "../../templates/lib/csv.js";
import { FileError, grid, read, window } from "../../templates/lib/data.js";
import { staleSince } from "../../templates/lib/stale.js";
import { HOUR, MINUTE } from "../../templates/lib/time.js";
import { file, measured, power } from "./home.js";

const AUTUMN = file({
  tier: "daily",
  bucket: "10min",
  timezone: "Europe/Amsterdam",
  date: "2026-10-25",
  until: "2026-10-25T12:00:00+01:00",
  series: { power: { unit: "W" } },
  points: {
    "2026-10-25T02:10:00+02:00": { power: power(100, 1 / 6) },
    "2026-10-25T02:10:00+01:00": { power: power(200, 1 / 6) },
  },
});

test("the hour that comes twice is there twice", () => {
  const doc = read(AUTUMN, "daily");
  const { edges, columns } = grid(doc);
  assert.equal(edges.length - 1, 150);
  const column = columns.get("power") ?? [];
  assert.deepEqual(
    column.flatMap((value, i) => (value ? [[i, value.mean]] : [])),
    [
      [13, 100],
      [19, 200],
    ],
  );
  assert.equal(iso(doc.zone, edges[13]), "2026-10-25T02:10:00+02:00");
  assert.equal(iso(doc.zone, edges[19]), "2026-10-25T02:10:00+01:00");
});

test("a file that is not one is refused, and says why", () => {
  const refused = (/** @type {string} */ text, /** @type {any} */ tier = "daily") => {
    try {
      read(text, tier);
    } catch (error) {
      return error instanceof FileError && error.fault;
    }
    return "nothing";
  };
  assert.equal(refused('{"version": 1, "tier"'), "incomplete");
  assert.equal(refused("[]"), "form");
  assert.equal(refused(AUTUMN.replace('"version":1', '"version":2')), "version");
  assert.equal(refused(AUTUMN, "weekly"), "form");
  assert.equal(refused(AUTUMN.replace("Europe/Amsterdam", "Europe/Nowhere")), "zone");
  assert.equal(refused(AUTUMN.replace("2026-10-25T02:10:00+02:00", "noon")), "time");
});

test("a series may have any name", () => {
  const name = "__proto__";
  const text = AUTUMN.replaceAll('"power"', JSON.stringify(name));
  const { columns } = grid(read(text, "daily"));
  assert.equal(columns.get(name)?.filter(Boolean).length, 2);
  const other = grid(
    read(
      AUTUMN.replaceAll('"power"', '"constructor"').replace(
        '"constructor":{"mean":100',
        '"x":{"mean":100',
      ),
      "daily",
    ),
  );
  assert.equal(other.columns.get("constructor")?.filter(Boolean).length, 1);
});

test("a window ends with the last day asked for, known or not", () => {
  const doc = read(
    file({
      tier: "weekly",
      bucket: "hour",
      timezone: "Europe/Amsterdam",
      until: "2026-03-31T00:00:00+02:00",
      series: { power: { unit: "W" } },
      points: { "2026-03-26T05:00:00+01:00": { power: power(100, 1) } },
    }),
    "weekly",
  );
  const { first, last } = window(doc);
  assert.equal(last - first, 6);
  const { edges, from } = grid(doc);
  assert.equal(edges.length - 1, 7 * 24 - 1);
  assert.equal(iso(doc.zone, from), "2026-03-26T00:00:00+01:00");
});

test("stale is said of until, from two publish periods", () => {
  const doc = read(AUTUMN, "daily");
  assert.equal(staleSince(doc, doc.until + 2 * HOUR - 1, HOUR).since, null);
  assert.equal(staleSince(doc, doc.until + 2 * HOUR, HOUR).since, doc.until);
  const week = read(
    file({
      tier: "weekly",
      bucket: "hour",
      timezone: "Europe/Amsterdam",
      until: "2026-10-25T00:00:00+02:00",
      series: { power: { unit: "W" } },
      points: {},
    }),
    "weekly",
  );
  assert.equal(
    staleSince(week, week.until + 27 * HOUR - 1, HOUR).since,
    null,
    "25 hours, then two",
  );
  assert.notEqual(staleSince(week, week.until + 27 * HOUR, HOUR).since, null);
});

test("a series that fell behind is named", () => {
  const doc = read(
    file({
      tier: "daily",
      bucket: "10min",
      timezone: "UTC",
      date: "2026-11-24",
      until: "2026-11-24T12:00:00Z",
      series: { power: { unit: "W" }, solar: { unit: "W", until: "2026-11-24T09:00:00Z" } },
      points: {},
    }),
    "daily",
  );
  assert.deepEqual(
    staleSince(doc, doc.until, HOUR).lagging.map(({ name }) => name),
    ["solar"],
  );
});

test("a table is CSV with its text quoted and no formula in it", () => {
  assert.equal(
    csv([
      ["a", '=1+1,"x"'],
      [1.5, null],
    ]),
    'a,"\'=1+1,""x"""\r\n1.5,\r\n',
  );
});

test("CSV holds what is shown", () => {
  const doc = read(AUTUMN, "daily");
  const shown = grid(doc);
  const all = rows(doc, shown, ["power"], null);
  assert.deepEqual(all[0], [
    "start",
    "power mean (W)",
    "power min (W)",
    "power max (W)",
    "power energy (kWh)",
    "power coverage",
  ]);
  assert.deepEqual(
    all.slice(1).map(([start]) => start),
    ["2026-10-25T02:10:00+02:00", "2026-10-25T02:10:00+01:00"],
  );
  const start = Date.parse("2026-10-25T02:10:00+01:00");
  assert.equal(rows(doc, shown, ["power"], [start, start + 10 * MINUTE]).length, 2);
  assert.equal(rows(doc, shown, [], null).length, 1);
});

test("measured values need a coverage to be some", () => {
  const doc = read(AUTUMN.replace(/"coverage":1/, '"coverage":null'), "daily");
  assert.equal(grid(doc).columns.get("power")?.filter(Boolean).length, 1);
  assert.equal(measured(1).coverage, 1);
});
