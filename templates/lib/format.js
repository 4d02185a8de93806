/** Numbers, times and lengths of time, written as the page's language writes them. */

import { firstDayOf } from "./language.js";
import { DAY, HOUR, MINUTE, SECOND } from "./time.js";
import { onLanguage, say, spoken } from "./words.js";

/** @typedef {import("./time.js").Zone} Zone */

/** @type {Map<string, Intl.NumberFormat>} */
const numbers = new Map();

/** @param {number} value @param {number} decimals @param {Intl.NumberFormatOptions} [options] */
export function number(value, decimals, options = {}) {
  const key = `${decimals}${options.style}${options.signDisplay}`;
  let format = numbers.get(key);
  if (!format) {
    format = new Intl.NumberFormat(spoken(), {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      ...options,
    });
    numbers.set(key, format);
  }
  return format.format(value).replace(/^-(?=[0.,]+$)/, "");
}

/** @type {[RegExp, number][]} the decimals of numbers whose units have this form */
const FIXED = [
  [/^[V%]$/, 1],
  [/\/kWh$/, 4],
];

/** @param {number} value @param {string} unit @returns {number} */
function decimals(value, unit) {
  const size = Math.abs(value);
  if (unit === "W") return size < 10 && value % 1 ? 1 : 0;
  if (unit === "kWh") return size < 99.995 ? 2 : size < 999.95 ? 1 : 0;
  const fixed = FIXED.find(([form]) => form.test(unit));
  if (fixed) return fixed[1];
  return size < 9.995 ? 2 : size < 999.95 ? 1 : 0;
}

/** @param {number | null | undefined} value @param {string} unit @returns {string} without its unit */
export const plain = (value, unit) => (value == null ? "–" : number(value, decimals(value, unit)));

/** @param {number | null | undefined} value @param {string} unit @returns {string} */
export const measure = (value, unit) => (value == null ? "–" : withUnit(plain(value, unit), unit));

/** @param {string} number @param {string} unit @returns {string} */
export const withUnit = (number, unit) => (unit ? `${number}\u202f${unit}` : number);

/** A sum of many parts differs by less than this from what it is. */
const NOISE = 1e-9;

/** @param {number} size a positive number @returns {number} the nearest integer, the greater one of two */
const rounded = (size) => Math.floor(size + 0.5);

/**
 * The terminal writes each number as this does.
 *
 * @param {number} share
 * @returns {string} rounded to a tenth of a per cent; all is 100 %, nothing is 0 %, no other share is
 */
export function percent(share) {
  const size = Math.abs(share);
  const tenths = rounded(rounded(size * 1e6) / 1000);
  const kept = size < NOISE ? 0 : size < 1 - NOISE ? Math.min(Math.max(tenths, 1), 999) : tenths;
  const decimals = kept === 0 || kept === 1000 ? 0 : 1;
  return number((Math.sign(share) * kept) / 1000, decimals, { style: "percent" });
}

/** @param {number} share @param {Intl.NumberFormatOptions} [options] @returns {string} in whole per cents; the terminal writes each number as this does */
export const wholePercent = (share, options) =>
  number((Math.sign(share) * rounded(Math.abs(share) * 100)) / 100, 0, {
    style: "percent",
    ...options,
  });

/** @param {number} share @returns {string} with its sign */
export const signed = (share) => wholePercent(share, { signDisplay: "exceptZero" });

/** @type {Map<string, Intl.DateTimeFormat>} */
const dates = new Map();

/** Whether the language counts twelve hours. @type {boolean | undefined} */
let hasTwelve;

onLanguage(() => {
  numbers.clear();
  dates.clear();
  hasTwelve = undefined;
});

/** @returns {Intl.DateTimeFormatOptions} of a time of day: "06:40", but "6:40 AM" */
function clockFields() {
  hasTwelve ??= new Intl.DateTimeFormat(spoken(), { hour: "numeric" }).resolvedOptions().hour12;
  return { hour: hasTwelve ? "numeric" : "2-digit", minute: "2-digit" };
}

/** @param {string} zone @param {Intl.DateTimeFormatOptions} options @param {number} at */
const date = (zone, options, at) => formatOf(zone, options).format(at);

/** @param {string} zone @param {Intl.DateTimeFormatOptions} options */
function formatOf(zone, options) {
  const key = zone + JSON.stringify(options);
  let format = dates.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(spoken(), { timeZone: zone, ...options });
    dates.set(key, format);
  }
  return format;
}

/** A day with its year, short. @type {Intl.DateTimeFormatOptions} */
const DATE = { day: "numeric", month: "short", year: "numeric" };

/** @param {Zone} zone @param {number} at @returns {string} with its offset if it comes twice */
export const time = (zone, at, seconds = false) =>
  date(zone.name, { ...timeFields(zone, at), ...(seconds && { second: "2-digit" }) }, at);

/** @param {Zone} zone @param {number} at @returns {Intl.DateTimeFormatOptions} */
const timeFields = (zone, at) => ({
  ...clockFields(),
  ...(zone.twice(at) && { timeZoneName: "short" }),
});

/** @param {Zone} zone @param {number} at @returns {string} short, for an axis */
export const clock = (zone, at) => date(zone.name, clockFields(), at);

/** @param {number} day @param {"short" | "long" | "narrow"} [style] */
export const weekday = (day, style = "short") => date("UTC", { weekday: style }, day * DAY);

/** @param {number} day @returns {string} as "24 Nov" */
export const dayMonth = (day) => date("UTC", { day: "numeric", month: "short" }, day * DAY);

/** @param {number} day @returns {string} as "Tue 24 Nov" */
export const shortDay = (day) =>
  date("UTC", { weekday: "short", day: "numeric", month: "short" }, day * DAY);

/** @param {number} day @returns {string} as "Tuesday 24 November 2026" */
export const longDay = (day) =>
  date("UTC", { weekday: "long", day: "numeric", month: "long", year: "numeric" }, day * DAY);

/** @param {number} day @returns {string} as "24 Nov 2026" */
export const fullDay = (day) => date("UTC", DATE, day * DAY);

/** @param {number} day @returns {string} */
export const month = (day) => date("UTC", { month: "short" }, day * DAY);

/** @param {number} day @returns {string} */
export const monthYear = (day) => date("UTC", { month: "short", year: "numeric" }, day * DAY);

/** @param {number} day @returns {string} as "November 2026" */
export const longMonth = (day) => date("UTC", { month: "long", year: "numeric" }, day * DAY);

/** @param {import("./places.js").Days} days @returns {string} */
export function daysText({ kind, first, end }) {
  if (kind === "day") return longDay(first);
  if (kind === "month") return longMonth(first);
  if (kind === "year") return String(new Date(first * DAY).getUTCFullYear());
  return dayRange(first, end - 1);
}

/** @param {number} first @param {number} last @returns {string} as "15–21 Nov 2026" */
export const dayRange = (first, last) => formatOf("UTC", DATE).formatRange(first * DAY, last * DAY);

/** @param {Zone} zone @param {number} at @returns {string} */
export const dayTime = (zone, at) =>
  date(
    zone.name,
    { weekday: "short", day: "numeric", month: "short", ...timeFields(zone, at) },
    at,
  );

/** @param {Zone} zone @param {number} at @param {string} bucket @returns {string} the name of a bucket in a table */
export const bucketName = (zone, at, bucket) =>
  bucket === "day"
    ? shortDay(zone.day(at))
    : bucket === "hour"
      ? dayTime(zone, at)
      : time(zone, at);

/** @param {Zone} zone @param {number} from @param {number} to @param {string} bucket @returns {string} the time of a bucket, from start to end */
export const bucketSpan = (zone, from, to, bucket) =>
  bucket === "day"
    ? shortDay(zone.day(from))
    : `${bucket === "hour" ? dayTime(zone, from) : time(zone, from)}–${time(zone, to)}`;

/** @param {number} length in ms @returns {string} as "2 h 5 min" */
export function duration(length) {
  if (length < MINUTE)
    return say("length.seconds", { n: Math.max(1, Math.round(length / SECOND)) });
  const all = Math.round(length / MINUTE);
  const [days, hours, minutes] = [Math.floor(all / 1440), Math.floor(all / 60) % 24, all % 60];
  if (days) return say(hours ? "length.daysHours" : "length.days", { n: days, hours });
  if (hours && minutes) return say("length.hoursMinutes", { hours, minutes });
  return hours ? say("length.hours", { n: hours }) : say("length.minutes", { n: minutes });
}

/** @param {number} age in ms @returns {string} as "4 minutes ago" */
export function ago(age) {
  /** @type {[number, "minute" | "hour" | "day"]} */
  const [size, unit] =
    age < HOUR ? [MINUTE, "minute"] : age < 2 * DAY ? [HOUR, "hour"] : [DAY, "day"];
  const count = Math.floor(age / size);
  return count < 1
    ? say("age.now")
    : new Intl.RelativeTimeFormat(spoken(), { numeric: "always" }).format(-count, unit);
}

/** @returns {number} the first day of a week, from 1 for Monday to 7 */
export const firstDay = () => firstDayOf(spoken());

/** @param {string} name @returns {string} a series' name to read */
export const title = (name) => name.replaceAll("_", " ");
