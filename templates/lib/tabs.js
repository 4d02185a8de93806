/** The tabs: four of the last days, and one of the calendar years. */

/** @typedef {import("./data.js").Both} Both */
/** @typedef {import("./data.js").LastTier} LastTier */
/** @typedef {import("./data.js").Tier} Tier */
/** @typedef {"today" | "7-days" | "30-days" | "365-days" | "years"} Id its name is the text `tab.…` */

/** Other files: null if one is not read yet, undefined if it is not published. @typedef {Partial<Record<Tier, Both | null>>} Others */

/**
 * A tab and the file that it shows; `beside` are other files that it compares with, or shows beside its own.
 *
 * @typedef {{ id: Id, tier: Tier, beside: LastTier[] }} Tab
 */

/** @type {(Tab & { tier: LastTier })[]} */
export const TABS = [
  {
    id: "today",
    tier: "daily",
    beside: ["weekly"],
  },
  {
    id: "7-days",
    tier: "weekly",
    beside: ["daily"],
  },
  {
    id: "30-days",
    tier: "monthly",
    beside: ["yearly", "daily"],
  },
  {
    id: "365-days",
    tier: "yearly",
    beside: ["daily"],
  },
];

/** The calendar years; its file is the newest of theirs. @type {Tab} */
export const YEARS = { id: "years", tier: "year", beside: [] };
