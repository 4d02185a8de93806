/** Squares in rows, darker the more their value is. */

import * as format from "../lib/format.js";
import { heatEnds, shade } from "../lib/model.js";
import { say } from "../lib/words.js";
import { announce } from "./announce.js";
import { disclosure } from "./disclosure.js";
import { go, h, partNode } from "./dom.js";

/** @typedef {import("../lib/model.js").Heat} Heat */
/** @typedef {import("../lib/model.js").Square} Square */

const KEY = /** @type {const} */ ([
  ["blank", "unknown"],
  ["partial", "unknown.part"],
  ["corrected", "corrected.mark"],
]);

/** @param {Heat} model @returns {(typeof KEY)[number][]} what looks different; corrected squares are seldom */
const keyOf = ({ rows }) =>
  rows.some(({ cells }) => cells.some((cell) => cell?.corrected)) ? [...KEY] : KEY.slice(0, 2);

/** Where arrow keys lead: rows down, columns to the right. @type {Record<string, [number, number]>} */
const WAYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** The row and the column of a square. @typedef {[number, number]} Place */

/** @param {Heat} first @returns {import("./cards.js").View<Heat>} */
export function heat(first) {
  let model = first;
  /** @type {Place | null} */
  let place = null;
  const reading = h("p", { class: "reading" });
  const squares = h("div", { class: "squares", role: "application", tabindex: 0 });
  const ramp = h("span", { class: "ramp" });
  const scale = h("p", { class: "scale" });
  const table = disclosure(first.title, (tables) => tables.heatTable(model));
  /** @param {Place | null} next */
  const read = (next) => {
    place = next;
    const square = squareAt(model, place);
    for (const node of squares.querySelectorAll(".read")) node.classList.remove("read");
    if (place) nodeAt(squares, place)?.classList.add("read");
    const text = square ? readText(square, model.unit) : "";
    reading.replaceChildren(square ? h("a", { href: square.hash }, text) : "");
    return text;
  };
  squares.addEventListener("pointerover", ({ target }) => read(placeOf(target)));
  squares.addEventListener("pointerdown", ({ target, pointerType }) => {
    const next = placeOf(target);
    // The first touch reads a square, the second opens it; a mouse has read it before.
    const isRead = pointerType !== "touch" || String(next) === String(place);
    squares.dataset.opens = String(isRead);
    read(next);
  });
  squares.addEventListener("click", ({ target }) => {
    const at = placeOf(target);
    const square = squareAt(model, at);
    if (square && squares.dataset.opens === "true") go(square.hash);
    // Elsewhere a list has the same rows as links, for keyboards and readers.
    else if (at && Number.isNaN(at[1])) go(model.rows[at[0]].hash);
  });
  squares.addEventListener("mouseleave", () => read(null));
  squares.addEventListener("keydown", (event) => {
    const { key } = event;
    if (!(key in WAYS) && key !== "Enter" && key !== "Escape") return;
    event.preventDefault();
    const square = squareAt(model, place);
    if (key === "Enter" && square) go(square.hash);
    else announce(read(key === "Escape" ? null : nextPlace(model, place, WAYS[key] ?? [0, 0])));
  });
  const element = h(
    "figure",
    { class: `card chart wide heat ${first.key}`, "data-chart": first.key },
    h("figcaption", {}, h("h2", {}, first.title), reading),
    squares,
    scale,
    table.element,
  );
  /** @param {Heat} next */
  const update = (next) => {
    model = next;
    const [low, high] = heatEnds(model);
    squares.setAttribute(
      "aria-label",
      say("heat.squares", { title: model.title, low: low.text, high: high.text }),
    );
    squares.style.setProperty("--columns", String(model.columns.length));
    squares.replaceChildren(
      h("span"),
      ...model.columns.map(({ label, marked }) =>
        h("span", { class: "column", "aria-hidden": "true" }, marked ? label : ""),
      ),
      ...model.rows.flatMap((row, r) => [
        h("span", { class: "row", "data-row": r, "aria-hidden": "true" }, row.label),
        ...row.cells.map((cell, c) => squareNode(model, cell, r, c)),
      ]),
    );
    if (place) read(place);
    drawRamp(ramp, model);
    scale.replaceChildren(
      partNode(low),
      ramp,
      partNode(high),
      ...keyOf(model).map(([kind, text]) =>
        h("span", { class: "key" }, h("i", { class: kind }), say(text)),
      ),
    );
    table.update();
  };
  return { element, update };
}

/** @param {Heat} model @param {Place | null} place @returns {Square | null} */
const squareAt = ({ rows }, place) => (place && rows[place[0]]?.cells[place[1]]) ?? null;

/** @param {EventTarget | null} target @returns {Place | null} */
function placeOf(target) {
  const { row, cell } = /** @type {HTMLElement} */ (target).dataset;
  return row === undefined ? null : [Number(row), Number(cell ?? NaN)];
}

/** @param {HTMLElement} host @param {Place} place */
const nodeAt = (host, [row, cell]) =>
  host.querySelector(`[data-row="${row}"][data-cell="${cell}"]`);

/** @param {Heat} model @param {Place | null} place @param {Place} way @returns {Place | null} the next square that way; the newest if none was read */
function nextPlace(model, place, [down, right]) {
  const { rows, columns } = model;
  if (!place) {
    const row = rows.length - 1;
    return [row, rows[row].cells.reduce((last, cell, i) => (cell ? i : last), 0)];
  }
  let [row, cell] = place;
  do {
    row += down;
    cell += right;
    if (!rows[row] || cell < 0 || cell >= columns.length) return place;
  } while (!rows[row].cells[cell]);
  return [row, cell];
}

/** @param {HTMLElement} ramp @param {Heat} scale */
function drawRamp(ramp, scale) {
  const { low, high } = scale;
  const zero = low < 0 ? Math.min(1, -low / (high - low)) : 0;
  const ends = { "--below": shade(low, scale), "--zero": zero, "--above": shade(high, scale) };
  for (const [name, share] of Object.entries(ends)) {
    ramp.style.setProperty(name, percent(Math.max(0, name === "--below" ? -share : share)));
  }
}

/** @param {number} share @returns {string} for a style */
const percent = (share) => `${Math.round(share * 100)}%`;

/** @param {Heat} scale @param {Square | null} square @param {number} row @param {number} cell */
function squareNode(scale, square, row, cell) {
  if (!square) return h("i", { class: "none" });
  const { value, partial, corrected } = square;
  const share = value === null ? 0 : shade(value, scale);
  const kind = value === null ? "blank" : partial ? "partial" : "";
  const classes = [kind, share < 0 && "below", corrected && "corrected"].filter(Boolean).join(" ");
  const element = h("i", { "data-row": row, "data-cell": cell, class: classes || null });
  element.style.setProperty("--share", percent(Math.abs(share)));
  return element;
}

/** @param {Square} square @param {string} unit @returns {string} */
function readText({ name, value, partial, corrected }, unit) {
  const known = value === null ? say("unknown") : format.measure(value, unit);
  const text = corrected ? say("corrected", { value: known }) : known;
  return say("heat.square", { name, value: partial ? say("partly", { value: text }) : text });
}
