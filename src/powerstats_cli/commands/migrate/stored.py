"""The data files as they are before the migration."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec

from powerstats_cli.core.documents import Document
from powerstats_cli.core.journal import EMPTY, Journal
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import TIERS, names_in
from powerstats_cli.errors import UnreadableError
from powerstats_cli.files.store import Store


class Stored(msgspec.Struct, frozen=True):
    """Today's file, archived days, the tiers by name, and years, as far as they are there.

    They are settled by the journal of corrections.
    """

    daily: Document | None
    archive: Mapping[date, Document]
    tiers: Mapping[str, Document]
    years: Mapping[int, Document]
    journal: Journal

    def documents(self) -> list[Document]:
        """Return all of them."""
        daily = [self.daily] if self.daily else []
        return [*daily, *self.archive.values(), *self.tiers.values(), *self.years.values()]

    def kinds(self) -> dict[str, Kind]:
        """Return the kind of each series that has a point."""
        kinds: dict[str, Kind] = {}
        for document in self.documents():
            for name in names_in(document) & document.series.keys():
                kinds.setdefault(name, document.series[name].kind)
        return kinds


def read_stored(files: Store) -> Stored:
    """Return the data files; raises UnreadableError for a broken one, before any is changed."""
    archive = {day: _read(files, files.archived(day)) for day in files.archived_days()}
    tiers = {name: _read(files, files.tier(name)) for name in TIERS}
    years = {year: _read(files, files.year(year)) for year in files.stored_years()}
    return Stored(
        daily=_read(files, files.daily),
        archive={day: document for day, document in archive.items() if document is not None},
        tiers={name: document for name, document in tiers.items() if document is not None},
        years={year: document for year, document in years.items() if document is not None},
        journal=files.journal() or EMPTY,
    )


def _read(files: Store, path: Path) -> Document | None:
    try:
        return files.read(path)
    except UnreadableError as error:
        message = f"{error}: mend it, move it away, or give another --data-dir; no data was changed"
        raise UnreadableError(message) from None
