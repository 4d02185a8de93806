"""What a command returns: a line for those who ask, and what went wrong on the way."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from powerstats_cli.errors import PowerstatsError


class Outcome(msgspec.Struct, frozen=True):
    """How a command that did not fail as a whole went; problems are of parts of its work.

    `token_expires` is what GitHub said of its token, None where it was not asked or said nothing.
    """

    summary: str
    problems: tuple[PowerstatsError, ...] = ()
    token_expires: datetime | None = None

    @property
    def exit_code(self) -> int:
        """The first problem's, 0 without one."""
        return self.problems[0].exit_code if self.problems else 0


def joined(words: Iterable[str]) -> str:
    """Return words as a list in a sentence: a, b and c."""
    *most, last = list(words)
    return f"{', '.join(most)} and {last}" if most else last
