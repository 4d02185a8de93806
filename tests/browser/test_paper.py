"""Sheets of paper, and tables for a spreadsheet."""

import csv
import io
import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.browser.chromium import Opener
from tests.browser.pages import LOAD_FAILED, TABS, eventually
from tests.browser.sites import Site
from tests.page import expected
from tests.page.homes import DEMO_NOW
from tests.page.test_csv import assert_rows, rows_of


def test_a_tab_is_one_sheet(opened: Opener, demo: Site) -> None:
    """Each tab, on either paper, from a dark screen."""
    tab = opened(demo, now=DEMO_NOW, color_scheme="dark").go()
    for name in TABS:
        tab.open(name)
        for paper in ("A4", "Letter"):
            pdf = tab.page.pdf(format=paper, print_background=True)
            sheets = re.findall(rb"/Type\s*/Page\b(?!s)", pdf)
            assert len(sheets) == 1, (name, paper)


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
    assert tab.page.locator("#menu summary").is_visible()
    assert tab.page.evaluate("document.documentElement.dataset.theme") == "dark"


# --- CSV --------------------------------------------------------------------------------------


def test_csv_is_what_is_shown(opened: Opener, house: Site) -> None:
    """Without a series that is switched off, and without buckets beyond the zoom."""
    tab = opened(house).go()
    panel = tab.drawn("today")
    panel.locator('.chip[data-series="solar"]').click()
    panel.locator('[data-chart="main"] .plot').focus()
    for key in ("Home", "+", "+"):
        tab.page.keyboard.press(key)
    with tab.page.expect_download() as waiting:
        panel.locator('[data-action="csv"]').click()
    assert waiting.value.suggested_filename == "powerstats-daily-2025-11-22.csv"
    raw = Path(waiting.value.path()).read_bytes().decode()
    rows = list(csv.reader(io.StringIO(raw, newline="")))
    grid = expected.Grid(house.document("daily"))
    six = datetime(2025, 11, 22, 6, tzinfo=ZoneInfo("Europe/Amsterdam"))
    wanted = rows_of(grid, [name for name in grid.document.series if name != "solar"])
    assert_rows(rows[1:], [row for row in wanted if datetime.fromisoformat(str(row[0])) < six])
    assert not any("solar" in head for head in rows[0])


def test_csv_comes_when_it_is_asked_for(opened: Opener, house: Site) -> None:
    """Its part of the script is no part of a visit; if it cannot be fetched, the page says so."""
    tab = opened(house, allowed=(LOAD_FAILED,)).go()
    panel = tab.drawn("today")
    assert not any("later.csv" in url for url in tab.requests)
    tab.context.set_offline(True)
    panel.locator('[data-action="csv"]').click()
    status = panel.locator(".tools [role=status]")
    assert eventually(lambda: "cannot be reached" in status.inner_text())
    tab.context.set_offline(False)
    with tab.page.expect_download():
        panel.locator('[data-action="csv"]').click()
    assert eventually(lambda: not status.inner_text())
