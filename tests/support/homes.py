"""Small homes for tests, and installations that collect from them at simulated times."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.server import HomeAssistant
from tests.support.installation import TOKEN, Installation

POWER = "sensor.power"
VOLTAGE = "sensor.voltage"
ENERGY = "sensor.energy"
ENTITIES = {"power": POWER, "voltage": VOLTAGE, "energy": ENERGY}
SENSORS: Mapping[str, Mapping[str, object]] = {
    POWER: {"unit_of_measurement": "W", "state_class": "measurement"},
    VOLTAGE: {"unit_of_measurement": "V", "state_class": "measurement"},
    ENERGY: {"unit_of_measurement": "kWh", "state_class": "total_increasing"},
}


def steady_home(start: datetime, length: timedelta) -> RecordedHome:
    """Return a home whose power goes from 600 W to 1200 W and back, with a change every minute."""
    changes: dict[str, list[Change]] = {entity: [] for entity in SENSORS}
    for minute in range(int(length / timedelta(minutes=1))):
        at = (start + timedelta(minutes=minute, seconds=7)).astimezone(UTC)
        changes[POWER].append(Change(at, str(600 + 600 * (minute % 2))))
        changes[VOLTAGE].append(Change(at, str(229 + minute % 3)))
        changes[ENERGY].append(Change(at, f"{1000 + minute * 0.015:.3f}"))
    return RecordedHome(SENSORS, changes)


@dataclass
class Stage:
    """A served home, and an installation that asks it; both have the same clock."""

    server: HomeAssistant
    installation: Installation
    time: datetime

    def run(self, *command: str, at: datetime) -> None:
        """Run a command, which must succeed, at a simulated time."""
        self.time = at
        self.installation.run_well(*command, at=at)

    def night(self, midnight: datetime) -> None:
        """Run a night's steps in the order of the schedule."""
        self.run("collect", at=midnight + timedelta(seconds=10))
        self.run("rotate", at=midnight + timedelta(seconds=20))
        for minute, tier in ((2, "weekly"), (5, "monthly"), (15, "yearly")):
            self.run("aggregate", tier, at=midnight + timedelta(minutes=minute))


@contextmanager
def staged(home: RecordedHome, folder: Path, now: datetime) -> Iterator[Stage]:
    """Serve a home and set an installation up for it."""
    with HomeAssistant(home, token=TOKEN, clock=lambda: stage.time) as server:
        stage = Stage(server, Installation(folder, server.url, ENTITIES), now)
        yield stage
