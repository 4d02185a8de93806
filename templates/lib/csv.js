/** Tables as text that spreadsheets read. */

/** @param {string | number | null} cell @returns {string} */
function quoted(cell) {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {(string | number | null)[][]} rows the first is the head @returns {string} RFC 4180 */
export const csv = (rows) => rows.map((row) => `${row.map(quoted).join(",")}\r\n`).join("");

/** The heads of the fields that are not in the unit of their series. @type {Record<string, string>} */
const HEADS = { kwh: "energy (kWh)", back: "back (kWh)", coverage: "coverage" };

/**
 * @param {import("./data.js").Doc} doc
 * @param {import("./data.js").Grid} grid
 * @param {string[]} names
 * @param {[number, number] | null} range
 * @returns {(string | number | null)[][]} one row a bucket of which something is known
 */
export function rows({ zone, series }, { edges, columns }, names, range) {
  const fields = /** @type {const} */ ([
    "mean",
    "min",
    "max",
    "kwh",
    "back",
    "change",
    "state",
    "coverage",
  ]);
  const wanted = names.flatMap((name) =>
    fields
      .filter((field) => columns.get(name)?.some((value) => value?.[field] !== undefined))
      .map((field) => ({ name, field })),
  );
  const head = wanted.map(({ name, field }) => {
    const unit = series.get(name)?.unit ?? "";
    return `${name} ${HEADS[field] ?? `${field} (${unit})`}`;
  });
  /** @type {(string | number | null)[][]} */
  const made = [["start", ...head]];
  for (let i = 0; i + 1 < edges.length; i++) {
    if (range && (edges[i + 1] <= range[0] || edges[i] >= range[1])) continue;
    const cells = wanted.map(({ name, field }) => columns.get(name)?.[i]?.[field] ?? null);
    if (cells.some((cell) => cell !== null)) made.push([iso(zone, edges[i]), ...cells]);
  }
  return made;
}

/** @param {import("./time.js").Zone} zone @param {number} at @returns {string} local time with its offset */
export function iso(zone, at) {
  const offset = zone.offset(at);
  const size = new Date(Math.abs(offset)).toISOString().slice(11, 16);
  return `${new Date(at + offset).toISOString().slice(0, 19)}${offset < 0 ? "-" : "+"}${size}`;
}
