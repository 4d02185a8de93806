"""`backfill` on the first evening, and the nights after it."""

import json
from datetime import timedelta
from math import fsum
from pathlib import Path

import pytest

from powerstats_cli.cli.main import main
from powerstats_cli.commands.backfill import EMPTY_MONTHS
from powerstats_cli.core.periods import DAY, HOUR, day_start, days, hours
from powerstats_cli.demo.homes import Change, RecordedHome
from tests.commands.backfill.place import (
    NOW,
    OLDEST,
    TODAY,
    ZONE,
    Place,
    of_day,
    row,
    written,
)
from tests.support.homes import ENERGY, ENTITIES, POWER, SENSORS, VOLTAGE
from tests.support.installation import TOKEN, Installation
from tests.support.longterm_server import LongTermHome, Statistics


def test_init_brings_the_year_along(place: Place, tmp_path: Path) -> None:
    """If the options say so, a script's `init` fills a year."""
    token, config = tmp_path / "given", tmp_path / "config.toml"
    token.write_text(TOKEN)
    data_dir = tmp_path / "data"
    options = ["--config", str(config), "--at", NOW.isoformat(), "-q", "init", "--no-input"]
    given = ["--url", place.server.url, "--token-file", str(token), "--data-dir", str(data_dir)]
    assert main([*options, *given, "--backfill"]) == 0
    assert len(json.loads((data_dir / "yearly.json").read_bytes())["data_points"]) == 365


def test_a_year_on_the_first_evening(place: Place) -> None:
    """History fills the archive and the tiers, statistics the year before; daily.json stays."""
    place.collect()
    daily = place.installation.snapshot()["daily.json"]
    place.backfill()
    files = place.installation.snapshot()
    history = list(days(OLDEST + DAY, TODAY))
    assert files["daily.json"] == daily
    assert {name for name in files if "/" in name} == {
        *(f"archive/{day}.json" for day in history),
        *("years/2024.json", "years/2025.json"),
    }
    yearly, monthly, weekly = (
        place.installation.document(f"{tier}.json") for tier in ("yearly", "monthly", "weekly")
    )
    assert len(yearly.points) == 365
    assert len(monthly.points) == 30
    assert len(weekly.points) == 7 * 24
    for day in days(TODAY - 365 * DAY, TODAY):
        point = of_day(yearly, day)
        assert point.keys() == ENTITIES.keys()
        is_history = day in history
        assert {value.source for value in point.values()} == {
            None if is_history else "statistics"
        }, day
        assert {value.coverage for value in point.values()} == {1.0}
        length = sum(1 for _ in hours(day, ZONE))
        change, kwh = point["energy"].change, point["power"].kwh
        if is_history:
            assert change == pytest.approx(0.9 * length)
            assert kwh == pytest.approx(21.6)
        else:
            assert change == pytest.approx(0.25 * length)
            rows = [row(POWER, span.start) or {} for span in hours(day, ZONE)]
            assert kwh == pytest.approx(fsum(hour["mean"] for hour in rows) / 1000, abs=1e-6)
    for tier in (monthly, weekly):
        assert all(point.keys() == ENTITIES.keys() for point in tier.points.values())
    assert {
        series.until for tier in (yearly, monthly, weekly) for series in tier.series.values()
    } == {day_start(TODAY, ZONE)}


def test_tiers_agree(place: Place) -> None:
    """Hours add up to their days, and a day is the same in monthly and in yearly."""
    place.collect()
    place.backfill()
    yearly, monthly, weekly = (
        place.installation.document(f"{tier}.json") for tier in ("yearly", "monthly", "weekly")
    )
    assert all(yearly.points[start] == point for start, point in monthly.points.items())
    for day in days(TODAY - 7 * DAY, TODAY):
        whole = of_day(yearly, day)
        for name, attribute in (("power", "kwh"), ("energy", "change")):
            parts = [getattr(value, attribute) for value in written(weekly, day, name)]
            assert fsum(parts) == pytest.approx(getattr(whole[name], attribute), abs=1e-5)


def test_a_backfilled_day_is_what_collect_would_have_stored(place: Place, tmp_path: Path) -> None:
    """The archived days equal those of an installation that collected all the time."""
    place.collect()
    place.backfill()
    other = Installation(tmp_path / "other", place.server.url, ENTITIES)
    for day in days(OLDEST + DAY, TODAY + DAY):
        at = day_start(day, ZONE) + timedelta(minutes=10, seconds=30)
        other.run_well("collect", at=min(at, NOW))
    other.run_well("collect", at=NOW)
    for day in days(OLDEST + DAY, TODAY):
        ours, theirs = place.installation.archived(day), other.archived(day)
        assert ours.points == theirs.points
        assert ours.series == theirs.series


def hard_home() -> RecordedHome:
    """Return a home with a power cut over one midnight, and falls of a counter at two others."""
    begin = day_start(TODAY - 8 * DAY, ZONE)
    cut, back = (day_start(TODAY - 3 * DAY, ZONE) + shift for shift in (-3 * HOUR, 2 * HOUR))
    glitch, reset = (day_start(TODAY - n * DAY, ZONE) for n in (2, 4))
    minute = timedelta(minutes=1)
    changes: dict[str, list[Change]] = {entity: [] for entity in SENSORS}
    reading = 0
    for number in range((NOW - begin) // (7 * minute)):
        at = begin + number * 7 * minute + timedelta(seconds=11)
        if cut <= at < back:
            continue
        reading = 3 if reset - 8 * minute <= at < reset - minute else reading + 1 + number % 5
        is_low = glitch - 8 * minute <= at < glitch + 5 * minute
        changes[POWER].append(Change(at, str(100 + number % 97)))
        changes[ENERGY].append(Change(at, "0" if is_low else f"{reading / 10:.1f}"))
        if number % 40 == 0:
            changes[VOLTAGE].append(Change(at, str(225 + number % 11)))
    for place, states in enumerate(changes.values()):
        states.append(Change(back - (20 - place) * timedelta(seconds=1), "unavailable"))
        states.append(Change(day_start(TODAY - 5 * DAY, ZONE) - (4 + place) * minute, "unknown"))
    return RecordedHome(SENSORS, changes)


def test_hard_days_are_what_a_late_run_would_have_stored(tmp_path: Path) -> None:
    """A power cut, a glitch and a reset at midnight are stored as `collect` would catch them up."""
    statistics = Statistics({}, row)
    with LongTermHome(hard_home(), statistics, TOKEN, lambda: NOW) as server:
        ours = Installation(tmp_path / "ours", server.url, ENTITIES)
        ours.run_well("collect", at=NOW)
        ours.run_well("backfill", at=NOW)
        late = Installation(tmp_path / "late", server.url, ENTITIES)
        late.run_well(
            "collect", at=day_start(TODAY - 8 * DAY, ZONE) + timedelta(minutes=10, seconds=30)
        )
        late.run_well("collect", at=NOW)
    for day in days(TODAY - 8 * DAY, TODAY):
        assert ours.archived(day).points == late.archived(day).points, day
        assert ours.archived(day).series == late.archived(day).series, day


def test_it_need_not_be_the_first_evening(place: Place) -> None:
    """Before the first `collect` there is as much to fill; `collect` goes on from there."""
    place.backfill()
    files = place.installation.snapshot()
    assert "daily.json" not in files
    assert len(place.installation.document("yearly.json").points) == 365
    place.collect()
    daily = place.installation.document("daily.json")
    assert min(daily.points) == day_start(TODAY, ZONE)
    assert max(series.until for series in daily.series.values()) == NOW.replace(second=0)
    after = place.installation.snapshot()
    assert {name: after[name] for name in files if "archive" not in name} == {
        name: raw for name, raw in files.items() if "archive" not in name
    }


def test_nothing_new_changes_no_byte(place: Place) -> None:
    """A second run changes nothing, and needs few requests."""
    place.collect()
    place.backfill()
    before = place.installation.snapshot()
    asked = len(place.server.exchanges)
    place.backfill()
    assert place.installation.snapshot() == before
    second = place.server.exchanges[asked:]
    # It looks for rows in the year before the first one.
    assert second.count("recorder/statistics_during_period") == EMPTY_MONTHS
    assert len(second) < asked / 2


def test_a_month_a_request(place: Place) -> None:
    """One request asks for one month; before the days of yearly.json, it is looked for first."""
    place.collect()
    place.backfill()
    assert place.server.exchanges.count("recorder/statistics_during_period") == (
        14 + 4 + EMPTY_MONTHS + 4
    )


def test_the_nights_go_on(place: Place) -> None:
    """The nightly steps keep the statistics, except days that leave the window."""
    place.collect()
    place.backfill()
    before = place.installation.document("yearly.json")
    tomorrow = day_start(TODAY + DAY, ZONE)
    place.server.clock = lambda: tomorrow + timedelta(hours=1)
    place.server.plain.clock = place.server.clock
    place.installation.run_well("collect", at=tomorrow + timedelta(seconds=30))
    place.installation.run_well("rotate", at=tomorrow + timedelta(seconds=40))
    for minute, tier in ((2, "weekly"), (5, "monthly"), (15, "yearly")):
        place.installation.run_well("aggregate", tier, at=tomorrow + timedelta(minutes=minute))
    after = place.installation.document("yearly.json")
    assert len(after.points) == 365
    first = day_start(TODAY - 364 * DAY, ZONE)
    kept = {start: point for start, point in before.points.items() if start >= first}
    assert {start: after.points[start] for start in kept} == kept
    assert of_day(after, TODAY)["power"].source is None
