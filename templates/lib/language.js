/** Which of the page's languages is used, and how numbers and dates are written in it. */

/** @typedef {"en" | "de" | "nl" | "fr" | "es" | "hi"} Language */

/** Each language's own name. @type {Record<Language, string>} */
export const LANGUAGES = {
  en: "English",
  de: "Deutsch",
  nl: "Nederlands",
  fr: "Français",
  es: "Español",
  hi: "हिन्दी",
};

/** @param {unknown} text @returns {text is Language} */
export const isLanguage = (text) => typeof text === "string" && Object.hasOwn(LANGUAGES, text);

/** @param {string} tag @returns {Intl.Locale[]} none if it is no tag of a language */
function localeOf(tag) {
  try {
    return [new Intl.Locale(tag)];
  } catch {
    return [];
  }
}

/**
 * @param {readonly string[]} wanted the browser's languages, the best one first
 * @param {unknown} choice of the reader
 * @returns {{ language: Language, locale: string }} `locale` is the browser's own tag of that language;
 *   if it has none, the language as it is written in the browser's region
 */
export function chosen(wanted, choice) {
  const tags = wanted.flatMap(localeOf);
  const known = tags.map((tag) => tag.language).find(isLanguage);
  const language = isLanguage(choice) ? choice : (known ?? "en");
  const own = tags.find((tag) => tag.language === language);
  if (own) return { language, locale: String(own) };
  // A browser takes long to tell the region of a tag without one.
  const region = tags[0]?.region ?? tags[0]?.maximize().region;
  return { language, locale: region ? `${language}-${region}` : language };
}

/** Regions whose week begins on Sunday or on Saturday, for browsers that cannot tell. */
const SUNDAY =
  /^(A[GS]|B[DRSTWZ]|C[AO]|D[MO]|ET|G[TU]|H[KN]|I[DLNS]|J[MPT]|K[EHR]|LA|M[HMOTXZ]|N[IP]|P[AEHKRTUYZ]|RH|S[AGV]|T[HTW]|U[MS]|V[EI]|W[KS]|Y[DE]|Z[AW])$/;
const SATURDAY = /^(AF|BH|D[JZ]|EG|I[QR]|JO|KW|LY|OM|QA|S[DY])$/;

/** @param {string} tag @returns {number} the first day of a week, from 1 for Monday to 7 */
export function firstDayOf(tag) {
  const locale = /** @type {any} */ (new Intl.Locale(tag));
  const week = locale.getWeekInfo?.() ?? locale.weekInfo;
  if (week) return week.firstDay;
  const region = locale.maximize().region ?? "";
  return SUNDAY.test(region) ? 7 : SATURDAY.test(region) ? 6 : 1;
}
