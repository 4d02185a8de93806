"""A home with its Home Assistant, and an installation whose commands run with faults."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Self, cast

import msgspec

from powerstats_cli.core import documents
from powerstats_cli.core.energy import ledger
from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.server import HomeAssistant
from tests.faults.jobs import Ended, Job
from tests.support.installation import LEDGER, TOKEN, Installation

ROOT = Path(__file__).parent.parent.parent
STATE_FILE = "state.json"
ENTITIES = {
    "power": "sensor.house_power",
    "voltage": "sensor.house_voltage",
    "energy": "sensor.house_energy",
}
SENSORS: Mapping[str, Mapping[str, object]] = {
    "sensor.house_power": {"unit_of_measurement": "W", "state_class": "measurement"},
    "sensor.house_voltage": {"unit_of_measurement": "V", "state_class": "measurement"},
    "sensor.house_energy": {"unit_of_measurement": "kWh", "state_class": "total_increasing"},
}
FIRST_DAY = date(2025, 11, 17)
LAST_DAY = date(2025, 11, 22)

Snapshot = dict[str, bytes]
Bucket = tuple[str, str, str]


def home(first: date = FIRST_DAY, last: date = LAST_DAY) -> RecordedHome:
    """Return a house of three sensors, which are unavailable for a while each day."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(hours=12)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=2)
    power, voltage, energy = [], [], []
    at, number, meter = start, 0, 1000.0
    while at < end:
        watts = 80 + number * 7919 % 97 * 31.7
        meter += watts * 150 / 3.6e6
        power.append(Change(at, f"{watts:.1f}"))
        energy.append(Change(at + timedelta(seconds=3), f"{meter:.4f}"))
        if number % 5 == 0:
            voltage.append(Change(at + timedelta(seconds=7), f"{230 + number % 11 / 10:.1f}"))
        at += timedelta(seconds=150)
        number += 1
    for day in range((end - start).days):
        gone = start + timedelta(days=day, hours=7, minutes=3)
        back = gone + timedelta(minutes=25)
        power = [change for change in power if not gone <= change.at < back]
        energy = [change for change in energy if not gone <= change.at < back]
        power += [Change(gone, "unavailable"), Change(back, "444.4")]
        energy += [Change(gone, "unavailable")]
    changes = dict(zip(SENSORS, (power, voltage, energy), strict=True))
    return RecordedHome(SENSORS, changes)


class Runner:
    """The process that runs jobs."""

    def __init__(self) -> None:
        """Start the process."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.runner"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        """Return the runner; its process runs already."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._process.communicate()

    def run(self, *jobs: Job) -> list[Ended]:
        """Run jobs, all at the same time, and return their ends."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(msgspec.json.encode(jobs) + b"\n")
        stdin.flush()
        return msgspec.json.decode(stdout.readline(), type=list[Ended])


@dataclass
class Hand:
    """Home Assistant's clock, whose hand a test can set."""

    now: datetime = field(default=datetime(2025, 11, 17, tzinfo=UTC))

    def __call__(self) -> datetime:
        """Return the time of the clock."""
        return self.now


@dataclass
class Place:
    """A home, its server, and an installation: everything that a scenario needs."""

    installation: Installation
    server: HomeAssistant
    hand: Hand
    runner: Runner

    @property
    def data_dir(self) -> Path:
        """The data directory."""
        return self.installation.data_dir

    def job(self, *command: str, at: datetime | None = None, **faults: Any) -> Job:
        """Return a job that runs a command, as of `at`."""
        arguments = self.installation.arguments(*command, at=at)
        return Job(arguments=tuple(arguments), **{"root": str(self.data_dir), **faults})

    def step(self, *command: str, at: datetime, **faults: Any) -> Ended:
        """Run a command as of `at`, which Home Assistant's clock shows too."""
        self.hand.now = at
        return self.runner.run(self.job(*command, at=at, **faults))[0]

    def well(self, *command: str, at: datetime) -> None:
        """Run a command that must succeed without output."""
        ended = self.step(*command, at=at)
        assert (ended.exit_code, ended.out, ended.err) == (0, "", ""), ended

    def snapshot(self) -> Snapshot:
        """Return the bytes of every data file, by name; the state file is no data file."""
        return self.installation.snapshot()

    def restore(self, files: Snapshot) -> None:
        """Replace the data directory's files by those of a snapshot."""
        self.data_dir.mkdir(exist_ok=True)
        for path in sorted(self.data_dir.rglob("*"), reverse=True):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()
        for name, raw in files.items():
            path = self.data_dir / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(raw)


def local(written: str) -> datetime:
    """Return a time in Amsterdam's winter, such as "2025-11-20 23:50:10"."""
    return datetime.fromisoformat(f"{written}+01:00")


def data(files: Snapshot) -> Snapshot:
    """Return a snapshot without files that were set aside or left half, and without the site."""
    return {
        name: raw
        for name, raw in files.items()
        if name.endswith(".json") and not name.startswith("site/")
    }


def known(files: Snapshot) -> dict[Bucket, float]:
    """Return the coverage of every bucket, by the kind of file, time and series.

    Today's file and the archive are one kind: a closed day moves from one to the other. Raises
    an error if a file is not whole.
    """
    found: dict[Bucket, float] = {}
    for name, raw in data(files).items():
        for bucket, coverage in _known(name, raw).items():
            found[bucket] = max(coverage, found.get(bucket, 0))
    return found


@lru_cache(maxsize=256)
def _known(name: str, raw: bytes) -> dict[Bucket, float]:
    if name == LEDGER:
        return _known_slots(raw)
    kind = "day" if name == "daily.json" or name.startswith("archive/") else name
    document = documents.decode(raw, timezone="Europe/Amsterdam")
    return {
        (kind, start.isoformat(), series): value.coverage
        for start, point in document.points.items()
        for series, value in point.items()
    }


def _known_slots(raw: bytes) -> dict[Bucket, float]:
    return {
        (LEDGER, f"{day} {number}", series): share
        for day, found in ledger.decode(raw, timezone="Europe/Amsterdam").days.items()
        for series, slots in found.energy.items()
        for number, share in enumerate(slots.known or [1.0] * len(slots.wh))
    }


def lost(before: Snapshot, after: Snapshot, undisturbed: Snapshot | None = None) -> list[Bucket]:
    """Return the buckets with less coverage after than before, unless a good run drops them too."""
    had, still = known(before), known(after)
    meant_to_go = had.keys() - known(undisturbed or before).keys()
    return [
        bucket
        for bucket, coverage in had.items()
        if still.get(bucket, 0) < coverage and bucket not in meant_to_go
    ]


def content(files: Snapshot) -> dict[str, Any]:
    """Return the content of the files without their `last_update`."""
    contents = {}
    for name, raw in data(files).items():
        file = cast("dict[str, Any]", msgspec.json.decode(raw))
        contents[name] = {key: value for key, value in file.items() if key != "last_update"}
    return contents


def one_line(err: str) -> str:
    """Return the only line of an error output, and check that it is no traceback."""
    lines = err.splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("powerstats: "), err
    assert "bug" not in lines[0], err
    return lines[0]


def new_place(folder: Path, runner: Runner, its_home: RecordedHome, **settings: Any) -> Place:
    """Return an installation for a home; the caller must start the server."""
    hand = Hand()
    server = HomeAssistant(its_home, token=TOKEN, clock=hand)
    installation = Installation(
        folder, server.url, ENTITIES, data={"retention_days": 2, **settings}
    )
    return Place(installation, server, hand, runner)
