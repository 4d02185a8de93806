"""Tables for a spreadsheet: every bucket of every series, with its time in the home's zone."""

import csv
import io
from datetime import UTC, datetime

import pytest

from powerstats_cli.core.buckets import Value
from tests.page import expected
from tests.page.homes import HOUSE, Home, Outage, Sensor
from tests.page.program import TABS, Page, page_of

FIELDS = ("mean", "min", "max", "kwh", "back", "change", "state", "coverage")
Row = list[float | str | None]


def rows_in(page: Page, tab: str) -> list[list[str]]:
    """Return the rows that a tab's button saves."""
    raw = page.tabs[tab]["csv"]
    assert raw.endswith("\r\n")
    return list(csv.reader(io.StringIO(raw, newline="")))


def rows_of(grid: expected.Grid, names: list[str]) -> list[Row]:
    """Return the rows that a table of some series must have."""
    columns = {name: grid.cells(name) for name in names}
    fields = [
        (name, key)
        for name in names
        for key in FIELDS
        if any(cell.value and getattr(cell.value, key) is not None for cell in columns[name])
    ]
    rows: list[Row] = []
    for number, span in enumerate(grid.spans):
        cells = [getattr(columns[name][number].value, key, None) for name, key in fields]
        if any(cell is not None for cell in cells):
            rows.append([span.start.astimezone(grid.zone).isoformat(), *cells])
    return rows


def assert_rows(found: list[list[str]], wanted: list[Row]) -> None:
    """Compare a table with the rows that it must have, number by number."""
    assert [row[0] for row in found] == [row[0] for row in wanted]
    for row, cells in zip(found, wanted, strict=True):
        for text, cell in zip(row[1:], cells[1:], strict=True):
            assert (float(text) if text else None) == cell


@pytest.fixture(scope="module")
def page() -> Page:
    """Return a home over the long night, with a gap, for a viewer in Tokyo."""
    gap = Outage(datetime(2025, 10, 25, 8, tzinfo=UTC), datetime(2025, 10, 26, 9, tzinfo=UTC))
    home = Home(now=datetime(2025, 10, 26, 20, tzinfo=UTC), outages=(gap,), days=100)
    return page_of(home.documents(), now=home.now, timezone="Asia/Tokyo")


@pytest.mark.parametrize("tab", TABS)
def test_csv_is_what_is_shown(page: Page, tab: str) -> None:
    """Each known bucket is a row, each field of each series a column."""
    document = page.documents[expected.TABS[tab][0]]
    rows = rows_in(page, tab)
    assert rows[0][:3] == ["start", "energy change (kWh)", "energy state (kWh)"]
    assert_rows(rows[1:], rows_of(expected.Grid(document), list(document.series)))


def test_csv_has_what_flowed_back() -> None:
    """A power that was below zero has a column of the energy that flowed back, others have none."""
    home = Home(sensors=(*HOUSE, Sensor("grid", "W", 900.0)), days=40)
    documents = home.documents()
    points = documents["daily"].points
    start = next(start for start, point in points.items() if "grid" in point)
    grid = Value(mean=30.0, min=-1800.0, max=1200.0, kwh=0.005, back=0.09, coverage=1.0)
    points[start] = {**points[start], "grid": grid}
    page = page_of(documents, now=home.now)
    rows, daily = rows_in(page, "today"), page.documents["daily"]
    assert [cell for cell in rows[0] if "back" in cell] == ["grid back (kWh)"]
    assert_rows(rows[1:], rows_of(expected.Grid(daily), list(daily.series)))


def test_csv_s_heads_are_no_formulas() -> None:
    """A spreadsheet must not compute a series' name; quotes and commas are kept."""
    odd = ("=1+1", "@SUM(A1)", 'a "quoted", name', "-1")
    home = Home(sensors=(*HOUSE, *(Sensor(name, "°C", 20) for name in odd)), days=40)
    head, *_ = rows_in(page_of(home.documents()), "today")
    assert all(not cell.startswith(("=", "@", "+", "-")) for cell in head)
    assert any(cell.startswith('a "quoted", name') for cell in head)
