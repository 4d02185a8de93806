"""Where a demo is: a folder of its own, which is emptied only if a demo has made all of it."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shlex import quote
from tempfile import mkdtemp
from typing import Final

from powerstats_cli.errors import ConfigError
from powerstats_cli.files.locking import locked
from powerstats_cli.files.systemerrors import os_errors
from powerstats_cli.settings import home

CONFIG: Final = "powerstats.toml"
DATA: Final = "data"
# It marks the folder as a demo's; when the demo is complete, it says when that was.
MADE: Final = "made-by-powerstats-demo"


def usual_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of a user's demo; it is a new one if the user has no home folder."""
    cache, own = Path(environment.get("XDG_CACHE_HOME", "")), home()
    if cache.is_absolute():
        return cache / "powerstats-demo"
    return own / ".cache/powerstats-demo" if own else Path(mkdtemp(prefix="powerstats-demo-"))


def made(folder: Path) -> datetime | None:
    """Return when the demo in a folder was made, None if there is none that is complete."""
    try:
        return datetime.fromisoformat((folder / MADE).read_text().strip())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make the folder, or take out of it what a demo has made, and keep other demos out of it.

    Raises ConfigError if something else is in it.
    """
    with os_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        with os_errors(folder):
            if not (folder / MADE).is_file() and any(folder.iterdir()):
                message = f"{folder} is not empty: give another --folder"
                raise ConfigError(message)
            (folder / MADE).write_text("")
            shutil.rmtree(folder / DATA, ignore_errors=True)
            (folder / CONFIG).unlink(missing_ok=True)
        yield


def conclude(folder: Path, now: datetime) -> None:
    """Write down that the demo in a folder is complete."""
    with os_errors(folder):
        (folder / MADE).write_text(f"{now.isoformat()}\n")


def typed(path: Path) -> str:
    """Return a path as it is typed into a shell, with ~ for the home folder if that is shorter."""
    own = home()
    if own and path.is_relative_to(own):
        return f"~/{quote(str(path.relative_to(own)))}"
    return quote(str(path))
