/** The cards of money: what the days cost and what a kWh costs, the running bill, and the years. */

import { made } from "./cards.js";
import { disclosure } from "./disclosure.js";
import { h, partNode, setParts, setText } from "./dom.js";

/** @typedef {import("../lib/bill.js").BillModel} BillModel */
/** @typedef {import("../lib/costs.js").CostYears} CostYears */
/** @typedef {import("../lib/model.js").Card} Card */
/** @typedef {import("../lib/rates.js").Strip} Strip */
/** @template T @typedef {import("./cards.js").View<T>} View */

/** @param {string} title @returns {View<{ cards: Card[], strips: Strip[] }>} */
export function costsCard(title) {
  const amounts = made(title);
  amounts.element.dataset.costs = "sum";
  /** @type {Map<string, View<Strip>>} */
  const known = new Map();
  /** @param {{ cards: Card[], strips: Strip[] }} model */
  const update = ({ cards, strips }) => {
    amounts.update(cards);
    for (const [key, { element }] of known) {
      if (!strips.some((strip) => strip.key === key)) {
        element.remove();
        known.delete(key);
      }
    }
    for (const strip of strips) {
      const view = known.get(strip.key) ?? stripView(strip, strips.length > 1);
      known.set(strip.key, view);
      view.update(strip);
      if (!view.element.isConnected) amounts.element.append(view.element);
    }
  };
  return { element: amounts.element, update };
}

/** @param {Strip} first @param {boolean} isNamed if there is another one @returns {View<Strip>} */
function stripView(first, isNamed) {
  let model = first;
  const strip = h("div", { role: "img" });
  const marks = h("div", { class: "note", "aria-hidden": "true" });
  const table = disclosure(first.title, () => model.table);
  const name = isNamed ? h("figcaption", { class: "note" }, first.title) : "";
  const element = h("figure", { class: "strip" }, name, strip, marks, table.element);
  element.style.marginTop = ".75rem";
  Object.assign(strip.style, { position: "relative", height: "4.5rem", overflow: "hidden" });
  Object.assign(marks.style, { position: "relative", height: "1.45em" });
  /** @param {Strip} next */
  const update = (next) => {
    const isSame = JSON.stringify(next.table) === JSON.stringify(model.table);
    model = next;
    strip.setAttribute("aria-label", next.label);
    strip.replaceChildren(...next.bars.map(barOf), zeroLine(next.zero));
    marks.replaceChildren(...next.marks.map(markOf));
    if (!isSame) table.update();
  };
  return { element, update };
}

const HATCH = "repeating-linear-gradient(-45deg, transparent 0 3px, var(--hatch) 3px 4.2px)";

/** @param {number} share */
const percent = (share) => `${Math.round(share * 1e5) / 1e3}%`;

/** @param {import("../lib/rates.js").StripBar} bar */
function barOf({ left, width, from, to, isKnown, isPast, isNow }) {
  const bar = h("i", { class: isKnown ? "known" : "blank" });
  Object.assign(bar.style, {
    position: "absolute",
    left: percent(left),
    width: `max(1px, calc(${percent(width)} - 1px))`,
    bottom: percent(from),
    height: `max(1px, ${percent(to - from)})`,
    background: isKnown ? `var(--${isPast ? "soft" : "use"})` : HATCH,
    opacity: isPast || isNow || !isKnown ? "1" : ".6",
    forcedColorAdjust: "none",
  });
  return bar;
}

/** @param {number} zero */
function zeroLine(zero) {
  const line = h("i");
  Object.assign(line.style, {
    position: "absolute",
    left: 0,
    right: 0,
    bottom: percent(zero),
    borderTop: "1px solid var(--quiet)",
  });
  return line;
}

/** @param {Strip["marks"][number]} mark */
function markOf({ left, text }) {
  const mark = h("span", {}, text);
  Object.assign(mark.style, { position: "absolute", left: percent(left) });
  return mark;
}

/** @returns {View<BillModel>} */
export function billCard() {
  const title = h("h2");
  const note = h("p", { class: "note" });
  const head = h("tr");
  const body = h("tbody");
  const foot = h("tfoot");
  const notes = h("p", { class: "note" });
  const caption = h("caption", { class: "hidden" });
  const table = h("table", {}, caption, h("thead", {}, head), body, foot);
  const element = h(
    "section",
    { class: "card bill", "data-costs": "bill" },
    title,
    note,
    table,
    notes,
  );
  table.style.marginTop = ".4rem";
  notes.style.display = "grid";
  /** @param {BillModel} model */
  const update = (model) => {
    setText(title, model.title);
    setText(caption, model.title);
    setParts(note, model.note);
    head.replaceChildren(...model.head.map((text) => h("th", { scope: "col" }, text)));
    body.replaceChildren(...model.rows.map(billRow));
    foot.replaceChildren(totalRow(model));
    notes.replaceChildren(...model.notes.map((parts) => h("span", {}, ...parts.map(partNode))));
    notes.hidden = model.notes.length === 0;
  };
  return { element, update };
}

/** @param {BillModel["rows"][number]} row */
function billRow({ name, quantity, amount, isPart }) {
  const label = h("th", { scope: "row" }, name);
  const row = h(
    "tr",
    { class: isPart && "note" },
    label,
    h("td", {}, quantity),
    h("td", {}, partNode(amount)),
  );
  Object.assign(label.style, { whiteSpace: "normal", overflowWrap: "anywhere", fontWeight: 400 });
  if (isPart) {
    label.style.paddingLeft = "1rem";
    row.style.borderTop = "0";
  }
  return row;
}

/** @param {BillModel} model */
function totalRow({ totalLabel, total }) {
  const amount = h("td", {}, h("b", {}, partNode(total)));
  const row = h("tr", {}, h("th", { scope: "row", colspan: 2 }, totalLabel), amount);
  Object.assign(row.style, { borderTop: "2px solid var(--hair)", fontWeight: 620 });
  return row;
}

/** @returns {View<CostYears>} */
export function yearsCard() {
  const title = h("h2", { id: "cost-years" });
  const head = h("tr");
  const body = h("tbody");
  const table = h("table", {}, h("thead", {}, head), body);
  const region = { class: "scroll", role: "region", tabindex: 0, "aria-labelledby": "cost-years" };
  const element = h(
    "section",
    { class: "card", "data-costs": "years" },
    title,
    h("div", region, table),
  );
  element.style.marginTop = ".75rem";
  /** @param {CostYears} model */
  const update = (model) => {
    setText(title, model.title);
    head.replaceChildren(...model.head.map((text) => h("th", { scope: "col" }, text)));
    body.replaceChildren(
      ...model.rows.map(({ label, cells }) =>
        h("tr", {}, h("th", { scope: "row" }, label), ...cells.map(yearCell)),
      ),
    );
  };
  return { element, update };
}

/** @param {CostYears["rows"][number]["cells"][number]} cell */
function yearCell({ value, note }) {
  const cell = h("td", {}, partNode(value), note && h("div", { class: "note" }, partNode(note)));
  cell.style.verticalAlign = "top";
  return cell;
}
