/** Charts as tables. */

import { bucketName, plain } from "./format.js";
import { idText } from "./model.js";
import { bucketHash } from "./places.js";
import { say } from "./words.js";

/** @typedef {import("./model.js").Chart} Chart */
/** @typedef {import("./model.js").Heat} Heat */
/** @typedef {import("./model.js").Line} Line */
/** @typedef {import("./model.js").LineId} LineId */
/** @typedef {import("./model.js").Part} Part */
/** @typedef {import("./model.js").Table} Table */

/**
 * The buckets of a chart, the lines that are switched off, and the part in view.
 *
 * @typedef {{ zone: import("./time.js").Zone, bucket: string, edges: number[], hidden: Set<LineId>,
 *   view: [number, number] }} Shown
 */

/**
 * @param {Chart} chart
 * @param {Shown} shown
 * @returns {Table} one row a bucket in view of which something is known
 */
export function chartTable({ key, lines }, { zone, bucket, edges, hidden, view: [from, to] }) {
  const shown = lines.filter((line) => !hidden.has(line.id));
  /** @type {Part[][]} */
  const rows = [];
  for (let cell = 0; cell + 1 < edges.length; cell++) {
    const isInView = edges[cell] >= from && edges[cell] < to;
    if (!isInView || shown.every((line) => line.values[cell] == null)) continue;
    rows.push([
      {
        text: bucketName(zone, edges[cell], bucket),
        hash: bucketHash(zone, bucket, edges, cell),
      },
      ...shown.flatMap((line) =>
        cellsOf(line, cell, `cell-${key}-${encodeURIComponent(idText(line.id))}`, edges[cell]),
      ),
    ]);
  }
  return {
    head: [say(bucket === "day" ? "head.day" : "head.time"), ...shown.flatMap(headsOf)],
    rows,
  };
}

/** @param {Line} line @returns {string[]} */
const headsOf = ({ label, unit, min }) => [
  unit ? say("head.unit", { name: label, unit }) : label,
  ...(min ? [say("head.lowest"), say("head.highest")] : []),
];

/** @param {Line} line @param {number} cell @param {string} key @param {number} start @returns {Part[]} */
function cellsOf({ values, min, max, partial, corrected, unit }, cell, key, start) {
  const columns = /** @type {const} */ ([
    ["value", values],
    ["min", min],
    ["max", max],
  ]);
  /** @param {number | null} number */
  const text = (number) => {
    const known = plain(number, unit);
    const value = corrected?.[cell] ? say("corrected", { value: known }) : known;
    return partial?.[cell] ? say("partly.cell", { value }) : value;
  };
  return columns.flatMap(([name, column]) =>
    column
      ? {
          key: `${key}-${name}-${start}`,
          raw: column[cell] ?? null,
          text: text(column[cell]),
        }
      : [],
  );
}

/** @param {Heat} heat @returns {Table} a cell for each square */
export const heatTable = ({ key, head, columns, rows, unit }) => ({
  head: [head, ...columns.map(({ label }) => label)],
  rows: rows.map((row) => [
    { text: row.label, hash: row.hash },
    ...row.cells.map((cell) =>
      cell
        ? {
            key: `heat-${key}-${cell.name}`,
            raw: cell.value,
            text: plain(cell.value, unit),
            hash: cell.hash,
          }
        : { text: "" },
    ),
  ]),
});
