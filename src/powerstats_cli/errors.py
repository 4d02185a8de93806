"""What can go wrong, one class for each thing a user can do about it.

A message is one line: what happened, to what, and what to do next. The exit codes are
sysexits.h's, which `os` carries.
"""

import os
from typing import ClassVar


class PowerstatsError(Exception):
    """Any failure with a line for the user and an exit code for cron."""

    exit_code: ClassVar[int] = os.EX_SOFTWARE


class ConfigError(PowerstatsError):
    """The configuration, or what it says against the files or the sensors: mend it."""

    exit_code = os.EX_CONFIG


class NewerError(ConfigError):
    """A file of a newer version than this program knows: upgrade it."""


class UnreadableError(PowerstatsError):
    """A data file is broken or of another form: mend it, or let it be rebuilt."""

    exit_code = os.EX_DATAERR


class MissingError(PowerstatsError):
    """An entity or a repository is not there, or not recorded: make it, or mend its name."""

    exit_code = os.EX_UNAVAILABLE


class TryAgainError(PowerstatsError):
    """The network, a lock, a clock, a full disk: the next run may well succeed."""

    exit_code = os.EX_TEMPFAIL


class RefusedError(PowerstatsError):
    """A token or a permission is not accepted: trying again does not help."""

    exit_code = os.EX_NOPERM
