"""Reading a data file that may be broken: each way to deal with it has a name."""

from pathlib import Path

from powerstats_cli.core.documents import Document
from powerstats_cli.errors import PowerstatsError, UnreadableError
from powerstats_cli.files.store import Store


def or_skip(files: Store, path: Path) -> Document | None:
    """Return a file's document, None if it is broken: the step that writes the file reports it."""
    try:
        return files.read(path)
    except UnreadableError:
        return None


def or_tell(
    files: Store, path: Path, problems: list[PowerstatsError], remedy: str
) -> Document | None:
    """Return a file's document, None if it is broken: then add the problem, with its remedy."""
    try:
        return files.read(path)
    except UnreadableError as error:
        message = f"{error}: {remedy}"
        problems.append(UnreadableError(message))
        return None
