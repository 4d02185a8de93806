/** What a tab shows, as plain data: the parts that the four tabs are made of. */

import {
  dayTime,
  fullDay,
  measure,
  number,
  percent,
  plain,
  shortDay,
  signed,
  time,
  title,
} from "./format.js";
import { dayHash, isoDay } from "./places.js";
import { summary } from "./statistics.js";
import { say, sayParts } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./statistics.js").Summary} Summary */
/** @typedef {import("./statistics.js").Day} Day */

/**
 * A piece of text; with a `key` it is a number or a time that can be found and compared; with a `hash`
 * it opens what it stands for.
 *
 * @typedef {{ text: string, key?: string, raw?: number | string | null, tone?: string,
 *   hash?: string }} Part
 */

/** A large number with a small unit. @typedef {Part & { key: string, unit: string }} Figure */

/** @typedef {{ label: string, figure: Figure, notes: Part[][], tone?: string }} Card */

/** @typedef {"use" | "sun" | "battery" | "grid" | "ink" | "ink2" | "ink3" | "ghost" | "soft"} Tone */

/**
 * The name of the series that a line shows, or a symbol for a line that is computed: no series can have
 * its name.
 *
 * @typedef {string | symbol} LineId
 */

/** Yesterday's hours, below today's. */
export const YESTERDAY = Symbol("yesterday");

/** The energy of each day, below its rolling mean. */
export const EACH_DAY = Symbol("daily");

/** @param {LineId} id @returns {string} the id as it stands in the keys of numbers */
export const idText = (id) => (typeof id === "string" ? id : (id.description ?? ""));

/** The first of some buckets, and the one after the last. @typedef {[number, number] | null} Cells */

/**
 * A line in a chart, one value a bucket. `kind`: a mean as steps, with a band from `min` to `max` if
 * these are there; bars; or a line through the middles of the buckets. A `filled` line has its colour
 * down, or up, to zero. A `partial` bucket looks partly known. `rest` is what the chart says about the line while no bucket is read: about the buckets that are
 * chosen, or about all closed ones.
 *
 * @typedef {{ id: LineId, label: string, unit: string, tone: Tone, kind: "step" | "bars" | "line",
 *   values: (number | null)[], min?: (number | null)[], max?: (number | null)[], partial?: boolean[], corrected?: boolean[],
 *   filled?: boolean, rest?: (cells: Cells) => Part[] }} Line
 */

/**
 * `zero`: its axis begins or ends at zero at least. `blanks` are the spans that are unknown.
 *
 * @typedef {{ key: string, title: string, unit: string, zero: boolean, tall: boolean, lines: Line[],
 *   blanks: [number, number][] }} Chart
 */

/** @typedef {{ head: string[], rows: Part[][] }} Table */

/** A bar from the zero line to a value: both are shares of the width of all values, from 0 to 1. @typedef {{ from: number, to: number, tone: Tone, partial: boolean }} Bar */

/**
 * Rows of a name, bars and numbers; `zero` is where the zero line is. `hash` opens what a row or a
 * square is. `known` is how much of a row is known: all rows of a list have it, or none; `head` is
 * without it.
 *
 * @typedef {{ label: string, hash?: string, bars: Bar[], cells: Part[], known?: Part, corrected?: boolean }} BarRow
 * @typedef {{ key: string, title: string, head: string[], zero: number, rows: BarRow[] }} Bars
 */

/**
 * Squares in rows. A square without a value is unknown; null means that there is no such bucket.
 * `head` says what a row is; the label of a `marked` column stands above it. The shades go from `low`
 * to `high`; if zero is between them, one colour below it and another above.
 *
 * @typedef {{ name: string, value: number | null, partial: boolean, corrected?: boolean, hash: string }} Square
 * @typedef {{ key: string, title: string, unit: string, head: string,
 *   columns: { label: string, marked: boolean }[], low: number, high: number,
 *   rows: { label: string, hash: string, cells: (Square | null)[] }[] }} Heat
 */

/** The gaps that are listed, and what is said of the short ones and of what was corrected. @typedef {{ title: string, total: Part, rows: { start: Part, length: Part, what: Part }[], short: Part[], corrected: Part[] }} Gaps */

/**
 * Devices as rows, those with the most first: a bar from the zero line, and numbers. A row opens the
 * curve of its device; the row of what is left over has none.
 *
 * @typedef {{ label: string, depth: number, bar: Bar, cells: Part[], chart: Chart | null }} DeviceRow
 * @typedef {{ unit: string, zero: number, hasShares: boolean, rows: DeviceRow[] }} Devices
 */

/** Other meters of what is counted already, a line each. @typedef {Part[][]} Twice */

/**
 * A tab: the present, one sentence, and its tall charts, which are drawn first; the rest is computed
 * after that. `now` and `said` are told the present time, `now` also how long a bucket is. `grid`: its
 * charts have these buckets, not just the file's.
 *
 * @typedef {{ now: (at: number, interval: number) => import("./now.js").Now | null,
 *   said: (at: number) => Part[], charts: Chart[], rest: () => Rest, grid?: Grid }} Model
 */

/**
 * `made` is what the time of the tab is made of.
 *
 * @typedef {{ made: Card[], devices: Devices | null, twice: Twice, smalls: Chart[],
 *   bars: Bars[], heats: Heat[], gaps: Gaps }} Rest
 */

/**
 * @param {number[]} values of squares
 * @param {boolean} isAmount amounts begin at zero; degrees and volts have no zero that means none
 * @returns {{ low: number, high: number }}
 */
export const scaleOf = (values, isAmount) => ({
  low: Math.min(...values, ...(isAmount ? [0] : [])),
  high: Math.max(...values, ...(isAmount ? [0] : [])),
});

/** @param {number} value @param {{ low: number, high: number }} scale @returns {number} how dark it is, from 0 to 1; below zero if another colour says that */
export function shade(value, { low, high }) {
  if (low < 0 && high > 0) return value / Math.max(-low, high);
  if (high <= 0 && low < 0) return -(value - high) / (low - high);
  return high > low ? (value - low) / (high - low) : Number(high > 0);
}

/** @param {string} key @param {number | null | undefined} value @param {string} unit @returns {Part} */
export const part = (key, value, unit) => ({ key, raw: value ?? null, text: measure(value, unit) });

/** @param {string} key @param {number | null | undefined} value @param {string} unit @returns {Part} without its unit */
export const cell = (key, value, unit) => ({ key, raw: value ?? null, text: plain(value, unit) });

/** @param {string} key @param {number | null | undefined} value @param {string} unit @returns {Figure} */
export const figure = (key, value, unit) => ({
  ...cell(key, value, unit),
  key,
  unit: value == null ? "" : unit,
});

/** @param {Heat} heat @returns {[Part, Part]} its lowest and its highest value */
export const heatEnds = ({ key, low, high, unit }) => [
  part(`${key}-low`, low, unit),
  part(`${key}-high`, high, unit),
];

/** @param {string} key @param {number} count @returns {Part} */
export const countPart = (key, count) => ({ key, raw: count, text: number(count, 0) });

/** @param {string} key @param {number | null} share @returns {Part} */
export const changePart = (key, share) =>
  share === null ? { text: "" } : { key, raw: share, text: signed(share), tone: "change" };

/** @param {string} key @param {number | null} share @returns {Part} */
export const sharePart = (key, share) => ({
  key,
  raw: share,
  text: share === null ? "–" : percent(share),
});

/**
 * @param {string} key
 * @param {string} label
 * @param {number | null | undefined} value
 * @param {string} unit
 * @param {Part[][]} notes
 * @param {string} [tone]
 * @returns {Card}
 */
export const card = (key, label, value, unit, notes = [], tone) => ({
  label,
  figure: figure(key, value, unit),
  notes: notes.filter((note) => note.length),
  tone,
});

/** @param {Doc} doc @param {string | null} name */
export const unitOf = (doc, name) => (name === null ? "" : (doc.series.get(name)?.unit ?? ""));

/** @param {Doc} doc @param {string | null} name @returns {string} the unit of the amounts in buckets */
export const amountUnit = (doc, name) => {
  const unit = unitOf(doc, name);
  return unit === "W" ? "kWh" : unit;
};

/** @param {Doc} doc @param {string} name @returns {string} what a series is called: a sum by its role */
export function labelOf(doc, name) {
  const sum = doc.series.get(name)?.sum;
  return sum ? say(sum.role) : title(name);
}

/** @param {Doc} doc @param {string} name @returns {string} by what the series is in the home; one at the grid alone keeps its name */
export function roleLabel(doc, name) {
  const { draws, counts } = doc;
  if (name === draws.grid || name === counts.import) return labelOf(doc, name);
  if (name === draws.house || name === counts.house) return say("amount.house");
  if (name === draws.solar || name === counts.solar) return say("amount.solar");
  return name === draws.battery ? say("now.battery") : labelOf(doc, name);
}

/** @param {Doc} doc @param {string} name */
export const isCounter = (doc, name) => doc.series.get(name)?.counter === true;

/** @param {Doc} doc @param {Grid} grid @param {string | null} name @returns {Summary} closed days claim all of their time, today what was asked for */
export const summed = (doc, grid, name) =>
  doc.day === null
    ? summary({ ...grid, from: grid.edges[0] }, name, Infinity)
    : summary(grid, name, (name !== null && doc.series.get(name)?.until) || 0);

/** @param {string} key @param {number} count of days with a value @param {number} all @returns {Part[]} said of a sum if these are not all */
export const inDays = (key, count, all) =>
  count > 0 && count < all ? sayParts("energy.inDays", { n: countPart(`${key}-days`, count) }) : [];

/** @param {Doc} doc @param {number} day @returns {string} with its year, if the file has two */
const dayOf = (doc, day) => (doc.tier.startsWith("year") ? fullDay(day) : shortDay(day));

/** @param {Doc} doc @param {number} at @returns {string} without its day, if the file has only one */
export const timeOf = (doc, at) => (isOneDay(doc) ? time(doc.zone, at) : dayTime(doc.zone, at));

/** @param {Doc} doc @returns {boolean} */
export const isOneDay = ({ days }) => days.first === days.last;

/** @param {Doc} doc @param {{ value: number, at: number } | null} found @param {string} key @returns {Part[]} */
export function when(doc, found, key) {
  if (!found) return [];
  const { at } = found;
  const text = doc.bucket === "day" ? dayOf(doc, doc.zone.day(at)) : timeOf(doc, at);
  const hash = isOneDay(doc) ? undefined : dayHash(doc.zone.day(at));
  return [{ key, raw: new Date(at).toISOString(), text, hash }];
}

/** @param {Doc} doc @param {Day | null} day @param {string} key @returns {Part[]} */
export const onDay = (doc, day, key) =>
  day ? [{ key, raw: isoDay(day.day), text: dayOf(doc, day.day), hash: dayHash(day.day) }] : [];
