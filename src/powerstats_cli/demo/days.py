"""Local days as spans of whole microseconds."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TypeVar
from zoneinfo import ZoneInfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
NORMAL_LENGTH = 24 * HOUR
_CLOCKS_CHANGE = 3 * HOUR  # if a day's clocks change, they have changed by then

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime.fromtimestamp(0, UTC)
_KEPT_DAYS = 8

_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Day:
    """One local day: its date, first instant (microseconds since 1970) and length."""

    date: date
    epoch: int
    length: int
    standard_offset: int  # of local standard time from UTC, in microseconds

    def at(self, hour: float) -> int:
        """Return the instant at which the day's clocks show that hour."""
        wall = int(hour * HOUR)
        return wall if wall < _CLOCKS_CHANGE else wall + self.length - NORMAL_LENGTH

    def hour(self, at: int) -> float:
        """Return the hour that the day's clocks show so long after its first instant."""
        wall = at if at < _CLOCKS_CHANGE else at - self.length + NORMAL_LENGTH
        return wall / HOUR

    @property
    def winter(self) -> float:
        """How much winter it is: 1 in the middle of January, 0 in July."""
        return (1 + math.cos(2 * math.pi * (self.date.timetuple().tm_yday - 15) / 365.25)) / 2


def local_days(zone: ZoneInfo, first: date, last: date) -> Iterator[Day]:
    """Yield the days of a zone from the first to the last; dates that it left out are no days."""
    dates = [first + timedelta(days=number) for number in range((last - first).days + 2)]
    midnights = [datetime.combine(each, time(), zone) for each in dates]
    for midnight, following in pairwise(midnights):
        standard = (midnight.utcoffset() or timedelta()) - (midnight.dst() or timedelta())
        start, end = micros(midnight), micros(following)
        if start < end:
            yield Day(midnight.date(), start, end - start, standard // _MICROSECOND)


def micros(at: datetime) -> int:
    """Return an instant in microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def instant(micros_since_1970: int) -> datetime:
    """Return the instant in UTC."""
    return _EPOCH + micros_since_1970 * _MICROSECOND


def kept(made: dict[int, _Made], index: int, make: Callable[[int], _Made]) -> _Made:
    """Return what was made of a day, by the day's index; if need be, make it and keep it.

    `made` keeps a few days: a new one replaces the one that was made first.
    """
    if index not in made:
        new = make(index)
        if len(made) >= _KEPT_DAYS:
            del made[next(iter(made))]
        made[index] = new
    return made[index]
