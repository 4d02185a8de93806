"""A home with long-term statistics, and an installation that asks it on its first evening."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, HOUR, day_start, hours
from powerstats_cli.demo.homes import Change, RecordedHome
from tests.support.homes import ENERGY, POWER, SENSORS, VOLTAGE
from tests.support.installation import Installation
from tests.support.longterm_server import LongTermHome, about

ZONE: Final = ZoneInfo("Europe/Amsterdam")
NOW: Final = datetime(2025, 4, 10, 18, 20, 30, tzinfo=ZONE)
TODAY: Final = NOW.date()
YESTERDAY: Final = TODAY - DAY
# The recorder begins in the middle of its oldest day, so that day is left to the statistics.
KEEP: Final = timedelta(days=6, hours=3)
OLDEST: Final = TODAY - 6 * DAY
FIRST_ROW: Final = datetime(2024, 1, 1, tzinfo=UTC)
METADATA: Final = {
    POWER: about("W", "power", is_counter=False),
    VOLTAGE: about("V", "voltage", is_counter=False),
    ENERGY: about("kWh", "energy", is_counter=True),
}


def row(entity_id: str, start: datetime) -> Mapping[str, float] | None:
    """Return the statistics of an hour: powers from 300 to 306 W, 0.25 kWh an hour."""
    number = (start - FIRST_ROW) // HOUR
    if number < 0 or start >= NOW:
        return None
    if entity_id == ENERGY:
        return {"state": 500 + (number + 1) * 0.25, "change": 0.25}
    mean = {POWER: 300.0, VOLTAGE: 230.0}[entity_id] + number % 7
    return {"mean": mean, "min": mean - 10, "max": mean + 10}


def a_home() -> RecordedHome:
    """Return a home that uses 600 W and 1200 W in turn, and 0.15 kWh every ten minutes."""
    changes: dict[str, list[Change]] = {entity: [] for entity in SENSORS}
    begin = datetime(2025, 3, 30, tzinfo=UTC)
    for number in range((NOW - begin) // timedelta(minutes=10)):
        at = begin + number * timedelta(minutes=10) + timedelta(seconds=7)
        changes[POWER].append(Change(at, str(600 + 600 * (number % 2))))
        changes[VOLTAGE].append(Change(at, str(229 + number % 3)))
        changes[ENERGY].append(Change(at, f"{9000 + number * 0.15:.2f}"))
    return RecordedHome(SENSORS, changes)


@dataclass
class Place:
    """A home's server, and an installation on its first evening that asks it."""

    server: LongTermHome
    installation: Installation
    faults: dict[int, str] = field(default_factory=dict)

    def fail_from_now(self, fault: str, after: int = 0) -> None:
        """Make one exchange fail, after so many good ones."""
        self.faults[len(self.server.exchanges) + after + 1] = fault

    def collect(self) -> None:
        """Collect for the first time."""
        self.installation.run_well("collect", at=NOW)

    def backfill(self) -> None:
        """Fill everything."""
        self.installation.run_well("backfill", at=NOW)


def of_day(document: Document, day: date) -> dict[str, Value]:
    """Return a day's point of monthly or yearly."""
    return document.points.get(day_start(day, ZONE), {})


def written(document: Document, day: date, name: str) -> list[Value]:
    """Return the hours of a series in a day."""
    points = [document.points.get(span.start, {}) for span in hours(day, ZONE)]
    return [point[name] for point in points if name in point]
