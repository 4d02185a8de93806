"""The grammar of a period that a user writes: `yesterday`, `2025-W47`, `30d`, `A..B`, an hour.

A period becomes spans of time. Nothing is rounded: `2025-11-20T10:13` begins at 10:13, and a
command that needs whole intervals asks `check_even`. A time that comes twice, because clocks go
back, is two spans if no offset is written.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import Final, NamedTuple, cast
from zoneinfo import ZoneInfo

from powerstats_cli.core.periods import (
    DAY,
    MICROSECOND,
    YEARS,
    Span,
    day_start,
    hours,
    interval_at,
    local_day,
)
from powerstats_cli.core.scales import By, Minutes, first_of, months_later, next_of
from powerstats_cli.errors import MissingError

# A period without a beginning, or without an end, reaches up to these.
EARLIEST: Final = datetime(YEARS.start, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(YEARS.stop, 1, 1, tzinfo=UTC)
BETWEEN: Final = ".."


class Calendar(NamedTuple):
    """A home's time zone, its present day, and how many minutes an interval of a day lasts."""

    zone: ZoneInfo
    today: date
    minutes: Minutes


def written(text: str, calendar: Calendar) -> Sequence[Span]:
    """Return the spans of a period as a user writes it, in order, mostly one.

    Raises ValueError, with a line for the user, if it is none.
    """
    text = _trimmed(text)
    if BETWEEN in text:
        first, _, end = text.partition(BETWEEN)
        return [between(first or None, end or None, calendar)]
    return _spans(text, calendar)


def between(first: str | None, end: str | None, calendar: Calendar) -> Span:
    """Return the span from the start of one period to the start of another; None leaves it open.

    Raises ValueError, with a line for the user.
    """
    start = EARLIEST if first is None else _start(first, calendar)
    stop = LATEST if end is None else _start(end, calendar)
    if start >= stop and first is not None and end is not None:
        message = f"{_trimmed(end)} is not after {_trimmed(first)}: it is where the period ends"
        raise ValueError(message)
    return Span(start, stop)


def within(spans: Sequence[Span], stored: Span, zone: ZoneInfo) -> Sequence[Span]:
    """Return spans as far as something may be stored of them; a span is not cut at the beginning.

    `stored` begins with the first stored bucket, and ends with the last one. Raises MissingError if
    all spans are before, or after that.
    """
    found = [Span(span.start, min(span.end, stored.end)) for span in spans]
    found = [span for span in found if max(span.start, stored.start) < span.end]
    if not found:
        first, last = local_day(stored.start, zone), local_day(stored.end - MICROSECOND, zone)
        message = f"nothing is stored of these days: there are days from {first} to {last}"
        raise MissingError(message)
    return found


def check_even(spans: Sequence[Span], calendar: Calendar) -> None:
    """Raise ValueError if a span begins or ends inside an interval."""
    zone = calendar.zone
    for at in (at for span in spans for at in span):
        minutes = calendar.minutes(local_day(at, zone))
        interval = interval_at(at, zone, minutes)
        if at != interval.start:
            message = (
                f"{_local(at, zone)} is inside an interval of {minutes} minutes, which begins at "
                f"{_local(interval.start, zone)}"
            )
            raise ValueError(message)


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"


def _trimmed(text: str) -> str:
    return " ".join(text.split())


# --- one period -----------------------------------------------------------------------------------


def _start(text: str, calendar: Calendar) -> datetime:
    return _found(_trimmed(text), calendar)[0].start


def _spans(text: str, calendar: Calendar) -> Sequence[Span]:
    spans = _found(text, calendar)
    inside = [span for span in spans if EARLIEST < span.start < LATEST]
    _check_came(text, is_there=all(span.length for span in inside))
    return spans


def _found(text: str, calendar: Calendar) -> Sequence[Span]:
    """Return the spans of one period; those of a day that a zone left out have no length."""
    for pattern, meaning in _FORMS:
        match = pattern.fullmatch(text)
        if match:
            spans = meaning(match, calendar)
            _check_came(text, is_there=bool(spans))
            return spans
    message = (
        f"{text!r} is no period such as today, 2025-11-20, 2025-11-20T10, 2025-W47, 2025-11, "
        f'2025-Q4, 2025, "last week", 30d, 12m or 2025-02-01..2025-08-01'
    )
    raise ValueError(message)


def _check_came(text: str, *, is_there: bool) -> None:
    if not is_there:
        message = f"{text} never came: clocks went forward over it"
        raise ValueError(message)


def _whole(by: By, day: date, zone: ZoneInfo) -> list[Span]:
    """Return the day, week, month, quarter or year that holds a day."""
    if day.year not in YEARS:
        return [_outside(day.year)]
    return [Span(day_start(first_of(by, day), zone), day_start(next_of(by, day), zone))]


def _outside(year: int) -> Span:
    """Return a span without length, before or after all that can be stored."""
    edge = EARLIEST if year < YEARS.start else LATEST
    return Span(edge, edge)


def _date(match: re.Match[str]) -> date:
    """Return the day that a text begins with; a month or a day that is left out is the first."""
    numbers = [int(number) for number in match[0][:10].split("-")]
    try:
        return date(*[*numbers, 1, 1][:3])
    except ValueError:
        message = f"{match[0]} is not in the calendar"
        raise ValueError(message) from None


def _calendar(by: By) -> "Meaning":
    return lambda match, calendar: _whole(by, _date(match), calendar.zone)


def _today(_: re.Match[str], calendar: Calendar) -> list[Span]:
    return _whole("day", calendar.today, calendar.zone)


def _yesterday(_: re.Match[str], calendar: Calendar) -> list[Span]:
    return _whole("day", calendar.today - DAY, calendar.zone)


def _week(match: re.Match[str], calendar: Calendar) -> list[Span]:
    try:
        thursday = date.fromisocalendar(int(match[1]), int(match[2]), 4)
    except ValueError:
        message = f"{match[0]} is not in the calendar"
        raise ValueError(message) from None
    return _whole("week", thursday, calendar.zone)


def _quarter(match: re.Match[str], calendar: Calendar) -> list[Span]:
    year, quarter = int(match[1]), int(match[2])
    return (
        [_outside(year)]
        if year not in YEARS
        else _whole("quarter", date(year, 3 * quarter, 1), calendar.zone)
    )


def _this(match: re.Match[str], calendar: Calendar) -> list[Span]:
    return _whole(cast("By", match[1].lower()), calendar.today, calendar.zone)


def _last(match: re.Match[str], calendar: Calendar) -> list[Span]:
    by = cast("By", match[1].lower())
    return _whole(by, first_of(by, calendar.today) - DAY, calendar.zone)


def _so_many(match: re.Match[str], calendar: Calendar) -> list[Span]:
    """Return so many days, or months, up to yesterday."""
    today, beginning = calendar.today, date(YEARS.start, 1, 1)
    most = (today - beginning).days // (31 if match[2].lower() == "m" else 1)
    number = min(int(match[1]), most)
    is_days = match[2].lower() == "d"
    first = today - number * DAY if is_days else months_later(today, -number)
    return [Span(day_start(first, calendar.zone), day_start(today, calendar.zone))]


def _hour(match: re.Match[str], calendar: Calendar) -> list[Span]:
    zone = calendar.zone
    return [
        next(hour for hour in hours(local_day(at, zone), zone) if at < hour.end)._replace(start=at)
        for at in _instants(match, zone)
    ]


def _interval(match: re.Match[str], calendar: Calendar) -> list[Span]:
    zone = calendar.zone
    return [
        interval_at(at, zone, calendar.minutes(local_day(at, zone)))._replace(start=at)
        for at in _instants(match, zone)
    ]


def _instants(match: re.Match[str], zone: ZoneInfo) -> list[datetime]:
    """Return the instants at which clocks show a time: with an offset it is one."""
    day, hour, minute, offset = (
        _date(match),
        match["hour"],
        match["minute"] or "00",
        match["offset"],
    )
    try:
        wall = datetime.combine(day, time.fromisoformat(f"{hour}:{minute}{offset or ''}"))
    except ValueError:
        message = f"{match[0]} is no time of a day"
        raise ValueError(message) from None
    if wall.tzinfo:
        return [wall.astimezone(UTC)]
    both = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    # Clocks that go forward do not show the times between.
    return sorted(at for at in both if at.astimezone(zone).replace(tzinfo=None, fold=0) == wall)


Meaning = Callable[[re.Match[str], Calendar], Sequence[Span]]
_TIME: Final = r"\d{4}-\d\d-\d\d[T ](?P<hour>\d\d)"
_MINUTE: Final = r":(?P<minute>\d\d)(?::00)?"
_OFFSET: Final = r"(?P<offset>Z|[+-]\d\d:\d\d)?"
_FORMS: Final[Sequence[tuple[re.Pattern[str], Meaning]]] = [
    (re.compile(pattern, re.ASCII | re.IGNORECASE), meaning)
    for pattern, meaning in (
        ("today", _today),
        ("yesterday", _yesterday),
        (r"\d{4}-\d\d-\d\d", _calendar("day")),
        (r"(\d{4})-W(\d\d)", _week),
        (r"\d{4}-\d\d", _calendar("month")),
        (r"(\d{4})-Q([1-4])", _quarter),
        (r"\d{4}", _calendar("year")),
        ("this (week|month|quarter|year)", _this),
        ("last (week|month|quarter|year)", _last),
        (r"([1-9]\d{0,8})([dm])", _so_many),
        (_TIME + "(?P<minute>)" + _OFFSET, _hour),
        (_TIME + _MINUTE + _OFFSET, _interval),
    )
]
