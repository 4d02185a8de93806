"""A run before a series has its first complete bucket remembers where the series begins."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.demo.homes import Change, RecordedHome
from tests.demo import faults
from tests.support.homes import ENERGY, ENTITIES, POWER, SENSORS, Stage, staged, steady_home
from tests.support.installation import Installation

ZONE = ZoneInfo("Europe/Amsterdam")
MIDNIGHT = datetime(2025, 11, 21, tzinfo=ZONE)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DAY = timedelta(days=1)
EARLY = MIDNIGHT + 30 * SECOND


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Return a home, and an installation that nothing was collected into yet."""
    with staged(steady_home(MIDNIGHT - DAY, 5 * DAY), tmp_path, EARLY) as stage:
        yield stage


def whole_days(installation: Installation, *days: datetime) -> dict[str, int]:
    """Return how many buckets of the days each series has that are known to the full."""
    found = dict.fromkeys(ENTITIES, 0)
    for day in days:
        for point in installation.archived(day.date()).points.values():
            for name, value in point.items():
                found[name] += value.coverage == 1
    return found


@pytest.mark.parametrize("after", [1 * SECOND, 5 * SECOND, 30 * SECOND, 9 * MINUTE])
@pytest.mark.parametrize("until_next", [24 * HOUR + MINUTE, 30 * HOUR, 47 * HOUR])
def test_the_next_run_comes_after_the_next_midnight(
    stage: Stage, after: timedelta, until_next: timedelta
) -> None:
    """The day that the first run found no bucket of is asked for by the next."""
    stage.run("collect", at=MIDNIGHT + after)
    daily = stage.installation.document("daily.json")
    assert {name: daily.until(name) for name in ENTITIES} == dict.fromkeys(ENTITIES, MIDNIGHT)
    assert not daily.points
    stage.run("collect", at=MIDNIGHT + after + until_next)
    assert whole_days(stage.installation, MIDNIGHT) == dict.fromkeys(ENTITIES, 144)


def test_rotate_in_between(stage: Stage) -> None:
    """The step that closes the day without a bucket keeps what it remembers."""
    stage.run("collect", at=EARLY)
    for at in (EARLY, MIDNIGHT + DAY + 20 * SECOND, MIDNIGHT + 2 * DAY + 20 * SECOND):
        stage.run("rotate", at=at)
    stage.run("collect", at=MIDNIGHT + 2 * DAY + HOUR)
    days = (MIDNIGHT, MIDNIGHT + DAY)
    assert whole_days(stage.installation, *days) == dict.fromkeys(ENTITIES, 288)


def test_the_same_as_with_regular_runs(stage: Stage, tmp_path: Path) -> None:
    """The files do not tell when the first run came."""
    regular = Installation(tmp_path / "regular", stage.server.url, ENTITIES)
    end = MIDNIGHT + DAY + 10 * MINUTE + 30 * SECOND
    for number in range(1, 146, 12):
        stage.time = EARLY + number * 10 * MINUTE
        regular.run_well("collect", at=stage.time)
    stage.time = end
    regular.run_well("collect", at=end)
    stage.run("collect", at=EARLY)
    stage.run("collect", at=end)
    assert stage.installation.points() == regular.points()


@pytest.mark.parametrize("zone", ["America/St_Johns", "Asia/Kolkata", "Pacific/Kiritimati"])
def test_the_days_of_other_zones(stage: Stage, zone: str) -> None:
    """The day that is remembered is the local one."""
    stage.installation.configure(timezone=zone)
    midnight = datetime(2025, 11, 22, tzinfo=ZoneInfo(zone))
    stage.run("collect", at=midnight + 30 * SECOND)
    stage.run("collect", at=midnight + DAY + 30 * SECOND)
    assert whole_days(stage.installation, midnight) == dict.fromkeys(ENTITIES, 144)


def test_a_series_that_is_added_just_after_midnight(stage: Stage) -> None:
    """Its day is not lost if `rotate` runs before anything was collected of it."""
    stage.installation.configure(entities={"power": POWER})
    stage.run("collect", at=MIDNIGHT + 10 * SECOND)
    stage.installation.configure(entities=ENTITIES)
    stage.run("collect", at=EARLY)
    stage.run("rotate", at=MIDNIGHT + DAY + 10 * SECOND)
    stage.run("collect", at=MIDNIGHT + DAY + HOUR)
    assert whole_days(stage.installation, MIDNIGHT) == dict.fromkeys(ENTITIES, 144)


def test_one_request_and_none_again(stage: Stage) -> None:
    """All new series are asked for at once, and a run that knows them all asks for nothing."""
    stage.run("collect", at=EARLY)
    assert len(stage.server.requests) == 1
    before = stage.installation.snapshot()
    stage.run("collect", at=EARLY + 20 * SECOND)
    assert len(stage.server.requests) == 1
    assert stage.installation.snapshot() == before


def test_a_sensor_that_is_missing(stage: Stage) -> None:
    """It is named at once, and the day of the others is remembered."""
    stage.installation.configure(entities={**ENTITIES, "attic": "sensor.attic"})
    result = stage.installation.run("collect", at=EARLY)
    assert result.exit_code == 69
    assert "attic (sensor.attic): not in Home Assistant" in result.err
    assert stage.installation.document("daily.json").series.keys() == ENTITIES.keys()


@pytest.mark.parametrize(("status", "code"), [(401, 77), (500, 75)])
def test_home_assistant_refuses(stage: Stage, status: int, code: int) -> None:
    """Nothing is written, and the exit code says that something is wrong."""
    stage.server.answer = faults.status(status)
    assert stage.installation.run("collect", at=EARLY).exit_code == code
    assert not stage.installation.snapshot()


def test_a_clock_that_is_wrong(stage: Stage) -> None:
    """A day that is not yet begun for Home Assistant is not remembered."""
    stage.time = EARLY - 3 * HOUR
    assert stage.installation.run("collect", at=EARLY).exit_code == 75
    assert not stage.installation.snapshot()


def test_a_sensor_of_which_nothing_is_certain_yet(tmp_path: Path) -> None:
    """Home Assistant was down since the evening: the midnight is no sign that it was running."""
    changes = {
        POWER: [
            Change(MIDNIGHT - 3 * HOUR, "500"),
            Change(MIDNIGHT + 8 * HOUR + 4 * SECOND, "unavailable"),
            Change(MIDNIGHT + 30 * HOUR, "700"),
        ],
        ENERGY: [Change(MIDNIGHT + 8 * HOUR + 4 * SECOND, "unavailable")],
    }
    home = RecordedHome(SENSORS, changes)
    first = MIDNIGHT + 8 * HOUR + 10 * SECOND
    with staged(home, tmp_path, first) as stage:
        stage.installation.configure(entities={"power": POWER})
        stage.run("collect", at=first)
        assert stage.installation.document("daily.json").until("power") == MIDNIGHT
        stage.run("collect", at=MIDNIGHT + 32 * HOUR + MINUTE)
        points = stage.installation.archived(MIDNIGHT.date()).points
        assert not points, points
        assert len(stage.installation.document("daily.json").points) == 12
