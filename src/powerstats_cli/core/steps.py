"""A counter's reading beside the accepted one: how far and how fast it moved, and what follows it.

Nothing is looked at that is over an hour later, or earlier than the bucket before.
"""

from collections.abc import Iterable, Iterator
from enum import Enum, auto
from itertools import pairwise
from typing import Final

import msgspec

from powerstats_cli.core.history import History
from powerstats_cli.core.periods import HOUR_US
from powerstats_cli.core.plausible import METER, Range, limits
from powerstats_cli.core.readings import Readings
from powerstats_cli.core.series import Kind

# Home Assistant's own bound between a counter's noise and its reset.
RESET_BELOW: Final = 0.9
# A way made by jumps has at most so many steps, but for a tenth of it; or one of more than half.
JUMPS: Final = 3
MOST_OF_IT: Final = 0.9
# A rise is taken back by a reading up to a tenth of the way up, within ten minutes.
TAKEN_BACK_AT: Final = 0.1
TAKEN_BACK_US: Final = HOUR_US // 6
# A small step is mostly followed by so many others before the counter starts anew.
MANY: Final = 60
# No counter that starts anew shows as much as this share of its last reading at once.
START: Final = 0.01
# How fast a counter counts is not looked at over a shorter time.
SHORTEST_US: Final = HOUR_US // 60
# Some meters count in whole kWh: a step of one is never too fast.
SMALLEST: Final = 1.0


class Accepted(msgspec.Struct, frozen=True, gc=False):
    """A counter's accepted reading; times in µs.

    It was accepted in the bucket that begins at `bucket`, and last read at `seen`; of a stored one
    that is the last moment of its bucket. `replaced` is the bucket in which another meter took the
    place of the first, and by how much the reading jumped up.
    """

    reading: float
    bucket: int
    seen: int
    replaced: tuple[int, float] | None = None


class Counter(msgspec.Struct, frozen=True):
    """A counter's readings; they are judged by those that begin before `known_to` (µs).

    `fastest` is how much it counts in an hour at most, and `at_once` how much it may count in one
    step, however short that is.
    """

    readings: Readings
    known_to: int
    fastest: float
    at_once: float

    @classmethod
    def of(
        cls, kind: Kind, history: History, known_to: int, plausible: Range | None = None
    ) -> "Counter":
        """Return the counter of a history; the range ends with the most that it counts in an hour.

        Without a range that is a megawatt, of a counter in kWh.
        """
        readings = Readings.of(history, is_signed=kind.is_signed)
        fastest = limits(kind, plausible)[1]
        return cls(readings, known_to, fastest, max(fastest * SHORTEST_US / HOUR_US, SMALLEST))

    def is_beyond_doubt(self, index: int, accepted: float) -> bool:
        """Tell whether a reading is one of many small steps from the accepted one upwards.

        Most are, so this is looked at first, and is quick: nothing lower follows within the hour,
        or not before this step is only a small part of the way up.
        """
        values, times = self.readings.values, self.readings.history.times
        step = values[index] - accepted
        if not index or values[index - 1] != accepted or 2 * abs(step) > self.at_once:
            return False
        if self.readings.is_signed:
            return self.readings.history.resets[index] == self.readings.history.resets[index - 1]
        lower = self.readings.lower[index]
        if step > 0 and (lower == len(times) or times[lower] - times[index] > HOUR_US):
            return True
        later = values[min(index + MANY, lower - 1)]
        return 0 < step < TAKEN_BACK_AT * (later - accepted)

    def is_way_too_fast(self, first: int, last: int, energy: float) -> bool:
        """Tell whether no meter counts so much on the way from one state to another."""
        times = self.readings.history.times
        return energy > max(self.fastest * (times[last] - times[first]) / HOUR_US, SMALLEST)


class Step(msgspec.Struct, frozen=True, gc=False):
    """A reading in the bucket `[start, end)` beside the accepted one, to be judged.

    `is_held` says that it is of a state from before the first bucket that is counted, so that what
    came directly before it is not judged.
    """

    counter: Counter
    index: int
    accepted: Accepted
    time: int
    start: int
    end: int
    is_held: bool

    @property
    def readings(self) -> Readings:
        """The counter's readings."""
        return self.counter.readings

    @property
    def reading(self) -> float:
        """The reading itself."""
        return self.readings.values[self.index]

    @property
    def rise(self) -> float:
        """By how much it is above the accepted reading."""
        return self.reading - self.accepted.reading

    @property
    def before(self) -> float:
        """The reading directly before it, UNKNOWN if that is none."""
        return self.readings.before(self.index)

    @property
    def hour(self) -> int:
        """The end of the hour after it."""
        return self.time + HOUR_US

    @property
    def is_reset(self) -> bool:
        """Tell whether it has a new `last_reset`."""
        return self.readings.is_reset_at(self.index, self.accepted.seen)

    @property
    def is_inside_a_fall(self) -> bool:
        """Tell whether it follows a low reading, and is no lower: the lowest is judged."""
        low = RESET_BELOW * self.accepted.reading
        return not self.is_held and self.before < low and self.before <= self.reading

    @property
    def is_still_away(self) -> bool:
        """Tell whether the reading before was away from the accepted one, and this is not back.

        That one was not accepted, or the accepted reading would be another.
        """
        away = self.before - self.accepted.reading
        if self.is_held or away != away or away * self.rise <= 0:
            return False
        return abs(self.rise) > abs(away) / 2

    def is_too_fast(self, energy: float) -> bool:
        """Tell whether no meter counts so much in the time since the accepted reading.

        If it was known all the time before, the step took at most an hour.
        """
        if abs(energy) <= self.counter.at_once:
            return False
        most = self.counter.fastest * self._age / HOUR_US
        if self.before == self.before:
            most = min(most, max(self.counter.fastest, METER[1]))
        return abs(energy) > most

    @property
    def _age(self) -> int:
        """How old the accepted reading is, by its bucket if that ended a bucket ago or longer.

        A run that begins with this bucket has the states of only one bucket before it.
        """
        since, length = self.accepted.bucket, self.end - self.start
        if since >= self.start - length:
            since = self.readings.first_read(self.accepted.reading, since)
        return self.time - since


# --- what follows a reading -------------------------------------------------------------------


class Ending(Enum):
    """The events that end the hour after a reading that may be wrong."""

    FELL_ON = auto()  # a still lower reading, before it has doubled
    BACK_BY_JUMPS = auto()
    BACK_IN_STEPS = auto()
    UNKNOWN = auto()  # the counter became unknown first
    OPEN = auto()  # the hour is not over yet
    OVER = auto()  # nothing of this happened


def end_of_fall(step: Step) -> Ending:
    """Return how the hour after a fall ends; back is 90 % of the accepted reading."""
    accepted = step.accepted.reading
    ending, _ = _end_of_fall(step.counter, step.index, accepted, step.hour, is_held=step.is_held)
    if ending is Ending.BACK_IN_STEPS and step.is_held:
        return Ending.BACK_BY_JUMPS
    return ending


def _end_of_fall(
    counter: Counter, fell: int, level: float, until: int, *, is_held: bool = False
) -> tuple[Ending, int]:
    """Return how a fall from a level ends, and at which reading.

    If it was seen to fall, it does not start anew above half of the level.
    """
    values = counter.readings.values
    low = high = fell_to = values[fell]
    start_below = level / 2 if counter.readings.before(fell) >= fell_to else level
    for index in range(fell + 1, counter.readings.first_from(min(until, counter.known_to))):
        reading = values[index]
        if reading != reading:
            return Ending.UNKNOWN, index
        if reading >= RESET_BELOW * level:
            is_jump = (
                low > start_below
                or counter.is_way_too_fast(fell, index, reading - low)
                or _are_jumps(values[fell : index + 1], level - low)
            )
            return Ending.BACK_BY_JUMPS if is_jump else Ending.BACK_IN_STEPS, index
        if reading < fell_to:
            has_counted = high >= 2 * fell_to and not _are_jumps(values[fell:index], level - low)
            if is_held or not has_counted:
                return Ending.FELL_ON, index
        low, high = min(low, reading), max(high, reading)
    return Ending.OVER if until <= counter.known_to else Ending.OPEN, fell


def end_of_leap(step: Step) -> Ending:
    """Return how the hour after a leap ends; back is half of the way."""
    seen_to = min(step.hour, step.counter.known_to)
    back = step.readings.first_across(step.index, step.accepted.reading + step.rise / 2, seen_to)
    unknown = step.readings.unknown_after(step.index)
    if back is not None and step.readings.history.times[back] < unknown:
        return Ending.BACK_BY_JUMPS
    if unknown < seen_to:
        return Ending.UNKNOWN
    return Ending.OVER if step.hour <= step.counter.known_to else Ending.OPEN


def is_taken_back(step: Step) -> bool:
    """Tell whether a rise by jumps is taken back within ten minutes, or returns within an hour.

    A reading up to a tenth of the way up takes it back; or one below 90 % of its top, if no counter
    that starts anew shows as much as the level that the rise began from. Only then a reading at
    that level is looked for an hour ahead.
    """
    level, top = _way_up(step)
    may_start_anew = level < START * top
    near, least = tenth(level, 2 * level - top), tenth(level, top)
    most = least if may_start_anew else max(least, RESET_BELOW * top)
    low = 0.0 if level <= TAKEN_BACK_AT * top else near
    if _comes_down(step, level, (low, most), TAKEN_BACK_US + 1):
        return True
    at_level = (max(near, RESET_BELOW * level), least)
    return not may_start_anew and _comes_down(step, level, at_level, HOUR_US)


def _comes_down(step: Step, level: float, back: tuple[float, float], within: int) -> bool:
    """Tell whether a rise from a level is followed by a reading in the range `back` in time.

    A lower reading is a dip or a fall and takes nothing back, unless it is a glitch.
    """
    low, high = back
    values = step.readings.values
    until = min(step.time + within, step.counter.known_to)
    found = step.readings.first_across(step.index, high, until)
    if found is None or not _is_jump_up(step, level, found):
        return False
    if values[found] >= low:
        return True
    ending, again = _end_of_fall(step.counter, found, level, step.hour)
    is_jump = values[again] - step.readings.before(again) > MOST_OF_IT * (level - values[found])
    return ending is Ending.BACK_BY_JUMPS and is_jump and values[again] <= high


def _is_jump_up(step: Step, level: float, end: int) -> bool:
    """Tell whether a step from a level is a jump, and so is the way up, until the state `end`."""
    way = [level, *_numbers(step.readings.values[step.index : end])]
    whole = max(way) - level
    return step.reading - level >= TAKEN_BACK_AT * whole and _are_jumps(way, whole)


def _way_up(step: Step) -> tuple[float, float]:
    """Return the level that a rise began from, and how far up it went."""
    level, top = step.accepted.reading, step.reading
    if step.is_held:
        return level, top
    if step.before > top > max(tenth(level, step.before), RESET_BELOW * step.before):
        return level, step.before  # it comes down on the way
    if step.before < level < RESET_BELOW * top:
        return step.before, top  # it leaps out of a fall
    return level, top


def tenth(level: float, top: float) -> float:
    """Return the reading at a tenth of the way up."""
    return level + TAKEN_BACK_AT * (top - level)


def returns_too_fast(step: Step) -> bool:
    """Tell whether a signed counter is back within the hour, faster than a meter counts."""
    half = abs(step.rise) / 2
    if 3 * half <= step.counter.at_once:
        return False
    accepted, values = step.accepted.reading, step.readings.values
    seen_to = min(step.hour, step.counter.known_to, step.readings.unknown_after(step.index))
    back = step.readings.first_across(step.index, accepted + step.rise / 2, seen_to)
    if back is None or abs(values[back] - accepted) > half:
        return False
    most = step.counter.fastest * (step.readings.history.times[back] - step.time) / HOUR_US
    return abs(values[back] - step.reading) > max(most, step.counter.at_once)


def _are_jumps(way: Iterable[float], whole: float) -> bool:
    """Tell whether the readings of a way make up the whole of it by jumps."""
    rises = [after - before for before, after in pairwise(_numbers(way)) if after > before]
    longest = sorted(rises)[-JUMPS:]
    return not rises or sum(longest) >= MOST_OF_IT * sum(rises) or longest[-1] > whole / 2


def _numbers(readings: Iterable[float]) -> Iterator[float]:
    return (reading for reading in readings if reading == reading)
