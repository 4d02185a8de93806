"""The known share of a document."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core import coverage
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.coverage import Share
from powerstats_cli.core.documents import Document, TierName
from powerstats_cli.core.periods import DAY, HOUR, day_start, hours

ZONE = ZoneInfo("Europe/Amsterdam")
SUNDAY = date(2025, 10, 26)  # 25 hours
AT = datetime(2025, 10, 28, tzinfo=UTC)


def value(share: float) -> Value:
    """Return a measurement with a coverage."""
    return Value(coverage=share, mean=1.0, min=1.0, max=1.0)


def document(tier: TierName, bucket: str, day: date | None = None) -> Document:
    """Return a document without points."""
    return Document(tier=tier, timezone=ZONE.key, bucket=bucket, last_update=AT, day=day)


def test_today_every_series_counts() -> None:
    """A series without a point is unknown, and so is a bucket without a point."""
    today = document("daily", "60min", SUNDAY)
    first, second, *_ = hours(SUNDAY, ZONE)
    today.points = {first.start: {"power": value(1.0)}}
    assert coverage.shares(today, ["power", "voltage"], ZONE, second.end) == [
        Share(0.5, 3600),
        Share(0.0, 3600),
    ]


def test_in_a_tier_a_series_counts_from_its_first_point() -> None:
    """The time before a series began is not missing; a gap after its beginning is."""
    weekly = document("weekly", "hour")
    first, second, third, *_ = hours(SUNDAY, ZONE)
    weekly.points = {
        first.start: {"power": value(1.0)},
        second.start: {"power": value(1.0), "voltage": value(0.5)},
        third.start: {"power": value(1.0)},
    }
    shares = coverage.shares(weekly, ["power", "voltage"], ZONE, third.end)
    assert [share.known for share in shares] == [1.0, 0.75, 0.5]


def test_a_long_bucket_counts_for_more() -> None:
    """The day on which clocks go back has 25 hours, the next one 24."""
    yearly = document("yearly", "day")
    yearly.points = {day_start(SUNDAY, ZONE): {"power": value(1.0)}}
    shares = coverage.shares(yearly, ["power"], ZONE, day_start(SUNDAY + 2 * DAY, ZONE))
    assert [share.seconds for share in shares] == [25 * 3600, 24 * 3600]
    assert coverage.mean(shares) == pytest.approx(25 / 49)


def test_nothing_after_the_end_counts() -> None:
    """A bucket that begins at `until` or later has not been asked for."""
    today = document("daily", "60min", SUNDAY)
    start = day_start(SUNDAY, ZONE)
    assert coverage.shares(today, ["power"], ZONE, start) == []
    assert len(coverage.shares(today, ["power"], ZONE, start + HOUR)) == 1
    assert len(coverage.shares(today, ["power"], ZONE, start + 9 * DAY)) == 25
    assert coverage.mean([]) is None


@pytest.mark.parametrize(("number", "lengths"), [(3, [2, 3, 3]), (8, [1] * 8), (12, [1] * 8)])
def test_parts(number: int, lengths: list[int]) -> None:
    """The parts have about as many buckets each, and are in order."""
    shares = [Share(index / 8, 60) for index in range(8)]
    parts = coverage.parts(shares, number)
    assert [len(part) for part in parts] == lengths
    assert [share for part in parts for share in part] == shares
    assert coverage.parts([], number) == []
