/** Sentences about the data: its age, its problems, and why there is none. */

import { TIERS } from "./data.js";
import { ago, dayTime, duration, shortDay, time } from "./format.js";
import { staleSince } from "./stale.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Tier} Tier */

/** @typedef {{ kind: "problem" | "stale", text: string }} Notice */

/**
 * @param {Doc | null} doc the document that is shown
 * @param {string | null} problem of the last try to fetch it
 * @param {number} now
 * @param {number} publish how often the page is published, in ms
 * @returns {Notice[]}
 */
export function notices(doc, problem, now, publish) {
  /** @type {Notice[]} */
  const found = [];
  if (problem !== null) {
    const before = doc ? "The page shows what it had before. " : "";
    found.push({ kind: "problem", text: `${problem}. ${before}The page tries again by itself.` });
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
      text: `The last answer about ${name} is of ${dayTime(zone, until)}.`,
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
 * @returns {Empty} what the tab shows instead
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
    tier === "daily"
      ? "Today begins with the first run of"
      : "Its file is made at night. To make it now, run";
  return { title: "No data yet", text, command: TIERS[tier].command };
}

/** @param {Doc} doc @returns {boolean} whether a day was asked for past its midnight */
const hasBegun = ({ tier, series, zone, until }) =>
  tier === "daily" && series.size > 0 && zone.start(zone.day(until)) !== until;
