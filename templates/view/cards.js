/** The head of a tab: its days, the value now, and a card for each sum. */

import { say } from "../lib/words.js";
import { h, partNode, setPart, setParts, setText } from "./dom.js";

/** @typedef {import("../lib/model.js").Card} Card */
/** @typedef {import("../lib/model.js").Figure} Figure */
/** @typedef {import("../lib/model.js").Hero} Hero */
/** @typedef {import("../lib/model.js").Rest} Rest */

/** A part of the page that shows a model, and then the next one. @template T @typedef {{ element: HTMLElement, update: (model: T) => void }} View */

/** The days that a tab is about. @returns {View<Rest>} */
export function heading() {
  const days = h("h2");
  const known = h("p", { class: "note" });
  return {
    element: h("div", { class: "span" }, days, known),
    update: (model) => {
      setText(days, model.heading);
      setParts(known, model.known);
    },
  };
}

/** A number and its unit beside it. */
function figureView() {
  const value = h("b");
  const unit = h("span", { class: "unit" });
  /** @param {Figure} figure */
  const update = (figure) => {
    setPart(value, figure);
    setText(unit, figure.unit);
  };
  return { value, nodes: [value, unit], update };
}

/** The largest number of the page. @returns {View<Hero>} */
export function hero() {
  const label = h("h2", {});
  const figure = figureView();
  const when = h("p", { class: "note" });
  const sun = sunView();
  const share = h("i");
  const known = h("span");
  const element = h(
    "section",
    { class: "card hero" },
    h("div", {}, label, h("p", { class: "figure" }, ...figure.nodes), when),
    sun.element,
    h("p", { class: "known" }, h("span", { class: "track", "aria-hidden": "true" }, share), known),
  );
  /** @param {Hero} model */
  const update = (model) => {
    setText(label, model.label);
    element.classList.toggle("unknown", model.isUnknown);
    figure.update(model.figure);
    figure.value.classList.toggle("long", model.figure.text.length > 5);
    setParts(when, model.when);
    sun.update(model.sun);
    setParts(known, model.known.parts);
    share.style.width = `${model.known.share * 100}%`;
  };
  return { element, update };
}

/** @returns {View<Hero["sun"]>} */
function sunView() {
  const figure = figureView();
  const notes = h("span", { class: "note" });
  const element = h(
    "p",
    { class: "sun-now" },
    h("span", { class: "label" }, say("solar")),
    h("span", { class: "value" }, ...figure.nodes),
    notes,
  );
  /** @param {Hero["sun"]} model */
  const update = (model) => {
    element.hidden = !model;
    if (!model) return;
    figure.update(model.figure);
    setParts(notes, model.notes);
  };
  return { element, update };
}

/** @returns {View<Card[]>} */
export function cards() {
  const element = h("div", { class: "cards" });
  /** @type {Map<string, View<Card>>} */
  const made = new Map();
  /** @param {Card[]} models */
  const update = (models) => {
    const keys = models.map(({ figure }) => figure.key);
    if (String(keys) !== String([...made.keys()])) {
      made.clear();
      for (const model of models) made.set(model.figure.key, cardView(model));
      element.replaceChildren(...[...made.values()].map((card) => card.element));
    }
    for (const model of models) made.get(model.figure.key)?.update(model);
  };
  return { element, update };
}

/** @param {Card} first @returns {View<Card>} */
function cardView({ tone, label }) {
  const figure = figureView();
  const notes = h("div", { class: "note" });
  const element = h(
    "section",
    { class: `card stat ${tone ?? ""}` },
    h("h2", {}, label),
    h("p", { class: "value" }, ...figure.nodes),
    notes,
  );
  /** @param {Card} model */
  const update = (model) => {
    figure.update(model.figure);
    notes.replaceChildren(...model.notes.map((note) => h("p", {}, ...note.map(partNode))));
  };
  return { element, update };
}
