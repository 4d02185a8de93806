"""A file against another copy of it, such as the one in the repository."""

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document
from powerstats_cli.core.verification.differences import (
    Difference,
    amount,
    is_known_alike,
    kind_of,
    unlike,
)

CHECK: Final = "github"
PENDING: Final = "the next sync sends it"


def copies(
    name: str, ours: Document, theirs: Document, place: str, zone: ZoneInfo
) -> Iterator[Difference | None]:
    """Yield a difference, or None, for each value that either copy of a file has.

    `place` says where the other copy is. A value that was stored here after the other copy was
    written is sent by the next `sync`.
    """
    is_newer = ours.last_update > theirs.last_update
    for start in sorted(ours.points.keys() | theirs.points.keys()):
        names = ours.points.get(start, {}).keys() | theirs.points.get(start, {}).keys()
        for series in sorted(names):
            here, there = ours.value(start, series), theirs.value(start, series)
            text = _difference(here, there, place)
            if not text:
                yield None
                continue
            number, unit = amount(here, kind_of(ours.series.get(series))) if here else (None, "")
            other, unit = (
                amount(there, kind_of(theirs.series.get(series))) if there else (None, unit)
            )
            is_more = here is not None and (there is None or here.coverage >= there.coverage)
            yield Difference(
                check=CHECK,
                file=name,
                bucket=start.astimezone(zone).isoformat(timespec="minutes"),
                series=series,
                text=text,
                here=number,
                there=other,
                unit=unit,
                explained=PENDING if is_newer and is_more else "",
            )


def _difference(here: Value | None, there: Value | None, place: str) -> str:
    if here is None or there is None:
        return f"it is only {'here' if there is None else f'in {place}'}"
    if not is_known_alike(here, there):
        return (
            f"{'less' if here.coverage < there.coverage else 'more'} is known here than in {place}"
        )
    if here.source != there.source:
        return f"here and in {place} it comes from different sources"
    what = unlike(here, there)
    return f"{what} differs from {place}" if what else ""
