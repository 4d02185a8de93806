/** Light and dark: as the system has it, or as the reader chose; the browser remembers a choice. */

import { say } from "../lib/words.js";

/** @typedef {"light" | "dark" | null} Choice null: as the system has it */

const KEY = "powerstats-theme";
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

/** @param {HTMLButtonElement} button switches to the other theme, then to the same as a choice, then back to the system's */
export function themeSwitch(button) {
  const show = () => {
    const now = choice ?? "system";
    button.textContent = say(`theme.${now}`);
    button.setAttribute("aria-label", say("theme.label", { choice: button.textContent }));
    button.dataset.choice = now;
  };
  button.addEventListener("click", () => {
    const other = system.matches ? "light" : "dark";
    const same = system.matches ? "dark" : "light";
    choice = choice === null ? other : choice === other ? same : null;
    try {
      if (choice) localStorage.setItem(KEY, choice);
      else localStorage.removeItem(KEY);
    } catch {
      // See above.
    }
    apply();
    show();
  });
  show();
}
