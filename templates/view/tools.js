/** The row above the charts: a switch for each line, and the buttons that zoom and save. */

import { idText } from "../lib/model.js";
import { say } from "../lib/words.js";
import { h, setText } from "./dom.js";

/** @typedef {import("../lib/model.js").Line} Line */
/** @typedef {import("./group.js").Group} Group */

/** @param {Group} group whose charts are there @param {() => Promise<void>} save @returns {HTMLElement} */
export function tools(group, save) {
  const chips = linesOf(group).map((line) => chip(group, line));
  const wider = button("−", say("tools.out"), () => group.zoomBy(2));
  const nearer = button("+", say("tools.in"), () => group.zoomBy(0.5));
  const problem = h("span", { class: "note", role: "status" });
  const csv = button("CSV", say("tools.save"), () => {
    setText(problem, "");
    save().catch((error) => setText(problem, error.message));
  });
  csv.dataset.action = "csv";
  const update = () => {
    for (const chip of chips) chip.update();
  };
  group.watch(update);
  update();
  return h(
    "div",
    { class: "tools" },
    h(
      "div",
      { class: "chips", role: "group", "aria-label": say("tools.series") },
      ...chips.map(({ element }) => element),
    ),
    h(
      "div",
      { class: "zoom", role: "group", "aria-label": say("tools.charts") },
      ...(group.charts.size ? [wider, nearer] : []),
      csv,
      problem,
    ),
  );
}

/** @param {Group} group @returns {Line[]} those of the first chart, if it has more than one */
function linesOf({ charts }) {
  const [first] = charts;
  return first && first.model.lines.length > 1 ? first.model.lines : [];
}

/** @param {Group} group @param {Line} line */
function chip(group, { id, label, tone }) {
  const element = h(
    "button",
    { type: "button", class: `chip ${tone}`, "data-series": idText(id) },
    label,
  );
  element.addEventListener("click", () => group.toggle(id));
  const update = () => element.setAttribute("aria-pressed", String(!group.hidden.has(id)));
  return { element, update };
}

/** @param {string} text @param {string} label @param {() => void} act */
function button(text, label, act) {
  const element = h("button", { type: "button", class: "quiet", "aria-label": label }, text);
  element.addEventListener("click", act);
  return element;
}
