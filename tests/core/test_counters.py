"""Counters book true increments whatever glitches, resets and gaps, however the runs fall.

The rules are written once more here, naively: each state of the whole past is judged by all that
follow it. The package sees the same past in windows, a run at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies

from powerstats_cli.core import archive
from powerstats_cli.core.booking import Booking, Shelf
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import HOUR, instant, local_day, micros
from powerstats_cli.core.series import Kind, StateClass
from powerstats_cli.core.windows import Answer, next_window
from tests.core.histories import (
    BEGIN,
    HOUR_US,
    MINUTE_US,
    State,
    at,
    history_of,
    meter,
    seen_from,
    times,
)

KOLKATA = ZoneInfo("Asia/Kolkata")
INTERVAL = 10 * MINUTE_US
NAME = "energy"
Buckets = dict[datetime, Value]


# --- the rules, naively -----------------------------------------------------------------------


def reference(
    states: Sequence[State], start: int, end: int, state_class: StateClass
) -> tuple[Buckets, float]:
    """Return every ten minutes of `[start, end)` as the rules have it, and the whole change."""
    accepted: float | None = None
    booked: list[tuple[int, float, float]] = []
    seen: list[State] = []
    for state in [state for state in seen_from(states, start, end) if state.value is not None]:
        reading = round(state.value or 0.0, 6)
        increment: float | None = None
        if accepted is None:
            increment = 0.0
        elif state_class == "total":
            begun_anew = state.reset is not None and state.reset != seen[-1].reset
            increment = reading if begun_anew else reading - accepted
        elif reading >= accepted:
            increment = reading - accepted
        elif reading < 0.9 * accepted:
            increment = _after_a_fall(states, state.time, reading, 0.9 * accepted, end)
        seen.append(state)
        if increment is not None:
            accepted = reading
            booked.append((max(state.time, start), increment, accepted))
    buckets: Buckets = {}
    for begin in range(start, end, INTERVAL):
        stop = begin + INTERVAL
        known = _known(states, begin, stop)
        at_end = [reading for time, _, reading in booked if time < stop]
        if known and at_end:
            change = sum(step for time, step, _ in booked if begin <= time < stop)
            buckets[instant(begin)] = Value(
                change=round(change, 6) + 0.0,
                state=at_end[-1] + 0.0,
                coverage=max(0.0001, round(known / INTERVAL, 4)),
            )
    return buckets, sum(step for _, step, _ in booked)


def _after_a_fall(
    states: Sequence[State], fell: int, reading: float, level: float, now: int
) -> float | None:
    """Return what a fall adds: its reading if it is a reset, None for a glitch or if undecided."""
    for later in states:
        is_within = fell < later.time < min(fell + HOUR_US, now)
        if is_within and later.value is not None and round(later.value, 6) >= level:
            return None
    return reading if fell + HOUR_US <= now else None


def _known(states: Sequence[State], start: int, end: int) -> int:
    known = 0
    for number, state in enumerate(states):
        until = states[number + 1].time if number + 1 < len(states) else end
        if state.value is not None:
            known += max(0, min(until, end) - max(state.time, start))
    return known


# --- the package, a run at a time -------------------------------------------------------------


@dataclass
class Collector:
    """Plans and stores like the command, from a list of states and into memory."""

    states: Sequence[State]
    state_class: StateClass = "total_increasing"
    days: dict[date, Document] = field(default_factory=dict)
    earlier: list[Document] = field(default_factory=list)

    def run(self, now: datetime, *, reach: timedelta = HOUR) -> None:
        """Bring everything up to `now`, the end of a bucket."""
        today = local_day(now, KOLKATA)
        if today not in self.days:
            opened = archive.new_day(today, KOLKATA, 10)
            if self.days:
                opened.series = dict(self.days[max(self.days)].series)
            self.days[today] = opened
        while True:
            until = self.days[today].until(NAME) or BEGIN
            window = next_window({NAME: until}, now, reach=reach, minutes=10, zone=KOLKATA)
            if window is None:
                return
            asked = seen_from(self.states, micros(window.asked_from), micros(window.end))
            # Home Assistant is seen at work all the time: no value outlives it here.
            alive = range(micros(window.asked_from), micros(window.end), MINUTE_US)
            answer = Answer(Kind("kWh", self.state_class), history_of(asked))
            shelf = Shelf(self.days, today, KOLKATA, 10, earlier=lambda: self.earlier)
            Booking(NAME, answer, alive, window, window.end, shelf, now).book()

    @property
    def buckets(self) -> Buckets:
        """All that is stored, by the start of its bucket."""
        return {
            start: point[NAME]
            for document in self.days.values()
            for start, point in document.points.items()
        }


def moments(random: Random, hours: int) -> list[datetime]:
    """Return when runs come: at random ends of buckets, sometimes each for a while; then a last."""
    number, found = 0, []
    while number < hours * 6:
        number += random.choice([1, 1, 1, 2, 5, random.randrange(1, 60), random.randrange(1, 200)])
        found.append(min(number, hours * 6))
    return [BEGIN + timedelta(minutes=10 * number) for number in found]


@pytest.mark.thorough
@settings(max_examples=1000)
@given(seed=strategies.integers(0, 2**40))
def test_increments_are_the_rules(seed: int) -> None:
    """Any past of a meter, split into runs at random, is booked as the naive rules book it."""
    random = Random(seed)
    hours = random.choice([3, 4, 5, 6, 28])
    states = meter(random, hours, random.choice([120, 600] if hours < 10 else [1800, 4000]))
    if random.random() < 0.3:  # a meter in joules has endless decimals as kWh
        states = [
            state._replace(value=None if state.value is None else state.value / 3.6)
            for state in states
        ]
    collector = Collector(states)
    for now in moments(random, hours):
        collector.run(now, reach=random.choice([HOUR, 6 * HOUR]))
    expected, _ = reference(states, at(0), at(hours), "total_increasing")
    assert collector.buckets == expected


@pytest.mark.thorough
@settings(max_examples=150)
@given(seed=strategies.integers(0, 2**40))
def test_a_total_goes_both_ways(seed: int) -> None:
    """A `total` is booked with its sign, and from zero again at each new `last_reset`."""
    random = Random(seed)
    hours = random.choice([4, 10, 30])
    reset, reading, states = at(-5), 50.0, []
    for moment in times(random, hours, random.choice([120, 600, 1800, 4000])):
        event = random.random()
        if event < 0.1:
            reset, reading = moment, random.choice([0.0, random.random()])
        elif event < 0.2:
            states.append(State(moment, None))
            continue
        reading += random.uniform(-1, 1)
        states.append(State(moment, reading, reset if seed % 3 else None))
    collector = Collector(states, "total")
    for now in moments(random, hours):
        collector.run(now)
    expected, _ = reference(states, at(0), at(hours), "total")
    assert collector.buckets == expected


@settings(max_examples=100)
@given(seed=strategies.integers(0, 2**40))
def test_a_run_at_every_step_is_the_rules_so_far(seed: int) -> None:
    """After every single run what is stored is what the rules say of the past until then."""
    random = Random(seed)
    states = meter(random, 5, random.choice([120, 600, 1800]))
    collector = Collector(states)
    for now in moments(random, 5):
        collector.run(now)
        expected, _ = reference(states, at(0), micros(now), "total_increasing")
        assert collector.buckets == expected


Minutes = list[tuple[float, float | None]]


@pytest.mark.parametrize(
    ("readings", "change"),
    [
        ([(0, 100), (20, 0), (30, 100.2)], 0.2),
        ([(0, 100), (20, 0), (79, 100.2)], 0.2),
        # An hour is over at its end: a return a moment later is a new counter's leap.
        ([(0, 100), (20, 0), (80, 100.2)], 100.2),
        ([(0, 100), (20, 0), (40, 0.3), (60, 0.5)], 0.5),
        ([(0, 100), (20, 57), (40, 57.3), (60, 57.4)], 57.4),
        ([(0, 100), (20, 99.2), (40, 99.6)], 0.0),
        ([(0, 100), (20, 99.2), (40, 100.5)], 0.5),
        ([(0, 100), (20, 90), (200, 90)], 0.0),
        ([(0, 100), (20, 89.9), (200, 89.9)], 89.9),
        # The level that has to return is 90 % of what was accepted.
        ([(0, 100), (20, 0), (50, 90), (120, 100.1)], 0.1),
        ([(0, 100), (20, 0), (50, 89.9), (120, 100.1)], 100.1),
        # Twice down and up, each for less than an hour.
        ([(0, 100), (20, 0), (60, 100), (70, 0), (120, 101)], 1.0),
        # Across unknown time, also with a reset in it.
        ([(0, 100), (20, None), (200, 103)], 3.0),
        ([(0, 100), (20, None), (200, 0.4)], 0.4),
        ([(0, 100), (20, 0), (25, None), (200, 0.4)], 0.4),
        ([(0, None), (20, 7)], 0.0),
        ([(0, 0), (20, 0), (30, 0.25)], 0.25),
        # Over midnight of the sixth hour: the fall is decided in the next day.
        ([(0, 20), (1420, 0), (1500, 0.1)], 0.1),
    ],
)
@pytest.mark.parametrize("every", [1, 2, 5, 7, 200])
def test_the_examples(readings: Minutes, change: float, every: int) -> None:
    """The specification's examples and their edges, with runs far apart and close together."""
    states = [State(at(minute / 60), value) for minute, value in readings]
    collector = Collector(states)
    for number in [*range(every, 200, every), 200]:
        collector.run(BEGIN + timedelta(minutes=10 * number))
    booked = sum(value.change or 0.0 for value in collector.buckets.values())
    assert booked == pytest.approx(change, abs=1e-9)
    assert reference(states, at(0), at(200 / 6), "total_increasing")[1] == pytest.approx(change)


@pytest.mark.parametrize("every", [1, 3, 60])
def test_a_reset_at_the_end_of_the_last_bucket(every: int) -> None:
    """A meter that was away from before midnight until the morning starts anew at midnight."""
    states = [
        State(at(23), 12.0, at(0)),
        State(at(23.9), None),
        State(at(31), 0.25, at(24)),
        State(at(32), 0.75, at(24)),
    ]
    collector = Collector(states, "total")
    for number in [*range(every, 200, every), 200]:
        collector.run(BEGIN + timedelta(minutes=10 * number))
    changes = {start: value.change for start, value in collector.buckets.items() if value.change}
    assert changes == {instant(at(31)): 0.25, instant(at(32)): 0.5}


def test_a_bucket_that_is_not_over_is_no_baseline() -> None:
    """The state that a tier has of a day so far is not what the first bucket of it counts from."""
    states = [State(at(8 + number / 6), 0.8 + number) for number in range(60)]
    collector = Collector(states)
    collector.run(BEGIN + 9 * HOUR)
    (document,) = collector.days.values()
    before = collector.buckets
    day = Document(
        tier="monthly",
        timezone=KOLKATA.key,
        bucket="day",
        last_update=BEGIN,
        series=dict(document.series),
        points={BEGIN: {NAME: Value(change=5.0, state=5.8, coverage=0.04)}},
    )
    collector.earlier = [day]
    collector.run(BEGIN + 9.5 * HOUR)
    assert {start: collector.buckets[start] for start in before} == before


def test_a_counter_is_repeated_without_a_change() -> None:
    """The same run again finds nothing to ask, and asking again anyway changes nothing."""
    random = Random(5)
    states = meter(random, 10, 600)
    collector = Collector(states)
    collector.run(BEGIN + 10 * HOUR)
    before = dict(collector.buckets)
    collector.run(BEGIN + 10 * HOUR)
    assert collector.buckets == before
    (document,) = collector.days.values()
    moved = document.series[NAME]
    document.series[NAME] = type(moved)(moved.unit, moved.state_class, BEGIN + 4 * HOUR)
    collector.run(BEGIN + 10 * HOUR)
    assert collector.buckets == before
