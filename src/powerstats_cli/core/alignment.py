"""Stored buckets in the local days and hours of a zone as its rules are now.

A stored bucket has its start, and its length follows from the zone's rules. These may change: a tz
database learns that a country keeps its summer time, or a hand edits an offset. Then a start may be
one at which no bucket of its tier begins, and such a day would be counted beside the right one.
Every file is therefore aligned as soon as it is read.
"""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core import zones
from powerstats_cli.core.buckets import Value, better
from powerstats_cli.core.documents import Document, decode
from powerstats_cli.core.periods import DAY, Span, day_span, local_day
from powerstats_cli.core.tiers import buckets, length_of


def decoded(raw: bytes, *, timezone: str) -> Document:
    """Return the aligned document that bytes hold; raises the errors of `documents.decode`."""
    return aligned(decode(raw, timezone=timezone), zones.zone(timezone))


def as_read_back(document: Document) -> Document:
    """Return a copy of a document as it is read back after it is written."""

    def at(instant: datetime) -> datetime:
        return instant.replace(microsecond=0)

    structs = msgspec.structs.replace
    latest = document.latest
    return structs(
        document,
        timezone=zones.current(document.timezone),
        last_update=at(document.last_update),
        series={name: structs(s, until=at(s.until)) for name, s in document.series.items()},
        latest=latest
        and {name: structs(s, timestamp=at(s.timestamp)) for name, s in latest.items()},
        points={start: dict(document.points[start]) for start in sorted(document.points)},
        strays=(),
        moved={},
    )


def aligned(document: Document, zone: ZoneInfo) -> Document:
    """Return a document in which every bucket begins where one of its tier begins.

    A bucket with another start, a stray, is moved into the bucket that holds most of it. If the
    file has that bucket, too, a stray replaces it only if it knows more than the part of it that
    lies elsewhere can be.
    """
    of_the_day = _starts(document.day, document.bucket, zone) if document.day else frozenset()
    strays = tuple(
        start
        for start in document.points
        if start not in of_the_day and not _begins(start, document, zone)
    )
    if not strays:
        return document
    kept = document.points.keys() - strays
    points = {at: dict(document.points[at]) for at in kept}
    moved: dict[tuple[datetime, str], float] = {}
    for stray in strays:
        bucket = _holding_most(stray, document.bucket, zone)
        share = abs(stray - bucket.start) / bucket.length
        for name, value in document.points[stray].items():
            own = points.setdefault(bucket.start, {}).get(name)
            if _is_kept(own, value, share, other=moved.get((bucket.start, name))):
                points[bucket.start][name] = value
                moved[bucket.start, name] = share
    ordered = {at: points[at] for at in sorted(points)}
    return msgspec.structs.replace(document, points=ordered, strays=strays, moved=moved)


def placed(start: datetime, bucket: str, zone: ZoneInfo) -> datetime:
    """Return the start of the bucket that one with this start is moved into, mostly its own."""
    begins = start in _starts(local_day(start, zone), bucket, zone)
    return start if begins else _holding_most(start, bucket, zone).start


def _is_kept(own: Value | None, stray: Value, share: float, *, other: float | None) -> bool:
    """Tell whether a stray's value replaces that of a bucket: its own, or an `other` stray's."""
    if own is None:
        return True
    if other is not None:
        return better(own, stray) != own
    return better(stray, own, share) == stray


def _begins(start: datetime, document: Document, zone: ZoneInfo) -> bool:
    """Tell whether a bucket of a document's tier begins at an instant."""
    if document.bucket == "day":
        local = start.astimezone(zone)
        is_midnight = not (local.hour or local.minute or local.second or local.fold)
        return is_midnight or start == day_span(local_day(start, zone), zone).start
    return start in _starts(local_day(start, zone), document.bucket, zone)


@lru_cache(maxsize=64)
def _starts(day: date, bucket: str, zone: ZoneInfo) -> frozenset[datetime]:
    return frozenset(span.start for span in buckets(bucket, day, zone))


def _holding_most(stray: datetime, bucket: str, zone: ZoneInfo) -> Span:
    """Return the bucket that holds most of a bucket of the usual length; of two, the first."""
    end = stray + length_of(bucket)
    first, last = local_day(stray, zone), local_day(end, zone)
    spans = [
        span
        for number in range((last - first).days + 1)
        for span in buckets(bucket, first + number * DAY, zone)
    ]
    return max(spans, key=lambda span: min(span.end, end) - max(span.start, stray))
