"""The page is light, and nothing on it jumps while it comes."""

import time
from typing import TYPE_CHECKING

import pytest

from benchmarks.page import MOST_BYTES, weights
from tests.browser.chromium import DESKTOP, Opener
from tests.browser.pages import TABS, Tab
from tests.browser.sites import Site
from tests.page.homes import DEMO_NOW

if TYPE_CHECKING:
    from playwright.sync_api import Route

PHONE = {"width": 360, "height": 780}
# How far what is seen may move on its way; 0.1 is what Lighthouse calls good.
MOST_SHIFT = 0.02
WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const {value, sources} of list.getEntries()) {
    const moved = sources.map(({node, previousRect: from, currentRect: to}) => [
      node?.className || node?.id || node?.nodeName, from.y, from.height, to.y, to.height,
    ]);
    window.shifts.push([value, moved.join("; ")]);
  }
}).observe({type: "layout-shift", buffered: true});
"""
TAKE_SHIFTS = """() => new Promise(done => requestAnimationFrame(() => setTimeout(() => {
  done(window.shifts.splice(0));
}, 50)))"""


def test_a_first_visit_is_light() -> None:
    """The page, its style, its script and the words of the largest language, packed."""
    assert sum(weights().values()) <= MOST_BYTES


def late(route: "Route") -> None:
    """Answer as a slow network does."""
    time.sleep(0.15)
    route.continue_()


def shifts(tab: Tab) -> tuple[float, list[tuple[float, str]]]:
    """Return how much has moved since the last time, and what."""
    found: list[tuple[float, str]] = tab.page.evaluate(TAKE_SHIFTS)
    return sum(value for value, _ in found), found


@pytest.mark.parametrize(
    ("size", "locale"), [(PHONE, "en-GB"), (PHONE, "de-DE"), (DESKTOP, "fr-FR")]
)
def test_nothing_jumps(opened: Opener, demo: Site, size: dict[str, int], locale: str) -> None:
    """While words and files come, for a reader elsewhere, and on the way to each tab and back."""
    tab = opened(demo, now=DEMO_NOW, viewport=size, locale=locale, timezone_id="Asia/Tokyo")
    tab.context.add_init_script(WATCH_SHIFTS)
    tab.page.route("**/*.json", late)
    tab.go().drawn("today")
    tab.page.wait_for_load_state("networkidle")
    moved = {"load": shifts(tab)}
    for name in (*TABS[1:], *TABS):
        tab.page.evaluate("id => { location.hash = id; }", name)
        tab.drawn(name)
        tab.page.wait_for_load_state("networkidle")
        moved[name] = shifts(tab)
    assert {name: one for name, one in moved.items() if one[0] > MOST_SHIFT} == {}
