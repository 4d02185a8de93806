/** The page's words in one language: whole texts, with places for numbers, times and names. */

/** @typedef {import("./model.js").Part} Part */
/** @typedef {keyof typeof import("../words/en.js").default} PageKey */
/** @typedef {keyof typeof import("../moneywords/en.js").default} MoneyKey */
/** @typedef {PageKey | MoneyKey} Key */

/** One text, or its plural forms. @typedef {string | (Partial<Record<Intl.LDMLPluralRule, string>> & { other: string })} Text */

/** @typedef {Record<PageKey, Text>} Words */
/** @typedef {Record<MoneyKey, Text>} MoneyWords */

/** The values of a text's places. @typedef {Record<string, string | number | Part>} Values */

/** None before the page has been told them. @type {Partial<Words & MoneyWords>} */
let words = {};
let locale = "en";
/** @type {Set<() => void>} */
const watchers = new Set();

/** @param {() => void} watcher called when the language is another: what was made for the one before is void */
export const onLanguage = (watcher) => void watchers.add(watcher);

/** @param {Partial<Words & MoneyWords>} other @param {string} tag of the same language, for numbers and dates */
export function speak(other, tag) {
  words = other;
  locale = tag;
  for (const watcher of watchers) watcher();
}

/** @returns {[Partial<Words & MoneyWords>, string]} what `speak` was told: another copy of this module is told the same */
export const speech = () => [words, locale];

/** @returns {string} the tag for numbers and dates */
export const spoken = () => locale;

/** @type {Intl.PluralRules | undefined} */
let rules;
/** @type {Intl.NumberFormat | undefined} */
let counts;
onLanguage(() => {
  rules = undefined;
  counts = undefined;
});

/** @param {unknown} n @returns {Intl.LDMLPluralRule} */
function formOf(n) {
  rules ??= new Intl.PluralRules(locale);
  return rules.select(Number(n));
}

/** @param {string | number | Part} value @returns {Part} */
function partOf(value) {
  if (typeof value === "object") return value;
  if (typeof value === "string") return { text: value };
  counts ??= new Intl.NumberFormat(locale);
  return { text: counts.format(value) };
}

/** @param {Key} key @param {Values} values @returns {string} the text in the form that its `n` asks for */
function textOf(key, { n }) {
  const text = words[key] ?? key;
  if (typeof text === "string") return text;
  return text[formOf(typeof n === "object" ? n.raw : n)] ?? text.other;
}

/** @param {Key} key @param {Values} [values] @returns {Part[]} a text in pieces, of which some are numbers that can be found */
export const sayParts = (key, values = {}) =>
  textOf(key, values)
    .split(/\{(\w+)\}/)
    .map((piece, i) => (i % 2 ? partOf(values[piece] ?? "") : { text: piece }))
    .filter((part) => part.text !== "" || part.key !== undefined);

/** @param {Key} key @param {Values} [values] @returns {string} */
export const say = (key, values) =>
  sayParts(key, values)
    .map(({ text }) => text)
    .join("");
