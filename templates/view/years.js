/** The tab of the calendar years: a choice of series, the years on one another, and their months. */

import { notices } from "../lib/status.js";
import { say, speak } from "../lib/words.js";
import { choices, compared, MOST_LINES } from "../lib/years.js";
import { h, partNode, setText } from "./dom.js";
import { Source } from "./source.js";
import { showNotices } from "./status.js";
import { yearLines } from "./yearlines.js";

/** @typedef {import("../lib/data.js").Both} Both */
/** @typedef {import("../lib/years.js").Cell} Cell */
/** @typedef {import("../lib/years.js").File} File */

/**
 * This part has a copy of the words of its own, so it is told them.
 *
 * @param {HTMLElement} host
 * @param {string[]} published the years, the newest last
 * @param {Partial<import("../lib/flows.js").Home>} home
 * @param {Parameters<typeof speak>} speech
 * @returns {(newest: Both) => Promise<void>} shows the years; called again if there is a newer file
 */
export function years(host, published, home, speech) {
  speak(...speech);
  const [newest, ...others] = [...published].reverse();
  let isShown = false;
  const sources = others.map(
    (year) => new Source("year", () => isShown && update(), home, `year-${year}`),
  );
  const view = yearsView([newest, ...others].map(Number), () => update());
  /** @type {Both | null} */
  let first = null;
  const update = () => {
    const older = others.map((year, i) => ({ year: Number(year), both: sources[i].both }));
    view.update([{ year: Number(newest), both: first }, ...older]);
    const found = sources.flatMap(({ problem }) => notices(null, problem, 0, 0));
    showNotices(view.status, found.slice(0, 1), load);
  };
  const load = () => Promise.all(sources.map((source) => source.load()));
  return async (both) => {
    first = both;
    await load();
    isShown = true;
    if (!view.element.isConnected) host.replaceChildren(view.element, view.status);
    update();
  };
}

/** @param {number[]} all the newest first @param {() => void} onChoice */
function yearsView(all, onChoice) {
  const select = h("select", { id: "years-series" });
  const name = h("label", { class: "note", for: select.id }, say("years.series"));
  const lines = yearLines(all.slice(0, MOST_LINES));
  const { element: table, update: updateTable } = monthsTable(all);
  const row = h("p", { class: "tools" }, h("span", { class: "chips" }, name, select));
  const element = h("div", { class: "years" }, row, lines.element, table);
  const chips = /** @type {HTMLElement} */ (row.firstElementChild);
  chips.style.alignItems = "center";
  select.style.maxWidth = "100%";
  select.addEventListener("change", onChoice);
  /** @param {File[]} files */
  const update = (files) => {
    const { names, usual } = choices(files);
    const chosen = names.has(select.value) ? select.value : (usual ?? "");
    select.replaceChildren(...[...names].map(([value, text]) => h("option", { value }, text)));
    select.value = chosen;
    const model = compared(files, chosen);
    lines.update(model);
    updateTable(model);
  };
  return { element, status: h("div", { role: "status" }), update };
}

/** @param {number[]} all */
function monthsTable(all) {
  const title = say("bars.months");
  const unit = h("span", { class: "note" });
  const body = h("tbody");
  const names = all.map((year) => h("th", { scope: "col" }, String(year)));
  const head = h("tr", {}, fixed(h("th", { scope: "col" }, say("head.month"))), ...names);
  const table = h(
    "table",
    {},
    h("caption", { class: "hidden" }, title),
    h("thead", {}, head),
    body,
  );
  const scroll = { class: "scroll", tabindex: 0, role: "region", "aria-label": title };
  const element = h(
    "section",
    { class: "card months" },
    h("h2", {}, title, " ", unit),
    h("div", scroll, table),
  );
  element.style.marginTop = ".75rem";
  /** @param {import("../lib/years.js").Years} model */
  const update = (model) => {
    setText(unit, model.unit);
    body.replaceChildren(
      ...model.rows.map(({ label, cells }) =>
        h("tr", {}, fixed(h("th", { scope: "row" }, label)), ...cells.map(cellNode)),
      ),
    );
  };
  return { element, update };
}

/** @param {HTMLElement} cell @returns {HTMLElement} the same, in its place while the years are scrolled below it */
function fixed(cell) {
  Object.assign(cell.style, { position: "sticky", left: "0", background: "var(--card)" });
  return cell;
}

/** @param {Cell} cell */
function cellNode({ value, notes }) {
  const lines = notes.map((note) => h("div", { class: "note" }, ...note.map(partNode)));
  // A longer note would make its year wider than the others.
  for (const { style } of lines) style.whiteSpace = "normal";
  const cell = h("td", {}, partNode(value), ...lines);
  const link = cell.querySelector("a");
  // A finger needs more room than a mouse.
  if (link && matchMedia("(pointer: coarse)").matches) {
    Object.assign(link.style, {
      display: "inline-grid",
      alignItems: "center",
      minHeight: "2.75rem",
    });
  }
  Object.assign(cell.style, { verticalAlign: "baseline", minWidth: "4rem" });
  return cell;
}
