"""Nothing on the page moves by itself: not while it loads, not when a tab opens or data comes."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.browser.chromium import DESKTOP, Opener
from tests.browser.pages import TABS, Tab, eventually
from tests.browser.sites import Site, site_of
from tests.page.families import FAMILIES
from tests.page.homes import NOW

SMALL = {"width": 360, "height": 780}
MOST = 0.02
# All that moved, also what moved soon after a click, which the browsers' own sum forgives.
WATCH = """window.moved = [];
new PerformanceObserver((list) => {
  for (const {value, sources} of list.getEntries())
    moved.push([value, ...sources.map(({node}) => (node?.outerHTML ?? "").slice(0, 100))]);
}).observe({type: "layout-shift", buffered: true});"""


def moved(tab: Tab) -> list[object]:
    """Return what has moved since the last call, if it is too much."""
    tab.page.wait_for_load_state("networkidle")
    tab.page.wait_for_timeout(300)
    shifts: list[list[object]] = tab.page.evaluate("moved.splice(0)")
    return [*shifts] if sum(float(str(value)) for value, *_ in shifts) > MOST else []


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a home of 25 sensors: flows, devices, and what no part of the page tells of else."""
    return site_of(FAMILIES["25 sensors"].documents(), tmp_path_factory.mktemp("many"))


@pytest.mark.parametrize(
    ("home", "size", "locale"),
    [
        ("house", SMALL, "en-GB"),
        ("house", DESKTOP, "en-GB"),
        ("many", SMALL, "fr-FR"),
        ("many", DESKTOP, "de-DE"),
    ],
)
def test_each_tab_is_loaded_and_opened_without_a_jump(
    opened: Opener, request: pytest.FixtureRequest, home: str, size: dict[str, int], locale: str
) -> None:
    """Cold by its address, and by a click from the tab before; words that come later, too."""
    site: Site = request.getfixturevalue(home)
    tab = opened(site, viewport=size, locale=locale)
    tab.page.add_init_script(WATCH)
    jumps = {}
    for name in TABS:
        tab.page.goto("about:blank")
        tab.go(name).drawn(name)
        jumps[f"{name}, loaded"] = moved(tab)
    for name in TABS:
        tab.open(name)
        jumps[f"{name}, opened"] = moved(tab)
    assert not any(jumps.values()), jumps


def test_new_data_and_notices_move_nothing(opened: Opener, site: Callable[..., Site]) -> None:
    """Ten minutes more, a file that breaks, and data that becomes old while one looks."""
    home = FAMILIES["twelve sensors"]
    made = site(home)
    tab = opened(made, now=None, viewport=SMALL, allowed=("Failed to load resource",))
    tab.page.add_init_script(WATCH)
    tab.page.clock.install(time=NOW)
    tab.go().drawn("today")
    tab.page.clock.run_for(2000)
    assert not moved(tab)
    before = tab.text("so-far")
    later = type(home)(now=NOW + timedelta(minutes=10), sensors=home.sensors)
    made.put(later.documents())
    tab.page.clock.run_for(130_000)
    assert eventually(lambda: tab.text("so-far") != before)
    assert not moved(tab)
    (made.data_dir / "daily.json").write_text("{")
    tab.page.clock.run_for(130_000)
    assert eventually(lambda: tab.notices("problem"))
    assert not moved(tab)
    tab.page.clock.run_for(3 * 3600_000)
    assert eventually(lambda: tab.notices("stale"))
    assert "old" in (tab.panel("today").locator(".now").get_attribute("class") or "")
    assert not moved(tab)


def test_the_first_screen_of_a_phone(opened: Opener, many: Site) -> None:
    """The house, what feeds it, the sentence and the whole curve are there without scrolling."""
    tab = opened(many, viewport=SMALL).go()
    panel = tab.drawn("today")
    for part in (".now .figure", ".sources", ".said", '[data-chart="main"] canvas'):
        box = panel.locator(part).first.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= SMALL["height"], part
        assert box["x"] + box["width"] <= SMALL["width"], part
    assert [source.get_attribute("data-source") for source in panel.locator(".source").all()] == [
        "solar",
        "grid",
        "battery",
    ]
    assert panel.locator('[data-source="battery"] .level').inner_text() == "77%"


def test_a_device_opens_its_curve(opened: Opener, many: Site) -> None:
    """A row shows it and hides it; the devices are in order, what is left over is the last."""
    tab = opened(many).go()
    panel = tab.drawn("today")
    names = panel.locator(".devices .name").all_inner_texts()
    assert names[0] == "heat pump"
    assert names[-1] == "other"
    assert "EV charger" in names, "a name stays as it was written"
    row = panel.locator(".devices button").first
    row.click()
    curve = panel.locator('[data-chart="device-heat_pump"] canvas')
    curve.wait_for()
    assert row.get_attribute("aria-expanded") == "true"
    row.click()
    assert curve.count() == 0
    more = panel.get_by_role("button", name="Show all 9")
    assert panel.locator(".smalls figure").count() == 6
    more.click()
    assert panel.locator(".smalls canvas").count() == 9
