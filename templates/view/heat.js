/** Squares in rows, darker the more their value is. */

import * as format from "../lib/format.js";
import { heatEnds, heatTable } from "../lib/tables.js";
import { say } from "../lib/words.js";
import { disclosure, h, partNode, setText } from "./dom.js";

/** @typedef {import("../lib/model.js").Heat} Heat */
/** @typedef {import("../lib/model.js").Square} Square */

const KEY = /** @type {const} */ ([
  ["blank", "unknown"],
  ["partial", "unknown.part"],
]);

/** @param {Heat} first @returns {import("./cards.js").View<Heat>} */
export function heat(first) {
  let model = first;
  const reading = h("p", { class: "reading" });
  const squares = h("div", { class: "squares", role: "img" });
  const scale = h("p", { class: "scale" });
  const table = disclosure(first.title, () => heatTable(model));
  /** @param {Event} event */
  const read = ({ target }) => {
    const { row, cell } = /** @type {HTMLElement} */ (target).dataset;
    const square = cell === undefined ? null : model.rows[Number(row)].cells[Number(cell)];
    setText(reading, square ? readText(square, model.unit) : "");
  };
  squares.addEventListener("pointerover", read);
  squares.addEventListener("pointerdown", read);
  squares.addEventListener("pointerleave", () => setText(reading, ""));
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
        h("span", { class: "column" }, marked ? label : ""),
      ),
      ...model.rows.flatMap((row, r) => [
        h("span", { class: "row" }, row.label),
        ...row.cells.map((cell, c) => squareNode(model, cell, r, c)),
      ]),
    );
    scale.replaceChildren(
      partNode(low),
      h("span", { class: "ramp" }),
      partNode(high),
      ...KEY.map(([kind, text]) => h("span", { class: "key" }, h("i", { class: kind }), say(text))),
    );
    table.update();
  };
  return { element, update };
}

/** @param {Heat} model @param {Square | null} square @param {number} row @param {number} cell */
function squareNode({ low, high }, square, row, cell) {
  if (!square) return h("i", { class: "none" });
  const { value, partial } = square;
  const kind = value === null ? "blank" : partial ? "partial" : null;
  const element = h("i", { "data-row": row, "data-cell": cell, class: kind });
  const share = value === null ? 0 : high > low ? (value - low) / (high - low) : 1;
  element.style.setProperty("--share", `${Math.round(share * 100)}%`);
  return element;
}

/** @param {Square} square @param {string} unit @returns {string} */
function readText({ name, value, partial }, unit) {
  const text = value === null ? say("unknown") : format.measure(value, unit);
  return say("heat.square", { name, value: partial ? say("partly", { value: text }) : text });
}
