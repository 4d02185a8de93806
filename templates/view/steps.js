/** The row below the tabs: the days that are shown, and ‹ and › to those before and after them. */

import { say } from "../lib/words.js";
import { h, setText } from "./dom.js";

/** @typedef {import("../lib/moving.js").Step} Step */
/** @typedef {import("../lib/moving.js").Steps} Steps */

/** Keys that move in these do not move the page. */
const OWN_KEYS = "[role=tablist], [role=application], input, select, textarea, .scroll, dialog";

/** @param {HTMLElement} host @returns {(steps: Steps) => void} */
export function steps(host) {
  const before = stepLink("‹", "prev", say("step.before"));
  const after = stepLink("›", "next", say("step.after"));
  const label = h("b");
  const note = h("span", { class: "note" });
  const here = h("p", { class: "here", "aria-live": "polite" }, label, note);
  host.replaceChildren(before.element, here, after.element);
  document.addEventListener("keydown", ({ key, target, altKey, ctrlKey, metaKey, shiftKey }) => {
    const step = { ArrowLeft: before, ArrowRight: after }[key];
    const isTaken = target instanceof Element && target.closest(OWN_KEYS);
    if (step && !isTaken && !altKey && !ctrlKey && !metaKey && !shiftKey) step.open();
  });
  return (model) => {
    setText(label, model.label);
    setText(note, model.note);
    before.update(model.before);
    after.update(model.after);
  };
}

/** @param {string} sign @param {string} rel @param {string} name */
function stepLink(sign, rel, name) {
  const element = h(
    "a",
    { class: "step", role: "link", rel },
    h("span", { "aria-hidden": "true" }, sign),
  );
  /** @type {Step | null} */
  let step = null;
  /** @param {Step | null} next */
  const update = (next) => {
    step = next;
    if (step) element.setAttribute("href", step.hash);
    else element.removeAttribute("href");
    element.setAttribute("aria-disabled", String(!step));
    // The sign is no name, so a screen reader takes this one, and says it once.
    element.title = step ? `${name}: ${step.label}` : name;
  };
  const open = () => {
    if (step) location.hash = step.hash;
  };
  return { element, update, open };
}
