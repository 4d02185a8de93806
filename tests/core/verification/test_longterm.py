"""Days and months of energy against the sums of Home Assistant's statistics."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document
from powerstats_cli.core.series import Series
from powerstats_cli.core.verification.longterm import (
    UNKNOWN_TIME,
    WHOLE_METER,
    differences,
    pairs,
)

AMSTERDAM, KOLKATA = ZoneInfo("Europe/Amsterdam"), ZoneInfo("Asia/Kolkata")
DAY = datetime(2025, 11, 20, tzinfo=AMSTERDAM).astimezone(UTC)


def power(kwh: float, coverage: float = 1.0, **more: str) -> Value:
    """Return a day of a power."""
    return Value(mean=1.0, min=0.0, max=2.0, kwh=kwh, coverage=coverage, **more)  # type: ignore[arg-type]


def counter(change: float, state: float = 5000.0, coverage: float = 1.0) -> Value:
    """Return a day of a counter."""
    return Value(change=change, state=state, coverage=coverage)


def explained(ours: Value, theirs: Value) -> list[str]:
    """Return the explanations of what differs on one day."""
    document = Document(
        tier="yearly",
        timezone="Europe/Amsterdam",
        bucket="day",
        last_update=DAY,
        series={"x": Series("kWh", "total", DAY)},
        points={DAY: {"x": ours}},
    )
    found = differences(pairs({"yearly.json": document}, [(DAY, "x", theirs)]), AMSTERDAM)
    return [each.explained for each in found if each]


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (power(9.87), power(9.87), []),
        (power(9.87), power(9.879), []),  # a hundredth of a kWh
        (power(98.7), power(98.79), []),  # a thousandth
        (power(9.87), power(10.37), [""]),
        (power(-9.87), power(9.87), [""]),
        (power(9.87, 0.9), power(10.37), [UNKNOWN_TIME]),
        (power(9.87), power(10.37, 0.9583), [UNKNOWN_TIME]),
        (power(9.87, 0.99995), power(10.37), [""]),
        (power(9.87, corrected="5f3df81cb7d8"), power(422.0), ["corrected by 5f3df81cb7d8"]),
        (counter(9.87), counter(422.87, 440.0), [WHOLE_METER]),
        (counter(9.87), counter(10.37), [""]),
        (counter(0.0), counter(0.0, 0.0), []),
    ],
)
def test_a_day(ours: Value, theirs: Value, expected: list[str]) -> None:
    """What differs, and why it may."""
    assert explained(ours, theirs) == expected


def test_a_series_without_energy_is_not_compared() -> None:
    """Volts have no sum."""
    assert explained(Value(mean=230.0, min=229.0, max=231.0, coverage=1.0), power(1.0)) == []


@pytest.mark.parametrize(("there", "expected"), [(10.05, []), (10.3, ["2025-11"])])
def test_months_of_a_zone_half_an_hour_off(there: float, expected: list[str]) -> None:
    """Single days share hours with their neighbours; the month's sum agrees to a hundredth."""
    start = datetime(2025, 11, 1, tzinfo=KOLKATA).astimezone(UTC)
    starts = [start + timedelta(days=number) for number in range(30)]
    document = Document(
        tier="yearly",
        timezone="Asia/Kolkata",
        bucket="day",
        last_update=DAY,
        series={"x": Series("W", "measurement", DAY)},
        points={at: {"x": power(10.0)} for at in starts},
    )
    theirs = [(at, "x", power(there + 3.0 * (-1) ** number)) for number, at in enumerate(starts)]
    found = differences(pairs({"yearly.json": document}, theirs), KOLKATA)
    assert [each.bucket for each in found if each] == expected


def test_the_first_file_counts() -> None:
    """A day that several files have is compared once."""
    series = {"x": Series("W", "measurement", DAY)}
    first, second = (
        Document(
            tier="yearly",
            timezone="Europe/Amsterdam",
            bucket="day",
            last_update=DAY,
            series=series,
            points={DAY: {"x": power(kwh)}},
        )
        for kwh in (1.0, 2.0)
    )
    found = list(pairs({"monthly.json": first, "yearly.json": second}, [(DAY, "x", power(3.0))]))
    assert [(pair.file, pair.ours.kwh) for pair in found] == [("monthly.json", 1.0)]
