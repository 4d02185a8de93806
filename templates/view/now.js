/** The present: what the house takes, and a strip of what feeds it. */

import { figureView } from "./cards.js";
import { h, setParts, setText } from "./dom.js";

/** @typedef {import("../lib/now.js").Now} Now */
/** @typedef {import("../lib/now.js").Source} Source */
/** @template T @typedef {import("./cards.js").View<T>} View */

const ARROWS = { in: "→", out: "←", "": "" };

/** @returns {View<Now | null>} */
export function nowView() {
  const label = h("h2");
  const figure = figureView();
  const when = h("p", { class: "note" });
  const sources = h("ul", { class: "sources" });
  /** @type {Map<string, View<Source>>} */
  const made = new Map();
  const element = h(
    "section",
    { class: "now" },
    h("div", { class: "house" }, label, when, h("p", { class: "figure" }, ...figure.nodes)),
    sources,
  );
  /** @param {Source[]} models */
  const updateSources = (models) => {
    if (String(models.map(({ role }) => role)) !== String([...made.keys()])) {
      made.clear();
      for (const model of models) made.set(model.role, sourceView(model));
      sources.replaceChildren(...[...made.values()].map((source) => source.element));
    }
    for (const model of models) made.get(model.role)?.update(model);
    sources.hidden = models.length === 0;
  };
  /** @param {Now | null} model */
  const update = (model) => {
    element.hidden = model === null;
    if (!model) return;
    element.classList.toggle("old", model.isOld);
    setText(label, model.label);
    figure.update(model.figure);
    setParts(when, model.when);
    updateSources(model.sources);
  };
  return { element, update };
}

/** @param {Source} first @returns {View<Source>} */
function sourceView({ role, tone }) {
  const label = h("span");
  const level = h("span", { class: "level" });
  const name = h("span", { class: "name" }, label, level);
  const arrow = h("span", { class: "arrow", "aria-hidden": "true" });
  const figure = figureView();
  const notes = h("span", { class: "note" });
  const value = h("span", { class: "value" }, arrow, ...figure.nodes);
  const element = h("li", { class: `source ${tone}`, "data-source": role }, name, value, notes);
  /** @param {Source} model */
  const update = (model) => {
    setText(label, model.label);
    setText(arrow, ARROWS[model.way]);
    element.dataset.way = model.way;
    figure.update(model.figure);
    setParts(level, model.level);
    setParts(notes, model.notes);
  };
  return { element, update };
}
