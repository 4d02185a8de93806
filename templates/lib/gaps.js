/** Gaps: when something was unknown, for how long, and why it may be. */

import { measuredIn } from "./data.js";
import { duration, shortDay } from "./format.js";
import { countPart, isOneDay, labelOf, timeOf } from "./model.js";
import { dayHash } from "./places.js";
import { MINUTE } from "./time.js";
import { say, sayParts } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */

/**
 * `start` and `end` are those of the buckets that the gap touches; `length` is the unknown time in them.
 * One or some series are `unknown`; if everything is, it was a `power cut` if all ended at once and came
 * back, else there is `no data`.
 *
 * @typedef {{ start: number, end: number, length: number, missing: string[],
 *   kind: "no data" | "power cut" | "unknown" }} Gap
 */

/** Coverage has four decimals: a smaller share comes from rounding. */
const NOTHING = 0.00005;

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {string} name
 * @returns {{ from: number, until: number }} the time that was asked for; before the first value of
 *   a series it did not exist, so it was not unknown
 */
export function asked({ series, day }, grid, name) {
  const { edges, from } = grid;
  const until = Math.min(series.get(name)?.until ?? 0, edges[edges.length - 1]);
  if (day !== null) return { from, until };
  const all = grid.whole ?? grid;
  const first = (all.columns.get(name) ?? []).findIndex((value) => value);
  return { from: first < 0 ? until : all.edges[first], until };
}

/** A series, and how much time of a bucket is unknown of it. @typedef {{ name: string, length: number }} Missing */

/** `isWhole`: its last bucket is wholly unknown; `isAll`: nothing is known; `isAtOnce`: all that was still known ended together. @typedef {Omit<Gap, "kind"> & { isWhole: boolean, isAll: boolean, isAtOnce: boolean }} Found */

/** @param {Doc} doc @param {Grid} grid @returns {Gap[]} in order */
export function gaps(doc, grid) {
  const { edges } = grid;
  const isDaily = doc.bucket === "day";
  const spans = new Map(measuredIn(doc).map((name) => [name, asked(doc, grid, name)]));
  /** @type {Found[]} */
  const found = [];
  for (let i = 0; i + 1 < edges.length; i++) {
    const { expected, unknown } = missingIn(grid, spans, i);
    if (!unknown.length) continue;
    const before = found.filter((gap) => gap.end === edges[i]);
    const gone = new Set(before.flatMap(({ missing }) => missing));
    for (const part of isDaily ? apart(unknown) : [unknown]) {
      const gap = gapOf(edges[i], edges[i + 1], part, expected.length, gone);
      const last = before.find((other) => isAlike(other, gap));
      // If both days are known in part, each may have a gap of its own.
      if (last && (!isDaily || gap.isWhole || last.isWhole)) {
        last.end = gap.end;
        last.length += gap.length;
        last.isWhole = gap.isWhole;
      } else found.push(gap);
    }
  }
  const until = Math.max(...[...spans.values()].map((span) => span.until));
  return found.map((gap) => ({ ...gap, kind: kindOf(gap, isDaily, until) }));
}

/** @param {Found} gap @param {boolean} isDaily whether only the length of a day's gaps is known, not when they were @param {number} until @returns {Gap["kind"]} */
function kindOf({ isAll, isAtOnce, end }, isDaily, until) {
  if (!isAll) return "unknown";
  return isAtOnce && !isDaily && end < until ? "power cut" : "no data";
}

/**
 * @param {Grid} grid
 * @param {Map<string, { from: number, until: number }>} spans what was asked for
 * @param {number} i a bucket
 * @returns {{ expected: string[], unknown: Missing[] }} the series that were asked for, and those with a gap
 */
function missingIn({ edges, columns }, spans, i) {
  const size = edges[i + 1] - edges[i];
  const expected = [...spans].flatMap(([name, { from, until }]) =>
    edges[i] >= from && edges[i] < until ? name : [],
  );
  const unknown = expected.flatMap((name) => {
    const share = 1 - (columns.get(name)?.[i]?.coverage ?? 0);
    return share >= NOTHING ? { name, length: share * size } : [];
  });
  return { expected, unknown };
}

/**
 * @param {number} start
 * @param {number} end
 * @param {Missing[]} part
 * @param {number} all how many series were asked for
 * @param {Set<string>} gone what was unknown just before
 * @returns {Found} of one bucket
 */
function gapOf(start, end, part, all, gone) {
  const missing = part.map(({ name }) => name);
  // One series alone tells nothing of the others.
  const isAll = all > 1 && part.length === all;
  const fresh = part.filter(({ name }) => !gone.has(name)).map((one) => one.length);
  const isAtOnce = fresh.length > 1 && Math.max(...fresh) - Math.min(...fresh) <= MINUTE;
  const lengths = isAll && fresh.length ? fresh : part.map((one) => one.length);
  const length = Math.max(...lengths);
  const isWhole = end - start - length < NOTHING * (end - start);
  return { start, end, length, missing, isWhole, isAll, isAtOnce };
}

/** @param {Found} one @param {Found} other @returns {boolean} */
const isAlike = (one, other) =>
  one.isAll === other.isAll &&
  one.missing.length === other.missing.length &&
  one.missing.every((name, i) => name === other.missing[i]);

/**
 * A day's gaps cannot be told apart by their times: only how long each was is known.
 *
 * @param {Missing[]} unknown of one day
 * @returns {Missing[][]} those of about one length are one gap
 */
function apart(unknown) {
  /** @type {Missing[][]} */
  const groups = [];
  for (const one of unknown) {
    const same = groups.find(
      ([{ length }]) => Math.abs(one.length - length) <= Math.max(10 * MINUTE, length / 10),
    );
    if (same) same.push(one);
    else groups.push([one]);
  }
  return groups;
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {string[]} names
 * @returns {[number, number][]} the buckets of which nothing is known of any of the series
 */
export function blanks(doc, grid, names) {
  const { edges, columns } = grid;
  const spans = names.map((name) => asked(doc, grid, name));
  const some = names.map((name) => columns.get(name) ?? []);
  /** @type {[number, number][]} */
  const found = [];
  for (let i = 0; i + 1 < edges.length; i++) {
    if (some.some((column) => column[i])) continue;
    if (!spans.some(({ from, until }) => edges[i] >= from && edges[i] < until)) continue;
    const last = found[found.length - 1];
    if (last?.[1] === edges[i]) last[1] = edges[i + 1];
    else found.push([edges[i], edges[i + 1]]);
  }
  return found;
}

/** @param {Doc} doc @returns {number} shorter gaps are not listed one by one */
const interval = ({ bucket, home }) =>
  (bucket.endsWith("min") ? parseInt(bucket, 10) : (home.minutes ?? 10)) * MINUTE;

/** @param {Doc} doc @param {Grid} grid @returns {import("./model.js").Gaps} the newest first */
export function gapList(doc, grid) {
  const all = gaps(doc, grid).reverse();
  const least = interval(doc);
  /** @param {Gap} gap */
  const isShort = ({ start, end, length }) => length + NOTHING * (end - start) < least;
  const found = all.filter((gap) => !isShort(gap));
  const short = all.filter(isShort);
  return {
    title: say(all.length ? "gaps.title" : "gaps.none"),
    total: countPart("gaps", found.length),
    rows: found.map((gap, i) => rowOf(doc, gap, i)),
    short: short.length
      ? sayParts("gaps.short", {
          n: countPart("gaps-short", short.length),
          least: duration(least),
          length: lengthPart("gaps-short-length", add(short)),
        })
      : [],
    corrected: correctedIn(doc, grid),
  };
}

/** @param {Doc} doc @param {Grid} grid @returns {import("./model.js").Part[]} how many values were corrected by hand, or made of such ones */
function correctedIn(doc, { columns }) {
  const values = measuredIn(doc).flatMap((name) => columns.get(name) ?? []);
  const n = values.filter((value) => value?.corrected).length;
  return n ? sayParts("gaps.corrected", { n: countPart("gaps-corrected", n) }) : [];
}

/** @param {Gap[]} gaps @returns {number} */
const add = (gaps) => gaps.reduce((sum, { length }) => sum + length, 0);

/** @param {string} key @param {number} length @returns {import("./model.js").Part} */
const lengthPart = (key, length) => ({
  key,
  raw: Math.round(length / 1000),
  text: duration(length),
});

/** @param {Doc} doc @param {Gap} gap @param {number} i @returns {import("./model.js").Gaps["rows"][number]} */
function rowOf(doc, { start, length, missing, kind }, i) {
  const names = missing.map((name) => labelOf(doc, name)).join(", ");
  return {
    start: {
      key: `gap-${i}-start`,
      raw: new Date(start).toISOString(),
      text: doc.bucket === "day" ? shortDay(doc.zone.day(start)) : timeOf(doc, start),
      hash: isOneDay(doc) ? undefined : dayHash(doc.zone.day(start)),
    },
    length: lengthPart(`gap-${i}-length`, length),
    what: {
      key: `gap-${i}-missing`,
      raw: missing.join(" "),
      text: say(`gap.${kind}`, { names }),
    },
  };
}
