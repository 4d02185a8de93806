"""The length of history to ask for at once: short enough for a small board and a slow server."""

from datetime import timedelta
from typing import Final, Self

import msgspec

from powerstats_cli.core.periods import HOUR, MINUTE

LONGEST: Final = 6 * HOUR
SHORTEST: Final = 10 * MINUTE
# A board reads an answer of five sensors at a state a second over three hours with 45 MiB in all.
SENSOR_TIME: Final = 15 * HOUR
# Two hours show how fast Home Assistant is, and do not take the whole run if it is slow.
FIRST: Final = 2 * HOUR
GOOD_BYTES: Final = 8_000_000
GOOD_SECONDS: Final = 10.0
MOST_GROWTH: Final = 4.0


class Pace(msgspec.Struct, frozen=True):
    """The length of the piece of history for which the next request asks, and the greatest one."""

    reach: timedelta
    most: timedelta = LONGEST

    @classmethod
    def of(cls, sensors: int, least: timedelta) -> Self:
        """Return the first pace: at least `least`, so that a regular run needs one request."""
        first = min(SENSOR_TIME / max(sensors, 1), FIRST)
        return cls(min(max(first, least, SHORTEST), LONGEST))

    def after(self, asked: timedelta, size: int, seconds: float) -> Self:
        """Return the pace after an answer: at most four times the last, and at most 6 hours.

        `asked` is the length of the piece, `size` the bytes of the largest answer to it, `seconds`
        the time that the answers took.
        """
        growth = max(self.reach, asked) * MOST_GROWTH
        good = min(GOOD_BYTES / max(size, 1), GOOD_SECONDS / max(seconds, 0.1))
        return type(self)(min(max(min(asked * good, growth), SHORTEST), self.most), self.most)

    def at_most(self, other: "Pace | None") -> Self:
        """Return this pace, or what is shorter of another one."""
        if other is None:
            return self
        return type(self)(min(self.reach, other.reach), min(self.most, other.most))

    def shorter(self, asked: timedelta, seconds: float) -> Self | None:
        """Return the pace after a piece that was too much, None if it was the shortest possible.

        Pieces become half as long, or a quarter if the failure took long: a run has time for three
        of these. They do not grow again in this run.
        """
        if asked <= SHORTEST:
            return None
        less = max(asked / (4 if seconds > GOOD_SECONDS else 2), SHORTEST)
        return type(self)(less, less)
