/** Gaps: when something was unknown, for how long, and why it may be. */

import { measuredIn } from "./data.js";
import { duration, shortDay, title } from "./format.js";
import { countPart, timeOf } from "./model.js";
import { MINUTE } from "./time.js";
import { say } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */

/**
 * `start` and `end` are those of the buckets that the gap touches; `length` is the unknown time in them.
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

/** @typedef {Gap & { isWhole: boolean }} Found `isWhole`: its last bucket is wholly unknown */

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
    for (const part of isDaily ? apart(unknown) : [unknown]) {
      const gap = gapOf(doc, edges[i], edges[i + 1], part, expected);
      const last = before.find((other) => isAlike(other, gap));
      // If both days are known in part, each may have a gap of its own.
      if (last && (!isDaily || gap.isWhole || last.isWhole)) {
        last.end = gap.end;
        last.length += gap.length;
        last.isWhole = gap.isWhole;
      } else found.push(gap);
    }
  }
  return found;
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
 * @param {Doc} doc
 * @param {number} start
 * @param {number} end
 * @param {Missing[]} part
 * @param {string[]} expected
 * @returns {Found} of one bucket
 */
function gapOf(doc, start, end, part, expected) {
  const missing = part.map(({ name }) => name);
  const length = Math.max(...part.map((one) => one.length));
  const isWhole = end - start - length < NOTHING * (end - start);
  return { start, end, length, missing, kind: classify(missing, expected, doc), isWhole };
}

/** @param {Gap} one @param {Gap} other @returns {boolean} */
const isAlike = (one, other) =>
  one.kind === other.kind &&
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
 * @param {string[]} missing
 * @param {string[]} expected
 * @param {Doc} doc
 * @returns {Gap["kind"]} no data if all is missing; a power cut if voltage alone or a whole meter is
 */
function classify(missing, expected, { series, home }) {
  if (missing.length === expected.length) return "no data";
  const gone = new Set(missing);
  const isVoltage = missing.every((name) => series.get(name)?.unit === "V");
  const devices = home.meters
    .map((device) => device.filter((name) => expected.includes(name)))
    .filter((device) => device.length > 1);
  return isVoltage || devices.some((device) => device.every((name) => gone.has(name)))
    ? "power cut"
    : "unknown";
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

/** @param {Doc} doc @param {Grid} grid @returns {import("./model.js").Gaps} the newest first */
export function gapList(doc, grid) {
  const found = gaps(doc, grid).reverse();
  return {
    title: say(found.length ? "gaps.title" : "gaps.none"),
    total: countPart("gaps", found.length),
    rows: found.map(({ start, length, missing, kind }, i) => ({
      start: {
        key: `gap-${i}-start`,
        raw: new Date(start).toISOString(),
        text: doc.bucket === "day" ? shortDay(doc.zone.day(start)) : timeOf(doc, start),
      },
      length: { key: `gap-${i}-length`, raw: Math.round(length / 1000), text: duration(length) },
      kind: say(`gap.${kind}`),
      what: {
        key: `gap-${i}-missing`,
        raw: missing.join(" "),
        text:
          missing.length === measuredIn(doc).length
            ? say("gaps.everything")
            : missing.map(title).join(", "),
      },
    })),
  };
}
