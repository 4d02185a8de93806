"""The running bill in a few numbers, for the state of a home."""

from datetime import date

import msgspec


class RunningBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill so far: its tariff, its days from `first` up to `end`, and how many have begun.

    `total` is an amount of money with so many decimals, `known` the known share of the time so far.
    """

    name: str
    first: date
    end: date
    days: int
    total: float
    decimals: int
    currency: str
    known: float
