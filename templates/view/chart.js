/** A chart, the values that are read in it, and its table. The charts of a group are read together. */

import * as format from "../lib/format.js";
import { say } from "../lib/words.js";
import { announce } from "./announce.js";
import { drawAxes, fittingTicks, labelEnds, timeTicks, valueRange, valueTicks } from "./axes.js";
import { disclosure } from "./disclosure.js";
import { go, h, partNode, setText } from "./dom.js";
import { drawBlanks, drawCorrected, drawLines } from "./lines.js";
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
    /** The bucket that a finger has read. @type {number | null} */
    this.touched = null;
    /** What was in view when a pinch began. @type {[number, number] | null} */
    this.pinched = null;
    /** Where a span that the keyboard marks begins. @type {number | null} */
    this.anchor = null;
    this.reading = h("p", { class: "reading" });
    this.host = h("div", {
      class: model.tall ? "plot tall" : "plot",
      tabindex: 0,
      role: "application",
      "aria-label": say("chart.read", { title: model.title }),
    });
    this.table = disclosure(model.title, (tables) => tables.chartTable(this.model, this.group));
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
      onPress: (at, isTouch) => this.open(group.at(group.instant(at)), isTouch),
      onSpan: (from, to) => group.zoom([group.instant(from), group.instant(to)]),
      onPinch: (span) => this.stretch(span),
      onWhole: () => group.zoom(null),
    });
    this.plot.draw();
  }

  /** @param {number} cell that was pressed @param {boolean} isTouch the first touch reads a bucket, the second opens it */
  open(cell, isTouch) {
    const hash = this.group.hash(cell);
    if (hash !== undefined && (!isTouch || this.touched === cell)) go(hash);
    this.touched = isTouch ? cell : null;
  }

  /** @param {[number, number] | null} span */
  stretch(span) {
    const { group } = this;
    if (!span) this.pinched = group.view;
    if (!span || !this.pinched) return;
    const [from, to] = this.pinched;
    const ends = span.map((share) => from + share * (to - from));
    const [first, last] = [group.start, group.edges[group.edges.length - 1]];
    if (ends[1] > first && ends[0] < last) {
      group.zoom([Math.max(first, ends[0]), Math.min(last, ends[1])]);
    }
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
    brush.font = style.font;
    drawBlanks(
      sheet,
      model.blanks.map(([start, end]) => [across(start), across(end)]),
    );
    drawAxes(
      brush,
      box,
      style,
      fittingTicks(
        (count) =>
          timeTicks(group.zone, from, to, count).map(({ at, text }) => ({ at: across(at), text })),
        most,
        (tick) => {
          const [start, end] = labelEnds(brush, tick);
          return [start, end + letter * 0.6 * pixel];
        },
      ),
      valueTicks(low, high, least).map(({ at, text }) => ({ at: up(at), text })),
    );
    // From the lowest to the highest value of a day, the band is nearly as tall as the chart.
    const strength = group.bucket === "day" ? 0.6 : 1;
    /** @param {number} cell */
    const x = (cell) => across(group.edges[cell]);
    drawLines(sheet, lines, { x, y: up }, strength);
    drawCorrected(sheet, lines, x, group.cells);
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
        h("a", { class: "when" }),
        ...lines.map(() => h("span", {}, h("span", { class: "name", hidden: !hasNames }), h("b"))),
      );
    }
    const [when, ...items] = /** @type {HTMLElement[]} */ ([...reading.children]);
    reading.classList.toggle("rest", cell === null);
    setText(
      when,
      cell === null ? "" : format.bucketSpan(zone, edges[cell], edges[cell + 1], bucket),
    );
    const hash = cell === null ? undefined : group.hash(cell);
    if (hash === undefined) when.removeAttribute("href");
    else when.setAttribute("href", hash);
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
    const act = this.acts()[event.key];
    if (!act || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const { cell } = this.group;
    if (!event.shiftKey && event.key !== "Enter") this.anchor = null;
    else this.anchor ??= event.key === "Enter" ? null : (cell ?? this.group.cells[0]);
    act();
    this.mark();
    this.say();
  }

  /** @returns {Record<string, () => void>} what keys do */
  acts() {
    const { group } = this;
    const [first, end] = group.cells;
    /** @param {number} cell */
    const read = (cell) => group.read(Math.max(first, Math.min(end - 1, cell)));
    // What is still to come of today has nothing to read.
    let last = end - 1;
    while (last > first && group.edges[last + 1] > Date.now()) last--;
    return {
      ArrowRight: () => read(group.cell === null ? first : group.cell + 1),
      ArrowLeft: () => read(group.cell === null ? last : group.cell - 1),
      Home: () => read(first),
      End: () => read(last),
      "+": () => group.zoomBy(0.5),
      "=": () => group.zoomBy(0.5),
      "-": () => group.zoomBy(2),
      Enter: () => this.enter(),
      Escape: () => {
        group.read(null);
        group.zoom(null);
      },
    };
  }

  /** Chooses the span that is marked, or opens the bucket that is read. */
  enter() {
    const { group, anchor } = this;
    const { cell, edges } = group;
    if (cell === null) return;
    const hash = group.hash(cell);
    this.anchor = null;
    if (anchor !== null) {
      group.zoom([edges[Math.min(anchor, cell)], edges[Math.max(anchor, cell) + 1]]);
    } else if (hash !== undefined) go(hash);
  }

  /** Marks the buckets from the anchor to the one that is read. */
  mark() {
    const { anchor, group } = this;
    const { cell, edges, view } = group;
    if (anchor === null || cell === null) return this.plot?.mark(null);
    const ends = [edges[Math.min(anchor, cell)], edges[Math.max(anchor, cell) + 1]];
    const [from, to] = ends.map((at) => (at - view[0]) / (view[1] - view[0]));
    this.plot?.mark([from, to]);
  }

  /** Says what is read. */
  say() {
    const { cell } = this.group;
    if (cell === null) return;
    const values = this.lines.map((line) => {
      const text = line.values[cell] == null ? say("unknown") : readText(line, cell);
      return `${line.label} ${text}`;
    });
    announce([this.reading.firstElementChild?.textContent, ...values].join(", "));
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
  const known = `${format.measure(value, line.unit)}${band}`;
  const text = line.corrected?.[cell] ? say("corrected", { value: known }) : known;
  return line.partial?.[cell] ? say("partly", { value: text }) : text;
}
