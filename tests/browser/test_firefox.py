"""The main paths in a second browser: all that the page needs from one is not Chromium's alone."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.browser.firefox import Firefox, started
from tests.browser.pages import TABS, eventually
from tests.browser.sites import Site, site_of
from tests.browser.test_language import words_of
from tests.page.homes import NOW, Home, replaced

DRAWN = """(id => {
  const panel = document.getElementById(`panel-${id}`);
  const plots = panel && !panel.hidden
    && [...panel.querySelectorAll(".plot")].filter(plot => plot.checkVisibility());
  return Boolean(plots && panel.querySelector(".gaps")
    && plots.every(plot => plot.querySelector("canvas")));
})(arguments[0])"""
FOCUS = """(() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  return [element.id || element.className || element.tagName,
    style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
})()"""
# What is cut, or stands outside of the window.
CUT = """[...document.querySelectorAll("body *")]
  .filter(element => element.checkVisibility()
    && !element.closest(".hidden, .skip, .scroll, .scroll *, canvas"))
  .filter(element => {
    const box = element.getBoundingClientRect();
    const isOutside = box.width && (box.right > innerWidth + 0.5 || box.left < -0.5);
    const isCut = element.matches("[data-value], .value, .figure, h2, [role=tab], .chip, td, th")
      && getComputedStyle(element).display !== "inline"
      && element.scrollWidth > element.clientWidth + 1;
    return isOutside || isCut;
  })
  .map(element => element.outerHTML.slice(0, 120))"""


def at_a_fixed_time(site: Site, now: datetime) -> Site:
    """Return the site with a script that takes this time for the present."""
    (script,) = site.web_root.glob("dashboard.*.js")
    clock = f"Date.now = () => {now.timestamp() * 1000:.0f};\n"
    script.write_text(clock + script.read_text())
    return site


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """Return a Firefox that the tests of this module share."""
    with started(tmp_path_factory.mktemp("firefox") / "profile") as firefox:
        yield firefox


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return an ordinary home's page, at a time of its own."""
    return at_a_fixed_time(site_of(Home().documents(), tmp_path_factory.mktemp("firefox")), NOW)


@pytest.fixture
def firefox(second: Firefox, home: Site) -> Iterator[Firefox]:
    """Return it with nothing open; no script may fail, and nothing may be forbidden."""
    second.prefer("intl.accept_languages", "en-GB")
    second.go("about:blank")
    second.resize(1280)
    second.faults(home.url)
    yield second
    assert second.faults(home.url) == []


def opened(firefox: Firefox, site: Site, place: str = "") -> Firefox:
    """Open a place of the page anew, and wait for it."""
    firefox.go("about:blank")
    firefox.go(f"{site.url}{place and f'#{place}'}")
    return firefox


def test_first_screen_and_each_tab(firefox: Firefox, home: Site) -> None:
    """The main curve is on a phone's first screen; each tab draws all of its charts."""
    firefox.resize(360, 780)
    opened(firefox, home).wait(DRAWN, "today")
    for name in TABS:
        firefox.click(f"#tab-{name}")
        firefox.wait(DRAWN, name)
        assert firefox.run("location.hash") == f"#{name}"


def test_days_and_a_span(firefox: Firefox, home: Site) -> None:
    """A bar opens its day, the steps the next one, and back leads back; a dragged span is sent."""
    opened(firefox, home, "7-days").wait(DRAWN, "7-days")
    first = firefox.run("document.querySelector('.bars tbody a').getAttribute('href')")
    firefox.click(".bars tbody a")
    firefox.wait("location.hash === arguments[0]", first)
    firefox.wait(DRAWN, "today")
    firefox.click(".step[rel=next]")
    firefox.wait("location.hash > arguments[0]", first)
    firefox.run("history.back()")
    firefox.wait("location.hash === arguments[0]", first)
    firefox.wait(DRAWN, "today")
    firefox.drag("#panel-today [data-chart=main] .over", 0.25, 0.6)
    firefox.wait("!document.querySelector('#panel-today [data-action=back]').hidden")


def test_languages(firefox: Firefox, home: Site) -> None:
    """The browser's first; numbers, dates and words are of one language."""
    for locale in ("de-DE", "hi-IN", "fr-CH"):
        firefox.prefer("intl.accept_languages", f"{locale},en")
        opened(firefox, home).wait(DRAWN, "today")
        words = words_of(locale[:2])
        assert firefox.run("document.documentElement.lang") == locale
        assert firefox.run("document.querySelector('#tab-today').textContent") == words["tab.today"]


def test_failure_and_recovery(firefox: Firefox, tmp_path: Path) -> None:
    """A broken file is said, and shown when it is whole again; without a network what was stays."""
    site = at_a_fixed_time(site_of(Home(days=40).documents(), tmp_path), NOW)
    path = site.data_dir / "daily.json"
    whole = path.read_bytes()
    replaced(path, whole[:500])
    opened(firefox, site).wait("document.querySelector('[data-notice=problem] button')")
    replaced(path, whole)
    firefox.click("[data-notice=problem] button")
    firefox.wait(DRAWN, "today")
    firefox.offline(is_off=True)
    try:
        firefox.click("#tab-365-days")
        firefox.wait("document.querySelector('#panel-365-days [data-notice=problem] button')")
    finally:
        firefox.offline(is_off=False)
    firefox.click("#panel-365-days [data-notice=problem] button")
    firefox.wait(DRAWN, "365-days")
    firefox.faults(site.url)


def test_the_keyboard_alone(firefox: Firefox, home: Site) -> None:
    """Everything is reached and seen to be reached; arrows open tabs and read a chart."""
    opened(firefox, home).wait(DRAWN, "today")
    seen: list[str] = []
    for _ in range(80):
        firefox.press("Tab")
        if (focus := firefox.run(FOCUS)) is None:
            break
        assert focus[1], f"{focus[0]} does not show that it has the focus"
        seen.append(focus[0])
    assert "tab-today" in seen
    assert any("plot" in one for one in seen)
    firefox.run("document.querySelector('#panel-today .plot').focus()")
    firefox.press("ArrowRight", "ArrowRight")
    firefox.wait("document.querySelector('#panel-today .reading .when').textContent")
    firefox.run("document.querySelector('#tab-today').focus()")
    firefox.press("ArrowRight")
    firefox.wait(DRAWN, "7-days")
    assert firefox.run("document.activeElement.id") == "tab-7-days"


@pytest.mark.parametrize("letters", [16, 32])
def test_narrow_and_with_large_letters(firefox: Firefox, home: Site, letters: int) -> None:
    """At 320 px, and with letters twice as big, nothing is cut and nothing scrolls sideways."""
    firefox.prefer("font.size.variable.x-western", letters)
    try:
        opened(firefox, home).wait(DRAWN, "today")
        size = "getComputedStyle(document.documentElement).fontSize"
        for width in (320, 640):
            firefox.resize(width)
            for name in TABS:
                firefox.click(f"#tab-{name}")
                firefox.wait(DRAWN, name)
                assert firefox.run(size) == f"{letters}px"
                cut = eventually(lambda: firefox.run(CUT) == [], 3) or firefox.run(CUT)
                assert cut is True, (name, width, cut)
    finally:
        firefox.prefer("font.size.variable.x-western", 16)
