/** Charts over one row of buckets, read and zoomed together; uPlot draws their axes and cursors. */

import uPlot from "uplot";
import * as format from "../lib/format.js";
import { idText } from "../lib/model.js";
import { ticks } from "../lib/time.js";
import { disclosure, h, partNode, setText } from "./dom.js";
import { colour } from "./theme.js";

/** @typedef {import("../lib/model.js").Chart} Model */
/** @typedef {import("../lib/model.js").Line} Line */
/** @typedef {import("../lib/model.js").LineId} LineId */
/** @typedef {import("../lib/time.js").Zone} Zone */

/** @type {Record<Line["tone"], string>} */
const TONES = {
  use: "--use",
  sun: "--sun",
  ink: "--ink-1",
  ink2: "--ink-2",
  ink3: "--ink-3",
  ghost: "--ghost",
  soft: "--soft",
};

const fields = /** @type {const} */ (["values", "min", "max"]);

/** What the charts of a tab share: the buckets, the part of them in view, the one that is read. */
export class Group {
  /**
   * @param {Zone} zone
   * @param {string} bucket
   * @param {number[]} edges
   * @param {[number, number] | null} range
   * @param {Set<LineId>} hidden
   */
  constructor(zone, bucket, edges, range = null, hidden = new Set()) {
    this.zone = zone;
    this.bucket = bucket;
    this.edges = edges;
    this.range = range;
    this.hidden = hidden;
    /** @type {number | null} */
    this.cell = null;
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

  /** @param {LineId} id */
  toggle(id) {
    if (!this.hidden.delete(id)) this.hidden.add(id);
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
      class: model.tall ? "plot tall" : "plot",
      tabindex: 0,
      role: "application",
      "aria-label": `Chart of ${model.title}. Arrow keys read it, plus and minus zoom, escape shows all.`,
    });
    this.table = disclosure(model.title, () => this.rows());
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
    this.host.addEventListener("keydown", (event) => this.key(event));
    group.charts.add(this);
    this.showReading();
    this.element.hidden = this.isHidden();
  }

  isHidden() {
    return this.model.lines.every((line) => this.group.hidden.has(line.id));
  }

  /** @param {Model} model of the same lines */
  update(model) {
    const before = this.model;
    const edges = this.edges;
    this.model = model;
    this.edges = this.group.edges;
    const isSame =
      edges.length === this.edges.length &&
      edges[0] === this.edges[0] &&
      String(before.blanks) === String(model.blanks) &&
      before.lines.every((line, i) =>
        fields.every((field) => isEqual(line, model.lines[i], field)),
      );
    if (isSame) return;
    this.plot?.setData([this.edges], false);
    this.rescale();
    this.showReading();
    this.table.update();
  }

  draw() {
    if (this.plot || !this.host.isConnected || this.element.hidden) return;
    const { group, model } = this;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const font = `${Math.round(rem * 0.75)}px system-ui, sans-serif`;
    /** @type {uPlot.Axis} */
    const axis = {
      font,
      stroke: () => colour("--quiet"),
      ticks: { show: false },
      grid: { stroke: () => colour("--hair"), width: 1 },
    };
    this.plot = new uPlot(
      {
        ...this.size(),
        ms: 1,
        pxAlign: 1,
        padding: [rem * 0.75, rem * 0.5, 0, 0],
        legend: { show: false },
        cursor: {
          y: false,
          points: { show: false },
          drag: { x: true, y: false, setScale: false, dist: 8 },
        },
        scales: {
          x: { time: false, range: () => group.view },
          y: { range: () => this.range() },
        },
        axes: [
          {
            ...axis,
            size: rem * 2,
            grid: { show: false },
            splits: (u, _, min, max) =>
              ticks(group.zone, min, max, Math.max(2, Math.floor(u.width / (rem * 4.6)))),
            values: (_, splits) => labels(group.zone, splits),
          },
          {
            ...axis,
            size: rem * 3.1,
            space: rem * (model.tall ? 2.4 : 1.6),
            values: (_, splits) => {
              const step = Math.abs((splits[1] ?? 1) - (splits[0] ?? 0));
              const decimals =
                [0, 1, 2].find(
                  (digits) =>
                    Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) < 1e-6,
                ) ?? 3;
              return splits.map((split) => format.number(split, decimals));
            },
          },
        ],
        series: [{}],
        hooks: {
          drawClear: [(u) => this.hatch(u)],
          draw: [(u) => this.lines(u)],
          setCursor: [
            (u) => {
              const left = u.cursor.left ?? -1;
              if (this.isFollowing) return;
              group.read(left < 0 ? null : group.at(u.posToVal(left, "x")), this);
            },
          ],
          setSelect: [
            (u) => {
              const { left, width } = u.select;
              if (width < 8) return;
              u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              group.zoom([u.posToVal(left, "x"), u.posToVal(left + width, "x")]);
            },
          ],
        },
      },
      [this.edges],
      this.host,
    );
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

  /** @param {uPlot} u whose axes and grid are drawn */
  lines(u) {
    const {
      ctx,
      bbox: { left, top, width, height },
      scales: {
        y: { min = 0, max = 1 },
      },
    } = u;
    const {
      edges,
      view: [from, to],
    } = this.group;
    /** @type {Place} */
    const place = {
      x: (cell) => left + ((edges[cell] - from) / (to - from)) * width,
      y: (value) => top + ((max - value) / (max - min)) * height,
    };
    const shown = this.model.lines.filter((line) => !this.group.hidden.has(line.id));
    const bars = shown.filter((line) => line.kind === "bars");
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, 0, width, ctx.canvas.height);
    ctx.clip();
    ctx.lineJoin = "round";
    for (const line of shown) {
      const { kind, tone } = line;
      const ink = colour(TONES[tone]);
      if (kind === "bars") {
        for (const isPartial of [false, true]) {
          ctx.fillStyle = isPartial ? hatching(ctx, ink) : ink;
          ctx.fill(columns(line, place, isPartial, bars.indexOf(line), bars.length));
        }
        continue;
      }
      if (line.max) {
        // From its lowest to its highest a day is nearly as tall as the chart.
        ctx.globalAlpha = this.group.bucket === "day" ? 0.6 : 1;
        ctx.fillStyle = colour(`${TONES[tone]}-band`);
        ctx.fill(band(line, place));
        ctx.globalAlpha = 1;
      }
      ctx.strokeStyle = ink;
      ctx.lineWidth = (tone === "ghost" ? 1.25 : 1.75) * devicePixelRatio;
      ctx.setLineDash(tone === "ghost" ? [3 * devicePixelRatio, 3 * devicePixelRatio] : []);
      ctx.stroke(kind === "line" ? middles(line, place) : steps(line, place));
    }
    ctx.restore();
  }

  /** @param {uPlot} u */
  hatch(u) {
    const { ctx, bbox } = u;
    const {
      view: [from, to],
    } = this.group;
    const scale = bbox.width / (to - from);
    ctx.save();
    for (const [start, end] of this.model.blanks) {
      ctx.fillStyle = hatching(ctx, colour("--hatch"));
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
      if (group.hidden.has(line.id)) continue;
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
    u.setCursor(
      cell === null
        ? { left: -10, top: -10 }
        : { left: u.valToPos((edges[cell] + edges[cell + 1]) / 2, "x"), top: 0 },
      false,
    );
    this.isFollowing = false;
  }

  showReading() {
    const {
      group: { cell, hidden, zone, edges, bucket },
      model,
      reading,
    } = this;
    const lines = model.lines.filter((line) => !hidden.has(line.id));
    if (reading.childElementCount !== lines.length + 1) {
      reading.replaceChildren(
        h("span", { class: "when" }),
        ...lines.map((line) =>
          h(
            "span",
            {},
            h("span", { class: model.lines.length > 1 ? "name" : "hidden" }, line.label),
            h("b"),
          ),
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
    const {
      group: {
        zone,
        bucket,
        edges,
        hidden,
        view: [from, to],
      },
      model,
    } = this;
    const lines = model.lines.filter((line) => !hidden.has(line.id));
    /** @type {import("../lib/model.js").Part[][]} */
    const rows = [];
    for (let cell = 0; cell + 1 < edges.length; cell++) {
      if (edges[cell] < from || edges[cell] >= to) continue;
      if (lines.every((line) => line.values[cell] == null)) continue;
      rows.push([
        { text: format.bucketName(zone, edges[cell], bucket) },
        ...lines.flatMap((line) =>
          [line.values, line.min, line.max].flatMap((column, i) =>
            column
              ? [
                  {
                    key: `cell-${model.key}-${encodeURIComponent(idText(line.id))}-${["value", "min", "max"][i]}-${edges[cell]}`,
                    raw: column[cell] ?? null,
                    text:
                      format.plain(column[cell], line.unit) +
                      (line.partial?.[cell] ? " (in part)" : ""),
                  },
                ]
              : [],
          ),
        ),
      ]);
    }
    return {
      head: [
        bucket === "day" ? "Day" : "Time",
        ...lines.flatMap((line) => [
          line.unit ? `${line.label} (${line.unit})` : line.label,
          ...(line.min ? ["lowest", "highest"] : []),
        ]),
      ],
      rows,
    };
  }
}

/** Where a bucket starts, and where a value is. @typedef {{ x: (cell: number) => number, y: (value: number) => number }} Place */

/** @param {(number | null)[]} values @returns {[number, number][]} from where and to where they are known */
function runs(values) {
  /** @type {[number, number][]} */
  const found = [];
  for (let from = 0, cell = 0; cell <= values.length; cell++) {
    if (cell < values.length && values[cell] !== null) continue;
    if (from < cell) found.push([from, cell]);
    from = cell + 1;
  }
  return found;
}

/** @param {Line} line @param {Place} place */
function steps({ values }, { x, y }) {
  const path = new Path2D();
  for (const [from, to] of runs(values)) {
    path.moveTo(x(from), y(Number(values[from])));
    for (let cell = from; cell < to; cell++) {
      // Where it stays as it is, one line does for many buckets.
      if (cell + 1 < to && values[cell] === values[cell + 1]) continue;
      path.lineTo(x(cell + 1), y(Number(values[cell])));
      if (cell + 1 < to) path.lineTo(x(cell + 1), y(Number(values[cell + 1])));
    }
  }
  return path;
}

/** @param {Line} line @param {Place} place */
function middles({ values }, { x, y }) {
  const path = new Path2D();
  for (const [from, to] of runs(values)) {
    for (let cell = from; cell < to; cell++) {
      const [middle, at] = [(x(cell) + x(cell + 1)) / 2, y(Number(values[cell]))];
      // One alone is a dash.
      if (cell === from) path.moveTo(to - from > 1 ? middle : middle - 2, at);
      path.lineTo(middle, at);
    }
  }
  return path;
}

/** @param {Line} line @param {Place} place @returns {Path2D} one outline: a rectangle a bucket takes a browser far longer */
function band({ min = [], max = [] }, { x, y }) {
  const path = new Path2D();
  for (const [from, to] of runs(max)) {
    path.moveTo(x(from), y(Number(max[from])));
    for (let cell = from; cell < to; cell++) {
      const high = y(Number(max[cell]));
      path.lineTo(x(cell), high);
      path.lineTo(x(cell + 1), high);
    }
    for (let cell = to - 1; cell >= from; cell--) {
      const low = Math.max(y(Number(min[cell])), y(Number(max[cell])) + 1);
      path.lineTo(x(cell + 1), low);
      path.lineTo(x(cell), low);
    }
    path.closePath();
  }
  return path;
}

/** @param {Line} line @param {Place} place @param {boolean} isPartial @param {number} i @param {number} count of bars beside each other */
function columns({ values, partial, tone }, { x, y }, isPartial, i, count) {
  const path = new Path2D();
  const zero = y(0);
  values.forEach((value, cell) => {
    if (value === null || (partial?.[cell] ?? false) !== isPartial) return;
    const [start, width] = [x(cell), x(cell + 1) - x(cell)];
    const free = width > 6 && tone !== "soft" ? width * 0.14 : Math.min(1, width * 0.1);
    const each = (width - 2 * free) / count;
    path.rect(
      start + free + each * i,
      y(value),
      Math.max(each - (count > 1 && each > 4 ? 1 : 0), 0.5),
      zero - y(value),
    );
  });
  return path;
}

/** @param {Line} one @param {Line} other @param {"values" | "min" | "max"} field @returns {boolean} */
const isEqual = (one, other, field) => {
  const after = other[field];
  return (
    one[field]?.length === after?.length &&
    (one[field] ?? []).every((value, i) => value === after?.[i])
  );
};

/** @param {Line} line @param {number} cell @returns {string} */
function readText(line, cell) {
  const value = line.values[cell];
  if (value == null) return "–";
  const [low, high] = [line.min?.[cell], line.max?.[cell]];
  const band =
    low == null || high == null
      ? ""
      : ` (${format.plain(low, line.unit)}–${format.plain(high, line.unit)})`;
  return format.measure(value, line.unit) + band + (line.partial?.[cell] ? ", in part" : "");
}

/** @param {Zone} zone @param {number[]} splits @returns {string[]} */
function labels(zone, splits) {
  const step =
    splits.length > 1 ? Math.min(...splits.slice(1).map((split, i) => split - splits[i])) : 0;
  return splits.map((at) => {
    const day = zone.day(at);
    if (step >= 28 * 864e5 - 36e5)
      return new Date(day * 864e5).getUTCMonth() === 0 ? format.monthYear(day) : format.month(day);
    if (step >= 82800e3)
      return step <= 90000e3 && splits.length < 8 ? format.shortDay(day) : format.dayMonth(day);
    return zone.start(day) === at &&
      splits.length > 1 &&
      zone.day(splits[0]) !== zone.day(splits[splits.length - 1])
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
