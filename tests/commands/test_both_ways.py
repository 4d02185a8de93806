"""A power that flows both ways: from Home Assistant into every file, and what it makes."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import fsum
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, day_start, local_day
from powerstats_cli.demo.homes import Change, RecordedHome
from tests.support.homes import Stage, staged

GRID, SOLAR = "sensor.meter", "sensor.roof"
ZONE = ZoneInfo("Europe/Amsterdam")
# The clocks go back in the night of the second day.
FIRST = datetime(2025, 10, 25, tzinfo=ZONE).astimezone(UTC)
LAST = datetime(2025, 10, 27, 15, tzinfo=ZONE).astimezone(UTC)


def pasts() -> dict[str, list[Change]]:
    """Return a grid's power and a sun's, which change about every two minutes."""
    random, changes, at = Random(4), {GRID: list[Change](), SOLAR: list[Change]()}, FIRST - DAY
    while at < LAST:
        at += timedelta(seconds=random.randint(20, 200))
        sun = max(0.0, random.uniform(-800, 3500)) if 7 <= at.hour < 16 else 0.0
        changes[SOLAR].append(Change(at, f"{sun:.1f}"))
        changes[GRID].append(Change(at, f"{random.uniform(200, 900) - sun:.1f}"))
    return changes


def truth(changes: list[Change], start: datetime, end: datetime) -> tuple[float, float]:
    """Return the kWh that flowed forward and back."""
    forward = back = 0.0
    for before, after in pairwise([*changes, Change(LAST, "0")]):
        hours = (min(after.at, end) - max(before.at, start)) / timedelta(hours=1)
        if hours > 0:
            forward += max(float(before.state), 0.0) * hours / 1000
            back += max(-float(before.state), 0.0) * hours / 1000
    return forward, back


def collect_all(stage: Stage) -> None:
    """Run all steps of the days, some late, some not at all."""
    stage.installation.configure(entities={"grid": GRID, "sun": SOLAR})
    for at in (FIRST + timedelta(minutes=10, seconds=9), FIRST + timedelta(hours=13, seconds=9)):
        stage.run("collect", at=at)
    for number in (1, 2):
        stage.night(day_start(local_day(FIRST, ZONE) + number * DAY, ZONE))
    stage.run("collect", at=LAST + timedelta(seconds=10))


def ways_in(document: Document, start: datetime, end: datetime) -> tuple[float, float]:
    """Return the kWh that flowed forward and back by a file."""
    values = [point["grid"] for at, point in document.points.items() if start <= at < end and point]
    back = fsum(value.backward or 0.0 for value in values)
    return fsum(value.kwh or 0.0 for value in values) + back, back


def test_both_ways_are_in_every_file(tmp_path: Path) -> None:
    """Buckets, hours and days add up to what flowed each way; so does `flows`."""
    changes = pasts()
    sensors = {
        GRID: {"unit_of_measurement": "W", "state_class": "measurement"},
        SOLAR: {"unit_of_measurement": "W", "state_class": "measurement"},
    }
    with staged(RecordedHome(sensors, changes), tmp_path, FIRST) as stage:
        collect_all(stage)
        home = stage.installation
        for number in (0, 1):
            day = local_day(FIRST, ZONE) + number * DAY
            start, end = day_start(day, ZONE), day_start(day + DAY, ZONE)
            # The first bucket is not asked for: the series begins there.
            start = max(start, min(home.archived(day).points))
            expected = pytest.approx(truth(changes[GRID], start, end), abs=1e-4)
            for name in (f"archive/{day}.json", "weekly.json", "monthly.json", "yearly.json"):
                begin = start if name.startswith("archive") else day_start(day, ZONE)
                assert ways_in(home.document(name), begin, end) == expected, name
        result = home.run("flows", "--json", at=LAST + timedelta(minutes=1))
        assert (result.exit_code, result.err) == (0, "")
        rows = json.loads(result.out)["rows"]
        for row, number in ((rows[-1], 2), (rows[-2], 1)):
            start = day_start(local_day(FIRST, ZONE) + number * DAY, ZONE)
            end = min(start + timedelta(hours=25 if number == 1 else 24), LAST)
            imported, exported = truth(changes[GRID], start, end)
            solar, _ = truth(changes[SOLAR], start, end)
            assert row["known"] == 1.0
            assert row["import"] == pytest.approx(imported, abs=1e-4)
            assert row["export"] == pytest.approx(exported, abs=1e-4)
            assert row["house"] == pytest.approx(imported + solar - exported, abs=1e-4)
            assert row["self_consumption"] == pytest.approx(1 - exported / solar, abs=1e-4)
