/** A canvas with room for axes; a pointer reads it and marks spans on it, two fingers stretch it. */

import { pinched } from "../lib/chosen.js";
import { h } from "./dom.js";

/** @typedef {import("./axes.js").Box} Box */

/**
 * A canvas to draw on: `pixel` is how many pixels of the screen one of CSS has, `letter` the size of the
 * page's letters in CSS pixels.
 *
 * @typedef {{ brush: CanvasRenderingContext2D, box: Box, pixel: number, letter: number }} Sheet
 */

/**
 * The owner of a plot paints it, and is told the places of the pointer as shares of the width, 0 to 1.
 * A pinch begins with `onPinch(null)`; then come the shares of the width, as it was then, that it shows.
 *
 * @typedef {{ paint: (sheet: Sheet) => void, onRead: (at: number | null) => void,
 *   onPress: (at: number, isTouch: boolean) => void, onSpan: (from: number, to: number) => void,
 *   onPinch: (span: [number, number] | null) => void, onWhole: () => void }} Owner
 */

/** A marked span has at least so many CSS pixels, so that a click marks none. */
const SPAN = 8;

export class Plot {
  /** @param {HTMLElement} host @param {Owner} owner */
  constructor(host, owner) {
    this.host = host;
    this.owner = owner;
    this.canvas = h("canvas");
    this.cursor = h("div", { class: "cursor", hidden: true });
    this.marked = h("div", { class: "marked", hidden: true });
    this.over = h("div", { class: "over" }, this.marked, this.cursor);
    this.width = 0;
    this.height = 0;
    this.pixel = 0;
    /** The width of the box in CSS pixels. */
    this.across = 0;
    /** @type {number | null} */
    this.read = null;
    /** Where a mouse button went down. @type {number | null} */
    this.began = null;
    /** Where the pointer went down that may become a press. @type {number | null} */
    this.pressed = null;
    /** Where each finger is. @type {Map<number, number>} */
    this.fingers = new Map();
    /** Where two fingers were when a pinch began. @type {[number, number] | null} */
    this.pinch = null;
    host.append(this.canvas, this.over);
    this.listen();
  }

  /** Draws everything anew, as big as its place and its letters are now. */
  draw() {
    this.measure();
    const { canvas, over, width, height, pixel } = this;
    const brush = canvas.getContext("2d");
    if (!brush) return;
    const letter = parseFloat(getComputedStyle(document.documentElement).fontSize);
    canvas.width = Math.round(width * pixel);
    canvas.height = Math.round(height * pixel);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const box = boxIn(canvas, letter * pixel);
    for (const side of /** @type {const} */ (["left", "top", "width", "height"])) {
      over.style[side] = `${box[side] / pixel}px`;
    }
    this.across = box.width / pixel;
    this.point(this.read);
    this.owner.paint({ brush, box, pixel, letter });
  }

  /** @returns {boolean} whether it is of another size than it was drawn in */
  measure() {
    const { host, width, height, pixel } = this;
    // A hidden place has no size: the last size is kept.
    if (host.clientWidth) {
      this.width = Math.max(100, host.clientWidth);
      this.height = host.clientHeight;
    }
    this.pixel = devicePixelRatio;
    return width !== this.width || height !== this.height || pixel !== this.pixel;
  }

  resize() {
    if (this.measure()) this.draw();
  }

  /** @param {number | null} read where the cursor stands; null: nowhere */
  point(read) {
    this.read = read;
    this.cursor.hidden = read === null;
    if (read !== null) this.cursor.style.transform = `translateX(${read * this.across}px)`;
  }

  listen() {
    const { over, owner } = this;
    over.addEventListener("pointerdown", (event) => {
      const at = this.at(event);
      this.pressed = event.button === 0 ? at : null;
      if (event.pointerType === "touch") this.touch(event, at);
      if (this.pinch) return;
      owner.onRead(at);
      if (event.pointerType !== "mouse" || event.button !== 0) return;
      this.began = at;
      over.setPointerCapture(event.pointerId);
    });
    over.addEventListener("pointermove", (event) => {
      if (this.stretch(event)) return;
      owner.onRead(this.at(event));
      if (this.began !== null) this.mark(this.span(event));
    });
    over.addEventListener("pointerup", (event) => {
      const span = this.span(event);
      const pressed = this.pressed;
      const at = this.at(event);
      this.letGo(event.pointerId);
      if (span) owner.onSpan(...span);
      else if (pressed !== null && Math.abs(at - pressed) * this.across < SPAN) {
        owner.onPress(at, event.pointerType === "touch");
      }
    });
    over.addEventListener("pointercancel", ({ pointerId }) => this.letGo(pointerId));
    // This event does not come when a finger is lifted: its reading stays until the next touch.
    over.addEventListener("mouseleave", () => {
      if (this.began === null) owner.onRead(null);
    });
    over.addEventListener("dblclick", () => owner.onWhole());
  }

  /** @param {MouseEvent} event @returns {number} */
  at({ clientX }) {
    const { left } = this.over.getBoundingClientRect();
    return Math.max(0, Math.min(1, (clientX - left) / this.across));
  }

  /** @param {MouseEvent} event @returns {[number, number] | null} the span that is marked so far */
  span(event) {
    const { began, across } = this;
    const at = this.at(event);
    if (began === null || Math.abs(at - began) * across < SPAN) return null;
    return [Math.min(at, began), Math.max(at, began)];
  }

  /** @param {[number, number] | null} span */
  mark(span) {
    this.marked.hidden = span === null;
    if (!span) return;
    this.marked.style.left = `${span[0] * 100}%`;
    this.marked.style.width = `${(span[1] - span[0]) * 100}%`;
  }

  /** @param {PointerEvent} event of a finger that goes down @param {number} at */
  touch({ pointerId }, at) {
    this.fingers.set(pointerId, at);
    const [one, other, ...more] = this.fingers.values();
    this.pinch = other === undefined || more.length ? null : [one, other];
    if (!this.pinch) return;
    this.pressed = null;
    this.owner.onRead(null);
    this.owner.onPinch(null);
  }

  /** @param {PointerEvent} event of a finger that moves @returns {boolean} whether it is one of two */
  stretch(event) {
    if (!this.pinch || !this.fingers.has(event.pointerId)) return this.pinch !== null;
    this.fingers.set(event.pointerId, this.at(event));
    const [one, other] = this.fingers.values();
    this.owner.onPinch(pinched(this.pinch, [one, other]));
    return true;
  }

  /** @param {number} id of the pointer */
  letGo(id) {
    this.pressed = null;
    this.fingers.delete(id);
    if (!this.fingers.size) this.pinch = null;
    if (this.began === null) return;
    this.began = null;
    this.mark(null);
    if (!this.over.matches(":hover")) this.owner.onRead(null);
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} letter in pixels of the screen
 * @returns {Box} the area that the axes leave
 */
function boxIn({ width, height }, letter) {
  const [left, top, right, bottom] = [3.1, 0.75, 0.5, 1.4].map((size) => Math.round(size * letter));
  return {
    left,
    top,
    width: Math.max(1, width - left - right),
    height: Math.max(1, height - top - bottom),
  };
}

/** @param {() => void} act called when the pixels of the screen have another size */
export function onPixels(act) {
  const watch = () => {
    const now = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    const changed = () => {
      watch();
      act();
    };
    now.addEventListener("change", changed, { once: true });
  };
  watch();
}
