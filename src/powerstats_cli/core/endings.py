"""The readings of the hour after a counter's reading, which tell whether that one is wrong."""

from collections.abc import Iterable, Iterator
from enum import Enum, auto
from itertools import pairwise
from typing import Final

from powerstats_cli.core.periods import HOUR_US
from powerstats_cli.core.steps import A_TENTH, RESET_BELOW, Counter, Step

# A way made by jumps has at most so many steps, but for a tenth of it; or one of more than half.
JUMPS: Final = 3
MOST_OF_IT: Final = 0.9
# A rise is taken back by a reading up to a tenth of the way up, within ten minutes.
TAKEN_BACK_US: Final = HOUR_US // 6
# No counter that starts anew shows as much as this share of its last reading at once.
START: Final = 0.01


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
    low = 0.0 if level <= A_TENTH * top else near
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
    return step.reading - level >= A_TENTH * whole and _are_jumps(way, whole)


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
    return level + A_TENTH * (top - level)


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
