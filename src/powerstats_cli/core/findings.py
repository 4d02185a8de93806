"""The findings of a diagnosis: each is a line for a person, and what to do about it."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from powerstats_cli.lines import one_line


class Level(StrEnum):
    """The result of a check."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    SKIPPED = "skipped"


class Finding(msgspec.Struct, frozen=True):
    """One line of a diagnosis; `remedy` says what to do, if it is a warning or an error."""

    area: str
    level: Level
    text: str
    remedy: str = ""


def ok(area: str, text: str) -> Finding:
    """Return a finding that a part is well."""
    return _finding(area, Level.OK, text)


def warning(area: str, text: str, remedy: str) -> Finding:
    """Return a finding that a part works, but may fail soon or partly."""
    return _finding(area, Level.WARNING, text, remedy)


def error(area: str, text: str, remedy: str = "") -> Finding:
    """Return a finding that a part does not work; without a remedy the text says what to do."""
    return _finding(area, Level.ERROR, text, remedy)


def skipped(area: str, why: str) -> Finding:
    """Return a finding that a part could not be checked, and why."""
    return _finding(area, Level.SKIPPED, why)


def _finding(area: str, level: Level, text: str, remedy: str = "") -> Finding:
    return Finding(one_line(area), level, one_line(text), one_line(remedy))


def is_well(findings: Iterable[Finding]) -> bool:
    """Tell whether no finding is an error."""
    return all(finding.level is not Level.ERROR for finding in findings)
