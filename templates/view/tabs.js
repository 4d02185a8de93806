/** Tabs: opened by click, keyboard, swipe, and the address, which also names the days of the past. */

import { parse, tabOf } from "../lib/places.js";
import { say } from "../lib/words.js";
import { h } from "./dom.js";

/** @typedef {import("../lib/places.js").Place} Place */
/** @typedef {import("../lib/tabs.js").Id} Id */

/** A place of the page, and the span that is chosen in it, as its address has it. @typedef {{ place: Place, chosen: string }} Here */

/** A swipe is at least so many pixels long. */
const SWIPE = 60;

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} main
 * @param {{ id: Id }[]} tabs
 * @param {(here: Here, id: Id) => void} onOpen given the tab that shows the place
 * @returns {{ panels: Map<Id, HTMLElement>, open: () => void }}
 */
export function tabs(list, main, tabs, onOpen) {
  const ids = tabs.map(({ id }) => id);
  const buttons = ids.map((id) =>
    h(
      "button",
      { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}` },
      say(`tab.${id}`),
    ),
  );
  const panels = new Map(
    ids.map((id) => [
      id,
      h("div", {
        role: "tabpanel",
        id: `panel-${id}`,
        "aria-labelledby": `tab-${id}`,
        class: "panel",
      }),
    ]),
  );
  list.replaceChildren(...buttons);
  main.replaceChildren(...panels.values());

  /** @type {Id | null} */
  let open = null;
  const show = () => {
    // A link into the page, such as the one to the content, opens no other place.
    if (open !== null && isOnPage(location.hash)) return;
    const here = parse(location.hash, ids) ?? { place: { id: ids[0] }, chosen: "" };
    open = tabOf(here.place, ids);
    ids.forEach((other, i) => {
      const isOpen = other === open;
      buttons[i].setAttribute("aria-selected", String(isOpen));
      buttons[i].tabIndex = isOpen ? 0 : -1;
      const panel = panels.get(other);
      if (panel) panel.hidden = !isOpen;
    });
    onOpen(here, open);
  };
  /** @param {number} i */
  const go = (i) => {
    location.hash = ids[(i + ids.length) % ids.length];
  };
  buttons.forEach((button, i) => {
    button.addEventListener("click", () => go(i));
    button.addEventListener("keydown", (event) => {
      const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: ids.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      go(to);
      buttons[(to + ids.length) % ids.length].focus();
    });
  });
  addEventListener("hashchange", show);

  onSwipe(main, (step) => {
    const to = open === null ? -1 : ids.indexOf(open) + step;
    if (to >= 0 && to < ids.length) go(to);
  });
  return { panels, open: show };
}

/** @param {string} hash @returns {boolean} whether it is a link to an element that is not a place */
const isOnPage = (hash) => hash.length > 1 && document.getElementById(hash.slice(1)) !== null;

/** @param {HTMLElement} host @param {(step: 1 | -1) => void} act 1: to the left, the next tab */
function onSwipe(host, act) {
  /** @type {{ x: number, y: number } | null} */
  let start = null;
  /** @param {TouchEvent} event */
  const begin = ({ target, touches }) => {
    const isTaken = target instanceof Element && target.closest(".plot, .squares, .scroll");
    const [{ clientX: x, clientY: y }] = touches;
    start = touches.length === 1 && !isTaken ? { x, y } : null;
  };
  /** @param {TouchEvent} event */
  const end = ({ changedTouches: [{ clientX, clientY }] }) => {
    if (!start) return;
    const [dx, dy] = [clientX - start.x, clientY - start.y];
    start = null;
    if (Math.abs(dx) >= SWIPE && Math.abs(dx) >= 2 * Math.abs(dy)) act(dx < 0 ? 1 : -1);
  };
  host.addEventListener("touchstart", begin, { passive: true });
  host.addEventListener("touchend", end, { passive: true });
}
