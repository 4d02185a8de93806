/** What the page shows of closed days: those of the tabs, and those of the past. */

import { cut } from "./cut.js";
import { window } from "./data.js";
import { day } from "./day.js";
import { month } from "./month.js";
import { week } from "./week.js";
import { year } from "./year.js";

/** @typedef {import("./data.js").Both} Both */
/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./places.js").Days} Days */
/** @typedef {import("./tabs.js").Id} Id */

/** @typedef {(both: Both, others: import("./tabs.js").Others) => import("./model.js").Model} Make */

/** @type {Record<Exclude<Id, "today" | "years">, Make>} */
export const MODELS = {
  "7-days": ({ doc, grid }, { daily }) => week(doc, grid, daily),
  "30-days": ({ doc, grid }, { yearly, daily }) => month(doc, grid, yearly, daily),
  "365-days": ({ doc, grid }, { daily }) => year(doc, grid, daily),
};

/**
 * @param {Days} days
 * @param {Both} both a file that has some of them
 * @param {Both | null | undefined} daily
 * @returns {{ both: Both, model: import("./model.js").Model }} those days and what the page shows of them
 */
export function past(days, both, daily) {
  const { first } = days;
  const today = daily?.doc.day ?? null;
  // Days that are to come are not part of what is claimed.
  const end = Math.max(first + 1, Math.min(days.end, window(both.doc).last + 1));
  const some = cut(both, first, end);
  const { doc, grid } = some;
  const so = today !== null && today < days.end ? daily : null;
  return { both: some, model: modelOf(doc, grid, end - first, so) };
}

/** @param {Doc} doc @param {Both["grid"]} grid @param {number} length @param {Both | null | undefined} daily */
function modelOf(doc, grid, length, daily) {
  if (length === 1) return day(doc, grid);
  if (doc.bucket !== "day") return week(doc, grid, daily);
  return length > 31 ? year(doc, grid, daily) : month(doc, grid, undefined, daily);
}
