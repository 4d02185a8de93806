/** Unknown time: where it is, how long, and what it may have been. */

import { meters } from "./roles.js";
import { MINUTE } from "./time.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */

/**
 * `start` and `end` are those of the buckets it touches, `length` the unknown time in them.
 *
 * @typedef {{ start: number, end: number, length: number, missing: string[],
 *   kind: "no data" | "power cut" | "unknown" }} Gap
 */

/** Coverage has four decimals: less is rounding. */
const NOTHING = 0.00005;

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {string} name
 * @returns {{ from: number, until: number }} what was asked for: a series that came later was not
 *   unknown before, it was not there
 */
export function asked({ series, day }, { edges, from, columns }, name) {
  const until = Math.min(series.get(name)?.until ?? 0, edges[edges.length - 1]);
  if (day !== null) return { from, until };
  const first = (columns.get(name) ?? []).findIndex((value) => value);
  return { from: first < 0 ? until : edges[first], until };
}

/** @param {Doc} doc @param {Grid} grid @returns {Gap[]} in order */
export function gaps(doc, grid) {
  const { edges, columns } = grid;
  const spans = new Map([...doc.series.keys()].map((name) => [name, asked(doc, grid, name)]));
  /** @type {(Gap & { isWhole: boolean })[]} */
  const found = [];
  for (let i = 0; i + 1 < edges.length; i++) {
    const expected = [];
    /** @type {{ name: string, length: number }[]} */
    const unknown = [];
    const size = edges[i + 1] - edges[i];
    for (const [name, span] of spans) {
      if (edges[i] < span.from || edges[i] >= span.until) continue;
      expected.push(name);
      const share = 1 - (columns.get(name)?.[i]?.coverage ?? 0);
      if (share >= NOTHING) unknown.push({ name, length: share * size });
    }
    const before = found.filter((gap) => gap.end === edges[i]);
    for (const part of doc.bucket === "day" ? apart(unknown) : [unknown]) {
      if (!part.length) continue;
      const missing = part.map(({ name }) => name);
      const length = Math.max(...part.map(({ length }) => length));
      const kind = classify(missing, expected, doc);
      const last = before.find(
        (gap) => String(gap.missing) === String(missing) && gap.kind === kind,
      );
      // Two days that are both known in part may have a gap each.
      if (last && (doc.bucket !== "day" || size - length < NOTHING * size || last.isWhole)) {
        last.end = edges[i + 1];
        last.length += length;
        last.isWhole = size - length < NOTHING * size;
      } else {
        found.push({
          start: edges[i],
          end: edges[i + 1],
          length,
          missing,
          kind,
          isWhole: size - length < NOTHING * size,
        });
      }
    }
  }
  return found;
}

/**
 * @param {{ name: string, length: number }[]} unknown of one day
 * @returns {{ name: string, length: number }[][]} those of about one length are one gap; who knows of a day
 *   only how much of it was unknown cannot tell more
 */
function apart(unknown) {
  /** @type {{ name: string, length: number }[][]} */
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
 * @returns {Gap["kind"]} everything: no data; voltage alone or all of a meter: a power cut
 */
function classify(missing, expected, { series }) {
  if (missing.length === expected.length) return "no data";
  const gone = new Set(missing);
  const isVoltage = missing.every((name) => series.get(name)?.unit === "V");
  return isVoltage || meters(expected).some((meter) => meter.every((name) => gone.has(name)))
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
