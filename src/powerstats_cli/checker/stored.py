"""The data files of one moment, decoded: what every check compares with something."""

from collections.abc import Mapping

import msgspec

from powerstats_cli.core import alignment, documents, zones
from powerstats_cli.core.documents import Document
from powerstats_cli.core.renaming import renamed
from powerstats_cli.core.verification.form import File
from powerstats_cli.core.verification.ledgers import LedgerFile
from powerstats_cli.errors import ConfigError, PowerstatsError, UnreadableError
from powerstats_cli.files import ledgerfile
from powerstats_cli.files.snapshot import Snapshot, snapshot
from powerstats_cli.files.store import Store


class Stored(msgspec.Struct, frozen=True):
    """All data files of one moment.

    `files` could be read and are as they are, `documents` are the same ones aligned; `broken` has
    the bytes of the others, `aside` those that were set aside, `unfinished` the names of those that
    a killed step has left. The `ledger` is none of them.
    """

    files: tuple[File, ...]
    documents: Mapping[str, Document]
    broken: Mapping[str, bytes]
    aside: Mapping[str, bytes]
    unfinished: tuple[str, ...]
    problems: tuple[PowerstatsError, ...]
    ledger: LedgerFile | None = None


def read(files: Store) -> Stored:
    """Return all data files; raises ConfigError for one of another time zone or a newer version."""
    return decoded(files, snapshot(files))


def decoded(files: Store, taken: Snapshot) -> Stored:
    """Return the data files of a snapshot; raises as `read`."""
    found: list[File] = []
    broken: dict[str, bytes] = {}
    problems = list(taken.problems)
    ledger: LedgerFile | None = None
    for name, raw in taken.raw.items():
        if name == files.ledger.name:
            ledger = _ledger(files, raw, problems)
            continue
        try:
            found.append(File(name, raw, _decoded(files, name, raw)))
        except UnreadableError as error:
            broken[name] = raw
            message = f"{name} could not be read: {error}: `powerstats repair` rebuilds it"
            problems.append(UnreadableError(message))
    if complaint := files.complaint():
        problems.append(complaint)
    zone = zones.zone(files.timezone)
    return Stored(
        files=tuple(found),
        documents={
            file.name: renamed(alignment.aligned(file.document, zone), files.renamed)
            for file in found
        },
        broken=broken,
        aside=taken.aside,
        unfinished=taken.unfinished,
        problems=tuple(problems),
        ledger=ledger,
    )


def _ledger(files: Store, raw: bytes, problems: list[PowerstatsError]) -> LedgerFile:
    try:
        return LedgerFile(raw, ledgerfile.decoded(files, raw))
    except UnreadableError as error:
        message = f"{error}: `powerstats repair` rebuilds it"
        problems.append(UnreadableError(message))
        return LedgerFile(raw, None)


def _decoded(files: Store, name: str, raw: bytes) -> Document:
    """Return the document of a file's bytes, which must be those of a file with its name."""
    try:
        document = documents.decode(raw, timezone=files.timezone)
        files.check_place(files.data_dir / name, document)
    except ConfigError as error:
        message = f"{name} {error}"
        raise ConfigError(message) from None
    return document
