/** The parts that all tabs of closed days have. */

import { furtherCharts } from "./charts.js";
import { window } from "./data.js";
import { flowCards } from "./flowcards.js";
import { fullDay, title } from "./format.js";
import { gapList } from "./gaps.js";
import {
  amountUnit,
  card,
  isCounter,
  onDay,
  part,
  sharePart,
  summed,
  unitOf,
  when,
} from "./model.js";
import { daysOf, extremes, totals } from "./statistics.js";

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
 */
export function closed(doc, grid, roles, days, notes = []) {
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
    heading: `${fullDay(first)} – ${fullDay(last)}`,
    hero: null,
    ...filled(cards, found.known),
    smalls: furtherCharts(doc, grid, roles),
    gaps: gapList(doc, grid),
  };
}

/** @param {Doc} doc @param {string} energy @param {Day[]} days @param {Part[][]} notes @returns {Card[]} */
function energyCards(doc, energy, days, notes) {
  const unit = amountUnit(doc, energy);
  const { total, perDay } = totals(days);
  const { lowest, highest } = extremes(days);
  const each = [part("per-day", perDay, unit), { text: " a day" }];
  return [
    card("total", "Energy", total, unit, [each, ...notes], "use"),
    card("highest-day", "Highest day", highest?.total, unit, [
      onDay(doc, highest, "highest-day-date"),
    ]),
    card("lowest-day", "Lowest day", lowest?.total, unit, [onDay(doc, lowest, "lowest-day-date")]),
  ];
}

/** @param {Doc} doc @param {Grid} grid @param {string} sunEnergy @returns {Card} */
function sunCard(doc, grid, sunEnergy) {
  const { total, perDay } = totals(daysOf(doc, grid, sunEnergy));
  const unit = amountUnit(doc, sunEnergy);
  const each = [part("solar-per-day", perDay, unit), { text: " a day" }];
  return card("solar", "Solar", total, unit, [each], "sun");
}

/** @param {Doc} doc @param {string} main @param {import("./statistics.js").Summary} found @returns {Card[]} */
function mainCards(doc, main, { mean, min, max }) {
  const unit = unitOf(doc, main);
  const name = unit === "W" ? "power" : title(main);
  const meanCard = card("mean", `Mean ${name}`, mean, unit, [[{ text: "over known time" }]]);
  if (doc.series.get(main)?.sum) return [meanCard];
  return [
    meanCard,
    card("max", `Highest ${name}`, max?.value, unit, [when(doc, max, "max-time")]),
    card("min", `Lowest ${name}`, min?.value, unit, [when(doc, min, "min-time")]),
  ];
}

/**
 * Cards stand in rows of four, and the first card takes two places. The known share is a card if that
 * fills the last row; if not, it stands beside the heading.
 *
 * @param {Card[]} cards
 * @param {number | null} share
 * @returns {{ cards: Card[], known: Part | null }}
 */
function filled(cards, share) {
  const known = sharePart("known", share);
  if (cards.length % 4 !== 2) return { cards, known };
  const figure = { ...known, key: "known", unit: "" };
  return {
    cards: [...cards, { label: "Known", figure, notes: [[{ text: "of the time" }]] }],
    known: null,
  };
}
