/** What flows through the home: sums of series, such as the house out of the grid and the sun. */

import { grid as gridOf, read } from "./data.js";
import { HOUR } from "./time.js";

/** @typedef {import("./data.js").Both} Both */
/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./data.js").Value} Value */

/** A series, the way of its energy that counts, and a sign. @typedef {[string, "net" | "forward" | "back", number]} Term */

/** The terms of each sum by its name: house, solar, grid, import and so on. @typedef {Record<string, Term[]>} Sums */

/**
 * What the page was told of the home when it was rendered: the sums whose energy counts, and those whose
 * powers draw a curve; the power factors; how long an interval is.
 *
 * @typedef {{ counts: Sums, draws: Sums, factors: string[], minutes?: number }} Home
 */

/** Terms that are known to shares which differ by more are of different times. */
const MOST_APART = 0.02 + 1e-9;

/**
 * @param {string} text
 * @param {import("./data.js").Tier} tier
 * @param {Partial<Home>} home
 * @returns {Both} a file and its buckets, with a series for each sum that no series of the file is
 * @throws {import("./data.js").FileError} that says what is wrong with the file
 */
export function open(text, tier, home) {
  const doc = read(text, tier);
  const grid = gridOf(doc);
  const { draws = {}, counts = {} } = home;
  doc.home = { ...doc.home, ...home };
  for (const [role, terms] of Object.entries(draws)) add(doc, grid, doc.draws, role, role, terms);
  for (const [role, terms] of Object.entries(counts)) {
    const isDrawn = JSON.stringify(terms) === JSON.stringify(draws[role]);
    if (isDrawn && role in doc.draws) doc.counts[role] = doc.draws[role];
    else add(doc, grid, doc.counts, role, `${role} energy`, terms);
  }
  return { doc, grid };
}

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Record<string, string>} names to which that of the sum's series is added
 * @param {string} role
 * @param {string} label the name of the series if it is new
 * @param {Term[]} terms
 */
function add(doc, grid, names, role, label, terms) {
  const about = terms.flatMap(([name]) => doc.series.get(name) ?? []);
  if (!terms.length || about.length < terms.length) return;
  const [[first, way, sign]] = terms;
  if (terms.length === 1 && way === "net" && sign === 1) {
    names[role] = first;
    return;
  }
  let name = label;
  while (doc.series.has(name)) name += " in all";
  const isPower = about.some(({ unit, counter }) => unit === "W" && !counter);
  const until = Math.min(...about.map((series) => series.until));
  const unit = isPower ? "W" : "kWh";
  const turned = terms.length === 1 && way === "net" ? first : null;
  doc.series.set(name, { unit, counter: !isPower, until, sum: { role: roleKey(role), turned } });
  grid.columns.set(
    name,
    grid.edges.slice(0, -1).map((_, i) => sum(grid, terms, i, isPower)),
  );
  const last = lastOf(doc, terms);
  if (last) doc.latest.set(name, last);
  names[role] = name;
}

/** @param {string} role @returns {import("./words.js").Key} */
const roleKey = (role) => /** @type {import("./words.js").Key} */ (`role.${role}`);

/**
 * @param {Grid} grid
 * @param {Term[]} terms
 * @param {number} i a bucket
 * @param {boolean} isPower
 * @returns {Value | undefined} unknown if a term is, or if the terms are known of different times
 */
function sum({ edges, columns }, terms, i, isPower) {
  let kwh = 0;
  let least = 1;
  let most = 0;
  for (const [name, way, sign] of terms) {
    const value = columns.get(name)?.[i];
    const energy = value && energyOf(value, way);
    if (!value || energy === undefined) return undefined;
    kwh += sign * energy;
    least = Math.min(least, value.coverage);
    most = Math.max(most, value.coverage);
  }
  if (most - least > MOST_APART) return undefined;
  if (!isPower) return { change: kwh, coverage: least };
  const hours = ((edges[i + 1] - edges[i]) / HOUR) * least;
  return { mean: (kwh * 1000) / hours, kwh, coverage: least };
}

/** @param {Value} value @param {Term[1]} way @returns {number | undefined} undefined if the way is not known */
function energyOf({ kwh, back, change, min = 0, max = 0 }, way) {
  if (change !== undefined || kwh === undefined || way === "net") return change ?? kwh;
  const gone = back ?? (min >= 0 ? 0 : max <= 0 ? -kwh : undefined);
  return gone === undefined || way === "back" ? gone : kwh + gone;
}

/** @param {Doc} doc @param {Term[]} terms @returns {{ at: number, value: number } | null} the newest sum of powers */
function lastOf({ series, latest }, terms) {
  let at = 0;
  let value = 0;
  for (const [name, way, sign] of terms) {
    const last = latest.get(name);
    if (!last || series.get(name)?.counter) return null;
    at = Math.max(at, last.at);
    const watts = way === "back" ? -last.value : last.value;
    value += sign * (way === "net" ? watts : Math.max(watts, 0));
  }
  return { at, value };
}

/** A kind of share of one sum in another. @typedef {{ whole: string, part: string }} Pair */

/** What the house did not take from the grid. @type {Pair} */
export const SUFFICIENCY = { whole: "house", part: "import" };
/** What the sun did not give to the grid. @type {Pair} */
export const CONSUMPTION = { whole: "solar", part: "export" };

/** @param {Doc} doc @param {Pair} pair @returns {boolean} */
export const has = ({ counts }, { whole, part }) => whole in counts && part in counts;

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Pair} pair
 * @param {(at: number) => number} [keyOf] what the buckets are grouped by
 * @returns {Map<number, number>} the share of the whole that is not the part, from 0 to 1, over the
 *   buckets in which both are known
 */
export function shares({ counts }, { edges, columns }, { whole, part }, keyOf = () => 0) {
  /** @type {Map<number, { all: number, gone: number }>} */
  const found = new Map();
  columns.get(counts[whole])?.forEach((value, i) => {
    const other = columns.get(counts[part])?.[i];
    if (!value || !other || Math.abs(value.coverage - other.coverage) > MOST_APART) return;
    const sums = found.get(keyOf(edges[i])) ?? { all: 0, gone: 0 };
    sums.all += energyOf(value, "net") ?? 0;
    sums.gone += energyOf(other, "net") ?? 0;
    found.set(keyOf(edges[i]), sums);
  });
  return new Map(
    [...found]
      .filter(([, { all }]) => all > 0)
      .map(([key, { all, gone }]) => [key, Math.min(Math.max(1 - gone / all, 0), 1)]),
  );
}
