/** The tabs: four of the last days, and one of the calendar years. */

import { month } from "./month.js";
import { today } from "./today.js";
import { week } from "./week.js";
import { year } from "./year.js";

/** @typedef {import("./data.js").Both} Both */
/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./data.js").LastTier} LastTier */
/** @typedef {import("./data.js").Tier} Tier */
/** @typedef {"today" | "7-days" | "30-days" | "365-days" | "years"} Id its name is the text `tab.…` */

/** Other files: null if one is not read yet, undefined if it is not published. @typedef {Partial<Record<Tier, Both | null>>} Others */

/**
 * A tab and the file that it shows; `beside` are other files that it compares with, or shows beside its own.
 * Without a `model` a part of the script shows it that is fetched later.
 *
 * @typedef {{ id: Id, tier: Tier, beside: LastTier[],
 *   model?: (doc: Doc, grid: Grid, others: Others) => import("./model.js").Model }} Tab
 */

/** @type {(Required<Tab> & { tier: LastTier })[]} */
export const TABS = [
  {
    id: "today",
    tier: "daily",
    beside: ["weekly"],
    model: (doc, grid, { weekly }) => today(doc, grid, weekly),
  },
  {
    id: "7-days",
    tier: "weekly",
    beside: ["daily"],
    model: (doc, grid, { daily }) => week(doc, grid, daily),
  },
  {
    id: "30-days",
    tier: "monthly",
    beside: ["yearly", "daily"],
    model: (doc, grid, { yearly, daily }) => month(doc, grid, yearly, daily),
  },
  {
    id: "365-days",
    tier: "yearly",
    beside: ["daily"],
    model: (doc, grid, { daily }) => year(doc, grid, daily),
  },
];

/** The calendar years; its file is the newest of theirs. @type {Tab} */
export const YEARS = { id: "years", tier: "year", beside: [] };
