"""A series that was given another name: what is stored under the earlier name is its past."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from powerstats_cli.core.documents import Document, Latest, Point
from powerstats_cli.core.energy.ledger import Ledger, LedgerDay
from powerstats_cli.core.energy.slots import Entry as Kept
from powerstats_cli.core.energy.slots import kept
from powerstats_cli.core.journal import Journal
from powerstats_cli.core.merging import better_known
from powerstats_cli.core.series import Series

_Entry = TypeVar("_Entry", Series, Latest)


def renamed(document: Document, names: Mapping[str, str]) -> Document:
    """Return a document in which each earlier name in `names` has become the present one.

    A document may have both if a step ran while the name was changed. Then a bucket keeps the value
    that is known better. An earlier name stays if its series does not fit that of the present name.
    """
    used = {
        old: new
        for old, new in names.items()
        if old in document.series and _fits(document, old, new)
    }
    if not used:
        return document
    return msgspec.structs.replace(
        document,
        series=_entries(document.series, used, lambda one: one.until),
        latest=document.latest and _entries(document.latest, used, lambda one: one.timestamp),
        points={start: _point(point, used) for start, point in document.points.items()},
        moved={(at, used.get(name, name)): share for (at, name), share in document.moved.items()},
    )


def renamed_ledger(ledger: Ledger, names: Mapping[str, str]) -> Ledger:
    """Return a ledger in which each earlier name in `names` has become the present one.

    Of a day that has both, what is known better is kept. An earlier name stays if its series does
    not fit that of the present name.
    """
    series = ledger.series
    used = {
        old: new
        for old, new in names.items()
        if old in series and series.get(new, series[old]).fits(series[old])
    }
    if not used:
        return ledger
    return msgspec.structs.replace(
        ledger,
        series={used.get(name, name): kind for name, kind in series.items()},
        days={
            day: LedgerDay(_known_best(one.energy, used), _known_best(one.prices, used))
            for day, one in ledger.days.items()
        },
    )


def _known_best(found: Mapping[str, Kept], used: Mapping[str, str]) -> dict[str, Kept]:
    best = {name: entry for name, entry in found.items() if name not in used}
    for name in found.keys() & used.keys():
        best[used[name]] = kept(best.get(used[name]), found[name])
    return best


def renamed_journal(journal: Journal, names: Mapping[str, str]) -> Journal:
    """Return a journal whose entries are of the present names; its lines stay as they are."""
    entries = (
        msgspec.structs.replace(entry, series=names.get(entry.series, entry.series))
        for entry in journal.entries
    )
    return Journal(tuple(entries), journal.lines)


def _fits(document: Document, old: str, new: str) -> bool:
    present = document.series.get(new)
    return present is None or present.kind.fits(document.series[old].kind)


def _entries(
    entries: Mapping[str, _Entry], used: Mapping[str, str], time: Callable[[_Entry], datetime]
) -> dict[str, _Entry]:
    """Return the entries by their present names; of two, the one with the later time."""
    found: dict[str, _Entry] = {}
    for name, entry in entries.items():
        present = used.get(name, name)
        found[present] = max(found.get(present, entry), entry, key=time)
    return found


def _point(point: Point, used: Mapping[str, str]) -> Point:
    found: Point = {}
    for name, value in point.items():
        present = used.get(name, name)
        found[present] = better_known(found[present], value) if present in found else value
    return found
