/** The axes of a chart: their ticks and labels, and how they are drawn. */

import * as format from "../lib/format.js";
import { DAY, HOUR, ticks } from "../lib/time.js";

/** @typedef {import("../lib/model.js").Line} Line */
/** @typedef {import("../lib/time.js").Zone} Zone */

/** A place on an axis, in the unit of the axis, and its label. @typedef {{ at: number, text: string }} Tick */

/**
 * The area between the axes, in pixels of the screen.
 *
 * @typedef {{ left: number, top: number, width: number, height: number }} Box
 */

/** @typedef {{ font: string, ink: string, hair: string, gap: number, hairWidth: number }} Style */

/**
 * @param {Line[]} lines
 * @param {boolean} withZero whether zero is on the axis
 * @param {[number, number]} cells the first bucket in view, and the one after the last
 * @returns {[number, number]} the lowest and the highest place on the axis: a little more than the values
 */
export function valueRange(lines, withZero, [first, end]) {
  const [low, high] = extremes(lines, first, end);
  const isFlat = withZero && low === 0 && high === 0;
  if (low > high || isFlat) return [0, 1];
  const [from, to] = withZero ? [Math.min(0, low), Math.max(0, high)] : [low, high];
  const room = (to - from || Math.abs(to) || 1) * 0.06;
  return [withZero && from === 0 ? 0 : from - room, withZero && to === 0 ? 0 : to + room];
}

/** @param {Line[]} lines @param {number} first @param {number} end @returns {[number, number]} */
function extremes(lines, first, end) {
  let [low, high] = [Infinity, -Infinity];
  for (const { values, min, max } of lines) {
    for (let cell = first; cell < end; cell++) {
      const value = values[cell];
      if (value == null) continue;
      low = Math.min(low, min?.[cell] ?? value);
      high = Math.max(high, max?.[cell] ?? value);
    }
  }
  return [low, high];
}

/**
 * Round numbers: 1, 2, 2.5 or 5 times a power of ten apart.
 *
 * @param {number} low
 * @param {number} high
 * @param {number} least how far ticks are apart at least
 * @returns {Tick[]}
 */
export function valueTicks(low, high, least) {
  const power = Math.floor(Math.log10(least));
  const [factor, step] = [1, 2, 2.5, 5, 10]
    .map((factor) => [factor, factor * 10 ** power])
    .find(([, step]) => step >= least * (1 - 1e-9)) ?? [10, 10 ** (power + 1)];
  const decimals = Math.max(0, (factor === 2.5 ? 1 : factor === 10 ? -1 : 0) - power);
  /** @type {Tick[]} */
  const found = [];
  for (let count = Math.ceil(low / step - 1e-9); count * step <= high + step * 1e-9; count++) {
    found.push({ at: count * step, text: format.number(count * step, decimals) });
  }
  return found;
}

/**
 * @param {Zone} zone
 * @param {number} from
 * @param {number} to
 * @param {number} most how many have room
 * @returns {Tick[]} at round local times
 */
export function timeTicks(zone, from, to, most) {
  const instants = ticks(zone, from, to, most, format.firstDay());
  const texts = timeTexts(zone, instants, to - from > 2 * DAY);
  return instants.map((at, i) => ({ at, text: texts[i] }));
}

/**
 * @param {(most: number) => Tick[]} make the ticks, not more than so many
 * @param {number} most
 * @param {(tick: Tick) => [number, number]} ends of a label, with the room that it needs
 * @returns {Tick[]} as many as have room: labels differ in length, and languages do
 */
export function fittingTicks(make, most, ends) {
  for (let count = most; count > 1; count--) {
    const ticks = make(count);
    const places = ticks.map(ends);
    if (places.every(([start], i) => i === 0 || start >= places[i - 1][1])) return ticks;
  }
  return make(1).slice(0, 1);
}

/**
 * @param {Zone} zone
 * @param {number[]} instants
 * @param {boolean} isLong whether the axis spans days: then no tick is a time of day
 * @returns {string[]} each as a time, a day or a month: that depends on how far they are apart
 */
function timeTexts(zone, instants, isLong) {
  const days = instants.map((at) => zone.day(at));
  const step = Math.min(...instants.slice(1).map((at, i) => at - instants[i]));
  if (instants.length > 1 && step >= 28 * DAY - HOUR) {
    return days.map((day) =>
      new Date(day * DAY).getUTCMonth() === 0 ? format.monthYear(day) : format.month(day),
    );
  }
  if (instants.length > 1 && step >= DAY - HOUR) {
    return days.map(step <= DAY + HOUR && days.length < 8 ? format.shortDay : format.dayMonth);
  }
  const isOneDay = days[0] === days[days.length - 1];
  return instants.map((at, i) =>
    zone.start(days[i]) === at && (isLong || !isOneDay)
      ? format.dayMonth(days[i])
      : format.clock(zone, at),
  );
}

/** @param {CanvasRenderingContext2D} brush @param {Tick} tick in pixels @returns {[number, number]} where its label is, on the canvas as a whole */
export function labelEnds(brush, { at, text }) {
  const half = brush.measureText(text).width / 2;
  const middle = Math.max(half, Math.min(at, brush.canvas.width - half));
  return [middle - half, middle + half];
}

/**
 * Draws the labels below and beside a box, and a line across it at each value.
 *
 * @param {CanvasRenderingContext2D} brush
 * @param {Box} box
 * @param {Style} style
 * @param {Tick[]} times in pixels from the canvas' left
 * @param {Tick[]} values in pixels from its top
 */
export function drawAxes(brush, { left, top, width, height }, style, times, values) {
  brush.strokeStyle = style.hair;
  brush.lineWidth = style.hairWidth;
  brush.beginPath();
  // A line of an odd width is sharp in the middle of its pixels.
  const sharp = (style.hairWidth % 2) / 2;
  for (const { at } of values) {
    brush.moveTo(left, Math.round(at) + sharp);
    brush.lineTo(left + width, Math.round(at) + sharp);
  }
  brush.stroke();

  brush.font = style.font;
  brush.fillStyle = style.ink;
  brush.textAlign = "right";
  brush.textBaseline = "middle";
  for (const { at, text } of values) brush.fillText(text, left - style.gap, Math.round(at));
  brush.textAlign = "center";
  brush.textBaseline = "top";
  for (const tick of times) {
    const [start, end] = labelEnds(brush, tick);
    brush.fillText(tick.text, Math.round((start + end) / 2), top + height + style.gap);
  }
}
