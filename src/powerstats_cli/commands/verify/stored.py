"""The data files of one moment, decoded: what every check compares with something."""

from collections.abc import Mapping

import msgspec

from powerstats_cli.core import alignment, documents, zones
from powerstats_cli.core.documents import Document
from powerstats_cli.core.renaming import renamed
from powerstats_cli.core.verification.form import File
from powerstats_cli.errors import ConfigError, PowerstatsError, UnreadableError
from powerstats_cli.files.snapshot import snapshot
from powerstats_cli.files.store import Store


class Stored(msgspec.Struct, frozen=True):
    """All files: those that could be read as they are, and aligned; leftovers and problems.

    The aligned ones have the present names of all series.
    """

    files: tuple[File, ...]
    documents: Mapping[str, Document]
    leftovers: tuple[str, ...]
    problems: tuple[PowerstatsError, ...]


def read(files: Store) -> Stored:
    """Return all data files; raises ConfigError for one of another time zone or a newer version."""
    taken = snapshot(files)
    found: list[File] = []
    problems = list(taken.problems.values())
    for name, raw in taken.raw.items():
        try:
            found.append(File(name, raw, _decoded(files, name, raw)))
        except UnreadableError as error:
            message = f"{name} could not be read: {error}"
            problems.append(UnreadableError(message))
    zone = zones.zone(files.timezone)
    aligned = {
        file.name: renamed(alignment.aligned(file.document, zone), files.renamed) for file in found
    }
    return Stored(tuple(found), aligned, taken.leftovers, tuple(problems))


def _decoded(files: Store, name: str, raw: bytes) -> Document:
    """Return the document of a file's bytes, which must be those of a file with its name."""
    try:
        document = documents.decode(raw, timezone=files.timezone)
        files.check_place(files.data_dir / name, document)
    except ConfigError as error:
        message = f"{name} {error}"
        raise ConfigError(message) from None
    return document
