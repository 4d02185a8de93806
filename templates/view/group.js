/** The charts of a tab share the buckets, the part in view, and the bucket that is read. */

import { bucketHash } from "../lib/places.js";

/** @typedef {import("../lib/time.js").Zone} Zone */
/** @typedef {import("../lib/model.js").LineId} LineId */
/** @typedef {import("./chart.js").Chart} Chart */

export class Group {
  /**
   * @param {Zone} zone
   * @param {string} bucket
   * @param {number[]} edges
   * @param {number} start where the whole of it begins
   * @param {[number, number] | null} range
   * @param {Set<LineId>} hidden
   */
  constructor(zone, bucket, edges, start, range = null, hidden = new Set()) {
    this.zone = zone;
    this.bucket = bucket;
    this.edges = edges;
    this.start = start;
    this.range = range;
    this.hidden = hidden;
    /** @type {number | null} */
    this.cell = null;
    /** @type {Set<Chart>} */
    this.charts = new Set();
    /** @type {Set<() => void>} */
    this.watchers = new Set();
    /** Called if the reader has chosen another span. @type {() => void} */
    this.onChosen = () => {};
  }

  /** @param {() => void} watcher called when other lines or buckets are shown */
  watch(watcher) {
    this.watchers.add(watcher);
  }

  tell() {
    for (const watcher of this.watchers) watcher();
  }

  /** @returns {[number, number]} */
  get view() {
    return this.range ?? [this.start, this.edges[this.edges.length - 1]];
  }

  /** @param {number[]} edges of the same buckets, of another time @param {number} start @param {[number, number] | null} range @returns {boolean} whether the same span is chosen */
  move(edges, start, range) {
    if (edges[0] !== this.edges[0]) this.cell = null;
    this.edges = edges;
    this.start = start;
    const isSame = String(range) === String(this.range);
    this.range = range;
    return isSame;
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

  /** @param {[number, number] | null} range in whole buckets; null: all */
  zoom(range) {
    const whole = range && this.whole(range);
    if (String(whole) === String(this.range)) return;
    this.range = whole;
    this.showView();
    this.onChosen();
  }

  showView() {
    for (const chart of this.charts) chart.showView();
    this.tell();
  }

  /** @param {[number, number]} range @returns {[number, number] | null} the buckets that it touches; null: all */
  whole(range) {
    const last = this.edges.length - 1;
    const from = this.at(range[0]);
    const to = this.at(range[1] - 1) + 1;
    return this.edges[from] <= this.start && to === last
      ? null
      : [this.edges[from], this.edges[to]];
  }

  /** @param {number} cell @returns {string | undefined} what opens the day of a bucket */
  hash(cell) {
    return bucketHash(this.zone, this.bucket, this.edges, cell);
  }

  /** @param {number} factor */
  zoomBy(factor) {
    const [from, to] = this.view;
    const middle = this.cell === null ? (from + to) / 2 : this.edges[this.cell];
    const half = ((to - from) / 2) * factor;
    const [first, last] = [this.start, this.edges[this.edges.length - 1]];
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
    this.tell();
  }
}
