/** What days, months and years cost, as rows of bars and numbers. */

import { month, monthYear, percent, shortDay } from "./format.js";
import { LEAST, moneyPart, sumOf } from "./money.js";
import { dayHash, isoDay, monthHash } from "./places.js";
import { scale } from "./scale.js";
import { monthOf } from "./statistics.js";
import { DAY } from "./time.js";
import { say } from "./words.js";

/** @typedef {import("./model.js").Bars} Bars */
/** @typedef {import("./model.js").Part} Part */
/** @typedef {import("./money.js").Money} Money */
/** @typedef {import("./money.js").Span} Span */
/** @typedef {import("./money.js").Sum} Sum */

/** A row of days; `isSoFar` if the last of them is not over. @typedef {{ key: string, label: string, hash: string, sum: Sum | null, isSoFar: boolean }} Row */

/** More days than these are shown by the month. */
const MOST_ROWS = 31;

/**
 * @param {Money} money
 * @param {Span} span closed days
 * @param {boolean} hasToday whether today so far stands beside them
 * @returns {Bars | null} null if none of them has an amount
 */
export function costBars(money, span, hasToday) {
  const isShort = span.end - span.first <= MOST_ROWS;
  const rows = isShort ? daysOf(money, span, hasToday) : monthsOf(money, span);
  const sums = rows.flatMap(({ sum }) => sum ?? []);
  if (!sums.length) return null;
  const { zero, bar } = scale(sums.flatMap(({ energy, fixed }) => [energy, fixed]));
  const hasFixed = sums.some(({ fixed }) => fixed !== 0);
  return {
    key: "costs",
    zero,
    title: say(isShort ? "bars.costs" : "bars.costMonths"),
    head: [
      say(isShort ? "head.day" : "head.month"),
      say("cost.title"),
      say("cost.energy"),
      ...(hasFixed ? [say("cost.fixed")] : []),
    ],
    rows: rows.map(({ key, label, hash, sum, isSoFar }) => {
      const isPart = sum !== null && (sum.days < sum.all || sum.coverage < LEAST);
      const partial = isSoFar || isPart;
      /** @param {"energy" | "fixed" | "amount"} of */
      const part = (of) => moneyPart(money, `${key}-${of}`, sum?.[of] ?? null);
      return {
        label,
        hash,
        bars: sum
          ? [bar(sum.energy, "use", partial), ...(hasFixed ? [bar(sum.fixed, "ink", partial)] : [])]
          : [],
        cells: [part("amount"), part("energy"), ...(hasFixed ? [part("fixed")] : [])],
        known: knownOf(`${key}-known`, sum),
      };
    }),
  };
}

/** @param {Money} money @param {Span} span @param {boolean} hasToday @returns {Row[]} */
function daysOf(money, { first, end }, hasToday) {
  const last = hasToday && money.last === end ? end + 1 : end;
  return Array.from({ length: last - first }, (_, i) => {
    const day = first + i;
    return {
      key: `cost-${isoDay(day)}`,
      label: day === end ? say("now.soFar") : shortDay(day),
      hash: dayHash(day),
      sum: sumOf(money, { first: day, end: day + 1 }),
      isSoFar: day === end,
    };
  });
}

/** @param {Money} money @param {Span} span @returns {Row[]} months, the first from the first day that has an amount */
function monthsOf(money, { first, end }) {
  /** @type {Row[]} */
  const rows = [];
  let day = first;
  while (day < end && money.days.get(day)?.amount == null) day++;
  while (day < end) {
    const [start, after] = [monthStart(monthOf(day)), monthStart(monthOf(day) + 1)];
    const sum = sumOf(money, { first: day, end: Math.min(end, after) });
    rows.push({
      key: `cost-${isoDay(day).slice(0, 7)}`,
      label: monthYear(day),
      hash: monthHash(day),
      sum: sum && { ...sum, all: after - start },
      isSoFar: false,
    });
    day = after;
  }
  return rows;
}

/** @param {number} count of months since January 1970 @returns {number} its first day */
const monthStart = (count) => Date.UTC(1970, count) / DAY;

/** @param {string} key @param {Sum | null} sum @returns {Part} 1 if all of it is known */
function knownOf(key, sum) {
  if (!sum) return { key, raw: null, text: say("unknown") };
  const { days, all, coverage } = sum;
  const isPart = days < all;
  return {
    key,
    raw: isPart ? (coverage * days) / all : coverage,
    text: isPart ? say("month.days", { count: days, n: all }) : percent(coverage),
  };
}

/**
 * Months in rows and years in columns, the newest first.
 *
 * @typedef {{ title: string, head: string[], rows: { label: string, cells: { value: Part, note: Part | null }[] }[] }} CostYears
 */

/** @param {Money} money @returns {CostYears | null} null if no day has an amount */
export function costYears(money) {
  const days = [...money.days.values()].filter(({ amount }) => amount !== null);
  if (!days.length) return null;
  const [oldest, newest] = [yearOf(days[0].day), yearOf(days[days.length - 1].day)];
  const years = Array.from({ length: newest - oldest + 1 }, (_, i) => newest - i);
  /** @param {number} year @param {number} from a month, from 0 @param {number} to @param {string} key */
  const cellOf = (year, from, to, key) => {
    const span = { first: Date.UTC(year, from) / DAY, end: Date.UTC(year, to) / DAY };
    const sum = sumOf(money, span);
    const isWhole = !sum || (sum.days === sum.all && sum.coverage >= LEAST);
    return {
      value: sum ? moneyPart(money, key, sum.amount) : { text: "" },
      note: sum && !isWhole ? knownOf(`${key}-known`, sum) : null,
    };
  };
  const months = Array.from({ length: 12 }, (_, i) => ({
    label: month(Date.UTC(newest, i) / DAY),
    cells: years.map((year) => cellOf(year, i, i + 1, `cost-${year}-${i + 1}`)),
  }));
  return {
    title: say("bars.costMonths"),
    head: [say("head.month"), ...years.map(String)],
    rows: [
      ...months,
      {
        label: say("years.total"),
        cells: years.map((year) => cellOf(year, 0, 12, `cost-${year}`)),
      },
    ],
  };
}

/** @param {number} day */
const yearOf = (day) => new Date(day * DAY).getUTCFullYear();
