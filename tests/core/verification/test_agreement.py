"""The files that hold the same days against each other."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import day_start
from powerstats_cli.core.verification.agreement import PENDING, agreement
from tests.core.verification.homes import home

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FIRST = date(2025, 10, 20)
DAY = date(2025, 10, 26)  # 25 hours
START = day_start(DAY, AMSTERDAM)


@pytest.fixture
def files() -> dict[str, Document]:
    """Return the files of a home over a clock change."""
    return home(AMSTERDAM, FIRST, 9)


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "Australia/Lord_Howe", "Asia/Kolkata"])
@pytest.mark.parametrize("first", [date(2025, 10, 1), date(2025, 3, 26)])
def test_tiers_agree_with_what_they_were_rolled_up_from(zone: str, first: date) -> None:
    """Hours and days, in three files, of all series."""
    found = agreement(home(ZoneInfo(zone), first, 9), ZoneInfo(zone))
    assert found.differences == ()
    assert found.compared > 1000


def changed(document: Document, series: str, **numbers: float) -> None:
    """Change some numbers of a value at START."""
    value = document.points[START][series]
    document.points[START][series] = msgspec.structs.replace(value, **numbers)


@pytest.mark.parametrize(
    ("series", "numbers", "words"),
    [
        ("power", {"kwh": 7.0}, "its energy differs from archive/2025-10-26.json"),
        ("meter", {"change": 7.0}, "its change differs from"),
        ("meter", {"state": 7.0}, "its reading differs from"),
        ("grid", {"back": 7.0}, "what flowed back differs from"),
        ("voltage", {"mean": 231.9}, "its mean differs from"),
        ("power", {"max": 9999.0}, "its maximum differs from"),
        ("power", {"coverage": 0.2, "kwh": 0.1}, "it knows less than archive/2025-10-26.json"),
    ],
)
def test_a_day_that_differs(
    files: dict[str, Document], series: str, numbers: dict[str, float], words: str
) -> None:
    """It is told once, beside the finest file."""
    changed(files["yearly.json"], series, **numbers)
    [found] = agreement(files, AMSTERDAM).differences
    assert found.text.startswith(words)
    assert (found.file, found.series) == ("yearly.json", series)
    assert found.bucket == "2025-10-26T00:00+02:00"
    assert found.explained == ""


def test_an_hour_that_differs(files: dict[str, Document]) -> None:
    """The archive tells; the days of the others were rolled up from it, too."""
    changed(files["weekly.json"], "power", kwh=7.0)
    found = agreement(files, AMSTERDAM).differences
    assert [(each.file, each.bucket[:16]) for each in found] == [
        ("weekly.json", "2025-10-26T00:00"),
        ("monthly.json", "2025-10-26T00:00"),
        ("yearly.json", "2025-10-26T00:00"),
    ]


def test_without_the_archive_the_tiers_are_compared(files: dict[str, Document]) -> None:
    """Days that left the archive are in up to three files."""
    tiers = {name: each for name, each in files.items() if not name.startswith("archive/")}
    assert agreement(tiers, AMSTERDAM).differences == ()
    changed(tiers["monthly.json"], "power", kwh=7.0)
    found = agreement(tiers, AMSTERDAM).differences
    assert [each.file for each in found] == ["monthly.json", "yearly.json"]


def test_a_missing_day(files: dict[str, Document]) -> None:
    """A day that a tier lacks although it was asked for."""
    del files["monthly.json"].points[START]
    found = agreement(files, AMSTERDAM).differences
    assert {each.text for each in found} == {"it is missing, and archive/2025-10-26.json has it"}
    assert len(found) == 5


def test_a_tier_may_know_more(files: dict[str, Document]) -> None:
    """Another device, or Home Assistant's statistics, filled what is unknown here."""
    more = Value(mean=500.0, min=0.0, max=5000.0, kwh=12.5, coverage=1.0)
    for name in ("monthly.json", "yearly.json"):
        files[name].points[START]["power"] = more
    assert agreement(files, AMSTERDAM).differences == ()


def test_a_late_reading_is_taken_over_by_the_next_aggregate(files: dict[str, Document]) -> None:
    """A closed day that was read again after the nightly steps explains the difference."""
    day = files[f"archive/{DAY}.json"]
    first = min(day.points)
    day.points[first]["meter"] = Value(change=3.0, state=1000.0, coverage=1.0)
    day.last_update = files["yearly.json"].last_update + timedelta(minutes=10)
    found = agreement(files, AMSTERDAM).differences
    assert {each.file for each in found} == {"weekly.json", "monthly.json", "yearly.json"}
    assert {each.explained for each in found} == {PENDING}


def test_a_day_before_the_window_is_not_missed(files: dict[str, Document]) -> None:
    """An archived day that weekly.json has left is compared with the other tiers only."""
    start = day_start(FIRST, AMSTERDAM)
    assert start not in files["weekly.json"].points
    assert agreement(files, AMSTERDAM).differences == ()
    del files["monthly.json"].points[start]
    assert {each.file for each in agreement(files, AMSTERDAM).differences} == {"monthly.json"}


def test_another_kind_is_left_to_aggregate(files: dict[str, Document]) -> None:
    """A sensor that changed its unit is told by the step that leaves it out."""
    series = files["yearly.json"].series
    series["power"] = msgspec.structs.replace(series["power"], unit="kW")
    changed(files["yearly.json"], "power", kwh=7.0)
    assert agreement(files, AMSTERDAM).differences == ()
