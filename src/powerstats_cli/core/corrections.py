"""Documents settled by the journal of corrections, which happens before each is written.

Where the truth about a bucket is unknown, its value is taken out. Where it is a value, it takes the
place of a stored one that does not know of it. All other values stay.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.alignment import placed
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, Point
from powerstats_cli.core.journal import Journal, Key, Truth
from powerstats_cli.core.periods import DAY, Span
from powerstats_cli.core.tiers import held_span


def settled(document: Document, journal: Journal, zone: ZoneInfo) -> Document:
    """Return a document in which each bucket has the value that is true by the journal.

    A value is added if its bucket is of the time that the file holds, and the file has its series.
    """
    if not journal.entries:
        return document
    held = held_span(document, zone)
    changes: dict[Key, tuple[Truth, Value | None]] = {}
    for (start, name), truth in journal.truths(document.bucket, _reach(document, held)).items():
        at = placed(start.astimezone(UTC), document.bucket, zone)
        stored = document.value(at, name)
        is_held = held is not None and held.start <= at < held.end and name in document.series
        value = _true_value(truth, stored, is_held=is_held)
        if value != stored:
            changes[at, name] = truth, value
    return _changed(document, changes) if changes else document


def _true_value(truth: Truth, stored: Value | None, *, is_held: bool) -> Value | None:
    """Return what a bucket has by its truth, beside what is stored of it."""
    if truth.value is None:
        return stored if truth.is_free and stored and stored.corrected is None else None
    if stored is None:
        return truth.value if is_held else None
    return stored if stored.corrected == truth.value.corrected else truth.value


def _reach(document: Document, held: Span | None) -> Span:
    """Return the time from the first bucket that a document has, or could have, to the last."""
    starts = [*document.points, *((held.start, held.end) if held else ())]
    if not starts:
        return Span(document.last_update, document.last_update)
    return Span(min(starts), max(starts) + DAY)


def _changed(document: Document, changes: dict[Key, tuple[Truth, Value | None]]) -> Document:
    """Return a document with other values; it was last changed as the newest of them was true."""
    points: dict[datetime, Point] = dict(document.points)
    moved = {key: share for key, share in document.moved.items() if key not in changes}
    for (at, name), (_, value) in changes.items():
        point = {key: old for key, old in points.get(at, {}).items() if key != name}
        if value is not None:
            point[name] = value
        points[at] = point
    return msgspec.structs.replace(
        document,
        points={at: points[at] for at in sorted(points) if points[at]},
        moved=moved,
        last_update=max(
            document.last_update,
            *(truth.entry.at.astimezone(UTC) for truth, _ in changes.values()),
        ),
    )
