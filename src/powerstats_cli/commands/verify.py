"""`verify`: checks every number that is stored against what it comes from; changes nothing."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Final

from powerstats_cli.checker.files import check_files
from powerstats_cli.checker.github import check_github
from powerstats_cli.checker.stored import Stored, read
from powerstats_cli.checker.tiers import check_tiers
from powerstats_cli.core.verification.differences import Difference
from powerstats_cli.core.verification.results import Result, skipped
from powerstats_cli.errors import PowerstatsError, UnreadableError
from powerstats_cli.github.repository import Repository
from powerstats_cli.session import Session

JSON_VERSION: Final = 1
CHECKS: Final = ("files", "tiers", "github")
"""The names of the checks, in the order in which they are made."""
DIFFERENCE: Final = 1
"""The exit code if something differs, and nothing else is wrong."""


def verify(
    session: Session, named: Sequence[str], repository: Callable[[Session], Repository]
) -> Iterator[Result]:
    """Make the named checks, or all; yield each result as it is there.

    A check that was not named is skipped if the other side cannot be asked. Raises ConfigError if a
    file has another time zone or a newer version.
    """
    settings, files = session.settings, session.files

    @cache
    def stored() -> Stored:
        return read(files)

    def github() -> Result:
        return check_github(settings, files, stored(), repository(session))

    checks: dict[str, Callable[[], Result]] = {
        "files": lambda: check_files(stored(), settings.zone, session.clock.now()),
        "tiers": lambda: check_tiers(stored(), settings.zone),
        "github": github,
    }
    stored()
    for name in named or CHECKS:
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
