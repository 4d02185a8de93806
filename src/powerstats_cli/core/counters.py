"""A counter's states into buckets: increments, and which falls are resets."""

import math
from bisect import bisect_left
from typing import Final

import msgspec

from powerstats_cli.core.buckets import ENERGY_DECIMALS, Value, rounded
from powerstats_cli.core.history import NO_RESET, History, held
from powerstats_cli.core.periods import HOUR_US

# Home Assistant's own bound between a counter's noise and its reset.
RESET_BELOW: Final = 0.9


class Accepted(msgspec.Struct, frozen=True, gc=False):
    """A counter's accepted reading, and when it was accepted (µs).

    Of a stored one that is the last moment of its bucket.
    """

    reading: float
    time: int


def count(
    history: History,
    start: int,
    end: int,
    accepted: Accepted | None,
    *,
    known_to: int,
    signed: bool,
) -> tuple[Value | None, Accepted | None]:
    """Return a counter's bucket over `[start, end)` and the reading accepted at its end.

    `change` is the sum of the increments inside, `state` the accepted reading at the end. The very
    first reading adds 0; an increment across unknown time counts where the reading returns. States
    from `known_to` on are not looked at. Readings are taken as they are written, since a later run
    counts on from a written one. A `signed` counter (state class total) may go down, and a
    new `last_reset` starts it anew; of others a fall is told from a glitch by what follows.
    """
    change, glitch_to = 0.0, start
    for index in range(max(history.holding_at(start), 0), bisect_left(history.times, end)):
        reading = rounded(history.values[index], ENERGY_DECIMALS)
        time = max(history.times[index], start)
        if reading != reading:
            continue
        if accepted is None:
            step: float | None = 0.0
        elif signed:
            begun_anew = _has_new_last_reset(history, index, accepted)
            step = reading if begun_anew else reading - accepted.reading
        elif reading >= accepted.reading:
            step = reading - accepted.reading
        elif reading >= RESET_BELOW * accepted.reading or time < glitch_to:
            step = None
        else:
            glitch_to = _return_after(
                history, index, time, RESET_BELOW * accepted.reading, known_to
            )
            step = reading if glitch_to == NO_RETURN else None
        if step is not None:
            change += step
            accepted = Accepted(reading, time)
    known = sum(held for _, held in held(history, start, end))
    if not known or accepted is None:
        return None, accepted
    value = Value(change=change, state=accepted.reading, coverage=known / (end - start))
    return value, accepted


NO_RETURN: Final = -1


def _return_after(history: History, index: int, time: int, level: float, known_to: int) -> int:
    """Return until when a counter that fell at `time` is left at its accepted reading.

    That is when a reading at or above `level` returns within an hour: then it was a glitch. None
    within the hour is a reset, NO_RETURN; while the hour is not over, nothing is decided.
    """
    decided = time + HOUR_US
    for later in range(index + 1, bisect_left(history.times, min(decided, known_to))):
        if rounded(history.values[later], ENERGY_DECIMALS) >= level:
            return history.times[later]
    return NO_RETURN if decided <= known_to else known_to


def _has_new_last_reset(history: History, index: int, accepted: Accepted) -> bool:
    """Tell whether a counter was started anew between the accepted reading and state `index`."""
    reset = history.resets[index]
    if reset == NO_RESET or history.times[index] <= accepted.time:
        return False
    for before in range(index - 1, -1, -1):
        if not math.isnan(history.values[before]):
            return reset != history.resets[before]
    return reset > accepted.time
