/** Light and dark: as the system has it, or as the reader chose; the browser remembers a choice. */

import { say } from "../lib/words.js";
import { h } from "./dom.js";

/** @typedef {"light" | "dark" | null} Choice null: as the system has it */

const KEY = "powerstats-theme";
const KINDS = /** @type {const} */ (["system", "light", "dark"]);
const system = matchMedia("(prefers-color-scheme: dark)");
/** @type {Set<() => void>} */
const watchers = new Set();
/** @type {Map<string, string>} */
const colours = new Map();

/** @type {Choice} */
let choice = null;
try {
  const kept = localStorage.getItem(KEY);
  choice = kept === "light" || kept === "dark" ? kept : null;
} catch {
  // Without storage the choice lasts as long as the page.
}

/** @param {Choice} [forced] */
function apply(forced = null) {
  const root = document.documentElement;
  root.dataset.theme = forced ?? choice ?? (system.matches ? "dark" : "light");
  colours.clear();
  for (const watcher of watchers) watcher();
}
system.addEventListener("change", () => apply());
apply();

/** @param {() => void} watcher called when the colours change */
export const onTheme = (watcher) => void watchers.add(watcher);

/** @param {string} name @returns {string} a custom property's value */
export function colour(name) {
  let value = colours.get(name);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    colours.set(name, value);
  }
  return value;
}

/** Paper is white. */
export const forPrint = () => apply("light");
export const afterPrint = () => apply();

/** @returns {HTMLSelectElement} a choice of the system's colours, or of one's own */
export function themeChoice() {
  const select = h(
    "select",
    { id: "theme" },
    ...KINDS.map((kind) =>
      h("option", { value: kind, selected: kind === (choice ?? "system") }, say(`theme.${kind}`)),
    ),
  );
  select.addEventListener("change", () => {
    choice = select.value === "light" || select.value === "dark" ? select.value : null;
    try {
      if (choice) localStorage.setItem(KEY, choice);
      else localStorage.removeItem(KEY);
    } catch {
      // See above.
    }
    apply();
  });
  return select;
}
