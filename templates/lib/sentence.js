/** One sentence on the house's energy, whose numbers add up. */

import { compared } from "./comparison.js";
import { fullDay, number, plain, time, wholePercent, withUnit } from "./format.js";
import { amountUnit, countPart, summed } from "./model.js";
import { sayParts } from "./words.js";

/** @typedef {import("./data.js").Both} Both */
/** @typedef {import("./model.js").Part} Part */

/** As many days before some days; `change` is how much more a day these took than those. @typedef {{ perDay: number | null, change: number | null } | null} Before */

/** Today ends at the time that it is compared by. */
const THAN_THEN = /** @type {const} */ ({ more: "so.more", less: "so.less", same: "so.same" });
/** Today goes on after the time that it is compared by. */
const SINCE_THEN = /** @type {const} */ ({
  more: "then.more",
  less: "then.less",
  same: "then.same",
});
const THAN_BEFORE = /** @type {const} */ ({ more: "in.more", less: "in.less", same: "in.same" });

/** @param {number} value @param {string} unit @returns {string} with as many digits as one reads at a glance */
const brief = (value, unit) =>
  unit === "kWh" && Math.abs(value) >= 0.995 && Math.abs(value) < 99.95
    ? number(value, 1)
    : plain(value, unit);

/** @param {string} key @param {number} value @param {string} unit @returns {Part} */
const amountPart = (key, value, unit) => ({
  key,
  raw: value,
  text: withUnit(brief(value, unit), unit),
});

/** @param {string} key @param {number} value @param {string} unit @returns {Part} without its unit */
const briefPart = (key, value, unit) => ({ key, raw: value, text: brief(value, unit) });

/** @param {string} key @param {number} share @returns {Part} how much more or less it is */
const difference = (key, share) => ({
  key,
  raw: share,
  text: wholePercent(Math.abs(share)),
});

/** @param {number} share @returns {"more" | "less" | "same"} as it is written */
const wayOf = (share) => (Math.abs(share) * 100 < 0.5 ? "same" : share > 0 ? "more" : "less");

/**
 * @param {Both} both of a day
 * @param {string} energy
 * @param {Both | null | undefined} week the days before, by the hour
 * @param {number} at the present time
 * @returns {Part[]} the energy so far, and how much more that is than yesterday's up to the same time
 */
export function soFar(both, energy, week, at) {
  const { doc, grid } = both;
  const { total } = summed(doc, grid, energy);
  if (total === null) return [];
  const unit = amountUnit(doc, energy);
  const amount = amountPart("so-far", total, unit);
  if (doc.day !== doc.zone.day(at))
    return sayParts("so.day", { amount, day: fullDay(doc.day ?? 0) });
  const than = week?.doc.series.has(energy) ? compared(both, week, energy, [1]) : null;
  if (!than || than.change === null) return sayParts("so.far", { amount });
  const { by, ours, theirs, change } = than;
  // What came after the last whole hour is in no number of yesterday's.
  const isAll = Math.abs(total - ours) < 1e-6;
  return sayParts((isAll ? THAN_THEN : SINCE_THEN)[wayOf(change)], {
    amount,
    part: briefPart("so-far-then", ours, unit),
    time: { key: "so-far-time", raw: new Date(by).toISOString(), text: time(doc.zone, by) },
    change: difference("yesterday-change", change),
    than: briefPart("yesterday", theirs, unit),
  });
}

/**
 * @param {Both} both of a closed day
 * @param {string} energy
 * @param {boolean} isWhole whether the file has only the day's sums
 * @returns {Part[]}
 */
export function dayTold({ doc, grid }, energy, isWhole) {
  const { total } = summed(doc, grid, energy);
  if (total === null) return [];
  const amount = amountPart("so-far", total, amountUnit(doc, energy));
  const day = fullDay(doc.days?.first ?? 0);
  return sayParts(isWhole ? "so.wholeDay" : "so.day", { amount, day });
}

/**
 * @param {{ total: number | null, perDay: number | null, days: number }} totals of some days
 * @param {string} unit
 * @param {Before} before
 * @returns {Part[]}
 */
export function daysTold({ total, perDay, days }, unit, before) {
  if (total === null || perDay === null) return [];
  const values = {
    amount: amountPart("total", total, unit),
    n: countPart("total-days", days),
    each: briefPart("per-day", perDay, unit),
  };
  if (!before || before.change === null || before.perDay === null)
    return sayParts("in.days", values);
  return sayParts(THAN_BEFORE[wayOf(before.change)], {
    ...values,
    length: days,
    change: difference("before-change", before.change),
    than: briefPart("before", before.perDay, unit),
  });
}
