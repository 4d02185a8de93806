"""A bucket has the values that a brute-force integral over its step function gives."""

import math
from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given, settings, strategies

from powerstats_cli.core.buckets import Value, as_written, better, combine, measure
from powerstats_cli.core.history import UNKNOWN, History, signs_of_life, without_silence
from tests.core.histories import (
    HOUR_US,
    MINUTE_US,
    SECOND_US,
    State,
    at,
    history_of,
    seen_from,
    times,
)

INTERVAL = 10 * MINUTE_US
numbers = strategies.one_of(
    strategies.none(),
    strategies.floats(-1e5, 1e5, allow_nan=False),
    strategies.sampled_from([0.0, -0.0, 0.1, 230.05, 4999.9995]),
)
pasts = strategies.lists(
    strategies.builds(State, strategies.integers(at(0), at(2)), numbers, strategies.none()),
    max_size=40,
).map(lambda states: sorted(states, key=lambda state: state.time))


def measured(history: History, start: int, end: int, *, is_power: bool) -> Value | None:
    """Return a measurement's bucket, rounded as in the files."""
    value = measure(history, start, end, is_power=is_power)
    return value and as_written(value)


def combined(parts: Sequence[tuple[Value, float]], length: float) -> Value:
    """Return a bigger bucket, rounded as in the files."""
    written = as_written(combine(parts, length))
    assert written is not None
    return written


class Truth(NamedTuple):
    """A bucket by exact arithmetic: ∫ value dt (unit · µs), its part below zero, the known µs."""

    integral: Fraction
    below: Fraction
    known: int
    low: float
    high: float


def brute_force(states: Sequence[State], start: int, end: int) -> Truth | None:
    """Integrate a step function state by state, in fractions."""
    integral, below, known, held = Fraction(0), Fraction(0), 0, []
    for number, state in enumerate(states):
        next_time = states[number + 1].time if number + 1 < len(states) else end
        length = min(next_time, end) - max(state.time, start)
        if state.value is not None and length > 0:
            integral += Fraction(state.value) * length
            below += max(-Fraction(state.value), Fraction(0)) * length
            known += length
            held.append(state.value)
    return Truth(integral, below, known, min(held), max(held)) if known else None


@given(
    states=pasts, start=strategies.integers(at(0), at(1.9)), length=strategies.integers(1, HOUR_US)
)
def test_a_bucket_is_its_integral(states: list[State], start: int, length: int) -> None:
    """All numbers of a bucket are those of the exact integral, within their rounding."""
    end = start + length
    truth = brute_force(states, start, end)
    value = measured(history_of(states), start, end, is_power=True)
    if truth is None:
        assert value is None
        return
    assert value is not None
    assert value.mean is not None
    assert value.kwh is not None
    assert abs(value.mean - float(truth.integral / truth.known)) <= 0.000501
    assert (value.min, value.max) == (round(truth.low, 3), round(truth.high, 3))
    assert abs(value.kwh - float(truth.integral / 3_600_000_000_000)) <= 0.000000501
    assert abs((value.back or 0.0) - float(truth.below / 3_600_000_000_000)) <= 0.000000501
    assert value.backward == (value.back or 0.0), "collected buckets tell the direction"
    assert value.coverage == max(0.0001, round(truth.known / length, 4))
    assert math.copysign(1, value.mean) == 1 or value.mean < 0, "zero has no sign"


@pytest.mark.parametrize(
    ("watts", "kwh", "back", "forward"),
    [
        ([(1200.0, 4), (-1800.0, 3), (300.0, 3)], 0.005, 0.09, 0.095),
        ([(-600.0, 10)], -0.1, 0.1, 0.0),
        ([(600.0, 10)], 0.1, None, 0.1),
        ([(0.0, 10)], 0.0, None, 0.0),
        ([(0.0, 5), (-0.0, 5)], 0.0, None, 0.0),
        ([(-0.001, 1), (600.0, 9)], 0.09, 0.0, 0.09),
        ([(-0.0001, 1), (600.0, 9)], 0.09, None, 0.09),
    ],
)
def test_what_flowed_back(
    watts: list[tuple[float, int]], kwh: float, back: float | None, forward: float
) -> None:
    """A mean forgets which way a power flowed; `back` is left out of a bucket that had none."""
    states, time = [], at(0)
    for number, minutes in watts:
        states.append(State(time, number))
        time += minutes * MINUTE_US
    value = measured(history_of(states), at(0), at(1 / 6), is_power=True)
    assert value is not None
    assert (value.kwh, value.back) == (kwh, back)
    assert value.backward is not None
    assert (value.kwh or 0.0) + value.backward == pytest.approx(forward, abs=1e-6)


def test_only_a_power_flows_back() -> None:
    """The integral of a temperature below zero is no energy."""
    value = measured(history_of([State(at(0), -5.0)]), at(0), at(1), is_power=False)
    assert value == Value(mean=-5.0, min=-5.0, max=-5.0, coverage=1.0)


def test_the_table_of_gaps() -> None:
    """Hours with gaps, whose means Home Assistant itself gets wrong, are exact here."""
    steps = [100.0, 200.0, 300.0]

    def hour(*states: tuple[float, float | None]) -> Value:
        history = history_of(State(at(minute / 60), value) for minute, value in states)
        value = measured(history, at(0), at(1), is_power=True)
        assert value is not None
        return value

    late = hour((17.5, steps[0]), (30, steps[1]), (45, steps[2]))
    assert (late.mean, late.coverage) == (205.882, 0.7083)
    gap = hour((0, 100.0), (10, None), (35, 200.0))
    assert (gap.mean, gap.kwh, gap.coverage) == (171.429, 0.1, 0.5833)
    moment = hour((0, 100.0), (1, None), (59.75, 500.0))
    assert (moment.mean, moment.kwh, moment.coverage) == (180.0, 0.00375, 0.0208)


def test_a_constant_value_is_not_stale() -> None:
    """A value that never changes is known until another state follows."""
    history = history_of([State(at(0), 230.5)])
    value = measured(history, at(500), at(501), is_power=False)
    assert value == Value(mean=230.5, min=230.5, max=230.5, coverage=1.0)


def test_a_moment_is_never_written_as_nothing() -> None:
    """An hour with one known microsecond has a coverage above 0, and that microsecond's mean."""
    history = history_of([State(at(0), 5.0), State(at(0) + 1, None)])
    value = measured(history, at(0), at(1), is_power=False)
    assert value == Value(mean=5.0, min=5.0, max=5.0, coverage=0.0001)


# --- buckets into bigger buckets --------------------------------------------------------------


def power(low: float, high: float, kwh: float, back: float | None = None) -> Value:
    """Return a power's whole hour."""
    return Value(mean=kwh * 1000, min=low, max=high, kwh=kwh, back=back, coverage=1.0)


@pytest.mark.parametrize(
    ("parts", "back", "backward"),
    [
        ([power(-1800, 1200, 0.005, 0.09), power(-600, -600, -0.6, 0.6)], 0.69, 0.69),
        ([power(-1800, 1200, 0.005, 0.09), power(0, 600, 0.2)], 0.09, 0.09),
        # Stored without `back`: the extremes tell it, unless the power was on both sides of zero.
        ([power(-900, -100, -0.5), power(0, 600, 0.2)], 0.5, 0.5),
        ([power(-900, 0, -0.5), power(-600, -600, -0.6, 0.6)], 1.1, 1.1),
        ([power(-900, 100, -0.2), power(0, 600, 0.2)], None, None),
        ([power(-900, 100, -0.2), power(-600, -600, -0.6, 0.6)], None, None),
        ([power(0, 100, 0.1), power(0, 600, 0.2)], None, 0.0),
        ([power(-1, 100, 0.1, 0.0), power(0, 600, 0.2)], 0.0, 0.0),
    ],
)
def test_what_flowed_back_adds_up(
    parts: list[Value], back: float | None, backward: float | None
) -> None:
    """It is a sum, which is unknown if any part is."""
    for given_parts in (parts, parts[::-1]):
        whole = combined([(part, 3600.0) for part in given_parts], 7200.0)
        assert (whole.back, whole.backward) == (back, backward)


@settings(max_examples=40)
@given(seed=strategies.integers(0, 2**32), days=strategies.integers(1, 6))
def test_hours_add_up(seed: int, days: int) -> None:
    """Energies of intervals, hours and days agree to 1e-5 kWh with each other and the integral."""
    random = Random(seed)
    hours = 24 * days
    states = [
        State(moment, random.choice([None, 0.0, round(random.uniform(0, 5000), 1), 3000 / 7]))
        for moment in times(random, hours, random.choice([200, 1_000, 10_000]))
    ]
    history = history_of(states)
    hourly: list[tuple[Value, float]] = []
    for hour in range(hours):
        parts = [
            (value, 600.0)
            for number in range(6)
            if (value := measured(history, *_interval(hour, number), is_power=True))
        ]
        if parts:
            hourly.append((combined(parts, 3600.0), 3600.0))
            start, end = at(hour), at(hour + 1)
            truth = brute_force(seen_from(states, start, end), start, end)
            _assert_near(hourly[-1][0], truth)
    if not hourly:
        return
    whole = combined(hourly, hours * 3600.0)
    assert whole.kwh is not None
    assert abs(whole.kwh - sum(value.kwh or 0.0 for value, _ in hourly)) <= 1e-5
    truth = brute_force(states, at(0), at(hours))
    assert truth is not None
    energy = float(truth.integral / 3_600_000_000_000)
    assert abs(whole.kwh - energy) <= max(1e-3 * abs(energy), 1e-4)
    assert whole.min == round(truth.low, 3)
    assert whole.max == round(truth.high, 3)
    assert abs(whole.coverage - truth.known / (hours * HOUR_US)) <= 0.0002


def _interval(hour: int, number: int) -> tuple[int, int]:
    start = at(hour) + number * INTERVAL
    return start, start + INTERVAL


def _assert_near(value: Value, truth: Truth | None) -> None:
    assert truth is not None
    assert value.mean is not None
    assert value.kwh is not None
    energy = float(truth.integral / 3_600_000_000_000)
    assert abs(value.kwh - energy) <= 6 * 0.51e-6
    # Each part's coverage is rounded to a ten-thousandth of its ten minutes.
    spread = value.max - value.min if value.max is not None and value.min is not None else 0.0
    share = 6 * 0.00005 * INTERVAL / truth.known
    assert abs(value.mean - float(truth.integral / truth.known)) <= 0.0011 + spread * share


def test_combining_counters() -> None:
    """Changes add up, the state is the last known one, and a missing part is unknown time."""
    parts = [
        (Value(change=0.1, state=5.1, coverage=1.0), 600.0),
        (Value(change=0.2, state=5.3, coverage=0.5, source="statistics"), 600.0),
    ]
    assert combined(parts, 3600.0) == Value(
        change=0.3, state=5.3, coverage=0.25, source="statistics"
    )


@pytest.mark.parametrize(
    ("stored", "new", "kept"),
    [
        (None, None, None),
        (Value(mean=1.0, min=1.0, max=1.0, coverage=0.1), None, "stored"),
        (None, Value(mean=1.0, min=1.0, max=1.0, coverage=0.1), "new"),
        (
            Value(mean=1.0, min=1.0, max=1.0, coverage=0.5),
            Value(mean=2.0, min=2.0, max=2.0, coverage=0.4999),
            "stored",
        ),
        (
            Value(mean=1.0, min=1.0, max=1.0, coverage=0.5),
            Value(mean=2.0, min=2.0, max=2.0, coverage=0.5),
            "new",
        ),
        (
            Value(mean=1.0, min=1.0, max=1.0, coverage=0.5),
            Value(mean=2.0, min=2.0, max=2.0, coverage=1.0, source="statistics"),
            "stored",
        ),
        (
            Value(mean=1.0, min=1.0, max=1.0, coverage=0.5, source="statistics"),
            Value(mean=2.0, min=2.0, max=2.0, coverage=0.5),
            "new",
        ),
    ],
)
def test_what_is_kept_of_two(stored: Value | None, new: Value | None, kept: str | None) -> None:
    """The recomputed value wins, unless its coverage is lower or it comes from statistics."""
    expected = {None: None, "stored": stored, "new": new}[kept]
    assert better(stored, new) == expected


# --- signs of life ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sign", "answered", "known_minutes"),
    [
        (None, None, 10.0),  # its own beginning is a sign
        (7.0, None, 17.0),
        (None, 30.0, 40.0),
        (25.0, 20.0, 35.0),
        (55.0, None, 60.0),  # the unknown comes first
        (60.0, None, 10.0),  # changes at the unknown or after it prove nothing
        (None, 60.0, 10.0),
    ],
)
def test_a_value_before_an_unknown(
    sign: float | None, answered: float | None, known_minutes: float
) -> None:
    """A value before an unknown is known until an interval after the last sign of life."""
    history = history_of([State(at(0), 100.0), State(at(1), None), State(at(2), 5.0)])
    signs = [[], [] if sign is None else [round(at(0) + sign * MINUTE_US)]]
    until = None if answered is None else round(at(0) + answered * MINUTE_US)
    value = measured(without_silence(history, signs, until, INTERVAL), at(0), at(1), is_power=False)
    assert value is not None
    assert value.coverage == round(known_minutes / 60, 4)


def test_only_a_change_of_numbers_is_a_sign() -> None:
    """No first state, no number after an unknown, and no unknown is a sign of life."""
    one = history_of([State(at(0), 1.0), State(at(1), 2.0), State(at(2), None), State(at(3), 3.0)])
    other = history_of([State(at(0.5), None), State(at(0.75), 1.0), State(at(4), 2.0)])
    signs = signs_of_life([one, other, History()])
    assert list(map(list, signs)) == [[at(1)], [at(4)], []]


@given(states=pasts)
def test_a_history_says_each_thing_once(states: list[State]) -> None:
    """Neighbours in a history differ, and the last state of an instant holds."""
    history = history_of(states)
    for before, after in zip(history.values, history.values[1:], strict=False):
        assert before != after
        assert not (math.isnan(before) and math.isnan(after))
    for state in states:
        last = [other for other in states if other.time == state.time][-1]
        held = history.values[history.holding_at(state.time)]
        assert held == last.value or (last.value is None and math.isnan(held))
        assert history.is_known_at(state.time) == (last.value is not None)
    assert not history.is_known_at(at(0) - SECOND_US)
    assert math.isnan(UNKNOWN)
