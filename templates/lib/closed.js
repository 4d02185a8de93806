/** The parts that all tabs of closed days have. */

import { furtherCharts } from "./charts.js";
import { window } from "./data.js";
import { flowCards } from "./flowcards.js";
import { dayRange } from "./format.js";
import { gapList } from "./gaps.js";
import {
  amountUnit,
  card,
  inDays,
  isCounter,
  labelOf,
  onDay,
  part,
  sharePart,
  summed,
  unitOf,
  when,
} from "./model.js";
import { daysOf, extremes, totals } from "./statistics.js";
import { say, sayParts } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./model.js").Card} Card */
/** @typedef {import("./model.js").Part} Part */
/** @typedef {import("./roles.js").Roles} Roles */
/** @typedef {import("./statistics.js").Day} Day */

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Roles} roles
 * @param {Day[]} days
 * @param {Part[][]} [notes] below the energy
 * @param {Grid} [shown] the buckets of the charts
 */
export function closed(doc, grid, roles, days, notes = [], shown = grid) {
  const { main, energy, sunEnergy } = roles;
  const found = summed(doc, grid, main);
  const { first, last } = window(doc);
  const cards = [
    ...(energy === null ? [] : energyCards(doc, energy, days, notes)),
    ...(sunEnergy === null ? [] : [sunCard(doc, grid, sunEnergy)]),
    ...flowCards(doc, grid),
    ...(main === null || isCounter(doc, main) ? [] : mainCards(doc, main, found)),
  ];
  return {
    heading: dayRange(first, last),
    hero: null,
    ...filled(cards, found.known),
    smalls: furtherCharts(doc, shown, roles),
    gaps: gapList(doc, grid),
  };
}

/** @param {Doc} doc @param {string} energy @param {Day[]} days @param {Part[][]} notes @returns {Card[]} */
function energyCards(doc, energy, days, notes) {
  const unit = amountUnit(doc, energy);
  const { total, perDay, days: there } = totals(days);
  const { lowest, highest } = extremes(days);
  const each = sayParts("energy.perDay", { amount: part("per-day", perDay, unit) });
  return [
    card(
      "total",
      say("energy"),
      total,
      unit,
      [each, inDays("total", there, days.length), ...notes],
      "use",
    ),
    card("highest-day", say("energy.highest"), highest?.total, unit, [
      onDay(doc, highest, "highest-day-date"),
    ]),
    card("lowest-day", say("energy.lowest"), lowest?.total, unit, [
      onDay(doc, lowest, "lowest-day-date"),
    ]),
  ];
}

/** @param {Doc} doc @param {Grid} grid @param {string} sunEnergy @param {boolean} [isMany] whether there are many days @returns {Card} */
export function sunCard(doc, grid, sunEnergy, isMany = true) {
  const days = daysOf(doc, grid, sunEnergy);
  const { total, perDay, days: there } = totals(days);
  const unit = amountUnit(doc, sunEnergy);
  const each = sayParts("energy.perDay", { amount: part("solar-per-day", perDay, unit) });
  const notes = [...(isMany ? [each] : []), inDays("solar", there, days.length)];
  return card("solar", say("solar"), total, unit, notes, "sun");
}

/** @param {Doc} doc @param {string} main @param {import("./statistics.js").Summary} found @returns {Card[]} */
export function mainCards(doc, main, { mean, min, max }) {
  const unit = unitOf(doc, main);
  /** @param {"mean" | "highest" | "lowest"} kind */
  const label = (kind) =>
    unit === "W" ? say(`power.${kind}`) : say(`value.${kind}Of`, { name: labelOf(doc, main) });
  const meanCard = card("mean", label("mean"), mean, unit, [sayParts("value.overKnown")]);
  if (doc.series.get(main)?.sum) return [meanCard];
  return [
    meanCard,
    card("max", label("highest"), max?.value, unit, [when(doc, max, "max-time")]),
    card("min", label("lowest"), min?.value, unit, [when(doc, min, "min-time")]),
  ];
}

/**
 * Cards stand in rows of four, and the first card takes two places. The known share is a card if that
 * fills the last row; if not, it stands beside the heading.
 *
 * @param {Card[]} cards
 * @param {number | null} share
 * @returns {{ cards: Card[], known: Part[] }}
 */
export function filled(cards, share) {
  const known = sharePart("known", share);
  if (cards.length % 4 !== 2) return { cards, known: sayParts("known.of", { share: known }) };
  const figure = { ...known, key: "known", unit: "" };
  return {
    cards: [...cards, { label: say("known"), figure, notes: [sayParts("known.time")] }],
    known: [],
  };
}
