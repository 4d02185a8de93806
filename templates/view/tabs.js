/** Tabs by click, keyboard, swipe and the address's hash. */

import { h } from "./dom.js";

/**
 * @template {string} Id
 * @param {HTMLElement} list
 * @param {HTMLElement} main
 * @param {{ id: Id, label: string }[]} tabs
 * @param {(id: Id) => void} onOpen
 * @returns {{ panels: Map<Id, HTMLElement>, open: () => Id }}
 */
export function tabs(list, main, tabs, onOpen) {
  const ids = tabs.map(({ id }) => id);
  const buttons = tabs.map(({ id, label }) =>
    h(
      "button",
      { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}` },
      label,
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

  /** @returns {Id} */
  const wanted = () => ids.find((id) => `#${id}` === location.hash) ?? ids[0];
  const show = () => {
    const id = wanted();
    ids.forEach((other, i) => {
      const isOpen = other === id;
      buttons[i].setAttribute("aria-selected", String(isOpen));
      buttons[i].tabIndex = isOpen ? 0 : -1;
      const panel = panels.get(other);
      if (panel) panel.hidden = !isOpen;
    });
    onOpen(id);
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

  /** @type {{ x: number, y: number } | null} */
  let start = null;
  main.addEventListener(
    "touchstart",
    (event) => {
      const isTaken =
        event.target instanceof Element && event.target.closest(".plot, .squares, .scroll");
      const touch = event.touches[0];
      start =
        event.touches.length === 1 && !isTaken ? { x: touch.clientX, y: touch.clientY } : null;
    },
    { passive: true },
  );
  main.addEventListener(
    "touchend",
    (event) => {
      const touch = event.changedTouches[0];
      if (!start) return;
      const [dx, dy] = [touch.clientX - start.x, touch.clientY - start.y];
      start = null;
      if (Math.abs(dx) < 60 || Math.abs(dx) < 2 * Math.abs(dy)) return;
      const to = ids.indexOf(wanted()) + (dx < 0 ? 1 : -1);
      if (to >= 0 && to < ids.length) go(to);
    },
    { passive: true },
  );
  return {
    panels,
    open: () => {
      show();
      return wanted();
    },
  };
}
