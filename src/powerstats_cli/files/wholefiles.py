"""Whole files: read, replaced and renamed so that a power cut leaves the old bytes or the new."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO, Final

from powerstats_cli.errors import ConfigError
from powerstats_cli.files.systemerrors import os_errors

# The answers of file systems that cannot make the disk keep something.
NO_SYNC: Final = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


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


def move(path: Path, target: Path) -> None:
    """Rename a file; one that a link leads to on another disk is copied there."""
    try:
        path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        import shutil

        shutil.move(path, target)  # a link's file on another disk
