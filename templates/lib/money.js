/** money.json: what energy costs, and what the page says of it. */

import { FileError, zoneOf } from "./data.js";
import { dayRange, number, percent, shortDay } from "./format.js";
import { dayOf } from "./places.js";
import { say, sayParts } from "./words.js";

/** @typedef {import("./model.js").Part} Part */
/** @typedef {import("./model.js").Card} Card */
/** @typedef {import("./time.js").Zone} Zone */

/** A stretch of time with one rate, null if that is not known. @typedef {{ from: number, to: number, rate: number | null, zone: string }} Step */

/** What a kWh costs, or brings. `of` is a series or a flow. @typedef {{ of: string, flow: string, steps: Step[] }} Rated */

/** @typedef {{ day: number, energy: number | null, fixed: number | null, amount: number | null, coverage: number }} Day */

/** @typedef {{ name: string, quantity: number, unit: string, amount: number, parts?: { name: string, quantity: number, amount: number }[] }} Line */

/** The running bill: its days from `first` to `end`, of which `days` have begun. @typedef {{ tariff: string, first: number, end: number, days: number, lines: Line[], amount: number, known: number, unpriced: number, split: number }} Bill */

/** @typedef {{ currency: string, decimals: number, zone: Zone, until: number, rates: Rated[], bill: Bill | null, days: Map<number, Day>, last: number }} Money */

/** Days from `first` to the one before `end`. @typedef {{ first: number, end: number }} Span */

/** @param {string} text @returns {Money} @throws {FileError} that says what is wrong with the file */
export function readMoney(text) {
  let raw;
  try {
    raw = JSON.parse(text);
  } catch {
    throw new FileError("incomplete");
  }
  if (raw?.tier !== "money" || !Array.isArray(raw.days)) throw new FileError("form");
  if (raw.version !== 1) throw new FileError("version");
  try {
    return moneyOf(raw);
  } catch (error) {
    throw error instanceof FileError ? error : new FileError("form");
  }
}

/** @param {any} raw @returns {Money} */
function moneyOf({ currency, decimals, timezone, last_update, rates, bill, days }) {
  const all = days.map((/** @type {any} */ { date, energy, fixed, amount, coverage }) => {
    return { day: numbered(date), energy, fixed, amount, coverage };
  });
  return {
    currency,
    decimals,
    zone: zoneOf(timezone),
    until: Date.parse(last_update),
    rates: rates.map(ratedOf),
    bill: bill && { ...bill, first: numbered(bill.from), end: numbered(bill.until) },
    days: new Map(all.map((/** @type {Day} */ day) => [day.day, day])),
    last: all.length ? all[all.length - 1].day : -Infinity,
  };
}

/** @param {string} date */
function numbered(date) {
  const day = dayOf(date);
  if (day === null) throw new FileError("time");
  return day;
}

/** @param {any} rated @returns {Rated} */
const ratedOf = ({ of, flow, steps, until }) => ({
  of,
  flow,
  steps: steps.map(
    (
      /** @type {[string, number | null, string]} */ [from, rate, zone],
      /** @type {number} */ i,
    ) => ({
      from: Date.parse(from),
      to: Date.parse(steps[i + 1]?.[0] ?? until),
      rate,
      zone,
    }),
  ),
});

// --- amounts

/** @param {Money} money @param {string} key @param {number | null} amount @param {number} [more] decimals than an amount of a bill has @returns {Part} */
export const moneyPart = ({ currency, decimals }, key, amount, more = 0) => ({
  key,
  raw: amount,
  text: amount === null ? "–" : written(amount, decimals + more, currency),
});

/** @param {number} amount @param {number} decimals @param {string} currency */
function written(amount, decimals, currency) {
  // Nothing that is written as zero has a sign.
  const shown = Math.abs(amount) < 0.5 * 10 ** -decimals ? 0 : amount;
  return number(shown, decimals, { style: "currency", currency });
}

/** An amount of which less is known has its known share beside it. */
export const LEAST = 0.9995;

/** A rate has so many decimals more than an amount. */
export const RATE = 2;

/** @param {string} key @param {number} share @returns {Part[]} how much is known, if not all */
export const knownParts = (key, share) =>
  share < LEAST ? sayParts("known.of", { share: { key, raw: share, text: percent(share) } }) : [];

/**
 * What some days cost: `days` of `all` have an amount. `coverage` is the known share of their time, in
 * which a day that no tariff has counts as unknown.
 *
 * @typedef {{ energy: number | null, fixed: number, amount: number, coverage: number, days: number, all: number }} Sum
 */

/** @param {Money} money @param {Span} span @returns {Sum | null} null if no day has an amount */
export function sumOf({ days, zone, until }, { first, end }) {
  /** @type {Sum} */
  const sum = { energy: null, fixed: 0, amount: 0, coverage: 0, days: 0, all: end - first };
  let [known, time] = [0, 0];
  for (let day = first; day < end; day++) {
    const one = days.get(day);
    if (!one) continue;
    const length = Math.min(until, zone.start(day + 1)) - zone.start(day);
    time += length;
    if (one.amount === null) continue;
    known += length * one.coverage;
    if (one.energy !== null) sum.energy = (sum.energy ?? 0) + one.energy;
    sum.fixed += one.fixed ?? 0;
    sum.amount += one.amount;
    sum.days++;
  }
  return sum.days ? { ...sum, coverage: time ? known / time : 0 } : null;
}

/**
 * @param {Money} money
 * @param {number} from
 * @param {number} to
 * @returns {Part[]} what a span costs, if it is made of whole days that have an amount
 */
export function chosenCost(money, from, to) {
  const { zone } = money;
  const [first, end] = [zone.day(from), zone.day(to)];
  if (zone.start(first) !== from || zone.start(end) !== to) return [];
  const sum = sumOf(money, { first, end });
  return sum && sum.days === sum.all ? [moneyPart(money, "chosen-cost", sum.amount)] : [];
}

/** @param {Money} money @param {Span} span @param {boolean} isSoFar @returns {Card | null} */
export function costCard(money, span, isSoFar) {
  const sum = sumOf(money, span);
  if (!sum) return null;
  const { energy, fixed, amount, coverage, days, all } = sum;
  const figure = { ...moneyPart(money, "cost", amount), key: "cost", unit: "" };
  const inSome = days < all ? sayParts("month.days", { count: days, n: all }) : [];
  return {
    label: isSoFar
      ? say("cost.soFar")
      : all === 1
        ? shortDay(span.first)
        : dayRange(span.first, span.end - 1),
    figure,
    notes: [
      sayParts("cost.parts", {
        energy: moneyPart(money, "cost-energy", energy),
        fixed: moneyPart(money, "cost-fixed", fixed),
      }),
      inSome,
      knownParts("cost-known", coverage),
    ].filter((note) => note.length),
  };
}
