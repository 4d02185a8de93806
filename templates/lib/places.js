/**
 * The places of the page and their addresses: its tabs, and a day, a month, a year or other days of the past.
 *
 * A day is the number of days from 1970-01-01, a span of days half-open.
 */

import { DAY } from "./time.js";

/** Days as the address names them; `end` is the day after the last. @typedef {{ kind: "day" | "month" | "year" | "days", first: number, end: number }} Days */

/** @typedef {import("./data.js").LastTier} LastTier */
/** @typedef {import("./tabs.js").Id} Id */

/** A tab, or days. @typedef {{ id: Id } | Days} Place */

/** A file: that of a tier, or of a calendar year. @typedef {LastTier | `year-${string}`} Name */

/**
 * What the page knows of the files: the day that is today, null if no file has told it yet; and of each
 * published file its days, from the first that is known. A file is undefined if it was not read yet,
 * null if it has no days. The calendar years are the last, from the oldest.
 *
 * @typedef {{ today: number | null, spans: Map<Name, { first: number, end: number } | null | undefined> }} Known
 */

/** More days than any file has: a longer span is a mistake. */
const MOST = 366;

/** @param {number} day @returns {string} as "2026-11-24" */
export const isoDay = (day) => new Date(day * DAY).toISOString().slice(0, 10);

/** @param {string} text @returns {number | null} null if there is no such date */
export function dayOf(text) {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  const at = Date.parse(`${text}T00:00Z`);
  return Number.isNaN(at) || isoDay(at / DAY) !== text ? null : at / DAY;
}

/** @param {number} year @param {number} month from 0; more than 11 are in later years @returns {number} its first day */
const monthStart = (year, month) => Date.UTC(year, month) / DAY;

/** @param {number} day @returns {Days} */
const oneDay = (day) => ({ kind: "day", first: day, end: day + 1 });

/** @param {number} day @param {number} [later] @returns {Days} the month of a day, or one so many months later */
export function monthOfDay(day, later = 0) {
  const date = new Date(day * DAY);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + later];
  return { kind: "month", first: monthStart(year, month), end: monthStart(year, month + 1) };
}

/** @param {number} day @param {number} [later] @returns {Days} the year of a day, or one so many years later */
function yearOfDay(day, later = 0) {
  const year = new Date(day * DAY).getUTCFullYear() + later;
  return { kind: "year", first: monthStart(year, 0), end: monthStart(year + 1, 0) };
}

/** @param {string} text @returns {Days | null} */
function daysOf(text) {
  const [from, to, ...more] = text.split("..").map(dayOf);
  if (from != null && to === undefined) return oneDay(from);
  if (from != null && to != null && !more.length && from < to && to - from <= MOST) {
    return to - from === 1 ? oneDay(from) : { kind: "days", first: from, end: to };
  }
  const first = /^\d{4}(-\d\d)?$/.test(text) ? dayOf(`${text}-01-01`.slice(0, 10)) : null;
  if (first === null) return null;
  return text.length === 4 ? yearOfDay(first) : monthOfDay(first);
}

/**
 * @param {string} hash of the address: "#7-days", "#2026-11-20", "#2026-11", "#2026" or
 *   "#2026-11-13..2026-11-20"; after a "/" the span that is chosen in it
 * @param {Id[]} ids of the tabs that are there
 * @returns {{ place: Place, chosen: string } | null} null if it names no place
 */
export function parse(hash, ids) {
  const [where, chosen = ""] = hash.replace(/^#/, "").split("/");
  const id = ids.find((one) => one === where);
  if (id) return { place: { id }, chosen };
  const place = daysOf(where);
  return place && { place, chosen };
}

/** @param {Place} place @param {string} [chosen] @returns {string} its address */
export function hashOf(place, chosen = "") {
  const where = "id" in place ? place.id : nameOf(place);
  return `#${where}${chosen && `/${chosen}`}`;
}

/** @param {Days} days @returns {string} */
function nameOf({ kind, first, end }) {
  const text = isoDay(first);
  if (kind === "days") return `${text}..${isoDay(end)}`;
  return kind === "day" ? text : text.slice(0, kind === "month" ? 7 : 4);
}

/** @param {number} day @returns {string} the address of a day */
export const dayHash = (day) => hashOf(oneDay(day));

/** @param {number} year @returns {string} the address of a calendar year */
export const yearHash = (year) => `#${year}`;

/** @param {number} day @returns {string} the address of the month of a day */
export const monthHash = (day) => hashOf(monthOfDay(day));

/**
 * @param {import("./time.js").Zone} zone
 * @param {string} bucket
 * @param {number[]} edges
 * @param {number} cell
 * @returns {string | undefined} the address of a bucket's day, if that is not shown alone
 */
export function bucketHash(zone, bucket, edges, cell) {
  const [first, last] = [zone.day(edges[0]), zone.day(edges[edges.length - 1] - 1)];
  return bucket === "day" || first < last ? dayHash(zone.day(edges[cell])) : undefined;
}

/** How many days a tab has; today has one that is not over. @type {Record<Id, number>} */
const LENGTHS = { today: 1, "7-days": 7, "30-days": 30, "365-days": 365, years: 0 };

/** @param {Id} id @param {number} today @returns {Days | null} the days of a tab; null if it has none of its own */
function daysOfTab(id, today) {
  if (id === "today") return oneDay(today);
  const length = LENGTHS[id];
  return length ? { kind: "days", first: today - length, end: today } : null;
}

/** @param {Place} place @param {Id[]} ids @returns {Id} the tab that shows it */
export function tabOf(place, ids) {
  if ("id" in place) return place.id;
  const length = place.end - place.first;
  return ids.find((id) => fits(id, length)) ?? ids.filter((id) => LENGTHS[id]).pop() ?? ids[0];
}

/** @param {Id} id @param {number} length @returns {boolean} a month of 31 days is shown as 30 days are */
const fits = (id, length) => LENGTHS[id] + (id === "30-days" ? 1 : 0) >= length;

/** @param {Days} days @param {1 | -1} step @returns {Days} the next of the kind, or the one before */
function moved({ kind, first, end }, step) {
  if (kind === "day") return oneDay(first + step);
  if (kind === "month") return monthOfDay(first, step);
  if (kind === "year") return yearOfDay(first, step);
  const by = (end - first) * step;
  return { kind, first: first + by, end: end + by };
}

/**
 * @param {Place} place
 * @param {Id[]} ids
 * @param {Known} known
 * @returns {{ before: Place | null, after: Place | null }} what ‹ and › open: null if nothing is there
 */
export function neighbours(place, ids, known) {
  const { today } = known;
  const here = "id" in place ? (today === null ? null : daysOfTab(place.id, today)) : place;
  if (!here) return { before: null, after: null };
  const [before, after] = [moved(here, -1), moved(here, 1)];
  const isLast = "id" in place || (today !== null && after.first > today);
  return {
    before: before.end <= oldest(known) ? null : named(before, ids, today),
    after: isLast ? null : named(after, ids, today),
  };
}

/** @param {Known} known @returns {number} before this day there is nothing; −∞ if a file may yet have it */
function oldest({ spans }) {
  const closed = [...spans].filter(([name]) => name !== "daily");
  const years = closed.filter(([name]) => isYear(name));
  if (!closed.length) return Infinity;
  if (!years.length && closed[closed.length - 1][1] === undefined) return -Infinity;
  return Math.min(
    ...closed.map(([name, span]) =>
      span === undefined && isYear(name) ? yearNamed(name).first : (span?.first ?? Infinity),
    ),
  );
}

/** @param {Name} name @returns {boolean} */
export const isYear = (name) => name.startsWith("year-");

/** @param {Name} name @returns {Days} */
const yearNamed = (name) => /** @type {Days} */ (daysOf(name.slice("year-".length)));

/** @param {Days} days @param {Id[]} ids @param {number | null} today @returns {Place} the tab, if days are just its own */
function named(days, ids, today) {
  if (today === null) return days;
  const id = ids.find((one) => {
    const own = daysOfTab(one, today);
    return own?.kind === days.kind && own.first === days.first && own.end === days.end;
  });
  return id === undefined ? days : { id };
}

/**
 * Files that may have some days, the finest first. `isWhole`: one is taken only if it has all of the
 * days; "years" are the files of their calendar years.
 *
 * @param {number} length of the days
 * @returns {{ name: LastTier | "years", isWhole: boolean }[]}
 */
function files(length) {
  const old = [whole("yearly"), some("years"), some("yearly")];
  if (length === 1) return [whole("weekly"), whole("daily"), whole("monthly"), ...old];
  if (length > 31) return [...old, some("monthly")];
  /** @type {("weekly" | "monthly")[]} */
  const short = length <= 7 ? ["weekly", "monthly"] : ["monthly"];
  return [...short.map(whole), ...old, ...short.map(some)];
}

/** @template {string} N @param {N} name */
const whole = (name) => ({ name, isWhole: true });

/** @template {string} N @param {N} name */
const some = (name) => ({ name, isWhole: false });

/** Files to show days from, from the oldest; or one that must be read first to tell. @typedef {{ show: Name[] } | { load: Name }} Files */

/**
 * @param {Days} days
 * @param {Known} known
 * @returns {Files | null} null if no file has any of the days
 */
export function filesOf(days, { today, spans }) {
  for (const { name, isWhole } of files(days.end - days.first)) {
    const isOther = today !== null && (name === "daily" ? days.end <= today : days.first >= today);
    if (isOther) continue;
    const found =
      name === "years" ? yearsOf(days, spans) : fileOf(name, days, today, spans, isWhole);
    if (found) return found;
  }
  // The oldest year tells where the past begins.
  const first = [...spans.keys()].find(isYear);
  return first !== undefined && spans.get(first) === undefined ? { load: first } : null;
}

/**
 * @param {Name} name
 * @param {Days} days
 * @param {number | null} today
 * @param {Known["spans"]} spans
 * @param {boolean} isWhole
 * @returns {Files | null}
 */
function fileOf(name, days, today, spans, isWhole) {
  if (!spans.has(name)) return null;
  const span = spans.get(name);
  if (span === undefined) return { load: name };
  // Days of a year that is not over are all there if the closed ones are.
  const end = name === "yearly" && today !== null ? Math.min(days.end, today) : days.end;
  return span && holds(span, { ...days, end }, isWhole) ? { show: [name] } : null;
}

/** @param {Days} days @param {Known["spans"]} spans @returns {Files | null} the files of their calendar years */
function yearsOf(days, spans) {
  const there = [...spans].filter(([name]) => isYear(name) && holds(yearNamed(name), days, false));
  const unread = there.find(([, span]) => span === undefined);
  if (unread) return { load: unread[0] };
  const show = there.flatMap(([name, span]) => (span && holds(span, days, false) ? name : []));
  return show.length ? { show } : null;
}

/** @typedef {{ first: number, end: number }} Span */

/** @param {Span} span @param {Span} days @param {boolean} isWhole @returns {boolean} whether it has all, or some, of the days */
const holds = (span, { first, end }, isWhole) =>
  isWhole ? first >= span.first && end <= span.end : first < span.end && end > span.first;
