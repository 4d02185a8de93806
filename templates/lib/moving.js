/** Where ‹ and › lead, and what the days between them are called. */

import { window } from "./data.js";
import { dayMonth, daysText } from "./format.js";
import { hashOf, isYear, neighbours } from "./places.js";
import { say } from "./words.js";

/** @typedef {import("./data.js").Both} Both */
/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./places.js").Days} Days */
/** @typedef {import("./places.js").Known} Known */
/** @typedef {import("./places.js").Place} Place */

/** A place that can be opened. @typedef {{ hash: string, label: string }} Step */

/** `note` says which of the days are there, if not all. @typedef {{ label: string, note: string, before: Step | null, after: Step | null }} Steps */

/** What is known of a file: undefined if it was not read yet. @typedef {{ both: Both | null, isRead: boolean }} File */

/** @param {[import("./places.js").Name, File][]} files the published ones, from the shortest; then the calendar years, from the oldest @returns {Known} */
export function knownOf(files) {
  const [newest] = files[files.length - 1] ?? [];
  /** @type {Known["spans"]} */
  const spans = new Map();
  /** @type {number | null} */
  let today = null;
  for (const [name, { both, isRead }] of files) {
    const own = both && window(both.doc);
    // A year that is over does not tell how long ago that was.
    const isNew = !isYear(name) || name === newest;
    if (own && isNew) today = Math.max(today ?? -Infinity, both.doc.day ?? own.last + 1);
    spans.set(name, own ? spanOf(both) : isRead ? null : undefined);
  }
  return { today, spans };
}

/** @param {Both} both @returns {{ first: number, end: number } | null} its days from the first that is known */
function spanOf({ doc, grid }) {
  if (doc.day === null && !doc.points.size) return null;
  return { first: doc.zone.day(grid.from), end: window(doc).last + 1 };
}

/** @param {Place} place @param {import("./tabs.js").Id[]} ids @param {Known} known @param {Both | null | undefined} both that the place shows @returns {Steps} */
export function stepsOf(place, ids, known, both) {
  const { before, after } = neighbours(place, ids, known);
  const days = "id" in place ? ownDays(both?.doc) : place;
  return {
    label: days ? daysText(days) : "",
    note: days && both ? thereText(both, days) : "",
    before: step(before),
    after: step(after),
  };
}

/** @param {Doc | null | undefined} doc of a tab @returns {Days | null} */
function ownDays(doc) {
  if (!doc) return null;
  const { first, last } = window(doc);
  return { kind: first === last ? "day" : "days", first, end: last + 1 };
}

/**
 * @param {Both} both
 * @param {Days} days that are claimed
 * @returns {string} how many of them there are and since when, if not all
 */
export function thereText({ doc, grid }, { first, end }) {
  const known = new Set([...doc.points.keys()].map((at) => doc.zone.day(at)));
  const there = [...known].filter((day) => day >= first && day < end);
  const all = end - first;
  if (doc.day !== null || all === 1 || !there.length || there.length === all) return "";
  const begin = doc.zone.day(grid.from);
  const text = say("month.days", { count: there.length, n: all });
  return begin > first ? say("days.since", { day: dayMonth(begin), days: text }) : text;
}

/** @param {Place | null} place @returns {Step | null} */
function step(place) {
  if (!place) return null;
  const label = "id" in place ? say(`tab.${place.id}`) : daysText(place);
  return { hash: hashOf(place), label };
}
