/** The page's language: as the browser has it, or as the reader chose; the browser remembers a choice. */

import { chosen, isLanguage } from "../lib/language.js";
import { say, speak, spoken, wordsOf } from "../lib/words.js";
import english from "../words/en.js";

/** @typedef {import("../lib/language.js").Language} Language */
/** @typedef {import("../lib/words.js").Key} Key */

const KEY = "powerstats-language";

/** The address may name a language, for a browser that remembers nothing. */
const PARAMETER = "language";

/** The page begins in English if another language's words take longer, in ms. */
const LONGEST = 4000;

/** @returns {Language | null} the reader's choice; null: as the browser has it */
export function choice() {
  const named = new URLSearchParams(location.search).get(PARAMETER);
  if (isLanguage(named)) return named;
  try {
    const kept = localStorage.getItem(KEY);
    return isLanguage(kept) ? kept : null;
  } catch {
    return null;
  }
}

const { language, locale } = chosen(navigator.languages, choice());

/** The language that the page is to have. */
export { language };

/** @param {Language | null} other which the page has from now on, null: as the browser has it; it is loaded anew for that */
export function choose(other) {
  const address = new URL(location.href);
  address.searchParams.delete(PARAMETER);
  try {
    if (other) localStorage.setItem(KEY, other);
    else localStorage.removeItem(KEY);
  } catch {
    if (other) address.searchParams.set(PARAMETER, other);
  }
  if (address.href === location.href) location.reload();
  else location.replace(address);
}

/** Speaks the page's language if its file can be had, or English. @param {string | undefined} file */
export async function listen(file) {
  const words = file && (await fetchWords(file));
  if (words) speak(words, locale);
  else speak(english, chosen(navigator.languages, "en").locale);
}

/** @param {string} file @returns {Promise<import("../lib/words.js").Words | null>} */
async function fetchWords(file) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), LONGEST);
  try {
    const answer = await fetch(file, { signal: patience.signal });
    return answer.ok ? wordsOf(await answer.json()) : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** Puts the words into the texts that are in the HTML. */
export function translate() {
  document.documentElement.lang = spoken();
  for (const element of document.querySelectorAll("[data-say]")) {
    element.textContent = say(/** @type {Key} */ (element.getAttribute("data-say")));
  }
  for (const element of document.querySelectorAll("[data-say-label]")) {
    const key = /** @type {Key} */ (element.getAttribute("data-say-label"));
    element.setAttribute("aria-label", say(key));
  }
}
