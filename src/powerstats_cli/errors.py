"""The errors, with one class for each thing that a user can do about them.

A message is one line: it says what happened, to which thing, and what to do next. The exit codes
are those of sysexits.h, which `os` has as constants.
"""

import os
from typing import ClassVar

from powerstats_cli.lines import one_line


class PowerstatsError(Exception):
    """A failure that has a line for the user and an exit code for cron."""

    exit_code: ClassVar[int] = os.EX_SOFTWARE

    def __init__(self, message: str) -> None:
        """Take the line; words of a server or a file in it cannot break it or rule a terminal."""
        super().__init__(one_line(message))


class ConfigError(PowerstatsError):
    """The configuration is wrong, or contradicts the files or the sensors: correct it."""

    exit_code = os.EX_CONFIG


class NewerError(ConfigError):
    """A file has a newer version than this program knows: upgrade the program."""


class UnreadableError(PowerstatsError):
    """A data file is broken or has another form: repair it, or let a step rebuild it."""

    exit_code = os.EX_DATAERR


class JumpError(PowerstatsError):
    """A counter jumped by more than it can count: raise its plausible range if it counted that."""

    exit_code = os.EX_DATAERR


class MissingError(PowerstatsError):
    """An entity or a repository is missing, or not recorded: create it, or correct its name."""

    exit_code = os.EX_UNAVAILABLE


class TryAgainError(PowerstatsError):
    """The network, a lock, a clock or a full disk is in the way: the next run may succeed."""

    exit_code = os.EX_TEMPFAIL


class TooMuchError(TryAgainError):
    """An answer that is too big, or takes too long: less is to be asked for at once."""


class RefusedError(PowerstatsError):
    """A token or a permission is refused: another try does not help."""

    exit_code = os.EX_NOPERM
