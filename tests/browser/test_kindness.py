"""Kind to all: axe, small and large screens, still pages, text in any size."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.chromium import DESKTOP, PHONE, Opener, launched
from tests.browser.pages import LOAD_FAILED, TABS, Tab, eventually
from tests.browser.sites import Site, site_of
from tests.page.families import FAMILIES
from tests.page.homes import DEMO_NOW, NOW, Home
from tests.page.test_numbers import TWENTY
from tests.support.needs import unable

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

SiteOf = Callable[..., Site]
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
NEXT_FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
EVERY_RULE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# The rows of a table are alike: the first ones stand for the year's.
RUN_AXE = """rules => axe.run({exclude: [["tbody tr:nth-child(n + 20)"]]}, {
  resultTypes: ["violations"],
  runOnly: rules,
}).then(found => found.violations.map(({id, help, nodes}) =>
  ({id, help, nodes: nodes.map(node => [node.html.slice(0, 200), node.failureSummary])})))"""


@pytest.fixture(scope="module")
def axe() -> str:
    """Return the checker's script."""
    if not AXE.is_file():
        unable("the page's accessibility is checked by axe-core: npm ci")
    return AXE.read_text()


def findings(tab: Tab, axe: str, rules: Any = EVERY_RULE) -> list[Any]:
    """Return what axe finds in the page as it is."""
    if not tab.page.evaluate("'axe' in globalThis"):
        tab.page.evaluate(axe)
    found: list[Any] = tab.page.evaluate(RUN_AXE, rules)
    return found


@pytest.mark.parametrize(("theme", "rules"), [("light", EVERY_RULE), ("dark", COLOURS)])
def test_axe_finds_nothing(opened: Opener, demo: Site, axe: str, theme: str, rules: Any) -> None:
    """On every tab, wide and narrow, and in tables that are opened; the dark has other colours."""
    tab = opened(demo, now=DEMO_NOW, color_scheme=theme, bypass_csp=True).go()
    found = {}
    for name in TABS:
        panel = tab.open(name)
        panel.locator("summary").last.click()
        for width in (DESKTOP["width"], PHONE["width"]):
            tab.page.set_viewport_size({"width": width, "height": 900})
            tab.page.evaluate(NEXT_FRAME)
            found[f"{name}, {width} px"] = findings(tab, axe, rules)
    assert not any(found.values()), json.dumps(found, indent=1)


@pytest.mark.parametrize("locale", ["de-DE", "nl-NL", "fr-FR", "es-ES", "hi-IN"])
def test_each_language_is_as_kind(opened: Opener, demo: Site, axe: str, locale: str) -> None:
    """Its longer words fit from 320 px on, and a screen reader is told all of them."""
    tab = opened(demo, now=DEMO_NOW, bypass_csp=True, locale=locale)
    assert misfits(tab, (1280, 320)) == []
    found = {}
    for name in TABS:
        tab.open(name)
        found[name] = findings(tab, axe)
    assert not any(found.values()), json.dumps(found, indent=1)


def test_axe_finds_nothing_in_bad_times(opened: Opener, tmp_path: Path, axe: str) -> None:
    """No data yet, broken files and stale banners; series switched off; light and dark."""
    site = site_of(Home().documents(), tmp_path)
    (site.data_dir / "weekly.json").unlink()
    (site.data_dir / "monthly.json").write_text("{")
    tab = opened(
        site,
        now=NOW.replace(month=12),
        # A colour on its way to another would be measured.
        reduced_motion="reduce",
        bypass_csp=True,
        allowed=(LOAD_FAILED,),
    ).go()
    found = {}

    def look(state: str) -> None:
        for theme in ("light", "dark"):
            tab.page.emulate_media(color_scheme=theme)
            tab.page.evaluate(NEXT_FRAME)
            found[f"{state}, {theme}"] = findings(tab, axe)

    panel = tab.drawn("today")
    panel.locator('.chip[data-series="solar"]').click()
    assert tab.notices("stale")
    look("stale")
    tab.page.click("#tab-7-days")
    tab.panel("7-days").get_by_text("No data yet").wait_for()
    look("missing")
    tab.page.click("#tab-30-days")
    assert eventually(lambda: tab.notices("problem"))
    look("broken")
    assert not any(found.values()), json.dumps(found, indent=1)


OVERFLOW = """() => [...document.querySelectorAll("body *")]
  .filter(element => element.checkVisibility() && !element.closest(".hidden, .skip, .scroll *"))
  .map(element => [element, element.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.right > innerWidth + 0.5 || box.left < -0.5))
  .map(([element]) => element.outerHTML.slice(0, 120))"""
WIDTHS = (2560, 1440, 1280, 1024, 992, 768, 600, 390, 320)
FRAMES = 60
CUT = """() => [...document.querySelectorAll(
  ".top h1, .age, .value, .figure, h2, [role=tab], .chip, td, th")]
  .filter(element => element.checkVisibility() && !element.closest(".scroll, .hidden"))
  .filter(element => element.scrollWidth > element.clientWidth + 1)
  .map(element => `${element.className || element.tagName}: ${element.textContent}`)"""


@pytest.mark.parametrize("home", ["demo", "twenty"])
def test_every_width_fits(opened: Opener, request: pytest.FixtureRequest, home: str) -> None:
    """From 320 to 2,560 px nothing scrolls sideways or is cut."""
    site: Site = request.getfixturevalue(home)
    assert misfits(opened(site, now=DEMO_NOW), WIDTHS) == []


@pytest.mark.parametrize("locale", ["en-GB", "de-DE", "nl-NL", "fr-FR", "es-ES", "hi-IN"])
def test_lists_of_numbers_are_whole_on_a_phone(opened: Opener, meters: Site, locale: str) -> None:
    """Days and months with sun, shares and changes are read without scrolling sideways."""
    tab = opened(meters, viewport={"width": 320, "height": 780}, locale=locale).go()
    for name in ("7-days", "365-days"):
        panel = tab.open(name)
        rows = panel.locator(".bars tbody tr")
        rows.nth(6).wait_for()
        wide = panel.locator(".bars .scroll").evaluate("one => one.scrollWidth - one.clientWidth")
        assert wide <= 0, name
        # How much is known is a line below the bar, and only if it is not all.
        told = panel.locator(".bars .known:visible").count()
        assert told == rows.count() - panel.locator(".bars .whole[data-head]").count()


@pytest.mark.parametrize("home", ["demo", "twenty"])
def test_letters_twice_as_big(
    browser: "Browser", request: pytest.FixtureRequest, home: str
) -> None:
    """A reader who has set letters twice as big gets them, and every number whole."""
    site: Site = request.getfixturevalue(home)
    with launched(browser.browser_type, "--blink-settings=defaultFontSize=32") as large:
        context = large.new_context(locale="en-GB", timezone_id="Europe/Amsterdam")
        tab = Tab(site, context.new_page(), context)
        tab.watch()
        tab.page.clock.set_fixed_time(DEMO_NOW)
        assert misfits(tab, (1280, 640, 390, 320)) == []
        letters = tab.page.evaluate("getComputedStyle(document.documentElement).fontSize")
        assert letters == "32px"
        assert not tab.faults()


def misfits(tab: Tab, widths: Sequence[int]) -> list[tuple[object, ...]]:
    """Return each tab and width at which something scrolls sideways or is cut."""
    tab.go()
    faults: list[tuple[object, ...]] = []
    for name in TABS:
        tab.open(name)
        for width in widths:
            tab.page.set_viewport_size({"width": width, "height": 900})
            for _ in range(FRAMES):  # a busy machine draws the charts anew some frames later
                tab.page.evaluate(NEXT_FRAME)
                wide = tab.page.evaluate("document.documentElement.scrollWidth")
                found = [*tab.page.evaluate(OVERFLOW), *tab.page.evaluate(CUT)]
                if wide <= width and not found:
                    break
            else:
                faults.append((name, width, wide, found[:5]))
    return faults


@pytest.fixture(scope="module")
def twenty(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a home of twenty series, one of them with a long name."""
    return site_of(Home(sensors=TWENTY, days=70).documents(), tmp_path_factory.mktemp("twenty"))


@pytest.fixture(scope="module")
def meters(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a home whose meters tell the grid, the sun and a battery."""
    return site_of(FAMILIES["only meters"].documents(), tmp_path_factory.mktemp("meters"))


def test_reduced_motion_is_none(opened: Opener, demo: Site) -> None:
    """No transition, no animation, no smooth scrolling."""
    moving = """() => [...document.querySelectorAll("*")].filter(element => {
      const style = getComputedStyle(element);
      return style.transitionDuration.split(",").some(time => parseFloat(time) > 0)
        || style.animationName !== "none" || style.scrollBehavior === "smooth";
    }).map(element => element.outerHTML.slice(0, 100))"""
    tab = opened(demo, now=DEMO_NOW, reduced_motion="reduce").go()
    for name in TABS:
        tab.open(name)
    assert tab.page.evaluate(moving) == []


def test_everything_is_reached_by_the_keyboard(opened: Opener, house: Site) -> None:
    """Tab goes through all that can be pressed, in the order it is read, and it is seen."""
    tab = opened(house).go()
    tab.drawn("today")
    seen: list[str] = []
    for _ in range(60):
        tab.page.keyboard.press("Tab")
        focus = tab.page.evaluate(
            """() => {
              const element = document.activeElement;
              if (element === document.body) return null;
              const style = getComputedStyle(element);
              return [element.textContent.trim().slice(0, 30) || element.className,
                style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
            }"""
        )
        if focus is None:
            break
        assert focus[1], f"{focus[0]} does not show that it has the focus"
        seen.append(focus[0])
    assert seen[0] == "To the content"
    for name in ("Today", "CSV", "voltage"):
        assert any(name in one for one in seen), seen


def test_what_a_finger_touches_is_big_enough(opened: Opener, house: Site) -> None:
    """24 px at least, as WCAG 2.2 has it."""
    tab = opened(house, viewport=PHONE, has_touch=True, is_mobile=True).go()
    for name in TABS:
        panel = tab.open(name)
        for control in [*_controls(tab.page.locator("header")), *_controls(panel)]:
            box = control.bounding_box()
            assert box
            assert box["height"] >= 24, control.inner_text()
            assert box["width"] >= 24, control.inner_text()


def _controls(inside: "Locator") -> "list[Locator]":
    return inside.locator("button:visible, summary:visible").all()


def test_without_javascript_it_says_so(opened: Opener, house: Site) -> None:
    """Instead of nothing."""
    tab = opened(house, now=None, java_script_enabled=False).go()
    tab.page.locator(".plain").wait_for()
    assert "JavaScript" in tab.page.locator(".plain").inner_text()
    with_script = opened(house).go()
    with_script.drawn("today")
    assert with_script.page.locator(".plain").count() == 0
