"""The data directory: whole files only, one lock, nothing overwritten that could not be read."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Final

from powerstats_cli.clock import Deadline
from powerstats_cli.core import documents
from powerstats_cli.core.documents import Document
from powerstats_cli.errors import ConfigError, RefusedError, TryAgainError, UnreadableError

LOCK_TIMEOUT: Final = 30.0
LOCK_RETRY: Final = 0.05
# What a user mends by another owner or mode; all else (a full or dying disk) may pass.
REFUSALS: Final = (errno.EACCES, errno.EPERM)


class Store:
    """One data directory. Paths below it are named as in the specification of the files."""

    def __init__(self, data_dir: Path, timezone: str) -> None:
        """Take the directory and the zone its files must be in; neither is touched yet."""
        self.data_dir = data_dir
        self.timezone = timezone

    @property
    def daily(self) -> Path:
        """Today so far."""
        return self.data_dir / "daily.json"

    def tier(self, name: str) -> Path:
        """Return the file of a tier."""
        return self.data_dir / f"{name}.json"

    def archived(self, day: date) -> Path:
        """Return the file of a closed day."""
        return self.data_dir / "archive" / f"{day}.json"

    def archived_days(self) -> list[date]:
        """Return the closed days that have a file, oldest first."""
        days = []
        for path in self.data_dir.glob("archive/????-??-??.json"):
            try:
                days.append(date.fromisoformat(path.stem))
            except ValueError:
                continue
        return sorted(days)

    def prepare(self) -> None:
        """Make the directory where it is not there yet."""
        with os_errors(self.data_dir):
            (self.data_dir / "archive").mkdir(parents=True, exist_ok=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the directory's lock: one writer at a time; readers need none.

        The lock is on the directory itself, so it needs no file and dies with its process.
        """
        with os_errors(self.data_dir):
            descriptor = os.open(self.data_dir, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _acquire(descriptor, self.data_dir)
            yield
        finally:
            os.close(descriptor)

    def read(self, path: Path) -> Document | None:
        """Return a file's document, None where there is no file.

        Raises UnreadableError and ConfigError with the file's name (`documents.decode`).
        """
        raw = read_bytes(path)
        if raw is None:
            return None
        try:
            document = documents.decode(raw, timezone=self.timezone)
            self._check_place(path, document)
        except UnreadableError as error:
            message = f"{self.name(path)} could not be read: {error}"
            raise UnreadableError(message) from None
        except ConfigError as error:
            message = f"{self.name(path)} {error}"
            raise ConfigError(message) from None
        return document

    def _check_place(self, path: Path, document: Document) -> None:
        """Raise UnreadableError where a whole file lies under another one's name."""
        is_archived = path.parent != self.data_dir
        tier = "daily" if is_archived else path.stem
        if document.tier != tier or (is_archived and str(document.day) != path.stem):
            what = f"{document.tier} of {document.day}" if document.day else document.tier
            message = f"it holds {what}"
            raise UnreadableError(message)

    def write(self, path: Path, document: Document) -> bool:
        """Write a document where it differs from the file; tell whether it did."""
        raw = documents.encode(document)
        if raw == read_bytes(path):
            return False
        write_bytes(path, raw)
        return True

    def set_aside(self, path: Path, now: datetime) -> Path:
        """Move a file that could not be read out of the way; return where it lies now."""
        stamp = now.strftime("%Y%m%dT%H%M%SZ")
        aside = path.with_name(f"{path.name}.unreadable-{stamp}")
        number = 1
        while aside.exists():
            number += 1
            aside = path.with_name(f"{path.name}.unreadable-{stamp}-{number}")
        with os_errors(path):
            path.rename(aside)
            sync_folder(path.parent)
        return aside

    def delete(self, path: Path) -> None:
        """Delete a file."""
        with os_errors(path):
            path.unlink(missing_ok=True)
            sync_folder(path.parent)

    def name(self, path: Path) -> str:
        """Return how a message names one of the files."""
        return str(path.relative_to(self.data_dir))


def _acquire(descriptor: int, path: Path) -> None:
    deadline = Deadline(LOCK_TIMEOUT)
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if deadline.seconds_left < 0:
                message = (
                    f"{path} has been locked by another run for {LOCK_TIMEOUT:.0f} s: try again"
                )
                raise TryAgainError(message) from None
            time.sleep(LOCK_RETRY)
        else:
            return


def read_bytes(path: Path) -> bytes | None:
    """Return a file's bytes, None where there is no file."""
    with os_errors(path):
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None


def write_bytes(path: Path, raw: bytes, *, durable: bool = True) -> None:
    """Replace a file as a whole: a reader, or a power cut, sees the old bytes or the new.

    To be called under the lock. What is not `durable` may be gone after a power cut.
    """
    # One name is enough: every writer holds the lock, and what a killed one left is overwritten.
    temporary = path.with_name(f".{path.name}.tmp")
    with os_errors(path):
        path.parent.mkdir(exist_ok=True)
        try:
            with temporary.open("wb") as file:
                file.write(raw)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        if durable:
            sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring a rename in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def os_errors(path: Path) -> Iterator[None]:
    """Say what the system refused, and of which file."""
    try:
        yield
    except OSError as error:
        message = f"{error.filename or path}: {error.strerror}"
        if error.errno in REFUSALS:
            message += ": let the user that runs powerstats write there"
            raise RefusedError(message) from None
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            message += ": make room; nothing stored was lost"
        raise TryAgainError(message) from None
