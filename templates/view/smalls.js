/** The small charts of all other series: the first six, and the rest if the reader asks for them. */

import { say } from "../lib/words.js";
import { Chart } from "./chart.js";
import { h } from "./dom.js";

/** @typedef {import("../lib/model.js").Chart} Model */
/** @typedef {import("./group.js").Group} Group */

/** How many are there at first. */
const SOME = 6;

/**
 * @param {Group} group
 * @param {(chart: Chart) => void} onChart told of each chart that is asked for later
 * @returns {import("./cards.js").View<Model[]>}
 */
export function smalls(group, onChart) {
  const place = h("div", { class: "smalls" });
  const more = h("button", { type: "button", class: "quiet" });
  const element = h("section", { class: "others" }, h("h2", {}, say("others.title")), place, more);
  /** @type {Chart[]} */
  const charts = [];
  /** @type {Model[]} */
  let models = [];
  /** @param {number} end */
  const make = (end) => {
    const added = models.slice(charts.length, end).map((model) => new Chart(group, model));
    charts.push(...added);
    place.append(...added.map((chart) => chart.element));
    more.hidden = charts.length >= models.length;
    return added;
  };
  const all = () => {
    for (const chart of make(models.length)) onChart(chart);
  };
  more.addEventListener("click", all);
  element.addEventListener("showall", all);
  /** @param {Model[]} next */
  const update = (next) => {
    models = next;
    charts.forEach((chart, i) => {
      chart.update(models[i]);
    });
    make(Math.max(SOME, charts.length));
    more.textContent = say("gaps.all", { n: models.length });
  };
  return { element, update };
}
