"""The shared Home Assistant, its past, and the times of the runs of collect."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from powerstats_cli.core.buckets import Value
from tests.real.past import HeatPump, Past, at
from tests.real.server import RealHome
from tests.real.truth import Truth
from tests.support.installation import Installation

# When collect runs, since the first midnight, before it runs now: in the quiet night, in the middle
# of a low of the counter and just after its reset, in a power cut, right after it, and on a bound.
RUNS: Final = (
    *(at(6, 3), at(6, 13), at(21, 37), at(33, 41), at(40, 41)),
    *(at(43, 20), at(44, 44), at(44, 54), at(52), at(66, 30, 7)),
)

Own = dict[str, dict[datetime, dict[str, float]]]
"""Home Assistant's own hours of statistics, by entity and start."""


@dataclass(frozen=True)
class Seen:
    """A running Home Assistant with a past, its own statistics, and the truth about that past.

    `restarted` is when it started for the last time, `now` a time after that: tests that run as of
    then see no state that another test makes a sensor report.
    """

    home: RealHome
    past: Past
    pump: HeatPump
    truth: Truth
    restarted: datetime
    now: datetime


def closed_days(installation: Installation, past: Past) -> dict[datetime, dict[str, Value]]:
    """Return all points of the three archived days."""
    documents = [installation.archived(day) for day in past.days]
    return {start: point for document in documents for start, point in document.points.items()}
