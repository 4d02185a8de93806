"""Local days, hours and intervals as half-open spans of UTC instants.

The convention: a span is `[start, end)`, and its two instants are aware and in UTC. Days are
calendar days of a time zone and begin at their first instant. Hours begin with the day and at each
whole local hour. Intervals tile the hour, and the last interval of an hour may be shorter. So
intervals tile hours, hours tile days and days tile the year, in every zone: a day may have 23, 24,
25, 23.5 or 24.5 hours, and an hour with a half-hour clock change in it lasts 90 minutes.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NO_TIME = timedelta(0)
# Since 1990 every zone's offset is a multiple of this, so each whole local hour lies on its grid.
OFFSET_GRID = timedelta(minutes=15)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HOUR_US = 3_600_000_000
# The years in which every clock is taken to be; some days before and after can be reckoned with.
YEARS = range(1970, 2200)


class Span(NamedTuple):
    """The instants from `start` up to, not including, `end`; both are aware and in UTC."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long the span lasts; both instants are in UTC, so no clock change distorts it."""
        return self.end - self.start


def in_utc(instant: datetime) -> datetime | None:
    """Return an aware instant in UTC, None if no clock shows such a year."""
    if instant.year not in YEARS:
        return None
    return instant.astimezone(UTC)


def micros(instant: datetime) -> int:
    """Return an aware instant as whole microseconds since 1970 in UTC."""
    return (instant - EPOCH) // MICROSECOND


def instant(micros_since_epoch: int) -> datetime:
    """Return microseconds since 1970 as an aware instant in UTC."""
    return EPOCH + micros_since_epoch * MICROSECOND


@lru_cache(maxsize=2048)
def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return a local day's first instant.

    If clocks go back over midnight, it comes twice, and the day begins at the first. If clocks go
    forward over midnight, it never comes, and the day begins when they go forward.
    """
    midnight = datetime.combine(day, time())
    first, second = sorted(
        midnight.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)
    )
    if first.astimezone(zone).replace(tzinfo=None, fold=0) == midnight:
        return first
    while second - first > SECOND:  # clocks go forward between the two: find when
        middle = first + (second - first) // 2
        if middle.astimezone(zone).replace(tzinfo=None) < midnight:
            first = middle
        else:
            second = middle
    return second.replace(microsecond=0)


# Rules of a zone that ended before, or begin after these years, do not count.
RULES_FROM, RULES_TO = date(2015, 1, 1), date(2038, 1, 1)


@lru_cache(maxsize=8)
def lacks_midnights(timezone: str) -> bool:
    """Tell whether on some days of a zone clocks go forward at 00:00, so that it never comes."""
    zone = ZoneInfo(timezone)
    midnights = (datetime.combine(day, time(), zone) for day in days(RULES_FROM, RULES_TO))
    return any(each.astimezone(UTC).astimezone(zone).hour != 0 for each in midnights)


def day_span(day: date, zone: ZoneInfo) -> Span:
    """Return a local day; a day that a zone left out (Apia, 2011-12-30) has no length."""
    return Span(day_start(day, zone), day_start(day + DAY, zone))


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the local day whose span holds an instant."""
    day = instant.astimezone(zone).date()
    # If clocks go back over midnight, they show the old date again, but it is the new day.
    return day + DAY if instant >= day_start(day + DAY, zone) else day


def days(start: date, end: date) -> Iterator[date]:
    """Yield the days from `start` up to, not including, `end`."""
    for number in range((end - start).days):
        yield start + timedelta(days=number)


@lru_cache(maxsize=512)
def hours(day: date, zone: ZoneInfo) -> tuple[Span, ...]:
    """Return a local day's hours, in order."""
    span = day_span(day, zone)
    if _is_usual(span, zone):
        return _tiles(span, 60)
    starts = [span.start, *_whole_hours(span, zone)] if span.length else []
    return tuple(map(Span, starts, [*starts[1:], span.end]))


def _is_usual(day: Span, zone: ZoneInfo) -> bool:
    """Tell whether a day has 24 hours, since no clock changes in it."""
    start, end = (at.astimezone(zone).utcoffset() for at in day)
    return day.length == DAY and start == end


def _tiles(span: Span, minutes: int) -> tuple[Span, ...]:
    """Return the parts of a span that last so many minutes; the last may be shorter."""
    starts = [span.start + step for step in _steps(minutes, span.length)]
    return tuple(map(Span, starts, [*starts[1:], span.end]))


@lru_cache(maxsize=32)
def _steps(minutes: int, length: timedelta) -> tuple[timedelta, ...]:
    step = timedelta(minutes=minutes)
    return tuple(number * step for number in range(-(-length // step)))


def _whole_hours(span: Span, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the whole local hours inside a span, without its start."""
    grid = span.start + (-(span.start - EPOCH)) % OFFSET_GRID
    while grid < span.end:
        local = grid.astimezone(zone)
        if grid > span.start and local.minute == 0 and local.second == 0:
            yield grid
        grid += OFFSET_GRID


@lru_cache(maxsize=64)
def intervals(day: date, zone: ZoneInfo, minutes: int) -> tuple[Span, ...]:
    """Return a local day's intervals of so many minutes, in order."""
    span = day_span(day, zone)
    if HOUR % timedelta(minutes=minutes) == NO_TIME and _is_usual(span, zone):
        return _tiles(span, minutes)
    return tuple(part for hour in hours(day, zone) for part in _tiles(hour, minutes))


def count_intervals(day: date, zone: ZoneInfo, minutes: int) -> int:
    """Return how many intervals of so many minutes a local day has."""
    span, step = day_span(day, zone), timedelta(minutes=minutes)
    if HOUR % step == NO_TIME and _is_usual(span, zone):
        return DAY // step
    return len(intervals(day, zone, minutes))


def interval_at(instant: datetime, zone: ZoneInfo, minutes: int) -> Span:
    """Return the interval that holds an instant."""
    day = intervals(local_day(instant, zone), zone, minutes)
    return next(interval for interval in day if instant < interval.end)
