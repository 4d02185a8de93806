/** A chart, the values that are read in it, and its table. The charts of a group are read together. */

import * as format from "../lib/format.js";
import { chartTable } from "../lib/tables.js";
import { say } from "../lib/words.js";
import { drawAxes, timeTicks, valueRange, valueTicks } from "./axes.js";
import { disclosure, h, partNode, setText } from "./dom.js";
import { drawBlanks, drawLines } from "./lines.js";
import { Plot } from "./plot.js";
import { colour } from "./theme.js";

/** @typedef {import("../lib/model.js").Chart} Model */
/** @typedef {import("../lib/model.js").Line} Line */
/** @typedef {import("./group.js").Group} Group */
/** @typedef {import("./plot.js").Sheet} Sheet */

const FIELDS = /** @type {const} */ (["values", "min", "max"]);

export class Chart {
  /** @param {Group} group @param {Model} model */
  constructor(group, model) {
    this.group = group;
    this.model = model;
    this.edges = group.edges;
    /** @type {Plot | null} */
    this.plot = null;
    this.reading = h("p", { class: "reading" });
    this.host = h("div", {
      class: model.tall ? "plot tall" : "plot",
      tabindex: 0,
      role: "application",
      "aria-label": say("chart.read", { title: model.title }),
    });
    this.table = disclosure(model.title, () => chartTable(this.model, this.group));
    this.element = h(
      "figure",
      { class: model.tall ? "card chart wide" : "card chart", "data-chart": model.key },
      h(
        "figcaption",
        {},
        h("h2", {}, model.title),
        h("span", { class: "note" }, model.unit),
        this.reading,
      ),
      this.host,
      this.table.element,
    );
    this.host.addEventListener("keydown", (event) => this.press(event));
    group.charts.add(this);
    this.showReading();
    this.element.hidden = this.lines.length === 0;
  }

  /** @returns {Line[]} those that are switched on */
  get lines() {
    return this.model.lines.filter((line) => !this.group.hidden.has(line.id));
  }

  /** @param {Model} model of the same lines */
  update(model) {
    const [edges, before] = [this.edges, this.model];
    this.model = model;
    this.edges = this.group.edges;
    const isSame =
      edges.length === this.edges.length &&
      edges[0] === this.edges[0] &&
      String(before.blanks) === String(model.blanks) &&
      before.lines.every((line, i) => isEqual(line, model.lines[i]));
    if (!isSame) this.showView();
  }

  /** Draws the chart, if it has a place on the page. */
  draw() {
    const { group, host, element } = this;
    if (!host.isConnected || element.hidden) return;
    this.plot ??= new Plot(host, {
      paint: (sheet) => this.paint(sheet),
      onRead: (at) => group.read(at === null ? null : group.at(group.instant(at))),
      onSpan: (from, to) => group.zoom([group.instant(from), group.instant(to)]),
      onWhole: () => group.zoom(null),
    });
    this.plot.draw();
  }

  /** @param {Sheet} sheet */
  paint(sheet) {
    const { group, model, lines } = this;
    const { brush, box, pixel, letter } = sheet;
    const [from, to] = group.view;
    const [low, high] = valueRange(lines, model.zero, group.cells);
    /** @param {number} at */
    const across = (at) => box.left + ((at - from) / (to - from)) * box.width;
    /** @param {number} value */
    const up = (value) => box.top + ((high - value) / (high - low)) * box.height;
    const most = Math.max(2, Math.floor(brush.canvas.width / pixel / (letter * 4.6)));
    const least = ((high - low) * letter * (model.tall ? 2.4 : 1.6) * pixel) / box.height;
    const style = {
      font: `${Math.round(letter * 0.75) * pixel}px system-ui, sans-serif`,
      ink: colour("--quiet"),
      hair: colour("--hair"),
      gap: Math.round(5 * pixel),
      hairWidth: Math.max(1, Math.round(pixel)),
    };
    drawBlanks(
      sheet,
      model.blanks.map(([start, end]) => [across(start), across(end)]),
    );
    drawAxes(
      brush,
      box,
      style,
      timeTicks(group.zone, from, to, most).map(({ at, text }) => ({ at: across(at), text })),
      valueTicks(low, high, least).map(({ at, text }) => ({ at: up(at), text })),
    );
    // From the lowest to the highest value of a day, the band is nearly as tall as the chart.
    const strength = group.bucket === "day" ? 0.6 : 1;
    drawLines(sheet, lines, { x: (cell) => across(group.edges[cell]), y: up }, strength);
  }

  resize() {
    this.plot?.resize();
  }

  /** Shows another part of the buckets. */
  showView() {
    this.plot?.draw();
    this.read();
    this.table.update();
  }

  /** Shows the lines that are switched on. */
  showLines() {
    this.element.hidden = this.lines.length === 0;
    this.draw();
    this.showReading();
    this.table.update();
  }

  /** Shows the bucket that is read. */
  read() {
    this.showReading();
    const { cell, edges, view } = this.group;
    const [from, to] = view;
    const middle = cell === null ? null : (edges[cell] + edges[cell + 1]) / 2;
    this.plot?.point(
      middle === null || middle < from || middle > to ? null : (middle - from) / (to - from),
    );
  }

  showReading() {
    const { group, model, reading, lines } = this;
    const { cell, zone, edges, bucket } = group;
    const hasNames = model.lines.length > 1;
    if (reading.childElementCount !== lines.length + 1) {
      reading.replaceChildren(
        h("span", { class: "when" }),
        ...lines.map(() =>
          h("span", {}, h("span", { class: hasNames ? "name" : "hidden" }), h("b")),
        ),
      );
    }
    const [when, ...items] = /** @type {HTMLElement[]} */ ([...reading.children]);
    reading.classList.toggle("rest", cell === null);
    setText(
      when,
      cell === null ? "" : format.bucketSpan(zone, edges[cell], edges[cell + 1], bucket),
    );
    lines.forEach((line, i) => {
      const [name, value] = /** @type {HTMLElement[]} */ ([...items[i].children]);
      items[i].className = hasNames ? `swatch ${line.tone}` : "";
      setText(name, line.label);
      if (cell === null) value.replaceChildren(...(line.rest?.(group.chosen) ?? []).map(partNode));
      else setText(value, readText(line, cell));
    });
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const { group } = this;
    const [first, end] = group.cells;
    /** @param {number} cell */
    const go = (cell) => group.read(Math.max(first, Math.min(end - 1, cell)));
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowRight: () => go(group.cell === null ? first : group.cell + 1),
      ArrowLeft: () => go(group.cell === null ? end - 1 : group.cell - 1),
      Home: () => go(first),
      End: () => go(end - 1),
      "+": () => group.zoomBy(0.5),
      "=": () => group.zoomBy(0.5),
      "-": () => group.zoomBy(2),
      Escape: () => {
        group.read(null);
        group.zoom(null);
      },
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}

/** @param {Line} one @param {Line} other @returns {boolean} */
const isEqual = (one, other) =>
  FIELDS.every((field) => {
    const [before, after] = [one[field] ?? [], other[field] ?? []];
    return before.length === after.length && before.every((value, i) => value === after[i]);
  });

/** @param {Line} line @param {number} cell @returns {string} */
function readText(line, cell) {
  const value = line.values[cell];
  if (value == null) return "–";
  const [low, high] = [line.min?.[cell], line.max?.[cell]];
  const band =
    low == null || high == null
      ? ""
      : ` (${format.plain(low, line.unit)}–${format.plain(high, line.unit)})`;
  const text = `${format.measure(value, line.unit)}${band}`;
  return line.partial?.[cell] ? say("partly", { value: text }) : text;
}
