/** Money on the tabs: what they cost, what a kWh costs, and the running bill. */

import { billModel } from "../lib/bill.js";
import { costBars, costYears } from "../lib/costs.js";
import { window as daysOf } from "../lib/data.js";
import { chosenCost, costCard } from "../lib/money.js";
import { ratesNow, strips } from "../lib/rates.js";
import { say, speak } from "../lib/words.js";
import de from "../moneywords/de.js";
import en from "../moneywords/en.js";
import es from "../moneywords/es.js";
import fr from "../moneywords/fr.js";
import hi from "../moneywords/hi.js";
import nl from "../moneywords/nl.js";
import { bars } from "./bars.js";
import { billCard, costsCard, yearsCard } from "./costs.js";
import { h } from "./dom.js";
import { MoneyFile } from "./moneyfile.js";

/** @typedef {import("../lib/money.js").Money} Money */
/** @typedef {import("./panel.js").Panel} Panel */

/** The words of money, which the page itself does not have. @type {Record<string, import("../lib/words.js").MoneyWords>} */
const WORDS = { en, de, nl, fr, es, hi };

/** How often the present is looked at, in ms. */
const TICK = 30000;

/**
 * This part has a copy of the words of its own, so it is told them.
 *
 * @param {Parameters<typeof speak>} speech the page's words, and the tag of its language
 * @returns {(panel: Panel, isPast: boolean) => void} shows the money of what a panel shows
 */
export function money(...[words, tag]) {
  speak({ ...words, ...(WORDS[tag.split("-")[0]] ?? en) }, tag);
  /** @type {Map<Panel, (isPast: boolean) => void>} */
  const views = new Map();
  /** @type {Map<Panel, boolean>} */
  const pasts = new Map();
  const showAll = () => {
    for (const [panel, show] of views) show(pasts.get(panel) ?? false);
  };
  const file = new MoneyFile(() => {
    showAll();
    for (const panel of views.keys()) panel.group?.tell();
  });
  setInterval(() => {
    if (document.visibilityState !== "visible") return;
    file.refresh();
    showAll();
  }, TICK);
  void file.load();
  return (panel, isPast) => {
    const show = views.get(panel) ?? moneyOn(panel, file);
    views.set(panel, show);
    pasts.set(panel, isPast);
    panel.costOf = (from, to) => (file.money ? chosenCost(file.money, from, to) : []);
    show(isPast);
  };
}

/** @returns {HTMLElement} a place for cards, which stand as if it was not there */
function slot() {
  const element = h("div", { class: "slot", hidden: true });
  element.style.display = "contents";
  return element;
}

/** @param {Panel} panel @param {MoneyFile} file @returns {(isPast: boolean) => void} shows what the file says of what the panel shows */
function moneyOn(panel, file) {
  const [beside, below] = [slot(), slot()];
  const sum = costsCard(say("cost.title"));
  const bill = billCard();
  const years = yearsCard();
  const list = rowsView();
  /** @param {Money} money @param {boolean} isPast @returns {HTMLElement[]} the running bill, unless days of the past are shown */
  const billOf = (money, isPast) => {
    const lines = isPast ? null : billModel(money);
    if (lines) bill.update(lines);
    return lines ? [bill.element] : [];
  };
  /** @param {Money} money @param {import("../lib/data.js").Doc} doc @returns {HTMLElement[]} */
  const sumOf = (money, doc) => {
    const model = sumModel(money, doc);
    sum.update(model);
    return model.cards.length ? [sum.element] : [];
  };
  /** @param {Money} money @param {import("../lib/data.js").Doc} doc @param {boolean} isPast @returns {HTMLElement[]} */
  const rowsOf = (money, doc, isPast) => {
    const span = spanOf(doc);
    const rows = span.end - span.first > 1 ? costBars(money, span, !isPast) : null;
    return rows ? [list(rows)] : [];
  };
  /** @param {Money} money @returns {HTMLElement[]} */
  const yearsOf = (money) => {
    const model = costYears(money);
    if (model) years.update(model);
    return model ? [years.element] : [];
  };
  /** @param {Money} money @param {boolean} isPast @returns {[HTMLElement[], HTMLElement[]]} the cards beside the first chart, and those below it */
  const cards = (money, isPast) => {
    const { doc } = panel;
    if (!doc) return [[], yearsOf(money)];
    const lines = billOf(money, isPast);
    // The cards beside today's chart are taller than it.
    if (doc.day !== null) return [sumOf(money, doc), lines];
    return [[...sumOf(money, doc), ...lines], rowsOf(money, doc, isPast)];
  };
  /** @param {boolean} isPast */
  const show = (isPast) => {
    // The parts of the tab come first.
    if (panel.growing) return void requestAnimationFrame(() => show(isPast));
    const { money, problem } = file;
    const [some, others] = money
      ? cards(money, isPast)
      : [problem ? [problemNote(problem)] : [], []];
    put(beside, some);
    put(below, others);
    place(panel.side ?? panel.host, beside);
    // Today's bill stands at the end, where nothing that is seen has to make room for it.
    const ends = panel.doc?.day != null && panel.host.querySelector(".ends");
    place(ends || (panel.more ?? panel.host), below);
  };
  return show;
}

/** @param {Element} host @param {HTMLElement} element its last one, if there is anything in it */
function place(host, element) {
  if (!element.hidden && host.lastElementChild !== element) host.append(element);
}

/** @param {Money} money @param {import("../lib/data.js").Doc} doc */
function sumModel(money, doc) {
  const cost = costCard(money, spanOf(doc), doc.day === money.last);
  const cards = cost ? [cost] : [];
  if (doc.day === null) return { cards, strips: [] };
  const now = Date.now();
  return { cards: [...cards, ...ratesNow(money, now)], strips: strips(money, now) };
}

/** @param {import("../lib/data.js").Doc} doc @returns {import("../lib/money.js").Span} */
function spanOf(doc) {
  const { first, last } = daysOf(doc);
  return { first, end: last + 1 };
}

/** @returns {(model: import("../lib/model.js").Bars) => HTMLElement} rows whose columns may be others the next time */
function rowsView() {
  let columns = "";
  /** @type {import("./cards.js").View<import("../lib/model.js").Bars> | null} */
  let view = null;
  return (model) => {
    const wanted = JSON.stringify([model.title, model.head]);
    if (!view || wanted !== columns) view = colored(bars(model));
    columns = wanted;
    view.update(model);
    return view.element;
  };
}

/** @template {import("./cards.js").View<import("../lib/model.js").Bars>} T @param {T} view @returns {T} the same, with the colours of its bars at the heads of their columns */
function colored(view) {
  const heads = view.element.querySelectorAll("thead th");
  ["use", "ink"].forEach((tone, i) => {
    const head = heads[2 + i];
    if (head && !head.classList.contains("whole")) {
      head.replaceChildren(h("span", { class: `swatch ${tone}` }, head.textContent));
    }
  });
  return view;
}

/** @param {import("../lib/status.js").Problem} problem */
const problemNote = ({ key, values }) => h("p", { class: "notice" }, say(key, values));

/** @param {HTMLElement} host @param {HTMLElement[]} nodes */
function put(host, nodes) {
  host.hidden = nodes.length === 0;
  const isSame = nodes.length === host.children.length;
  if (!isSame || nodes.some((node, i) => node !== host.children[i])) host.replaceChildren(...nodes);
}
