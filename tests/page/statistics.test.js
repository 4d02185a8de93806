/** Sums, means, comparisons and gaps, against numbers worked out by hand. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { open as openHome } from "../../templates/lib/flows.js";
import { blanks, gapList, gaps } from "../../templates/lib/gaps.js";
import { previous } from "../../templates/lib/month.js";
import * as statistics from "../../templates/lib/statistics.js";
import { HOUR } from "../../templates/lib/time.js";
import { week } from "../../templates/lib/week.js";
import { year } from "../../templates/lib/year.js";
import { file, measured, power } from "./home.js";
import "./english.js";

const close = (/** @type {number | null | undefined} */ ours, /** @type {number} */ theirs) =>
  assert.ok(ours != null && Math.abs(ours - theirs) < 1e-9, `${ours} is not ${theirs}`);

const HOME = {
  draws: { house: only("power"), solar: only("solar") },
  counts: { house: only("power"), solar: only("solar") },
};

/** @param {string} name @returns {import("../../templates/lib/flows.js").Term[]} */
function only(name) {
  return [[name, "net", 1]];
}

/** @param {string} text @param {import("../../templates/lib/data.js").Tier} tier */
const open = (text, tier) => openHome(text, tier, HOME);

/** @param {string} date @param {number} hours @param {(hour: number) => object | null} value @param {string} offset */
function byTheHour(date, hours, value, offset = "+00:00") {
  const start = Date.parse(`${date}T00:00:00${offset}`);
  return Object.fromEntries(
    Array.from({ length: hours }, (_, hour) => [
      new Date(start + hour * HOUR).toISOString(),
      value(hour),
    ]).filter(([, point]) => point),
  );
}

const series = { power: { unit: "W" }, voltage: { unit: "V" }, solar: { unit: "W" } };

test("a mean is weighted by known time, and nothing is added for the rest", () => {
  const { grid: shown } = open(
    file({
      tier: "daily",
      bucket: "60min",
      timezone: "UTC",
      date: "2026-11-24",
      until: "2026-11-24T04:00:00Z",
      series,
      points: {
        "2026-11-24T00:00:00Z": { power: power(100, 1) },
        "2026-11-24T01:00:00Z": { power: power(400, 1, 0.5) },
      },
    }),
    "daily",
  );
  const found = statistics.summary(shown, "power", Date.parse("2026-11-24T04:00:00Z"));
  close(found.mean, (100 + 400 * 0.5) / 1.5);
  close(found.total, 0.3);
  close(found.known, 1.5 / 4);
  assert.deepEqual(found.min, { value: 90, at: Date.parse("2026-11-24T00:00:00Z") });
  assert.deepEqual(found.max, { value: 410, at: Date.parse("2026-11-24T01:00:00Z") });
  assert.equal(statistics.summary(shown, "solar", 0).total, null);
});

test("an hour that comes twice has two squares", () => {
  const autumn = open(
    file({
      tier: "weekly",
      bucket: "hour",
      timezone: "Europe/Amsterdam",
      until: "2026-10-26T00:00:00+01:00",
      series,
      points: byTheHour("2026-10-25", 25, () => ({ power: power(100, 1) }), "+02:00"),
    }),
    "weekly",
  );
  const [heat] = week(autumn.doc, autumn.grid).rest().heats;
  assert.equal(heat.columns.length, 25);
  assert.equal(heat.rows[heat.rows.length - 1].cells.filter(Boolean).length, 25);
});

test("days add up, and the parts of a year too", () => {
  const points = Object.fromEntries(
    Array.from({ length: 365 }, (_, i) => [
      new Date(Date.parse("2025-11-24T00:00Z") + i * 24 * HOUR).toISOString(),
      { power: power(1000 + i, 24, i === 3 ? 0.5 : 1) },
    ]),
  );
  const { doc, grid: shown } = open(
    file({
      tier: "yearly",
      bucket: "day",
      timezone: "UTC",
      until: "2026-11-24T00:00:00Z",
      series,
      points,
    }),
    "yearly",
  );
  const days = statistics.daysOf(doc, shown, "power");
  assert.equal(days.length, 365);
  const { total } = statistics.totals(days);
  const months = statistics.months(days);
  close(
    months.reduce((sum, month) => sum + (month.total ?? 0), 0),
    total ?? 0,
  );
  assert.equal(months.length, 13);
  assert.equal(months[1].change, null, "less than 90 % of the first month is known");
  close(months[2].change, (months[2].perDay ?? 0) / (months[1].perDay ?? 1) - 1);
  assert.equal(statistics.extremes(days).lowest?.day, days[0].day);
  assert.equal(statistics.extremes(days).highest?.day, days[364].day);
  close(statistics.rolling(days, 7)[10], (7 * 1007 * 24) / 7 / 1000);
  assert.equal(statistics.rolling(days, 7)[2], null, "three days of seven are too few");
  close(statistics.weekdays(days)[0].mean, statistics.weekdays(days)[0].mean ?? 0);
  assert.equal(
    statistics.weekdays(days).reduce((sum, { days }) => sum + days, 0),
    364,
  );

  const before = previous(days.slice(-30), days);
  close(before.change, (1000 + 349.5) / (1000 + 319.5) - 1);
  close(before.perDay, statistics.totals(days.slice(-60, -30)).perDay ?? 0);
  assert.equal(previous(days.slice(-30), days.slice(-40)).change, null);

  const model = year(doc, shown).rest();
  assert.equal(model.heats[0].rows.length, 13);
  assert.equal(model.heats[0].rows.flatMap(({ cells }) => cells.filter(Boolean)).length, 365);
  assert.equal(model.gaps.rows.length, 1);
});

test("gaps are told apart by what is missing", () => {
  const all = { power: power(1, 1), voltage: measured(230), solar: power(1, 1) };
  const { doc, grid: shown } = open(
    file({
      tier: "daily",
      bucket: "60min",
      timezone: "UTC",
      date: "2026-11-24",
      until: "2026-11-24T10:00:00Z",
      series,
      points: {
        "2026-11-24T00:00:00Z": all,
        "2026-11-24T03:00:00Z": {
          ...all,
          power: power(1, 1, 0.75),
          voltage: measured(230, 0.75),
          solar: power(1, 1, 0.75),
        },
        "2026-11-24T04:00:00Z": { power: all.power, solar: all.solar },
        "2026-11-24T05:00:00Z": { solar: all.solar },
        "2026-11-24T06:00:00Z": { power: all.power, voltage: all.voltage },
        "2026-11-24T07:00:00Z": all,
        "2026-11-24T08:00:00Z": all,
        "2026-11-24T09:00:00Z": all,
      },
    }),
    "daily",
  );
  assert.deepEqual(
    gaps(doc, shown).map(({ start, length, kind }) => [
      new Date(start).getUTCHours(),
      length / HOUR,
      kind,
    ]),
    [
      [1, 2.25, "power cut"],
      [4, 1, "unknown"],
      [5, 1, "unknown"],
      [6, 1, "unknown"],
    ],
  );
  assert.deepEqual(
    blanks(doc, shown, ["power"]).map(([from, to]) => [
      new Date(from).getUTCHours(),
      new Date(to).getUTCHours(),
    ]),
    [
      [1, 3],
      [5, 6],
    ],
  );
});

for (const [name, kinds, shares] of /** @type {[string, string[], (number | null)[][]][]} */ ([
  [
    "all end at once and come back",
    ["power cut"],
    [
      [1, 1, 1],
      [0.5, 0.5, 0.5],
      [1, 1, 1],
    ],
  ],
  [
    "the sun was away before",
    ["unknown", "power cut"],
    [
      [1, 1, null],
      [0.5, 0.5, null],
      [1, 1, 1],
    ],
  ],
  [
    "they end one after the other",
    ["no data"],
    [
      [1, 1, 1],
      [0.5, 0.25, 0.9],
      [1, 1, 1],
    ],
  ],
  [
    "the last of them ends alone",
    ["unknown", "no data"],
    [
      [1, null, null],
      [null, null, null],
      [1, 1, 1],
    ],
  ],
  [
    "none has come back",
    ["no data"],
    [
      [1, 1, 1],
      [1, 1, 1],
      [0.5, 0.5, 0.5],
    ],
  ],
  [
    "one of them stays away",
    ["power cut", "unknown"],
    [
      [0.5, 0.5, 0.5],
      [1, 1, null],
      [1, 1, 1],
    ],
  ],
  [
    "they come back one after the other",
    ["power cut"],
    [
      [0.5, 0.5, 0.5],
      [0.9, 0.8, 0.7],
      [1, 1, 1],
    ],
  ],
])) {
  test(`gaps: ${name}`, () => {
    const points = shares.map(([a, b, c], hour) => [
      `2026-11-24T0${hour}:00:00Z`,
      {
        ...(a && { power: power(1, 1, a) }),
        ...(b && { voltage: measured(230, b) }),
        ...(c && { solar: power(1, 1, c) }),
      },
    ]);
    const { doc, grid: shown } = open(
      file({
        tier: "daily",
        bucket: "60min",
        timezone: "UTC",
        date: "2026-11-24",
        until: "2026-11-24T03:00:00Z",
        series,
        points: Object.fromEntries(points),
      }),
      "daily",
    );
    assert.deepEqual(
      gaps(doc, shown).map(({ kind }) => kind),
      kinds,
    );
  });
}

test("gaps under one interval are counted, not listed", () => {
  const { doc, grid: shown } = openHome(
    file({
      tier: "weekly",
      bucket: "hour",
      timezone: "UTC",
      until: "2026-11-25T00:00:00Z",
      series: { power: { unit: "W" }, voltage: { unit: "V" } },
      points: byTheHour("2026-11-24", 24, (hour) => ({
        power: power(1, 1, hour === 3 ? 0.9 : hour === 8 ? 0.95 : 1),
        voltage: measured(230, hour === 3 ? 0.9 : hour === 14 ? 0.8333 : 1),
      })),
    }),
    "weekly",
    { ...HOME, minutes: 10 },
  );
  const { total, rows, short } = gapList(doc, shown);
  assert.equal(total.raw, 1, "ten minutes, to the rounding of coverage");
  assert.match(rows[0].what.text, /voltage/);
  assert.deepEqual(
    short.flatMap(({ key, raw }) => (key ? [[key, raw]] : [])),
    [
      ["gaps-short", 2],
      ["gaps-short-length", 540],
    ],
  );
});

test("what was corrected by hand is counted, and its day says so", () => {
  const { doc, grid: shown } = openHome(
    file({
      tier: "weekly",
      bucket: "hour",
      timezone: "UTC",
      until: "2026-11-26T00:00:00Z",
      series: { power: { unit: "W" } },
      points: byTheHour("2026-11-24", 48, (hour) => ({
        power: { ...power(1, 1), ...(hour < 2 && { corrected: "a2d00f231f31" }) },
      })),
    }),
    "weekly",
    { ...HOME, minutes: 10 },
  );
  const { corrected } = gapList(doc, shown);
  assert.deepEqual(
    corrected.flatMap(({ key, raw }) => (key ? [[key, raw]] : [])),
    [["gaps-corrected", 2]],
  );
  const days = statistics.daysOf(doc, shown, "power").filter((day) => day.total !== null);
  assert.deepEqual(
    days.map((day) => day.isCorrected ?? false),
    [true, false],
  );
});

test("the only series is unknown; there is no other that tells of a power cut", () => {
  const { doc, grid: shown } = openHome(
    file({
      tier: "daily",
      bucket: "60min",
      timezone: "UTC",
      date: "2026-11-24",
      until: "2026-11-24T03:00:00Z",
      series: { voltage: { unit: "V" } },
      points: {
        "2026-11-24T00:00:00Z": { voltage: measured(230) },
        "2026-11-24T02:00:00Z": { voltage: measured(230) },
      },
    }),
    "daily",
    {},
  );
  assert.deepEqual(
    gapList(doc, shown).rows.map(({ what }) => what.text),
    ["voltage unknown"],
  );
});

test("on a day, gaps of different lengths are different gaps", () => {
  const { doc, grid: shown } = open(
    file({
      tier: "monthly",
      bucket: "day",
      timezone: "UTC",
      until: "2026-11-26T00:00:00Z",
      series,
      points: {
        "2026-11-24T00:00:00Z": {
          power: power(1, 24, 0.95),
          voltage: measured(230, 0.95),
          solar: power(1, 24, 0.5),
        },
        "2026-11-25T00:00:00Z": {
          power: power(1, 24, 0.9),
          voltage: measured(230, 0.9),
          solar: power(1, 24, 0.9),
        },
      },
    }),
    "monthly",
  );
  assert.deepEqual(
    gaps(doc, shown).map(({ missing, kind }) => [missing.join(), kind]),
    [
      ["power,voltage", "unknown"],
      ["solar", "unknown"],
      ["power,voltage,solar", "no data"],
    ],
  );
});

test("a series that came later was not unknown before", () => {
  const { doc, grid: shown } = open(
    file({
      tier: "monthly",
      bucket: "day",
      timezone: "UTC",
      until: "2026-11-26T00:00:00Z",
      series,
      points: {
        "2026-11-24T00:00:00Z": { power: power(1, 24) },
        "2026-11-25T00:00:00Z": {
          power: power(1, 24),
          solar: power(1, 24),
          voltage: measured(230),
        },
      },
    }),
    "monthly",
  );
  assert.deepEqual(gaps(doc, shown), []);
});
