/** The content of a tab: made once, then updated in place. */

import { beginning, chosenRange, chosenSums } from "../lib/chosen.js";
import { measuredIn } from "../lib/data.js";
import { isOneDay } from "../lib/model.js";
import { say } from "../lib/words.js";
import { made, sentence } from "./cards.js";
import { Chart } from "./chart.js";
import { devices } from "./devices.js";
import { download, h } from "./dom.js";
import { gaps } from "./gaps.js";
import { Group } from "./group.js";
import { later } from "./later.js";
import { nowView } from "./now.js";
import { onPixels } from "./plot.js";
import { selection } from "./selection.js";
import { smalls } from "./smalls.js";
import { onTheme } from "./theme.js";
import { tools } from "./tools.js";
import { twice } from "./twice.js";

/** @typedef {import("../lib/model.js").Model} Model */
/** @typedef {import("../lib/model.js").Rest} Rest */
/** @typedef {import("../lib/data.js").Doc} Doc */
/** @typedef {import("../lib/data.js").Grid} Grid */
/** @template T @typedef {import("./cards.js").View<T>} View */

/** A tab: what it shows of a document, and what the reader has zoomed and switched off. */
export class Panel {
  /** @param {HTMLElement} host @param {number} interval how long a bucket of today is, in ms */
  constructor(host, interval) {
    this.host = host;
    this.interval = interval;
    this.now = nowView();
    this.said = sentence();
    /** @type {string | null} */
    this.signature = null;
    /** What its parts are; empty until they are there. */
    this.shape = "";
    /** @type {Group | null} */
    this.group = null;
    /** The group whose parts are still made, a few in each frame. @type {Group | null} */
    this.growing = null;
    /** The span that the address has. */
    this.chosen = "";
    /** @type {((model: Model, rest: Rest) => void)[]} */
    this.updates = [];
    /** What shows lists and squares, which closed days have alone. @type {typeof import("../later/closed.js") | undefined} */
    this.closed = undefined;
    /** What a span costs, if money is shown. @type {((from: number, to: number) => import("../lib/model.js").Part[]) | undefined} */
    this.costOf = undefined;
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
    this.chosen = chosen;
    // If its parts are still made for other values, they get the new ones once they are there.
    if (this.growing && signature === this.signature) return;
    const rest = signature === this.signature ? model.rest() : null;
    if (rest && this.group && this.shape === shapeOf(model, rest)) {
      const isSame = this.group.move(grid.edges, beginning(grid), range);
      for (const update of this.updates) update(model, rest);
      if (!isSame) this.group.showView();
      this.tick();
    } else {
      this.signature = signature;
      const { hidden } = this.group ?? {};
      this.build(
        new Group(doc.zone, doc.bucket, grid.edges, beginning(grid), range, hidden),
        model,
      );
    }
  }

  /** Shows what depends on the present time. */
  tick() {
    if (!this.model) return;
    this.now.update(this.model.now(Date.now(), this.interval));
    this.said.update(this.model.said(Date.now()));
  }

  /** @param {string} chosen another span of the same buckets, as the address has it */
  choose(chosen) {
    const { group } = this;
    this.chosen = chosen;
    if (!group) return;
    const range = chosenRange(group.zone, group.edges, chosen);
    if (!group.move(group.edges, group.start, range)) group.showView();
  }

  /** @param {Group} group @param {Model} model */
  build(group, model) {
    this.watch.disconnect();
    this.group = this.growing = group;
    this.shape = "";
    group.onChosen = () => this.onChosen(group);
    const charts = model.charts.map((chart) => new Chart(group, chart));
    this.updates = [
      (next) => {
        for (const [i, chart] of charts.entries()) chart.update(next.charts[i]);
      },
    ];
    this.lead = h(
      "div",
      { class: "lead" },
      this.now.element,
      this.said.element,
      charts[0]?.element ?? "",
    );
    this.side = h("div", { class: "side" });
    this.more = h("div", { class: "more" });
    this.tick();
    this.host.classList.add("filled");
    this.host.replaceChildren(h("div", { class: "first" }, this.lead, this.side, this.more));
    charts[0]?.draw();
    // The rest takes longer; what stands beside the chart appears in the same frame.
    requestAnimationFrame(() => {
      if (this.growing === group) this.complete(group, model, charts.slice(1));
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

  /** @param {Group} group @param {Model} model @param {Chart[]} others its charts, without the first */
  complete(group, model, others) {
    const rest = model.rest();
    /** @template T @param {View<T>} view @param {(rest: Rest) => T | null | undefined} pick */
    const add = (view, pick) => this.add(view, pick, rest);
    const { heat, bars } = this.closed ?? {};
    const heats = heat ? rest.heats.map((one, i) => add(heat(one), (next) => next.heats[i])) : [];
    const lists = bars ? rest.bars.map((one, i) => add(bars(one), (next) => next.bars[i])) : [];
    this.lead?.append(tools(group, () => this.save()));
    this.side?.append(
      add(
        made(say(this.doc && isOneDay(this.doc) ? "made.day" : "made.days")),
        (next) => next.made,
      ),
      rest.devices ? add(devices(group), (next) => next.devices) : "",
      ...heats,
    );
    this.more?.append(...others.map((chart) => chart.element), ...lists);
    requestAnimationFrame(() =>
      setTimeout(() => {
        if (this.growing === group) this.finish(group, model, rest);
      }),
    );
  }

  /** Adds what is far down. @param {Group} group @param {Model} model @param {Rest} rest */
  finish(group, model, rest) {
    /** @template T @param {View<T>} view @param {(rest: Rest) => T | null | undefined} pick */
    const add = (view, pick) => this.add(view, pick, rest);
    this.host.append(
      rest.smalls.length
        ? add(
            smalls(group, (chart) => this.include(chart)),
            (next) => next.smalls,
          )
        : "",
      h(
        "div",
        { class: "ends" },
        rest.twice.length ? add(twice(), (next) => next.twice) : "",
        add(gaps(rest.gaps), (next) => next.gaps),
      ),
      this.selection(group),
    );
    this.growing = null;
    this.shape = shapeOf(model, rest);
    const { doc, grid, model: newest, chosen } = this;
    if (doc && grid && newest && newest !== model) this.show(doc, grid, newest, chosen);
    this.drawInTurn(group);
  }

  /** @param {Group} group */
  selection(group) {
    const { element, update } = selection(group, (cells) => {
      const grid = /** @type {Grid} */ (this.grid);
      const costs = this.costOf?.(grid.edges[cells[0]], grid.edges[cells[1]]);
      return chosenSums(/** @type {Doc} */ (this.doc), grid, cells, costs);
    });
    this.updates.push(update);
    return element;
  }

  /** Draws a chart a frame. @param {Group} group */
  drawInTurn(group) {
    const charts = [...group.charts];
    const drawNext = () => {
      const chart = charts.shift();
      if (this.group !== group || !chart) return;
      this.include(chart);
      requestAnimationFrame(() => setTimeout(drawNext));
    };
    setTimeout(drawNext);
  }

  /** Draws a chart, and again if its place has another size. @param {Chart} chart */
  include(chart) {
    if (!chart.plot) chart.draw();
    this.watch.observe(chart.host);
  }

  /** @param {Node | string} content in place of data */
  empty(content) {
    this.signature = this.growing = null;
    this.watch.disconnect();
    this.host.classList.remove("filled");
    this.host.replaceChildren(content);
  }

  /** Saves what is shown as CSV. */
  async save() {
    const { doc, grid, group } = this;
    if (!doc || !grid || !group) return;
    const { csv, rows } = await later("csv");
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

/** @param {Model} model @param {Rest} rest @returns {string} which parts there are: a day has others than a week */
const shapeOf = ({ charts }, { bars, heats, smalls, devices, twice }) =>
  JSON.stringify([
    [charts, bars, heats, smalls].map((parts) => parts.map(({ key }) => key)),
    devices !== null,
    twice.length > 0,
  ]);
