"""Two versions of a tier's file merged into one that knows all that either of them knows.

The merge is associative, commutative and idempotent: devices that share a file all end with the
same points, however many they are and in whatever order they merge.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, Point
from powerstats_cli.core.journal import Journal
from powerstats_cli.core.periods import day_span, local_day
from powerstats_cli.core.series import Series
from powerstats_cli.core.tiers import (
    TIERS,
    Tier,
    buckets,
    days_of,
    names_in,
    newest_closed_day,
    roll_up,
    window_start,
)

# A bucket that was read again may lack this share of itself, because less was known around it.
NO_LOSS: Final = 0.005


def merge(
    tier: Tier,
    ours: Document,
    theirs: Document,
    zone: ZoneInfo,
    journal: Journal | None = None,
) -> Document:
    """Return the union of two documents whose series fit each other (`tiers.misfits`).

    The documents are settled by the journal (`core.corrections`), and so is the result to be. If
    both have a bucket, a value that knows of all its corrections is kept; then history rather than
    Home Assistant's statistics, however much these cover; of two values from the same source the
    one with the higher coverage; then one that tells what flowed back; then the greater bytes.
    `last_update` and each `until` are the later ones. The window ends with the newest day that
    either was asked for to its end.
    """
    merged = Document(
        tier=ours.tier,
        timezone=ours.timezone,
        bucket=ours.bucket,
        last_update=max(ours.last_update, theirs.last_update),
        series=_united(ours, theirs),
    )
    newest = newest_closed_day([merged], zone)
    first = window_start(tier, newest, zone) if newest else None
    for start in ours.points.keys() | theirs.points.keys():
        if first is None or start >= first:
            merged.points[start] = _merged(ours, theirs, start, _stamps(tier, start, journal, zone))
    return merged


def _stamps(
    tier: Tier, start: datetime, journal: Journal | None, zone: ZoneInfo
) -> Callable[[str], str | None]:
    """Return a function that gives the stamp of a series in a bucket (`Journal.stamp`)."""
    day = local_day(start, zone)
    if journal is None or not journal.touches(day_span(day, zone)):
        return lambda _: None
    span = next(span for span in buckets(tier.bucket, day, zone) if span.end > start)
    return lambda name: journal.stamp(tier.bucket, span, name)


def differs(before: Document | None, after: Document) -> bool:
    """Tell whether the points differ; a later `until` alone is no news."""
    return before is None or before.points != after.points


def lacking(ours: Document, theirs: Document, zone: ZoneInfo) -> Iterator[tuple[datetime, str]]:
    """Yield the buckets, by start and series, that `theirs` knows better than `ours`.

    Both are of one tier. Days before the window that a merge would keep do not count, nor does an
    earlier day's daily file. A start that begins no bucket of its tier proves nothing: the rules of
    the time zone have changed since.
    """
    if _is_over(ours, theirs):
        return
    newest = newest_closed_day([ours, theirs], zone)
    tier = TIERS.get(theirs.tier)
    first = window_start(tier, newest, zone) if tier and newest else None
    known, asked = _comparable(ours, theirs, zone)
    for start in sorted(asked):
        better = [
            name
            for name, value in asked[start].items()
            if _is_better(value, known.get(start, {}).get(name))
        ]
        if better and (first is None or start >= first) and _is_start(start, theirs, zone):
            yield from ((start, name) for name in better)


def _is_over(ours: Document, theirs: Document) -> bool:
    """Tell whether the day of a daily file is over in ours, which is of a later day."""
    return ours.day is not None and theirs.day is not None and theirs.day < ours.day


def _comparable(
    ours: Document, theirs: Document, zone: ZoneInfo
) -> tuple[Mapping[datetime, Point], Mapping[datetime, Point]]:
    """Return the points of both; if the collection interval was changed, those of their hours."""
    if ours.bucket == theirs.bucket:
        return ours.points, theirs.points
    return _hours(ours, zone), _hours(theirs, zone)


def _hours(document: Document, zone: ZoneInfo) -> Mapping[datetime, Point]:
    points: dict[datetime, Point] = {}
    for day in sorted(days_of(document, zone)):
        for start, name, value in roll_up(document, day, "hour", zone):
            points.setdefault(start, {})[name] = value
    return points


def _is_better(theirs: Value, ours: Value | None) -> bool:
    if ours is None or ours.source != theirs.source:
        return ours is None or theirs.source is None
    return theirs.coverage - ours.coverage > NO_LOSS


def _is_start(start: datetime, document: Document, zone: ZoneInfo) -> bool:
    day = local_day(start, zone)
    return any(span.start == start for span in buckets(document.bucket, day, zone))


def _united(ours: Document, theirs: Document) -> dict[str, Series]:
    """Return the unit and kind of each series, and the later `until`.

    A document that has a point of a series knows its unit; one without may not know it yet.
    """
    stated: dict[str, list[tuple[bool, str, str, Series]]] = {}
    for document in (ours, theirs):
        with_points = names_in(document)
        for name, series in document.series.items():
            rank = (name in with_points, series.unit, series.state_class)
            stated.setdefault(name, []).append((*rank, series))
    return {
        name: msgspec.structs.replace(
            max(ranked, key=lambda item: item[:3])[3], until=max(item[3].until for item in ranked)
        )
        for name, ranked in stated.items()
    }


def _merged(
    ours: Document, theirs: Document, start: datetime, stamp: Callable[[str], str | None]
) -> Point:
    points = (ours.points.get(start, {}), theirs.points.get(start, {}))
    merged: Point = {}
    for name in points[0].keys() | points[1].keys():
        values = [point[name] for point in points if name in point]
        expected = stamp(name)
        merged[name] = max(values, key=lambda value: _rank(value, expected))
    return merged


def better_known(value: Value, other: Value) -> Value:
    """Return the value of two of a bucket that is kept, whatever their order."""
    return max(value, other, key=lambda each: _rank(each, None))


def _rank(value: Value, stamp: str | None) -> tuple[bool, bool, float, bool, bytes]:
    tells_back = value.backward is not None
    return (
        value.corrected == stamp,
        value.source is None,
        value.coverage,
        tells_back,
        msgspec.json.encode(value),
    )
