/** The page's languages: each has all texts, with the same places, in the forms that its plurals need. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import * as format from "../../templates/lib/format.js";
import { chosen, firstDayOf, LANGUAGES } from "../../templates/lib/language.js";
import { DAY, HOUR, MINUTE, Zone } from "../../templates/lib/time.js";
import { say, sayParts, speak } from "../../templates/lib/words.js";
import english from "../../templates/words/en.js";

/** @param {string} name @returns {Promise<Map<string, import("../../templates/lib/words.js").Words>>} the words in the files of a folder, by language */
async function wordsIn(name) {
  const folder = new URL(`../../templates/${name}/`, import.meta.url);
  const found = readdirSync(folder).map(async (file) => {
    const { default: words } = await import(`${folder}${file}`);
    return /** @type {const} */ ([file.replace(".js", ""), words]);
  });
  return new Map(await Promise.all(found));
}

const files = await wordsIn("words");
const money = await wordsIn("moneywords");

/** @param {import("../../templates/lib/words.js").Text} text @returns {string[]} its forms */
const formsOf = (text) => (typeof text === "string" ? [text] : Object.values(text));

/** @param {string} text @returns {string} its places, in no order */
const placesOf = (text) =>
  [...text.matchAll(/\{(\w+)\}/g)]
    .map(([, name]) => name)
    .sort()
    .join();

test.afterEach(() => speak(english, "en-GB"));

test("there is a file for each language", () => {
  assert.deepEqual([...files.keys()].sort(), Object.keys(LANGUAGES).sort());
  assert.deepEqual([...money.keys()].sort(), Object.keys(LANGUAGES).sort());
});

for (const [language, page] of files) {
  const words = { ...page, ...money.get(language) };
  test(`${language} has all texts, and each has the places of the English one`, () => {
    const all = { ...english, ...money.get("en") };
    assert.deepEqual(Object.keys(words), Object.keys(all));
    for (const [key, text] of Object.entries(words)) {
      const original = all[/** @type {keyof typeof english} */ (key)];
      const [places] = formsOf(original).map(placesOf);
      assert.equal(typeof text, typeof original, key);
      for (const form of formsOf(text)) {
        assert.equal(placesOf(form), places, `${key}: ${form}`);
        assert.equal(form.trim(), form, key);
        assert.ok(form, key);
      }
      if (typeof text !== "string") assert.ok(places.split(",").includes("n"), key);
    }
  });

  test(`${language} has the forms that its counts need`, () => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    for (const [key, text] of Object.entries(words)) {
      if (typeof text === "string") continue;
      // "many" is for millions, which no count of days or hours reaches.
      const needed = pluralCategories.filter((form) => form !== "many");
      assert.deepEqual(Object.keys(text).sort(), needed.sort(), key);
    }
  });
}

test("each text is asked for somewhere", () => {
  const folder = new URL("../../templates/", import.meta.url);
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(js|html)$/.test(name) && !name.startsWith("words"))
    .map((name) => readFileSync(new URL(name, folder), "utf8"))
    .join("");
  // A key may end with a value: `tab.${id}`.
  const unused = Object.keys(english).filter((key) => {
    const start = key.slice(0, key.lastIndexOf(".") + 1);
    return !sources.includes(`"${key}"`) && !(start && sources.includes(`\`${start}\${`));
  });
  assert.deepEqual(unused, []);
});

test("a text is whole: numbers in it can be found, and its form is that of its count", () => {
  const n = { key: "count", raw: 1, text: "1" };
  assert.deepEqual(sayParts("energy.inDays", { n }), [{ text: "in " }, n, { text: " day" }]);
  assert.equal(say("energy.inDays", { n: 2 }), "in 2 days");
  speak(/** @type {any} */ (files.get("fr")), "fr-FR");
  assert.equal(say("energy.inDays", { n: 0 }), "en 0 jour");
  speak(/** @type {any} */ (files.get("hi")), "hi-IN");
  assert.equal(say("month.days", { count: 9, n: 30 }), "30 में से 9 दिन");
});

test("a value is text, whatever is in it", () => {
  assert.equal(say("table.of", { name: "{n} <b> $&" }), "{n} <b> $&, as a table");
});

/** @type {[string[], string | null, string, string][]} wanted by the browser, chosen, language, locale */
const CHOICES = [
  [["en-GB", "de"], null, "en", "en-GB"],
  [["en-DE"], null, "en", "en-DE"],
  [["de-AT", "en"], null, "de", "de-AT"],
  [["pt-BR", "fr-CA", "en"], null, "fr", "fr-CA"],
  [["pt-PT"], null, "en", "en-PT"],
  [["ja"], null, "en", "en-JP"],
  [["de-CH"], "en", "en", "en-CH"],
  [["de", "en-US"], "en", "en", "en-US"],
  [["de"], "en", "en", "en-DE"],
  [["en-US"], "hi", "hi", "hi-US"],
  [["hi-IN-u-nu-deva"], null, "hi", "hi-IN-u-nu-deva"],
  [["nonsense_", "nl"], null, "nl", "nl"],
  [["es-419"], "klingon", "es", "es-419"],
  [[], null, "en", "en"],
];
for (const [wanted, choice, language, locale] of CHOICES) {
  test(`the language of [${wanted}] and ${choice} is ${locale}`, () => {
    assert.deepEqual(chosen(wanted, choice), { language, locale });
  });
}

/** What a language writes at 6:40 of a Tuesday. @type {Record<string, RegExp>} */
const WRITTEN = {
  "en-US": /^Tue, Nov 24, 6:40.AM 6:40.AM 1,234\.5 4 minutes ago 2 days 5 h$/,
  "en-GB": /^Tue,? 24 Nov(,| at) 06:40 06:40 1,234\.5 4 minutes ago 2 days 5 h$/,
  "en-DE": /^Tue,? 24 Nov(,| at) 06:40 06:40 1\.234,5 4 minutes ago 2 days 5 h$/,
  "de-DE": /^Di\., 24\. Nov\.(,| um) 06:40 06:40 1\.234,5 vor 4 Minuten 2 Tage 5 Std\.$/,
  "nl-NL": /^di 24 nov,? 06:40 06:40 1\.234,5 4 minuten geleden 2 dagen 5 u$/,
  "fr-FR": /^mar\. 24 nov\.,? (à )?06:40 06:40 1.234,5 il y a 4 minutes 2 jours 5 h$/,
  "es-ES": /^mar,? 24 nov, 06:40 06:40 1\.?234,5 hace 4 minutos 2 días 5 h$/,
  "hi-IN": /^मंगल,? 24 नव॰,? 6:40.am 6:40.am 1,234\.5 4 मिनट पहले 2 दिन 5 घं॰$/,
};
for (const [locale, written] of Object.entries(WRITTEN)) {
  test(`numbers, dates and times are all those of ${locale}`, () => {
    speak(/** @type {any} */ (files.get(locale.slice(0, 2))), locale);
    const zone = new Zone("Europe/Vienna");
    const at = Date.UTC(2026, 10, 24, 5, 40);
    const texts = [
      format.dayTime(zone, at),
      format.time(zone, at),
      format.number(1234.5, 1),
      format.ago(4 * MINUTE),
      format.duration(2 * DAY + 5 * HOUR),
    ];
    assert.match(texts.join(" "), written);
  });
}

/** @type {Record<string, number>} */
const FIRST_DAYS = {
  "en-US": 7,
  "en-GB": 1,
  "de-DE": 1,
  "hi-IN": 7,
  fr: 1,
  "ar-EG": 6,
  "es-MX": 7,
  en: 7,
};
for (const [locale, first] of Object.entries(FIRST_DAYS)) {
  test(`a week of ${locale} begins on day ${first}, also if the browser cannot tell`, (context) => {
    assert.equal(firstDayOf(locale), first);
    const { prototype } = Intl.Locale;
    for (const name of ["getWeekInfo", "weekInfo"]) {
      const known = Object.getOwnPropertyDescriptor(prototype, name);
      if (!known) continue;
      Object.defineProperty(prototype, name, { value: undefined, configurable: true });
      context.after(() => Object.defineProperty(prototype, name, known));
    }
    assert.equal(firstDayOf(locale), first);
  });
}
