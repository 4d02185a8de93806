"""Tariffs: the lines of a bill, the days on which a tariff is in force, and the days of a bill.

Amounts of money are in one currency, rates in money per kWh, per day, month or year, or per kW.
"""

from calendar import isleap, monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple

import msgspec

from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.periods import DAY
from powerstats_cli.core.scales import months_later


class Days(msgspec.Struct, frozen=True):
    """The days from `first` up to, not including, `end`."""

    first: date
    end: date

    def __len__(self) -> int:
        """Return how many days these are."""
        return max((self.end - self.first).days, 0)

    def __iter__(self) -> Iterator[date]:
        """Yield each day, in order."""
        return (self.first + number * DAY for number in range(len(self)))

    def cut(self, since: date | None, until: date | None) -> "Days":
        """Return the days among these from `since` on and before `until`; None is no limit."""
        first = max(self.first, since or self.first)
        return Days(first, max(first, min(self.end, until or self.end)))


class Tariff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tariff, in the form of the configuration; without `since` it was never in force."""

    name: str = ""
    since: date | None = msgspec.field(name="from", default=None)
    until: date | None = None
    plus: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()


# --- the lines of a tariff ------------------------------------------------------------------------


def lines_of(tariffs: Mapping[str, Tariff], name: str) -> list[Line]:
    """Return the lines of a tariff and of those that it names in `plus`, each of those once.

    Raises ValueError if one of them is not there, or names itself by way of others.
    """
    return [line for _, line in placed_lines(tariffs, name)]


def placed_lines(tariffs: Mapping[str, Tariff], name: str) -> Iterator[tuple[str, Line]]:
    """Yield the lines of a tariff as `lines_of` does, each with the tariff that it stands in."""
    found: dict[str, Tariff] = {}
    _follow(tariffs, name, (), found)
    for each, tariff in found.items():
        yield from ((each, line) for line in tariff.lines)


def _follow(
    tariffs: Mapping[str, Tariff], name: str, way: tuple[str, ...], found: dict[str, Tariff]
) -> None:
    if name in way:
        message = f"tariffs go round in a circle: {' > '.join((*way, name))}"
        raise ValueError(message)
    if name not in tariffs:
        message = f"there is no tariff {name!r}"
        raise ValueError(message)
    if name in found:
        return
    found[name] = tariffs[name]
    for other in tariffs[name].plus:
        _follow(tariffs, other, (*way, name), found)


def bases(lines: Sequence[Line], at: int) -> list[int]:
    """Return the places of the lines that the percent at a place is of."""
    line = lines[at]
    named = (line.of,) if isinstance(line.of, str) else line.of
    if not named:
        return list(range(at))
    return [place for place, other in enumerate(lines) if other.name in named and place != at]


def in_order(lines: Sequence[Line]) -> list[int]:
    """Return the places of lines so that each percent comes after the lines that it is of.

    Raises ValueError if two percents are of each other.
    """
    needed = {
        at: bases(lines, at) if line.kind == "percent" else [] for at, line in enumerate(lines)
    }
    try:
        return list(TopologicalSorter(needed).static_order())
    except CycleError as error:
        names = " > ".join(lines[at].name for at in error.args[1])
        message = f"percents go round in a circle: {names}"
        raise ValueError(message) from None


# --- days -----------------------------------------------------------------------------------------


class InForce(NamedTuple):
    """The days on which a tariff is in force; its last day is not known if `until` is None."""

    name: str
    since: date
    until: date | None

    def has(self, day: date) -> bool:
        """Tell whether the tariff is in force on a day."""
        return self.since <= day and (self.until is None or day < self.until)


def in_force(tariffs: Mapping[str, Tariff]) -> list[InForce]:
    """Return the tariffs that have a first day, in order, each until the next one at the latest.

    Raises ValueError if two have the same first day.
    """
    dated = sorted((tariff.since, name) for name, tariff in tariffs.items() if tariff.since)
    for (since, one), (following, other) in pairwise(dated):
        if since == following:
            message = f"tariffs {one!r} and {other!r} both begin on {since}"
            raise ValueError(message)
    nexts = [*(since for since, _ in dated[1:]), None]
    return [
        InForce(name, since, _earlier(tariffs[name].until, following))
        for (since, name), following in zip(dated, nexts, strict=False)
    ]


def _earlier(one: date | None, other: date | None) -> date | None:
    known = [day for day in (one, other) if day]
    return min(known) if known else None


def period(bill_from: date, months: int, day: date) -> Days:
    """Return the whole period of a bill that holds a day; one begins on `bill_from`."""
    number = ((day.year - bill_from.year) * 12 + day.month - bill_from.month) // months
    if months_later(bill_from, number * months) > day:
        number -= 1
    first, end = (months_later(bill_from, each * months) for each in (number, number + 1))
    return Days(first, end)


class Term(NamedTuple):
    """A bill's days, the whole period that they are of, and the tariff's first day."""

    tariff: str
    days: Days
    period: Days
    since: date


def term(timeline: Sequence[InForce], bill_from: date, months: int, day: date) -> Term | None:
    """Return the bill that holds a day, None if no tariff is in force on it."""
    for tariff in timeline:
        if tariff.has(day):
            whole = period(bill_from, months, day)
            days = whole.cut(tariff.since, tariff.until)
            return Term(tariff.name, days, whole, tariff.since)
    return None


def share_of(unit: str, day: date) -> float:
    """Return which share of a day's, month's or year's rate a day costs."""
    if unit == "month":
        return 1 / monthrange(day.year, day.month)[1]
    return 1 / (365 + isleap(day.year)) if unit == "year" else 1.0
