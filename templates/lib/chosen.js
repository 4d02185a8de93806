/** A span that is chosen in the charts: as the address has it, and what it sums up to. */

import { iso } from "./csv.js";
import { dayRange, dayTime, shortDay, time } from "./format.js";
import { amountUnit, isCounter, part, sharePart, unitOf } from "./model.js";
import { dayOf, isoDay } from "./places.js";
import { roles as rolesOf } from "./roles.js";
import { sums } from "./statistics.js";
import { DAY } from "./time.js";
import { sayParts } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./model.js").Part} Part */
/** @typedef {import("./time.js").Zone} Zone */

/** A span of instants. @typedef {[number, number]} Range */

/** @param {Zone} zone @param {string} bucket @param {Range} range @returns {string} as in "2026-11-20T06:00..2026-11-20T09:00", or as days */
export function chosenText(zone, bucket, range) {
  return range.map((at) => (bucket === "day" ? isoDay(zone.day(at)) : local(zone, at))).join("..");
}

/** @param {Zone} zone @param {number} at @returns {string} with its offset if it comes twice */
function local(zone, at) {
  const text = iso(zone, at);
  return text.slice(0, 16) + (zone.twice(at) ? text.slice(19) : "");
}

/** @param {Zone} zone @param {string} text @returns {number | null} */
function instant(zone, text) {
  const day = dayOf(text.slice(0, 10));
  if (day !== null && text.length === 10) return zone.start(day);
  const [, clock, offset = ""] = /^T(\d\d:\d\d)([+-]\d\d:\d\d)?$/.exec(text.slice(10)) ?? [];
  const at = Date.parse(`${text.slice(0, 10)}T${clock}Z`);
  if (day === null || Number.isNaN(at)) return null;
  const found = [zone.offset(at - DAY), zone.offset(at + DAY)].map((size) => at - size);
  return (
    found.find((one) => local(zone, one).endsWith(offset) && zone.local(one) === at) ?? found[0]
  );
}

/** @param {Zone} zone @param {number[]} edges @param {string} text @returns {Range | null} the buckets that it touches; null if it names none, or all */
export function chosenRange(zone, edges, text) {
  const [from = null, to = null] = text.split("..").map((one) => instant(zone, one));
  const last = edges.length - 1;
  if (from === null || to === null || from >= to) return null;
  if (to <= edges[0] || from >= edges[last]) return null;
  const first = Math.max(0, edges.filter((edge) => edge <= from).length - 1);
  const end = edges.findIndex((edge) => edge >= to);
  const range = /** @type {Range} */ ([edges[first], edges[end < 0 ? last : end]]);
  return range[0] === edges[0] && range[1] === edges[last] ? null : range;
}

/**
 * @param {Grid} grid
 * @returns {number} where charts begin: if a home has not been known for half of the time, when it began
 */
export function beginning({ edges, from }) {
  const [first, last] = [edges[0], edges[edges.length - 1]];
  return from - first > (last - first) / 2 && from < last ? from : first;
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {[number, number]} cells
 * @param {Part[]} [costs] what the span costs
 * @returns {{ span: string, sums: Part[] }} what is chosen, its energy, its mean, its cost and its known share
 */
export function chosenSums(doc, { edges, columns }, [first, end], costs = []) {
  const { main, energy } = rolesOf(doc);
  const [from, to] = [edges[first], edges[end]];
  /** @param {string | null} name */
  const sumsOf = (name) => sums(edges, (name !== null && columns.get(name)) || [], first, end);
  const subject = main ?? energy;
  const found = sumsOf(subject);
  const asked =
    (doc.day === null ? to : Math.min(to, doc.series.get(subject ?? "")?.until ?? 0)) - from;
  const known = asked > 0 ? Math.min(1, found.time / asked) : null;
  return {
    span: spanText(doc, from, to),
    sums: [
      ...(energy === null
        ? []
        : [part("chosen-total", sumsOf(energy).total, amountUnit(doc, energy)), SPACE]),
      ...(main === null || isCounter(doc, main)
        ? []
        : [
            ...sayParts("chart.mean", { mean: part("chosen-mean", found.mean, unitOf(doc, main)) }),
            SPACE,
          ]),
      ...costs.flatMap((cost) => [cost, SPACE]),
      ...sayParts("known.of", { share: sharePart("chosen-known", known) }),
    ],
  };
}

/** @type {Part} */
const SPACE = { text: " · " };

/** @param {Doc} doc @param {number} from @param {number} to @returns {string} */
function spanText({ zone, bucket }, from, to) {
  const [first, last] = [zone.day(from), zone.day(to - 1)];
  if (bucket === "day") return first === last ? shortDay(first) : dayRange(first, last);
  const end = first === last ? time(zone, to) : dayTime(zone, to);
  return `${dayTime(zone, from)} – ${end}`;
}

/**
 * What two fingers show when they have moved: what was under each of them stays there.
 *
 * @param {[number, number]} began where they were, as shares of the width
 * @param {[number, number]} now
 * @returns {[number, number]} the new ends, as shares of the old width
 */
export function pinched(began, now) {
  const [[a, b], [c, d]] = [began, now].map(([one, other]) =>
    one <= other ? [one, other] : [other, one],
  );
  const width = (b - a) / Math.max(d - c, 0.01);
  const left = a - c * width;
  return [left, left + width];
}
