"""The tab of the calendar years."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.documents import Document
from tests.browser.chromium import DESKTOP, Opener
from tests.browser.pages import Tab, eventually
from tests.browser.sites import Site
from tests.browser.test_kindness import AXE, findings
from tests.browser.test_stillness import SMALL, WATCH, moved
from tests.page.calendars import calendar
from tests.page.comparing import differences
from tests.page.expected.years import years
from tests.page.homes import ZONE, Home
from tests.support.needs import unable


def half(day: date) -> float:
    """Nothing of the first half of 2024 is known, and little of a day in 2025."""
    if date(2025, 3, 9) == day:
        return 0.25
    return 0.0 if date(2024, 1, 1) <= day < date(2024, 7, 1) else 1.0


def wrong(tab: Tab, made: Mapping[str, Document], name: str) -> list[str]:
    """Return each number that is not the one of the files."""
    return differences(tab.shown("years"), years(made, name), ZoneInfo(ZONE))


@pytest.mark.parametrize(
    ("first", "size", "theme"),
    [(2025, SMALL, "dark"), (2023, DESKTOP, "light"), (2018, SMALL, "light")],
    ids=["one", "three", "eight"],
)
def test_years(
    opened: Opener,
    site: Callable[..., Site],
    first: int,
    size: dict[str, int],
    theme: str,
) -> None:
    """Every number of one, three and eight years, of which one is half unknown; nothing jumps."""
    made = calendar(first, 2025, half)
    home = site(Home().documents() | made)
    tab = opened(home, viewport=size, color_scheme=theme, bypass_csp=True)
    tab.page.add_init_script(WATCH)
    tab.go().drawn("today")
    assert not any(re.search("year-|later.years", url) for url in tab.requests), (
        "before it is opened"
    )
    moved(tab)
    tab.page.click("#tab-years")
    tab.panel("years").locator("tbody tr").last.wait_for()
    assert not moved(tab)
    assert wrong(tab, made, "energy") == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    heads = [
        box["y"]
        for head in tab.panel("years").locator("thead th").all()
        if (box := head.bounding_box())
    ]
    assert len(heads) == 2025 - first + 2
    assert max(heads) - min(heads) < 2, "the years are columns, on a phone too"
    assert tab.page.locator(".here b").inner_text() == "–".join(dict.fromkeys([str(first), "2025"]))
    count = 2025 - first + 1
    assert tab.panel("years").locator("thead th").count() == count + 1
    assert tab.panel("years").locator(".chip").count() == count
    dashed = tab.panel("years").locator("[data-line$='dashed']")
    lines = dashed.evaluate_all("all => all.map(one => one.dataset.line)")
    assert lines == (["2025-dashed"] if count == 1 else ["2024-dashed", "2025-dashed"])
    if count > 1:
        assert "2024: 184 of 366 days known" in tab.panel("years").inner_text()
    months = tab.panel("years").locator("td a")
    assert months.first.get_attribute("href") == "#2025-01"
    # December of 2025 is to come, and nothing of the first half of 2024 is known.
    assert months.count() == 13 * count - (1 if count == 1 else 7)
    tab.page.select_option("#years-series", "solar")
    assert eventually(lambda: not wrong(tab, made, "solar"))
    if not AXE.is_file():
        unable("the page's accessibility is checked by axe-core: npm ci")
    assert findings(tab, AXE.read_text()) == []


def test_the_day_that_is_read(opened: Opener, site: Callable[..., Site]) -> None:
    """Arrow keys read each year up to a day and say it; a year can be taken out of the chart."""
    made = calendar(2023, 2025)
    tab = opened(site(Home().documents() | made, tiers=("yearly",))).go("years")
    panel = tab.panel("years")
    panel.locator(".plot").focus()
    for key in ("Home", *["ArrowRight"] * 59):
        tab.page.keyboard.press(key)
    read = panel.locator(".chip b").all_inner_texts()
    assert panel.locator(".when").inner_text() == "29 Feb"
    assert [text == "–" for text in read] == [True, False, True]
    said = tab.page.locator("body > [aria-live]").inner_text()
    assert said.startswith("29 Feb: 2025 –, 2024 ")
    tab.page.keyboard.press("Escape")
    assert "–" not in panel.locator(".chip b").all_inner_texts()
    panel.locator(".chip", has_text="2024").click()
    assert panel.locator("[data-line^='2024']").count() == 0
    assert tab.selected() == "years"
    assert "Data until" in tab.page.locator(".age").inner_text()


def test_days_that_only_a_calendar_year_has(opened: Opener, site: Callable[..., Site]) -> None:
    """A year opens its months, a month its days, across New Year, and back; each by its address."""
    made = calendar(2023, 2025)
    tab = opened(site(Home().documents() | made)).go("years")
    tab.panel("years").locator("td a[href='#2023']").click()
    here, said = tab.page.locator(".here b"), tab.page.locator(".panel:not([hidden]) .said")
    tab.drawn("365-days").locator("a[href='#2023-02']").first.click()
    assert eventually(lambda: here.inner_text() == "February 2023")
    plot = tab.drawn("30-days").locator(".plot").first
    for key in ("Home", "ArrowRight", "Enter"):
        plot.press(key)
    assert eventually(lambda: "on 2 Feb 2023" in said.inner_text())
    tab.page.locator(".step[rel=next]").click()
    assert eventually(lambda: "on 3 Feb 2023" in said.inner_text())
    for _ in range(2):
        tab.page.go_back()
    assert eventually(lambda: here.inner_text() == "February 2023")
    tab.go("2023-12-20..2024-01-10")
    assert eventually(lambda: "in 21 days" in said.inner_text())
    points = [*made["years/2023"].points.items(), *made["years/2024"].points.items()]
    span = [
        point["energy"].change or 0.0
        for at, point in points
        if date(2023, 12, 20) <= at.astimezone(ZoneInfo(ZONE)).date() < date(2024, 1, 10)
    ]
    raw = said.locator("[data-value]").first.get_attribute("data-raw")
    assert float(raw or "nan") == pytest.approx(sum(span))
    tab.page.locator(".step[rel=next]").click()
    assert eventually(lambda: re.match(r"10.+30 Jan 2024", here.inner_text()))
    tab.go("2022")
    assert eventually(lambda: "The first day is" in tab.panel("365-days").inner_text())


def test_a_year_that_cannot_be_read(opened: Opener, site: Callable[..., Site]) -> None:
    """The others are shown, and a notice says which one it is."""
    home = site(Home().documents() | calendar(2023, 2025))
    (home.data_dir / "years/2024.json").write_text("{")
    tab = opened(home).go("years")
    assert eventually(lambda: tab.text("years-2023", "years") != "–")
    assert tab.text("years-2024", "years") == "–"
    (notice,) = tab.notices("problem")
    assert notice.startswith("year-2024.json cannot be read: it is incomplete.")
    assert not tab.panel("years").locator("[data-value='years-2025-change']").count()


def test_years_that_are_not_published(opened: Opener, house: Site) -> None:
    """There is no such tab."""
    tab = opened(house).go()
    tab.drawn("today")
    assert tab.page.locator("#tab-years").count() == 0
