"""The lock on a folder: one writer at a time on this machine, on every file system."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from powerstats_cli.clock import Deadline
from powerstats_cli.errors import TryAgainError
from powerstats_cli.files.systemerrors import os_errors

LOCK_TIMEOUT: Final = 30.0
LOCK_RETRY: Final = 0.05
# The answers of file systems that have no locks, such as some of other machines.
NO_LOCKS: Final = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; wait for another holder, and raise TryAgainError after a while.

    The lock is on the folder itself, so it needs no file and ends with its process.
    """
    with ExitStack() as held:
        with os_errors(folder):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        held.callback(_close, descriptor)
        deadline = Deadline(LOCK_TIMEOUT)
        while not _is_taken(descriptor, folder, held):
            if deadline.seconds_left < 0:
                message = (
                    f"{folder} has been locked by another run for {LOCK_TIMEOUT:.0f} s: try again"
                )
                raise TryAgainError(message)
            time.sleep(LOCK_RETRY)
        yield


def has_locks(folder: Path) -> bool:
    """Tell whether the file system of a folder has locks."""
    with os_errors(folder):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            return False
        finally:
            _close(descriptor)
    return True


def _is_taken(descriptor: int, folder: Path, held: ExitStack) -> bool:
    """Take the lock if it is free; tell whether it was."""
    with os_errors(folder):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            return _has_bound(folder, held)
        return True


def _has_bound(folder: Path, held: ExitStack) -> bool:
    """Take a socket's name instead of a lock: it is in no file system, and ends with its process.

    It is known on this machine only.
    """
    import socket
    from hashlib import sha256

    name = sha256(os.fsencode(os.path.realpath(folder))).hexdigest()
    bound = held.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
    try:
        bound.bind(f"\0powerstats-{name}")
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        bound.close()
        return False
    return True


def _close(descriptor: int) -> None:
    with suppress(OSError):  # the lock ends all the same
        os.close(descriptor)
