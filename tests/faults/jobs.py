"""A command that runs in its own process, and the faults that happen to it there."""

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
    # The time of the local clock when the command starts.
    clock: str | None = None
    # The most bytes that a file may have; the user that runs the command.
    file_limit: int | None = None
    user: int | None = None
    # Constants, by "module:name", with other values for this run; a function that fails.
    values: Mapping[str, float] = {}
    broken: str | None = None


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a job; a negative exit code is the signal that ended it."""

    exit_code: int
    out: str
    err: str
    operations: tuple[str, ...] = ()
    peak_mib: float = 0.0
    seconds: float = 0.0
