/** Lines, bands, bars and hatching on a canvas. */

import { h } from "./dom.js";
import { colour } from "./theme.js";

/** @typedef {import("../lib/model.js").Line} Line */
/** @typedef {import("./axes.js").Box} Box */
/** @typedef {import("./plot.js").Sheet} Sheet */

/**
 * The places of buckets and values: `x` where a bucket starts, `y` where a value is.
 *
 * @typedef {{ x: (cell: number) => number, y: (value: number) => number }} Place
 */

/** @type {Record<Line["tone"], string>} */
const TONES = {
  use: "--use",
  sun: "--sun",
  battery: "--battery",
  grid: "--grid",
  ink: "--ink-1",
  ink2: "--grid",
  ink3: "--ink-3",
  ghost: "--ghost",
  soft: "--soft",
};

/** How opaque a band is. */
const BAND = 0.17;

/**
 * @param {Sheet} sheet
 * @param {Line[]} lines
 * @param {Place} place
 * @param {number} strength of the bands, from 0 to 1
 */
export function drawLines({ brush, box, pixel }, lines, place, strength) {
  const bars = lines.filter((line) => line.kind === "bars");
  brush.save();
  brush.beginPath();
  brush.rect(box.left, 0, box.width, brush.canvas.height);
  brush.clip();
  for (const line of lines) {
    if (line.kind === "bars") drawBars(brush, line, place, pixel, bars);
    else {
      if (line.filled) fillDown(brush, line, place);
      if (line.max) drawBand(brush, line, place, strength);
      drawLine(brush, line, place, pixel);
    }
  }
  brush.restore();
}

/**
 * @param {CanvasRenderingContext2D} brush
 * @param {Line} line
 * @param {Place} place
 * @param {number} pixel
 * @param {Line[]} bars those that share a bucket's width
 */
function drawBars(brush, line, place, pixel, bars) {
  const all = [false, true].map((isPartial) =>
    columns(line, place, isPartial, bars.indexOf(line), bars.length),
  );
  brush.fillStyle = colour(TONES[line.tone]);
  for (const path of all) brush.fill(path);
  // As in lists and heat maps, what is known in part has stripes of the card in its own colour.
  brush.fillStyle = hatching(brush, colour("--card"), pixel);
  brush.fill(all[1]);
}

/** @param {CanvasRenderingContext2D} brush @param {Line} line @param {Place} place */
function fillDown(brush, line, place) {
  const { values } = line;
  drawBand(brush, { ...line, min: values.map((value) => value && 0), max: values }, place, 1);
}

/** @param {CanvasRenderingContext2D} brush @param {Line} line @param {Place} place @param {number} strength */
function drawBand(brush, line, place, strength) {
  brush.globalAlpha = strength * BAND;
  brush.fillStyle = colour(TONES[line.tone]);
  for (const path of bands(line, place)) brush.fill(path);
  brush.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} brush @param {Line} line @param {Place} place @param {number} pixel */
function drawLine(brush, line, place, pixel) {
  const isGhost = line.tone === "ghost";
  brush.strokeStyle = colour(TONES[line.tone]);
  brush.lineWidth = (isGhost ? 1.25 : 1.75) * pixel;
  brush.setLineDash(isGhost ? [3 * pixel, 3 * pixel] : []);
  brush.lineJoin = line.kind === "line" ? "round" : "miter";
  const paths = line.kind === "line" ? middles(line, place) : steps(line, place);
  for (const path of paths) brush.stroke(path);
}

/**
 * Hatches the spans that are unknown.
 *
 * @param {Sheet} sheet
 * @param {[number, number][]} spans in pixels from the canvas' left
 */
export function drawBlanks({ brush, box, pixel }, spans) {
  brush.fillStyle = hatching(brush, colour("--hatch"), pixel);
  for (const [start, end] of spans) {
    const left = Math.max(box.left, start);
    const right = Math.min(box.left + box.width, end);
    if (right > left) brush.fillRect(left, box.top, Math.max(right - left, 1), box.height);
  }
}

/**
 * Marks buckets that were corrected by hand: a line on the axis, and a triangle in its middle.
 *
 * @param {Sheet} sheet
 * @param {Line[]} lines
 * @param {(cell: number) => number} x where a bucket starts, in pixels
 * @param {[number, number]} cells the first bucket in view, and the one after the last
 */
export function drawCorrected({ brush, box, pixel }, lines, x, [first, end]) {
  const found = Array.from({ length: end - first }, (_, i) =>
    lines.some(({ corrected }) => corrected?.[first + i]) ? 1 : null,
  );
  const [foot, size] = [box.top + box.height, 4 * pixel];
  brush.fillStyle = colour("--warn");
  for (const [from, to] of runs(found)) {
    const [start, stop] = [x(first + from), x(first + to)];
    const middle = (start + stop) / 2;
    brush.fillRect(start, foot - pixel, stop - start, 2 * pixel);
    brush.beginPath();
    brush.moveTo(middle - size, foot + pixel);
    brush.lineTo(middle + size, foot + pixel);
    brush.lineTo(middle, foot - 1.5 * size);
    brush.fill();
  }
}

/** @param {(number | null)[]} values @returns {[number, number][]} spans of known values: first, and after the last */
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

/** How many buckets a path has at most: a browser takes many times as long for one path of a whole day. */
const PIECE = 48;

/** @param {(number | null)[]} values @returns {[number, number][]} their runs, cut into short ones */
const pieces = (values) =>
  runs(values).flatMap(([from, to]) =>
    Array.from({ length: Math.ceil((to - from) / PIECE) }, (_, i) => {
      const start = from + i * PIECE;
      return /** @type {[number, number]} */ ([start, Math.min(to, start + PIECE)]);
    }),
  );

/** @param {Line} line @param {Place} place @returns {Path2D[]} */
const steps = ({ values }, { x, y }) =>
  pieces(values).map(([from, to]) => {
    const path = new Path2D();
    // A piece goes on to the value that the next one begins with.
    const end = values[to] == null ? to : to + 1;
    path.moveTo(x(from), y(Number(values[from])));
    for (let cell = from; cell < to; cell++) {
      // If the value stays the same, one line is enough for many buckets.
      if (cell + 1 < to && values[cell] === values[cell + 1]) continue;
      path.lineTo(x(cell + 1), y(Number(values[cell])));
      if (cell + 1 < end) path.lineTo(x(cell + 1), y(Number(values[cell + 1])));
    }
    return path;
  });

/** @param {Line} line @param {Place} place @returns {Path2D[]} */
const middles = ({ values }, { x, y }) =>
  pieces(values).map(([from, to]) => {
    const path = new Path2D();
    const end = values[to] == null ? to : to + 1;
    const isAlone = values[from - 1] == null && end - from === 1;
    for (let cell = from; cell < end; cell++) {
      const [middle, at] = [(x(cell) + x(cell + 1)) / 2, y(Number(values[cell]))];
      // A bucket between unknown ones is a dash.
      if (cell === from) path.moveTo(isAlone ? middle - 2 : middle, at);
      path.lineTo(middle, at);
    }
    return path;
  });

/** @param {Line} line @param {Place} place @returns {Path2D[]} outlines, far quicker than a rectangle a bucket */
function bands({ min = [], max = [] }, { x, y }) {
  return pieces(max).map(([from, to]) => {
    const path = new Path2D();
    // Pieces meet between two pixels, so that no seam is seen.
    const across = (/** @type {number} */ cell) =>
      cell === from || cell === to ? Math.round(x(cell)) : x(cell);
    path.moveTo(across(from), y(Number(max[from])));
    for (let cell = from; cell < to; cell++) {
      const high = y(Number(max[cell]));
      path.lineTo(across(cell), high);
      path.lineTo(across(cell + 1), high);
    }
    for (let cell = to - 1; cell >= from; cell--) {
      const [low, high] = [y(Number(min[cell])), y(Number(max[cell]))];
      const edge = low < high ? low : Math.max(low, high + 1);
      path.lineTo(across(cell + 1), edge);
      path.lineTo(across(cell), edge);
    }
    path.closePath();
    return path;
  });
}

/**
 * @param {Line} line
 * @param {Place} place
 * @param {boolean} isPartial
 * @param {number} i
 * @param {number} count of bars beside each other
 */
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

/** @type {Map<string, CanvasPattern | string>} */
const patterns = new Map();

/**
 * @param {CanvasRenderingContext2D} brush
 * @param {string} ink
 * @param {number} pixel
 * @returns {CanvasPattern | string} slanting lines
 */
function hatching(brush, ink, pixel) {
  const size = 6 * Math.max(1, Math.round(pixel));
  const key = `${ink} ${size}`;
  let pattern = patterns.get(key);
  if (pattern === undefined) {
    pattern = brush.createPattern(tile(ink, size), "repeat") ?? ink;
    patterns.set(key, pattern);
  }
  return pattern;
}

/** @param {string} ink @param {number} size */
function tile(ink, size) {
  const canvas = h("canvas", { width: size, height: size });
  const brush = canvas.getContext("2d");
  if (!brush) return canvas;
  brush.strokeStyle = ink;
  brush.lineWidth = size / 5;
  brush.beginPath();
  for (const shift of [-size, 0, size]) {
    brush.moveTo(shift, size);
    brush.lineTo(shift + size, 0);
  }
  brush.stroke();
  return canvas;
}
