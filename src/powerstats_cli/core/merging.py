"""Two versions of a tier's file merged into one that knows all that either of them knows.

The merge is associative, commutative and idempotent: devices that share a file all end with the
same points, however many they are and in whatever order they merge.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, Point
from powerstats_cli.core.series import Series
from powerstats_cli.core.tiers import Tier, names_in, newest_closed_day, window_start


def merge(tier: Tier, ours: Document, theirs: Document, zone: ZoneInfo) -> Document:
    """Return the union of two documents whose series fit each other (`tiers.misfits`).

    If both have a bucket, history is kept rather than Home Assistant's statistics, however much
    these cover; of two values from the same source the one with the higher coverage; then one that
    tells what flowed back; then the greater bytes. `last_update` and each `until` are the later
    ones. The window ends with the newest day that either was asked for to its end.
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
            merged.points[start] = _merged(ours, theirs, start)
    return merged


def differs(before: Document | None, after: Document) -> bool:
    """Tell whether the points differ; a later `until` alone is no news."""
    return before is None or before.points != after.points


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


def _merged(ours: Document, theirs: Document, start: datetime) -> Point:
    points = (ours.points.get(start, {}), theirs.points.get(start, {}))
    return {
        name: max((point[name] for point in points if name in point), key=_rank)
        for name in points[0].keys() | points[1].keys()
    }


def _rank(value: Value) -> tuple[bool, float, bool, bytes]:
    tells_back = value.backward is not None
    return value.source is None, value.coverage, tells_back, msgspec.json.encode(value)
