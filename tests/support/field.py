"""Histories of meters, with the faults that many homes report, and the energy that is right.

They are no part of this project: POWERSTATS_FIELD names their folder, which has a counters.json.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from powerstats_cli.demo.homes import Attributes, Change

FOLDER: Final = "POWERSTATS_FIELD"
MISSING: Final = f"{FOLDER} does not name the folder of meters' histories"
VOLTAGE: Final = "sensor.field_voltage"
# Each history ends before it.
LENGTH: Final = timedelta(hours=12)
VOLT: Final[Attributes] = {
    "unit_of_measurement": "V",
    "device_class": "voltage",
    "state_class": "measurement",
}


@dataclass(frozen=True)
class Meter:
    """A meter's history of half a day; `low` and `high` are the least and most kWh that are right.

    Each change has attributes of its own.
    """

    name: str
    series: str
    changes: Sequence[Change]
    low: float
    high: float

    @property
    def entity_id(self) -> str:
        """The entity id of the meter."""
        return f"sensor.{self.series}"

    @property
    def attributes(self) -> Attributes:
        """The attributes that the meter has by now."""
        return self.changes[-1].attributes or {}

    def error(self, kwh: float) -> float:
        """Return how far an energy is from what is right."""
        return max(self.low - kwh, kwh - self.high, 0.0)


def midnight(day: date) -> datetime:
    """Return the beginning of a day in UTC, in which the histories are written."""
    return datetime.combine(day, time(), UTC)


def meters(day: date) -> list[Meter]:
    """Return all histories, moved to a day; none if there is no folder of them."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return []
    found = json.loads((Path(folder) / "counters.json").read_text())["cases"]
    return [_meter(number, each, midnight(day)) for number, each in enumerate(found, 1)]


def _meter(number: int, written: dict[str, Any], start: datetime) -> Meter:
    states = [(datetime.fromisoformat(at), state, *own) for at, state, *own in written["states"]]
    moved = start - datetime.combine(states[0][0].date(), time(), UTC)
    changes = [
        Change(at + moved, state, *(own or [written["attributes"]])) for at, state, *own in states
    ]
    right = written["right_kwh"]
    low, high = right if isinstance(right, list) else (right, right)
    return Meter(written["name"], f"field_case_{number}", changes, low, high)


def voltage(day: date) -> list[Change]:
    """Return the states of a sensor that shows Home Assistant at work, one a minute."""
    return [
        Change(midnight(day) + timedelta(minutes=number, seconds=30), f"{229 + number % 3}", VOLT)
        for number in range(LENGTH // timedelta(minutes=1))
    ]
