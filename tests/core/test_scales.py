"""Buckets of every scale tile what they are of, whatever clocks do."""

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies

from powerstats_cli.core.periods import DAY, Span, day_start, days
from powerstats_cli.core.scales import (
    BYS,
    By,
    buckets,
    cut,
    days_in,
    fineness,
    first_of,
    months_later,
    next_of,
    usual,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ZONES = ("Europe/Amsterdam", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana", "UTC")


def ten(_: date) -> int:
    """Return the minutes of an interval."""
    return 10


def span_of(first: date, end: date, zone: ZoneInfo = AMSTERDAM) -> Span:
    """Return the span from a day up to another."""
    return Span(day_start(first, zone), day_start(end, zone))


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("by", BYS)
def test_buckets_tile_a_span(by: By, name: str) -> None:
    """There is no hole and no overlap; weeks begin on Monday, quarters in their first month."""
    zone = ZoneInfo(name)
    span = span_of(date(2025, 2, 20), date(2025, 11, 5), zone)
    found = list(cut(by, span, zone, ten, since=span.start))
    assert (found[0].start, found[-1].end) == span
    assert all(one.end == other.start for one, other in pairwise(found))
    assert all(bucket.length for bucket in found)
    starts = [bucket.start.astimezone(zone) + timedelta(hours=2) for bucket in found[1:]]
    if by == "week":
        assert {start.weekday() for start in starts} == {0}
    if by in {"month", "quarter"}:
        assert {start.day for start in starts} == {1}
    if by == "quarter":
        assert [start.month for start in starts] == [4, 7, 10]


def test_a_day_that_a_zone_left_out() -> None:
    """Samoa had no 30 December 2011: it has no bucket."""
    zone = ZoneInfo("Pacific/Apia")
    span = span_of(date(2011, 12, 29), date(2012, 1, 1), zone)
    found = [bucket.start.astimezone(zone).day for bucket in buckets("day", span, zone, ten)]
    assert found == [29, 31]


def test_what_is_unknown_before_the_first_stored_bucket_counts() -> None:
    """A bucket is not cut where the files begin, but where the period does."""
    span = span_of(date(2025, 1, 15), date(2025, 12, 1))
    stored = day_start(date(2025, 10, 13), AMSTERDAM)
    found = [
        bucket.start.astimezone(AMSTERDAM).date()
        for bucket in cut("month", span, AMSTERDAM, ten, since=stored)
    ]
    assert found == [date(2025, 10, 1), date(2025, 11, 1)]
    [first, *_] = cut("month", span, AMSTERDAM, ten, since=span.start)
    assert first == span_of(date(2025, 1, 15), date(2025, 2, 1))


@given(
    day=strategies.dates(date(1970, 1, 1), date(2199, 12, 31)),
    by=strategies.sampled_from(BYS[2:]),
)
def test_a_day_is_in_its_bucket(day: date, by: By) -> None:
    """All days of a bucket have the same first day, and the same next one."""
    first, following = first_of(by, day), next_of(by, day)
    assert first <= day < following
    assert {(first_of(by, each), next_of(by, each)) for each in days(first, following)} == {
        (first, following)
    }


@given(
    day=strategies.dates(date(1980, 1, 1), date(2190, 1, 1)),
    number=strategies.integers(-60, 60),
)
def test_months_later(day: date, number: int) -> None:
    """The day of the month stays, or is the month's last."""
    found = months_later(day, number)
    assert (found.year - day.year) * 12 + found.month - day.month == number
    assert found.day == day.day or (found.day < day.day and (found + DAY).day == 1)


@pytest.mark.parametrize(
    ("days", "by"),
    [
        (1, "interval"),
        (2, "interval"),
        (3, "hour"),
        (8, "hour"),
        (9, "day"),
        (92, "day"),
        (93, "month"),
        (4000, "month"),
    ],
)
@pytest.mark.parametrize("first", [date(2025, 6, 1), date(2025, 10, 26), date(2025, 3, 30)])
def test_usual_buckets(days: int, by: By, first: date) -> None:
    """A span's length decides, and a day of 25 hours is a day."""
    assert usual(span_of(first, first + days * DAY)) == by


def test_only_the_days_at_the_ends_must_be_finer() -> None:
    """A period that begins at ten needs that day's hours, and no others."""
    first, end = date(2025, 11, 18), date(2025, 11, 21)
    start = day_start(first, AMSTERDAM) + timedelta(hours=10)
    span = Span(start, day_start(end, AMSTERDAM) - timedelta(minutes=20))
    found = fineness("day", days_in(span, AMSTERDAM), [span], AMSTERDAM)
    assert list(found.values()) == ["hour", "day", "interval"]
