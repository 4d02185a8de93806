"""A sensor's past as a step function, and how much of it is known.

A state holds until the next one. A state that is no finite number makes the value unknown until
the next number; values in unknown time are never estimated. Times are whole microseconds since
1970 (UTC) here, since a bucket may sum thousands of states.
"""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

import msgspec

from powerstats_cli.core.periods import micros

UNKNOWN: Final = math.nan
NO_RESET: Final = -1
NEVER: Final = -1

Signs = Sequence[Sequence[int]]
"""The signs of life (µs) of each sensor, ascending: when Home Assistant was seen to run."""


class History(msgspec.Struct):
    """One series' states over a window, in columns, so that a state per second for hours is small.

    `times` ascend. `values[i]` holds from `times[i]` on and is UNKNOWN if the state was no number.
    `resets[i]` is the counter's `last_reset` at that time, NO_RESET if it has none. Equal
    neighbours are one state, so sums over a history do not depend on the start of its window.
    """

    times: "array[int]" = msgspec.field(default_factory=lambda: array("q"))
    values: "array[float]" = msgspec.field(default_factory=lambda: array("d"))
    resets: "array[int]" = msgspec.field(default_factory=lambda: array("q"))

    def append(self, time: int, value: float, reset: int = NO_RESET) -> None:
        """Add the next state, unless it equals the last; it replaces a last one of its instant."""
        times = self.times
        if times and time <= times[-1]:
            self.drop_last()
        if times and self.resets[-1] == reset:
            last = self.values[-1]
            if value == last or (value != value and last != last):
                return
        times.append(time)
        self.values.append(value)
        self.resets.append(reset)

    def extend(self, later: "History") -> None:
        """Add the states of a history that follows."""
        known_to = self.times[-1] if self.times else NEVER
        doubtful = bisect_right(later.times, known_to) + 1
        for index in range(min(doubtful, len(later.times))):
            self.append(later.times[index], later.values[index], later.resets[index])
        self.times.extend(later.times[doubtful:])
        self.values.extend(later.values[doubtful:])
        self.resets.extend(later.resets[doubtful:])

    def drop_last(self) -> None:
        """Forget the last state."""
        for column in (self.times, self.values, self.resets):
            column.pop()

    def drop_before(self, instant: datetime) -> None:
        """Forget the states that ended before an instant."""
        unneeded = max(self.holding_at(micros(instant)), 0)
        for column in (self.times, self.values, self.resets):
            del column[:unneeded]

    def drop_from(self, instant: datetime) -> None:
        """Forget the states from an instant on."""
        first = bisect_left(self.times, micros(instant))
        for column in (self.times, self.values, self.resets):
            del column[first:]

    def forget_numbers(self) -> None:
        """Make every state unknown."""
        for index in range(len(self.values)):
            self.values[index] = UNKNOWN

    def holding_at(self, time: int) -> int:
        """Return the index of the state that holds at an instant, -1 before the first."""
        return bisect_right(self.times, time) - 1

    def is_known_at(self, time: int) -> bool:
        """Tell whether the value at an instant is a number."""
        index = self.holding_at(time)
        return index >= 0 and not math.isnan(self.values[index])


def signs_of_life(histories: Iterable[History]) -> Signs:
    """Return the signs of life of each history.

    Each change from one number to another is a sign of life. A number that follows an unknown is
    none: after a restart sensors recover one by one, and a sensor that has recovered proves nothing
    about one that has not.
    """
    return [_changes(history) for history in histories]


def _changes(history: History) -> "array[int]":
    times = history.times[1:]
    if not any(map(math.isnan, history.values)):
        return times
    known = zip(pairwise(history.values), times, strict=True)
    return array("q", [at for (before, after), at in known if before == before and after == after])


def without_silence(history: History, signs: Signs, answered: int | None, interval: int) -> History:
    """Return a history in which no value holds for more than an interval after a sign of life.

    When Home Assistant stops, it writes nothing, so the last value seems to hold until the unknown
    of the next start. Therefore a value that an unknown follows counts as known only until one
    `interval` (µs) after the last sign of life before that unknown. Signs of life are the value's
    own beginning, `signs`, and `answered`: the time at which the last run was answered.
    """
    if not any(map(math.isnan, history.values)):
        return history
    cut = History()
    for index, (time, value, reset) in enumerate(
        zip(history.times, history.values, history.resets, strict=True)
    ):
        cut.append(time, value, reset)
        is_last = index + 1 == len(history.times)
        if value != value or is_last or not math.isnan(history.values[index + 1]):
            continue
        unknown_from = history.times[index + 1]
        known_until = last_sign(time, signs, answered, unknown_from) + interval
        if known_until < unknown_from:
            cut.append(known_until, UNKNOWN)
    return cut


def last_sign(since: int, signs: Signs, answered: int | None, before: int) -> int:
    """Return the last sign of life from `since` up to, not including, `before`."""
    last = since
    for times in signs:
        seen = bisect_left(times, before)
        if seen and times[seen - 1] > last:
            last = times[seen - 1]
    return max(last, answered) if answered is not None and answered < before else last


def held(history: History, start: int, end: int) -> list[tuple[float, int]]:
    """Return each number held in `[start, end)`, and for how long (µs)."""
    times, values = history.times, history.values
    first, after = max(bisect_right(times, start) - 1, 0), bisect_left(times, end)
    if first >= after:
        return []
    lengths = []
    since, value = max(times[first], start), values[first]
    for index in range(first + 1, after):
        until = times[index]
        if value == value:
            lengths.append((value, until - since))
        since, value = until, values[index]
    if value == value:
        lengths.append((value, end - since))
    return lengths
