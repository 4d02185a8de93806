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
    group.charts.size > 0 && hint(group),
  );
}

/** How a chart is used: by fingers, or by a mouse and keys, as the reader has them. @param {Group} group @returns {HTMLElement} */
function hint(group) {
  const opensDays = group.hash(0) !== undefined;
  const ways = matchMedia("(pointer: coarse)").matches
    ? [say("hint.touch"), opensDays && say("hint.tap")]
    : [say("hint.mouse"), opensDays && say("hint.click"), say("hint.keys")];
  return h(
    "details",
    { class: "hint" },
    h("summary", {}, say("hint.title")),
    h("ul", {}, ...ways.map((text) => text && h("li", {}, text))),
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
