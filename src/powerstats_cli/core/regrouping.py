"""Closed days out of the files of several days, if the rules of their zone have changed.

A file has the buckets of the day that it was when they were stored. By other rules the first hour
of a day may be in the file of the day before, or the last hour in that of the day after.
"""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import better
from powerstats_cli.core.documents import Document, Point
from powerstats_cli.core.periods import day_span, local_day


def regrouped(
    archive: Mapping[date, Document], daily: Document | None, newest: date, zone: ZoneInfo
) -> Mapping[date, Document]:
    """Return the archived days, each with its points in the files of its neighbours.

    A day without a file of its own is added if it is not after `newest`, the last closed day.
    """
    files = [*archive.values(), *([daily] if daily else [])]
    elsewhere = [(file, start) for file in files for start in outside(file, zone)]
    if not elsewhere:
        return archive
    days = dict(archive)
    for file, start in elsewhere:
        day = local_day(start, zone)
        if day not in archive and day > newest:
            continue
        before = days.get(day)
        if before is None or before is archive.get(day):
            days[day] = before = _copy(before or file, day, is_new=before is None)
        if before.bucket == file.bucket:
            _fill(before.points.setdefault(start, {}), file.points[start])
    return days


def outside(document: Document, zone: ZoneInfo) -> list[datetime]:
    """Return the starts in a day's file that belong to other days."""
    if document.day is None or not document.points:
        return []
    start, end = day_span(document.day, zone)
    if start <= min(document.points) and max(document.points) < end:
        return []
    return [at for at in document.points if not start <= at < end]


def _copy(document: Document, day: date, *, is_new: bool) -> Document:
    points = {} if is_new else {at: dict(point) for at, point in document.points.items()}
    return msgspec.structs.replace(document, day=day, points=points)


def _fill(point: Point, other: Point) -> None:
    """Add to a point what another file knows better of it."""
    for name, value in other.items():
        kept = better(value, point.get(name))
        if kept is not None:
            point[name] = kept
