"""The ledger: the energies and prices of the last closed days in slots, from which costs are made.

Energies are whole Wh (of another unit thousandths of it), prices money per kWh. It has what a
day's sum has lost, its hours, so a tariff that is corrected is corrected for all of these days.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

import msgspec

from powerstats_cli.core.series import Kind


class Slots(msgspec.Struct, frozen=True):
    """A day's energy of one series, in the day's slots in order; None is unknown.

    `back` is the part that flowed back, None if nothing did. `known` are the slots' coverages, None
    if all are wholly known.
    """

    wh: Sequence[int | None]
    back: Sequence[int | None] | None = None
    known: Sequence[float] | None = None
    source: Literal["history", "statistics"] = "history"


class Steps(msgspec.Struct, frozen=True):
    """A day's prices by steps of `minutes`, in money per kWh; None unless the step is known."""

    minutes: int
    price: Sequence[float | None]
    source: Literal["history", "statistics"] = "history"


class LedgerDay(msgspec.Struct, frozen=True):
    """A closed local day: its slots have `minutes` each, 23 or 25 hours if clocks change."""

    day: date
    minutes: int
    energy: Mapping[str, Slots] = {}
    prices: Mapping[str, Steps] = {}


class Ledger(msgspec.Struct, frozen=True):
    """The days of a ledger, oldest first, and the kind of each series in it."""

    timezone: str
    last_update: datetime
    series: Mapping[str, Kind]
    days: Mapping[date, LedgerDay]
