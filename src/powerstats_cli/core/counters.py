"""A counter's states into buckets: what each reading adds, and which readings are wrong.

A reading is judged by the accepted one, by the state directly before it, and by what follows within
an hour. All of that is in the answer to each run that reads the bucket again, so the value of a
bucket does not depend on how the runs fall. The cases, and what they add:

    100 → 100.2                            0.2  it rises
    100 → 99.9 → 100.2                     0.2  a small dip
    100 → 0 → 100.2                        0.2  a fall, and back by jumps: a glitch
    100 → 0 → unavailable → 100.2          0.2  nothing is decided by unknown time
    100 → 0 → 0.3                          0.3  it is still low after an hour: a reset
    100 → 60 → 30 → 0 → 0.3                0.3  a fall in steps is one fall, to the lowest
    0.3 → 0 → 0.01 → 0.02 → … → 0.3        0.3  back in more and smaller steps: a reset
    100 → 112 → 100.2                      0.2  a rise that is soon taken back
    100 → 9999 → 100.2                     0.2  faster than a meter counts, and back within an hour
    100 → 9999 → 9999.2                    0.2  faster, and not back: another meter, told as a jump
    100 → 9999 → 9999.2 → 100.3            0.3  and back on the first meter within a day
"""

from datetime import datetime
from enum import Enum, auto
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import ENERGY_DECIMALS, Value, rounded
from powerstats_cli.core.endings import (
    Ending,
    end_of_fall,
    end_of_leap,
    is_taken_back,
    returns_too_fast,
    tenth,
)
from powerstats_cli.core.periods import HOUR_US, instant
from powerstats_cli.core.steps import RESET_BELOW, Accepted, Counter, Step

# For so long it is remembered that another meter took the place of the first.
REMEMBERED_US: Final = 24 * HOUR_US


class Verdict(Enum):
    """The treatment of a reading; all but the first accept it."""

    LEFT = auto()  # nothing is counted, the accepted reading stays
    COUNTED = auto()  # counted from the accepted reading on
    RESET = auto()  # counted from zero, or from the meter that another had replaced
    ANOTHER = auto()  # nothing is counted: it is another meter


AFTER_A_FALL: Final = {
    Ending.FELL_ON: Verdict.LEFT,
    Ending.BACK_BY_JUMPS: Verdict.LEFT,
    Ending.BACK_IN_STEPS: Verdict.RESET,
    Ending.UNKNOWN: Verdict.LEFT,
    Ending.OPEN: Verdict.LEFT,
    Ending.OVER: Verdict.RESET,
}
AFTER_A_LEAP: Final = {
    Ending.BACK_BY_JUMPS: Verdict.LEFT,
    Ending.UNKNOWN: Verdict.LEFT,
    Ending.OPEN: Verdict.LEFT,
    Ending.OVER: Verdict.ANOTHER,
}


# A number with more digits is written with a power of ten.
READABLE: Final = 1e12


class Jump(NamedTuple):
    """A reading that was taken for another meter's: when (µs), by how much it jumped."""

    at: int
    by: float

    def told(self, name: str, unit: str, zone: ZoneInfo, now: datetime) -> str:
        """Say that a series jumped, and what to do about it."""
        at = instant(self.at).astimezone(zone)
        when = f"{at:%H:%M}" if at.date() == now.astimezone(zone).date() else f"{at:%Y-%m-%d %H:%M}"
        decimals = 0 if abs(self.by) >= 10 else 1
        number = f"{self.by:,.{decimals}f}" if abs(self.by) < READABLE else f"{self.by:.1e}"
        by = f"{number} {unit}".rstrip()
        return (
            f"{name} jumped by {by} at {when}: taken for another meter; if it was counted, raise "
            f"homeassistant.plausible.{name}"
        )


class Counted(msgspec.Struct, frozen=True):
    """A counter's bucket, None if nothing is known; the reading accepted at its end; its jumps."""

    value: Value | None
    accepted: Accepted | None
    jumps: tuple[Jump, ...] = ()


def count(
    counter: Counter,
    start: int,
    end: int,
    accepted: Accepted | None,
    *,
    is_first: bool = False,
) -> Counted:
    """Return a counter's bucket over `[start, end)`.

    `change` is the sum of the increments inside, `state` the accepted reading at the end. The very
    first reading adds 0; an increment across unknown time counts in the bucket in which readings
    return. In the first bucket that is counted the state that holds at its start is judged too: it
    may be from a time that is not stored.
    """
    change, after, jumps = _walked(counter, start, end, accepted, is_first=is_first)
    if after is not None:
        after = _at_end(after, accepted, start, change)
    known = counter.readings.known_in(start, end)
    if not known or after is None:
        return Counted(None, after, jumps)
    value = Value(change=change, state=after.reading, coverage=known / (end - start))
    return Counted(value, after, jumps)


def _walked(
    counter: Counter, start: int, end: int, accepted: Accepted | None, *, is_first: bool
) -> tuple[float, Accepted | None, tuple[Jump, ...]]:
    """Return what a bucket's readings add, the reading accepted after them, and the jumps."""
    change, jumps = 0.0, list[Jump]()
    readings, times = counter.readings, counter.readings.history.times
    for index in range(max(readings.history.holding_at(start), 0), readings.first_from(end)):
        reading, is_held = readings.values[index], times[index] < start
        if reading != reading or (is_held and accepted is not None and not is_first):
            continue
        time = max(times[index], start)
        if accepted is None:
            accepted = Accepted(reading, start, time)
        elif not is_held and counter.is_beyond_doubt(index, accepted.reading):
            change += reading - accepted.reading
            accepted = Accepted(reading, start, time, accepted.replaced)
        else:
            step = Step(counter, index, accepted, time, start, end, is_held)
            verdict, energy = _judged(step)
            change += energy
            if verdict is Verdict.ANOTHER:
                jumps.append(Jump(time, step.rise))
            if verdict is not Verdict.LEFT:
                accepted = _accepted(step, verdict)
    return change, accepted, tuple(jumps)


def _accepted(step: Step, verdict: Verdict) -> Accepted:
    """Return the accepted reading after a step."""
    last = step.accepted
    if step.reading == last.reading:
        return msgspec.structs.replace(last, seen=step.time)
    replaced = last.replaced if verdict is Verdict.COUNTED else None
    if verdict is Verdict.ANOTHER and step.rise > 0:
        replaced = (step.start, step.rise)
    return Accepted(step.reading, step.start, step.time, replaced)


def _at_end(accepted: Accepted, at_start: Accepted | None, start: int, change: float) -> Accepted:
    """Return the accepted reading as a run sees it that has only the stored buckets."""
    if at_start is None:
        return msgspec.structs.replace(accepted, replaced=None)
    if accepted.reading == at_start.reading and not rounded(change, ENERGY_DECIMALS):
        return msgspec.structs.replace(at_start, seen=accepted.seen)
    if accepted.replaced is not None and accepted.replaced[0] == start:
        jumped = rounded(accepted.reading - at_start.reading - change, ENERGY_DECIMALS)
        return msgspec.structs.replace(accepted, replaced=(start, jumped))
    return accepted


# --- what a reading is ------------------------------------------------------------------------


def _judged(step: Step) -> tuple[Verdict, float]:
    """Return what is done with a reading, and what it adds."""
    verdict = _signed(step) if step.readings.is_signed else _increasing(step)
    if verdict is Verdict.COUNTED:
        return verdict, step.rise
    if verdict is Verdict.RESET:
        energy = _since_reset(step)
        return (Verdict.ANOTHER, 0.0) if step.is_too_fast(energy) else (verdict, energy)
    return verdict, 0.0


def _since_reset(step: Step) -> float:
    """Return what a counter that started anew has counted."""
    first = _first_meter(step)
    if first is None or step.reading < RESET_BELOW * first:
        return step.reading
    return max(step.reading - first, 0.0)


def _first_meter(step: Step) -> float | None:
    """Return what the meter shows by now that another took the place of within the last day.

    It is thought to have counted what the other one counted.
    """
    if step.accepted.replaced is None or step.readings.is_signed:
        return None
    bucket, jumped = step.accepted.replaced
    return step.accepted.reading - jumped if step.time - bucket <= REMEMBERED_US else None


def _is_first_meter(step: Step) -> bool:
    """Tell whether a reading is again of the meter that another took the place of."""
    first = _first_meter(step)
    return first is not None and first * RESET_BELOW <= step.reading <= tenth(
        first, step.accepted.reading
    )


def _increasing(step: Step) -> Verdict:
    accepted = step.accepted.reading
    if step.reading >= accepted:
        return Verdict.LEFT if step.rise and is_taken_back(step) else _moved(step)
    if step.reading >= RESET_BELOW * accepted:
        return Verdict.LEFT  # a small dip
    if step.is_reset or _is_first_meter(step):
        return Verdict.RESET
    return Verdict.LEFT if step.is_inside_a_fall else AFTER_A_FALL[end_of_fall(step)]


def _signed(step: Step) -> Verdict:
    if step.is_reset:
        return Verdict.RESET
    verdict = _moved(step)
    is_wrong = verdict is Verdict.COUNTED and returns_too_fast(step)
    return Verdict.LEFT if is_wrong else verdict


def _moved(step: Step) -> Verdict:
    """Judge a reading by how fast it moved away from the accepted one."""
    if step.rise == 0:
        return Verdict.COUNTED
    is_doubtful = step.is_too_fast(step.rise) or step.is_still_away
    if not is_doubtful and not step.is_held:
        return Verdict.COUNTED
    ending = end_of_leap(step)
    return AFTER_A_LEAP[ending] if is_doubtful or ending is not Ending.OVER else Verdict.COUNTED
