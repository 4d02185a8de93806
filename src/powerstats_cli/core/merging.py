"""Two files of one tier into one that knows what either knows.

The merge is associative, commutative and idempotent: whatever the number of devices that share a
file, and in whatever order they meet, they all end with the same points.
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

    Of a bucket that both have, the higher coverage counts, then history before Home Assistant's
    statistics, then the greater bytes. `last_update` and each `until` are the later ones; the
    window ends with the newest day that either was asked for to its end.
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
    """Tell whether a document says more than when it was asked for: that alone is no news."""
    return before is None or before.points != after.points


def _united(ours: Document, theirs: Document) -> dict[str, Series]:
    """Return what each series is, and the later `until`.

    A document with a point of a series says what it is; one without may not have heard its unit.
    """
    said: dict[str, list[tuple[bool, str, str, Series]]] = {}
    for document in (ours, theirs):
        pointed = names_in(document)
        for name, series in document.series.items():
            rank = (name in pointed, series.unit, series.state_class)
            said.setdefault(name, []).append((*rank, series))
    return {
        name: msgspec.structs.replace(
            max(them, key=lambda one: one[:3])[3], until=max(one[3].until for one in them)
        )
        for name, them in said.items()
    }


def _merged(ours: Document, theirs: Document, start: datetime) -> Point:
    one, other = ours.points.get(start, {}), theirs.points.get(start, {})
    return {
        name: max((point[name] for point in (one, other) if name in point), key=_rank)
        for name in one.keys() | other.keys()
    }


def _rank(value: Value) -> tuple[float, bool, bytes]:
    return value.coverage, value.source is None, msgspec.json.encode(value)
