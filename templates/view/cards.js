/** The numbers of a tab: its sentence, and what they are made of. */

import { h, partNode, setPart, setParts, setText } from "./dom.js";

/** @typedef {import("../lib/model.js").Card} Card */
/** @typedef {import("../lib/model.js").Figure} Figure */
/** @typedef {import("../lib/model.js").Part} Part */

/** A part of the page that shows a model, and then the next one. @template T @typedef {{ element: HTMLElement, update: (model: T) => void }} View */

/** One sentence. @returns {View<Part[]>} */
export function sentence() {
  const element = h("p", { class: "said" });
  const update = (/** @type {Part[]} */ parts) => setParts(element, parts);
  return { element, update };
}

/** A number and its unit beside it. */
export function figureView() {
  const value = h("b");
  const unit = h("span", { class: "unit" });
  /** @param {Figure} figure */
  const update = (figure) => {
    setPart(value, figure);
    setText(unit, figure.unit);
  };
  return { value, nodes: [value, unit], update };
}

/** @param {string} title @returns {View<Card[]>} amounts below each other, or beside if there is room */
export function made(title) {
  const list = h("dl");
  const element = h("section", { class: "card made" }, h("h2", {}, title), list);
  /** @type {Map<string, View<Card>>} */
  const known = new Map();
  /** @param {Card[]} models */
  const update = (models) => {
    const keys = models.map(({ figure }) => figure.key);
    if (String(keys) !== String([...known.keys()])) {
      known.clear();
      for (const model of models) known.set(model.figure.key, amountView(model));
      list.replaceChildren(...[...known.values()].map((amount) => amount.element));
    }
    for (const model of models) known.get(model.figure.key)?.update(model);
  };
  return { element, update };
}

/** @param {Card} first @returns {View<Card>} */
function amountView({ tone }) {
  const figure = figureView();
  const label = h("dt");
  const notes = h("dd", { class: "note" });
  const value = h("dd", { class: "value" }, ...figure.nodes);
  const element = h("div", { class: tone ? `amount ${tone}` : "amount" }, label, value, notes);
  /** @param {Card} model */
  const update = (model) => {
    setText(label, model.label);
    figure.update(model.figure);
    notes.replaceChildren(...model.notes.map((note) => h("span", {}, ...note.map(partNode))));
    notes.hidden = model.notes.length === 0;
  };
  return { element, update };
}
