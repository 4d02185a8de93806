/** The menu of the header: what the reader may choose. */

import { isLanguage, LANGUAGES } from "../lib/language.js";
import { say } from "../lib/words.js";
import { h } from "./dom.js";
import { choice, choose } from "./language.js";
import { themeChoice } from "./theme.js";

/** @param {HTMLElement} element a `details` with a place for the choices */
export function menu(element) {
  const languages = h(
    "select",
    { id: "language" },
    h("option", { value: "" }, say("theme.system")),
    ...Object.entries(LANGUAGES).map(([code, name]) =>
      h("option", { value: code, lang: code, selected: code === choice() }, name),
    ),
  );
  languages.addEventListener("change", () =>
    choose(isLanguage(languages.value) ? languages.value : null),
  );
  element.lastElementChild?.replaceChildren(
    h("label", {}, h("span", {}, say("theme.title")), themeChoice()),
    h("label", {}, h("span", {}, say("language.title")), languages),
  );
  const close = () => element.removeAttribute("open");
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    close();
    element.querySelector("summary")?.focus();
  });
  addEventListener("pointerdown", ({ target }) => {
    if (target instanceof Node && !element.contains(target)) close();
  });
}
