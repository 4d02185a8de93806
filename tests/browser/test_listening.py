"""The page as a screen reader tells it: the browser's tree of names and roles, on every tab."""

import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.browser.chromium import Opener
from tests.browser.pages import TABS, Tab, eventually
from tests.browser.sites import Site
from tests.page.homes import DEMO_NOW

PRESSED = {"button", "link", "tab", "DisclosureTriangle"}


@dataclass(frozen=True)
class Told:
    """What is told of an element: its role, its name, and what else is said after it."""

    role: str
    name: str
    description: str
    level: int


def told(tab: Tab) -> list[Told]:
    """Return what a screen reader can reach, in its order."""
    nodes = tab.cdp().send("Accessibility.getFullAXTree")["nodes"]
    return [_told(node) for node in nodes if not node["ignored"]]


def _told(node: dict[str, Any]) -> Told:
    level = next((one["value"]["value"] for one in node["properties"] if one["name"] == "level"), 0)
    name, description = (
        " ".join(str(node.get(key, {}).get("value", "")).split()) for key in ("name", "description")
    )
    return Told(node["role"]["value"], name, description, level)


def signs(name: str) -> list[str]:
    """Return what is no word in a name; a colon and a dash are a pause."""
    words = name.replace("\u2013", ":").split()
    return [word for word in words if word != ":" and not any(map(str.isalnum, word))]


@pytest.mark.parametrize("place", [*TABS, "2025-11-15"])
def test_all_is_named_once(opened: Opener, demo: Site, place: str) -> None:
    """Headings are in order; what is pressed has a name of words; nothing has its name twice."""
    tab = opened(demo, now=DEMO_NOW).go(place)
    tab.page.locator("[role=tabpanel]:not([hidden]) .gaps").wait_for()
    heard = told(tab)
    levels = [one.level for one in heard if one.role == "heading"]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}
    pressed = [one for one in heard if one.role in PRESSED]
    assert [one for one in pressed if not one.name or signs(one.name)] == []
    assert [
        one for one in heard if one.description and one.description in one.name.split(": ")
    ] == []
    assert [one for one in heard if one.role == "columnheader" and not one.name] == []


def test_every_chart_has_a_name_and_a_summary(opened: Opener, demo: Site) -> None:
    """The summary stands before the chart; squares have it in their name."""
    tab = opened(demo, now=DEMO_NOW).go()
    for name in TABS:
        for chart in tab.open(name).locator("figure:visible").all():
            drawn = chart.get_by_role("application")
            label = drawn.get_attribute("aria-label") or ""
            assert chart.locator("h2").inner_text() in label
            assert "Arrow keys read" in label
            summary = chart.locator(".reading").inner_text()
            assert any(letter.isdigit() for letter in summary + label), label


def test_arrow_keys_say_no_sign_for_unknown(opened: Opener, demo: Site) -> None:
    """They begin with the newest time of today, and say of a time to come that it is unknown."""
    tab = opened(demo, now=DEMO_NOW).go()
    tab.drawn("today").locator('[data-chart="main"] .plot').focus()
    said = tab.page.locator("body > [aria-live]")
    tab.page.keyboard.press("ArrowLeft")
    assert eventually(lambda: re.search(r"House [\d,]+\sW", said.inner_text()))
    for _ in range(3):
        tab.page.keyboard.press("ArrowRight")
    assert eventually(lambda: "House unknown" in said.inner_text()), said.inner_text()
