"""The scale of an answer: its buckets are intervals, hours, days, weeks, months, quarters or years.

Weeks begin on Monday.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from powerstats_cli.core.periods import (
    DAY,
    HOUR,
    MICROSECOND,
    Span,
    day_span,
    day_start,
    days,
    hours,
    intervals,
    local_day,
)

Fine = Literal["interval", "hour", "day"]
"""A bucket that files store, the finest first."""
By = Literal[Fine, "week", "month", "quarter", "year"]
FINE: Final[tuple[Fine, ...]] = get_args(Fine)
BYS: Final[tuple[By, ...]] = get_args(By)
# How long a span is at most to be told by these buckets if nobody says by which.
USUAL: Final[tuple[tuple[By, int], ...]] = (("interval", 2), ("hour", 8), ("day", 92))

Minutes = Callable[[date], int]
"""Returns how many minutes an interval of a day lasts."""


def first_of(by: By, day: date) -> date:
    """Return the first day of the week, month, quarter or year that holds a day; else the day."""
    if by == "week":
        return day - day.weekday() * DAY
    if by == "month":
        return day.replace(day=1)
    if by == "quarter":
        return day.replace(month=day.month - (day.month - 1) % 3, day=1)
    return day.replace(month=1, day=1) if by == "year" else day


def next_of(by: By, day: date) -> date:
    """Return the first day of the next week, month, quarter or year; else the next day."""
    months = {"month": 1, "quarter": 3, "year": 12}
    first = first_of(by, day)
    if by in months:
        return months_later(first, months[by])
    return first + (7 if by == "week" else 1) * DAY


def months_later(day: date, number: int) -> date:
    """Return the day so many months later, or earlier; the month's last if it has fewer days."""
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    first = date(year, month + 1, 1)
    last = (first + 31 * DAY).replace(day=1) - DAY
    return min(first + (day.day - 1) * DAY, last)


def days_in(span: Span, zone: ZoneInfo) -> Iterator[date]:
    """Yield the local days of which a span has a part."""
    if span.length:
        yield from days(local_day(span.start, zone), local_day(span.end - MICROSECOND, zone) + DAY)


def buckets(by: By, span: Span, zone: ZoneInfo, minutes: Minutes) -> Iterator[Span]:
    """Yield the whole buckets of which a span has a part, in order; a day may have no length."""
    for bucket in _of_days(by, span, zone, minutes):
        if bucket.length and span.start < bucket.end and bucket.start < span.end:
            yield bucket


def _of_days(by: By, span: Span, zone: ZoneInfo, minutes: Minutes) -> Iterator[Span]:
    """Yield the buckets of a span's days."""
    following = date.min
    for day in days_in(span, zone):
        if by == "interval":
            yield from intervals(day, zone, minutes(day))
        elif by == "hour":
            yield from hours(day, zone)
        elif by == "day":
            yield day_span(day, zone)
        elif day >= following:
            following = next_of(by, day)
            yield Span(day_start(first_of(by, day), zone), day_start(following, zone))


def cut(by: By, span: Span, zone: ZoneInfo, minutes: Minutes, *, since: datetime) -> Iterator[Span]:
    """Yield the buckets that end after `since`, the first and the last of them cut at the span.

    A bucket that has begun before `since` is not cut there: the time before is unknown.
    """
    rest = Span(max(span.start, since), span.end)
    if rest.start < rest.end:
        for bucket in buckets(by, rest, zone, minutes):
            yield Span(max(bucket.start, span.start), min(bucket.end, span.end))


def usual(span: Span) -> By:
    """Return the buckets by which a span is told if nobody says by which."""
    # A clock change makes some days longer.
    return next((by for by, most in USUAL if span.length <= most * DAY + HOUR), "month")


def fineness(
    by: By, days: Iterable[date], period: Iterable[Span], zone: ZoneInfo
) -> Mapping[date, Fine]:
    """Return how fine the stored buckets of each day must be to tell a period by such buckets.

    If the period begins or ends inside a day, those of that day must be finer.
    """
    needed: dict[date, Fine] = dict.fromkeys(days, by if by in FINE else "day")
    for at in (at for span in period for at in span):
        day = local_day(at, zone)
        if day in needed and at != day_start(day, zone):
            is_hour = any(at == hour.start for hour in hours(day, zone))
            needed[day] = finest([needed[day], "hour" if is_hour else "interval"])
    return needed


def finest(some: Iterable[Fine]) -> Fine:
    """Return the finest of some buckets, at least one."""
    return min(some, key=FINE.index)
