"""A counter's states as readings: rounded as they are written, and easy to look ahead in."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

import msgspec

from powerstats_cli.core.buckets import ENERGY_DECIMALS, rounded
from powerstats_cli.core.history import NO_RESET, UNKNOWN, History, held

NEVER: Final = 2**63 - 1


class Readings(msgspec.Struct, frozen=True):
    """A counter's readings, as columns beside the times and the `last_reset` of its `history`.

    `values` are rounded, since a later run counts on from a written one. `lower[i]` and
    `higher[i]` are the index of the next reading below and above `values[i]`, `len(values)` if
    there is none; `unknown` are the times from which on the counter is unknown. A signed counter
    (state class total) may go down; only of a signed one `higher` is there.
    """

    history: History
    is_signed: bool
    values: "array[float]"
    lower: "array[int]"
    higher: "array[int]"
    unknown: "array[int]"

    @classmethod
    def of(cls, history: History, *, is_signed: bool) -> "Readings":
        """Return the readings of a history."""
        values = array("d", [rounded(value, ENERGY_DECIMALS) for value in history.values])
        times = zip(history.times, values, strict=True)
        return cls(
            history=history,
            is_signed=is_signed,
            values=values,
            lower=_next_lower(values),
            higher=_next_lower([-value for value in values] if is_signed else ()),
            unknown=array("q", [time for time, value in times if value != value]),
        )

    def known_in(self, start: int, end: int) -> int:
        """Return for how long (µs) the counter is known in `[start, end)`."""
        times = self.history.times
        if self.unknown or not times:
            return sum(length for _, length in held(self.history, start, end))
        return max(end - max(start, times[0]), 0)

    def before(self, index: int) -> float:
        """Return the reading of the state directly before, UNKNOWN if there is none."""
        return self.values[index - 1] if index else UNKNOWN

    def first_from(self, time: int) -> int:
        """Return the index of the first state that begins at a time or later."""
        return bisect_left(self.history.times, time)

    def first_read(self, reading: float, start: int) -> int:
        """Return when a reading was first read from `start` on; `start` if it was not."""
        for index in range(self.first_from(start), len(self.values)):
            if self.values[index] == reading:
                return self.history.times[index]
        return start

    def unknown_after(self, index: int) -> int:
        """Return when the counter becomes unknown after a state, NEVER if it does not."""
        found = bisect_right(self.unknown, self.history.times[index])
        return self.unknown[found] if found < len(self.unknown) else NEVER

    def first_across(self, index: int, level: float, before: int) -> int | None:
        """Return the index of the first later reading at `level` or on the other side of it.

        It has to begin earlier than `before`, else it is None.
        """
        sign = 1 if self.values[index] > level else -1
        following = self.lower if sign > 0 else self.higher
        found = following[index]
        while found < len(self.values) and self.history.times[found] < before:
            if sign * self.values[found] <= sign * level:
                return found
            found = following[found]
        return None

    def is_reset_at(self, index: int, seen: int) -> bool:
        """Tell whether a state's `last_reset` is another one than that of the number before it.

        If no number before it is there to compare with, it has to be later than `seen`.
        """
        resets, times = self.history.resets, self.history.times
        reset = resets[index]
        if reset == NO_RESET or times[index] <= seen:
            return False
        for before in range(index - 1, -1, -1):
            if self.values[before] == self.values[before]:
                return reset != resets[before]
        return reset > seen


def without_negative(history: History) -> History:
    """Return a history in which a number below zero is unknown: no counter that only rises has it.

    Some devices report -1 if they know nothing.
    """
    if not any(value < 0 for value in history.values):
        return history
    cleaned = History()
    for time, value, reset in zip(history.times, history.values, history.resets, strict=True):
        cleaned.append(time, UNKNOWN if value < 0 else value, reset)
    return cleaned


def _next_lower(values: Sequence[float]) -> "array[int]":
    """Return for each number the index of the next lower one, `len(values)` if there is none."""
    following = array("l", [len(values)]) * len(values)
    ahead: list[int] = []  # each is the next lower one of the one after it in the list
    for index in range(len(values) - 1, -1, -1):
        value = values[index]
        if value != value:
            continue
        while ahead and values[ahead[-1]] >= value:
            ahead.pop()
        if ahead:
            following[index] = ahead[-1]
        ahead.append(index)
    return following
