"""`verify`: checks every number that is stored against what it comes from; changes nothing."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec

from powerstats_cli.checker.files import check_files
from powerstats_cli.checker.github import check_github
from powerstats_cli.checker.history import check_history
from powerstats_cli.checker.longterm import check_statistics
from powerstats_cli.checker.stored import read
from powerstats_cli.checker.tiers import check_tiers
from powerstats_cli.core.verification.differences import Difference
from powerstats_cli.core.verification.results import Result, skipped
from powerstats_cli.errors import PowerstatsError, UnreadableError
from powerstats_cli.github.repository import Repository
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.session import Session

if TYPE_CHECKING:
    from powerstats_cli.homeassistant.websocket import LongTerm

JSON_VERSION: Final = 1
USUAL: Final = ("files", "tiers", "github", "statistics")
CHECKS: Final = (*USUAL, "history")
"""The names of the checks, in the order in which they are made."""
DIFFERENCE: Final = 1
"""The exit code if something differs, and nothing else is wrong."""


class Others(msgspec.Struct, frozen=True):
    """How the other sides are asked: each function opens one."""

    repository: Callable[[Session], Repository]
    home: Callable[[Session], HomeAssistant]
    long_term: "Callable[[Session], LongTerm]"


def verify(
    session: Session, named: Sequence[str], others: Others, first: date | None
) -> Iterator[Result]:
    """Make the named checks, or the usual ones; yield each result as it is there.

    A check that was not named is skipped if the other side cannot be asked. `first` is the first
    day whose statistics are compared, None for a year's. Raises ConfigError if a file has another
    time zone or a newer version.
    """
    settings, files, clock = session.settings, session.files, session.clock
    stored = read(files)
    checks: dict[str, Callable[[], Result]] = {
        "files": lambda: check_files(stored, settings.zone, clock.now()),
        "tiers": lambda: check_tiers(stored, settings.zone),
        "github": lambda: check_github(settings, files, stored, others.repository(session)),
        "statistics": lambda: check_statistics(
            settings,
            stored,
            others.home(session),
            lambda: others.long_term(session),
            clock,
            first,
        ),
        "history": lambda: check_history(settings, stored, others.home(session), clock),
    }
    for name in named or USUAL:
        try:
            yield checks[name]()
        except PowerstatsError as problem:
            yield Result(name, "", problems=(problem,)) if named else skipped(name, str(problem))


def exit_code(results: Iterable[Result]) -> int:
    """Return the code of the worst: a broken file, then another problem, then a difference."""
    results = list(results)
    problems = [problem for result in results for problem in result.problems]
    broken = [each.exit_code for each in problems if isinstance(each, UnreadableError)]
    others = [each.exit_code for each in problems]
    differences = [DIFFERENCE for result in results if result.faults]
    return next(iter([*broken, *others, *differences]), os.EX_OK)


def as_json(results: Sequence[Result]) -> str:
    """Return the results as versioned JSON."""
    document = {
        "version": JSON_VERSION,
        "ok": exit_code(results) == os.EX_OK,
        "checks": [
            {
                "check": result.check,
                "made": result.was_made,
                "text": result.text,
                "differences": [_written(each) for each in result.differences],
                "problems": [str(problem) for problem in result.problems],
            }
            for result in results
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _written(each: Difference) -> dict[str, object]:
    return {
        "file": each.file,
        "start": each.bucket or None,
        "series": each.series or None,
        "text": each.text,
        "here": each.here,
        "there": each.there,
        "unit": each.unit or None,
        "difference": each.difference,
        "explained": each.explained or None,
    }
