"""A file for the user, anywhere: it is written whole, or not at all."""

import os
from collections.abc import Iterable
from pathlib import Path

from powerstats_cli.errors import ConfigError
from powerstats_cli.files.systemerrors import os_errors
from powerstats_cli.files.wholefiles import (
    check_replaceable,
    create,
    sync,
    sync_folder,
    through_link,
)


def check_free(path: Path, *, force: bool) -> None:
    """Raise ConfigError if something is there that must not be replaced."""
    with os_errors(path):
        is_there = path.exists() or path.is_symlink()
        if path.is_dir():
            message = f"{path} is a folder: name a file in it"
            raise ConfigError(message)
        if not path.parent.is_dir():
            message = f"there is no folder {path.parent}: make it first"
            raise ConfigError(message)
    if is_there and not force:
        message = f"{path} is there already: add --force to overwrite it"
        raise ConfigError(message)
    check_replaceable(path)


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write lines to a file in UTF-8, which appears when all are on the disk.

    A link stays, and the file that it leads to is replaced.
    """
    path = through_link(path)
    # Two exports at once do not write into each other's file.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with os_errors(path):
        try:
            with create(temporary) as file:
                for line in lines:
                    file.write(line.encode())
                file.flush()
                sync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
