"""The data directory and the dashboard: permissions, space, whole files, tiers that agree."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.ledger import Ledger
from powerstats_cli.core.findings import Finding, error, ok, warning
from powerstats_cli.core.outcome import joined
from powerstats_cli.core.regrouping import outside
from powerstats_cli.core.series import Series
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.core.verification.agreement import agreement
from powerstats_cli.core.verification.ledgers import NAME, disagreement
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.files import ledgerfile
from powerstats_cli.files.locking import has_locks
from powerstats_cli.files.store import Store
from powerstats_cli.files.survey import broken_journal, corrected, listing, set_aside
from powerstats_cli.files.wholefiles import sync_folder

# In bytes: a warning, and an error.
LITTLE_SPACE: Final = 100_000_000
NO_SPACE: Final = 10_000_000


class Stored(msgspec.Struct, frozen=True):
    """All data files: those that could be read, and the errors of the others, by file name."""

    documents: Mapping[str, Document]
    problems: Mapping[str, PowerstatsError]
    ledger: Ledger | None = None

    @property
    def today(self) -> Mapping[str, Series]:
        """The series of daily.json, empty if it is not there or cannot be read."""
        document = self.documents.get("daily.json")
        return document.series if document else {}


def read_stored(files: Store) -> Stored:
    """Return what is in the data files: tiers, archived days and years."""
    documents: dict[str, Document] = {}
    problems: dict[str, PowerstatsError] = {}
    try:
        archived = [files.archived(day) for day in files.archived_days()]
    except PowerstatsError as problem:
        archived, problems[files.name(files.archive)] = [], problem
    try:
        years = [files.year(year) for year in files.stored_years()]
    except PowerstatsError as problem:
        years, problems[files.name(files.years)] = [], problem
    for path in [*map(files.tier, ("daily", *TIERS)), *archived, *years]:
        try:
            document = files.read(path)
        except PowerstatsError as problem:
            problems[files.name(path)] = problem
            continue
        if document is not None:
            documents[files.name(path)] = document
    try:
        return Stored(documents, problems, ledgerfile.read(files))
    except PowerstatsError as problem:
        problems[files.ledger.name] = problem
        return Stored(documents, problems)


def check_data(files: Store, stored: Stored, zone: ZoneInfo) -> Iterator[Finding]:
    """Yield whether the data directory can be written to, has space, and holds whole files."""
    folder = files.data_dir
    if not folder.is_dir():
        yield warning("data", f"{folder} is not there yet", "powerstats collect makes it")
        return
    paths, _ = listing(files)
    yield from _permissions(folder, paths)
    yield from _file_system(folder)
    yield _space(shutil.disk_usage(folder).free)
    for problem in (*stored.problems.values(), *broken_journal(files)):
        yield error("files", str(problem), "powerstats repair")
    for name in set_aside(files, paths):
        is_journal = name.startswith(files.name(files.corrections))
        remedy = "powerstats sync, then delete it" if is_journal else "powerstats repair"
        yield warning("files", f"{name} was set aside", remedy)
    if count := len(stored.documents) + (stored.ledger is not None):
        yield ok("files", f"{count} file{' is' if count == 1 else 's are'} whole")
    if made := corrected(files):
        number = f"{len(made)} correction{'s' * (len(made) != 1)} in force"
        yield ok("corrections", f"{number}: powerstats correct list shows them")
    yield from _alignment(stored.documents, zone)
    yield from _agreement(stored, zone)


def _permissions(folder: Path, paths: Sequence[Path]) -> Iterator[Finding]:
    area = "data"
    if os.access(folder, os.W_OK | os.X_OK):
        yield ok(area, f"{folder} can be written to")
    else:
        yield error(
            area,
            f"{folder} cannot be written to",
            "let the user that runs powerstats write there",
        )
    owner = folder.stat().st_uid
    for path in paths:
        if path.suffix == ".json" and path.stat().st_uid != owner:
            yield error(
                area,
                f"{path} belongs to another user than its folder",
                f"chown --reference={folder} {path}",
            )


def _file_system(folder: Path) -> Iterator[Finding]:
    """Yield what the file system of the folder cannot do."""
    if not has_locks(folder):
        yield warning(
            "data",
            f"the file system of {folder} has no locks",
            "only runs on this machine wait for each other: let no other one write there",
        )
    if not sync_folder(folder):
        yield warning(
            "data",
            f"the file system of {folder} does not say when a file is safe",
            "after a power cut the newest files may be missing: another file system is better",
        )


def _space(free: int) -> Finding:
    line = f"{free / 1_000_000:.0f} MB are free"
    if free < NO_SPACE:
        return error("data", line, "make room; nothing stored is lost")
    if free < LITTLE_SPACE:
        return warning("data", line, "make room")
    return ok("data", line)


def _alignment(documents: Mapping[str, Document], zone: ZoneInfo) -> Iterator[Finding]:
    """Yield the files whose buckets are those of other rules of the zone, or of another zone."""
    why = f"the rules of {zone.key} have changed, or somebody edited it"
    edited = []
    for name, document in documents.items():
        if document.day is not None and (document.strays or outside(document, zone)):
            edited.append(name)
        elif document.strays:
            number, bucket = len(document.strays), document.bucket
            line = f"{name} has points that begin no {bucket}, {number} in number: {why}"
            tier = "yearly" if document.tier == "year" else document.tier
            yield warning("files", line, f"powerstats aggregate {tier}")
    if edited:
        line = f"{edited[0]} has points that are not of its day: {why}"
        also = f"also {joined(edited[1:])}; " if edited[1:] else ""
        yield warning("files", line, f"{also}mend what was edited, else nothing is to be done")


def _agreement(stored: Stored, zone: ZoneInfo) -> Iterator[Finding]:
    """Yield whether the hours and days are those that the finer files give, the ledger's, too."""
    found = agreement(stored.documents, zone)
    differing = disagreement(stored.ledger, stored.documents, zone) if stored.ledger else ()
    both = [*found.differences, *filter(None, differing)]
    faults = [each for each in both if not each.explained]
    if faults:
        first = faults[0]
        yield warning(
            "files",
            f"{first.file} differs from {'the other' if first.file == NAME else 'the finer'} "
            f"files: {first.series} on {first.bucket[:10]}",
            "powerstats verify tiers lists all; powerstats repair",
        )
    elif found.compared:
        yield ok("files", "the tiers agree")
