/** The page's language: as the browser has it, or as the reader chose; the browser remembers a choice. */

import { chosen, isLanguage } from "../lib/language.js";
import { say, speak, spoken } from "../lib/words.js";

/** @typedef {import("../lib/language.js").Language} Language */
/** @typedef {import("../lib/words.js").Key} Key */

const KEY = "powerstats-language";

/** The address may name a language, for a browser that remembers nothing. */
const PARAMETER = "language";

/** Words that take longer are asked for again, in English, in ms. */
const LONGEST = 8000;

/** Words that cannot be had are asked for again after so many ms. */
const PAUSE = 5000;

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

/**
 * Speaks the page's language if its file can be had, or English. Until the words of one are there, the
 * sentences of the HTML stay.
 *
 * @param {Record<string, string>} files with the words of each language
 */
export async function listen(files) {
  const own = await fetchWords(files[language]);
  if (own) return speak(own, locale);
  for (;;) {
    const words = await fetchWords(files.en);
    if (words) return speak(words, chosen(navigator.languages, "en").locale);
    await new Promise((done) => setTimeout(done, PAUSE));
  }
}

/** @param {string} file @returns {Promise<import("../lib/words.js").Words | null>} null if they cannot be had */
async function fetchWords(file) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), LONGEST);
  try {
    const answer = await fetch(file, { signal: patience.signal });
    return answer.ok ? await answer.json() : null;
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
