"""Counts a process's operations on the files below a folder, and makes one of them fail.

A strike ends the process or raises an error at the operation. If it is a write, half of its bytes
are in the file, as on a full disk.
"""

import builtins
import io
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
CHANGING = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink")


def kill(_path: str) -> None:
    """End this process at once, as a power cut or the kernel would."""
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(code: int) -> Callable[[str], None]:
    """Fail the operation as the system would, with this error number."""

    def strike(path: str) -> None:
        raise OSError(code, os.strerror(code), path)

    return strike


class Operations:
    """All operations below `root` so far, in order, as "operation name"; strikes at `number`."""

    def __init__(self, root: str, number: int | None, strike: Callable[[str], None]) -> None:
        """Take the folder, the number of the operation to strike at (from 1), and the strike."""
        self.done: list[str] = []
        self._root = root
        self._number = number
        self._strike = strike

    def watch(self) -> None:
        """Begin to count the operations of this process."""
        real_open, real_fsync = io.open, os.fsync

        def watched_open(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            if self._is_ours(_path(file)) and set(mode) & set("wax+") and "b" in mode:
                return io.BufferedWriter(_Written(self, file, mode.replace("b", "")))
            return real_open(file, mode, *args, **kwargs)

        def watched_fsync(fd: Any) -> None:
            self.come("fsync", _path(fd))
            real_fsync(fd)

        io.open = builtins.open = watched_open
        os.fsync = watched_fsync
        sys.addaudithook(self._hear)

    def come(self, operation: str, path: str, before: Callable[[], None] | None = None) -> None:
        """Count an operation; if its turn has come, call `before` and strike."""
        if not self._is_ours(path):
            return
        self.done.append(f"{operation} {os.path.relpath(path, self._root)}")
        if len(self.done) == self._number:
            if before is not None:
                before()
            self._strike(path)

    def _is_ours(self, path: str) -> bool:
        return path == self._root or path.startswith(self._root + os.sep)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(args[2], int) and args[2] & WRITING:
            self.come("open", _path(args[0]))
        elif event in CHANGING:
            # A rename is listed under the new name.
            place = 1 if event in {"os.rename", "os.link", "os.symlink"} else 0
            self.come(event.removeprefix("os."), _path(args[place]))


class _Written(io.FileIO):
    """A file whose writes are operations."""

    def __init__(self, operations: Operations, file: Any, mode: str) -> None:
        super().__init__(file, mode)
        self._operations = operations

    def write(self, data: Any, /) -> int:
        write, half = super().write, bytes(data)[: len(data) // 2]
        self._operations.come("write", _path(self.name), before=lambda: void(write(half)))
        return write(data)


def void(_: object) -> None:
    """Drop a value."""


def _path(file: Any) -> str:
    if isinstance(file, int):
        return os.readlink(f"/proc/self/fd/{file}")  # noqa: PTH115 - pathlib is what is watched
    return os.path.abspath(os.fsdecode(file))  # noqa: PTH100 - as above
