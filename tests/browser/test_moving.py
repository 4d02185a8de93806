"""Days, months and spans are opened, gone through and sent; spans are chosen in the charts."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import PHONE, Opener
from tests.browser.pages import Tab, eventually
from tests.browser.sites import Site
from tests.page import expected
from tests.page.expected.grid import total
from tests.page.homes import NOW, Home

if TYPE_CHECKING:
    from playwright.sync_api import Locator

SiteOf = Callable[..., Site]


def here(tab: Tab) -> str:
    """Return the days that are shown, as the row below the tabs has them."""
    return tab.page.locator(".here b").inner_text()


def address(tab: Tab) -> str:
    """Return the fragment of the address."""
    return str(tab.page.evaluate("location.hash.slice(1)"))


def says(tab: Tab, text: str) -> bool:
    """Tell whether the row below the tabs says a text, in time."""
    return eventually(lambda: text in here(tab).replace(",", ""))


def arrive(tab: Tab, fragment: str) -> None:
    """Wait until the address has a fragment."""
    eventually(lambda: address(tab) == fragment)
    assert address(tab) == fragment


def test_a_month_opens_its_days_and_a_day_its_hours(opened: Opener, house: Site) -> None:
    """By a click on a row, a square and a bar; back and forward go the same way."""
    tab = opened(house).go("365-days")
    year = tab.drawn("365-days")
    year.get_by_role("link", name="Oct 2025").last.click()
    assert says(tab, "October 2025")
    assert tab.selected() == "30-days"
    month = tab.drawn("30-days")
    bars = month.locator('[data-chart="energy"] .over')
    box = bars.bounding_box()
    assert box
    bars.click(position={"x": box["width"] * 8.5 / 31, "y": 60})
    arrive(tab, "2025-10-09")
    assert tab.selected() == "today"
    grid = expected.Grid(house.document("yearly"))
    day = next(day for day in grid.by_day("energy") if f"{day.day}" == "2025-10-09")
    assert day.total
    assert eventually(lambda: tab.text("house") == f"{day.total:.2f}")
    tab.page.go_back()
    assert says(tab, "October 2025")
    tab.page.go_back()
    assert eventually(lambda: tab.selected() == "365-days")
    tab.page.go_forward()
    assert says(tab, "October 2025")
    tab.page.go_back()
    squares = tab.drawn("365-days").locator('[data-chart="calendar"]')
    squares.locator("[data-cell]").last.click()
    arrive(tab, "2025-11-21")
    plot = tab.drawn("today").locator('[data-chart="main"] .plot')
    plot.focus()
    tab.page.keyboard.press("End")
    when = tab.panel("today").locator('[data-chart="main"] .when')
    assert eventually(lambda: "23:00" in when.inner_text())


def test_yesterday_is_one_click_away(opened: Opener, house: Site) -> None:
    """The links beside it and the arrow keys go on by one, and stop where nothing is."""
    tab = opened(house).go()
    tab.drawn("today")
    before, after = tab.page.locator(".step").all()
    assert after.get_attribute("aria-disabled") == "true"
    before.click()
    assert says(tab, "Friday 21 November 2025")
    tab.drawn("today")
    tab.page.keyboard.press("ArrowLeft")
    assert says(tab, "Thursday 20 November 2025")
    tab.page.keyboard.press("ArrowRight")
    after.click()
    arrive(tab, "today")
    assert says(tab, "Saturday 22 November 2025")
    tab.page.keyboard.press("ArrowRight")
    assert address(tab) == "today"
    tab.open("7-days")
    before.click()
    assert says(tab, "8 – 14 Nov 2025")
    assert tab.selected() == "7-days"


@pytest.mark.parametrize(
    "fragment", ["2025-11-20", "2025-11-02", "2025-03", "2025-11-01..2025-11-08"]
)
def test_a_link_is_opened_cold(opened: Opener, house: Site, fragment: str) -> None:
    """A day, a month and some days, each from the finest file that has it."""
    tab = opened(house).go(fragment)
    grid = expected.Grid(house.document("weekly" if fragment == "2025-11-20" else "yearly"))
    days = [day for day in grid.by_day("energy") if f"{day.day}".startswith(fragment[:10])]
    if ".." in fragment:
        since, until = fragment.split("..")
        days = [day for day in grid.by_day("energy") if since <= f"{day.day}" < until]
    wanted = total(cell for day in days for cell in day.cells)
    assert wanted is not None
    shown = tab.page.locator('[role="tabpanel"]:visible [data-value="house"]')
    shown.wait_for()
    assert float(str(shown.get_attribute("data-raw"))) == pytest.approx(wanted, rel=1e-6)


def test_a_day_that_is_not_there_says_so(opened: Opener, site: SiteOf) -> None:
    """Before the first day, and after today; garbage opens the first tab, a skip link none."""
    tab = opened(site(Home(days=9))).go("2019-03-03")
    card = tab.page.locator(".empty:visible")
    assert eventually(lambda: "13 November 2025" in card.inner_text())
    assert "3 March 2019" in card.inner_text()
    card.get_by_role("link").click()
    arrive(tab, "2025-11-13")
    tab.page.evaluate("location.hash = '2031-01-01'")
    assert eventually(lambda: "still to come" in card.inner_text())
    assert tab.page.locator(".waiting").count() == 0, "nothing is on its way"
    tab.page.evaluate("location.hash = '2025-02-30'")
    tab.drawn("today")
    tab.open("30-days")
    assert eventually(
        lambda: "since 13 Nov: 9 of 30 days" in tab.page.locator(".here").inner_text()
    )
    tab.page.focus(".skip")
    tab.page.keyboard.press("Enter")
    assert tab.selected() == "30-days"


def drag(tab: Tab, over: "Locator", start: float, end: float) -> None:
    """Mark a part of a plot with the mouse."""
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box
    y = box["y"] + 40
    tab.page.mouse.move(box["x"] + box["width"] * start, y)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + box["width"] * (start + end) / 2, y)
    tab.page.mouse.move(box["x"] + box["width"] * end, y)
    tab.page.mouse.up()


def test_a_span_that_is_dragged_has_its_sums(opened: Opener, house: Site) -> None:
    """In the bar, the legend and the address; it can be sent; Escape and back take it away."""
    tab = opened(house).go()
    panel = tab.drawn("today")
    drag(tab, panel.locator('[data-chart="main"] .over'), 6.05 / 24, 8.95 / 24)
    arrive(tab, "today/2025-11-22T06:00..2025-11-22T09:00")
    grid = expected.Grid(house.document("daily"))
    wanted, energy = (total(grid.cells(name)[36:54]) for name in ("energy", "power"))
    assert wanted
    assert energy
    chosen = panel.locator(".chosen")
    assert tab.text("chosen-total") == f"{wanted:.2f}\u202fkWh"
    mean = f"{energy / 3 * 1000:,.0f}\u202fW"
    assert tab.text("chosen-mean") == mean
    assert "100% known" in chosen.inner_text()
    tab.page.mouse.move(1, 1)
    legend = panel.locator('[data-chart="main"] .reading')
    assert eventually(lambda: mean in legend.inner_text())
    other = opened(house).go(address(tab))
    other.drawn("today")
    assert other.text("chosen-mean") == mean
    other.page.keyboard.press("Escape")
    arrive(other, "today")
    assert not other.page.locator(".chosen:visible").count()
    tab.page.go_back()
    assert eventually(lambda: not chosen.is_visible())
    tab.page.go_forward()
    assert eventually(chosen.is_visible)
    tab.page.locator(".step").first.click()
    arrive(tab, "2025-11-21")
    assert eventually(lambda: not tab.page.locator(".chosen:visible").count())


def test_keys_read_mark_and_open(opened: Opener, house: Site) -> None:
    """What they read is said; with shift they mark a span, which Enter chooses; alone it opens."""
    tab = opened(house).go("7-days")
    panel = tab.drawn("7-days")
    plot = panel.locator('[data-chart="main"] .plot')
    plot.focus()
    said = tab.page.locator("body > [aria-live]")
    for _ in range(3):
        tab.page.keyboard.press("ArrowRight")
    assert eventually(lambda: re.search(r"15 Nov.*02:00.*House \d+\sW.*Sun", said.inner_text()))
    tab.page.keyboard.press("Shift+ArrowRight")
    tab.page.keyboard.press("Shift+ArrowRight")
    assert panel.locator('[data-chart="main"] .marked').is_visible()
    tab.page.keyboard.press("Enter")
    arrive(tab, "7-days/2025-11-15T02:00..2025-11-15T05:00")
    tab.page.keyboard.press("Escape")
    arrive(tab, "7-days")
    tab.page.keyboard.press("End")
    tab.page.keyboard.press("Enter")
    arrive(tab, "2025-11-21")
    tab.open("365-days")
    squares = tab.drawn("365-days").locator('[data-chart="calendar"] .squares')
    squares.focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowRight"):
        tab.page.keyboard.press(key)
    assert eventually(lambda: "22 Oct" in said.inner_text())
    tab.page.keyboard.press("Enter")
    arrive(tab, "2025-10-22")


def test_two_fingers_choose_a_span(opened: Opener, house: Site) -> None:
    """What was under them stays under them."""
    tab = opened(house, viewport=PHONE, has_touch=True, is_mobile=True).go()
    over = tab.drawn("today").locator('[data-chart="main"] .over')
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box
    line, y = tab.cdp(), box["y"] + box["height"] / 2

    def fingers(kind: str, *shares: float) -> None:
        points = [
            {"x": box["x"] + box["width"] * share, "y": y, "id": number}
            for number, share in enumerate(shares)
        ]
        line.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", 0.41)
    fingers("touchStart", 0.41, 0.59)
    fingers("touchMove", 0.3, 0.7)
    fingers("touchMove", 0.2, 0.8)
    fingers("touchEnd")
    arrive(tab, "today/2025-11-22T08:20..2025-11-22T15:40")
    assert tab.selected() == "today"


def test_the_second_touch_of_a_bar_opens_it(opened: Opener, house: Site) -> None:
    """The first one reads it."""
    tab = opened(house, viewport=PHONE, has_touch=True, is_mobile=True).go("30-days")
    over = tab.drawn("30-days").locator('[data-chart="energy"] .over')
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box
    place = (box["x"] + box["width"] * 2.5 / 31, box["y"] + box["height"] / 2)
    tab.page.touchscreen.tap(*place)
    when = tab.panel("30-days").locator('[data-chart="energy"] .when')
    assert eventually(lambda: "25 Oct" in when.inner_text())
    assert address(tab) == "30-days"
    tab.page.touchscreen.tap(*place)
    arrive(tab, "2025-10-25")


SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver(list => {
    for (const {startTime, value} of list.getEntries())
      if (startTime > window.since) window.shifted += value;
  }).observe({type: "layout-shift"});
}"""


OPEN = """hash => {
  window.shifted = 0;
  window.since = performance.now();
  location.hash = hash;
}"""


def test_nothing_jumps_when_other_days_are_opened(opened: Opener, house: Site) -> None:
    """Also while a file is fetched; a browser would not count what follows a click at once."""
    # Playwright's own clock would also delay the frames.
    tab = opened(house, now=None)
    tab.context.add_init_script(f"Date.now = () => {NOW.timestamp() * 1000:.0f}")
    tab.go().drawn("today")
    tab.page.wait_for_load_state("networkidle")
    tab.page.evaluate(SHIFTS)
    for fragment in ("2025-11-21", "2025-11-20", "7-days", "2025-11-08..2025-11-15", "2025-10"):
        tab.page.evaluate(OPEN, fragment)
        tab.page.wait_for_load_state("networkidle")
        tab.page.locator('[role="tabpanel"]:visible:not(:has(.waiting)) .gaps').wait_for()
        assert tab.page.evaluate("window.shifted") <= 0.02, fragment


def test_days_are_those_of_the_home_wherever_the_viewer_is(opened: Opener, house: Site) -> None:
    """In Honolulu it is another day; the night in which an hour comes twice has 25."""
    tab = opened(house, timezone_id="Pacific/Honolulu").go("2025-11-21")
    panel = tab.drawn("today")
    assert says(tab, "Friday 21 November 2025")
    grid = expected.Grid(house.document("weekly"))
    day = next(day for day in grid.by_day("energy") if f"{day.day}" == "2025-11-21")
    assert day.total
    assert tab.text("house") == f"{day.total:.2f}"
    plot = panel.locator('[data-chart="main"] .plot')
    plot.focus()
    tab.page.keyboard.press("Home")
    assert eventually(lambda: "00:00" in panel.locator('[data-chart="main"] .when').inner_text())


def test_the_long_night_has_25_hours(opened: Opener, site: SiteOf) -> None:
    """Its second two o'clock can be chosen and sent."""
    tab = opened(site(Home(now=datetime(2025, 10, 28, 12, tzinfo=UTC), days=40)), now=None)
    tab.go("2025-10-26/2025-10-26T02:00+01:00..2025-10-26T03:00")
    panel = tab.drawn("today")
    assert "100% known" in panel.locator(".chosen").inner_text()
    tab.page.keyboard.press("Escape")
    arrive(tab, "2025-10-26")
    chart = panel.locator('[data-chart="main"]')
    chart.locator("summary").click()
    assert eventually(lambda: chart.locator("tbody tr").count() == 25)
