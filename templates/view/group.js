/** The charts of a tab share the buckets, the part in view, and the bucket that is read. */

/** @typedef {import("../lib/time.js").Zone} Zone */
/** @typedef {import("../lib/model.js").LineId} LineId */
/** @typedef {import("./chart.js").Chart} Chart */

/** A zoom shows at least so many buckets. */
const FEWEST = 3;

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

  /** @param {number[]} edges of the same buckets, of a later time */
  move(edges) {
    this.edges = edges;
    const isOutside =
      this.range && (this.range[1] <= edges[0] || this.range[0] >= edges[edges.length - 1]);
    if (isOutside) this.range = null;
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

  /** @returns {[number, number]} the first bucket in view, and the one after the last */
  get cells() {
    const [from, to] = this.view;
    return [this.at(from), this.at(to - 1) + 1];
  }

  /** @returns {import("../lib/model.js").Cells} the buckets that are chosen; null: all */
  get chosen() {
    return this.range && this.cells;
  }

  /** @param {number} share of the view's length, from 0 to 1 @returns {number} */
  instant(share) {
    const [from, to] = this.view;
    return from + share * (to - from);
  }

  /** @param {number | null} cell */
  read(cell) {
    if (cell === this.cell) return;
    this.cell = cell;
    for (const chart of this.charts) chart.read();
  }

  /** @param {[number, number] | null} range whole buckets, at least three */
  zoom(range) {
    this.range = range && this.whole(range);
    for (const chart of this.charts) chart.showView();
    this.onChange();
  }

  /** @param {[number, number]} range @returns {[number, number] | null} the buckets that it touches; null: all */
  whole(range) {
    const last = this.edges.length - 1;
    let from = this.at(range[0]);
    let to = this.at(range[1] - 1) + 1;
    if (to - from < FEWEST) {
      from = Math.max(0, Math.min(from - 1, last - FEWEST));
      to = Math.min(last, from + FEWEST);
    }
    return from === 0 && to === last ? null : [this.edges[from], this.edges[to]];
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
