/** What a kWh costs now and next, and through the day as a strip. */

import { clock, dayTime, time } from "./format.js";
import { moneyPart, RATE } from "./money.js";
import { HOUR } from "./time.js";
import { say, sayParts } from "./words.js";

/** @typedef {import("./model.js").Part} Part */
/** @typedef {import("./money.js").Money} Money */
/** @typedef {import("./money.js").Rated} Rated */
/** @typedef {import("./money.js").Step} Step */
/** @typedef {import("./time.js").Zone} Zone */

/** @param {Rated} rated @returns {string} */
function rateLabel({ of, flow }) {
  const name = of.replaceAll("_", " ");
  if (flow === "import") return of === flow ? say("rate.import") : say("rate.importBy", { name });
  if (flow === "export") return of === flow ? say("rate.export") : say("rate.exportBy", { name });
  return say("rate.of", { name });
}

/** @param {Money} money @param {number} at @returns {import("./model.js").Card[]} each kind of kWh that has a rate */
export const ratesNow = (money, at) =>
  money.rates.flatMap((rated) => {
    const { steps } = rated;
    const here = steps.findIndex(({ from, to }) => at >= from && at < to);
    const known = here >= 0 && steps[here].rate !== null ? here : lastKnown(steps, at);
    const step = steps[known];
    if (!step) return [];
    const key = `rate-${rated.of}`;
    const notes = [
      zoneParts(step),
      known === here ? nextParts(money, key, steps, here) : lastParts(money, step, at),
    ];
    return [
      {
        label: rateLabel(rated),
        figure: { ...moneyPart(money, key, step.rate, RATE), key, unit: "" },
        notes: notes.filter((note) => note.length),
      },
    ];
  });

/** @param {Step[]} steps @param {number} at @returns {number} the last one before an instant that is known, or -1 */
function lastKnown(steps, at) {
  let found = -1;
  steps.forEach((step, i) => {
    if (step.rate !== null && step.to <= at) found = i;
  });
  return found;
}

/** @param {Step} step @returns {Part[]} */
const zoneParts = ({ zone }) => (zone ? [{ text: zone.replaceAll("_", " ") }] : []);

/** @param {Money} money @param {string} key @param {Step[]} steps @param {number} here @returns {Part[]} */
function nextParts(money, key, steps, here) {
  const next = steps[here + 1];
  if (!next || next.rate === null) return [];
  const rate = moneyPart(money, `${key}-next`, next.rate, RATE);
  return sayParts("rate.next", { time: time(money.zone, next.from), rate });
}

/** @param {Money} money @param {Step} step @param {number} at @returns {Part[]} */
function lastParts({ zone }, { to }, at) {
  const isToday = zone.day(to) === zone.day(at);
  return sayParts("rate.last", { time: isToday ? time(zone, to) : dayTime(zone, to) });
}

/** @typedef {{ left: number, width: number, from: number, to: number, isKnown: boolean, isPast: boolean, isNow: boolean }} StripBar */

/**
 * The rates of a day or two as bars that stand on, or hang from, a zero line: shares of the whole width
 * and height. `table` has the same.
 *
 * @typedef {{ key: string, title: string, label: string, zero: number, bars: StripBar[],
 *   marks: { left: number, text: string }[], table: import("./model.js").Table }} Strip
 */

/** Hours between the marks below the strip of a day. */
const MARKED = 6;

/** @param {Money} money @param {number} at @returns {Strip[]} of each kind of kWh whose rate changes */
export const strips = (money, at) =>
  money.rates.flatMap((rated) => {
    const steps = shownSteps(money, rated.steps);
    const known = new Set(steps.map(({ rate }) => rate).filter((rate) => rate !== null));
    return known.size > 1 ? stripOf(money, rated, steps, at) : [];
  });

/** @param {Money} money @param {Rated} rated @param {Step[]} steps @param {number} at @returns {Strip} */
function stripOf(money, rated, steps, at) {
  const rates = steps.flatMap(({ rate }) => rate ?? []);
  const [low, high] = [Math.min(0, ...rates), Math.max(0, ...rates)];
  const [start, end] = [steps[0].from, steps[steps.length - 1].to];
  /** @param {number} instant */
  const x = (instant) => (instant - start) / (end - start);
  /** @param {number} rate */
  const y = (rate) => (rate - low) / (high - low || 1);
  /** @param {number} rate */
  const text = (rate) => moneyPart(money, "", rate, RATE).text;
  const title = rateLabel(rated);
  return {
    key: rated.of,
    title,
    label: say("rate.strip", {
      name: title,
      low: text(Math.min(...rates)),
      high: text(Math.max(...rates)),
    }),
    zero: y(0),
    bars: steps.map(({ from, to, rate }) => ({
      left: x(from),
      width: x(to) - x(from),
      from: rate === null ? 0 : y(Math.min(0, rate)),
      to: rate === null ? 1 : y(Math.max(0, rate)),
      isKnown: rate !== null,
      isPast: to <= at,
      isNow: from <= at && at < to,
    })),
    marks: marksOf(money.zone, start, end).map((mark) => ({
      left: x(mark),
      text: clock(money.zone, mark),
    })),
    table: stripTable(money, rated, steps),
  };
}

/** @param {Money} money @param {Rated} rated @param {Step[]} steps @returns {import("./model.js").Table} */
function stripTable(money, { of }, steps) {
  const hasZones = steps.some(({ zone }) => zone);
  return {
    head: [say("head.time"), say("rate.head"), ...(hasZones ? [say("rate.zone")] : [])],
    rows: steps.map(({ from, to, rate, zone }) => [
      { text: `${dayTime(money.zone, from)} – ${time(money.zone, to)}` },
      moneyPart(money, `rate-${of}-${new Date(from).toISOString()}`, rate, RATE),
      ...(hasZones ? [{ text: zone.replaceAll("_", " ") }] : []),
    ]),
  };
}

/** @param {Money} money @param {Step[]} steps @returns {Step[]} tomorrow only if something is known of it */
function shownSteps({ zone, last }, steps) {
  const end = zone.start(last + 1);
  if (steps.some(({ to, rate }) => to > end && rate !== null)) return steps;
  return steps.flatMap((step) => (step.from < end ? { ...step, to: Math.min(step.to, end) } : []));
}

/** @param {Zone} zone @param {number} start @param {number} end @returns {number[]} some whole hours of the clock */
function marksOf(zone, start, end) {
  const size = end - start > 30 * HOUR ? 2 * MARKED : MARKED;
  const marks = [];
  for (let at = start; at < end; at += HOUR) {
    if ((zone.local(at) / HOUR) % size === 0) marks.push(at);
  }
  return marks;
}
