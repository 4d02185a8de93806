/** A tab's content, made once and then kept up to date in place. */

import { csv, rows } from "../lib/csv.js";
import * as format from "../lib/format.js";
import { idText } from "../lib/model.js";
import { Chart } from "./chart.js";
import { disclosure, download, h, partNode, setParts, setText } from "./dom.js";
import { Group } from "./group.js";
import { onPixels } from "./plot.js";
import { onTheme } from "./theme.js";

/** @typedef {import("../lib/model.js").Model} Model */
/** @typedef {import("../lib/model.js").Rest} Rest */
/** @typedef {import("../lib/model.js").Card} CardModel */
/** @typedef {import("../lib/data.js").Doc} Doc */
/** @typedef {import("../lib/data.js").Grid} Grid */

/** A part of the page that shows a model, and then the next one. @template T @typedef {{ element: HTMLElement, update: (model: T) => void }} View */

/** The days that it is about. @returns {View<Rest>} */
function heading() {
  const days = h("h2");
  const known = h("p", { class: "note" });
  return {
    element: h("div", { class: "span" }, days, known),
    update: (model) => {
      setText(days, model.heading);
      setParts(known, model.known ? [{ key: "known", ...model.known }, { text: " known" }] : []);
    },
  };
}

/** The biggest figure of the page. @returns {View<NonNullable<Rest["hero"]>>} */
function hero() {
  const label = h("h2", {});
  const figure = h("b", { "data-value": "now" });
  const unit = h("span", { class: "unit" });
  const when = h("p", { class: "note" });
  const sunFigure = h("b", { "data-value": "solar-now" });
  const sunUnit = h("span", { class: "unit" });
  const sunNote = h("span", { class: "note" });
  const sun = h(
    "p",
    { class: "sun-now" },
    h("span", { class: "label" }, "Solar"),
    h("span", { class: "value" }, sunFigure, sunUnit),
    sunNote,
  );
  const meter = h("i");
  const known = h("span", { "data-value": "known" });
  const element = h(
    "section",
    { class: "card hero" },
    h("div", {}, label, h("p", { class: "figure" }, figure, unit), when),
    sun,
    h(
      "p",
      { class: "known" },
      h("span", { class: "track", "aria-hidden": "true" }, meter),
      known,
      " known",
    ),
  );
  /** @param {NonNullable<Rest["hero"]>} model */
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
  return { element, update };
}

/** @returns {View<CardModel[]>} */
function cards() {
  const element = h("div", { class: "cards" });
  /** @param {CardModel} model */
  const make = (model) => {
    const value = h("b", { "data-value": model.key });
    const unit = h("span", { class: "unit" });
    const notes = h("div", { class: "note" });
    return {
      element: h(
        "section",
        { class: `card stat ${model.tone ?? ""}` },
        h("h2", {}, model.label),
        h("p", { class: "value" }, value, unit),
        notes,
      ),
      value,
      unit,
      notes,
    };
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
  return { element, update };
}

/** @param {Rest["bars"][number]} first @returns {View<Rest["bars"][number]>} */
function bars(first) {
  const body = h("tbody");
  const [name, ...heads] = first.head;
  const element = h(
    "section",
    { class: "card bars", "data-bars": first.key },
    h("h2", { id: `bars-${first.key}` }, first.title),
    h(
      "div",
      { class: "scroll", role: "region", tabindex: 0, "aria-labelledby": `bars-${first.key}` },
      h(
        "table",
        { "aria-labelledby": `bars-${first.key}` },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col" }, name),
            h("td", { class: "bar" }),
            ...heads.map((head) => h("th", { scope: "col" }, head)),
          ),
        ),
        body,
      ),
    ),
  );
  /** @param {Rest["bars"][number]} model */
  const update = (model) =>
    body.replaceChildren(
      ...model.rows.map((row) => {
        const track = h(
          "td",
          { class: "bar" },
          h(
            "div",
            { class: "track" },
            ...row.bars.map((bar) => {
              const made = h("i", { class: `${bar.tone}${bar.partial ? " partial" : ""}` });
              made.style.width = `${bar.share * 100}%`;
              return made;
            }),
          ),
        );
        return h(
          "tr",
          {},
          h("th", { scope: "row" }, row.label),
          track,
          ...row.cells.map((cell) => h("td", {}, partNode(cell))),
        );
      }),
    );
  return { element, update };
}

/** @param {Rest["heats"][number]} first @returns {View<Rest["heats"][number]>} */
function heat(first) {
  let model = first;
  const reading = h("p", { class: "reading" });
  const squares = h("div", { class: "squares", role: "img" });
  const scale = h("p", { class: "scale" });
  const table = disclosure(first.title, () => ({
    head: [model.key === "hours" ? "Day" : "Month", ...model.columns],
    rows: model.rows.map((row) => [
      { text: row.label },
      ...row.cells.map((cell) => ({
        key: cell ? `heat-${model.key}-${cell.name}` : undefined,
        raw: cell?.value ?? null,
        text: cell ? format.plain(cell.value, model.unit) : "",
      })),
    ]),
  }));
  /** @param {Event} event */
  const read = (event) => {
    const square = /** @type {HTMLElement} */ (event.target).dataset;
    const cell =
      square.cell === undefined ? null : model.rows[Number(square.row)].cells[Number(square.cell)];
    setText(
      reading,
      cell
        ? `${cell.name}: ${cell.value === null ? "unknown" : format.measure(cell.value, model.unit)}${cell.partial ? ", in part" : ""}`
        : "",
    );
  };
  squares.addEventListener("pointerover", read);
  squares.addEventListener("pointerdown", read);
  squares.addEventListener("pointerleave", () => setText(reading, ""));
  const element = h(
    "figure",
    { class: `card chart wide heat ${first.key}`, "data-chart": first.key },
    h("figcaption", {}, h("h2", {}, first.title), reading),
    squares,
    scale,
    table.element,
  );
  /** @param {typeof first} next */
  const update = (next) => {
    model = next;
    squares.setAttribute(
      "aria-label",
      `${model.title}, as squares from ${format.measure(model.low, model.unit)} to ${format.measure(model.high, model.unit)}`,
    );
    squares.style.setProperty("--columns", String(model.columns.length));
    const every = model.columns.length > 28 ? 5 : 3;
    squares.replaceChildren(
      h("span"),
      ...model.columns.map((column, i) =>
        h(
          "span",
          { class: "column" },
          (
            model.key === "hours"
              ? Number(column) % every === 0 && column !== model.columns[i - 1]
              : i === 0 || (i + 1) % every === 0
          )
            ? column
            : "",
        ),
      ),
      ...model.rows.flatMap((row, r) => [
        h("span", { class: "row" }, row.label),
        ...row.cells.map((cell, c) => {
          if (!cell) return h("i", { class: "none" });
          const square = h("i", {
            "data-row": r,
            "data-cell": c,
            class: cell.value === null ? "blank" : cell.partial ? "partial" : null,
          });
          const share =
            cell.value === null
              ? 0
              : model.high > model.low
                ? (cell.value - model.low) / (model.high - model.low)
                : 1;
          square.style.setProperty("--share", `${Math.round(share * 100)}%`);
          return square;
        }),
      ]),
    );
    scale.replaceChildren(
      partNode({
        key: `${model.key}-low`,
        raw: model.low,
        text: format.measure(model.low, model.unit),
      }),
      h("span", { class: "ramp" }),
      partNode({
        key: `${model.key}-high`,
        raw: model.high,
        text: format.measure(model.high, model.unit),
      }),
      ...[
        ["blank", "unknown"],
        ["partial", "known in part"],
      ].map(([kind, text]) => h("span", { class: "key" }, h("i", { class: kind }), text)),
    );
    table.update();
  };
  return { element, update };
}

/** How many gaps are listed at first. */
const SOME = 8;

/** @param {Rest["gaps"]} first @returns {View<Rest["gaps"]>} */
function gaps(first) {
  const element = h("section", { class: "card gaps" });
  let isAll = false;
  let model = first;
  const update = (/** @type {Rest["gaps"]} */ next) => {
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
        ? h(
            "table",
            { tabindex: -1 },
            h(
              "thead",
              {},
              h(
                "tr",
                {},
                ...["From", "Unknown for", "What", "Missing"].map((head) =>
                  h("th", { scope: "col" }, head),
                ),
              ),
            ),
            h(
              "tbody",
              {},
              ...rows.map((row) =>
                h(
                  "tr",
                  {},
                  h("th", { scope: "row" }, partNode(row.start)),
                  h("td", {}, partNode(row.length)),
                  h("td", { class: "kind" }, row.kind),
                  h("td", {}, partNode(row.what)),
                ),
              ),
            ),
          )
        : h("p", { class: "note" }, "All of the time that was asked for is known."),
      rows.length < model.rows.length ? more : "",
    );
  };
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
    /** @type {((model: Model, rest: Rest) => void)[]} */
    this.updates = [];
    this.watch = new ResizeObserver(() => requestAnimationFrame(() => this.resize()));
    onTheme(() => this.redraw());
    onPixels(() => this.resize());
  }

  resize() {
    for (const chart of this.group?.charts ?? []) chart.resize();
  }

  /** @param {Doc} doc @param {Grid} grid @param {Model} model */
  show(doc, grid, model) {
    const { zone, bucket, series } = doc;
    const { edges, columns } = grid;
    // What there is to show does not depend on how much is known of a series, but on whether anything is.
    const signature = JSON.stringify([
      zone.name,
      bucket,
      [...series].map(([name, { unit, counter }]) => [
        name,
        unit,
        counter,
        columns.get(name)?.some(Boolean),
      ]),
    ]);
    this.doc = doc;
    this.grid = grid;
    this.model = model;
    if (signature === this.signature && this.group) {
      const { group } = this;
      const { range } = group;
      group.edges = edges;
      if (range && (range[1] <= edges[0] || range[0] >= edges[edges.length - 1]))
        group.range = null;
      const rest = model.rest();
      for (const update of this.updates) update(model, rest);
    } else {
      this.signature = signature;
      this.build(new Group(zone, bucket, edges, this.group?.range, this.group?.hidden), model);
    }
  }

  /** @param {Group} group @param {Model} model */
  build(group, model) {
    this.watch.disconnect();
    this.group = group;
    const charts = model.charts.map((chart) => new Chart(group, chart));
    this.updates = [(next) => charts.forEach((chart, i) => chart.update(next.charts[i]))];
    this.host.replaceChildren(...charts.map((chart) => chart.element));
    charts[0]?.draw();
    // What is around it takes longer, and is there in the same frame.
    requestAnimationFrame(() => {
      if (this.group === group && this.signature) this.complete(group, this.model ?? model);
    });
  }

  /** @param {Group} group @param {Model} model whose charts are there */
  complete(group, model) {
    const rest = model.rest();
    /** @template T @param {View<T>} view @param {(rest: Rest) => T | null | undefined} pick */
    const add = (view, pick) => {
      /** @param {Model} _ @param {Rest} next */
      const update = (_, next) => {
        const found = pick(next);
        if (found) view.update(found);
      };
      this.updates.push(update);
      update(model, rest);
      return view.element;
    };
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
      this.tools(group),
    );
    this.host.append(
      ...(model.isLong ? [] : [...lists, ...heats]),
      smalls.length ? h("div", { class: "smalls" }, ...smalls) : "",
      add(gaps(rest.gaps), (next) => next.gaps),
    );
    // It may have brought a scroll bar.
    this.resize();
    const charts = [...group.charts];
    const drawNext = () => {
      const chart = charts.shift();
      if (this.group !== group || !chart) return;
      chart.draw();
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

  /** Draws all charts at once. */
  redraw() {
    for (const chart of this.group?.charts ?? []) chart.plot?.draw();
  }

  /** @param {Group} group */
  tools(group) {
    /** @type {Map<import("../lib/model.js").LineId, import("../lib/model.js").Line>} */
    const lines = new Map();
    for (const { model } of group.charts)
      for (const line of model.lines) if (!lines.has(line.id)) lines.set(line.id, line);
    const chips = [...lines.values()].map(({ id, label, tone }) => {
      const chip = h(
        "button",
        {
          type: "button",
          class: `chip ${tone}`,
          "aria-pressed": "true",
          "data-series": idText(id),
        },
        label,
      );
      chip.addEventListener("click", () => group.toggle(id));
      return { chip, id };
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
      for (const { chip, id } of chips)
        chip.setAttribute("aria-pressed", String(!group.hidden.has(id)));
      back.hidden = group.range === null;
    };
    group.onChange();
    return h(
      "div",
      { class: "tools" },
      h(
        "div",
        { class: "chips", role: "group", "aria-label": "Series" },
        ...chips.map(({ chip }) => chip),
      ),
      h("div", { class: "zoom", role: "group", "aria-label": "Charts" }, back, wider, nearer, save),
    );
  }

  save() {
    const { doc, grid, group } = this;
    if (!doc || !grid || !group) return;
    const names = [...doc.series.keys()].filter((name) => !group.hidden.has(name));
    const day = new Date(doc.zone.local(grid.edges[grid.edges.length - 1] - 1))
      .toISOString()
      .slice(0, 10);
    download(
      `powerstats-${doc.tier}-${day}.csv`,
      csv(rows(doc, grid, names, group.range)),
      "text/csv;charset=utf-8",
    );
  }
}
