"""The data directory: whole files, one lock, and an unreadable file is never overwritten.

All documents are read and written here, and settled by the journal of corrections on the way. The
journal's modules are only imported if there is one.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from powerstats_cli.clock import Clock
from powerstats_cli.core import alignment, documents, zones
from powerstats_cli.core.documents import Document
from powerstats_cli.core.tiers import TIERS, YEAR
from powerstats_cli.core.years import years_of
from powerstats_cli.errors import ConfigError, NewerError, PowerstatsError, UnreadableError
from powerstats_cli.files.locking import locked
from powerstats_cli.files.systemerrors import os_errors
from powerstats_cli.files.wholefiles import (
    listed,
    move,
    read_bytes,
    sync_folder,
    through_link,
    write_bytes,
)

if TYPE_CHECKING:
    from powerstats_cli.core.journal import Decoded, Journal

ARCHIVED: Final = re.compile(r"\d{4}-\d\d-\d\d\.json")
REMEMBERED: Final = 2
YEARLY: Final = re.compile(r"(?:19|2[01])\d\d\.json", re.ASCII)


class Store:
    """One data directory, with the paths of its files.

    `problems` collects what was found and mended on the way, so that the command can tell it.
    """

    def __init__(
        self,
        data_dir: Path,
        timezone: str,
        clock: Clock | None = None,
        renamed: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Take the directory and the time zone that its files must have; read nothing yet.

        `renamed` has the present name of a series by each earlier name.
        """
        self.data_dir = data_dir
        self.timezone = timezone
        self.renamed = renamed
        self.problems: list[PowerstatsError] = []
        self._clock = clock or Clock()
        self._decoded: tuple[bytes, Decoded] | None = None
        self._lately: dict[Path, tuple[bytes, Document]] = {}

    @property
    def daily(self) -> Path:
        """The file of today so far."""
        return self.data_dir / "daily.json"

    def tier(self, name: str) -> Path:
        """Return the file of a tier."""
        return self.data_dir / f"{name}.json"

    @property
    def archive(self) -> Path:
        """The folder of the closed days."""
        return self.data_dir / "archive"

    def archived(self, day: date) -> Path:
        """Return the file of a closed day."""
        return self.archive / f"{day}.json"

    def archived_days(self) -> list[date]:
        """Return the closed days that have a file, oldest first."""
        names = listed(self.archive)
        return [day for name in names if (day := _day_of(name)) is not None]

    @property
    def years(self) -> Path:
        """The folder of the calendar years."""
        return self.data_dir / "years"

    def year(self, year: int) -> Path:
        """Return the file of a calendar year."""
        return self.years / f"{year}.json"

    def stored_years(self) -> list[int]:
        """Return the calendar years that have a file, oldest first."""
        names = listed(self.years)
        return [year for name in names if (year := year_named(name)) is not None]

    @property
    def ledger(self) -> Path:
        """The ledger, which is no document."""
        return self.data_dir / "ledger.json"

    def told(self) -> list[PowerstatsError]:
        """Return the problems so far, which are then no longer to be told."""
        problems, self.problems = self.problems, []
        return problems

    def paths(self) -> list[Path]:
        """Return the path of every document, whether or not it exists."""
        archived = map(self.archived, self.archived_days())
        years = map(self.year, self.stored_years())
        return [self.daily, *archived, *map(self.tier, TIERS), *years]

    def prepare(self) -> None:
        """Make the directory and its archive if they do not exist yet."""
        with os_errors(self.data_dir):
            self.archive.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the directory's lock: there is one writer at a time; readers need no lock.

        If a killed command has written the journal and not yet all documents, they are settled.
        """
        with locked(self.data_dir):
            with os_errors(self._unsettled):
                is_unsettled = self._unsettled.exists()
            if is_unsettled:
                self.settle()
            yield

    def read(self, path: Path) -> Document | None:
        """Return a file's document, settled, None if there is no file.

        Its series have their present names.

        Raises UnreadableError and ConfigError with the file's name (see `documents.decode`).
        """
        document = self._read(path)
        return document and self._settled(document)

    def _read(self, path: Path) -> Document | None:
        raw = read_bytes(path)
        if raw is None:
            return None
        if (known := self._lately.get(path)) is not None and known[0] == raw:
            return self._with_names(alignment.as_read_back(known[1]))
        try:
            document = alignment.decoded(raw, timezone=self.timezone)
            self.check_place(path, document)
        except UnreadableError as error:
            message = f"{self.name(path)} could not be read: {error}"
            raise UnreadableError(message) from None
        except ConfigError as error:
            message = f"{self.name(path)} {error}"
            raise ConfigError(message) from None
        if not document.strays:
            self._remember(path, raw, document)
        return self._with_names(document)

    def _remember(self, path: Path, raw: bytes, document: Document) -> None:
        """Remember the document of a day's file, so that the same bytes need not be decoded again.

        A catch-up stores a day in many pieces, and each step reads daily.json twice. Only the last
        two files are remembered, those that a piece is stored in.
        """
        if document.tier != "daily":
            return
        self._lately.pop(path, None)
        while len(self._lately) >= REMEMBERED:
            del self._lately[next(iter(self._lately))]
        self._lately[path] = raw, alignment.as_read_back(document)

    def _with_names(self, document: Document) -> Document:
        if not self.renamed:
            return document
        from powerstats_cli.core.renaming import renamed  # few homes have any

        return renamed(document, self.renamed)

    def as_here(self, document: Document) -> Document:
        """Return a document from elsewhere with the names and the corrections of this home."""
        return self._settled(self._with_names(document))

    def check_place(self, path: Path, document: Document) -> None:
        """Raise UnreadableError if an intact file has the name of another one."""
        if path.parent == self.years:
            years = years_of([document], zones.zone(self.timezone))
            is_in_place = document.tier == YEAR.name and years in ([], [int(path.stem)])
            content = f"{document.tier}{f' of {years[0]}' if years else ''}"
        elif path.parent == self.data_dir:
            is_in_place, content = document.tier == path.stem, document.tier
        else:
            is_in_place = document.tier == "daily" and str(document.day) == path.stem
            content = f"{document.tier} of {document.day}" if document.day else document.tier
        if not is_in_place:
            message = f"it holds {content}"
            raise UnreadableError(message)

    def write(self, path: Path, document: Document) -> bool:
        """Write a document, settled, if it differs from the file; tell whether it did.

        A journal with a broken line is set aside, and goes on with the others.
        """
        self.mend()
        document = self._settled(document)
        raw = documents.encode(document)
        if raw == read_bytes(path):
            return False
        write_bytes(through_link(path), raw)
        self._remember(path, raw, document)
        return True

    # --- corrections

    @property
    def corrections(self) -> Path:
        """The journal of corrections."""
        return self.data_dir / "corrections.jsonl"

    @property
    def _unsettled(self) -> Path:
        """A file that is there while documents may lack what the journal says."""
        return self.data_dir / ".corrections.unsettled"

    def journal(self) -> "Journal | None":
        """Return the whole lines of the journal, None if there is no journal.

        Raises NewerError if a newer version wrote a line.
        """
        decoded = self._journal()
        return decoded and decoded.journal

    def complaint(self) -> UnreadableError | None:
        """Say which lines of the journal are broken, None if none is; nothing is changed."""
        decoded = self._journal()
        if decoded is None or not decoded.broken:
            return None
        message = (
            f"corrections.jsonl is broken in line {_numbers(decoded)}: the next step that writes "
            f"sets the file aside"
        )
        return UnreadableError(message)

    def record(self, journal: "Journal") -> None:
        """Write the journal, then settle every document by it; to be used under the lock.

        If this is broken off, the next lock settles the rest.
        """
        from powerstats_cli.core.journal import encode

        self.mend()
        write_bytes(self._unsettled, b"")
        write_bytes(through_link(self.corrections), encode(journal))
        self.settle()

    def settle(self) -> None:
        """Write every document of which the journal says something else than its file."""
        for path in self.paths():
            try:
                document = self._read(path)
            except (UnreadableError, ConfigError):
                continue  # the step that writes the file reports it
            if document is not None and self._settled(document) is not document:
                self.write(path, document)
        self.delete(self._unsettled)

    def _journal(self) -> "Decoded | None":
        raw = read_bytes(self.corrections)
        if raw is None:
            return None
        if self._decoded is None or self._decoded[0] != raw:
            from powerstats_cli.core.journal import decode

            try:
                self._decoded = raw, self._with_present_names(decode(raw))
            except NewerError as error:
                message = f"{self.name(self.corrections)} {error}"
                raise NewerError(message) from None
        return self._decoded[1]

    def _with_present_names(self, decoded: "Decoded") -> "Decoded":
        if not self.renamed:
            return decoded
        from powerstats_cli.core.renaming import renamed_journal

        return decoded._replace(journal=renamed_journal(decoded.journal, self.renamed))

    def _settled(self, document: Document) -> Document:
        journal = self.journal()
        if journal is None:
            return document
        from powerstats_cli.core.corrections import settled

        return settled(document, journal, zones.zone(self.timezone))

    def mend(self) -> None:
        """Set a journal with a broken line aside, and go on with its whole lines."""
        decoded = self._journal()
        if decoded is None or not decoded.broken:
            return
        from powerstats_cli.core.journal import encode

        path = self.corrections
        aside = _free_beside(path, self._clock.now())
        write_bytes(aside, read_bytes(path) or b"")  # a copy: the journal is never away
        write_bytes(through_link(path), encode(decoded.journal))
        message = (
            f"corrections.jsonl is broken in line {_numbers(decoded)}, and is kept as "
            f"{self.name(aside)}: `powerstats sync` brings back what was sent before"
        )
        self.problems.append(UnreadableError(message))

    # ---

    def set_aside(self, path: Path, now: datetime) -> Path:
        """Rename a file that could not be read; return its new path."""
        aside = _free_beside(path, now)
        with os_errors(path):
            move(through_link(path), aside)
            sync_folder(path.parent)
        return aside

    def delete(self, path: Path) -> None:
        """Delete a file."""
        with os_errors(path):
            for each in {through_link(path), path}:
                each.unlink(missing_ok=True)
            sync_folder(path.parent)

    def name(self, path: Path) -> str:
        """Return a file's name for messages: its path below the directory."""
        return str(path.relative_to(self.data_dir))


def _day_of(name: str) -> date | None:
    """Return the day of an archived file by its name, None if it is another file."""
    if not ARCHIVED.fullmatch(name):
        return None
    try:
        return date.fromisoformat(name.removesuffix(".json"))
    except ValueError:
        return None


def year_named(name: str) -> int | None:
    """Return the calendar year of a file by its name, None if it is another file."""
    return int(name.removesuffix(".json")) if YEARLY.fullmatch(name) else None


def _numbers(decoded: "Decoded") -> str:
    return ", ".join(map(str, decoded.broken))


def _free_beside(path: Path, now: datetime) -> Path:
    """Return a name beside a broken file that says so, and that no file has."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    aside = path.with_name(f"{path.name}.unreadable-{stamp}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.unreadable-{stamp}-{number}")
    return aside
