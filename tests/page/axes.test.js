/** Axes: round numbers and times, as many as have room, around all that is drawn. */

import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "../../templates/lib/format.js";
import { DAY, HOUR, Zone } from "../../templates/lib/time.js";
import { fittingTicks, timeTicks, valueRange, valueTicks } from "../../templates/view/axes.js";

const zone = new Zone("Europe/Amsterdam");
const at = (/** @type {string} */ text) => Date.parse(text);

/** @param {(number | null)[]} values @param {object} [more] @returns {any} */
const line = (values, more = {}) => ({ id: "power", values, ...more });

test("values are at round numbers, and written with the decimals that tell them apart", () => {
  for (const { args, decimals, values } of /** @type {const} */ ([
    { args: [0, 4240, 600], decimals: 0, values: [0, 1000, 2000, 3000, 4000] },
    { args: [0, 2.12, 0.3], decimals: 1, values: [0, 0.5, 1, 1.5, 2] },
    { args: [228.7, 238.2, 2.1], decimals: 1, values: [230, 232.5, 235, 237.5] },
    { args: [0, 0.011, 0.0021], decimals: 4, values: [0, 0.0025, 0.005, 0.0075, 0.01] },
    { args: [-1.2, 1.2, 0.9], decimals: 0, values: [-1, 0, 1] },
    { args: [0, 1e7, 3e6], decimals: 0, values: [0, 5e6, 1e7] },
    { args: [0, 90, 9], decimals: 0, values: [0, 10, 20, 30, 40, 50, 60, 70, 80, 90] },
  ])) {
    const texts = valueTicks(...args).map(({ text }) => text);
    assert.deepEqual(
      texts,
      values.map((value) => format.number(value, decimals)),
    );
  }
});

test("values are never nearer than there is room for, nor ten times as far", () => {
  for (let i = 0; i < 2000; i++) {
    const low = ((i * 7919) % 1000) - 500;
    const high = low + 10 ** ((i % 14) - 5);
    const least = (high - low) / (2 + (i % 9));
    const ticks = valueTicks(low, high, least).map((tick) => tick.at);
    for (const [n, tick] of ticks.slice(1).entries()) {
      const step = tick - ticks[n];
      assert.ok(step > least * 0.999 && step < least * 2.51, `${low} ${high}: ${step}, ${least}`);
    }
    const edge = (high - low) * 1e-6;
    assert.ok(ticks.every((tick) => tick >= low - edge && tick <= high + edge));
  }
});

test("a range holds all that is drawn of what is in view, and a little more", () => {
  const lines = [line([1, 2, 30, null], { min: [0.5, 1, 20, null], max: [2, 4, 40, null] })];
  const [low, high] = valueRange(lines, false, [0, 2]);
  assert.ok(low < 0.5 && low > 0.2, String(low));
  assert.ok(high > 4 && high < 4.3, String(high));
  assert.deepEqual(valueRange(lines, false, [3, 4]), [0, 1], "nothing is known");
  assert.deepEqual(valueRange([], true, [0, 4]), [0, 1]);
  const [one, other] = valueRange([line([5])], false, [0, 1]);
  assert.ok(one < 5 && other > 5, "a single value has an axis too");
});

test("an axis with zero begins or ends there", () => {
  assert.equal(valueRange([line([20, 30])], true, [0, 2])[0], 0);
  assert.equal(valueRange([line([-20, -30])], true, [0, 2])[1], 0);
  const [low, high] = valueRange([line([-20, 30])], true, [0, 2]);
  assert.ok(low < -20 && high > 30);
  assert.deepEqual(valueRange([line([0, 0])], true, [0, 2]), [0, 1], "a line at zero is drawn");
});

test("times are written as what they are: a time, a day, a month", () => {
  /** @param {string} from @param {string} to @param {number} most */
  const found = (from, to, most) => timeTicks(zone, at(from), at(to), most);
  /** @param {string} text */
  const day = (text) => at(`${text}T00:00Z`) / DAY;
  /** @param {string} text */
  const clock = (text) => format.clock(zone, at(text));
  assert.deepEqual(
    found("2026-11-24T00:00+01:00", "2026-11-26T00:00+01:00", 4).map(({ text }) => text),
    [
      format.dayMonth(day("2026-11-24")),
      clock("2026-11-24T12:00+01:00"),
      format.dayMonth(day("2026-11-25")),
      clock("2026-11-25T12:00+01:00"),
    ],
  );
  const hours = found("2026-11-24T00:00+01:00", "2026-11-25T00:00+01:00", 4);
  assert.deepEqual(
    hours.map(({ text }) => text),
    hours.map((tick) => format.clock(zone, tick.at)),
  );
  assert.equal(hours.length, 4);
  /** @param {import("../../templates/view/axes.js").Tick[]} ticks @param {(day: number) => string} write */
  const areDays = (ticks, write) =>
    assert.deepEqual(
      ticks.map(({ text }) => text),
      ticks.map((tick) => write(zone.day(tick.at))),
    );
  areDays(found("2026-11-18T00:00+01:00", "2026-11-25T00:00+01:00", 7), format.shortDay);
  areDays(found("2026-10-26T00:00+01:00", "2026-11-25T00:00+01:00", 8), format.dayMonth);
  for (const most of [1, 2, 3, 4])
    areDays(found("2026-11-13T00:00+01:00", "2026-11-22T00:00+01:00", most), format.dayMonth);
  const year = found("2025-11-24T00:00+01:00", "2026-11-24T00:00+01:00", 13);
  areDays([year[1]], format.monthYear);
  areDays([year[0], ...year.slice(2)], format.month);
  assert.deepEqual(found("2026-11-24T10:05+01:00", "2026-11-24T10:05+01:00", 4), []);
});

test("no more times than have room, wherever the view is", () => {
  for (let hours = 1; hours < 9000; hours = Math.ceil(hours * 1.3)) {
    const from = at("2026-02-03T05:00Z");
    for (const most of [2, 5, 12]) {
      const ticks = timeTicks(zone, from, from + hours * HOUR, most);
      assert.ok(ticks.length <= most + 1, `${hours} hours: ${ticks.length} of ${most}`);
      assert.ok(ticks.every((tick) => tick.at >= from && tick.at < from + hours * HOUR));
    }
  }
});

test("labels are as many as have room, however long they are", () => {
  const [from, to] = [at("2026-11-17T00:00+01:00"), at("2026-11-24T00:00+01:00")];
  const make = (/** @type {number} */ most) => timeTicks(zone, from, to, most);
  /** @param {number} letter in ms of the axis */
  const fitted = (letter) => {
    const ends = (/** @type {{ at: number, text: string }} */ { at, text }) =>
      /** @type {[number, number]} */ ([at, at + text.length * letter]);
    const ticks = fittingTicks(make, 14, ends);
    for (const [i, tick] of ticks.slice(1).entries()) assert.ok(ends(ticks[i])[1] <= tick.at);
    return ticks.length;
  };
  assert.equal(fitted(HOUR), 14);
  assert.equal(fitted(2 * HOUR), 7);
  assert.ok(fitted(4 * HOUR) < 5);
  assert.equal(fitted(30 * DAY), 1);
});
