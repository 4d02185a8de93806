"""What a check found: a line for a person, and what to do about it."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Level(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    SKIPPED = "skipped"


class Finding(msgspec.Struct, frozen=True):
    """One line of a diagnosis; `remedy` is what to do, of a warning or an error only."""

    area: str
    level: Level
    text: str
    remedy: str = ""


def ok(area: str, text: str) -> Finding:
    """Return that all is well."""
    return Finding(area, Level.OK, text)


def warning(area: str, text: str, remedy: str) -> Finding:
    """Return what works, and may not for long."""
    return Finding(area, Level.WARNING, text, remedy)


def error(area: str, text: str, remedy: str = "") -> Finding:
    """Return what does not work; the text may say itself what to do."""
    return Finding(area, Level.ERROR, text, remedy)


def skipped(area: str, why: str) -> Finding:
    """Return what could not be checked, and why."""
    return Finding(area, Level.SKIPPED, why)


def is_well(findings: Iterable[Finding]) -> bool:
    """Tell whether nothing is broken."""
    return all(finding.level is not Level.ERROR for finding in findings)
