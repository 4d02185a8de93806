/** The four tabs. */

import { month } from "./month.js";
import { today } from "./today.js";
import { week } from "./week.js";
import { year } from "./year.js";

/** @typedef {import("./data.js").Both} Both */
/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./data.js").Tier} Tier */
/** @typedef {"today" | "7-days" | "30-days" | "365-days"} Id its name is the text `tab.…` */

/**
 * A tab and the file that it shows; `beside` is another file that it compares with. `model` is given
 * null if that one is not read yet, undefined if it is not published.
 *
 * @typedef {{ id: Id, tier: Tier, beside: Tier | null,
 *   model: (doc: Doc, grid: Grid, other: Both | null | undefined) => import("./model.js").Model }} Tab
 */

/** @type {Tab[]} */
export const TABS = [
  { id: "today", tier: "daily", beside: "weekly", model: today },
  { id: "7-days", tier: "weekly", beside: null, model: week },
  { id: "30-days", tier: "monthly", beside: "yearly", model: month },
  { id: "365-days", tier: "yearly", beside: null, model: year },
];
