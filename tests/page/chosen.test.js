/** A chosen span: in the address and back, in whole buckets; its sums; two fingers. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  beginning,
  chosenRange,
  chosenSums,
  chosenText,
  pinched,
} from "../../templates/lib/chosen.js";
import { open } from "../../templates/lib/flows.js";
import { dayOf } from "../../templates/lib/places.js";
import { MINUTE, Zone } from "../../templates/lib/time.js";
import { file, power } from "./home.js";

const at = (/** @type {string} */ text) => Date.parse(text);
const day = (/** @type {string} */ text) => /** @type {number} */ (dayOf(text));

/** @param {string} name @param {string} bucket @param {string} first @param {string} last */
function buckets(name, bucket, first, last) {
  const zone = new Zone(name);
  return { zone, edges: zone.edges(bucket, day(first), day(last)) };
}

for (const [name, bucket, from, to, text] of [
  [
    "Europe/Vienna",
    "10min",
    "2026-11-20T06:00+01:00",
    "2026-11-20T09:10+01:00",
    "2026-11-20T06:00..2026-11-20T09:10",
  ],
  [
    "Europe/Vienna",
    "hour",
    "2026-11-20T23:00+01:00",
    "2026-11-21T00:00+01:00",
    "2026-11-20T23:00..2026-11-21T00:00",
  ],
  [
    "Asia/Kolkata",
    "hour",
    "2026-11-20T06:00+05:30",
    "2026-11-20T09:00+05:30",
    "2026-11-20T06:00..2026-11-20T09:00",
  ],
  [
    "Europe/Vienna",
    "day",
    "2026-11-20T00:00+01:00",
    "2026-11-22T00:00+01:00",
    "2026-11-20..2026-11-22",
  ],
  // The hour that comes twice, its second turn, and the hour that is not there.
  [
    "Europe/Vienna",
    "hour",
    "2026-10-25T02:00+02:00",
    "2026-10-25T02:00+01:00",
    "2026-10-25T02:00+02:00..2026-10-25T02:00+01:00",
  ],
  [
    "Europe/Vienna",
    "hour",
    "2026-10-25T02:00+01:00",
    "2026-10-25T03:00+01:00",
    "2026-10-25T02:00+01:00..2026-10-25T03:00",
  ],
  [
    "Europe/Vienna",
    "hour",
    "2026-03-29T01:00+01:00",
    "2026-03-29T03:00+02:00",
    "2026-03-29T01:00..2026-03-29T03:00",
  ],
  // Half an hour twice.
  [
    "Australia/Lord_Howe",
    "10min",
    "2026-04-05T01:30+10:30",
    "2026-04-05T01:40+10:30",
    "2026-04-05T01:30+10:30..2026-04-05T01:40+10:30",
  ],
]) {
  test(`${text} in ${name} is in the address as it is on the clock`, () => {
    const { zone, edges } = buckets(name, bucket, "2026-03-01", "2026-11-30");
    assert.equal(chosenText(zone, bucket, [at(from), at(to)]), text);
    assert.deepEqual(chosenRange(zone, edges, text), [at(from), at(to)]);
  });
}

test("a span is as long as the buckets that it touches, and as short as they are there", () => {
  const { zone, edges } = buckets("UTC", "hour", "2026-11-20", "2026-11-20");
  const range = (/** @type {string} */ text) =>
    chosenRange(zone, edges, text)?.map((one) => new Date(one).getUTCHours());
  assert.deepEqual(range("2026-11-20T06:20..2026-11-20T06:30"), [6, 7]);
  assert.deepEqual(range("2026-11-19T06:00..2026-11-20T02:00"), [0, 2]);
  assert.deepEqual(range("2026-11-20T22:30..2026-11-25T02:00"), [22, 0]);
});

for (const text of [
  "",
  "..",
  "2026-11-20",
  "2026-11-20..",
  "2026-11-20T09:00..2026-11-20T06:00",
  "2026-11-20T06:00..2026-11-20T06:00",
  "2026-11-20T25:00..2026-11-20T26:00",
  "2026-11-18..2026-11-19",
  "2026-11-21..2026-11-22",
  "2026-11-20..2026-11-21",
  "2026-11-20T06..2026-11-20T09",
  "yesterday..today",
  "__proto__..constructor",
]) {
  test(`${text || "nothing"} chooses nothing of the day`, () => {
    const { zone, edges } = buckets("UTC", "hour", "2026-11-20", "2026-11-20");
    assert.equal(chosenRange(zone, edges, text), null);
  });
}

test("what is chosen has sums of its own", () => {
  const start = at("2026-11-24T00:00Z");
  const { doc, grid } = open(
    file({
      tier: "daily",
      bucket: "30min",
      timezone: "UTC",
      date: "2026-11-24",
      until: "2026-11-24T02:00:00Z",
      series: { power: { unit: "W" } },
      points: Object.fromEntries(
        [1000, 2000, 3000, 4000].map((watts, i) => [
          new Date(start + i * 30 * MINUTE).toISOString(),
          { power: power(watts, 0.5, i === 1 ? 0.5 : 1) },
        ]),
      ),
    }),
    "daily",
    { draws: { house: [["power", "net", 1]] }, counts: { house: [["power", "net", 1]] } },
  );
  const raw = (/** @type {[number, number]} */ cells) =>
    chosenSums(doc, grid, cells).sums.flatMap(({ key, raw }) => (key ? [Number(raw)] : []));
  const close = (/** @type {number[]} */ ours, /** @type {number[]} */ theirs) =>
    assert.ok(
      ours.every((one, i) => Math.abs(one - theirs[i]) < 1e-9),
      `${ours} is not ${theirs}`,
    );
  close(raw([0, 2]), [0.5 + 0.5, 1000 * (1 / 1.5) + 2000 * (0.5 / 1.5), 0.75]);
  close(raw([3, 4]), [2, 4000, 1]);
  // Of the time that is to come nothing is claimed.
  close(raw([2, 8]), [3.5, 3500, 1]);
  assert.match(chosenSums(doc, grid, [0, 2]).span, / – 0?1:00( AM)?$/);
});

test("what was under two fingers stays under them", () => {
  const [left, right] = pinched([0.4, 0.6], [0.2, 0.8]);
  assert.ok(Math.abs(left - 1 / 3) < 1e-9);
  assert.ok(Math.abs(right - 2 / 3) < 1e-9);
  assert.deepEqual(pinched([0.6, 0.4], [0.8, 0.2]), pinched([0.4, 0.6], [0.2, 0.8]));
  const [wideLeft, wideRight] = pinched([0, 1], [0.25, 0.75]);
  assert.deepEqual([wideLeft, wideRight], [-0.5, 1.5]);
  assert.ok(Number.isFinite(pinched([0.2, 0.7], [0.5, 0.5])[1]));
});

test("charts begin with the home if that was not there for half of the time", () => {
  const edges = [0, 10, 20, 30, 40];
  /** @param {number} from */
  const begin = (from) => beginning({ edges, from, columns: new Map() });
  assert.deepEqual([0, 10, 20, 30, 40].map(begin), [0, 0, 0, 30, 0]);
});
