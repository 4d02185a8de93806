"""Whether the data directory still has the data of the last run.

A drive that is not mounted leaves an empty folder where the data was, and a mistyped path leads to
one. The state file remembers where the data was. Mostly it is in the data directory itself, so a
note in the user's folder for such notes remembers it, too.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final
from zlib import crc32

import msgspec

from powerstats_cli.core.runs import DataPlace
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.errors import PowerstatsError, UnreadableError
from powerstats_cli.files.wholefiles import write_bytes

ENVIRONMENT_STATE: Final = "XDG_STATE_HOME"
_DATA: Final = frozenset(["years", *(f"{tier}.json" for tier in ("daily", *TIERS))])


class Note(msgspec.Struct, frozen=True):
    """Where the data of an installation was; `key` tells installations apart."""

    key: str
    place: DataPlace


class Presence(msgspec.Struct, frozen=True):
    """The data directory of one configuration, and the path of its note, None for no note."""

    data_dir: Path
    config: Path
    key: str
    note: Path | None

    @classmethod
    def of(
        cls, data_dir: Path, config: Path, environment: Mapping[str, str], *, is_option: bool
    ) -> "Presence":
        """Return what a configuration says; an option `--data-dir` has a note of its own."""
        words = [str(config.absolute()), *([str(data_dir.absolute())] if is_option else [])]
        key = os.fsencode(" ".join(words)).decode(errors="backslashreplace")
        folder = _state_folder(environment)
        note = folder and folder / f"{crc32(key.encode()):08x}.json"
        return cls(data_dir.absolute(), config, key, note)

    def check(self, remembered: DataPlace | None) -> None:
        """Raise UnreadableError if there was data at the last run, and none is here now.

        `remembered` is what the state file has.
        """
        before = (remembered or self._read()) if _is_empty(self.data_dir) else None
        if before is None:
            return
        if before.data_dir != str(self.data_dir):
            if _has_data(Path(before.data_dir)):
                message = (
                    f"{self.data_dir} has no data, which was in {before.data_dir} at the last run: "
                    f"correct paths.data_dir, or begin anew with mkdir -p {self.data_dir}/archive"
                )
                raise UnreadableError(message)
        elif before.config == _state_of(self.config):
            message = (
                f"{self.data_dir} had data at the last run and is empty now: mount its drive, or "
                f"put the data back; to begin anew: mkdir -p {self.data_dir}/archive"
            )
            raise UnreadableError(message)

    def place(self) -> DataPlace | None:
        """Return where the data is, None if there is none."""
        if not _has_data(self.data_dir):
            return None
        return DataPlace(str(self.data_dir), _state_of(self.config))

    def remember(self, place: DataPlace | None) -> None:
        """Write the note; if it cannot be written, there is none."""
        if self.note is None or place is None or self._read() == place:
            return
        with suppress(OSError, PowerstatsError):
            self.note.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(self.note, msgspec.json.encode(Note(self.key, place)), durable=False)

    def _read(self) -> DataPlace | None:
        try:
            note = self.note and msgspec.json.decode(self.note.read_bytes(), type=Note)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return None
        return note.place if note and note.key == self.key else None


def _state_folder(environment: Mapping[str, str]) -> Path | None:
    """Return the folder for what a program remembers, None for a user without a home."""
    given = environment.get(ENVIRONMENT_STATE, "")
    try:
        return (
            Path(given) if given.startswith("/") else Path.home() / ".local/state"
        ) / "powerstats"
    except RuntimeError:
        return None


def _state_of(path: Path) -> tuple[int, int]:
    """Return what changes if a file is replaced or edited."""
    try:
        state = path.stat()
    except OSError:
        return 0, 0
    return state.st_ino, state.st_mtime_ns


def _is_empty(folder: Path) -> bool:
    """Tell whether a folder is missing, or has neither data nor an archive."""
    try:
        return not ({"archive", *_DATA} & set(os.listdir(folder)))  # noqa: PTH208 - names do
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False  # the step itself reports it


def _has_data(folder: Path) -> bool:
    try:
        return not _DATA.isdisjoint(os.listdir(folder))  # noqa: PTH208 - names do
    except OSError:
        return False
