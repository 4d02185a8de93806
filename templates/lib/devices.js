/** The devices of the home, those that took the most first, and what no device took. */

import { pairs } from "./flows.js";
import { summed } from "./model.js";

/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */

/**
 * A device: its energy in kWh, its share of the house's over the time in which both are known, and how
 * deep it lies in other devices. `name` is null for what is left over.
 *
 * @typedef {{ name: string | null, series: string, depth: number, kwh: number | null,
 *   share: number | null, known: number | null }} Ranked
 */

/** @param {Doc} doc @param {Grid} grid @returns {Ranked[]} each device before its parts, the rest last */
export function ranked(doc, grid) {
  const { devices, counts } = doc;
  const all = devices.map(({ name, series, within }) => ({
    ...took(doc, grid, name, series),
    within,
  }));
  all.sort((a, b) => (b.kwh ?? 0) - (a.kwh ?? 0) || (a.series < b.series ? -1 : 1));
  const there = new Set(devices.map(({ series }) => series));
  /** @param {string | null} outer @param {number} depth @returns {Ranked[]} */
  const inside = (outer, depth) =>
    all
      .filter(({ within }) => (within !== null && there.has(within) ? within : null) === outer)
      .flatMap(({ within: _, ...one }) => [{ ...one, depth }, ...inside(one.series, depth + 1)]);
  const rest = counts.untracked ? [{ ...took(doc, grid, counts.untracked, ""), name: null }] : [];
  return [...inside(null, 0), ...rest];
}

/** @param {Doc} doc @param {Grid} grid @param {string} name @param {string} series @returns {Ranked} */
function took(doc, grid, name, series) {
  const { total, known } = summed(doc, grid, name);
  const house = doc.counts.house;
  const both = house === undefined ? undefined : pairs(grid, house, name).get(0);
  const share = both && both.one > 0 ? both.other / both.one : null;
  return { name, series, depth: 0, kwh: total, share, known };
}
