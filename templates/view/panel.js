/** The content of a tab: made once, then updated in place. */

import { chosenRange, chosenSums } from "../lib/chosen.js";
import { csv, rows } from "../lib/csv.js";
import { measuredIn } from "../lib/data.js";
import { bars } from "./bars.js";
import { cards, heading, hero } from "./cards.js";
import { Chart } from "./chart.js";
import { download, h } from "./dom.js";
import { gaps } from "./gaps.js";
import { Group } from "./group.js";
import { heat } from "./heat.js";
import { onPixels } from "./plot.js";
import { selection } from "./selection.js";
import { onTheme } from "./theme.js";
import { tools } from "./tools.js";

/** @typedef {import("../lib/model.js").Model} Model */
/** @typedef {import("../lib/model.js").Rest} Rest */
/** @typedef {import("../lib/data.js").Doc} Doc */
/** @typedef {import("../lib/data.js").Grid} Grid */
/** @template T @typedef {import("./cards.js").View<T>} View */

/** A tab: what it shows of a document, and what the reader has zoomed and switched off. */
export class Panel {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    /** @type {string | null} */
    this.signature = null;
    /** @type {Group | null} */
    this.group = null;
    /** @type {((model: Model, rest: Rest) => void)[]} */
    this.updates = [];
    /** Called if the reader has chosen another span. @type {(group: Group) => void} */
    this.onChosen = () => {};
    this.watch = new ResizeObserver(() => requestAnimationFrame(() => this.resize()));
    onTheme(() => this.redraw());
    onPixels(() => this.resize());
  }

  resize() {
    for (const chart of this.group?.charts ?? []) chart.resize();
  }

  /** Draws all charts at once. */
  redraw() {
    for (const chart of this.group?.charts ?? []) chart.plot?.draw();
  }

  /** @param {Doc} doc @param {Grid} grid @param {Model} model @param {string} chosen the span that the address has */
  show(doc, grid, model, chosen = "") {
    const range = chosenRange(doc.zone, grid.edges, chosen);
    const signature = signatureOf(doc, grid);
    this.doc = doc;
    this.grid = grid;
    this.model = model;
    if (signature === this.signature && this.group) {
      const isSame = this.group.move(grid.edges, range);
      const rest = model.rest();
      for (const update of this.updates) update(model, rest);
      if (!isSame) this.group.showView();
    } else {
      this.signature = signature;
      const { hidden } = this.group ?? {};
      this.build(new Group(doc.zone, doc.bucket, grid.edges, range, hidden), model);
    }
  }

  /** @param {Group} group @param {Model} model */
  build(group, model) {
    this.watch.disconnect();
    this.group = group;
    group.onChosen = () => this.onChosen(group);
    const charts = model.charts.map((chart) => new Chart(group, chart));
    this.updates = [
      (next) => {
        for (const [i, chart] of charts.entries()) chart.update(next.charts[i]);
      },
    ];
    this.host.replaceChildren(...charts.map((chart) => chart.element));
    charts[0]?.draw();
    // The rest takes longer; it appears in the same frame.
    requestAnimationFrame(() => {
      if (this.group === group && this.signature) this.complete(group, this.model ?? model);
    });
  }

  /**
   * @template T
   * @param {View<T>} view
   * @param {(rest: Rest) => T | null | undefined} pick the model of the view
   * @param {Rest} rest to begin with
   */
  add(view, pick, rest) {
    /** @param {Rest} next */
    const update = (next) => {
      const model = pick(next);
      if (model) view.update(model);
    };
    this.updates.push((_, next) => update(next));
    update(rest);
    return view.element;
  }

  /** @param {Group} group @param {Model} model whose charts are there */
  complete(group, model) {
    const rest = model.rest();
    /** @template T @param {View<T>} view @param {(rest: Rest) => T | null | undefined} pick */
    const add = (view, pick) => this.add(view, pick, rest);
    const smalls = rest.smalls.map((small, i) =>
      add(new Chart(group, small), (next) => next.smalls[i]),
    );
    const heats = rest.heats.map((one, i) => add(heat(one), (next) => next.heats[i]));
    const lists = rest.bars.map((one, i) => add(bars(one), (next) => next.bars[i]));
    this.host.prepend(
      add(heading(), (next) => next),
      h(
        "div",
        { class: rest.hero ? "head with-hero" : "head" },
        rest.hero && add(hero(), (next) => next.hero),
        add(cards(), (next) => next.cards),
      ),
      ...(model.isLong ? [...heats, ...lists] : []),
      tools(group, () => this.save()),
    );
    this.host.append(
      ...(model.isLong ? [] : [...lists, ...heats]),
      smalls.length ? h("div", { class: "smalls" }, ...smalls) : "",
      add(gaps(rest.gaps), (next) => next.gaps),
      this.selection(group),
    );
    // The page may have a scroll bar now.
    this.resize();
    this.drawInTurn(group);
  }

  /** @param {Group} group */
  selection(group) {
    const { element, update } = selection(group, (cells) =>
      chosenSums(/** @type {Doc} */ (this.doc), /** @type {Grid} */ (this.grid), cells),
    );
    this.updates.push(update);
    return element;
  }

  /** Draws a chart a frame. @param {Group} group */
  drawInTurn(group) {
    const charts = [...group.charts];
    const drawNext = () => {
      const chart = charts.shift();
      if (this.group !== group || !chart) return;
      if (!chart.plot) chart.draw();
      this.watch.observe(chart.host);
      requestAnimationFrame(() => setTimeout(drawNext));
    };
    setTimeout(drawNext);
  }

  /** @param {Node | string} content in place of data */
  empty(content) {
    this.signature = null;
    this.watch.disconnect();
    this.host.replaceChildren(content);
  }

  /** Saves what is shown as CSV. */
  save() {
    const { doc, grid, group } = this;
    if (!doc || !grid || !group) return;
    const names = measuredIn(doc).filter((name) => !group.hidden.has(name));
    const last = grid.edges[grid.edges.length - 1] - 1;
    const day = new Date(doc.zone.local(last)).toISOString().slice(0, 10);
    download(
      `powerstats-${doc.tier}-${day}.csv`,
      csv(rows(doc, grid, names, group.range)),
      "text/csv;charset=utf-8",
    );
  }
}

/**
 * The parts of a tab depend on which series have a value, not on how many values they have.
 *
 * @param {Doc} doc
 * @param {Grid} grid
 * @returns {string}
 */
const signatureOf = ({ zone, bucket, series }, { columns }) =>
  JSON.stringify([
    zone.name,
    bucket,
    [...series].map(([name, { unit, counter }]) => [
      name,
      unit,
      counter,
      columns.get(name)?.some(Boolean),
    ]),
  ]);
