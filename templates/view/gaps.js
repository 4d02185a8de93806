/** The list of gaps. A long list is cut until the reader asks for all of it. */

import { say } from "../lib/words.js";
import { h, partNode } from "./dom.js";

/** @typedef {import("../lib/model.js").Gaps} Gaps */

/** How many gaps are listed at first. */
const SOME = 8;

/** @type {import("../lib/words.js").Key[]} */
const HEADS = ["gaps.from", "gaps.length", "gaps.what"];

/** The title says it already. */
const NONE = { class: "hidden", "aria-hidden": "true" };

/** @param {Gaps} first @returns {import("./cards.js").View<Gaps>} */
export function gaps(first) {
  const element = h("section", { class: "card gaps" });
  let isAll = false;
  let model = first;
  const more = h("button", { type: "button", class: "quiet" });
  more.addEventListener("click", () => {
    isAll = true;
    update(model);
    element.querySelector("table")?.focus();
  });
  /** @param {Gaps} next */
  const update = (next) => {
    model = next;
    const { title, total, rows, short, corrected } = model;
    const shown = isAll ? rows : rows.slice(0, SOME);
    more.textContent = say("gaps.all", { n: rows.length });
    element.replaceChildren(
      h("h2", {}, title, " ", h("span", rows.length ? { class: "count" } : NONE, partNode(total))),
      rows.length ? gapTable(shown) : "",
      shown.length < rows.length ? more : "",
      short.length ? h("p", { class: "note" }, ...short.map(partNode)) : "",
      corrected.length
        ? h("p", { class: "note" }, h("span", { class: "corrected" }), ...corrected.map(partNode))
        : "",
      rows.length || short.length ? "" : h("p", { class: "note" }, say("gaps.nothing")),
    );
  };
  return { element, update };
}

/** @param {Gaps["rows"]} rows */
const gapTable = (rows) =>
  h(
    "table",
    { tabindex: -1 },
    h("thead", {}, h("tr", {}, ...HEADS.map((head) => h("th", { scope: "col" }, say(head))))),
    h("tbody", {}, ...rows.map(gapRow)),
  );

/** @param {Gaps["rows"][number]} row */
const gapRow = ({ start, length, what }) =>
  h(
    "tr",
    {},
    h("th", { scope: "row" }, partNode(start)),
    h("td", {}, partNode(length)),
    h("td", {}, partNode(what)),
  );
