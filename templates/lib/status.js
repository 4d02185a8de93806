/** Sentences about the data: its age, its problems, and why there is none. */

import { TIERS } from "./data.js";
import { ago, daysText, dayTime, longDay, shortDay, time } from "./format.js";
import { dayHash } from "./places.js";
import { staleSince } from "./stale.js";
import { say, sayParts } from "./words.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Tier} Tier */

/** @typedef {{ kind: "problem" | "stale", text: string }} Notice */

/** What went wrong with a file: a text of the words. @typedef {{ key: import("./words.js").Key, values: { file: string, status?: string } }} Problem */

/**
 * @param {Doc | null} doc the document that is shown
 * @param {Problem | null} problem of the last try to fetch it
 * @param {number} now
 * @param {number} publish how often the page is published, in ms
 * @returns {Notice[]}
 */
export function notices(doc, problem, now, publish) {
  /** @type {Notice[]} */
  const found = [];
  if (problem !== null) {
    const sentences = [
      say(problem.key, problem.values),
      ...(doc ? [say("problem.before")] : []),
      say("problem.again"),
    ];
    found.push({ kind: "problem", text: sentences.join(" ") });
  }
  if (!doc) return found;
  const { zone, tier, until } = doc;
  const { since, lagging } = staleSince(doc, now, publish);
  if (since !== null) {
    const { command } = TIERS[tier];
    const values = { ago: ago(now - until), time: dayTime(zone, until), command };
    found.push({ kind: "stale", text: say("stale.end", values) });
  }
  for (const { name, until } of lagging) {
    const text = say("stale.series", { name, time: dayTime(zone, until) });
    found.push({ kind: "stale", text });
  }
  return found;
}

/** @param {Doc} doc @param {number} now @returns {string} */
export function ageText({ zone, until }, now) {
  const day = zone.day(until);
  const past = ago(now - until);
  if (zone.start(day) === until) return say("age.day", { day: shortDay(day - 1), ago: past });
  const end = day === zone.day(now) ? time(zone, until) : dayTime(zone, until);
  return say("age.time", { time: end, ago: past });
}

/** `parts` are a text with a link. @typedef {{ title: string, text: string, parts?: import("./model.js").Part[], command: string | null }} Empty */

/**
 * @param {Tier} tier
 * @param {Doc | null} doc without a point; null: there is no file
 * @returns {Empty} what the tab shows instead
 */
export function emptyText(tier, doc) {
  if (doc && hasBegun(doc)) {
    return {
      title: say("empty.unknown"),
      text: say("empty.sinceMidnight"),
      command: null,
    };
  }
  const text = say(tier === "daily" ? "empty.today" : "empty.closed");
  return { title: say("empty.title"), text, command: TIERS[tier].command };
}

/**
 * @param {import("./places.js").Place} place that no file has anything of
 * @param {import("./places.js").Known} known
 * @returns {Empty}
 */
export function nothingText(place, { today, spans }) {
  if ("id" in place) return { title: say("empty.title"), text: "", command: null };
  const firsts = [...spans.values()].flatMap((span) => span?.first ?? []);
  const title = say("empty.notStored", { days: daysText(place) });
  if (today !== null && place.first > today) {
    return { title, text: say("empty.toCome"), command: null };
  }
  if (!firsts.length) return { title, text: "", command: null };
  const first = Math.min(...firsts);
  const day = { text: longDay(first), hash: dayHash(first) };
  return { title, text: "", parts: sayParts("empty.first", { day }), command: null };
}

/** @param {Doc} doc @returns {boolean} whether a day was asked for past its midnight */
const hasBegun = ({ tier, series, zone, until }) =>
  tier === "daily" && series.size > 0 && zone.start(zone.day(until)) !== until;
