"""The outcome of a command: a summary in one line, and the problems that it met."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from powerstats_cli.errors import PowerstatsError


class Outcome(msgspec.Struct, frozen=True):
    """How a command went that did not fail as a whole; each problem concerns a part of its work.

    `token_expires` is when the token for GitHub expires, None if GitHub has not told.
    """

    summary: str
    problems: tuple[PowerstatsError, ...] = ()
    token_expires: datetime | None = None

    @property
    def exit_code(self) -> int:
        """The exit code of the first problem, 0 if there is none."""
        return self.problems[0].exit_code if self.problems else 0


def joined(words: Iterable[str]) -> str:
    """Return words as an enumeration: a, b and c; at least one word is needed."""
    *most, last = list(words)
    return f"{', '.join(most)} and {last}" if most else last
