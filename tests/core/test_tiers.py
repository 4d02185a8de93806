"""Closed days are rolled up into the tiers, and deleted once every tier has them."""

import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core import documents
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, day_span, day_start, days, hours, intervals
from powerstats_cli.core.series import Series, StateClass
from powerstats_cli.core.tiers import TIERS, roll_up
from tests.support.installation import Installation, Result

ZONE = "Europe/Amsterdam"
AMSTERDAM = ZoneInfo(ZONE)
TODAY = date(2025, 11, 22)
NOON = datetime(2025, 11, 22, 12, tzinfo=AMSTERDAM)
NIGHTLY = [("aggregate", tier) for tier in TIERS]
Kind = tuple[str, StateClass]
WATTS: Kind = ("W", "measurement")
METER: Kind = ("kWh", "total_increasing")


def power(mean: float, coverage: float = 1.0, *, minutes: int = 10) -> Value:
    """Return a power that held for the known time."""
    kwh = round(mean * coverage * minutes / 60_000, 6)
    return Value(mean=mean, min=mean, max=mean, kwh=kwh, coverage=coverage)


def a_day(
    day: date,
    value: Value | None = None,
    *,
    names: Iterable[str] = ("power",),
    kind: Kind = WATTS,
) -> Document:
    """Return a closed day's document with the same value in each bucket."""
    value = value or power(100.0 + day.day)
    span = day_span(day, AMSTERDAM)
    series = Series(kind[0], kind[1], span.end)
    return Document(
        tier="daily",
        timezone=ZONE,
        bucket="10min",
        day=day,
        last_update=span.end,
        series=dict.fromkeys(names, series),
        points={
            interval.start: dict.fromkeys(names, value)
            for interval in intervals(day, AMSTERDAM, 10)
        },
    )


def put(installation: Installation, *closed: Document, today: date = TODAY) -> None:
    """Put closed days into the archive, and an empty daily.json of today."""
    files = {f"archive/{document.day}.json": document for document in closed}
    daily = a_day(today)
    daily.points = {}
    daily.latest = {}
    start = day_start(today, AMSTERDAM)
    names = {name: series for document in closed for name, series in document.series.items()}
    daily.series = {
        name: Series(series.unit, series.state_class, start) for name, series in names.items()
    }
    for name, document in {**files, "daily.json": daily}.items():
        path = installation.data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(documents.encode(document))


def archived(installation: Installation) -> list[str]:
    """Return the days that have an archived file."""
    return sorted(path.stem for path in (installation.data_dir / "archive").glob("*.json"))


def local_days(document: Document) -> set[date]:
    """Return the local days of a document's points."""
    return {start.astimezone(AMSTERDAM).date() for start in document.points}


def spoken_of(result: Result, exit_code: int, *words: str) -> None:
    """Check that a command failed with one line that has a word."""
    assert result.exit_code == exit_code
    assert result.err.count("\n") == 1
    for word in words:
        assert word in result.err


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Return an installation that needs no Home Assistant."""
    return Installation(tmp_path, "http://127.0.0.1:9", {"power": "sensor.power"}, timezone=ZONE)


def past_days(number: int, *, before: date = TODAY) -> list[date]:
    """Return the last days before a day."""
    return list(days(before - number * DAY, before))


# --- retention --------------------------------------------------------------------------------


def test_a_day_goes_when_every_tier_has_it(installation: Installation) -> None:
    """Once all three tiers are made, the newest seven of twelve days stay; before, all stay."""
    put(installation, *map(a_day, past_days(12)))
    everything = archived(installation)
    for step in [*NIGHTLY[:-1], None]:
        installation.run_well("rotate", at=NOON)
        assert archived(installation) == everything
        if step:
            installation.run_well(*step, at=NOON)
    installation.run_well("aggregate", "yearly", at=NOON)
    installation.run_well("rotate", at=NOON)
    assert archived(installation) == [str(day) for day in past_days(7)]


@pytest.mark.parametrize("lacking", ["monthly", "yearly"])
def test_a_day_that_a_tier_knows_less_of_stays(installation: Installation, lacking: str) -> None:
    """A day stays in the archive while a tier's coverage of it is lower than the day's own."""
    put(installation, *map(a_day, past_days(12)))
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON)
    oldest = past_days(12)[0]
    path = installation.data_dir / f"{lacking}.json"
    document = installation.document(path.name)
    document.points[day_start(oldest, AMSTERDAM)]["power"] = power(50.0, 0.9, minutes=1440)
    path.write_bytes(documents.encode(document))
    installation.run_well("rotate", at=NOON)
    assert archived(installation) == [str(oldest), *(str(day) for day in past_days(7))]


def test_a_day_that_gives_less_goes(installation: Installation) -> None:
    """A day is deleted if every tier has a higher coverage of it, or if it is empty."""
    oldest, second, *rest = past_days(12)
    put(installation, *map(a_day, [oldest, second, *rest]))
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON)
    empty = a_day(second)
    empty.points = {}
    put(installation, a_day(oldest, power(7.0, 0.5)), empty, *map(a_day, rest))
    before = installation.document("yearly.json").points
    installation.run_well("rotate", at=NOON)
    assert archived(installation) == [str(day) for day in past_days(7)]
    installation.run_well("aggregate", "yearly", at=NOON)
    assert installation.document("yearly.json").points == before


def test_past_a_window_only_the_others_count(installation: Installation) -> None:
    """A day before the monthly window is deleted, although monthly.json cannot have it."""
    put(installation, *map(a_day, past_days(40)))
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON)
    assert len(installation.document("monthly.json").points) == 30
    assert len(installation.document("yearly.json").points) == 40
    installation.run_well("rotate", at=NOON)
    assert archived(installation) == [str(day) for day in past_days(7)]


def test_a_new_series_keeps_its_days(installation: Installation) -> None:
    """A day stays while one of its series is missing from a tier."""
    put(installation, *map(a_day, past_days(12)))
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON)
    oldest, *rest = past_days(12)
    put(installation, a_day(oldest, names=["power", "heat_pump"]), *map(a_day, rest))
    installation.run_well("rotate", at=NOON)
    assert archived(installation)[0] == str(oldest)
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON)
    installation.run_well("rotate", at=NOON)
    assert archived(installation) == [str(day) for day in past_days(7)]
    assert set(installation.document("yearly.json").points[day_start(oldest, AMSTERDAM)]) == {
        "power",
        "heat_pump",
    }


def test_a_broken_tier_keeps_every_day(installation: Installation) -> None:
    """If a tier cannot be read, nothing is deleted, and the line says how to rebuild it."""
    put(installation, *map(a_day, past_days(12)))
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON)
    (installation.data_dir / "yearly.json").write_bytes(b"{")
    result = installation.run("rotate", at=NOON)
    spoken_of(result, os.EX_DATAERR, "yearly.json", "aggregate yearly")
    assert archived(installation) == [str(day) for day in past_days(12)]


def test_the_clock_deletes_nothing(installation: Installation) -> None:
    """After months without an answer, days count from the newest stored one, not from today."""
    put(installation, *map(a_day, past_days(7)))
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON)
    before = {name: installation.document(f"{name}.json").points for name in TIERS}
    later = NOON + timedelta(days=200)
    installation.run_well("rotate", at=later)
    for step in NIGHTLY:
        installation.run_well(*step, at=later)
    assert archived(installation) == [str(day) for day in [*past_days(7), TODAY]]
    assert {name: installation.document(f"{name}.json").points for name in TIERS} == before


# --- from finer tiers -------------------------------------------------------------------------


def test_days_that_no_archive_has(installation: Installation) -> None:
    """A day that is not in the archive comes from weekly into monthly, and from both to yearly."""
    put(installation, *map(a_day, past_days(3)))
    oldest = past_days(3)[0]
    installation.run_well("aggregate", "weekly", at=NOON)
    (installation.data_dir / f"archive/{oldest}.json").unlink()
    installation.run_well("aggregate", "yearly", at=NOON)
    installation.run_well("aggregate", "monthly", at=NOON)
    (expected,) = [value for _, _, value in roll_up(a_day(oldest), oldest, "day", AMSTERDAM)]
    for name in ("monthly.json", "yearly.json"):
        point = installation.document(name).points[day_start(oldest, AMSTERDAM)]
        assert point == {"power": expected}


def test_a_lost_yearly_comes_back_from_monthly(installation: Installation) -> None:
    """A lost yearly.json is made again, from monthly for days that the archive has no more."""
    put(installation, *map(a_day, past_days(25)))
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON)
    installation.run_well("rotate", at=NOON)
    before = (installation.data_dir / "yearly.json").read_bytes()
    (installation.data_dir / "yearly.json").unlink()
    installation.run_well("aggregate", "yearly", at=NOON)
    assert (installation.data_dir / "yearly.json").read_bytes() == before


def test_a_finer_tier_never_replaces(installation: Installation) -> None:
    """A tier's value of a day without an archive file stays; a finer tier does not replace it."""
    put(installation, *map(a_day, past_days(2)))
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON)
    oldest = past_days(2)[0]
    (installation.data_dir / f"archive/{oldest}.json").unlink()
    weekly = installation.document("weekly.json")
    for hour in hours(oldest, AMSTERDAM):
        weekly.points[hour.start]["power"] = power(9999.0, minutes=60)
    (installation.data_dir / "weekly.json").write_bytes(documents.encode(weekly))
    before = installation.snapshot()
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON)
    assert installation.snapshot() == before


# --- windows ----------------------------------------------------------------------------------


def test_windows_end_with_the_newest_day(installation: Installation) -> None:
    """Each tier holds its window's days and no more, and a new day pushes the oldest out."""
    put(installation, *map(a_day, past_days(45)))
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON)
    for name, tier in TIERS.items():
        wanted = set(past_days(min(tier.window, 45)))
        assert local_days(installation.document(f"{name}.json")) == wanted
    put(installation, *map(a_day, past_days(2, before=TODAY + DAY)), today=TODAY + DAY)
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON + DAY)
    for name, tier in TIERS.items():
        wanted = set(past_days(min(tier.window, 46), before=TODAY + DAY))
        assert local_days(installation.document(f"{name}.json")) == wanted
    assert len(installation.document("weekly.json").points) == 168


def test_a_year_is_365_days(installation: Installation) -> None:
    """Yearly keeps 365 days, over a leap day and two clock changes."""
    put(installation, *map(a_day, past_days(370)))
    installation.run_well("aggregate", "yearly", at=NOON)
    kept = installation.document("yearly.json")
    assert local_days(kept) == set(past_days(365))
    spring = day_start(date(2025, 3, 30), AMSTERDAM)
    autumn = day_start(date(2025, 10, 26), AMSTERDAM)
    assert kept.points[spring]["power"].kwh == pytest.approx(130 * 23 / 1000, abs=1e-4)
    assert kept.points[autumn]["power"].kwh == pytest.approx(126 * 25 / 1000, abs=1e-4)


# --- series -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (METER, Value(change=0.1, state=5.0, coverage=1.0)),
        (("kW·h", "measurement"), power(7.0)),
        (("W", "total"), Value(change=0.1, state=5.0, coverage=1.0)),
    ],
)
@pytest.mark.parametrize("order", [NIGHTLY, NIGHTLY[::-1]])
def test_a_series_that_is_another_is_left_out(
    installation: Installation,
    kind: Kind,
    value: Value,
    order: list[tuple[str, str]],
) -> None:
    """A changed unit or kind is reported each night, and never mixed with stored values."""
    put(installation, *map(a_day, past_days(3)))
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON)
    before = {name: installation.document(f"{name}.json").points for name in TIERS}
    other = a_day(TODAY, value, kind=kind)
    put(installation, *map(a_day, past_days(3)), other, today=TODAY + DAY)
    for _ in range(2):
        for step in order:
            result = installation.run("-v", *step, at=NOON + DAY)
            spoken_of(result, os.EX_CONFIG, "power", kind[0], "another name")
    for name, points in before.items():
        document = installation.document(f"{name}.json")
        assert document.points == points
        assert (document.series["power"].unit, document.series["power"].state_class) == WATTS
    for _ in range(2):
        installation.run_well("rotate", at=NOON + DAY)
    assert str(TODAY) in archived(installation)


def test_archived_days_of_two_kinds(installation: Installation) -> None:
    """If no tier has the series yet, days of another kind than the oldest are left out."""
    older, newer = past_days(2)
    put(
        installation,
        a_day(older),
        a_day(newer, Value(change=0.1, state=5.0, coverage=1.0), kind=METER),
    )
    result = installation.run("aggregate", "yearly", at=NOON)
    spoken_of(result, os.EX_CONFIG, "power")
    kept = installation.document("yearly.json")
    assert len(kept.points) == 1
    assert set(kept.points) == {day_start(older, AMSTERDAM)}
    assert kept.series["power"].unit == "W"


def test_a_series_without_a_unit_yet_is_no_other(installation: Installation) -> None:
    """A sensor without a number on its first day is stored once it has numbers."""
    first, second = past_days(2)
    silent = a_day(first, names=["power", "energy"], kind=("", "measurement"))
    silent.series["power"] = a_day(first).series["power"]
    for point in silent.points.values():
        del point["energy"]
    put(installation, silent, today=second)
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON - DAY)
    value = Value(change=0.1, state=5.0, coverage=1.0)
    put(installation, silent, a_day(second, value, names=["energy"], kind=METER))
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON)
    for name in TIERS:
        document = installation.document(f"{name}.json")
        assert document.series["energy"].unit == "kWh"
        assert any("energy" in point for point in document.points.values())


def test_a_renamed_series_keeps_its_past(installation: Installation) -> None:
    """After a rename both names are in the tiers, each with its days; old days are deleted."""
    older, newer = past_days(20)[:8], past_days(20)[8:]
    put(
        installation,
        *(a_day(day, names=["old"]) for day in older),
        *(a_day(day, names=["new"]) for day in newer),
    )
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON)
    installation.run_well("rotate", at=NOON)
    assert archived(installation) == [str(day) for day in past_days(7)]
    for step in NIGHTLY:
        installation.run_well(*step, at=NOON)
    for name in ("monthly.json", "yearly.json"):
        document = installation.document(name)
        assert _days_with(document, "old") == set(older)
        assert _days_with(document, "new") == set(newer)
        assert set(document.series) == {"old", "new"}


def _days_with(document: Document, name: str) -> set[date]:
    points: Mapping[datetime, Mapping[str, Value]] = document.points
    return {start.astimezone(AMSTERDAM).date() for start, point in points.items() if name in point}
