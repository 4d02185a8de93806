/** What is chosen in the charts: its sums, and the button that takes it back. It stays in view at the bottom. */

import { say } from "../lib/words.js";
import { h, partNode, setText } from "./dom.js";

/** @typedef {import("../lib/model.js").Part} Part */
/** @typedef {import("./group.js").Group} Group */

/**
 * @param {Group} group
 * @param {(cells: [number, number]) => { span: string, sums: Part[] }} sumsOf
 * @returns {{ element: HTMLElement, update: () => void }}
 */
export function selection(group, sumsOf) {
  const span = h("b");
  const sums = h("span");
  const back = h(
    "button",
    { type: "button", class: "quiet", "data-action": "back", "aria-label": say("tools.whole") },
    say("tools.all"),
  );
  back.addEventListener("click", () => group.zoom(null));
  const element = h(
    "div",
    { class: "chosen" },
    h("p", { "aria-live": "polite" }, span, sums),
    back,
  );
  const update = () => {
    const { chosen } = group;
    element.hidden = chosen === null;
    if (!chosen) return;
    const model = sumsOf(chosen);
    setText(span, model.span);
    sums.replaceChildren(...model.sums.map(partNode));
  };
  group.watch(update);
  update();
  return { element, update };
}
