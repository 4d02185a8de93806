"""The same history gives the same points at any times of the runs; a repeat changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings, strategies

from powerstats_cli.demo.homes import Change, RecordedHome
from tests.core.histories import BEGIN, State, at
from tests.core.simulation import (
    FIRST_RUN,
    ZONE,
    Box,
    Past,
    Place,
    alive,
    coverage_of,
    opened,
    troubled,
)

pytestmark = pytest.mark.thorough

HOUR = timedelta(hours=1)
seeds = strategies.integers(0, 2**40)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """Yield a loopback Home Assistant."""
    with opened() as there:
        yield there


@settings(max_examples=18)
@given(seed=seeds)
def test_the_way_runs_fall_makes_no_difference(place: Place, seed: int) -> None:
    """If Home Assistant always shows signs of life, two runs and many store the same bytes."""
    random = Random(seed)
    past = alive(random, random.choice([5, 20, 30]))
    place.show(past.home)
    first, last = FIRST_RUN, BEGIN + past.hours * HOUR
    with Box(place, past.entities) as few, Box(place, past.entities) as many:
        for now in (first, last):
            few.collect(now)
        for now in [first, *past.run_times(random, random.randrange(8)), last]:
            many.collect(now)
            if random.random() < 0.2:
                many.rotate(now)
                many.aggregate(now)
        assert few.points(), "there is something to compare"
        few.aggregate(last)
        many.aggregate(last)
        assert few.lines() == many.lines()


@settings(max_examples=36)
@given(seed=seeds)
def test_more_runs_never_know_less(place: Place, seed: int) -> None:
    """If Home Assistant stops, more runs may know more; all else is the same to the byte."""
    random = Random(seed)
    past = troubled(random, random.choice([5, 12, 30]))
    place.show(past.home)
    first, last = FIRST_RUN, BEGIN + past.hours * HOUR
    with Box(place, past.entities) as few, Box(place, past.entities) as many:
        for now in (first, last):
            assert few.collect(now)
        for now in [first, *past.run_times(random, random.randrange(12)), last]:
            many.collect(now)
        less, more = few.points(), many.points()
        for start in less.keys() | more.keys():
            for name in past.entities:
                known = coverage_of(less, start, name), coverage_of(more, start, name)
                assert known[0] <= known[1], (start, name)
                if known[0] == known[1] > 0:
                    assert less[start][name] == more[start][name], (start, name)


@settings(max_examples=8)
@given(seed=seeds)
def test_a_repeated_step_changes_no_byte(place: Place, seed: int) -> None:
    """A step that is repeated at once changes no file."""
    random = Random(seed)
    past = troubled(random, 30)
    place.show(past.home)
    with Box(place, past.entities) as box:
        for now in [*past.run_times(random, 5), BEGIN + past.hours * HOUR]:
            for step in (box.collect, box.rotate, box.aggregate):
                if step == box.collect or (box.folder / "daily.json").exists():
                    step(now)
                    before = box.snapshot()
                    step(now)
                    assert box.snapshot() == before


@settings(max_examples=4)
@given(seed=seeds)
def test_the_order_of_aggregates_does_not_matter(place: Place, seed: int) -> None:
    """The tiers are the same, in any order of the steps and after any number of repeats."""
    random = Random(seed)
    past = troubled(random, 80)
    place.show(past.home)
    now = BEGIN + past.hours * HOUR
    seen = []
    with Box(place, past.entities) as box:
        box.collect(BEGIN + HOUR)
        box.collect(now)
        for order in permutations(["weekly", "monthly", "yearly"]):
            for name in [*order, *random.choices(order, k=2)]:
                box.aggregate(now, name)
            seen.append(box.lines())
            for name in order:
                box.files.tier(name).unlink()
    assert len(seen[0]) > 3
    assert all(other == seen[0] for other in seen)


# --- single cases that were wrong once --------------------------------------------------------


def home(states: Mapping[str, Sequence[State]], *down: tuple[float, float]) -> Past:
    """Return a home with the pasts of its sensors, and the hours in which it was down."""
    return Past(states, [(at(start), at(end)) for start, end in down], 30)


def after(hours: float) -> datetime:
    """Return a time so many hours after the beginning, late enough to store the bucket before."""
    return BEGIN + hours * HOUR + timedelta(seconds=7)


@pytest.mark.parametrize("back_at", [1.71, 3.71, 9.71])
@pytest.mark.parametrize("runs", [[1.75, 1.9], [3.75], [9.75, 9.8, 9.9], []])
def test_a_stop_is_unknown_however_it_is_found(
    place: Place, runs: list[float], back_at: float
) -> None:
    """A run in the middle of the bucket of a restart proves nothing about the time before it."""
    change = [State(at(minute / 60), 200.0 + minute) for minute in range(0, 70, 5)]
    again = [State(at(back_at), None), *(State(at(back_at + n / 50), 90.0 + n) for n in (1, 2, 9))]
    past = home({"power": [*change, *again]}, (1.1, back_at))
    place.show(past.home)
    with Box(place, past.entities) as box:
        for now in [0.5, *runs, 11, 12]:
            box.collect(after(now))
        stored = box.points()
    known = sum(coverage_of(stored, start, "power") for start in stored) / 6
    known_to = 65 / 60 + 1 / 6  # until ten minutes after the last change
    assert known == pytest.approx(min(known_to, back_at) + 12 - (back_at + 0.02), abs=1e-3)


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_reset_just_before_a_stop(place: Place, step: int) -> None:
    """A reset is counted once, even if runs just before a stop knew more of the time after it."""
    past = home(
        {
            "energy": [
                State(at(0), 100.0),
                State(at(0.9), 0.0),
                State(at(1), 0.4),
                State(at(1.66), None),
                State(at(1.86), 0.4),
                State(at(1.9), 1.0),
            ]
        },
        (1.62, 1.66),
    )
    place.show(past.home)
    with Box(place, past.entities) as box:
        for number in range(1, 24, step):
            box.collect(after(number / 6))
        box.collect(after(5))
        changes = [point["energy"]["change"] for point in box.points().values()]
        assert sum(changes) == pytest.approx(1.0)


def test_a_series_that_comes_late_keeps_its_day(place: Place) -> None:
    """A sensor whose first state comes after the day's only run is read from midnight on."""
    past = home({"power": [State(at(-1), 100.0)], "voltage": [State(at(5), 230.0)]})
    place.show(past.home)
    with Box(place, past.entities) as box:
        for now in (1, 29):
            box.collect(after(now))
        closed = box.files.read(box.files.archived(date(2025, 11, 21)))
        assert closed is not None
        assert sum("voltage" in point for point in closed.points.values()) == 19 * 6


def test_an_old_name_for_another_sensor(place: Place) -> None:
    """If a name is used again for another kind of sensor, earlier days do not change."""
    meter_states = [State(at(number), 100.0 + number) for number in range(-1, 60)]
    watts = [State(at(number), 500.0 + number) for number in range(-1, 60)]
    past = home({"energy": meter_states, "power": watts})
    place.show(past.home)
    with Box(place, {"it": "sensor.energy", "other": "sensor.power"}) as box:
        box.collect(after(1))
        box.collect(after(23))
        box.entities = {"other": "sensor.power"}
        box.collect(after(24))
        closed = box.files.archived(date(2025, 11, 21)).read_bytes()
        box.entities = {"it": "sensor.power"}
        assert box.collect(after(24.5))
        assert box.files.archived(date(2025, 11, 21)).read_bytes() == closed
        today = box.files.read(box.files.daily)
        assert today is not None
        assert today.series["it"].unit == "W"


def test_a_meter_that_starts_anew_while_it_is_away(place: Place) -> None:
    """A `last_reset` that first appears with the first number after an outage counts."""
    plain = {"unit_of_measurement": "kWh", "state_class": "total"}
    yesterday, today = (
        plain | {"last_reset": (BEGIN + number * 24 * HOUR).isoformat()} for number in (0, 1)
    )
    changes = [
        Change(BEGIN + 22 * HOUR, "12.0", yesterday),
        Change(BEGIN + 23.9 * HOUR, "unavailable", plain),
        Change(BEGIN + 31 * HOUR, "0.25", today),
        Change(BEGIN + 32 * HOUR, "0.75", today),
    ]
    place.show(RecordedHome({"sensor.meter": plain}, {"sensor.meter": changes}, time_zone=ZONE))
    with Box(place, {"meter": "sensor.meter"}) as box:
        for now in (22.5, 23.95, 26, 30.9, 31.2, 33):
            box.collect(after(now))
        booked = [point["meter"]["change"] for point in box.points().values()]
        assert sum(booked) == pytest.approx(0.75)


def test_nobody_answered_before_the_first_run(place: Place) -> None:
    """The midnight from which the first run asks is no sign of life."""
    past = home({"power": [State(at(-2), 100.0), State(at(0.1), None), State(at(0.25), 50.0)]})
    place.show(past.home)
    with Box(place, past.entities) as box:
        box.collect(after(1))
        stored = box.points()
        assert min(stored) == "2025-11-21T00:10:00+05:30"
        assert coverage_of(stored, min(stored), "power") == 0.5
