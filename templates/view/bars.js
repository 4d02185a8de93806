/** Rows of a name, bars and numbers. */

import { say } from "../lib/words.js";
import { go, h, partNode } from "./dom.js";

/** @typedef {import("../lib/model.js").Bars} Bars */
/** @typedef {import("../lib/model.js").BarRow} BarRow */

/** @param {Bars} first @returns {import("./cards.js").View<Bars>} */
export function bars({ key, title, head, rows }) {
  const [name, ...heads] = head;
  const body = h("tbody");
  const id = `bars-${key}`;
  const headRow = h(
    "tr",
    {},
    h("th", { scope: "col" }, name),
    h("td", { class: "bar", "aria-hidden": "true" }),
    ...heads.map((text) => h("th", { scope: "col" }, text)),
    rows.some(({ known }) => known) && h("th", { scope: "col", class: "whole" }, say("known")),
  );
  const table = h("table", {}, h("thead", {}, headRow), body);
  // A phone has no room for six columns of numbers: a month that is opened tells its mean.
  const isWide = head.length > 5;
  table.classList.toggle("many", isWide);
  table.style.setProperty("--columns", String(head.length - Number(isWide)));
  const element = h(
    "section",
    { class: "card bars", "data-bars": key },
    h("h2", { id }, title),
    h("div", { class: "scroll", role: "region", tabindex: 0, "aria-labelledby": id }, table),
  );
  /** @param {Bars} model */
  const update = ({ rows, zero }) => body.replaceChildren(...rows.map((row) => barRow(row, zero)));
  return { element, update };
}

/** @param {BarRow} row @param {number} zero where the zero line is */
function barRow({ label, hash, bars, cells, known, corrected }, zero) {
  const isUnknown = cells[0]?.raw === null;
  const kind = `track${zero > 0 ? " signed" : ""}${isUnknown ? " blank" : ""}`;
  const track = h("div", { class: kind }, ...bars.map(barNode));
  track.style.setProperty("--zero", `${zero * 100}%`);
  const row = h(
    "tr",
    { class: hash && "opens" },
    h(
      "th",
      { scope: "row" },
      hash === undefined ? label : h("a", { href: hash }, label),
      corrected &&
        h("span", { class: "corrected", role: "img", "aria-label": say("corrected.mark") }),
    ),
    h("td", { class: "bar", "aria-hidden": "true" }, track),
    ...cells.map((cell) => h("td", {}, partNode(cell))),
    known && knownCell(known),
  );
  // The link is for keyboards and readers; the whole row is easier to hit.
  if (hash !== undefined) row.addEventListener("click", () => go(hash));
  return row;
}

/** On a phone it is a line below the bar, and only if it is neither all nor nothing, which the bar says. @param {import("../lib/model.js").Part} known */
const knownCell = (known) =>
  h(
    "td",
    {
      class: known.raw === 0 || known.raw === 1 ? "known whole" : "known",
      "data-head": say("known"),
    },
    partNode(known),
  );

/** @param {import("../lib/model.js").Bar} bar */
export function barNode({ from, to, tone, partial }) {
  const element = h("i", { class: `${tone}${partial ? " partial" : ""}` });
  element.style.marginLeft = `${from * 100}%`;
  // However little it is, it is seen.
  element.style.width = to > from ? `max(1px, ${(to - from) * 100}%)` : "0";
  return element;
}
