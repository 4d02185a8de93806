/** What the page says about its data: how old it is, what is wrong with it, why there is none. */

import { TIERS } from "./data.js";
import { ago, dayTime, duration, shortDay, time } from "./format.js";
import { staleSince } from "./stale.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Tier} Tier */

/** @typedef {{ kind: "problem" | "stale", text: string }} Notice */

/**
 * @param {Doc | null} doc what is shown
 * @param {string | null} problem of the last try to fetch it
 * @param {number} now
 * @param {number} publish how often the page is published, in ms
 * @returns {Notice[]}
 */
export function notices(doc, problem, now, publish) {
  /** @type {Notice[]} */
  const found = [];
  if (problem !== null) {
    const before = doc ? "This is what was there before. " : "";
    found.push({ kind: "problem", text: `${problem}. ${before}It is tried again by itself.` });
  }
  if (!doc) return found;
  const { zone, tier, until } = doc;
  const { since, lagging } = staleSince(doc, now, publish);
  if (since !== null) {
    const ends = `The data ends ${duration(now - until)} ago, at ${dayTime(zone, until)}.`;
    found.push({ kind: "stale", text: `${ends} Is ${TIERS[tier].command} running?` });
  }
  for (const { name, until } of lagging) {
    found.push({
      kind: "stale",
      text: `${name} was last answered for at ${dayTime(zone, until)}.`,
    });
  }
  return found;
}

/** @param {Doc} doc @param {number} now @returns {string} */
export const ageText = (doc, now) => `Data until ${untilText(doc, now)}, ${ago(now - doc.until)}`;

/** @param {Doc} doc @param {number} now @returns {string} */
function untilText({ zone, until }, now) {
  const day = zone.day(until);
  if (zone.start(day) === until) return `the end of ${shortDay(day - 1)}`;
  return day === zone.day(now) ? time(zone, until) : dayTime(zone, until);
}

/** @typedef {{ title: string, text: string, command: string | null }} Empty */

/**
 * @param {Tier} tier
 * @param {Doc | null} doc without a point; null: there is no file
 * @returns {Empty} what stands in place of a tab
 */
export function emptyText(tier, doc) {
  if (doc && hasBegun(doc)) {
    return {
      title: "Nothing known yet",
      text: "No sensor has had a number since midnight.",
      command: null,
    };
  }
  const text =
    tier === "daily" ? "Today begins with the first run of " : "It is made at night; at once by ";
  return { title: "No data yet", text, command: TIERS[tier].command };
}

/** @param {Doc} doc @returns {boolean} whether a day was asked for past its midnight */
const hasBegun = ({ tier, series, zone, until }) =>
  tier === "daily" && series.size > 0 && zone.start(zone.day(until)) !== until;
