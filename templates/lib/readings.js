/** The readings of the page's subject: its mean and its extremes, and how much of it is known. */

import { title } from "./format.js";
import { card, isCounter, sharePart, summed, unitOf, when } from "./model.js";
import { say } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./model.js").Card} Card */

/** @param {Doc} doc @param {Grid} grid @param {string | null} main @returns {Card[]} */
export const readings = (doc, grid, main) => [
  ...(main === null || isCounter(doc, main) ? [] : measured(doc, grid, main)),
  knownCard(doc, grid, main),
];

/** @param {Doc} doc @param {Grid} grid @param {string | null} main @returns {Card} */
function knownCard(doc, grid, main) {
  const figure = { ...sharePart("known", summed(doc, grid, main).known), key: "known", unit: "" };
  return { label: say("known"), figure, notes: [[{ text: say("known.time") }]] };
}

/** @param {Doc} doc @param {Grid} grid @param {string} main @returns {Card[]} */
function measured(doc, grid, main) {
  const { mean, min, max, known } = summed(doc, grid, main);
  const unit = unitOf(doc, main);
  const isPower = unit === "W";
  /** @param {"mean" | "highest" | "lowest"} which */
  const label = (which) =>
    isPower ? say(`power.${which}`) : say(`value.${which}Of`, { name: title(main) });
  const meanCard = card(
    "mean",
    label("mean"),
    mean,
    unit,
    known === 1 ? [] : [[{ text: say("value.overKnown") }]],
  );
  if (doc.series.get(main)?.sum) return [meanCard];
  return [
    meanCard,
    card("max", label("highest"), max?.value, unit, [when(doc, max, "max-time")]),
    card("min", label("lowest"), min?.value, unit, [when(doc, min, "min-time")]),
  ];
}
