"""The files that hold the same days against each other: archive, tiers and years."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value, as_written, better
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import local_day
from powerstats_cli.core.regrouping import regrouped
from powerstats_cli.core.tiers import (
    TIERS,
    YEAR,
    days_of,
    held_span,
    newest_closed_day,
    roll_up,
)
from powerstats_cli.core.verification.differences import (
    Difference,
    amount,
    is_known_alike,
    kind_of,
    unlike,
)

CHECK: Final = "tiers"
PENDING: Final = "the next aggregate takes it over"


class Agreement(msgspec.Struct, frozen=True):
    """The number of values that were compared, and the differences."""

    compared: int
    differences: tuple[Difference, ...]


class _Source(msgspec.Struct, frozen=True):
    """The finer data of one local day: the file's name and its document."""

    name: str
    document: Document
    day: date


def agreement(documents: Mapping[str, Document], zone: ZoneInfo) -> Agreement:
    """Compare all that can be rolled up with what is stored.

    `documents` has the aligned files by name. A bucket that differs from several files is told
    once, beside the finest of them. A stored value that knows more than the finer data is no
    difference. One that knows less is one, unless the finer file was written later: then the next
    run of `aggregate` takes it over.
    """
    compared = 0
    found: dict[tuple[str, str, str], Difference] = {}
    for coarser in _coarser(documents):
        for source in _sources(documents, coarser, zone):
            for each in _compared(source, coarser, documents[coarser], zone):
                compared += 1
                if each:
                    found.setdefault((each.file, each.bucket, each.series), each)
    return Agreement(compared, tuple(found.values()))


def _coarser(documents: Mapping[str, Document]) -> list[str]:
    tiers = [f"{name}.json" for name in TIERS if f"{name}.json" in documents]
    return tiers + [name for name, document in documents.items() if document.tier == YEAR.name]


def _sources(documents: Mapping[str, Document], coarser: str, zone: ZoneInfo) -> Iterator[_Source]:
    """Yield the finer data of each closed day that a tier should have."""
    held = held_span(documents[coarser], zone)
    newest = newest_closed_day([documents[coarser]], zone)
    if held is None or newest is None:
        return
    if documents[coarser].tier == YEAR.name:
        sources = _tiers(documents, ("monthly", "yearly"), zone)
    else:
        finer = TIERS[documents[coarser].tier].finer
        sources = chain(_archived(documents, newest, zone), _tiers(documents, finer, zone))
    first = local_day(held.start, zone)
    for source in sources:
        if first <= source.day <= newest:
            yield source


def _archived(documents: Mapping[str, Document], newest: date, zone: ZoneInfo) -> Iterator[_Source]:
    daily = documents.get("daily.json")
    archive = {
        document.day: (name, document)
        for name, document in documents.items()
        if document.day is not None and name != "daily.json"
    }
    by_day = {day: document for day, (_, document) in archive.items()}
    for day, document in regrouped(by_day, daily, newest, zone).items():
        if day in archive and (daily is None or daily.day is None or day < daily.day):
            yield _Source(archive[day][0], document, day)


def _tiers(
    documents: Mapping[str, Document], names: Iterable[str], zone: ZoneInfo
) -> Iterator[_Source]:
    for name in (f"{name}.json" for name in names):
        document = documents.get(name)
        if document is not None:
            for day in sorted(days_of(document, zone)):
                yield _Source(name, document, day)


def _compared(
    source: _Source, name: str, coarser: Document, zone: ZoneInfo
) -> Iterator[Difference | None]:
    """Yield a difference, or None, for each value that the finer data gives."""
    is_pending = source.document.last_update > coarser.last_update
    for start, series, value in roll_up(source.document, source.day, coarser.bucket, zone):
        decimals = source.document.decimals(series)
        other, stored = as_written(value, decimals), coarser.value(start, series)
        kind = kind_of(source.document.series.get(series))
        entry = coarser.series.get(series)
        if other is None or (entry and not entry.kind.fits(kind)):
            continue  # aggregate tells of another kind
        text = _disagreement(stored, other, source.name)
        if not text:
            yield None
            continue
        there, unit = amount(other, kind)
        yield Difference(
            check=CHECK,
            file=name,
            bucket=start.astimezone(zone).isoformat(timespec="minutes"),
            series=series,
            text=text,
            here=amount(stored, kind)[0] if stored else None,
            there=there,
            unit=unit,
            beside=source.name,
            explained=PENDING if is_pending else "",
        )


def _disagreement(stored: Value | None, other: Value, finer: str) -> str:
    """Return what is wrong with a stored value beside that of the finer file, empty if nothing."""
    if stored is None:
        return f"it is missing, and {finer} has it"
    if is_known_alike(stored, other):
        what = "" if stored.source != other.source else unlike(stored, other)
        return f"{what} differs from {finer}" if what else ""
    return "" if better(stored, other) == stored else f"it knows less than {finer}"
