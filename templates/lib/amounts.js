/** What a time is made of: the house, the grid, the sun and the battery, in kWh and in shares. */

import { has, shares } from "./flows.js";
import { amountUnit, card, sharePart, summed } from "./model.js";
import { say } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./flows.js").Share} Share */
/** @typedef {import("./model.js").Card} Card */
/** @typedef {import("./model.js").Part} Part */
/** @typedef {import("./roles.js").Roles} Roles */

/** The flows in the order in which they are told, and the colour of each. @type {[string, string][]} */
const FLOWS = [
  ["import", "grid"],
  ["export", "grid"],
  ["solar", "sun"],
  ["discharge", "battery"],
  ["charge", "battery"],
];

/**
 * @param {Doc} doc
 * @param {Grid} grid
 * @param {Roles} roles
 * @param {(key: string, name: string) => Part[]} [note] what stands below an amount
 * @returns {Card[]} the house first; of a battery in and out, never the net alone
 */
export function amounts(doc, grid, { energy, sunEnergy }, note = () => []) {
  /** @param {string} key @param {import("./words.js").Key} label @param {string} name @param {string} [tone] */
  const one = (key, label, name, tone) =>
    card(
      key,
      say(label),
      summed(doc, grid, name).total,
      amountUnit(doc, name),
      [note(key, name)],
      tone,
    );
  const flows = FLOWS.flatMap(([flow, tone]) => {
    const name = flow === "solar" ? sunEnergy : (doc.counts[flow] ?? null);
    // What the house took of the grid alone is told once.
    if (name === null || (flow === "import" && name === energy)) return [];
    return one(flow, /** @type {import("./words.js").Key} */ (`amount.${flow}`), name, tone);
  });
  return [
    ...(energy === null
      ? []
      : [one("house", energy === doc.draws.grid ? "amount.net" : "amount.house", energy, "use")]),
    ...flows,
    ...ownShares(doc, grid),
  ];
}

/** @param {Doc} doc @param {Grid} grid @returns {Card[]} what the home made itself, and what it kept of that */
function ownShares(doc, grid) {
  // A meter of the grid alone does not tell what the home makes itself.
  const isOwn = "solar" in doc.counts || "discharge" in doc.counts;
  return [
    ...(isOwn && has(doc, "sufficiency") ? [shareCard(doc, grid, "sufficiency")] : []),
    ...("house" in doc.counts && has(doc, "consumption")
      ? [shareCard(doc, grid, "consumption")]
      : []),
  ];
}

/** @param {Doc} doc @param {Grid} grid @param {Share} share @returns {Card} */
function shareCard(doc, grid, share) {
  const key = `self-${share}`;
  const figure = { ...sharePart(key, shares(doc, grid, share).get(0) ?? null), key, unit: "" };
  return { label: say(`amount.${share}`), figure, notes: [] };
}
