/** Reads and checks the data files, and lays their points on the buckets of their window. */

import { DAY, zoneNamed } from "./time.js";

/** Of the last days. @typedef {"daily" | "weekly" | "monthly" | "yearly"} LastTier */

/** `year` is the file of a calendar year. @typedef {LastTier | "year"} Tier */

/**
 * What is known of a series in a bucket. A measurement has `mean`, `min` and `max`, a power also `kwh`,
 * and `back` if some of its energy flowed back; a counter has `change` and `state`. `coverage` is the
 * known share of the bucket, from 0 to 1; in a sum it is the least of its series, and `most` the greatest.
 *
 * @typedef {{ mean?: number, min?: number, max?: number, kwh?: number, back?: number, change?: number,
 *   state?: number, coverage: number, most?: number, corrected?: string }} Value
 */

/** A series, or a sum of others that the page has added up. @typedef {{ unit: string, counter: boolean, until: number, sum?: Sum }} Series */

/** `role` is the key of its label; `turned` is the series that it shows with the other sign. @typedef {{ role: import("./words.js").Key, turned: string | null }} Sum */

/** A device: its series, the name that the home has for it, and the device that it is part of. @typedef {{ name: string, series: string, within: string | null }} Device */

/**
 * A file. `draws` and `counts` have the series of the house, the sun, the grid and so on; `days` are
 * those that it is about, from the first to the last.
 *
 * @typedef {{ tier: Tier, zone: import("./time.js").Zone, bucket: string, series: Map<string, Series>,
 *   latest: Map<string, { at: number, value: number }>, points: Map<number, Record<string, unknown>>,
 *   day: number | null, until: number, home: import("./flows.js").Home, devices: Device[],
 *   days: { first: number, last: number }, draws: Record<string, string>, counts: Record<string, string> }} Doc
 */

/**
 * The buckets of a window: bucket i lasts from `edges[i]` to `edges[i + 1]`, in ms. Before `from`, and
 * after the `until` of a series, nothing was asked for, so nothing is unknown. `whole` is the grid of the
 * file if this one has other days; `closed` is how many buckets are of closed days, if not all are.
 *
 * @typedef {{ edges: number[], from: number, columns: Map<string, (Value | undefined)[]>,
 *   whole?: Grid, closed?: number }} Grid
 */

/** A file and its buckets. @typedef {{ doc: Doc, grid: Grid }} Both */

/** @type {Record<Tier, { days: number, command: string }>} */
export const TIERS = {
  daily: { days: 1, command: "powerstats collect" },
  weekly: { days: 7, command: "powerstats aggregate weekly" },
  monthly: { days: 30, command: "powerstats aggregate monthly" },
  yearly: { days: 365, command: "powerstats aggregate yearly" },
  year: { days: 1, command: "powerstats aggregate yearly" },
};

/** Why a file cannot be read: the end of a key of the words. @typedef {"incomplete" | "form" | "version" | "time" | "zone"} Fault */

export class FileError extends Error {
  /** @param {Fault} fault */
  constructor(fault) {
    super(fault);
    this.fault = fault;
  }
}

/** @param {unknown} thing @returns {thing is Record<string, unknown>} */
const isObject = (thing) => typeof thing === "object" && thing !== null && !Array.isArray(thing);

/** @param {unknown} text @returns {number} */
function instant(text) {
  const at = typeof text === "string" ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) throw new FileError("time");
  return at;
}

/**
 * @param {string} text
 * @param {Tier} tier
 * @returns {Doc}
 * @throws {FileError} that says what is wrong with the file
 */
export function read(text, tier) {
  const raw = parsed(text);
  if (!isObject(raw) || !isObject(raw.series) || !Array.isArray(raw.data_points)) throw form();
  if (raw.version !== 1) throw new FileError("version");
  const bucket = String(raw.bucket);
  if (raw.tier !== tier || !/^(\d+min|hour|day)$/.test(bucket)) throw form();
  const zone = zoneOf(raw.timezone);
  const series = seriesOf(raw.series);
  const untils = [...series.values()].map((about) => about.until);
  const doc = {
    tier,
    zone,
    bucket,
    series,
    latest: latestOf(raw.latest),
    points: pointsOf(raw.data_points),
    day: typeof raw.date === "string" ? Math.round(instant(`${raw.date}T00:00Z`) / DAY) : null,
    until: untils.length ? Math.max(...untils) : instant(raw.last_update),
    home: {
      counts: {},
      draws: {},
      devices: [],
      level: null,
      shares: { sufficiency: false, consumption: false },
      factors: [],
    },
    devices: [],
    draws: {},
    counts: {},
  };
  return { ...doc, days: daysOf(doc) };
}

const form = () => new FileError("form");

/** @param {string} text @returns {unknown} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new FileError("incomplete");
  }
}

/** @param {unknown} name @returns {import("./time.js").Zone} */
export function zoneOf(name) {
  try {
    return zoneNamed(String(name));
  } catch {
    throw new FileError("zone");
  }
}

/** @param {Record<string, unknown>} raw @returns {Doc["series"]} */
const seriesOf = (raw) =>
  new Map(
    Object.entries(raw).map(([name, about]) => {
      if (!isObject(about)) throw form();
      const { unit, state_class: stateClass, until } = about;
      const counter = String(stateClass ?? "").startsWith("total");
      return [name, { unit: String(unit ?? ""), counter, until: instant(until) }];
    }),
  );

/** @param {unknown} raw @returns {Doc["latest"]} */
const latestOf = (raw) =>
  new Map(
    Object.entries(isObject(raw) ? raw : {}).flatMap(([name, last]) =>
      isObject(last) ? [[name, { at: instant(last.timestamp), value: Number(last.value) }]] : [],
    ),
  );

/** @param {unknown[]} raw @returns {Doc["points"]} */
const pointsOf = (raw) =>
  new Map(
    raw.map((point) => {
      if (!isObject(point)) throw form();
      return [instant(point.timestamp), point];
    }),
  );

/**
 * @param {Omit<Doc, "days">} doc
 * @returns {Doc["days"]} the days of a file's window: today, or the last closed ones
 */
function daysOf({ tier, day, zone, until, points }) {
  if (day !== null) return { first: day, last: day };
  const starts = [...points.keys()];
  const last = Math.max(
    zone.day(until) - 1,
    ...(starts.length ? [zone.day(Math.max(...starts))] : []),
  );
  const first = Math.min(
    last - TIERS[tier].days + 1,
    ...(starts.length ? [zone.day(Math.min(...starts))] : []),
  );
  return { first, last };
}

/** @param {Doc} doc @returns {Doc["days"]} */
export const window = ({ days }) => days;

/** @param {Doc} doc @returns {Grid} */
export function grid(doc) {
  const { first, last } = window(doc);
  let edges = doc.zone.edges(doc.bucket, first, last);
  const lay = () => edges.map((at) => doc.points.get(at));
  let points = lay();
  if (points.filter(Boolean).length < doc.points.size) {
    // Some points begin between the edges.
    edges = [...new Set([...edges, ...doc.points.keys()])].sort((a, b) => a - b);
    points = lay();
  }
  points.pop();
  /** @type {Grid["columns"]} */
  const columns = new Map();
  for (const name of doc.series.keys()) {
    columns.set(
      name,
      points.map((point) => {
        const value = /** @type {Value | undefined} */ (point?.[name]);
        return typeof value?.coverage === "number" ? value : undefined;
      }),
    );
  }
  const from =
    doc.day !== null || !doc.points.size
      ? edges[0]
      : Math.max(edges[0], doc.zone.start(doc.zone.day(Math.min(...doc.points.keys()))));
  return { edges, from, columns };
}

/** @param {Value | undefined} value @returns {number | null} the amount in a bucket: energy, or the change of a counter */
export const amount = (value) => value?.kwh ?? value?.change ?? null;

/** @param {Doc} doc @returns {string[]} its series, without those that the page has added up */
export const measuredIn = ({ series }) =>
  [...series].flatMap(([name, about]) => (about.sum ? [] : name));
