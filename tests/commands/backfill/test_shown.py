"""`backfill` shows what it would fill in, and its cost stays small."""

from datetime import timedelta
from pathlib import Path

import pytest

from powerstats_cli.demo.homes import Change, RecordedHome
from tests.commands.backfill.place import (
    METADATA,
    NOW,
    YESTERDAY,
    Place,
    row,
)
from tests.support.homes import POWER, SENSORS
from tests.support.installation import TOKEN, Installation
from tests.support.longterm_server import LongTermHome, Statistics
from tests.support.processes import peak_of
from tests.support.terminal import Terminal
from tests.test_imports import imported


def test_a_dry_run_lists_and_changes_nothing(place: Place) -> None:
    """Each day of history and each month of statistics is listed with its series."""
    place.collect()
    before = place.installation.snapshot()
    result = place.installation.run("backfill", "--dry-run", at=NOW)
    assert (result.exit_code, result.err) == (0, "")
    lines = [" ".join(line.split()) for line in result.out.splitlines()]
    assert f"{YESTERDAY} history: the day of energy, power and voltage" in lines
    days = "30 days of energy, power and voltage"
    month = f"2024-06 statistics: {days}; the hours of 30 days of energy"
    assert month in lines
    assert place.installation.snapshot() == before
    place.backfill()
    assert "nothing to fill in" in place.installation.run("backfill", "--dry-run", at=NOW).out


@pytest.mark.parametrize("answer", ["y", "n"])
def test_at_a_terminal_it_lists_and_asks(place: Place, answer: str) -> None:
    """Nothing is stored before the answer; after "n" nothing is stored at all."""
    place.collect()
    before = place.installation.snapshot()
    arguments = place.installation.arguments("backfill", at=NOW)
    with Terminal(arguments, {}, place.installation.folder) as terminal:
        listed = terminal.wait_for("Fill this in?")
        assert "2024-06" in listed
        assert place.installation.snapshot() == before
        terminal.type(answer)
        assert terminal.end() == 0
    yearly = place.installation.data_dir / "yearly.json"
    assert yearly.exists() == (answer == "y")


def test_at_a_terminal_yes_asks_nothing(place: Place, whole: tuple[dict[str, bytes], int]) -> None:
    """With --yes the list is shown, and the files are the same as without a terminal."""
    place.collect()
    arguments = place.installation.arguments("backfill", "--yes", at=NOW)
    with Terminal(arguments, {}, place.installation.folder) as terminal:
        assert terminal.end() == 0
    assert "2024-06" in terminal.shown
    assert "5 days of history and 16 months of statistics stored" in terminal.shown
    assert place.installation.snapshot() == whole[0]


def test_only_backfill_imports_websockets(place: Place) -> None:
    """No other step spends time on importing websockets."""
    for step in (["collect"], ["aggregate", "yearly"], ["status"]):
        modules = imported(*place.installation.arguments(*step))
        assert not any(name.partition(".")[0] == "websockets" for name in modules)


def test_backfill_alone_imports_no_rich(place: Place) -> None:
    """Without a terminal there is nothing to show, so rich is not imported."""
    modules = imported(*place.installation.arguments("backfill"))
    assert "websockets.sync.client" in modules
    assert "rich" not in modules


def test_twenty_sensors_for_three_years(tmp_path: Path) -> None:
    """An evening's backfill of a year of twenty sensors stays under 64 MiB."""
    entities = {f"power_{number:02}": f"sensor.power_{number:02}" for number in range(20)}
    sensors = dict.fromkeys(entities.values(), SENSORS[POWER])
    begin = NOW - timedelta(days=10)
    changes = {
        entity: [
            Change(begin + number * timedelta(minutes=5), str(100 + number % 50))
            for number in range(10 * 24 * 12)
        ]
        for entity in sensors
    }
    metadata = dict.fromkeys(sensors, METADATA[POWER])
    statistics = Statistics(metadata, lambda _, start: row(POWER, start))
    home = RecordedHome(sensors, changes)
    with LongTermHome(home, statistics, TOKEN, lambda: NOW) as server:
        there = Installation(tmp_path, server.url, entities)
        process = there.start("backfill", at=NOW, env={"PYTHONFAULTHANDLER": ""})
        peak = peak_of(process)
        assert process.returncode == 0
    assert len(there.document("yearly.json").points) == 365
    assert peak < 64
