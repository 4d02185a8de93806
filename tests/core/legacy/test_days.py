"""Days out of samples, beside the days that are stored."""

from array import array
from datetime import date, datetime, timedelta

import pytest

from powerstats_cli.core.legacy.days import documents_of, may_count, sampled_days
from powerstats_cli.core.legacy.points import Samples
from powerstats_cli.core.legacy.spacing import history_of
from powerstats_cli.core.periods import micros
from powerstats_cli.core.series import Kind
from tests.core.legacy.samples import AMSTERDAM, MINUTE, samples


def test_only_a_day_with_a_sample_counts() -> None:
    """The last sample holds past midnight; the day after it has no sample and is not listed."""
    late = samples([1.0] * 240)
    hours_before = [time - 4 * 60 * MINUTE + MINUTE // 2 for time in late.times]
    history = history_of(Samples(array("q", hours_before), late.values), 1.0)
    assert sampled_days({"power": history}, AMSTERDAM) == [date(2025, 11, 19)]


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (set(), [True, True, True, True]),
        ({2, 3}, [True, False, False, True]),
        ({1, 4}, [False, False, False, False]),
    ],
)
def test_a_counters_day_is_not_added_between_stored_days(
    stored: set[int], expected: list[bool]
) -> None:
    """The increment across a hole is already in the bucket in which the reading returned."""
    first = date(2025, 11, 1)
    days = {"energy": {first + timedelta(days=number) for number in stored}}
    assert [
        may_count("energy", first + timedelta(days=number), days) for number in (1, 2, 3, 4)
    ] == expected


def test_both_hours_that_come_twice_count() -> None:
    """All of a day of 25 hours is known, and it counts 25 hours of energy."""
    midnight = micros(datetime(2025, 10, 26, tzinfo=AMSTERDAM))
    times = array("q", [midnight + minute * MINUTE for minute in range(-10, 25 * 60 + 10)])
    history = history_of(Samples(times, array("d", [1000.0] * len(times))), 1.0)
    day = date(2025, 10, 26)
    (document,) = documents_of(
        {"power": history},
        {"power": Kind("W", "measurement")},
        [day],
        AMSTERDAM,
        {day: 10},
        {},
        lambda *_: None,
    )
    values = [point["power"] for point in document.points.values()]
    assert len(values) == 150
    assert sum(value.kwh or 0.0 for value in values) == pytest.approx(25, abs=1e-4)
    assert {value.coverage for value in values} == {1.0}
