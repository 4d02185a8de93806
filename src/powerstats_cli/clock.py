"""The time: of this machine, of `--at`, and the seconds that something may take.

No other module asks the machine for the time; pyproject.toml has the rule (TID251).
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from powerstats_cli.errors import TryAgainError

TOLERANCE: Final = timedelta(minutes=2)
# A `Date` header has whole seconds only: the rest is cut off.
DATE_RESOLUTION: Final = timedelta(seconds=1)


def utc_now() -> datetime:
    """Return this machine's time, aware, in UTC."""
    return datetime.now(UTC)


class Stopwatch:
    """Counts the seconds from when it is made; a change of the machine's clock does not count."""

    def __init__(self) -> None:
        """Start to count."""
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """The seconds since the start."""
        return time.monotonic() - self._start


class Deadline:
    """The end of a time limit that starts when it is made."""

    def __init__(self, seconds: float) -> None:
        """Take the limit in seconds."""
        self._limit = seconds
        self._stopwatch = Stopwatch()

    @property
    def seconds_left(self) -> float:
        """The seconds until the end, negative after it."""
        return self._limit - self._stopwatch.seconds


class Clock(msgspec.Struct, frozen=True):
    """The machine's clock; if `at` is given, a clock that stands still and waits for nothing."""

    at: datetime | None = None
    sleep: Callable[[float], None] = time.sleep

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        # The difference of two local times is that of their wall clocks: wrong when clocks change.
        return utc_now() if self.at is None else self.at.astimezone(UTC)

    def wait_until(self, instant: datetime, *, at_most: timedelta) -> bool:
        """Wait for an instant if it is at most `at_most` away; tell whether it has come."""
        wait = instant - self.now()
        if wait > timedelta(0):
            if self.at is not None or wait > at_most:
                return False
            self.sleep(wait.total_seconds())
        return True

    def check_against(self, date: datetime | None, whose: str) -> None:
        """Raise TryAgainError if this clock and another machine's `date` cannot both be right."""
        if date is None:
            return
        ahead = self.now() - date
        if self.at is not None:
            if ahead > DATE_RESOLUTION:
                message = f"--at is {in_words(ahead)} later than {whose}'s clock: give a past time"
                raise TryAgainError(message)
        elif abs(ahead) > TOLERANCE:
            direction = "ahead of" if ahead > timedelta(0) else "behind"
            message = (
                f"this machine's clock is {in_words(abs(ahead))} {direction} {whose}'s: "
                f"correct the wrong clock; nothing was changed"
            )
            raise TryAgainError(message)

    def check_not_before(self, stored: datetime | None) -> None:
        """Raise TryAgainError if the clock is behind the newest stored bucket."""
        if stored is not None and self.now() < stored:
            message = (
                f"{'--at' if self.at else 'the clock'} is {in_words(stored - self.now())} behind "
                f"the newest stored bucket: correct it; nothing was changed"
            )
            raise TryAgainError(message)


def in_words(span: timedelta) -> str:
    """Return a span as people write it: 45 s, 12 min, 3 h 5 min, 2 days."""
    seconds = round(span.total_seconds())
    if seconds < 100:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{round(hours / 24)} days"
