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
 * powers draw a curve; each device, and the device that it is part of; the series that says how full the
 * battery is; whether each share can be told; the power factors; how long an interval is.
 *
 * @typedef {{ counts: Sums, draws: Sums, devices: [Term, string | null][], level: string | null,
 *   shares: { sufficiency: boolean, consumption: boolean }, factors: string[], minutes?: number }} Home
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
  return flowing({ ...doc, home: { ...doc.home, ...home } });
}

/**
 * @param {Both[]} years files of calendar years, from the oldest
 * @returns {Both} their days as those of one file
 */
export function joined(years) {
  const docs = years.map(({ doc }) => doc);
  const newest = docs[docs.length - 1];
  if (docs.length === 1) return years[0];
  const series = docs.flatMap((doc) => [...doc.series].filter(([, { sum }]) => !sum));
  return flowing({
    ...newest,
    days: { first: docs[0].days.first, last: newest.days.last },
    points: new Map(docs.flatMap(({ points }) => [...points])),
    series: new Map(series),
    draws: {},
    counts: {},
  });
}

/** @param {Doc} doc of measured series alone @returns {Both} with a series for each sum */
function flowing(doc) {
  const grid = gridOf(doc);
  const { draws, counts } = doc.home;
  for (const [role, terms] of Object.entries(draws)) add(doc, grid, doc.draws, role, role, terms);
  for (const [role, terms] of Object.entries(counts)) {
    const isDrawn = JSON.stringify(terms) === JSON.stringify(draws[role]);
    if (isDrawn && role in doc.draws) doc.counts[role] = doc.draws[role];
    else add(doc, grid, doc.counts, role, `${role} energy`, terms);
  }
  addDevices(doc, grid);
  return { doc, grid };
}

/** @param {Doc} doc @param {Grid} grid */
function addDevices(doc, grid) {
  const { devices, counts } = doc.home;
  /** @type {Record<string, string>} */
  const names = {};
  for (const [term] of devices) {
    const [name] = term;
    add(doc, grid, names, name, name, [term]);
  }
  doc.devices = devices.flatMap(([[name], within]) =>
    name in names ? { name: names[name], series: name, within } : [],
  );
  const outermost = devices.filter(([, within]) => within === null).map(([term]) => term);
  if (!outermost.length || !("house" in doc.counts)) return;
  /** @type {Term[]} */
  const parts = outermost.map(([name, way, sign]) => [name, way, -sign]);
  add(doc, grid, doc.counts, "untracked", "other", [...counts.house, ...parts]);
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
  /** @type {string | undefined} */
  let corrected;
  for (const [name, way, sign] of terms) {
    const value = columns.get(name)?.[i];
    const energy = value && energyOf(value, way);
    if (!value || energy === undefined) return undefined;
    kwh += sign * energy;
    least = Math.min(least, value.coverage);
    most = Math.max(most, value.coverage);
    corrected ??= value.corrected;
  }
  if (most - least > MOST_APART) return undefined;
  const known = { coverage: least, most, ...(corrected && { corrected }) };
  if (!isPower) return { change: kwh, ...known };
  const hours = ((edges[i + 1] - edges[i]) / HOUR) * least;
  return { mean: (kwh * 1000) / hours, kwh, ...known };
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

/** Two sums of which both are known of the same time, added up over some buckets. @typedef {{ one: number, other: number }} Pair */

/**
 * @param {Grid} grid
 * @param {string} one
 * @param {string | null} other null: nothing, everywhere
 * @param {(at: number) => number} [keyOf] what the buckets are grouped by
 * @returns {Map<number, Pair>}
 */
export function pairs({ edges, columns }, one, other, keyOf = () => 0) {
  /** @type {Map<number, Pair>} */
  const found = new Map();
  columns.get(one)?.forEach((value, i) => {
    const beside = other === null ? value : columns.get(other)?.[i];
    if (!value || !beside || !isOfOneTime(value, beside)) return;
    const sums = found.get(keyOf(edges[i])) ?? { one: 0, other: 0 };
    sums.one += energyOf(value, "net") ?? 0;
    sums.other += other === null ? 0 : (energyOf(beside, "net") ?? 0);
    found.set(keyOf(edges[i]), sums);
  });
  return found;
}

/** @param {Value} one @param {Value} other @returns {boolean} whether they are known of about the same time */
function isOfOneTime(one, other) {
  const most = Math.max(one.most ?? one.coverage, other.most ?? other.coverage);
  return most - Math.min(one.coverage, other.coverage) <= MOST_APART;
}

/** What the house did not take from the grid, and what the sun did not give to it. @typedef {"sufficiency" | "consumption"} Share */

/** @type {Record<Share, { whole: string, part: string }>} */
const SHARES = {
  sufficiency: { whole: "house", part: "import" },
  consumption: { whole: "solar", part: "export" },
};

/** @param {Doc} doc @param {Share} share @returns {boolean} whether it can be told */
export const has = ({ counts, home }, share) =>
  home.shares[share] && SHARES[share].whole in counts && !isLost({ counts, home }, share);

/** @param {Pick<Doc, "counts" | "home">} doc @param {Share} share @returns {boolean} whether its part is a role of the home, but not in the file */
const isLost = ({ counts, home }, share) =>
  SHARES[share].part in home.counts && !(SHARES[share].part in counts);

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Share} share
 * @param {(at: number) => number} [keyOf] what the buckets are grouped by
 * @returns {Map<number, number>} the share of the whole that is not the part, from 0 to 1, over the
 *   buckets in which both are known
 */
export function shares({ counts }, grid, share, keyOf) {
  const { whole, part } = SHARES[share];
  const found = pairs(grid, counts[whole], counts[part] ?? null, keyOf);
  return new Map(
    [...found]
      .filter(([, { one }]) => one > 0)
      .map(([key, { one, other }]) => [key, Math.min(Math.max(1 - other / one, 0), 1)]),
  );
}
