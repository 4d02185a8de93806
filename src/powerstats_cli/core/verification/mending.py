"""A plan that mends what is broken, out of what is whole; nothing is invented.

The sources of a file, in this order: its own whole lines, those of a file that was set aside, the
copy in the repository, the archive and the finer tiers, another tier with the same days. They are
merged by the ordinary rules.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core import archive, zones
from powerstats_cli.core.buckets import better
from powerstats_cli.core.documents import Document, Point
from powerstats_cli.core.merging import merge
from powerstats_cli.core.periods import DAY, day_start, days
from powerstats_cli.core.series import Series
from powerstats_cli.core.tiers import TIERS, YEAR, days_of, new_tier
from powerstats_cli.core.verification.rebuilding import drop, roll_up, unsound
from powerstats_cli.core.verification.salvage import Salvaged, day_in, salvaged
from powerstats_cli.core.verification.sources import (
    BACKFILL,
    Files,
    Key,
    Left,
    Notes,
    Plan,
    Sources,
    Step,
    some,
    values,
)
from powerstats_cli.core.years import cut_until, new_year

# Home Assistant's recorder keeps ten days, unless it is told otherwise.
RECORDED: Final = 10 * DAY
NOT_AS_WRITTEN: Final = "its bytes are not as powerstats writes them"
_ASIDE: Final = re.compile(r"(?P<name>.+\.json)\.unreadable-\d{8}T\d{6}Z(-\d+)?")
_ARCHIVED: Final = re.compile(r"archive/(\d{4}-\d\d-\d\d)\.json")
_YEAR: Final = re.compile(r"years/(\d{4})\.json")


def plan(sources: Sources) -> Plan:
    """Return what can be mended, and what is left."""
    notes: Notes = {
        name: ["its bytes are not as powerstats writes them"] for name in sources.rewritten
    }
    files = {**sources.documents}
    salvage = {name: _salvage(name, raw, sources) for name, raw in sources.broken.items()}
    for name, found in salvage.items():
        if found is not None:
            files[name] = found.document
            notes[name] = [f"{found.whole} of its {found.lines} points are whole"]
    aside = {name: _salvage(_original(name), raw, sources) for name, raw in sources.aside.items()}
    for name, found in aside.items():
        if found is not None:
            _take(files, _original(name), found.document, f"from {name}", notes)
    for name in salvage.keys() & sources.copies.keys():
        _merge(files, name, sources, notes)
    damaged = {*sources.rewritten, *salvage, *map(_original, aside)}
    dropped = drop(files, damaged, sources.zone, notes)
    roll_up(files, sources, notes, dropped)
    _ask_again(files, salvage.keys() | dropped.keys(), sources, notes)
    steps = [
        Step(name, "; ".join(notes[name]), files[name])
        for name in _in_order(notes.keys() & files.keys())
        if files[name].points or name not in sources.broken
    ]
    gone = [Step(name, "a killed step has left it") for name in sources.unfinished]
    left = [
        *_lost(sources, {step.file for step in steps}),
        *_lacking(files, dropped, sources),
        *_gaps(files, sources),
        *_doubtful(files, sources.zone),
    ]
    for name, found in aside.items():
        lacks = _lacks(found, files.get(_original(name)))
        if lacks:
            left.append(Left(name, lacks))
        else:
            gone.append(Step(name, f"all of it is in {_original(name)}"))
    return Plan((*steps, *gone), tuple(left))


# --- what is whole ------------------------------------------------------------------------------


def _original(aside: str) -> str:
    """Return the name of the file that was set aside under a name."""
    match = _ASIDE.fullmatch(aside)
    return match["name"] if match else aside


def _salvage(name: str, raw: bytes, sources: Sources) -> Salvaged | None:
    """Return the whole lines of a broken file, None if it cannot be told what the file was."""
    empty = _empty(name, raw, sources)
    if empty is None:
        return None
    found = salvaged(raw, empty, _known_series(sources.documents.values()), sources.zone)
    year = _YEAR.fullmatch(name)
    if year is not None:
        cut_until(found.document, int(year[1]), sources.zone)
    return found


def _empty(name: str, raw: bytes, sources: Sources) -> Document | None:
    """Return the document that a file would be without a point."""
    zone = sources.zone
    tier = TIERS.get(name.removesuffix(".json"))
    if tier is not None:
        return new_tier(tier, zones.current(zone.key), sources.now)
    year = _YEAR.fullmatch(name)
    if year is not None:
        return new_year(int(year[1]), zone)
    archived = _ARCHIVED.fullmatch(name)
    day = date.fromisoformat(archived[1]) if archived else day_in(raw, zone)
    if day is None:
        return None
    new = archive.new_day(day, zone, sources.minutes)
    return msgspec.structs.replace(new, latest=None) if archived else new


def _known_series(documents: Iterable[Document]) -> dict[str, Series]:
    """Return each series as the file with its newest `until` has it."""
    known: dict[str, Series] = {}
    for document in documents:
        for name, series in document.series.items():
            if name not in known or series.until > known[name].until:
                known[name] = series
    return known


# --- what others know ---------------------------------------------------------------------------


def _take(files: Files, name: str, other: Document, whence: str, notes: Notes) -> None:
    """Add to a file what another document of the same bucket knows better."""
    stored = files.get(name)
    if stored is None:
        files[name] = other
        notes.setdefault(name, []).append(f"{len(other.points)} points {whence}")
        return
    if stored.bucket != other.bucket or stored.day != other.day:
        return
    points: dict[datetime, Point] = {start: {**point} for start, point in stored.points.items()}
    number = 0
    for start, point in other.points.items():
        for series, value in point.items():
            kept = better(value, points.get(start, {}).get(series))
            if kept is value:
                points.setdefault(start, {})[series] = value
                number += 1
    if number:
        files[name] = msgspec.structs.replace(
            stored,
            points={start: points[start] for start in sorted(points)},
            series={**other.series, **stored.series},
        )
        notes.setdefault(name, []).append(f"{number} values {whence}")


def _merge(files: Files, name: str, sources: Sources, notes: Notes) -> None:
    """Merge a file with the repository's copy."""
    tier, copy = TIERS.get(name.removesuffix(".json"), YEAR), sources.copies[name]
    before = files.get(name)
    if before is None or not before.series:
        files[name] = copy
    else:
        files[name] = merge(tier, before, copy, sources.zone, sources.journal)
    added = len(files[name].points) - (len(before.points) if before else 0)
    if added > 0:
        notes.setdefault(name, []).append(f"{added} points from the repository")


# --- what Home Assistant still has --------------------------------------------------------------


def _ask_again(files: Files, broken: Iterable[str], sources: Sources, notes: Notes) -> None:
    """Have the next `collect` read the days of broken files again, as far as they are recorded."""
    daily = files.get("daily.json")
    broken_days = [day for name in broken if (day := _day(name, files)) is not None]
    starts = [day_start(day, sources.zone) for day in broken_days]
    recorded = [start for start in starts if sources.now - start < RECORDED]
    if daily is None or not recorded:
        return
    begin = min(recorded)
    series = {
        name: Series.of(each.kind, min(each.until, begin)) for name, each in daily.series.items()
    }
    files["daily.json"] = msgspec.structs.replace(daily, series=series)
    notes.setdefault("daily.json", []).append(
        f"the next collect reads again from {min(recorded).astimezone(sources.zone):%Y-%m-%d} on"
    )


def _day(name: str, files: Files) -> date | None:
    archived = _ARCHIVED.fullmatch(name)
    if archived:
        return date.fromisoformat(archived[1])
    daily = files.get("daily.json")
    return daily.day if name == "daily.json" and daily is not None else None


# --- what is left -------------------------------------------------------------------------------


def _lost(sources: Sources, mended: set[str]) -> Iterator[Left]:
    for name in sources.broken:
        if name not in mended:
            yield Left(name, "nothing of it could be rebuilt", is_lost=True)


def _lacking(files: Files, dropped: Mapping[str, set[Key]], sources: Sources) -> Iterator[Left]:
    """Yield the values that were taken out and that nothing gives back."""
    for name, keys in dropped.items():
        gone = sorted(key for key in keys if files[name].value(*key) is None)
        lacking = sorted({start.astimezone(sources.zone).date() for start, _ in gone})
        if lacking:
            text = f"{values(len(gone))} of {some(lacking)} {'are' if gone[1:] else 'is'} gone: "
            yield Left(name, text + BACKFILL)


def _gaps(files: Files, sources: Sources) -> Iterator[Left]:
    """Yield the broken tiers in which days between others have no point now."""
    for name in sources.broken:
        is_tier = name.removesuffix(".json") in TIERS or _YEAR.fullmatch(name)
        if not is_tier or name not in files or not files[name].points:
            continue
        present = days_of(files[name], sources.zone)
        missing = [day for day in days(min(present), max(present)) if day not in present]
        if missing:
            yield Left(name, f"nothing is known of {some(missing)}: {BACKFILL}")


def _doubtful(files: Files, zone: ZoneInfo) -> Iterator[Left]:
    """Yield the finest buckets whose numbers do not hold, and the commands that mend them."""
    for name, document in files.items():
        if document.tier != "daily":
            continue
        for start, series in sorted(unsound(document, zone)):
            when = f"{start.astimezone(zone):%Y-%m-%dT%H:%M}"
            text = (
                f"{series} at {when} does not hold: `powerstats correct again {series} {when}` "
                f"reads it anew, `powerstats correct unknown {series} {when}` takes it out"
            )
            yield Left(name, text)


def _lacks(found: Salvaged | None, stored: Document | None) -> str:
    """Return what a file that was set aside has and the file does not, empty if nothing."""
    if found is None:
        return "it cannot be told which day it was: look into it, then delete it"
    if stored is None:
        return "the file is not there"
    for start, point in found.document.points.items():
        for series, value in point.items():
            kept = better(value, stored.value(start, series))
            if kept is value and kept != stored.value(start, series):
                return "it knows more than the file"
    lost = sum(start is None or start not in stored.points for start in found.broken)
    if lost:
        return f"{lost} of its lines cannot be read: delete it if you do not need them"
    return ""


def _in_order(names: Iterable[str]) -> list[str]:
    """Return file names in the order in which they are written: daily.json last."""
    return sorted(names, key=lambda name: (name == "daily.json", name))
