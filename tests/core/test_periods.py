"""Days tile the year, hours the day and intervals the hour, in every zone and at every change."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies

from powerstats_cli.core.periods import (
    DAY,
    HOUR,
    Span,
    day_span,
    day_start,
    days,
    hours,
    instant,
    interval_at,
    intervals,
    local_day,
    micros,
)

FIRST = date(1990, 1, 1)
END = date(2036, 1, 1)
ZONES = [
    "Europe/Amsterdam",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Havana",
]
DIVISORS = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60]
MINUTE = timedelta(minutes=1)
# A clock change at one minute past midnight, as St John's had them, shows in the day before it.
AROUND = 2


def shown(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the time that a wall clock shows at an instant."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def transition_days(zone: ZoneInfo) -> Iterator[date]:
    """Yield the days around each clock change, found by comparing offsets only."""
    noons = [datetime(1990, 1, 1, 12, tzinfo=UTC) + number * DAY for number in range(16_800)]
    for before, after in pairwise(noons):
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            yield from days(before.date() - DAY, before.date() + AROUND * DAY)


def assert_tiled(parts: tuple[Span, ...], whole: Span) -> None:
    """Check that spans fill the whole without overlap or gap."""
    if not whole.length:
        assert parts == ()
        return
    starts, ends = zip(*parts, strict=True)
    assert starts == (whole.start, *ends[:-1])
    assert ends[-1] == whole.end
    assert list(ends) == sorted(set(ends))


@pytest.mark.parametrize("name", ZONES)
def test_days_and_hours_tile_46_years(name: str) -> None:
    """From 1990 to 2035, the hours tile each day, and begin with it or at a whole hour."""
    zone = ZoneInfo(name)
    reached = day_start(FIRST, zone)
    for day in days(FIRST, END):
        span = day_span(day, zone)
        assert span.start == reached
        reached = span.end
        parts = hours(day, zone)
        assert_tiled(parts, span)
        if span.length == DAY and day.day != 1:
            continue  # one ordinary day per month is enough for the following checks
        for part in parts:
            local = shown(part.start, zone)
            assert part.start == span.start or (local.minute, local.second) == (0, 0)
            assert part.length <= HOUR * 1.5
    assert reached == day_start(END, zone)


@pytest.mark.parametrize("name", ZONES)
def test_around_each_clock_change(name: str) -> None:
    """Near each clock change, every minute is in the right day, hour and interval."""
    zone = ZoneInfo(name)
    for day in set(transition_days(zone)) - {date(2011, 12, 30)}:
        span = day_span(day, zone)
        # Before the day's start, clocks show only dates of the days before.
        assert (
            shown(span.start - MINUTE, zone).date() < day
            or local_day(span.start - MINUTE, zone) < day
        )
        assert shown(span.start, zone).date() == day
        whole_hours = []
        at = span.start
        while at < span.end:
            assert local_day(at, zone) == day
            local = shown(at, zone)
            if at == span.start or local.minute == 0:
                whole_hours.append(at)
            at += 5 * MINUTE
        assert [hour.start for hour in hours(day, zone)] == whole_hours
        tiles = intervals(day, zone, 10)
        for hour in hours(day, zone):
            inside = tuple(tile for tile in tiles if hour.start <= tile.start < hour.end)
            assert_tiled(inside, hour)
            assert all(tile.length == 10 * MINUTE for tile in inside[:-1])
            assert inside[-1].length <= 10 * MINUTE


@given(
    name=strategies.sampled_from(ZONES),
    day=strategies.dates(FIRST, END),
    minutes=strategies.sampled_from(DIVISORS),
)
def test_intervals_tile_their_hours(name: str, day: date, minutes: int) -> None:
    """Intervals of each allowed length tile the hour; only the last may be shorter."""
    zone = ZoneInfo(name)
    tiles = intervals(day, zone, minutes)
    assert_tiled(tiles, day_span(day, zone))
    for hour in hours(day, zone):
        inside = tuple(tile for tile in tiles if hour.start <= tile.start < hour.end)
        assert_tiled(inside, hour)
        assert {tile.length for tile in inside[:-1]} <= {minutes * MINUTE}
        assert inside[-1].length <= minutes * MINUTE


@given(
    name=strategies.sampled_from(ZONES),
    at=strategies.datetimes(datetime(1990, 1, 2), datetime(2035, 12, 30)),  # noqa: DTZ001 - drawn in UTC
    minutes=strategies.sampled_from(DIVISORS),
)
def test_an_instant_is_in_one_day_and_one_interval(name: str, at: datetime, minutes: int) -> None:
    """The day and the interval of an instant contain it, and the interval is in the day."""
    zone, moment = ZoneInfo(name), at.replace(tzinfo=UTC)
    day = local_day(moment, zone)
    span = day_span(day, zone)
    assert span.start <= moment < span.end
    found = interval_at(moment, zone, minutes)
    assert found.start <= moment < found.end
    assert found in intervals(day, zone, minutes)
    assert instant(micros(moment)) == moment


@pytest.mark.parametrize(
    ("name", "day", "length", "longest", "number"),
    [
        ("Europe/Amsterdam", date(2025, 3, 30), 23.0, 1.0, 23),
        ("Europe/Amsterdam", date(2025, 10, 26), 25.0, 1.0, 25),
        ("Europe/Amsterdam", date(2025, 11, 22), 24.0, 1.0, 24),
        ("Asia/Kolkata", date(2025, 11, 22), 24.0, 1.0, 24),
        ("America/New_York", date(2025, 3, 9), 23.0, 1.0, 23),
        ("America/New_York", date(2025, 11, 2), 25.0, 1.0, 25),
        ("Australia/Adelaide", date(2025, 10, 5), 23.0, 1.0, 23),
        ("Australia/Adelaide", date(2025, 4, 6), 25.0, 1.0, 25),
        ("Australia/Lord_Howe", date(2025, 10, 5), 23.5, 1.5, 23),
        ("Australia/Lord_Howe", date(2025, 4, 6), 24.5, 1.5, 24),
        ("America/Sao_Paulo", date(2018, 11, 4), 23.0, 1.0, 23),
        ("America/Sao_Paulo", date(2018, 2, 17), 25.0, 1.0, 25),
        ("America/Havana", date(2025, 3, 9), 23.0, 1.0, 23),
        ("America/Havana", date(2025, 11, 2), 25.0, 1.0, 25),
        ("America/St_Johns", date(2006, 4, 2), 23.0, 1.0, 23),
        ("America/St_Johns", date(2006, 10, 29), 25.0, 1.0, 25),
        ("Pacific/Apia", date(2011, 12, 30), 0.0, 0.0, 0),
        ("Pacific/Apia", date(2011, 12, 31), 24.0, 1.0, 24),
    ],
)
def test_odd_days(name: str, day: date, length: float, longest: float, number: int) -> None:
    """A clock change changes the day's length; a half-hour change makes one hour of 90 min."""
    zone = ZoneInfo(name)
    span = day_span(day, zone)
    parts = hours(day, zone)
    assert span.length == timedelta(hours=length)
    assert max((part.length for part in parts), default=timedelta(0)) == timedelta(hours=longest)
    assert len(parts) == number
    assert len(intervals(day, zone, 10)) == round(length * 6)


@pytest.mark.parametrize(
    ("name", "day", "start"),
    [
        # Clocks go forward over midnight: the day begins when they do, at 01:00.
        ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T03:00:00+00:00"),
        # Midnight comes twice: the day begins at the first.
        ("America/Havana", date(2025, 11, 2), "2025-11-02T04:00:00+00:00"),
        ("America/St_Johns", date(2006, 10, 29), "2006-10-29T02:30:00+00:00"),
        # The day that was left out begins and ends when the next day begins.
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00:00+00:00"),
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-30T10:00:00+00:00"),
    ],
)
def test_first_instants(name: str, day: date, start: str) -> None:
    """A day begins at its first instant, even if midnight comes twice or never."""
    assert day_start(day, ZoneInfo(name)) == datetime.fromisoformat(start)


def test_the_hour_of_a_half_hour_change() -> None:
    """Lord Howe's hour of 90 minutes has nine full intervals of ten minutes."""
    zone = ZoneInfo("Australia/Lord_Howe")
    for day in (date(2025, 10, 5), date(2025, 4, 6)):
        (odd,) = [hour for hour in hours(day, zone) if hour.length != HOUR]
        tiles = [tile for tile in intervals(day, zone, 10) if odd.start <= tile.start < odd.end]
        assert [tile.length for tile in tiles] == [10 * MINUTE] * 9
        halves = [tile for tile in intervals(day, zone, 60) if odd.start <= tile.start < odd.end]
        assert [tile.length for tile in halves] == [60 * MINUTE, 30 * MINUTE]
