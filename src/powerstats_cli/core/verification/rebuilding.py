"""The tiers made whole again: what does not hold is taken out, and rolled up again."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import local_day
from powerstats_cli.core.tiers import TIERS, YEAR, aggregate, buckets
from powerstats_cli.core.verification.agreement import agreement
from powerstats_cli.core.verification.form import bucket_hours, is_sound, unlinked
from powerstats_cli.core.verification.sources import (
    Dropped,
    Files,
    Key,
    Notes,
    Sources,
    values,
)
from powerstats_cli.core.years import with_days


def drop(files: Files, damaged: AbstractSet[str], zone: ZoneInfo, notes: Notes) -> Dropped:
    """Take out of the tiers what does not hold, or differs from the finer files.

    A finer file that was `damaged` proves nothing against a whole one: then its values are taken
    out. What differs from a day whose own numbers do not hold stays: it may be right.
    """
    dropped: Dropped = {}
    for name in damaged & files.keys():
        _take_out(files, name, _hybrids(files[name], zone), "are of damaged lines", notes, dropped)
    for name, document in list(_tiers(files)):
        _take_out(files, name, unsound(document, zone), "did not hold", notes, dropped)
    doubtful = {
        (document.day, series)
        for document in files.values()
        if document.day is not None
        for _, series in unsound(document, zone)
    }
    differing: Dropped = {}
    suspected: Dropped = {}
    for fault in agreement(files, zone).differences:
        if fault.explained or fault.here is None:
            continue
        start = datetime.fromisoformat(fault.bucket).astimezone(UTC)
        if fault.beside in damaged and fault.file not in damaged:
            inside = _inside(
                files[fault.beside], files[fault.file].bucket, start, fault.series, zone
            )
            # Hours come before days: what was found in an hour explains its day.
            known = {series for _, series in suspected.get(fault.beside, ())}
            if files[fault.file].bucket == "hour" or fault.series not in known:
                suspected.setdefault(fault.beside, set()).update(inside)
        elif (local_day(start, zone), fault.series) not in doubtful:
            differing.setdefault(fault.file, set()).add((start, fault.series))
    for name, keys in differing.items():
        _take_out(files, name, keys, "differed from the finer files", notes, dropped)
    for name, keys in suspected.items():
        _take_out(files, name, keys, "differed from files that are whole", notes, dropped)
    return dropped


def _hybrids(document: Document, zone: ZoneInfo) -> set[Key]:
    """Return all values of the points of a damaged day of which one does not hold.

    Such a point may be one of two that lost what was between them.
    """
    if document.day is None:
        return set()
    bad = {start for start, _ in unsound(document, zone) | unlinked(document)}
    return {(start, series) for start in bad for series in document.points[start]}


def _inside(
    document: Document, bucket: str, start: datetime, series: str, zone: ZoneInfo
) -> Iterator[Key]:
    """Yield a series' values in the bigger bucket that begins at an instant."""
    day = local_day(start, zone)
    span = next(span for span in buckets(bucket, day, zone) if span.start == start)
    for at, point in document.points.items():
        if span.start <= at < span.end and series in point:
            yield at, series


def unsound(document: Document, zone: ZoneInfo) -> set[Key]:
    """Return the values of a document whose numbers do not belong together."""
    return {
        (start, series)
        for start, point in document.points.items()
        for series, value in point.items()
        if not is_sound(value, bucket_hours(document.bucket, start, zone))
    }


def _tiers(files: Files) -> Iterator[tuple[str, Document]]:
    """Yield the tiers and the years."""
    yield from (
        (f"{name}.json", files[f"{name}.json"]) for name in TIERS if f"{name}.json" in files
    )
    yield from ((name, document) for name, document in files.items() if document.tier == YEAR.name)


def _take_out(
    files: Files,
    name: str,
    keys: set[Key],
    why: str,
    notes: Notes,
    dropped: Dropped,
) -> None:
    """Take values out of a file, and note why."""
    if not keys:
        return
    document = files[name]
    points = {
        start: {series: value for series, value in point.items() if (start, series) not in keys}
        for start, point in document.points.items()
    }
    kept = {start: point for start, point in points.items() if point}
    files[name] = msgspec.structs.replace(document, points=kept)
    notes.setdefault(name, []).append(f"{values(len(keys))} {why}")
    dropped.setdefault(name, set()).update(keys)


def roll_up(
    files: Files,
    sources: Sources,
    notes: Notes,
    dropped: Mapping[str, set[Key]],
) -> None:
    """Fill the tiers that are to be mended from the archive, the finer tiers and each other."""
    closed = {
        document.day: (name, document)
        for name, document in files.items()
        if document.day is not None and name != "daily.json"
    }
    archive = {day: document for day, (_, document) in closed.items()}
    whole = {day: document for day, (name, document) in closed.items() if name not in notes}
    years = [document for document in files.values() if document.tier == YEAR.name]
    for tier in TIERS.values():
        name = f"{tier.name}.json"
        if name not in notes:
            continue
        before = files[name]
        finer = [files[f"{finer}.json"] for finer in tier.finer if f"{finer}.json" in files]
        after = before
        # A finer tier may know more of a day than what is left of its damaged file.
        for days in (whole, archive):
            after = aggregate(
                tier,
                after,
                archive=days,
                finer=finer + ([] if tier.bucket == "hour" else years),
                daily=files.get("daily.json"),
                zone=sources.zone,
                now=sources.now,
                journal=sources.journal,
            )
        _copy_days(after, files, dropped.get(name, set()))
        added = _number(after) - _number(before)
        if added > 0:
            notes[name].append(f"{values(added)} rolled up again")
        files[name] = after
    for name in [name for name in notes if name in files and files[name].tier == YEAR.name]:
        _fill_year(files, name, sources, notes)


def _fill_year(files: Files, name: str, sources: Sources, notes: Notes) -> None:
    """Put the days of yearly.json and monthly.json into a year that is to be mended."""
    days = [files[tier] for tier in ("yearly.json", "monthly.json") if tier in files]
    before, year = files[name], int(name[-9:-5])
    files[name] = with_days(before, year, days, sources.now)
    added = _number(files[name]) - _number(before)
    if added > 0:
        notes[name].append(f"{values(added)} from yearly.json and monthly.json")


def _copy_days(after: Document, files: Files, keys: set[Key]) -> None:
    """Copy the days that were taken out and that no finer file has, from another tier of days."""
    for start, series in sorted(keys):
        for _, other in _tiers(files):
            value = other.value(start, series)
            is_same_day = other.bucket == after.bucket and other.tier != after.tier
            if is_same_day and value is not None and after.value(start, series) is None:
                after.points.setdefault(start, {})[series] = value
    after.points = {start: after.points[start] for start in sorted(after.points)}


def _number(document: Document) -> int:
    return sum(map(len, document.points.values()))
