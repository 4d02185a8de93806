"""The data files of series that were given another name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from powerstats_cli.core.documents import Document
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.files import ledgerfile, reading
from powerstats_cli.files.store import Store

REMEDY: Final = "mend it or move it away; its series get their present names when it is read"


def rewrite(files: Store) -> list[PowerstatsError]:
    """Write the present names of series into all data files; return an error for each broken one.

    The lock is held. A file that is not reached, because the process is killed, has the present
    names when it is read, and gets them when the next step writes it.
    """
    problems: list[PowerstatsError] = []
    for path, document in _documents(files, problems):
        files.write(path, document)
    if ledger := ledgerfile.or_tell(files, problems, REMEDY):
        ledgerfile.write(files, ledger)
    return problems


def stored_under(files: Store, name: str) -> list[str]:
    """Return the names of the files that have a series."""
    names = [files.name(path) for path, one in _documents(files, []) if name in one.series]
    ledger = ledgerfile.or_tell(files, [], REMEDY)
    return [*names, files.ledger.name] if ledger and name in ledger.series else names


def _documents(files: Store, problems: list[PowerstatsError]) -> Iterator[tuple[Path, Document]]:
    for path in files.paths():
        document = reading.or_tell(files, path, problems, REMEDY)
        if document is not None:
            yield path, document
