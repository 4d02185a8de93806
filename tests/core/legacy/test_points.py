"""Points of a file: their values, their times, and their order."""

from array import array
from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerstats_cli.core.history import UNKNOWN
from powerstats_cli.core.legacy.points import Points, Samples, instants, value
from powerstats_cli.core.periods import instant, micros
from tests.core.legacy.samples import AMSTERDAM, MINUTE

# --- values -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [(0.0, 0.0), (1.5, 1.5), (7, 7.0), (-3, -3.0), (-0.0, 0.0)],
)
def test_numbers_are_readings(written: object, expected: float) -> None:
    """A measured zero has a decimal point; any other whole number is a reading."""
    assert value(written) == expected


@pytest.mark.parametrize(
    "written", [0, None, "", "12.5", True, False, float("nan"), float("inf"), 10**400, [], {}]
)
def test_anything_else_is_no_value(written: object) -> None:
    """The whole number 0 was written if a sensor had no value."""
    assert value(written) != value(written)


# --- times ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        # The night of 26 October 2025 has 2:00 to 3:00 twice.
        (["01:50", "02:10", "02:50", "02:10", "02:50", "03:10"], [110, 130, 170, 190, 230, 250]),
        # The collector began, or ended, between 2:00 and 3:00.
        (["02:10", "02:50", "03:10"], [190, 230, 250]),
        (["01:50", "02:10", "02:50"], [110, 130, 170]),
        # One of the two hours is missing: the nearer neighbour tells which.
        (["01:55", "02:10", "02:50", "03:50"], [115, 130, 170, 290]),
        (["01:10", "02:10", "02:50", "03:01"], [70, 190, 230, 241]),
        # Two collectors a second apart, the later one first.
        (["01:50", "02:10:02", "02:10:01", "02:50"], [110, 130, 130, 170]),
    ],
)
def test_the_hour_that_comes_twice(local: Sequence[str], utc: Sequence[int]) -> None:
    """The order tells in which of the two hours a local time without an offset is."""
    stamps = [datetime.fromisoformat(f"2025-10-26T{time}") for time in local]
    midnight = micros(datetime(2025, 10, 26, tzinfo=AMSTERDAM))
    minutes = [(time - midnight) // MINUTE for time in instants(stamps, AMSTERDAM)]
    assert minutes == utc


def test_an_offset_counts_and_a_time_that_never_was_does_no_harm() -> None:
    """A written offset is used; a local time that clocks skipped becomes an hour later."""
    stamps = [
        datetime.fromisoformat(written)
        for written in ("2025-11-20T01:00:00Z", "2025-03-30T02:30:00", "2025-03-30T03:40:00")
    ]
    times = [f"{instant(time):%d %H:%M}" for time in instants(stamps, AMSTERDAM)]
    assert times == ["20 01:00", "30 01:30", "30 01:40"]


@pytest.mark.parametrize(
    "point",
    [{}, {"timestamp": None}, {"timestamp": 5}, {"timestamp": "now"}, {"timestamp": "0001-01-01"}],
)
def test_a_point_without_a_time_is_counted(point: Mapping[str, object]) -> None:
    """It is left out; the other points are not."""
    points = Points(stamps=[], columns={})
    points.add(point)
    points.add({"timestamp": "2025-11-20T10:00:00", "power": 5.5, "": 1.5, "notes": {"a": 1.5}})
    series: dict[str, Samples] = {}
    points.put_into(series, AMSTERDAM)
    assert points.unreadable == 1
    assert {name: list(samples.values) for name, samples in series.items()} == {"power": [5.5]}


# --- order ------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from([1.0, 2.0, UNKNOWN]))))
def test_order_and_repetition_do_not_matter(written: list[tuple[int, float]]) -> None:
    """The samples are the same, however the points are spread over files or repeated in them."""
    shuffled = [*written, *written[::2]]
    Random(len(written)).shuffle(shuffled)
    first, second = (
        Samples(
            array("q", [time for time, _ in points]), array("d", [value for _, value in points])
        ).in_order()
        for points in (written, shuffled)
    )
    assert first.times == second.times
    assert first.values.tobytes() == second.values.tobytes()
    assert list(first.times) == sorted({time for time, _ in written})
