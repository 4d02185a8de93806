"""What leaves the page: sheets of paper and tables for a spreadsheet."""

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.browser import expected
from tests.browser.chromium import Opener
from tests.browser.homes import DEMO_NOW, HOUSE, NOW, Home, Sensor
from tests.browser.pages import TABS, Tab
from tests.browser.sites import Site

SiteOf = Callable[..., Site]
FIELDS = ("mean", "min", "max", "kwh", "change", "state", "coverage")


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("name", TABS)
def test_a_tab_is_one_sheet(opened: Opener, demo: Site, name: str, paper: str) -> None:
    """In either theme, on either paper."""
    tab = opened(demo, now=DEMO_NOW, color_scheme="dark").go(name)
    tab.drawn(name)
    pdf = tab.page.pdf(format=paper, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) == 1


def test_paper_is_white_and_has_no_controls(opened: Opener, demo: Site) -> None:
    """Buttons, tabs and banners stay on the screen."""
    tab = opened(demo, now=DEMO_NOW, color_scheme="dark").go()
    tab.drawn("today")
    tab.page.emulate_media(media="print")
    tab.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.page.locator("button:visible, summary:visible, .notice:visible").count() == 0
    assert tab.page.locator("canvas:visible").count() >= 3
    background = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(255, 255, 255)"
    tab.page.evaluate("dispatchEvent(new Event('afterprint'))")
    tab.page.emulate_media(media="screen")
    assert tab.page.locator("#theme").is_visible()
    assert tab.page.evaluate("document.documentElement.dataset.theme") == "dark"


# --- CSV --------------------------------------------------------------------------------------


def saved(tab: Tab, name: str) -> tuple[str, list[list[str]]]:
    """Return the name and the rows of what the open tab's button saves."""
    with tab.page.expect_download() as waiting:
        tab.panel(name).locator('[data-action="csv"]').click()
    download = waiting.value
    raw = Path(download.path()).read_bytes().decode()
    assert raw.endswith("\r\n")
    return download.suggested_filename, list(csv.reader(io.StringIO(raw, newline="")))


def rows_of(grid: expected.Grid, names: list[str]) -> list[list[float | str | None]]:
    """Return what a table of some series has to hold."""
    columns = {name: grid.cells(name) for name in names}
    fields = [
        (name, key)
        for name in names
        for key in FIELDS
        if any(cell.value and getattr(cell.value, key) is not None for cell in columns[name])
    ]
    rows: list[list[float | str | None]] = []
    for number, span in enumerate(grid.spans):
        cells = [getattr(columns[name][number].value, key, None) for name, key in fields]
        if any(cell is not None for cell in cells):
            rows.append([span.start.astimezone(grid.zone).isoformat(), *cells])
    return rows


def assert_rows(found: list[list[str]], wanted: list[list[float | str | None]]) -> None:
    """Compare a table with what it has to hold, number by number."""
    assert [row[0] for row in found] == [row[0] for row in wanted]
    for row, cells in zip(found, wanted, strict=True):
        for text, cell in zip(row[1:], cells[1:], strict=True):
            assert (float(text) if text else None) == cell


@pytest.mark.parametrize("name", TABS)
def test_csv_is_what_is_shown(opened: Opener, demo: Site, name: str) -> None:
    """Every bucket of every series, with its time in the home's zone."""
    tab = opened(demo, now=DEMO_NOW, timezone_id="Asia/Tokyo").go(name)
    tab.drawn(name)
    tier = expected.TABS[name][0]
    grid = expected.Grid(demo.document(tier))
    file, rows = saved(tab, name)
    day = grid.days[-1]
    assert file == f"powerstats-{tier}-{day}.csv"
    assert rows[0][:3] == ["start", "energy change (kWh)", "energy state (kWh)"]
    assert_rows(rows[1:], rows_of(grid, list(grid.document.series)))


def test_csv_leaves_out_what_is_hidden_or_out_of_view(opened: Opener, house: Site) -> None:
    """A series switched off, and what is beyond the zoom."""
    tab = opened(house).go()
    panel = tab.drawn("today")
    for name in ("voltage", "energy", "solar"):
        panel.locator(f'.chip[data-series="{name}"]').click()
    panel.locator('[data-chart="main"] .plot').focus()
    tab.page.keyboard.press("Home")
    tab.page.keyboard.press("+")
    tab.page.keyboard.press("+")
    _, rows = saved(tab, "today")
    grid = expected.Grid(house.document("daily"))
    six = datetime(2025, 11, 22, 6, tzinfo=ZoneInfo("Europe/Amsterdam"))
    wanted = rows_of(grid, ["power", "power_factor"])
    wanted = [row for row in wanted if datetime.fromisoformat(str(row[0])) < six]
    assert_rows(rows[1:], wanted)
    assert not any("solar" in head or "voltage" in head for head in rows[0])


def test_csv_s_heads_are_no_formulas(opened: Opener, site: SiteOf) -> None:
    """A spreadsheet must not compute a series' name; quotes and commas are kept."""
    odd = ("=1+1", "@SUM(A1)", 'a "quoted", name', "-1")
    made = site(Home(now=NOW, sensors=(*HOUSE, *(Sensor(name, "°C", 20) for name in odd))))
    tab = opened(made).go()
    tab.drawn("today")
    _, rows = saved(tab, "today")
    assert all(not head.startswith(("=", "@", "+", "-")) for head in rows[0])
    assert any(head.startswith('a "quoted", name') for head in rows[0])
