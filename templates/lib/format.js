/** Numbers, times and lengths of time, written as the reader's language writes them. */

import { DAY, HOUR, MINUTE, SECOND } from "./time.js";

/** @typedef {import("./time.js").Zone} Zone */

/** @type {Map<string, Intl.NumberFormat>} */
const numbers = new Map();

/** @param {number} value @param {number} decimals @param {Intl.NumberFormatOptions} [options] */
export function number(value, decimals, options = {}) {
  const key = `${decimals}${options.style}${options.signDisplay}`;
  let format = numbers.get(key);
  if (!format) {
    format = new Intl.NumberFormat(undefined, {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      ...options,
    });
    numbers.set(key, format);
  }
  return format.format(value).replace(/^-(?=[0.,]+$)/, "");
}

/** Writes a number and a time, because a browser takes long for the first ones. */
export function warmUp() {
  number(0, 0);
  date("UTC", { hour: "2-digit", minute: "2-digit" }, 0);
}

/** @param {number} value @param {string} unit @returns {number} */
function decimals(value, unit) {
  const size = Math.abs(value);
  if (unit === "W") return size < 10 && value % 1 ? 1 : 0;
  if (unit === "kWh") return size < 99.995 ? 2 : size < 999.95 ? 1 : 0;
  if (unit === "V" || unit === "%") return 1;
  return size < 9.995 ? 2 : size < 999.95 ? 1 : 0;
}

/** @param {number | null | undefined} value @param {string} unit @returns {string} without its unit */
export const plain = (value, unit) => (value == null ? "–" : number(value, decimals(value, unit)));

/** @param {number | null | undefined} value @param {string} unit @returns {string} */
export const measure = (value, unit) =>
  value == null ? "–" : unit ? `${plain(value, unit)}\u202f${unit}` : plain(value, unit);

/** @param {number} share @returns {string} never 100 % if a part is missing */
export function percent(share) {
  const cut = share >= 1 ? 1 : Math.min(Math.floor(share * 1000) / 1000, 0.999);
  return number(cut, cut === 1 || cut === 0 ? 0 : 1, { style: "percent" });
}

/** @param {number} share @returns {string} with its sign */
export const signed = (share) => number(share, 0, { style: "percent", signDisplay: "exceptZero" });

/** @type {Map<string, Intl.DateTimeFormat>} */
const dates = new Map();

/** @param {string} zone @param {Intl.DateTimeFormatOptions} options @param {number} at */
function date(zone, options, at) {
  const key = zone + JSON.stringify(options);
  let format = dates.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(undefined, { timeZone: zone, ...options });
    dates.set(key, format);
  }
  return format.format(at);
}

/** @param {Zone} zone @param {number} at @returns {string} with its offset if it comes twice */
export const time = (zone, at, seconds = false) =>
  date(
    zone.name,
    {
      hour: "2-digit",
      minute: "2-digit",
      ...(seconds && { second: "2-digit" }),
      ...(zone.twice(at) && { timeZoneName: "short" }),
    },
    at,
  );

/** @param {Zone} zone @param {number} at @returns {string} short, for an axis */
export const clock = (zone, at) => date(zone.name, { hour: "2-digit", minute: "2-digit" }, at);

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
export const fullDay = (day) =>
  date("UTC", { day: "numeric", month: "short", year: "numeric" }, day * DAY);

/** @param {number} day @returns {string} */
export const month = (day) => date("UTC", { month: "short" }, day * DAY);

/** @param {number} day @returns {string} */
export const monthYear = (day) => date("UTC", { month: "short", year: "numeric" }, day * DAY);

/** @param {Zone} zone @param {number} at @returns {string} */
export const dayTime = (zone, at) => `${shortDay(zone.day(at))}, ${time(zone, at)}`;

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
    : `${bucket === "hour" ? `${shortDay(zone.day(from))}, ` : ""}${time(zone, from)}–${time(zone, to)}`;

/** @param {number} length in ms @returns {string} as "2 h 5 min" */
export function duration(length) {
  if (length < MINUTE) return `${number(Math.max(1, Math.round(length / SECOND)), 0)} s`;
  const minutes = Math.round(length / MINUTE);
  const [days, hours, rest] = [
    Math.floor(minutes / 1440),
    Math.floor(minutes / 60) % 24,
    minutes % 60,
  ];
  const parts = [
    days && `${number(days, 0)} ${days === 1 ? "day" : "days"}`,
    hours && `${hours} h`,
    rest && !days && `${rest} min`,
  ];
  return parts.filter(Boolean).join(" ");
}

/** @param {number} age in ms @returns {string} as "4 minutes ago" */
export function ago(age) {
  const [size, unit] =
    age < HOUR ? [MINUTE, "minute"] : age < 2 * DAY ? [HOUR, "hour"] : [DAY, "day"];
  const count = Math.floor(age / size);
  return count < 1 ? "just now" : `${number(count, 0)} ${unit}${count > 1 ? "s" : ""} ago`;
}

/** @param {string} name @returns {string} a series' name to read */
export const title = (name) => name.replaceAll("_", " ");
