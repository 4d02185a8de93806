"""Corrections and what Home Assistant is asked for: `collect` goes on, and `again` reads anew."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Point
from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.server import HomeAssistant
from tests.commands.correct.place import (
    NIGHTLY,
    content,
    correct,
    journal,
    local,
    refused,
    value,
)
from tests.support.homes import ENERGY, POWER, SENSORS, Stage
from tests.support.installation import TOKEN, Installation

BEGIN = local("2025-11-20 00:00")
SPIKED = date(2025, 11, 21)
SPIKE = local("2025-11-21 10:10")
EVENING = local("2025-11-21 12:30:20")
NIGHT = local("2025-11-22 01:30:10")
ENTITIES = {"power": POWER, "energy": ENERGY}
ARCHIVED = f"archive/{SPIKED}.json"


def a_home() -> RecordedHome:
    """Return a home of 600 W, with one minute of 60 kW, which its meter counts as 413.1 kWh."""
    changes: dict[str, list[Change]] = {entity: [] for entity in SENSORS}
    energy = 100.0
    for minute in range(3 * 1440):
        at = BEGIN.astimezone(UTC) + timedelta(minutes=minute)
        is_spike = at == SPIKE
        energy += 413.1 if is_spike else 0.01
        changes[POWER].append(Change(at, "60000" if is_spike else str(600 + minute % 2)))
        changes[ENERGY].append(Change(at, f"{energy:.2f}"))
    return RecordedHome(SENSORS, changes)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Return an installation that has collected until noon of the day of the spike."""
    time = BEGIN
    with HomeAssistant(a_home(), token=TOKEN, clock=lambda: found.time) as server:
        installation = Installation(tmp_path / "one", server.url, ENTITIES)
        with installation.config.open("a") as config:
            config.write("[homeassistant.plausible]\nenergy = [0, 30000]\n")
        found = Stage(server, installation, time)
        found.run("collect", at=BEGIN + timedelta(minutes=20))
        found.run("collect", at=EVENING - timedelta(hours=1))
        yield found


def fresh(stage: Stage, name: str, plausible: str = "") -> Installation:
    """Return an installation of its own that collects everything anew."""
    other = Installation(stage.installation.folder.parent / name, stage.server.url, ENTITIES)
    with other.config.open("a") as config:
        config.write(f"[homeassistant.plausible]\nenergy = [0, 30000]\n{plausible}")
    for at in (BEGIN + timedelta(minutes=20), NIGHT):
        stage.time = at
        other.run_well("collect", at=at)
    return other


def night(stage: Stage, at: datetime = NIGHT) -> None:
    """Run the steps of the night."""
    for command in (("collect",), ("rotate",), *NIGHTLY):
        stage.run(*command, at=at)


def others(installation: Installation, *corrected: datetime) -> dict[datetime, Point]:
    """Return the points of the day, without those that were corrected."""
    return {
        at: point
        for at, point in installation.document(ARCHIVED).points.items()
        if at not in corrected
    }


@pytest.mark.parametrize("minutes", [10, 20, 30, 60])
def test_a_counter_counts_on_through_a_correction(stage: Stage, minutes: int) -> None:
    """What was taken out of a bucket does not come back in a neighbour, wherever that ends."""
    until = SPIKE + timedelta(minutes=80)
    stage.run("collect", at=until + timedelta(seconds=10))
    end = f"{SPIKE + timedelta(minutes=10):%H:%M}"
    begin = f"{SPIKE + timedelta(minutes=10 - minutes):%H:%M}"
    when = f"{SPIKED}T{begin}..{SPIKED}T{end}"
    for series in ("energy", "power"):
        correct(stage.installation, "unknown", series, when, at=stage.time)
    stage.run("collect", at=EVENING)
    night(stage)
    undisturbed = fresh(stage, "two")
    corrected = [SPIKE - number * timedelta(minutes=10) for number in range(minutes // 10)]
    assert others(stage.installation, *corrected) == others(undisturbed, *corrected)
    day = value(stage.installation, "monthly.json", SPIKED, "energy")
    whole = sum(point["energy"].change or 0 for point in others(undisturbed, *corrected).values())
    assert day is not None
    assert day.change == pytest.approx(whole, abs=1e-6)


def test_a_day_that_is_read_again_keeps_its_correction(stage: Stage) -> None:
    """Its file broke, and Home Assistant still has the spike."""
    midnight = local("2025-11-22 00:20:10")
    night(stage, midnight)
    correct(stage.installation, "unknown", "power", f"{SPIKED}T10:10", at=midnight)
    before = content(stage.installation)
    path = stage.installation.data_dir / ARCHIVED
    path.write_bytes(path.read_bytes()[:300])
    stage.time = midnight + timedelta(minutes=10)
    assert stage.installation.run("collect", at=stage.time).exit_code == 65
    stage.run("collect", at=stage.time)
    assert value(stage.installation, ARCHIVED, SPIKE) is None
    assert value(stage.installation, ARCHIVED, SPIKE, "energy") is not None
    for command in NIGHTLY:
        stage.run(*command, at=stage.time)
    after = content(stage.installation)
    for name in (ARCHIVED, "weekly.json", "monthly.json", "yearly.json"):
        assert after[name]["data_points"] == before[name]["data_points"], name


def test_a_day_is_read_again_after_plausible_was_set(stage: Stage) -> None:
    """It becomes what it would have been, also if it knows less; an undo takes it back."""
    night(stage)
    before = content(stage.installation)
    with stage.installation.config.open("a") as config:
        config.write("power = [0, 25000]\n")
    stamp = correct(stage.installation, "again", "power", str(SPIKED), at=NIGHT)
    wanted = fresh(stage, "two", "power = [0, 25000]\n")
    for at, point in wanted.document(ARCHIVED).points.items():
        read = msgspec.structs.replace(point["power"], corrected=stamp)
        assert value(stage.installation, ARCHIVED, at) == read
    for _ in range(2):
        for name in ("monthly.json", "yearly.json"):
            day = value(stage.installation, name, SPIKED)
            assert day is not None
            assert (day.coverage, day.max, day.corrected) == (0.9993, 601.0, stamp)
        for command in NIGHTLY:
            stage.run(*command, at=NIGHT)
    correct(stage.installation, "undo", stamp, at=NIGHT)
    assert content(stage.installation) == before


def test_a_part_of_today_is_read_again(stage: Stage) -> None:
    """The counter goes on from the reading before it."""
    stage.run("collect", at=EVENING)
    text = stage.installation.config.read_text()
    stage.installation.config.write_text(text.replace("[0, 30000]", "[0, 25]"))
    when = f"{SPIKED}T10..{SPIKED}T11"
    result = stage.installation.run("correct", "again", "energy", when, "--yes", at=EVENING)
    assert result.exit_code == 0
    assert "energy jumped by 413 kWh at 10:10: taken for another meter" in result.err
    (entry,) = journal(stage.installation).entries
    state = value(stage.installation, "daily.json", SPIKE, "energy")
    assert state == Value(
        change=0.09, state=state.state if state else None, coverage=1.0, corrected=entry.id
    )


def test_what_cannot_be_read_again(stage: Stage) -> None:
    """Home Assistant no longer has the day, or the series has no sensor: nothing changes."""
    night(stage)
    stage.server.home = RecordedHome(SENSORS, {entity: [] for entity in SENSORS})
    stage.time = at = NIGHT + timedelta(minutes=1)
    line = refused(stage.installation, 69, "again", "power", str(SPIKED), at=at)
    assert f"Home Assistant has nothing of power on {SPIKED}: nothing was changed" in line
    stage.installation.configure(entities={"energy": ENERGY})
    line = refused(stage.installation, 69, "again", "power", str(SPIKED), at=at)
    assert "power is not in homeassistant.entities" in line
    stage.installation.configure(entities=ENTITIES, url="http://127.0.0.1:1")
    refused(stage.installation, 75, "again", "power", str(SPIKED), at=at)
