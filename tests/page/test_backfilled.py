"""The first evening of twenty sensors with three years of statistics: every tab is full."""

import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.core.periods import HOUR
from powerstats_cli.demo.homes import Change, RecordedHome
from tests.page.expected import Roles
from tests.page.homes import TIER_NAMES, read
from tests.page.program import check, page_of
from tests.support.installation import TOKEN, Installation
from tests.support.longterm_server import LongTermHome, Statistics, about

ZONE: Final = ZoneInfo("Europe/Amsterdam")
NOW: Final = datetime(2025, 4, 10, 18, 20, 30, tzinfo=ZONE)
FIRST_ROW: Final = datetime(2022, 4, 10, tzinfo=UTC)
DAYS_OF_HISTORY: Final = 10
STEP: Final = timedelta(minutes=5)
MOST_MIB: Final = 64
# The unit of each series, and its mean over a day.
SERIES: Final[Mapping[str, tuple[str, float]]] = {
    "power": ("W", 600.0),
    "voltage": ("V", 230.0),
    "energy": ("kWh", 0.6),
    "solar": ("W", 250.0),
    **{f"plug_{number}": ("W", 10.0 + number) for number in range(1, 17)},
}
# The peak of a process counts from that of its parent, so a small process has to start it.
LAUNCHER: Final = """
import resource, subprocess, sys
print(subprocess.call(sys.argv[1:]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
ENTITIES: Final = {name: f"sensor.{name}" for name in SERIES}


def level(name: str, at: datetime) -> float:
    """Return the value of a sensor in an hour: more by day than by night."""
    _, mean = SERIES[name]
    return mean if name == "voltage" else round(mean * (0.5 + at.hour / 23), 3)


def row(entity_id: str, start: datetime) -> Mapping[str, float] | None:
    """Return the statistics of an hour."""
    if not FIRST_ROW <= start < NOW:
        return None
    name = entity_id.removeprefix("sensor.")
    mean = level(name, start)
    if name == "energy":
        return {"state": (start - FIRST_ROW) / HOUR * 0.6, "change": mean}
    return {"mean": mean, "min": mean * 0.5, "max": mean * 2}


def home() -> RecordedHome:
    """Return the home with the states that its recorder still has."""
    begin = (NOW - timedelta(days=DAYS_OF_HISTORY)).astimezone(UTC)
    times = [begin + number * STEP for number in range((NOW - begin) // STEP)]
    changes = {}
    for name, entity_id in ENTITIES.items():
        if name == "energy":
            states = [f"{16_000 + number * 0.05:.2f}" for number, _ in enumerate(times)]
        else:
            states = [f"{level(name, at) + number % 2}" for number, at in enumerate(times)]
        changes[entity_id] = [Change(at, state) for at, state in zip(times, states, strict=True)]
    sensors = {
        entity_id: {
            "unit_of_measurement": SERIES[name][0],
            "state_class": "total_increasing" if name == "energy" else "measurement",
        }
        for name, entity_id in ENTITIES.items()
    }
    return RecordedHome(sensors, changes)


def peak_mib(installation: Installation, *command: str) -> float:
    """Run a command well in a process of its own; return the memory that it took at most."""
    arguments = [sys.executable, "-m", "powerstats_cli", *installation.arguments(*command, at=NOW)]
    ended = subprocess.run(
        [sys.executable, "-c", LAUNCHER, *arguments], capture_output=True, text=True, check=True
    )
    exit_code, kib, *said = ended.stdout.split()
    assert (exit_code, said, ended.stderr) == ("0", [], "")
    return int(kib) / 1024


def test_the_first_evening(tmp_path: Path) -> None:
    """Collected, backfilled within the memory of a board, and shown: a year of twenty series."""
    metadata = {
        ENTITIES[name]: about(
            unit,
            {"W": "power", "V": "voltage"}.get(unit, "energy"),
            is_counter=name == "energy",
        )
        for name, (unit, _) in SERIES.items()
    }
    with LongTermHome(home(), Statistics(metadata, row), TOKEN, lambda: NOW) as server:
        installation = Installation(tmp_path / "home", server.url, ENTITIES)
        assert peak_mib(installation, "collect") < MOST_MIB
        assert peak_mib(installation, "backfill") < MOST_MIB
    assert len(installation.document("yearly.json").points) == 365
    documents = {name: read(installation.data_dir, name) for name in TIER_NAMES}
    roles = Roles(
        devices=tuple(sorted(name for name in documents["daily"].series if "plug" in name))
    )
    for numbers in check(page_of(documents, now=NOW), roles=roles).values():
        assert numbers["gaps"] == 0
        known = numbers["known"]
        assert isinstance(known, float)
        assert known > 0.999
