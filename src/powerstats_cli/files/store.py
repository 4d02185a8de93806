"""The data directory: whole files, one lock, and an unreadable file is never overwritten."""

import errno
import os
import re
import stat
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Final

from powerstats_cli.core import alignment, documents
from powerstats_cli.core.documents import Document
from powerstats_cli.errors import ConfigError, UnreadableError
from powerstats_cli.files.locking import locked
from powerstats_cli.files.systemerrors import os_errors

ARCHIVED: Final = re.compile(r"\d{4}-\d\d-\d\d\.json")
# The answers of file systems that cannot make the disk keep something.
NO_SYNC: Final = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


class Store:
    """One data directory, with the paths of its files."""

    def __init__(self, data_dir: Path, timezone: str) -> None:
        """Take the directory and the time zone that its files must have; read nothing yet."""
        self.data_dir = data_dir
        self.timezone = timezone

    @property
    def daily(self) -> Path:
        """The file of today so far."""
        return self.data_dir / "daily.json"

    def tier(self, name: str) -> Path:
        """Return the file of a tier."""
        return self.data_dir / f"{name}.json"

    @property
    def archive(self) -> Path:
        """The folder of the closed days."""
        return self.data_dir / "archive"

    def archived(self, day: date) -> Path:
        """Return the file of a closed day."""
        return self.archive / f"{day}.json"

    def archived_days(self) -> list[date]:
        """Return the closed days that have a file, oldest first."""
        names = listed(self.archive)
        return [day for name in names if (day := _day_of(name)) is not None]

    def prepare(self) -> None:
        """Make the directory and its archive if they do not exist yet."""
        with os_errors(self.data_dir):
            self.archive.mkdir(parents=True, exist_ok=True)

    def lock(self) -> AbstractContextManager[None]:
        """Return the directory's lock: there is one writer at a time; readers need no lock."""
        return locked(self.data_dir)

    def read(self, path: Path) -> Document | None:
        """Return a file's document, None if there is no file.

        Raises UnreadableError and ConfigError with the file's name (see `documents.decode`).
        """
        raw = read_bytes(path)
        if raw is None:
            return None
        try:
            document = alignment.decoded(raw, timezone=self.timezone)
            self.check_place(path, document)
        except UnreadableError as error:
            message = f"{self.name(path)} could not be read: {error}"
            raise UnreadableError(message) from None
        except ConfigError as error:
            message = f"{self.name(path)} {error}"
            raise ConfigError(message) from None
        return document

    def check_place(self, path: Path, document: Document) -> None:
        """Raise UnreadableError if an intact file has the name of another one."""
        is_archived = path.parent != self.data_dir
        tier = "daily" if is_archived else path.stem
        if document.tier != tier or (is_archived and str(document.day) != path.stem):
            content = f"{document.tier} of {document.day}" if document.day else document.tier
            message = f"it holds {content}"
            raise UnreadableError(message)

    def write(self, path: Path, document: Document) -> bool:
        """Write a document if it differs from the file; tell whether it did."""
        raw = documents.encode(document)
        if raw == read_bytes(path):
            return False
        write_bytes(through_link(path), raw)
        return True

    def set_aside(self, path: Path, now: datetime) -> Path:
        """Rename a file that could not be read; return its new path."""
        stamp = now.strftime("%Y%m%dT%H%M%SZ")
        aside = path.with_name(f"{path.name}.unreadable-{stamp}")
        number = 1
        while aside.exists():
            number += 1
            aside = path.with_name(f"{path.name}.unreadable-{stamp}-{number}")
        with os_errors(path):
            _move(through_link(path), aside)
            sync_folder(path.parent)
        return aside

    def delete(self, path: Path) -> None:
        """Delete a file."""
        with os_errors(path):
            for each in {through_link(path), path}:
                each.unlink(missing_ok=True)
            sync_folder(path.parent)

    def name(self, path: Path) -> str:
        """Return a file's name for messages: its path below the directory."""
        return str(path.relative_to(self.data_dir))


def _day_of(name: str) -> date | None:
    """Return the day of an archived file by its name, None if it is another file."""
    if not ARCHIVED.fullmatch(name):
        return None
    try:
        return date.fromisoformat(name.removesuffix(".json"))
    except ValueError:
        return None


def listed(folder: Path) -> list[str]:
    """Return the names in a folder, sorted, none if there is no folder.

    `Path.glob` finds nothing in a folder that must not be read; this raises RefusedError.
    """
    with os_errors(folder):
        try:
            return sorted(os.listdir(folder))  # noqa: PTH208 - the names are all that is needed
        except FileNotFoundError:
            return []


def read_bytes(path: Path) -> bytes | None:
    """Return a file's bytes, None if there is no file.

    A link to a folder that is not there, perhaps on a disk that is missing, is an error.
    """
    with os_errors(path):
        try:
            return path.read_bytes()
        except FileNotFoundError:
            if path.is_symlink():
                Path(os.path.realpath(path)).parent.stat()
            return None


def write_bytes(path: Path, raw: bytes, *, durable: bool = True) -> None:
    """Replace a whole file: readers see the old bytes or the new ones, also after a power cut.

    To be called under the lock. A file that is not `durable` may be lost in a power cut.
    """
    check_replaceable(path)
    temporary = temporary_beside(path)
    with os_errors(path):
        path.parent.mkdir(exist_ok=True)
        try:
            with create(temporary) as file:
                file.write(raw)
                file.flush()
                if durable:
                    sync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        if durable:
            sync_folder(path.parent)


def check_replaceable(path: Path) -> None:
    """Raise ConfigError if something else than a file is there, such as /dev/null.

    Root could replace a device by a file, and every other program would miss it.
    """
    with os_errors(path):
        if path.exists() and not (path.is_file() or path.is_dir()):
            message = f"{path} is no file: name another one"
            raise ConfigError(message)


def temporary_beside(path: Path) -> Path:
    """Return the name under which the new bytes of a file are written before they replace it.

    One name is enough: a writer holds the lock, and deletes what a killed writer has left.
    """
    return path.with_name(f".{path.name}.tmp")


def create(temporary: Path, mode: int = 0o666) -> BinaryIO:
    """Open a new file for writing, in place of one that a killed writer has left.

    The folder may belong to another user, who knows the name: a link there is never followed.
    """

    def opener(path: str, flags: int) -> int:
        return os.open(path, flags | os.O_NOFOLLOW, mode)

    try:
        return open(temporary, "xb", opener=opener)
    except FileExistsError:
        temporary.unlink()
        return open(temporary, "xb", opener=opener)


def sync_folder(folder: Path) -> bool:
    """Make the disk keep a rename in a folder; tell whether the file system can do that."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        return sync(descriptor)
    finally:
        os.close(descriptor)


def sync(descriptor: int) -> bool:
    """Make the disk keep a file or a folder; tell whether the file system can do that."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in NO_SYNC:
            raise
        return False
    return True


def through_link(path: Path) -> Path:
    """Return the file that a link leads to, so that it can be written and the link stays.

    The links of others are not followed: a user's link could lead root anywhere.
    """
    try:
        found = path.lstat()
    except OSError:
        return path
    is_ours = stat.S_ISLNK(found.st_mode) and found.st_uid in {0, os.geteuid()}
    return Path(os.path.realpath(path)) if is_ours else path


def _move(path: Path, target: Path) -> None:
    try:
        path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        import shutil

        shutil.move(path, target)  # a link's file on another disk
