/** Charts over one row of buckets, read and zoomed together; uPlot draws their axes and cursors. */

import uPlot from "uplot";
import * as format from "../lib/format.js";
import { ticks } from "../lib/time.js";
import { disclosure, h, partNode, setText } from "./dom.js";
import { colour } from "./theme.js";

/** @typedef {import("../lib/model.js").Chart} Model */
/** @typedef {import("../lib/model.js").Line} Line */
/** @typedef {import("../lib/time.js").Zone} Zone */

/** @type {Record<Line["tone"], string>} */
const TONES = { use: "--use", sun: "--sun", ink: "--ink-1", ink2: "--ink-2", ink3: "--ink-3", ghost: "--ghost", soft: "--soft" };

const fields = /** @type {const} */ (["values", "min", "max"]);

/** What the charts of a tab share: the buckets, the part of them in view, the one that is read. */
export class Group {
  /** @param {Zone} zone @param {string} bucket @param {number[]} edges */
  constructor(zone, bucket, edges) {
    this.zone = zone;
    this.bucket = bucket;
    this.edges = edges;
    /** @type {[number, number] | null} */
    this.range = null;
    /** @type {number | null} */
    this.cell = null;
    /** @type {Set<string>} */
    this.hidden = new Set();
    /** @type {Set<Chart>} */
    this.charts = new Set();
    /** @type {() => void} */
    this.onChange = () => {};
  }

  /** @returns {[number, number]} */
  get view() {
    return this.range ?? [this.edges[0], this.edges[this.edges.length - 1]];
  }

  /** @param {number} at @returns {number} the bucket that holds an instant */
  at(at) {
    let low = 0;
    let high = this.edges.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.edges[middle] <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** @param {number | null} cell @param {Chart} [source] whose own cursor is there already */
  read(cell, source) {
    if (cell === this.cell) return;
    this.cell = cell;
    for (const chart of this.charts) chart.read(cell, chart === source);
  }

  /** @param {[number, number] | null} range whole buckets, at least three */
  zoom(range) {
    if (range) {
      const last = this.edges.length - 1;
      let from = this.at(range[0]);
      let to = this.at(range[1] - 1) + 1;
      if (to - from < 3) {
        from = Math.max(0, Math.min(from - 1, last - 3));
        to = Math.min(last, from + 3);
      }
      range = from === 0 && to === last ? null : [this.edges[from], this.edges[to]];
    }
    this.range = range;
    for (const chart of this.charts) {
      chart.rescale();
      chart.table.update();
    }
    this.onChange();
  }

  /** @param {number} factor */
  zoomBy(factor) {
    const [from, to] = this.view;
    const middle = this.cell === null ? (from + to) / 2 : this.edges[this.cell];
    const half = ((to - from) / 2) * factor;
    const [first, last] = [this.edges[0], this.edges[this.edges.length - 1]];
    if (half * 2 >= last - first) this.zoom(null);
    else {
      const start = Math.min(Math.max(middle - half, first), last - half * 2);
      this.zoom([start, start + half * 2]);
    }
  }

  /** @param {string} name */
  toggle(name) {
    if (!this.hidden.delete(name)) this.hidden.add(name);
    for (const chart of this.charts) chart.showLines();
    this.onChange();
  }
}

export class Chart {
  /** @param {Group} group @param {Model} model */
  constructor(group, model) {
    this.group = group;
    this.model = model;
    this.edges = group.edges;
    /** @type {uPlot | null} */
    this.plot = null;
    this.reading = h("p", { class: "reading" });
    this.host = h("div", {
      class: model.tall ? "plot tall" : "plot", tabindex: 0, role: "application",
      "aria-label": `Chart of ${model.title}. Arrow keys read it, plus and minus zoom, escape shows all.`,
    });
    this.table = disclosure(model.title, () => this.rows());
    this.element = h("figure", { class: model.tall ? "card chart wide" : "card chart", "data-chart": model.key },
      h("figcaption", {}, h("h2", {}, model.title), h("span", { class: "note" }, model.unit), this.reading), this.host, this.table.element);
    this.host.addEventListener("keydown", (event) => this.key(event));
    group.charts.add(this);
    this.showReading();
    this.element.hidden = this.isHidden();
  }

  isHidden() {
    return this.model.lines.every((line) => this.group.hidden.has(line.name));
  }

  /** @param {Model} model of the same lines */
  update(model) {
    const before = this.model;
    const edges = this.edges;
    this.model = model;
    this.edges = this.group.edges;
    const isSame = edges.length === this.edges.length && edges[0] === this.edges[0] &&
      String(before.blanks) === String(model.blanks) && before.lines.every((line, i) =>
        fields.every((field) => isEqual(line, model.lines[i], field)));
    if (isSame) return;
    this.plot?.setData(this.data(), false);
    this.rescale();
    this.showReading();
    this.table.update();
  }

  /** @returns {uPlot.AlignedData} */
  data() {
    return [this.group.edges.slice(0, -1), ...this.model.lines.flatMap((line) => [line.max ?? line.values, line.values])];
  }

  draw() {
    if (this.plot || !this.host.isConnected || this.element.hidden) return;
    const { group, model } = this;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const font = `${Math.round(rem * 0.75)}px system-ui, sans-serif`;
    /** @type {uPlot.Axis} */
    const axis = {
      font, stroke: () => colour("--quiet"), ticks: { show: false },
      grid: { stroke: () => colour("--hair"), width: 1 },
    };
    this.plot = new uPlot({
      ...this.size(), ms: 1, pxAlign: 1, padding: [rem * 0.75, rem * 0.5, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false, dist: 8 } },
      scales: {
        x: { time: false, range: () => group.view },
        y: { range: () => this.range() },
      },
      axes: [
        {
          ...axis, size: rem * 2, grid: { show: false },
          splits: (u, _, min, max) => ticks(group.zone, min, max, Math.max(2, Math.floor(u.width / (rem * 4.6)))),
          values: (_, splits) => labels(group.zone, splits),
        },
        {
          ...axis, size: rem * 3.1, space: rem * (model.tall ? 2.4 : 1.6),
          values: (_, splits) => {
            const step = Math.abs((splits[1] ?? 1) - (splits[0] ?? 0));
            const decimals = [0, 1, 2].find((digits) => Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) < 1e-6) ?? 3;
            return splits.map((split) => format.number(split, decimals));
          },
        },
      ],
      series: [{}, ...model.lines.flatMap((_, i) => this.series(i))],
      hooks: {
        ready: [() => void performance.mark("chart")],
        drawClear: [(u) => this.hatch(u)],
        setCursor: [(u) => {
          const left = u.cursor.left ?? -1;
          if (this.isFollowing) return;
          group.read(left < 0 ? null : group.at(u.posToVal(left, "x")), this);
        }],
        setSelect: [(u) => {
          const { left, width } = u.select;
          if (width < 8) return;
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          group.zoom([u.posToVal(left, "x"), u.posToVal(left + width, "x")]);
        }],
      },
    }, this.data(), this.host);
    const over = this.plot.over;
    over.addEventListener("dblclick", () => group.zoom(null));
    for (const type of /** @type {const} */ (["pointerdown", "pointermove"])) {
      over.addEventListener(type, (event) => {
        if (event.pointerType === "mouse") return;
        const left = event.clientX - over.getBoundingClientRect().left;
        this.plot?.setCursor({ left: Math.max(0, Math.min(left, over.clientWidth)), top: 0 });
      });
    }
  }

  /** @param {number} i @returns {uPlot.Series[]} a band or nothing, then the line */
  series(i) {
    const { tone, kind, max, name } = this.model.lines[i];
    const show = !this.group.hidden.has(name);
    const stroke = () => colour(TONES[tone]);
    const isBars = kind === "bars";
    return [
      {
        show: show && (max !== undefined || isBars), points: { show: false }, width: 0,
        fill: isBars ? (u) => hatching(u.ctx, colour(TONES[tone])) : () => colour(`${TONES[tone]}-band`),
        paths: (u) => ({ stroke: null, fill: isBars ? this.bars(u, i, true) : this.band(u, i) }),
      },
      {
        show, points: { show: false }, width: isBars ? 0 : tone === "ghost" ? 1.25 : 1.75, stroke,
        ...(isBars && { fill: stroke }), ...(tone === "ghost" && { dash: [3, 3] }),
        paths: (u) => isBars
          ? { stroke: null, fill: this.bars(u, i, false) }
          : { stroke: kind === "line" ? this.middles(u, i) : this.steps(u, i), fill: null },
      },
    ];
  }

  /** @param {uPlot} u @returns {[(cell: number) => number, number, number]} where a bucket's edge is, and the buckets in view */
  place(u) {
    const { edges, view: [from, to] } = this.group;
    const { left, width } = u.bbox;
    const scale = width / (to - from);
    return [(cell) => left + (edges[cell] - from) * scale, this.group.at(from), this.group.at(to - 1) + 1];
  }

  /** @param {uPlot} u @param {number} i */
  steps(u, i) {
    const path = new Path2D();
    const { values } = this.model.lines[i];
    const [x, from, to] = this.place(u);
    let isOn = false;
    for (let cell = from; cell < to; cell++) {
      const value = values[cell];
      if (value === null || value === undefined) {
        isOn = false;
        continue;
      }
      const y = u.valToPos(value, "y", true);
      if (isOn) path.lineTo(x(cell), y);
      else path.moveTo(x(cell), y);
      path.lineTo(x(cell + 1), y);
      isOn = true;
    }
    return path;
  }

  /** @param {uPlot} u @param {number} i */
  middles(u, i) {
    const path = new Path2D();
    const { values } = this.model.lines[i];
    const [x, from, to] = this.place(u);
    let isOn = false;
    for (let cell = Math.max(0, from - 1); cell < Math.min(values.length, to + 1); cell++) {
      const value = values[cell];
      if (value === null) {
        isOn = false;
        continue;
      }
      const middle = (x(cell) + x(cell + 1)) / 2;
      const y = u.valToPos(value, "y", true);
      if (!isOn && (values[cell + 1] ?? null) === null) path.moveTo(middle - 2, y);
      if (isOn) path.lineTo(middle, y);
      else path.moveTo(middle, y);
      isOn = true;
    }
    return path;
  }

  /** @param {uPlot} u @param {number} i */
  band(u, i) {
    const path = new Path2D();
    const { min = [], max = [] } = this.model.lines[i];
    const [x, from, to] = this.place(u);
    for (let cell = from; cell < to; cell++) {
      const [low, high] = [min[cell], max[cell]];
      if (low == null || high == null) continue;
      const y = u.valToPos(high, "y", true);
      path.rect(x(cell), y, x(cell + 1) - x(cell), Math.max(1, u.valToPos(low, "y", true) - y));
    }
    return path;
  }

  /** @param {uPlot} u @param {number} i @param {boolean} isPartial */
  bars(u, i, isPartial) {
    const path = new Path2D();
    const { values, partial, tone } = this.model.lines[i];
    const among = this.model.lines.filter((line) => line.kind === "bars" && !this.group.hidden.has(line.name));
    const place = Math.max(0, among.indexOf(this.model.lines[i]));
    const [x, from, to] = this.place(u);
    const zero = u.valToPos(0, "y", true);
    for (let cell = from; cell < to; cell++) {
      const value = values[cell];
      if (value == null || (partial?.[cell] ?? false) !== isPartial) continue;
      const [start, width] = [x(cell), x(cell + 1) - x(cell)];
      const free = width > 6 && tone !== "soft" ? width * 0.14 : Math.min(1, width * 0.1);
      const each = (width - 2 * free) / among.length;
      const y = u.valToPos(value, "y", true);
      path.rect(start + free + each * place, Math.min(y, zero), Math.max(each - (among.length > 1 && each > 4 ? 1 : 0), 0.5), Math.abs(zero - y));
    }
    return path;
  }

  /** @param {uPlot} u */
  hatch(u) {
    const { ctx, bbox } = u;
    const { view: [from, to] } = this.group;
    const scale = bbox.width / (to - from);
    ctx.save();
    ctx.fillStyle = hatching(ctx, colour("--hatch"));
    for (const [start, end] of this.model.blanks) {
      const left = Math.max(bbox.left, bbox.left + (start - from) * scale);
      const right = Math.min(bbox.left + bbox.width, bbox.left + (end - from) * scale);
      if (right > left) ctx.fillRect(left, bbox.top, Math.max(right - left, 1), bbox.height);
    }
    ctx.restore();
  }

  /** @returns {[number, number]} of what is in view */
  range() {
    const { group, model } = this;
    const [from, to] = [group.at(group.view[0]), group.at(group.view[1] - 1) + 1];
    let low = Infinity;
    let high = -Infinity;
    for (const line of model.lines) {
      if (group.hidden.has(line.name)) continue;
      for (let cell = from; cell < to; cell++) {
        const value = line.values[cell];
        if (value == null) continue;
        low = Math.min(low, line.min?.[cell] ?? value);
        high = Math.max(high, line.max?.[cell] ?? value);
      }
    }
    if (low > high) return [0, 1];
    if (model.zero) {
      low = Math.min(0, low);
      high = Math.max(0, high);
    }
    const room = (high - low || Math.abs(high) || 1) * 0.06;
    return [model.zero && low === 0 ? 0 : low - room, model.zero && high === 0 ? 0 : high + room];
  }

  rescale() {
    this.plot?.setScale("x", { min: this.group.view[0], max: this.group.view[1] });
  }

  showLines() {
    const isHidden = this.isHidden();
    if (isHidden !== this.element.hidden) {
      this.element.hidden = isHidden;
      this.draw();
    }
    this.plot?.batch((/** @type {uPlot} */ u) => {
      this.model.lines.forEach((line, i) => {
        const show = !this.group.hidden.has(line.name);
        u.setSeries(2 * i + 1, { show: show && (line.max !== undefined || line.kind === "bars") });
        u.setSeries(2 * i + 2, { show });
      });
    });
    this.rescale();
    this.showReading();
    this.table.update();
  }

  size() {
    return { width: Math.max(100, this.host.clientWidth), height: this.host.clientHeight };
  }

  resize() {
    const size = this.size();
    if (!this.plot || !this.host.clientWidth) return;
    if (this.plot.width !== size.width || this.plot.height !== size.height) this.plot.setSize(size);
  }

  /** @param {number | null} cell @param {boolean} isThere */
  read(cell, isThere) {
    this.showReading();
    const u = this.plot;
    if (!u || isThere) return;
    const { edges } = this.group;
    this.isFollowing = true;
    u.setCursor(cell === null
      ? { left: -10, top: -10 }
      : { left: u.valToPos((edges[cell] + edges[cell + 1]) / 2, "x"), top: 0 }, false);
    this.isFollowing = false;
  }

  showReading() {
    const { group: { cell, hidden, zone, edges, bucket }, model, reading } = this;
    const lines = model.lines.filter((line) => !hidden.has(line.name));
    if (reading.childElementCount !== lines.length + 1) {
      reading.replaceChildren(h("span", { class: "when" }), ...lines.map((line) =>
        h("span", {}, h("span", { class: model.lines.length > 1 ? "name" : "hidden" }, line.label), h("b")),
      ));
    }
    const [when, ...items] = /** @type {HTMLElement[]} */ ([...reading.children]);
    reading.classList.toggle("rest", cell === null);
    setText(when, cell === null ? "" : format.bucketSpan(zone, edges[cell], edges[cell + 1], bucket));
    lines.forEach((line, i) => {
      const value = /** @type {HTMLElement} */ (items[i].lastElementChild);
      setText(/** @type {HTMLElement} */ (items[i].firstElementChild), line.label);
      items[i].className = model.lines.length > 1 ? `swatch ${line.tone}` : "";
      if (cell === null) value.replaceChildren(...(line.rest ?? []).map(partNode));
      else setText(value, readText(line, cell));
    });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { group } = this;
    const [from, to] = [group.at(group.view[0]), group.at(group.view[1] - 1)];
    /** @param {number} cell */
    const go = (cell) => group.read(Math.max(from, Math.min(to, cell)));
    if (event.key === "ArrowRight") go(group.cell === null ? from : group.cell + 1);
    else if (event.key === "ArrowLeft") go(group.cell === null ? to : group.cell - 1);
    else if (event.key === "Home") go(from);
    else if (event.key === "End") go(to);
    else if (event.key === "+" || event.key === "=") group.zoomBy(0.5);
    else if (event.key === "-") group.zoomBy(2);
    else if (event.key === "Escape") {
      group.read(null);
      group.zoom(null);
    } else return;
    event.preventDefault();
  }

  /** @returns {import("../lib/model.js").Table} what is in view */
  rows() {
    const { group: { zone, bucket, edges, hidden, view: [from, to] }, model } = this;
    const lines = model.lines.filter((line) => !hidden.has(line.name));
    /** @type {import("../lib/model.js").Part[][]} */
    const rows = [];
    for (let cell = 0; cell + 1 < edges.length; cell++) {
      if (edges[cell] < from || edges[cell] >= to) continue;
      if (lines.every((line) => line.values[cell] == null)) continue;
      rows.push([
        { text: format.bucketName(zone, edges[cell], bucket) },
        ...lines.flatMap((line) => [line.values, line.min, line.max].flatMap((column, i) => column
          ? [{
              key: `cell-${model.key}-${encodeURIComponent(line.name.trim())}-${["value", "min", "max"][i]}-${edges[cell]}`,
              raw: column[cell] ?? null, text: format.plain(column[cell], line.unit) + (line.partial?.[cell] ? " (in part)" : ""),
            }]
          : [])),
      ]);
    }
    return {
      head: [bucket === "day" ? "Day" : "Time", ...lines.flatMap((line) => [
        line.unit ? `${line.label} (${line.unit})` : line.label, ...(line.min ? ["lowest", "highest"] : []),
      ])],
      rows,
    };
  }
}

/** @param {Line} one @param {Line} other @param {"values" | "min" | "max"} field @returns {boolean} */
const isEqual = (one, other, field) => {
  const after = other[field];
  return one[field]?.length === after?.length && (one[field] ?? []).every((value, i) => value === after?.[i]);
};

/** @param {Line} line @param {number} cell @returns {string} */
function readText(line, cell) {
  const value = line.values[cell];
  if (value == null) return "–";
  const [low, high] = [line.min?.[cell], line.max?.[cell]];
  const band = low == null || high == null ? "" : ` (${format.plain(low, line.unit)}–${format.plain(high, line.unit)})`;
  return format.measure(value, line.unit) + band + (line.partial?.[cell] ? ", in part" : "");
}

/** @param {Zone} zone @param {number[]} splits @returns {string[]} */
function labels(zone, splits) {
  const step = splits.length > 1 ? Math.min(...splits.slice(1).map((split, i) => split - splits[i])) : 0;
  return splits.map((at) => {
    const day = zone.day(at);
    if (step >= 28 * 864e5 - 36e5) return new Date(day * 864e5).getUTCMonth() === 0 ? format.monthYear(day) : format.month(day);
    if (step >= 82800e3) return step <= 90000e3 && splits.length < 8 ? format.shortDay(day) : format.dayMonth(day);
    return zone.start(day) === at && splits.length > 1 && zone.day(splits[0]) !== zone.day(splits[splits.length - 1])
      ? format.dayMonth(day)
      : format.clock(zone, at);
  });
}

/** @type {Map<string, CanvasPattern | string>} */
const patterns = new Map();

/** @param {CanvasRenderingContext2D} ctx @param {string} ink @returns {CanvasPattern | string} slanting lines */
function hatching(ctx, ink) {
  let pattern = patterns.get(ink);
  if (pattern === undefined) {
    const size = 6 * Math.max(1, Math.round(devicePixelRatio));
    const tile = h("canvas", { width: size, height: size });
    const brush = tile.getContext("2d");
    if (brush) {
      brush.strokeStyle = ink;
      brush.lineWidth = size / 5;
      brush.beginPath();
      for (const shift of [-size, 0, size]) {
        brush.moveTo(shift, size);
        brush.lineTo(shift + size, 0);
      }
      brush.stroke();
    }
    pattern = ctx.createPattern(tile, "repeat") ?? ink;
    patterns.set(ink, pattern);
  }
  return pattern;
}
