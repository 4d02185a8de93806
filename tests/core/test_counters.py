"""Counters book true increments whatever glitches, resets and gaps, however the runs fall."""

import os
from datetime import timedelta
from random import Random

import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import HOUR, instant, micros
from tests.core.counting import KOLKATA, NAME, Collector, moments, reference
from tests.core.faulty_meters import meter
from tests.core.histories import BEGIN, State, at, times
from tests.core.histories import meter as plain_meter

# So many random meters are tried; set the variable to some thousands after a change of the rules.
METERS = int(os.environ.get("POWERSTATS_METERS", "24"))


# --- random meters ----------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.parametrize("part", range(4))
def test_a_faulty_meter_is_booked_as_the_rules_say(part: int) -> None:
    """A meter with faults of all kinds gives the same values however its runs fall.

    Nothing is booked that it did not count, but for what may have been counted in the gaps.
    """
    for seed in range(part, METERS, 4):
        random = Random(seed)
        hours = random.choice([3, 5, 5, 8, 8, 28])
        faulty = meter(random, hours)
        collector = Collector(faulty.states)
        for now in moments(random, hours):
            collector.run(now, reach=random.choice([HOUR, 6 * HOUR]))
        expected, _ = reference(faulty.states, at(0), at(hours))
        assert collector.buckets == expected, f"seed {seed}"
        most = faulty.truth + faulty.rounding + 1000 * faulty.gaps
        assert collector.booked <= most, f"seed {seed}"


@pytest.mark.thorough
@pytest.mark.parametrize("part", range(2))
def test_a_meter_without_sense_is_booked_as_the_rules_say(part: int) -> None:
    """Readings that no meter has, such as of joules with endless decimals, are booked alike."""
    for seed in range(part, METERS, 2):
        random = Random(seed)
        hours = random.choice([3, 4, 5, 6, 28])
        every = random.choice([120, 600] if hours < 10 else [1800, 4000])
        states = [
            state._replace(value=None if state.value is None else state.value / 3.6)
            for state in plain_meter(random, hours, every)
        ]
        limit = random.choice([None, None, 5.0, 60.0])
        collector = Collector(states, plausible=None if limit is None else (0.0, limit))
        for now in moments(random, hours):
            collector.run(now, reach=random.choice([HOUR, 6 * HOUR]))
        expected, _ = reference(states, at(0), at(hours), most=limit or 1000.0)
        assert collector.buckets == expected, f"seed {seed}"


@pytest.mark.thorough
def test_a_total_goes_both_ways() -> None:
    """A `total` is booked with its sign, and from zero again at each new `last_reset`."""
    for seed in range(METERS):
        random = Random(seed)
        hours = random.choice([4, 10, 30])
        states = _total(random, hours, has_reset=seed % 3 > 0)
        limit = random.choice([None, 5.0])
        collector = Collector(states, "total", None if limit is None else (0.0, limit))
        for now in moments(random, hours):
            collector.run(now)
        expected, _ = reference(states, at(0), at(hours), "total", limit or 1000.0)
        assert collector.buckets == expected, f"seed {seed}"


def _total(random: Random, hours: int, *, has_reset: bool) -> list[State]:
    reset, reading, states = at(-5), 50.0, []
    for moment in times(random, hours, random.choice([120, 600, 1800, 4000])):
        event = random.random()
        if event < 0.1:
            reset, reading = moment, random.choice([0.0, random.random()])
        elif event < 0.2:
            states.append(State(moment, None))
            continue
        elif event < 0.25:
            spike = random.choice([-1, 1]) * random.choice([1, 30, 1e4])
            states.append(State(moment, reading + spike, reset if has_reset else None))
            continue
        reading += random.uniform(-1, 1)
        states.append(State(moment, reading, reset if has_reset else None))
    return states


def test_a_run_at_every_step_is_the_rules_so_far() -> None:
    """After every single run what is stored is what the rules say of the past until then."""
    for seed in range(METERS):
        random = Random(seed)
        states = plain_meter(random, 5, random.choice([120, 600, 1800]))
        collector = Collector(states)
        for now in moments(random, 5):
            collector.run(now)
            expected, _ = reference(states, at(0), micros(now))
            assert collector.buckets == expected, f"seed {seed}"


# --- what a sensible person calls right -------------------------------------------------------

Minutes = list[tuple[float, float | None]]


def cycles(period: float, every: float, power: float, minutes: float) -> Minutes:
    """Return a meter that starts anew each `period` minutes, at so many kW."""
    count = round(minutes / every)
    return [(n * every, round(power * (n * every % period) / 60, 4)) for n in range(count + 1)]


def counting(begin: float, every: float, power: float, minutes: float, first: float = 0) -> Minutes:
    """Return a meter that counts so many kW from a minute on."""
    return [
        (begin + n * every, round(first + power * n * every / 60, 4))
        for n in range(round(minutes / every) + 1)
    ]


# Each has a name, what the meter shows (minute, kWh; None: unavailable) and what is right.
CASES: dict[str, tuple[Minutes, float]] = {
    # Small ones, and the edges of the rules.
    "it rises": ([(0, 100), (20, 100.2)], 0.2),
    "the first reading adds nothing": ([(0, None), (20, 7)], 0.0),
    "a small dip": ([(0, 100), (20, 99.2), (40, 99.6), (60, 100.5)], 0.5),
    "a dip to 90 % that stays": ([(0, 100), (20, 90), (200, 90)], 0.0),
    "a fall to below 90 % that stays": ([(0, 100), (20, 89.9), (200, 89.9)], 89.9),
    "a fall to 57 that counts on": ([(0, 100), (20, 57), (40, 57.3), (60, 57.4)], 57.4),
    "back within the hour": ([(0, 100), (20, 0), (79, 100.2)], 0.2),
    "back when the hour is over": ([(0, 100), (20, 0), (80, 100.2)], 100.2),
    "back at 90 % of the level": ([(0, 100), (20, 0), (50, 90), (120, 100.1)], 0.1),
    "back below 90 % of the level": ([(0, 100), (20, 0), (50, 89.9), (120, 100.1)], 100.1),
    "twice down and up": ([(0, 100), (20, 0), (60, 100), (70, 0), (120, 101)], 1.0),
    "across unknown time": ([(0, 100), (20, None), (200, 103)], 3.0),
    "a reset in unknown time": ([(0, 100), (20, None), (200, 0.4)], 0.4),
    "over midnight": ([(0, 20), (1420, 0), (1500, 0.1)], 0.1),
    "a hundred kWh after a day away": ([(0, 1000), (10, None), (1450, 1100)], 100),
    "one reading a day": ([(0, 1000), (1440, 1400), (2880, 1800)], 800),
    "one reading an hour, a wallbox": ([(60 * n, 500 + 22 * n) for n in range(6)], 110),
    "whole kWh": ([(0, 100), (60, 0), *((60 + 6 * n, n) for n in range(1, 30))], 29),
    # Restarts.
    "0 for a poll": ([(0, 3120), (60, None), (61, 0), (61.1, 3120.1), (120, 3120.3)], 0.3),
    "0 for most of an hour": ([(0, 3120), (60, None), (61, 0), (120, 3120.1)], 0.1),
    "no decimals for an hour": ([(0, 3120.7), (60, 3120), (130, 3121), (190, 3121.7)], 1.0),
    "an older reading is restored": ([(0, 520.3), (60, 519.9), (80, 520.4), (120, 521)], 0.7),
    "a sum that is lost": ([(0, 520.3), (60, None), *counting(62, 1, 0.6, 200)], 2.0),
    "a pulse meter begins at 0": ([(0, 52.3), (60, 0), *counting(61, 5, 0.3, 120)], 0.6),
    # Days.
    "0 at midnight": ([(0, 4.2), (60, 4.25), (60.5, 0), (90, 0.05), (180, 0.3)], 0.35),
    "0 late": ([(0, 4.2), (60, 4.25), (67, 0.01), (90, 0.05), (180, 0.3)], 0.35),
    "0, the old total, 0": ([(0, 9.8), (10, 0), (10.5, 9.8), (15, 0), (50, 0.3)], 0.3),
    "slightly below zero": ([(0, 9.5), (60, -0.001), (61, 0), (120, 0.5)], 0.5),
    "a dull day": ([(0, 20.1), (100, 0), *counting(500, 5, 0.24, 300)], 1.2),
    "more than the day before, soon": ([(0, 0.2), (300, 0), *counting(310, 1, 0.6, 60)], 0.6),
    # Short cycles: what is counted between the last reading of a cycle and its end is lost.
    "a quarter of an hour": (cycles(15, 0.5, 1, 360), 24 * 14.5 / 60),
    "half an hour, 3 kW": (cycles(30, 1, 3, 600), 20 * 29 * 3 / 60),
    "an hour": (cycles(60, 1, 2, 600), 10 * 59 * 2 / 60),
    "an hour, read every ten minutes": (cycles(60, 10, 2, 600), 10 * 50 * 2 / 60),
    "a wallbox's sessions": (
        [*counting(0, 1, 11, 40), (60, 0), *counting(61, 1, 11, 40), (115, 0)],
        2 * 11 * 40 / 60,
    ),
    "a wallbox that is read each half an hour": (
        [(0, 0), (1, 0.2), (30, 5.5), (60, 11), (61, 0), (200, 0.1), (230, 5), (260, 9.5)],
        20.5,
    ),
    # Rises that are taken back.
    "another's reading for a minute": ([(0, 500), (30, 512), (31, 500.1), (90, 500.2)], 0.2),
    "a wrong digit for twenty minutes": ([(0, 1234.5), (30, 1284.5), (50, 1234.6)], 0.1),
    "65535 for a minute": ([(0, 2210.1), (30, 6553.5), (31, 2210.2), (60, 2211)], 0.9),
    "two polls": ([(0, 500), (30, 600), (30.5, 700), (31, 500.1), (90, 500.2)], 0.2),
    "two, and one right between": ([(0, 500), (9, 5e3), (10, 500.1), (12, 9e3), (15, 500.2)], 0.2),
    "after 0": ([(0, 500), (30, 0), (31, 5e4), (32, 500.1), (90, 500.2)], 0.2),
    "before 0": ([(0, 500), (30, 5e4), (31, 0), (32, 500.1), (90, 500.2)], 0.2),
    "before it is away": ([(0, 500), (30, 512), (31, None), (33, 500.1), (90, 500.2)], 0.2),
    "after it was away": ([(0, 500), (20, None), (30, 512), (31, 500.1), (90, 500.2)], 0.2),
    "the old total at dawn": ([(0, 12.3), (300, 0), (700, 12.3), (709, 0), (760, 0.4)], 0.4),
    "the old total, and away": (
        [(0, 12.3), (300, 0), (700, 12.3), (701, None), (702, 0), (760, 0.4)],
        0.4,
    ),
    "every other reading": (
        [(0, 500), *((9 + n, 5e3 if n % 2 else 500) for n in range(60)), (80, 500.7)],
        0.7,
    ),
    "ten times as much for 45 minutes": ([(0, 35500), (30, 355000), (75, 35502)], 2.0),
    "ten times as much for 90 minutes": ([(0, 35500), (30, 355000), (120, 35502)], 2.0),
    # Sums of meters.
    "a reset in steps": ([(0, 30.1), (61, 20.1), (61.2, 10), (61.4, 0), (120, 0.4)], 0.4),
    "a reset in steps of minutes": ([(0, 30.1), (61, 10.1), (81, 0), (120, 0.4)], 0.4),
    "a part is away": ([(0, 30), (60, 20), (100, 30.1), (120, 30.4)], 0.4),
    "parts go and return": (
        [(0, 30), (60, 20), (61, 10), (62, 0), (63, 10), (64, 20), (65, 30.1)],
        0.1,
    ),
    "four parts return": ([(0, 40), (60, None), (61, 10), (62, 20), (63, 30), (64, 40.1)], 0.1),
    "six parts return within a second each": (
        [(0, 12), (60, None), *((61 + n / 60, 2 * n) for n in range(1, 7)), (120, 12.4)],
        0.4,
    ),
    # Below zero.
    "-1 for two hours": ([(0, 1234.6), (30, -1), (150, 1234.8), (200, 1235)], 0.4),
    "-3, -4, -5, -6": ([(0, -3), (30, -4), (60, -5), (90, -6)], 0.0),
    "-32768 for ever": ([(0, 100), (30, -32768), (400, -32768)], 0.0),
    # Unknown time decides nothing.
    "0, then away": ([(0, 2e4), (10, 0), (11, None), (131, 20000.2)], 0.2),
    "away, 0, away": ([(0, 2e4), (5, None), (10, 0), (11, None), (131, 20000.2)], 0.2),
    "0 for 50 minutes, then away": ([(0, 2e4), (10, 0), (60, None), (80, 20000.2)], 0.2),
    "a true reset, and away before": ([(0, 15.2), (5, None), (500, 0.3), (560, 0.5)], 0.5),
    # Another meter.
    "a leap": ([(0, 100), (10, 9999), (11, 9999.2), (100, 10000)], 1.0),
    "a leap for half an hour": ([(0, 100), (10, 9999), (40, 100.2), (140, 100.3)], 0.3),
    "a leap for three hours": ([(0, 100), (10, 9999), (25, 9999.2), (190, 100.3)], 0.3),
    "a leap after it was away": ([(0, 3), (10, None), (30, 45000), (200, 45000.5)], 0.5),
    "a new meter at 3": ([(0, 45000), (10, None), (100, 3), (200, 3.5)], 3.5),
    "a new meter at 5000": ([(0, 9000), (10, 5000), (100, 5000.5)], 0.5),
}


@pytest.mark.parametrize("name", CASES)
def test_the_cases(name: str) -> None:
    """Each fault books what is right, with runs far apart and close together."""
    readings, change = CASES[name]
    states = [State(at(minute / 60), value) for minute, value in readings]
    # Two hours after the last reading everything is decided.
    last = round(readings[-1][0]) // 10 + 13
    for every in (1, 3, 200):
        collector = Collector(states)
        for number in [*range(every, last, every), last]:
            collector.run(BEGIN + timedelta(minutes=10 * number))
        assert collector.booked == pytest.approx(change, abs=1e-3)
    assert reference(states, at(0), at(last / 6))[1] == pytest.approx(change, abs=1e-3)


@pytest.mark.parametrize("every", [1, 3, 20])
@pytest.mark.parametrize("low", [95.0, 0.0])
def test_what_rose_before_a_dip_or_a_glitch_stays_where_it_rose(low: float, every: int) -> None:
    """A rise is not taken back by a reading below the level that it began from."""
    readings = [(0.0, 100.0), (25.0, 100.2), (44.0, low), (51.0, 100.3), (90.0, 100.4)]
    collector = Collector([State(at(minute / 60), reading) for minute, reading in readings])
    for number in [*range(every, 20, every), 20]:
        collector.run(BEGIN + timedelta(minutes=10 * number))
    changes = [value.change for value in collector.buckets.values()]
    assert changes == [0, 0, 0.2, 0, 0, 0.1, 0, 0, 0, 0.1, *[0] * 10]


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
    states = plain_meter(random, 10, 600)
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
