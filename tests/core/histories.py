"""Random pasts of a sensor, as plain lists, and their conversion for the tested functions."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from powerstats_cli.core.history import NO_RESET, UNKNOWN, History
from powerstats_cli.core.periods import micros

BEGIN = datetime(2025, 11, 20, 18, 30, tzinfo=UTC)  # midnight in Kolkata
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US


class State(NamedTuple):
    """A value from `time` (µs) on, None if it is no number; `reset` is a `last_reset` (µs)."""

    time: int
    value: float | None
    reset: int | None = None


def at(hours: float) -> int:
    """Return the time (µs since 1970) so many hours after BEGIN."""
    return micros(BEGIN + timedelta(hours=hours))


def history_of(states: Iterable[State]) -> History:
    """Return states as a `History`."""
    history = History()
    for state in states:
        history.append(
            state.time,
            UNKNOWN if state.value is None else state.value,
            NO_RESET if state.reset is None else state.reset,
        )
    return history


def seen_from(states: Sequence[State], start: int, end: int) -> list[State]:
    """Return Home Assistant's states of `[start, end)`: the first one's time is the start."""
    before = [state for state in states if state.time < start]
    inside = [state for state in states if start <= state.time < end]
    return [*([before[-1]._replace(time=start - 1)] if before else []), *inside]


def times(random: Random, hours: float, mean_gap: float) -> list[int]:
    """Return irregular times over so many hours, on average `mean_gap` seconds apart."""
    moments: list[int] = []
    now = 0.0
    while True:
        now += max(1.0, random.expovariate(1 / mean_gap))
        if now >= hours * 3600:
            return moments
        moments.append(at(0) + round(now) * SECOND_US)


def meter(random: Random, hours: float, mean_gap: float) -> list[State]:
    """Return a counter's past with increments, noise, glitches, resets and unknown stretches."""
    reading, states = random.choice([0.0, 3.7, 812.25, 99_999.125]), []
    moments = iter(times(random, hours, mean_gap))
    for moment in moments:
        event = random.random()
        if event < 0.03:  # a reset
            reading = random.choice([0.0, 0.0, reading * random.random() * 0.89])
        elif event < 0.10:  # a glitch, in which the meter counts on; it may be longer than an hour
            low = reading * random.random() * 0.95
            states.append(State(moment, low))
            if random.random() < 0.5 and (later := next(moments, None)) is not None:
                states.append(State(later, low + random.random() / 100))
            continue
        elif event < 0.16:  # noise
            states.append(State(moment, reading * (0.9 + random.random() / 10)))
            continue
        elif event < 0.24:
            states.append(State(moment, None))
            continue
        reading += random.choice([0.0, 0.001, 0.01, random.random(), 7 * random.random() / 3])
        states.append(State(moment, reading))
    return states
