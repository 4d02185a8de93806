/** A tab's content, made once and then kept up to date in place. */

import { csv, rows } from "../lib/csv.js";
import * as format from "../lib/format.js";
import { Chart, Group } from "./charts.js";
import { disclosure, download, h, partNode, setParts, setText } from "./dom.js";
import { onTheme } from "./theme.js";

/** @typedef {import("../lib/model.js").Model} Model */
/** @typedef {import("../lib/model.js").Card} CardModel */
/** @typedef {import("../lib/data.js").Doc} Doc */
/** @typedef {import("../lib/data.js").Grid} Grid */

/** A part of the page that shows a model and can show the next one. @template T @typedef {{ element: HTMLElement, update: (model: T) => void }} View */

/**
 * The biggest figure of the page.
 *
 * @param {NonNullable<Model["hero"]>} first
 * @returns {View<NonNullable<Model["hero"]>>}
 */
function hero(first) {
  const label = h("h2", {});
  const figure = h("b", { "data-value": "now" });
  const unit = h("span", { class: "unit" });
  const when = h("p", { class: "note" });
  const sunFigure = h("b", { "data-value": "solar-now" });
  const sunUnit = h("span", { class: "unit" });
  const sunNote = h("span", { class: "note" });
  const sun = h("p", { class: "sun-now" }, h("span", { class: "label" }, "Solar"), h("span", { class: "value" }, sunFigure, sunUnit), sunNote);
  const meter = h("i");
  const known = h("span", { "data-value": "known" });
  const element = h("section", { class: "card hero" },
    h("div", {}, label, h("p", { class: "figure" }, figure, unit), when), sun,
    h("p", { class: "known" }, h("span", { class: "track", "aria-hidden": "true" }, meter), known, " known"));
  /** @param {NonNullable<Model["hero"]>} model */
  const update = (model) => {
    setText(label, model.label);
    element.classList.toggle("unknown", model.isUnknown);
    setText(figure, model.value);
    figure.dataset.raw = model.raw === null ? "" : String(model.raw);
    figure.classList.toggle("long", model.value.length > 5);
    setText(unit, model.unit);
    setParts(when, model.when);
    sun.hidden = !model.sun;
    if (model.sun) {
      setText(sunFigure, model.sun.value);
      sunFigure.dataset.raw = model.sun.raw === null ? "" : String(model.sun.raw);
      setText(sunUnit, model.sun.unit);
      setParts(sunNote, model.sun.notes);
    }
    setText(known, model.known.text);
    known.dataset.raw = model.known.raw === null ? "" : String(model.known.raw);
    meter.style.width = `${(model.known.raw ?? 0) * 100}%`;
  };
  update(first);
  return { element, update };
}

/** @param {CardModel[]} first @returns {View<CardModel[]>} */
function cards(first) {
  const element = h("div", { class: "cards" });
  /** @param {CardModel} model */
  const make = (model) => {
    const value = h("b", { "data-value": model.key });
    const unit = h("span", { class: "unit" });
    const notes = h("div", { class: "note" });
    return { element: h("section", { class: `card stat ${model.tone ?? ""}` }, h("h2", {}, model.label), h("p", { class: "value" }, value, unit), notes), value, unit, notes };
  };
  /** @type {Map<string, ReturnType<typeof make>>} */
  const made = new Map();
  /** @param {CardModel[]} models */
  const update = (models) => {
    if (String(models.map(({ key }) => key)) !== String([...made.keys()])) {
      made.clear();
      for (const model of models) made.set(model.key, make(model));
      element.replaceChildren(...[...made.values()].map((card) => card.element));
    }
    for (const model of models) {
      const card = made.get(model.key);
      if (!card) continue;
      setText(card.value, model.value);
      card.value.dataset.raw = model.raw === null ? "" : String(model.raw);
      setText(card.unit, model.unit);
      card.notes.replaceChildren(...model.notes.map((note) => h("p", {}, ...note.map(partNode))));
    }
  };
  update(first);
  return { element, update };
}

/** @param {Model["bars"][number]} first @returns {View<Model["bars"][number]>} */
function bars(first) {
  const body = h("tbody");
  const [name, ...heads] = first.head;
  const element = h("section", { class: "card bars", "data-bars": first.key },
    h("h2", { id: `bars-${first.key}` }, first.title),
    h("div", { class: "scroll", role: "region", tabindex: 0, "aria-labelledby": `bars-${first.key}` },
      h("table", { "aria-labelledby": `bars-${first.key}` },
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, name), h("td", { class: "bar" }),
          ...heads.map((head) => h("th", { scope: "col" }, head)))), body)));
  /** @param {Model["bars"][number]} model */
  const update = (model) => body.replaceChildren(...model.rows.map((row) => {
    const track = h("td", { class: "bar" }, h("div", { class: "track" }, ...row.bars.map((bar) => {
      const made = h("i", { class: `${bar.tone}${bar.partial ? " partial" : ""}` });
      made.style.width = `${bar.share * 100}%`;
      return made;
    })));
    return h("tr", {}, h("th", { scope: "row" }, row.label), track, ...row.cells.map((cell) => h("td", {}, partNode(cell))));
  }));
  update(first);
  return { element, update };
}

/** @param {Model["heats"][number]} first @returns {View<Model["heats"][number]>} */
function heat(first) {
  let model = first;
  const reading = h("p", { class: "reading" });
  const squares = h("div", { class: "squares", role: "img" });
  const scale = h("p", { class: "scale" });
  const table = disclosure(first.title, () => ({
    head: [model.key === "hours" ? "Day" : "Month", ...model.columns],
    rows: model.rows.map((row) => [{ text: row.label }, ...row.cells.map((cell) => ({
      key: cell ? `heat-${model.key}-${cell.name}` : undefined, raw: cell?.value ?? null,
      text: cell ? format.plain(cell.value, model.unit) : "",
    }))]),
  }));
  /** @param {Event} event */
  const read = (event) => {
    const square = /** @type {HTMLElement} */ (event.target).dataset;
    const cell = square.cell === undefined ? null : model.rows[Number(square.row)].cells[Number(square.cell)];
    setText(reading, cell
      ? `${cell.name}: ${cell.value === null ? "unknown" : format.measure(cell.value, model.unit)}${cell.partial ? ", in part" : ""}`
      : "");
  };
  squares.addEventListener("pointerover", read);
  squares.addEventListener("pointerdown", read);
  squares.addEventListener("pointerleave", () => setText(reading, ""));
  const element = h("figure", { class: `card chart wide heat ${first.key}`, "data-chart": first.key },
    h("figcaption", {}, h("h2", {}, first.title), reading), squares, scale, table.element);
  /** @param {typeof first} next */
  const update = (next) => {
    model = next;
    squares.setAttribute("aria-label", `${model.title}, as squares from ${format.measure(model.low, model.unit)} to ${format.measure(model.high, model.unit)}`);
    squares.style.setProperty("--columns", String(model.columns.length));
    const every = model.columns.length > 28 ? 5 : 3;
    squares.replaceChildren(
      h("span"), ...model.columns.map((column, i) => h("span", { class: "column" }, (model.key === "hours" ? Number(column) % every === 0 && column !== model.columns[i - 1] : i === 0 || (i + 1) % every === 0) ? column : "")),
      ...model.rows.flatMap((row, r) => [h("span", { class: "row" }, row.label), ...row.cells.map((cell, c) => {
        if (!cell) return h("i", { class: "none" });
        const square = h("i", { "data-row": r, "data-cell": c, class: cell.value === null ? "blank" : cell.partial ? "partial" : null });
        const share = cell.value === null ? 0 : model.high > model.low ? (cell.value - model.low) / (model.high - model.low) : 1;
        square.style.setProperty("--share", `${Math.round(share * 100)}%`);
        return square;
      })]),
    );
    scale.replaceChildren(
      partNode({ key: `${model.key}-low`, raw: model.low, text: format.measure(model.low, model.unit) }), h("span", { class: "ramp" }),
      partNode({ key: `${model.key}-high`, raw: model.high, text: format.measure(model.high, model.unit) }),
      h("span", { class: "key" }, h("i", { class: "blank" }), "unknown"));
    table.update();
  };
  update(first);
  return { element, update };
}

/** How many gaps are listed at first. */
const SOME = 8;

/** @param {Model["gaps"]} first @returns {View<Model["gaps"]>} */
function gaps(first) {
  const element = h("section", { class: "card gaps" });
  let isAll = false;
  let model = first;
  const update = (/** @type {Model["gaps"]} */ next) => {
    model = next;
    const rows = isAll ? model.rows : model.rows.slice(0, SOME);
    const more = h("button", { type: "button", class: "quiet" }, `Show all ${model.rows.length}`);
    more.addEventListener("click", () => {
      isAll = true;
      update(model);
      element.querySelector("table")?.focus();
    });
    element.replaceChildren(
      h("h2", {}, model.title, " ", h("span", { class: "count" }, ...model.total.map(partNode))),
      model.rows.length
        ? h("table", { tabindex: -1 },
            h("thead", {}, h("tr", {}, ...["From", "Unknown for", "What", "Missing"].map((head) => h("th", { scope: "col" }, head)))),
            h("tbody", {}, ...rows.map((row) => h("tr", {},
              h("th", { scope: "row" }, partNode(row.start)), h("td", {}, partNode(row.length)), h("td", { class: "kind" }, row.kind), h("td", {}, partNode(row.what))))))
        : h("p", { class: "note" }, "All of the time that was asked for is known."),
      rows.length < model.rows.length ? more : "",
    );
  };
  update(first);
  return { element, update };
}

/** A tab: what it shows of a document, and what its reader did to it. */
export class Panel {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    /** @type {string | null} */
    this.signature = null;
    /** @type {Group | null} */
    this.group = null;
    /** @type {((model: Model) => void)[]} */
    this.updates = [];
    this.watch = new ResizeObserver(() => requestAnimationFrame(() => this.resize()));
    onTheme(() => this.group?.charts.forEach((chart) => chart.plot?.redraw(false)));
  }

  resize() {
    for (const chart of this.group?.charts ?? []) chart.resize();
  }

  /** @param {Doc} doc @param {Grid} grid @param {Model} model */
  show(doc, grid, model) {
    const parts = [model.hero !== null, doc.zone.name, model.charts.map(({ key, lines }) => [key, lines.map(({ name, kind }) => name + kind)]), model.bars.map(({ key, head }) => [key, head]), model.heats.map(({ key }) => key), doc.bucket];
    const signature = JSON.stringify(parts);
    this.doc = doc;
    this.grid = grid;
    if (this.group) this.group.edges = grid.edges;
    if (signature === this.signature && this.group) {
      const { range } = this.group;
      if (range && (range[1] <= grid.edges[0] || range[0] >= grid.edges[grid.edges.length - 1])) this.group.range = null;
      for (const update of this.updates) update(model);
      return;
    }
    this.signature = signature;
    this.build(doc, grid, model);
  }

  /** @param {Doc} doc @param {Grid} grid @param {Model} model */
  build(doc, grid, model) {
    this.watch.disconnect();
    const hidden = this.group?.hidden ?? new Set();
    const range = this.group?.range ?? null;
    const group = new Group(doc.zone, doc.bucket, grid.edges);
    group.hidden = hidden;
    group.range = range;
    this.group = group;
    this.updates = [];
    /** @template T @param {View<T>} view @param {(model: Model) => T | null | undefined} pick */
    const add = (view, pick) => {
      this.updates.push((next) => {
        const found = pick(next);
        if (found) view.update(found);
      });
      return view.element;
    };
    const heading = h("h2", {});
    const known = h("p", { class: "note" });
    /** @param {Model} next */
    const head = (next) => {
      setText(heading, next.heading);
      setParts(known, next.known ? [{ key: "known", ...next.known }, { text: " known" }] : []);
    };
    head(model);
    this.updates.push(head);
    const charts = model.charts.map((chart, i) => {
      const made = new Chart(group, chart);
      this.updates.push((next) => made.update(next.charts[i]));
      return made;
    });
    const wide = charts.filter((chart) => chart.model.tall).map((chart) => chart.element);
    const small = charts.filter((chart) => !chart.model.tall).map((chart) => chart.element);
    const heats = model.heats.map((one, i) => add(heat(one), (next) => next.heats[i]));
    const lists = model.bars.map((one, i) => add(bars(one), (next) => next.bars[i]));
    this.host.replaceChildren(
      h("div", { class: "span" }, heading, known),
      h("div", { class: model.hero ? "head with-hero" : "head" },
        model.hero && add(hero(model.hero), (next) => next.hero), add(cards(model.cards), (next) => next.cards)),
      ...(model.isLong ? [...heats, ...lists, this.tools(model, group), ...wide] : [this.tools(model, group), ...wide, ...lists, ...heats]),
      small.length ? h("div", { class: "smalls" }, ...small) : "",
      add(gaps(model.gaps), (next) => next.gaps),
    );
    let i = 0;
    const drawNext = () => {
      if (this.group !== group || i >= charts.length) return;
      charts[i].draw();
      this.watch.observe(charts[i].host);
      i += 1;
      requestAnimationFrame(() => setTimeout(drawNext));
    };
    if (model.isLong) requestAnimationFrame(() => setTimeout(drawNext));
    else drawNext();
  }

  /** @param {Node | string} content in place of data */
  empty(content) {
    this.signature = null;
    this.watch.disconnect();
    this.host.replaceChildren(content);
  }

  /** All charts at once, as big as their places and letters are now. */
  redraw() {
    for (const chart of this.group?.charts ?? []) {
      chart.plot?.destroy();
      chart.plot = null;
      chart.draw();
    }
  }

  /** @param {Model} model @param {Group} group */
  tools(model, group) {
    /** @type {Map<string, string>} */
    const tones = new Map();
    const names = new Map(model.charts.flatMap(({ lines }) => lines.map((line) => [line.name, line.label])));
    for (const { lines } of model.charts) for (const line of lines) if (!tones.has(line.name)) tones.set(line.name, line.tone);
    const chips = [...names].map(([name, label]) => {
      const chip = h("button", { type: "button", class: `chip ${tones.get(name)}`, "aria-pressed": "true", "data-series": name.trim() }, label);
      chip.addEventListener("click", () => group.toggle(name));
      return { chip, name };
    });
    /** @param {string} text @param {string} label @param {() => void} act */
    const button = (text, label, act) => {
      const made = h("button", { type: "button", class: "quiet", "aria-label": label }, text);
      made.addEventListener("click", act);
      return made;
    };
    const nearer = button("+", "Zoom in", () => group.zoomBy(0.5));
    const back = button("Show all", "Zoom back to all", () => group.zoom(null));
    const wider = button("−", "Zoom out", () => group.zoomBy(2));
    const save = button("CSV", "Download as CSV what is shown", () => this.save());
    save.dataset.action = "csv";
    back.dataset.action = "back";
    group.onChange = () => {
      for (const { chip, name } of chips) chip.setAttribute("aria-pressed", String(!group.hidden.has(name)));
      back.hidden = group.range === null;
    };
    group.onChange();
    return h("div", { class: "tools" },
      h("div", { class: "chips", role: "group", "aria-label": "Series" }, ...chips.map(({ chip }) => chip)),
      h("div", { class: "zoom", role: "group", "aria-label": "Charts" }, back, wider, nearer, save));
  }

  save() {
    const { doc, grid, group } = this;
    if (!doc || !grid || !group) return;
    const names = [...doc.series.keys()].filter((name) => !group.hidden.has(name));
    const day = new Date(doc.zone.local(grid.edges[grid.edges.length - 1] - 1)).toISOString().slice(0, 10);
    download(`powerstats-${doc.tier}-${day}.csv`, csv(rows(doc, grid, names, group.range)), "text/csv;charset=utf-8");
  }
}
