/** One closed day: by the hour if the file has its hours, or its sums alone. */

import { furtherCharts, mainChart } from "./charts.js";
import { filled, mainCards, sunCard } from "./closed.js";
import { flowCards } from "./flowcards.js";
import { longDay } from "./format.js";
import { gapList } from "./gaps.js";
import { amountUnit, card, isCounter, summed } from "./model.js";
import { roles as rolesOf } from "./roles.js";
import { say, sayParts } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */

/** @param {Doc} doc of one day @param {Grid} grid @returns {import("./model.js").Model} */
export function day(doc, grid) {
  const roles = rolesOf(doc);
  const isWhole = doc.bucket === "day";
  return {
    isLong: false,
    charts: isWhole ? [] : mainChart(doc, grid, roles),
    rest: () => rest(doc, grid, roles, isWhole),
  };
}

/** @param {Doc} doc @param {Grid} grid @param {import("./roles.js").Roles} roles @param {boolean} isWhole */
function rest(doc, grid, roles, isWhole) {
  const { main, energy, sunEnergy } = roles;
  const found = summed(doc, grid, main);
  const { total } = summed(doc, grid, energy);
  const note = isWhole ? sayParts("energy.noHours") : [];
  const cards = [
    ...(energy === null
      ? []
      : [card("total", say("energy"), total, amountUnit(doc, energy), [note], "use")]),
    ...(sunEnergy === null ? [] : [sunCard(doc, grid, sunEnergy, false)]),
    ...flowCards(doc, grid),
    ...(main === null || isCounter(doc, main) ? [] : mainCards(doc, main, found)),
  ];
  return {
    heading: longDay(doc.days?.first ?? 0),
    hero: null,
    ...filled(cards, found.known),
    smalls: isWhole ? [] : furtherCharts(doc, grid, roles),
    bars: [],
    heats: [],
    gaps: gapList(doc, grid),
  };
}
