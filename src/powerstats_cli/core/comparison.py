"""A period beside another one, bucket by bucket: by weekday, by date, by the time of the day."""

from collections.abc import Callable, Hashable, Sequence
from datetime import date, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.periods import DAY, Span, day_start, local_day
from powerstats_cli.core.pieces import Piece
from powerstats_cli.core.scales import By, months_later

Earlier = Literal["previous", "last-year"]
# What is known less is not compared.
LEAST_KNOWN: Final = 0.9
SHORTEST_MONTH: Final = 28 * DAY - timedelta(hours=1)
WEEK: Final = 7 * DAY


def amount(value: Value | None) -> float | None:
    """Return the number that tells a value: a counter's change, a power's energy, else the mean."""
    if value is None:
        return None
    if value.change is not None:
        return value.change
    return value.mean if value.kwh is None else value.kwh


def earlier(span: Span, which: Earlier, zone: ZoneInfo) -> Span:
    """Return the period of the same kind before a period, or a year before it."""
    first, last = local_day(span.start, zone), local_day(span.end, zone)
    if (span.start, span.end) != (day_start(first, zone), day_start(last, zone)):
        return _earlier_time(span, which, zone)
    if which == "previous":
        months = (last.year - first.year) * 12 + last.month - first.month
        if months and months_later(first, months) == last:
            return Span(day_start(months_later(first, -months), zone), span.start)
        return Span(day_start(first - (last - first), zone), span.start)
    if last - first == WEEK and first.weekday() == 0:
        first = _same_week(first)
        last = first + WEEK
    else:
        first, last = months_later(first, -12), months_later(last, -12)
    return Span(day_start(first, zone), day_start(last, zone))


def _same_week(monday: date) -> date:
    """Return the Monday of the week with the same number a year before, 52 if there was no 53."""
    year, week, _ = monday.isocalendar()
    last = date(year - 1, 12, 28).isocalendar().week
    return date.fromisocalendar(year - 1, min(week, last), 1)


def _earlier_time(span: Span, which: Earlier, zone: ZoneInfo) -> Span:
    """Return the time before a period that begins or ends inside a day."""
    if which == "previous":
        return Span(span.start - span.length, span.start)
    local = span.start.astimezone(zone)
    day = months_later(local.date(), -12)
    start = local.replace(year=day.year, month=day.month, day=day.day).astimezone(span.start.tzinfo)
    return Span(start, start + span.length)


def mates(
    own: Sequence[Piece], others: Sequence[Piece], by: By, spans: tuple[Span, Span], zone: ZoneInfo
) -> list[Piece | None]:
    """Return the bucket of another period that stands beside each bucket of a period.

    Days of months stand by their date, other days by their number, hours also by the clock; longer
    buckets by their number. A bucket without a counterpart, such as 29 February, has none.
    """
    key, other_key = (_key(by, span, spans, zone) for span in spans)
    if key is None or other_key is None:
        return [others[at] if at < len(others) else None for at in range(len(own))]
    found = {other_key(piece.span): piece for piece in others}
    return [found.get(key(piece.span)) for piece in own]


def _key(
    by: By, span: Span, spans: tuple[Span, Span], zone: ZoneInfo
) -> Callable[[Span], Hashable] | None:
    """Return a function that gives the place of a bucket in a period; None: it is its number."""
    firsts = [local_day(each.start, zone) for each in spans]
    is_whole = all(
        each.start == day_start(day, zone) for each, day in zip(spans, firsts, strict=True)
    )
    if by not in {"interval", "hour", "day"} or not is_whole:
        return None
    first = local_day(span.start, zone)
    is_monthly = firsts[0].day == firsts[1].day and all(
        each.length >= SHORTEST_MONTH for each in spans
    )

    def key(bucket: Span) -> Hashable:
        day = local_day(bucket.start, zone)
        months = (day.year - first.year) * 12 + day.month - first.month
        place = (months, day.day) if is_monthly else (0, (day - first).days)
        local = bucket.start.astimezone(zone)
        return place if by == "day" else (place, local.time(), local.fold)

    return key


def change(own: float | None, other: float | None) -> float | None:
    """Return by which share a number is above another one; None if that is nothing."""
    if own is None or other is None:
        return None
    if not other:
        return None if own else 0.0
    return (own - other) / abs(other)
