"""Installations that ask a real Home Assistant, and the sensors of their series."""

from collections.abc import Mapping
from pathlib import Path

from tests.real.server import ENERGY, FACTOR, POWER, SOLAR, VOLTAGE, ZONE, RealHome
from tests.support.installation import Installation

ENTITIES = {
    "power": POWER,
    "voltage": VOLTAGE,
    "energy": ENERGY,
    "solar": SOLAR,
    "factor": FACTOR,
}
MEASURED = {"power": POWER, "voltage": VOLTAGE, "solar": SOLAR, "factor": FACTOR}
POWERS = {"power": POWER, "solar": SOLAR}
FACTORS = {"power": 1.0, "voltage": 1.0, "solar": 1000.0, "factor": 1.0}  # the solar one is in kW


def installed(
    folder: Path,
    home: RealHome,
    entities: Mapping[str, str] = ENTITIES,
    timezone: str = ZONE.key,
) -> Installation:
    """Return an installation that asks a home with the token of a plain user."""
    return Installation(folder, home.url, entities, timezone=timezone, token=home.reader_token)
