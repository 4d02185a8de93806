"""Polled points: when they were, how long they hold, and what their series are taken for."""

from array import array
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerstats_cli.core import legacy
from powerstats_cli.core.buckets import UNKNOWN
from powerstats_cli.core.legacy import Points, Samples, Verdict
from powerstats_cli.core.periods import instant, micros

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MINUTE = 60_000_000
BEGIN = micros(datetime(2025, 11, 20, tzinfo=AMSTERDAM))


def samples(values: Sequence[float], spacing: int = MINUTE) -> Samples:
    """Return values as regular samples."""
    return Samples(
        array("q", [BEGIN + at * spacing for at in range(len(values))]), array("d", values)
    )


def known_minutes(times: Sequence[float]) -> list[float]:
    """Return how many minutes each sample holds for, the samples at so many minutes."""
    numbers = [float(at) for at in range(len(times))]
    given_times = array("q", [BEGIN + round(at * MINUTE) for at in times])
    history = legacy.history_of(Samples(given_times, array("d", numbers)), 1.0)
    return [
        (after - time) / MINUTE
        for time, number, after in zip(
            history.times, history.values, history.times[1:], strict=False
        )
        if number == number
    ]


# --- values -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [(0.0, 0.0), (1.5, 1.5), (7, 7.0), (-3, -3.0), (-0.0, 0.0)],
)
def test_numbers_are_readings(written: object, expected: float) -> None:
    """A measured zero has a decimal point; other whole numbers are numbers."""
    assert legacy.value(written) == expected


@pytest.mark.parametrize(
    "written", [0, None, "", "12.5", True, False, float("nan"), float("inf"), 10**400, [], {}]
)
def test_anything_else_is_no_value(written: object) -> None:
    """The whole number 0 was written where a sensor had no number."""
    assert legacy.value(written) != legacy.value(written)


# --- when -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        # The night of 26 October 2025 has 2:00 to 3:00 twice.
        (["01:50", "02:10", "02:50", "02:10", "02:50", "03:10"], [110, 130, 170, 190, 230, 250]),
        # A collector that began between, or ended between.
        (["02:10", "02:50", "03:10"], [190, 230, 250]),
        (["01:50", "02:10", "02:50"], [110, 130, 170]),
        # Away for one of the two hours: the nearer neighbour tells which.
        (["01:55", "02:10", "02:50", "03:50"], [115, 130, 170, 290]),
        (["01:10", "02:10", "02:50", "03:01"], [70, 190, 230, 241]),
        # Two collectors a second apart, the later one first.
        (["01:50", "02:10:02", "02:10:01", "02:50"], [110, 130, 130, 170]),
    ],
)
def test_the_hour_that_comes_twice(local: Sequence[str], utc: Sequence[int]) -> None:
    """Local times without an offset are told apart by their order."""
    stamps = [datetime.fromisoformat(f"2025-10-26T{time}") for time in local]
    midnight = micros(datetime(2025, 10, 26, tzinfo=AMSTERDAM))
    found = [(time - midnight) // MINUTE for time in legacy.instants(stamps, AMSTERDAM)]
    assert found == utc


def test_offsets_count_and_time_that_never_was_does_not_hurt() -> None:
    """A time with an offset is that; one in a hole of the clock is an hour later."""
    stamps = [
        datetime.fromisoformat(written)
        for written in ("2025-11-20T01:00:00Z", "2025-03-30T02:30:00", "2025-03-30T03:40:00")
    ]
    found = [f"{instant(time):%d %H:%M}" for time in legacy.instants(stamps, AMSTERDAM)]
    assert found == ["20 01:00", "30 01:30", "30 01:40"]


@pytest.mark.parametrize(
    "point",
    [{}, {"timestamp": None}, {"timestamp": 5}, {"timestamp": "now"}, {"timestamp": "0001-01-01"}],
)
def test_a_point_without_a_time_is_counted(point: Mapping[str, object]) -> None:
    """It is left, and the others are not."""
    points = Points(stamps=[], columns={})
    points.add(point)
    points.add({"timestamp": "2025-11-20T10:00:00", "power": 5.5, "": 1.5, "notes": {"a": 1.5}})
    series: dict[str, Samples] = {}
    points.put_into(series, AMSTERDAM)
    assert points.unreadable == 1
    assert {name: list(them.values) for name, them in series.items()} == {"power": [5.5]}


# --- how long ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "minutes"),
    [
        ([0, 1, 2, 3], [1, 1, 1, 2.5]),
        ([0, 10, 20, 45], [10, 10, 25, 25]),
        # A hole of four spacings is unknown after two and a half.
        ([0, 1, 2, 6, 7, 8], [1, 1, 2.5, 1, 1, 2.5]),
        # Two collectors on every tick: the spacing is the tick's.
        ([0, 0.02, 2, 2.02, 4, 4.02, 14], [0.02, 1.98, 0.02, 1.98, 0.02, 4.95, 4.95]),
        # Polled every ten seconds.
        ([at / 6 for at in range(20)] + [30], [1 / 6] * 19 + [2.5 / 6, 2.5 / 6]),
        # Three readings, and away for hours before the last.
        ([0, 1, 600], [1, 2.5, 2.5]),
        ([5], []),
    ],
)
def test_a_sample_holds_for_two_and_a_half_spacings(
    times: Sequence[float], minutes: Sequence[float]
) -> None:
    """Until the next, and no longer than that."""
    assert known_minutes(times) == pytest.approx(minutes)


def test_spacing_is_that_of_the_stretch() -> None:
    """Where the collector was set from ten minutes to one, each part has its own."""
    times = [*range(0, 600, 10), *range(600, 700), *range(1000, 1600, 10)]
    held = known_minutes(times)
    assert held[:50] == [10] * 50
    assert held[70:150] == [1] * 80
    assert held[159] == 2.5
    assert held[180:219] == [10] * 39


def test_no_value_holds_as_a_number_does() -> None:
    """A sample without a value is unknown until the next one."""
    history = legacy.history_of(samples([5.0, UNKNOWN, 7.0]), 2.0)
    assert [value for value in history.values if value == value] == [10.0, 14.0]
    assert list(history.times) == [BEGIN + at * MINUTE // 2 for at in (0, 2, 4, 9)]


@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from([1.0, 2.0, UNKNOWN]))))
def test_order_and_repetition_do_not_matter(them: list[tuple[int, float]]) -> None:
    """However points are spread over files, and how often they are in them."""
    shuffled = [*them, *them[::2]]
    Random(len(them)).shuffle(shuffled)
    first, second = (
        Samples(array("q", [at for at, _ in one]), array("d", [v for _, v in one])).in_order()
        for one in (them, shuffled)
    )
    assert first.times == second.times
    assert first.values.tobytes() == second.values.tobytes()
    assert list(first.times) == sorted({at for at, _ in them})


# --- what -------------------------------------------------------------------------------------

RANDOM = Random(5)
POWER = [RANDOM.uniform(200, 4000) for _ in range(500)]
DAY_OF_SUN = [0.0] * 50 + [at / 10 for at in range(200)] + [20.0] * 50 + [0.0] * 20
METER = [1000 + at / 100 for at in range(500)]


@pytest.mark.parametrize(
    ("name", "values", "unit"),
    [
        ("power", POWER, "W"),
        ("grid", POWER, "W"),
        ("power", [300.0 + at % 77 for at in range(500)], "W"),
        ("solar", [max(0.0, 2500 - abs(at - 250) * 12) for at in range(500)], "W"),
        ("house_power", [value / 1000 for value in POWER], "W"),
        ("voltage", [229.5, 231.0, 228.0], "V"),
        ("power_factor", [0.9, 0.98, 1.0], ""),
        ("mains_frequency", [49.98, 50.01], "Hz"),
        ("current", [0.5, 12.0], "A"),
        ("energy", METER, "kWh"),
        ("energy_today", DAY_OF_SUN, "kWh"),
        ("energy", [*METER[:300], METER[298], *METER[300:]], "kWh"),
        ("energy", [value * 1000 for value in METER], "kWh"),
        ("daily_kwh", DAY_OF_SUN, "kWh"),
    ],
)
def test_what_fits_its_name_is_taken(name: str, values: list[float], unit: str) -> None:
    """The unit is assumed by name and magnitude."""
    verdict = legacy.judged({name: samples(values)})[name]
    assert verdict.unit == unit
    assert "assumed" in verdict.why
    assert verdict.is_counter == (unit == "kWh")
    assert verdict.factor == (1000 if name == "house_power" else 0.001 if max(values) > 1e5 else 1)


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("daily_energy", POWER, "equal to power in 100.0 %"),
        ("daily_energy", [value + 1 for value in POWER], "no energy rises and falls"),
        ("power_factor", [4.5, 7.0, 9.9], "4.5 to 9.9 is no power factor"),
        ("solar", DAY_OF_SUN, "it only rises"),
        ("power", METER, "it only rises"),
        ("voltage", [12.1, 12.4], "is no voltage"),
        ("plug_power", [3.5, 40.0, 44.0], "its unit is not clear"),
        ("fridge_power", [60.0, 0.0, 90.0], "its unit is not clear"),
        ("energy", [value * 1e-3 for value in METER], "its unit is not clear"),
        ("temperature", [20.5, 21.0], "is not known"),
        ("power", [UNKNOWN], "never a number"),
    ],
)
def test_what_does_not_fit_its_name_is_left(name: str, values: list[float], why: str) -> None:
    """It says why, and takes nothing."""
    verdict = legacy.judged({"power": samples(POWER), name: samples(values)})[name]
    assert verdict.unit is None
    assert why in verdict.why


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("kW", ("W", "measurement", 1000.0)),
        ("Wh", ("kWh", "total_increasing", 0.001)),
        ("°C", ("°C", "measurement", 1.0)),
    ],
)
def test_what_is_said_counts(unit: str, expected: tuple[str, str, float]) -> None:
    """An energy is a counter, anything else is measured."""
    verdict = legacy.stated(unit)
    assert (verdict.unit, verdict.state_class, verdict.factor) == expected


# --- days -------------------------------------------------------------------------------------


def test_days_are_those_of_samples() -> None:
    """A last sample that holds past midnight makes no day, one before a hole its own only."""
    late = samples([1.0] * 240)
    hours_before = [time - 4 * 60 * MINUTE + MINUTE // 2 for time in late.times]
    history = legacy.history_of(Samples(array("q", hours_before), late.values), 1.0)
    assert legacy.known_days({"power": history}, AMSTERDAM) == [date(2025, 11, 19)]


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (set(), [True, True, True, True]),
        ({2, 3}, [True, False, False, True]),
        ({1, 4}, [False, False, False, False]),
    ],
)
def test_a_counter_is_not_filled_in_between(stored: set[int], expected: list[bool]) -> None:
    """What it did in a hole is booked where its reading returned."""
    first = date(2025, 11, 1)
    days = {"energy": {first + timedelta(days=number) for number in stored}}
    assert [
        legacy.may_count("energy", first + timedelta(days=number), days) for number in (1, 2, 3, 4)
    ] == expected


def test_hours_that_come_twice_are_both_there() -> None:
    """A day of 25 hours is known throughout, and counts 25 hours of energy."""
    midnight = micros(datetime(2025, 10, 26, tzinfo=AMSTERDAM))
    times = array("q", [midnight + at * MINUTE for at in range(-10, 25 * 60 + 10)])
    history = legacy.history_of(Samples(times, array("d", [1000.0] * len(times))), 1.0)
    day = date(2025, 10, 26)
    (document,) = legacy.booked(
        {"power": history}, {"power": Verdict("", "W")}, [day], AMSTERDAM, {day: 10}
    )
    values = [point["power"] for point in document.points.values()]
    assert len(values) == 150
    assert sum(value.kwh or 0.0 for value in values) == pytest.approx(25, abs=1e-4)
    assert {value.coverage for value in values} == {1.0}
