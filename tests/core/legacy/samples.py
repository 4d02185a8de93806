"""Samples of a home in Amsterdam, one a minute."""

from array import array
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from powerstats_cli.core.legacy.points import Samples
from powerstats_cli.core.periods import micros

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MINUTE = 60_000_000
BEGIN = micros(datetime(2025, 11, 20, tzinfo=AMSTERDAM))


def samples(values: Sequence[float], spacing: int = MINUTE) -> Samples:
    """Return values as regular samples."""
    return Samples(
        array("q", [BEGIN + row * spacing for row in range(len(values))]), array("d", values)
    )
