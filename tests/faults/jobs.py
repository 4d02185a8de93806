"""A command as it is run in a process of its own, and what is to go wrong with it there."""

from collections.abc import Mapping
from typing import Final

import msgspec

KILL: Final = -1


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A command line, and the faults of its process."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str] = {}
    # Operations on files count below `root`; at number `strike_at` the process is killed (KILL),
    # or the operation fails with an error number.
    root: str = "/nowhere"
    strike_at: int | None = None
    strike: int = KILL
    # What the local clock shows when the command starts.
    clock: str | None = None
    # Bytes that no file may exceed; the user that runs the command.
    file_limit: int | None = None
    user: int | None = None
    # Constants, by "module:name", that are something else for this run, and a function that breaks.
    values: Mapping[str, float] = {}
    broken: str | None = None


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How a job ended: a negative exit code is the signal that ended it."""

    exit_code: int
    out: str
    err: str
    operations: tuple[str, ...] = ()
    peak_mib: float = 0.0
    seconds: float = 0.0
