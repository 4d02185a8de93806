"""Prices of steps out of buckets: exact if buckets tell them, and each bucket keeps its mean."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import fsum
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerstats_cli.core.energy.metering import Price, billed, stepped
from powerstats_cli.core.periods import MINUTE

KOLKATA = ZoneInfo("Asia/Kolkata")
START = datetime(2025, 11, 22, 4, 30, tzinfo=UTC)
numbers = st.floats(-0.5, 1.0).map(lambda price: round(price, 6))


def buckets(steps: Sequence[float], step: int, minutes: int) -> list[Price]:
    """Return the means of buckets of so many minutes, of prices that hold for a step each."""
    found = []
    for begin in range(0, len(steps) * step, minutes):
        mean = fsum(steps[minute // step] for minute in range(begin, begin + minutes)) / minutes
        at = START + begin * MINUTE
        found.append(Price(at, at + minutes * MINUTE, round(mean, 6)))
    return found


def by_minute(prices: Sequence[Price]) -> list[float]:
    """Return the price of each minute."""
    return [each.price for each in prices for _ in range((each.end - each.start) // MINUTE)]


@pytest.mark.parametrize(
    ("minutes", "step"),
    [(1, 5), (5, 15), (10, 15), (12, 15), (4, 15), (6, 15), (15, 15), (10, 30), (20, 30), (10, 60)],
)
@settings(max_examples=20)
@given(hour=st.lists(numbers, min_size=12, max_size=12))
def test_each_step_is_told(hour: list[float], minutes: int, step: int) -> None:
    """A bucket inside a step tells its price, and what a bucket has left tells the next one's."""
    steps = hour[: 120 // step]
    found = by_minute(list(stepped(buckets(steps, step, minutes), step, KOLKATA)))
    true = [price for price in steps for _ in range(step)]
    assert found == pytest.approx(true, abs=1e-5)


@pytest.mark.parametrize("minutes", [1, 3, 4, 5, 10, 12, 15, 20, 30, 60])
@pytest.mark.parametrize("step", [5, 15, 30, 60])
@settings(max_examples=20)
@given(hour=st.lists(numbers, min_size=12, max_size=12))
def test_a_bucket_keeps_its_mean(hour: list[float], minutes: int, step: int) -> None:
    """However steps lie in buckets, energy that is even within a bucket costs the same."""
    means = buckets(hour[: 60 // step], step, minutes)
    found = by_minute(list(stepped(means, step, KOLKATA)))
    assert len(found) == 60
    for number, mean in enumerate(means):
        part = found[number * minutes : (number + 1) * minutes]
        assert fsum(part) / minutes == pytest.approx(mean.price, abs=1e-5)


def test_ten_minutes_and_quarter_hours() -> None:
    """A gap takes the steps that it touches; the others are known, and are billed."""
    means = buckets([0.1, 0.2, 0.3, 0.4], 15, 10)
    del means[4]
    known = [each.price for each in billed(stepped(means, 15, KOLKATA), 15, KOLKATA)]
    assert known == pytest.approx([0.1, 0.2])
    assert [each.price for each in billed(stepped(means, 15, KOLKATA), 30, KOLKATA)] == [
        pytest.approx(0.15)
    ]
