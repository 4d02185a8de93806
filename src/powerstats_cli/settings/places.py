"""The paths of the configuration: whole ones, or below the home folder."""

import os
from pathlib import Path
from typing import Final

from powerstats_cli.errors import ConfigError

# No file system has longer names, and Linux no longer paths, in bytes.
LONGEST_NAME: Final = 255
LONGEST_PATH: Final = 4095
NO_HOME: Final = "~ is the home folder, and this user has none: write the whole path"


def home() -> Path | None:
    """Return the current user's home folder, None if the user has none."""
    try:
        folder = Path.home()
    except RuntimeError:
        return None
    return folder if folder.is_absolute() else None


def whole(written: str) -> Path:
    """Return the path that a configured one stands for; raises ConfigError if there is no home."""
    if not _is_below_home(written):
        return Path(written)
    folder = home()
    if folder is None:
        message = f"{written}: {NO_HOME}"
        raise ConfigError(message)
    return folder / written.removeprefix("~").lstrip("/")


def flaw(written: str) -> str | None:
    """Return why a path cannot be used by a run in any folder, None if it can."""
    if not written.startswith("/") and not _is_below_home(written):
        return f"{written!r} must be a whole path, or begin with ~/"
    if not written.isprintable():
        return f"{written!r} has a character that no path should have"
    raw = os.fsencode(written)
    if len(raw) > LONGEST_PATH or max(map(len, raw.split(b"/"))) > LONGEST_NAME:
        return "is too long for a path"
    return NO_HOME if _is_below_home(written) and home() is None else None


def _is_below_home(written: str) -> bool:
    return written == "~" or written.startswith("~/")
