"""The page in each of its languages: whole, alone, and English if its own cannot be had."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from powerstats_cli.site.rendering import PAGE
from tests.browser.chromium import Opener
from tests.browser.pages import LOAD_FAILED, TABS, Tab, eventually
from tests.browser.sites import Site, site_of
from tests.page.homes import NOW, Home

if TYPE_CHECKING:
    from playwright.sync_api import Route

LOCALES = {"en": "en-GB", "de": "de-DE", "nl": "nl-NL", "fr": "fr-FR", "es": "es-ES", "hi": "hi-IN"}
WORDS = "**/words.*.json"
GERMAN = "**/words.de.*.json"
# Dates and ages become a digit: what is left of a text is the page's own words, and names.
NO_DATES = """
for (const kind of [Intl.DateTimeFormat, Intl.RelativeTimeFormat]) {
  for (const method of ["format", "formatRange"]) {
    const own = Object.getOwnPropertyDescriptor(kind.prototype, method);
    if (!own) continue;
    const call = (it, ...values) => own.get ? own.get.call(it)(...values)
      : own.value.call(it, ...values);
    Object.defineProperty(kind.prototype, method, {value(...values) {
      const text = call(this, ...values);
      return this.resolvedOptions().locale === "en-US" ? text : "0";
    }});
  }
}
window.painted = new Set();
const paint = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
  window.painted.add(text);
  return paint.call(this, text, ...rest);
};
"""
TEXTS = """() => {
  const found = new Set(window.painted);
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (!parent.closest("noscript, script, code, [lang]:not(html)")) {
      found.add(walk.currentNode.data.trim());
    }
  }
  for (const element of document.querySelectorAll("body *")) {
    for (const name of ["aria-label", "aria-description", "aria-roledescription",
                        "aria-valuetext", "title", "alt", "placeholder"]) {
      if (element.hasAttribute(name)) found.add(element.getAttribute(name));
    }
  }
  return [...found];
}"""
# Units, and what is called the same in each language.
EVERYWHERE = re.compile(
    r"\b(powerstats( collect| aggregate \w+)?|kWh|Wh|W|V|A|VA|Hz|CSV|\w+\.json|[A-Z]\w+/\w+)\b"
)


def marked(text: str | dict[str, str]) -> str | dict[str, str]:
    """Return a text with a mark around each piece that is no value."""
    if isinstance(text, dict):
        return {form: str(marked(one)) for form, one in text.items()}
    pieces = re.split(r"(\{\w+\})", text)
    return "".join(
        piece if place % 2 else f"⟦{piece}⟧" for place, piece in enumerate(pieces) if piece
    )


def words_of(language: str) -> dict[str, Any]:
    """Return the words that the page has in a language."""
    words: dict[str, Any] = json.loads((PAGE / f"words.{language}.json").read_text())
    return words


def strangers(tab: Tab, names: list[str]) -> list[str]:
    """Return the texts in which letters stand that are neither marked words nor names."""
    found = []
    for text in tab.page.evaluate(TEXTS):
        left = EVERYWHERE.sub(" ", re.sub("⟦[^⟧]*⟧", " ", text))
        for name in sorted(names, key=len, reverse=True):
            left = left.replace(name, " ")
        if re.search(r"[^\W\d_]", left):
            found.append(text)
    return sorted(found)


def test_no_word_is_left_in_the_scripts(opened: Opener, tmp_path: Path) -> None:
    """Each text of each tab comes from the language's file, in good and in bad times."""
    marks = {key: marked(text) for key, text in words_of("de").items()}
    site = site_of(Home(days=40).documents(), tmp_path)
    names = [name.replace("_", " ") for name in site.document("daily").series]
    tab = opened(site, locale="de-DE", now=NOW, allowed=(LOAD_FAILED,))
    tab.context.add_init_script(NO_DATES)
    tab.page.route(WORDS, lambda route: route.fulfill(json=marks))
    tab.go()
    for name in TABS:
        panel = tab.open(name)
        for summary in panel.locator("summary").all():
            summary.click()
        panel.locator(".plot").first.press("ArrowRight")
        assert strangers(tab, names) == [], name
    (site.data_dir / "weekly.json").unlink()
    (site.data_dir / "monthly.json").write_text("{")
    tab.page.clock.set_fixed_time(NOW.replace(month=12))
    tab.page.reload()
    assert eventually(lambda: tab.notices("stale"))
    assert strangers(tab, names) == []
    for name in ("7-days", "30-days"):
        tab.page.click(f"#tab-{name}")
        eventually(lambda: tab.page.locator(".notice:visible, .empty:visible").count() > 0)
        assert strangers(tab, names) == [], name


@pytest.mark.parametrize(("language", "locale"), LOCALES.items())
def test_a_language_is_the_browser_s(
    opened: Opener, house: Site, language: str, locale: str
) -> None:
    """Its words and its tag; no other language's file is asked for."""
    tab = opened(house, locale=locale).go()
    tab.drawn("today")
    words = words_of(language)
    assert tab.page.evaluate("document.documentElement.lang") == locale
    labels = tab.page.locator('[role="tab"]').all_inner_texts()
    assert labels == [words[f"tab.{name}"] for name in TABS]
    asked = [url.rpartition("/")[2] for url in tab.requests if "/words." in url]
    assert [name.split(".")[1] for name in asked] == [language]


def test_english_is_for_all_others(opened: Opener, house: Site) -> None:
    """A browser whose languages the page does not have gets it, with its own region."""
    tab = opened(house, locale="ja-JP").go()
    tab.drawn("today")
    assert tab.page.evaluate("document.documentElement.lang") == "en-JP"
    assert tab.page.locator('[role="tab"]').all_inner_texts()[0] == "Today"


def gone(route: "Route") -> None:
    """Answer that there is no such file."""
    route.fulfill(status=404, body="")


def broken(route: "Route") -> None:
    """Answer with half of a file."""
    route.fulfill(status=200, body='{"skip": "Zum')


@pytest.mark.parametrize("fault", [gone, broken])
def test_without_its_file_the_page_is_english(
    opened: Opener, house: Site, fault: "Callable[[Route], None]"
) -> None:
    """All of it: the words, the dates and the page's own tag."""
    tab = opened(house, locale="de-DE", allowed=(LOAD_FAILED,))
    tab.page.route(GERMAN, fault)
    tab.go().drawn("today")
    assert tab.page.evaluate("document.documentElement.lang") == "en-DE"
    assert tab.page.locator('[role="tab"]').all_inner_texts()[0] == "Today"


def test_the_words_come_beside_the_data(opened: Opener, house: Site) -> None:
    """The first file is asked for while the words are on their way; words that never come end."""
    tab = opened(house, locale="fr-FR", now=None)
    tab.page.clock.install(time=NOW)
    held: list[Route] = []

    def hold(route: "Route") -> None:
        held.append(route)

    tab.page.route("**/words.fr.*.json", hold)
    tab.go()

    def asked() -> bool:
        tab.page.evaluate("0")  # Playwright tells of requests only while it is asked for something
        return bool(held) and any(url.endswith("/daily.json") for url in tab.requests)

    assert eventually(asked)
    assert tab.page.locator('[role="tab"]').count() == 0
    tab.page.clock.run_for(10_000)
    tab.drawn("today")
    assert tab.page.evaluate("document.documentElement.lang") == "en-FR"


def test_words_that_cannot_be_had_are_asked_for_again(opened: Opener, house: Site) -> None:
    """Until then the sentences of the HTML stay, and the page comes by itself after that."""
    tab = opened(house, locale="de-DE", now=None, allowed=(LOAD_FAILED,))
    tab.page.clock.install(time=NOW)
    tab.page.route(WORDS, lambda route: route.abort())
    tab.go()
    tab.page.locator(".plain").wait_for()
    tab.page.unroute(WORDS)
    tab.page.clock.run_for(6000)
    tab.drawn("today")
    assert tab.page.locator(".plain").count() == 0


def test_the_sentences_of_the_html_are_in_each_language(opened: Opener, house: Site) -> None:
    """A browser lets no page read a file beside it, its words neither: the HTML says what to do."""
    tab = opened(house, locale="de-DE", allowed=("",))
    tab.page.goto((house.web_root / "index.html").as_uri())
    plain = tab.page.locator(".plain")
    plain.wait_for()
    said = plain.locator("p").all_inner_texts()
    assert len(said) == len(LOCALES)
    for text in said:
        assert "JavaScript" in text
        assert "2021" in text
        assert "powerstats serve" in text
    spoken = plain.locator("[lang]").evaluate_all("all => all.map(one => one.lang)")
    assert ["en", *spoken] == list(LOCALES)
    tab.requests.clear()


def test_a_language_is_chosen_in_the_menu(opened: Opener, house: Site) -> None:
    """The page comes back in it, at the same place; the browser remembers it, until Auto."""
    tab = opened(house, locale="de-AT").go("7-days")
    tab.drawn("7-days")
    tab.page.click("#menu summary")
    tab.page.select_option("#language", "fr")
    tab.page.wait_for_selector("html[lang=fr-AT]")
    tab.drawn("7-days")
    tab.page.reload()
    tab.drawn("7-days")
    assert tab.page.locator("#tab-today").inner_text() == words_of("fr")["tab.today"]
    tab.page.click("#menu summary")
    tab.page.select_option("#language", "")
    tab.page.wait_for_selector("html[lang=de-AT]")


def test_a_browser_that_remembers_nothing(opened: Opener, house: Site) -> None:
    """The address names the language instead, and keeps its place."""
    tab = opened(house)
    tab.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('forbidden'); }})"
    )
    tab.go("30-days").drawn("30-days")
    tab.page.click("#menu summary")
    tab.page.select_option("#language", "hi")
    tab.page.wait_for_selector("html[lang|=hi]")
    tab.drawn("30-days")
    assert tab.page.url.endswith("?language=hi#30-days")


@pytest.mark.parametrize(("zone", "is_told"), [("Europe/Berlin", False), ("America/Lima", True)])
def test_whose_times_they_are(opened: Opener, house: Site, zone: str, *, is_told: bool) -> None:
    """Beside the clock it is said to a reader whose own clock shows others."""
    tab = opened(house, timezone_id=zone).go()
    tab.drawn("today")
    told = tab.page.locator("header #zone")
    assert told.is_visible() == is_told
    assert "Europe/Amsterdam" in (told.text_content() or "")
