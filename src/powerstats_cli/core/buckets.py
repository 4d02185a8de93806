"""States into buckets, and buckets into bigger buckets: every number powerstats states.

A sensor's past is a step function: a state holds until the next one. A state that is no finite
number makes the value unknown until the next that is; nothing is ever estimated for unknown time.
Times are whole microseconds since 1970 (UTC) here, since a bucket may sum thousands of states.
"""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge as merge_sorted
from itertools import pairwise
from typing import Annotated, Final, Literal

import msgspec

UNKNOWN: Final = math.nan
NO_RESET: Final = -1
HOUR_US: Final = 3_600_000_000
# W·µs in a kWh: 1000 W for 3600 s.
W_US_PER_KWH: Final = 3.6e12
# Home Assistant's own bound between a counter's noise and its reset.
RESET_BELOW: Final = 0.9
MEASUREMENT_DECIMALS: Final = 3
ENERGY_DECIMALS: Final = 6
COVERAGE_DECIMALS: Final = 4
LEAST_COVERAGE: Final = 0.0001

StateClass = Literal["measurement", "total_increasing", "total"]


# gc=False, here and elsewhere: what is made by the thousand and cannot be part of a cycle.
class Value(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    gc=False,
):
    """One series in one bucket, and the known share of the bucket, above 0 and up to 1.

    A measurement has `mean`, `min` and `max`, and `kwh` where it is a power in W; a counter has
    `change` and `state`.
    """

    mean: float | None = None
    min: float | None = None
    max: float | None = None
    kwh: float | None = None
    change: float | None = None
    state: float | None = None
    coverage: Annotated[float, msgspec.Meta(gt=0, le=1)]
    source: Literal["statistics"] | None = None


class History(msgspec.Struct, frozen=True):
    """One series' states over a window, as columns: a state a second for hours stays small.

    `times` ascend; `values[i]` holds from `times[i]` on, UNKNOWN where it was no number;
    `resets[i]` is the counter's `last_reset` then, NO_RESET where it has none. Equal neighbours
    are one state, so the sums below do not depend on where a window begins.
    """

    times: "array[int]" = msgspec.field(default_factory=lambda: array("q"))
    values: "array[float]" = msgspec.field(default_factory=lambda: array("d"))
    resets: "array[int]" = msgspec.field(default_factory=lambda: array("q"))

    def append(self, time: int, value: float, reset: int = NO_RESET) -> None:
        """Add the next state: one that says nothing new is dropped, at the same instant it wins."""
        if self.times and time <= self.times[-1]:
            for column in (self.times, self.values, self.resets):
                column.pop()
        if self.times and self.resets[-1] == reset:
            last = self.values[-1]
            if value == last or (value != value and last != last):
                return
        self.times.append(time)
        self.values.append(value)
        self.resets.append(reset)

    def holding_at(self, time: int) -> int:
        """Return the index of the state that holds at an instant, -1 before the first."""
        return bisect_right(self.times, time) - 1

    def is_known_at(self, time: int) -> bool:
        """Tell whether the value at an instant is a number."""
        index = self.holding_at(time)
        return index >= 0 and not math.isnan(self.values[index])


# --- what is known ----------------------------------------------------------------------------


def signs_of_life(histories: Iterable[History]) -> "array[int]":
    """Return when Home Assistant was seen at work: each change from one number to another.

    A number that follows an unknown does not count: a restart brings sensors back one by one, and
    the first to return must not vouch for the past of one that is yet to be found unavailable.
    """
    return array("q", merge_sorted(*(_changes(history) for history in histories)))


def _changes(history: History) -> Iterator[int]:
    for (before, after), time in zip(pairwise(history.values), history.times[1:], strict=True):
        if before == before and after == after:  # neither is nan
            yield time


def without_silence(
    history: History, signs: Sequence[int], answered: int | None, interval: int
) -> History:
    """Return a history in which no value outlives Home Assistant itself by over one interval.

    When Home Assistant stops it writes nothing, so the last value seems to hold until the unknown
    of the next start. A value directly followed by an unknown therefore counts as known only until
    one `interval` (µs) after the last sign of life before that unknown: its own beginning, one of
    `signs`, or `answered`, when the last run was answered.
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


def last_sign(since: int, signs: Sequence[int], answered: int | None, before: int) -> int:
    """Return the last sign of life from `since` up to, not including, `before`."""
    seen = bisect_left(signs, before)
    last = max(since, signs[seen - 1]) if seen else since
    return max(last, answered) if answered is not None and answered < before else last


# --- states into buckets ----------------------------------------------------------------------


def measure(history: History, start: int, end: int, *, is_power: bool) -> Value | None:
    """Return a measurement's bucket over `[start, end)`, None where nothing of it is known.

    mean = ∫ value dt ÷ known time, min and max over the values held, coverage = known time ÷ the
    span; of a power in W also kwh = ∫ value dt.
    """
    integral, known, low, high = 0.0, 0, math.inf, -math.inf
    for value, held in _held(history, start, end):
        integral += value * held
        known += held
        # Comparing costs a tenth of what min() and max() do, and a day does it by the thousand.
        low = value if value < low else low  # noqa: FURB136
        high = value if value > high else high  # noqa: FURB136
    if not known:
        return None
    return Value(
        mean=integral / known,
        min=low,
        max=high,
        kwh=integral / W_US_PER_KWH if is_power else None,
        coverage=known / (end - start),
    )


def _held(history: History, start: int, end: int) -> Iterator[tuple[float, int]]:
    """Yield each number held in `[start, end)`, and for how long (µs)."""
    times, values = history.times, history.values
    first, after = max(history.holding_at(start), 0), bisect_left(times, end)
    if first >= after:
        return
    bounds = [max(times[first], start), *times[first + 1 : after], end]
    for value, (since, until) in zip(values[first:after], pairwise(bounds), strict=True):
        if value == value:
            yield value, until - since


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
    known = sum(held for _, held in _held(history, start, end))
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


# --- buckets into bigger buckets --------------------------------------------------------------


def combine(parts: Sequence[tuple[Value, float]], length: float) -> Value:
    """Return one bucket from the smaller ones in it (at least one), each with its own length.

    mean is weighted by known time, min of mins, max of maxes, kwh and change added, state the last
    known, coverage against the bigger bucket's `length`: a part that is missing is unknown time.
    """
    known = integral = total = 0.0
    low, high = math.inf, -math.inf
    energies: list[float] = []
    source: Literal["statistics"] | None = None
    for value, part in parts:
        weight = value.coverage * part
        known += weight
        source = value.source or source
        if value.change is not None:
            total += value.change
        elif value.mean is not None and value.min is not None and value.max is not None:
            integral += value.mean * weight
            low = value.min if value.min < low else low  # noqa: FURB136
            high = value.max if value.max > high else high  # noqa: FURB136
            if value.kwh is not None:
                energies.append(value.kwh)
    coverage = known / length
    state = parts[-1][0].state
    if state is not None:
        return Value(change=total, state=state, coverage=coverage, source=source)
    return Value(
        mean=integral / known,
        min=low,
        max=high,
        kwh=math.fsum(energies) if energies else None,
        coverage=coverage,
        source=source,
    )


def better(stored: Value | None, new: Value | None) -> Value | None:
    """Return what is kept of a stored and a recomputed value of one bucket.

    The new one, unless it knows less; and Home Assistant's statistics never replace history.
    """
    if stored is None or new is None:
        return stored or new
    if new.source and not stored.source:
        return stored
    return stored if new.coverage < stored.coverage else new


def as_written(value: Value) -> Value:
    """Return a value as the files have it; what is known at all never has a coverage of 0."""
    coverage = min(max(round(value.coverage, COVERAGE_DECIMALS), LEAST_COVERAGE), 1.0)
    if value.change is None:
        return Value(
            mean=_rounded(value.mean, MEASUREMENT_DECIMALS),
            min=_rounded(value.min, MEASUREMENT_DECIMALS),
            max=_rounded(value.max, MEASUREMENT_DECIMALS),
            kwh=_rounded(value.kwh, ENERGY_DECIMALS),
            coverage=coverage,
            source=value.source,
        )
    return Value(
        change=rounded(value.change, ENERGY_DECIMALS),
        state=_rounded(value.state, ENERGY_DECIMALS),
        coverage=coverage,
        source=value.source,
    )


def _rounded(number: float | None, decimals: int) -> float | None:
    return None if number is None else rounded(number, decimals)


def rounded(number: float, decimals: int) -> float:
    """Return a number as it is written; zero has no sign."""
    return round(number, decimals) + 0.0
