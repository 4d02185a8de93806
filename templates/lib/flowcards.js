/** The cards of what came from the grid and what the home made itself. */

import { CONSUMPTION, has, SUFFICIENCY, shares } from "./flows.js";
import { card, part, sharePart, summed } from "./model.js";
import { say, sayParts } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./model.js").Card} Card */
/** @typedef {import("./model.js").Part} Part */

/** @param {Doc} doc @param {Grid} grid @returns {Card[]} none without a meter of the grid */
export function flowCards(doc, grid) {
  const { counts } = doc;
  if (!("import" in counts)) return [];
  /** @param {string} flow */
  const total = (flow) => summed(doc, grid, counts[flow]).total;
  /** @param {"export" | "charge"} flow @returns {Part[][]} */
  const note = (flow) =>
    flow in counts
      ? [sayParts(`flow.${flow}`, { amount: part(`flow-${flow}`, total(flow), "kWh") })]
      : [];
  const cards = [card("flow-import", say("flow.import"), total("import"), "kWh", note("export"))];
  if (has(doc, SUFFICIENCY) && counts.house !== counts.import) cards.push(ownCard(doc, grid));
  if ("discharge" in counts) {
    const into = note("charge");
    cards.push(card("flow-discharge", say("flow.discharge"), total("discharge"), "kWh", into));
  }
  return cards;
}

/** @param {Doc} doc @param {Grid} grid @returns {Card} */
function ownCard(doc, grid) {
  const key = "self-sufficiency";
  const figure = { ...sharePart(key, shareOf(doc, grid, SUFFICIENCY)), key, unit: "" };
  const kept = sharePart("self-consumption", shareOf(doc, grid, CONSUMPTION));
  return {
    label: say("flow.own"),
    figure,
    notes: has(doc, CONSUMPTION) ? [sayParts("flow.kept", { share: kept })] : [],
  };
}

/** @param {Doc} doc @param {Grid} grid @param {import("./flows.js").Pair} pair */
const shareOf = (doc, grid, pair) => shares(doc, grid, pair).get(0) ?? null;
