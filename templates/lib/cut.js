/** Some days of a file, and closed days with today's bucket behind them. */

import { window } from "./data.js";
import { sums } from "./statistics.js";

/** @typedef {import("./data.js").Both} Both */
/** @typedef {import("./data.js").Doc} Doc */
/** @typedef {import("./data.js").Grid} Grid */
/** @typedef {import("./data.js").Value} Value */

/**
 * @param {Both} both
 * @param {number} first
 * @param {number} end the day after the last
 * @returns {Both} those days alone, also those that the file does not have
 */
export function cut({ doc, grid }, first, end) {
  const { zone, bucket } = doc;
  const [start, stop] = [zone.start(first), zone.start(end)];
  const inside = grid.edges.filter((edge) => edge >= start && edge < stop);
  const made = zone.edges(bucket, first, end - 1);
  const edges = [...new Set([...made, ...inside])].sort((a, b) => a - b);
  const places = new Map(grid.edges.map((edge, i) => [edge, i]));
  const at = edges.slice(0, -1).map((edge) => places.get(edge) ?? -1);
  const columns = new Map(
    [...grid.columns].map(([name, column]) => [name, at.map((i) => column[i])]),
  );
  const from = Math.min(Math.max(grid.from, start), stop);
  return {
    doc: { ...doc, days: { first, last: end - 1 } },
    grid: { edges, from, columns, whole: grid.whole ?? grid },
  };
}

/**
 * @param {Both} both closed days, in buckets of a day
 * @param {Both | null | undefined} daily
 * @returns {Grid} its days, and today so far as the last, if today comes after them
 */
export function withToday({ doc, grid }, daily) {
  const today = daily?.doc.day ?? null;
  const { first, last } = window(doc);
  if (!daily || today === null || today <= last || doc.bucket !== "day") return grid;
  const more = cut({ doc, grid }, first, today + 1).grid;
  const { edges, columns } = more;
  const place = edges.length - 2;
  for (const [name, column] of columns) {
    column[place] = soFar(doc, daily, name, edges[place + 1] - edges[place]);
  }
  return { ...more, from: grid.from, closed: grid.edges.length - 1 };
}

/** @param {Doc} doc @param {Both} daily @param {string} name @param {number} length of the day @returns {Value | undefined} today so far */
function soFar(doc, { doc: day, grid: { edges, columns } }, name, length) {
  const [ours, theirs] = [doc.series.get(name), day.series.get(name)];
  const column = columns.get(name);
  if (!column || ours?.unit !== theirs?.unit || ours?.counter !== theirs?.counter) return undefined;
  const { total, mean, min, max, time } = sums(edges, column, 0, column.length);
  if (!time) return undefined;
  return {
    coverage: time / length,
    ...(mean !== null && { mean }),
    ...(min && { min: min.value }),
    ...(max && { max: max.value }),
    ...(total !== null && (ours?.counter ? { change: total } : { kwh: total })),
  };
}
