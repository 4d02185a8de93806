/** The years on one another: a line each, of the energy since 1 January, and the day that is read. */

import { dayMonth, month, plain } from "../lib/format.js";
import { say } from "../lib/words.js";
import { dayAt, monthAt, PLACES, placeOf } from "../lib/years.js";
import { announce } from "./announce.js";
import { valueTicks } from "./axes.js";
import { h, partNode, setPart, setText } from "./dom.js";

/** @typedef {import("../lib/years.js").YearLine} YearLine */
/** @typedef {import("../lib/years.js").Years} Years */

/** The colours of the lines, the newest year's first. */
const TONES = ["use", "sun", "grid", "ink-3", "battery", "ghost", "ink", "warn"];

/** A line across the plot at least each so many parts of its height. */
const TICKS = 5;

/** The height of the drawing, in units that are stretched to the plot's. */
const HEIGHT = 1000;

/** @param {string} tag @param {Record<string, string | number>} attributes */
function shape(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** @param {number[]} all the years that have lines, the newest first */
export function yearLines(all) {
  const title = say("years.chart");
  const unit = h("span", { class: "note" });
  const when = h("span", { class: "when" });
  const notes = h("p", { class: "note" });
  const chips = all.map(chip);
  const hidden = new Set();
  const { host, area, values, drawing, cursor } = plot(title);
  const list = h("p", { class: "chips" }, ...chips.map(({ element }) => element));
  const reading = h("span", { class: "reading" }, when);
  const element = h(
    "figure",
    { class: "card" },
    h("figcaption", {}, h("h2", {}, title), unit, reading),
    list,
    host,
    notes,
  );
  element.style.margin = ".75rem 0 0";
  list.style.margin = ".5rem 0";
  reading.style.minHeight = "1.45em";
  /** @type {Years | null} */
  let model = null;
  /** The day that is read. @type {number | null} */
  let place = null;

  const draw = () => {
    if (!model) return;
    const { low, high } = model;
    const lines = model.lines.filter(({ year }) => !hidden.has(year));
    // The newest year is drawn last, above the others.
    const paths = lines
      .map((line) => linesOf(line, { low, high }, all.indexOf(line.year)))
      .reverse();
    const ticks = ticksOf(model);
    drawing.replaceChildren(...ticks.map(({ y }) => hair(y)), ...paths.flat());
    values.replaceChildren(...ticks.map(({ y, text }) => label(text, { top: `${y / 10}%` })));
  };
  const showReading = () => {
    cursor.hidden = place === null;
    cursor.style.left = `${(((place ?? 0) + 0.5) / PLACES) * 100}%`;
    setText(when, place === null ? "" : dayMonth(dayAt(place)));
    model?.lines.forEach(({ year, sums, total }, i) => {
      const value = place === null ? null : sums[place];
      const read = { key: `years-${year}-read`, raw: value, text: plain(value, model?.unit ?? "") };
      chips[i].show(place === null ? total : read);
    });
  };
  const said = () =>
    chips.flatMap(({ element }, i) => (hidden.has(all[i]) ? [] : element.textContent)).join(", ");
  /** @param {number | null} to @param {boolean} [isSaid] */
  const read = (to, isSaid = false) => {
    place = to === null ? null : Math.max(0, Math.min(PLACES - 1, to));
    showReading();
    if (isSaid && place !== null) announce(`${when.textContent}: ${said()}`);
  };
  chips.forEach(({ element }, i) => {
    element.addEventListener("click", () => {
      if (!hidden.delete(all[i])) hidden.add(all[i]);
      element.setAttribute("aria-pressed", String(!hidden.has(all[i])));
      draw();
    });
  });
  listen(host, area, () => place, read);
  /** @param {Years} next */
  const update = (next) => {
    model = next;
    setText(unit, next.unit);
    notes.replaceChildren(...next.lines.filter(({ note }) => note.length).map(noteLine));
    draw();
    showReading();
  };
  return { element, update };
}

/**
 * @param {HTMLElement} host
 * @param {HTMLElement} area
 * @param {() => number | null} place
 * @param {(place: number | null, isSaid?: boolean) => void} read
 */
function listen(host, area, place, read) {
  /** @param {PointerEvent} event */
  const point = ({ clientX }) => {
    const { left, width } = area.getBoundingClientRect();
    read(Math.floor(((clientX - left) / width) * PLACES));
  };
  area.addEventListener("pointerdown", point);
  area.addEventListener("pointermove", point);
  area.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && read(null));
  host.addEventListener("keydown", (event) => {
    const at = place();
    /** @type {Record<string, number | null>} */
    const places = {
      ArrowRight: at === null ? 0 : at + 1,
      ArrowLeft: at === null ? PLACES - 1 : at - 1,
      Home: 0,
      End: PLACES - 1,
      Escape: null,
    };
    if (!(event.key in places) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    read(places[event.key], true);
  });
}

/** @param {string} title */
function plot(title) {
  const drawing = shape("svg", {
    viewBox: `0 0 ${PLACES} ${HEIGHT}`,
    preserveAspectRatio: "none",
    width: "100%",
    height: "100%",
    "aria-hidden": "true",
  });
  const cursor = h("div", { class: "cursor", hidden: true });
  const values = h("div", { "aria-hidden": "true" });
  // Each other month: all of them have no room on a phone.
  const months = [0, 2, 4, 6, 8, 10].map((i) => {
    const left = `${(placeOf(monthAt(i)) / PLACES) * 100}%`;
    return label(month(monthAt(i)), { left, top: "calc(100% + 1rem)" });
  });
  const area = h("div", {}, drawing, values, ...months, cursor);
  Object.assign(drawing.style, { display: "block", overflow: "visible" });
  Object.assign(area.style, { position: "absolute", inset: ".5rem .5rem 1.75rem 3.5rem" });
  area.style.cursor = "crosshair";
  const about = { class: "plot tall", tabindex: 0, role: "application", "aria-label": title };
  return { host: h("div", about, area), area, values, drawing, cursor };
}

/** @param {string} text @param {{ left?: string, top: string }} place a text beside the drawing: without `left` before it */
function label(text, place) {
  const element = h("span", { class: "note" }, text);
  const side = place.left === undefined ? { right: "calc(100% + .5rem)" } : {};
  const style = { position: "absolute", transform: "translateY(-50%)", whiteSpace: "nowrap" };
  Object.assign(element.style, style, side, place);
  return element;
}

/** @param {number} year @param {number} i which line it is */
function chip(year, i) {
  const value = h("b");
  const about = { type: "button", class: "chip", "aria-pressed": "true" };
  const element = h("button", about, `${year} `, value);
  element.style.setProperty("--tone", `var(--${TONES[i]})`);
  // Two stand beside each other on the narrowest phone.
  Object.assign(element.style, { minWidth: "7.25rem", padding: "0 .5rem" });
  /** @param {import("../lib/model.js").Part} part */
  const show = (part) => setPart(value, part);
  return { element, show };
}

/** @param {YearLine} line @returns {HTMLElement} how many days of it are known */
function noteLine({ year, note }) {
  const element = h("span", {}, `${year}: `, ...note.map(partNode));
  element.style.cssText = "display:inline-block;margin-right:1rem";
  return element;
}

/** @param {Years} model @returns {{ y: number, text: string }[]} */
const ticksOf = ({ low, high }) =>
  valueTicks(low, high, (high - low || 1) / TICKS).map(({ at, text }) => ({
    y: up({ low, high }, at),
    text,
  }));

/** @param {{ low: number, high: number }} ends @param {number} value @returns {number} its place from above */
const up = ({ low, high }, value) => ((high - value) / (high - low || 1)) * HEIGHT;

/** @param {number} y */
const hair = (y) =>
  shape("path", {
    d: `M0 ${y}H${PLACES}`,
    stroke: "var(--hair)",
    "vector-effect": "non-scaling-stroke",
  });

/** @param {YearLine} line @param {{ low: number, high: number }} ends @param {number} i which line it is @returns {Element[]} what is known, and the dashed rest */
function linesOf({ year, sums, known }, ends, i) {
  const ways = { solid: "", dashed: "" };
  let from = `M0 ${up(ends, 0)}`;
  /** @type {"solid" | "dashed" | null} */
  let last = null;
  sums.forEach((sum, place) => {
    if (sum === null) return;
    const kind = known[place] ? "solid" : "dashed";
    const to = `${place + 1} ${up(ends, sum).toFixed(1)}`;
    ways[kind] += `${kind === last ? "" : from}L${to}`;
    from = `M${to}`;
    last = kind;
  });
  return Object.entries(ways).flatMap(([kind, d]) =>
    d
      ? shape("path", {
          d,
          fill: "none",
          stroke: `var(--${TONES[i]})`,
          "stroke-width": i === 0 ? 3 : 1.75,
          "stroke-dasharray": kind === "dashed" ? "5 4" : "none",
          "vector-effect": "non-scaling-stroke",
          "data-line": `${year}-${kind}`,
        })
      : [],
  );
}
