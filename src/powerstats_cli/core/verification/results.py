"""The result of one check."""

import msgspec

from powerstats_cli.core.verification.differences import Difference
from powerstats_cli.errors import PowerstatsError


class Result(msgspec.Struct, frozen=True):
    """What a check found: a line about what was looked at, the differences, and the problems.

    A check that `was_made` in part has problems; one that was not made at all says why in `text`.
    """

    check: str
    text: str
    differences: tuple[Difference, ...] = ()
    problems: tuple[PowerstatsError, ...] = ()
    was_made: bool = True

    @property
    def faults(self) -> list[Difference]:
        """The differences that nothing explains."""
        return [each for each in self.differences if not each.explained]

    @property
    def explained(self) -> list[Difference]:
        """The differences that have an explanation."""
        return [each for each in self.differences if each.explained]


def skipped(check: str, why: str) -> Result:
    """Return the result of a check that was not made."""
    return Result(check, why, was_made=False)
