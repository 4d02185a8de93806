"""When something is corrected: a period that is a whole number of the finest stored buckets."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from powerstats_cli.core.correcting import Finest, Held, finest, whole
from powerstats_cli.core.documents import bucket_minutes
from powerstats_cli.core.periods import Span, day_span, hours, local_day
from powerstats_cli.core.ranges import EARLIEST, LATEST


def one_span(spans: Sequence[Span], zone: ZoneInfo) -> Span:
    """Return the span that spans are together; raises ValueError if there is something between."""
    span = Span(spans[0].start, spans[-1].end)
    if any(one.end < other.start for one, other in pairwise(spans)):
        both = " and ".join(_local(each.start, zone) for each in spans)
        message = f"that time comes twice: correct {both} one after the other"
        raise ValueError(message)
    if span.start == EARLIEST or span.end == LATEST:
        message = "a correction needs both ends: write it as A..B"
        raise ValueError(message)
    return span


def parts_of(held: Held, name: str, span: Span) -> list[Finest]:
    """Return the finest stored buckets of a span, by day.

    Raises ValueError if the span begins or ends inside one, and MissingError as `finest` does.
    """
    parts = finest(held, name, span)
    around = whole(parts)
    if around != span:
        bucket = parts[0 if around.start != span.start else -1].bucket
        is_day = bucket == "day"
        kept = "the day" if is_day else f"intervals of {bucket_minutes(bucket)} minutes"
        message = (
            f"{written(span, held.zone)} is no whole number of the finest stored buckets, which "
            f"are {kept}: the nearest is {written(around, held.zone, is_one=_is_one(parts))}"
        )
        raise ValueError(message)
    return parts


def _is_one(parts: Sequence[Finest]) -> bool:
    return len(parts) == 1 and len(parts[0].spans) == 1


def written(span: Span, zone: ZoneInfo, *, is_one: bool = False) -> str:
    """Return a span as a user would write it; `is_one` tells that it is a single interval."""
    day = local_day(span.start, zone)
    if span == day_span(day, zone):
        return str(day)
    if span in hours(day, zone):
        return _local(span.start, zone, "hours")
    if is_one:
        return _local(span.start, zone)
    return f"{_edge(span.start, zone)}..{_edge(span.end, zone)}"


def _edge(at: datetime, zone: ZoneInfo) -> str:
    day = local_day(at, zone)
    return str(day) if at == day_span(day, zone).start else _local(at, zone)


def _local(at: datetime, zone: ZoneInfo, precision: str = "minutes") -> str:
    """Return a local time; one that comes twice has its offset."""
    local = at.astimezone(zone)
    is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return (local if is_twice else local.replace(tzinfo=None)).isoformat(timespec=precision)
