"""A stored bucket that begins no bucket of its tier is moved into the one that holds most of it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies

from powerstats_cli.core.alignment import aligned
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import BUCKETS, Document, Point, TierName
from powerstats_cli.core.periods import DAY, HOUR, MINUTE, day_span, day_start, days, local_day
from powerstats_cli.core.regrouping import outside, regrouped
from powerstats_cli.core.series import Series
from powerstats_cli.core.tiers import TIERS, aggregate, buckets, gains

ZONES = ["Europe/Amsterdam", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana", "UTC"]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FIRST, LAST = date(2025, 10, 20), date(2025, 11, 5)


def power(mean: float, coverage: float = 1.0) -> Value:
    """Return a power."""
    return Value(mean=mean, min=mean, max=mean, kwh=mean / 1000, coverage=coverage)


def document(
    points: Mapping[datetime, Point], zone: ZoneInfo, tier: TierName = "yearly"
) -> Document:
    """Return a tier's document, asked for up to the last day."""
    end = day_start(LAST + DAY, zone)
    return Document(
        tier=tier,
        timezone=zone.key,
        bucket=BUCKETS.get(tier, "10min"),
        last_update=end,
        series={"power": Series("W", "measurement", end)},
        points=dict(points),
    )


def a_day(day: date, zone: ZoneInfo, shift: timedelta, mean: float = 600.0) -> Document:
    """Return an archived day whose buckets begin by so much later than they should."""
    spans = buckets("10min", day, zone)
    stored = document({span.start + shift: {"power": power(mean)} for span in spans}, zone)
    stored.tier, stored.bucket, stored.day = "daily", "10min", day
    return stored


@pytest.mark.parametrize("tier", BUCKETS)
@pytest.mark.parametrize("name", ZONES)
def test_what_begins_a_bucket_stays(name: str, tier: TierName) -> None:
    """Nothing is done to a file whose buckets are those of its zone."""
    zone = ZoneInfo(name)
    starts = [span.start for day in days(FIRST, LAST) for span in buckets(BUCKETS[tier], day, zone)]
    stored = document({start: {"power": power(1.0)} for start in starts}, zone, tier)
    assert aligned(stored, zone) is stored


@given(
    name=strategies.sampled_from(ZONES),
    shift=strategies.integers(-47, 47).map(lambda number: number * 15 * MINUTE),
)
def test_days_that_moved_together(name: str, shift: timedelta) -> None:
    """Each is in the day that holds most of it; none is lost, and none comes twice."""
    zone = ZoneInfo(name)
    starts = [day_start(day, zone) for day in days(FIRST, LAST)]
    stored = {start + shift: {"power": power(float(n))} for n, start in enumerate(starts)}
    result = aligned(document(stored, zone), zone)
    assert list(result.points) == starts
    assert list(result.points.values()) == list(stored.values())
    assert set(result.strays) == stored.keys() - set(starts)
    assert aligned(document(result.points, zone), zone).strays == ()


def test_the_right_day_and_a_stray() -> None:
    """The right one stays, unless the stray knows more than lies elsewhere of it."""
    start = day_start(LAST, AMSTERDAM)
    for right, stray, kept in (
        (1.0, 1.0, 1.0),
        (0.97, 1.0, 1.0),
        (0.95, 1.0, 2.0),
        (0.5, 0.5, 1.0),
        (0.4, 0.5, 2.0),
    ):
        stored = {
            start: {"power": power(1.0, right)},
            start + HOUR: {"power": power(2.0, stray), "solar": power(3.0, stray)},
        }
        result = aligned(document(stored, AMSTERDAM), AMSTERDAM)
        assert list(result.points) == [start]
        assert result.points[start]["power"].mean == kept
        assert result.points[start]["solar"].mean == 3.0
        expected = {"power", "solar"} if kept == 2.0 else {"solar"}
        assert {name for _, name in result.moved} == expected


def test_three_of_one_day() -> None:
    """Of several strays the one that knows most stays."""
    start = day_start(LAST, AMSTERDAM)
    stored = {
        start + number * HOUR: {"power": power(float(number), known)}
        for number, known in ((1, 0.5), (2, 0.9), (3, 0.7))
    }
    result = aligned(document(stored, AMSTERDAM), AMSTERDAM)
    assert {at: point["power"].mean for at, point in result.points.items()} == {start: 2.0}


@pytest.mark.parametrize("coverage", [1.0, 0.98, 0.5])
def test_the_archive_makes_a_day_anew(coverage: float) -> None:
    """Though a moved value seems to know as much or a little more; else that value stays."""
    day, zone = LAST, AMSTERDAM
    start = day_start(day, zone)
    stored = aligned(document({start + HOUR: {"power": power(1.0, 1.0)}}, zone), zone)
    archived = a_day(day, zone, timedelta(0))
    for at in list(archived.points)[: round(144 * (1 - coverage))]:
        del archived.points[at]
    is_anew = coverage >= 0.98
    assert gains(TIERS["yearly"], stored, archived, day, zone) == is_anew
    result = aggregate(
        TIERS["yearly"],
        stored,
        archive={day: archived},
        finer=(),
        daily=None,
        zone=zone,
        now=start + 2 * DAY,
    )
    assert result.points[start]["power"].mean == (600.0 if is_anew else 1.0)
    assert result.last_update == start + 2 * DAY


@pytest.mark.parametrize("shift", [-HOUR, HOUR, 30 * MINUTE])
def test_days_out_of_their_neighbours_files(shift: timedelta) -> None:
    """Each closed day has all its points, though the first or last are in another file."""
    archive = {day: a_day(day, AMSTERDAM, shift, 100.0 + day.day) for day in days(FIRST, LAST)}
    daily = a_day(LAST, AMSTERDAM, shift)
    assert all(len(outside(file, AMSTERDAM)) == abs(shift) // (10 * MINUTE) for file in [daily])
    whole = regrouped(archive, daily, LAST - DAY, AMSTERDAM)
    before = sum(len(file.points) for file in archive.values())
    for day in days(FIRST + DAY, LAST - DAY):
        span = day_span(day, AMSTERDAM)
        assert len(whole[day].points) >= span.length // (10 * MINUTE)
        assert {at for at in whole[day].points if span.start <= at < span.end} == {
            bucket.start for bucket in buckets("10min", day, AMSTERDAM)
        }
    assert sum(len(file.points) for file in archive.values()) == before
    assert max(whole) == LAST - DAY
    assert min(whole) == FIRST - (DAY if shift < timedelta(0) else timedelta(0))


def test_a_days_own_point_stays() -> None:
    """A point of another file fills a gap, and replaces only what is known less of."""
    archive = {day: a_day(day, AMSTERDAM, timedelta(0), 1.0) for day in (LAST - DAY, LAST)}
    one, two, three = list(archive[LAST].points)[:3]
    del archive[LAST].points[two]
    archive[LAST].points[three] = {"power": power(1.0, 0.5)}
    for at in (one, two, three):
        archive[LAST - DAY].points[at] = {"power": power(9.0, 0.9)}
    whole = regrouped(archive, None, LAST, AMSTERDAM)[LAST]
    means = [whole.points[at]["power"].mean for at in (one, two, three)]
    assert means == [1.0, 9.0, 9.0]


def test_usual_days_are_not_copied() -> None:
    """The nightly run of a zone whose rules stay does no work for this."""
    archive = {day: a_day(day, AMSTERDAM, timedelta(0)) for day in days(FIRST, LAST)}
    assert regrouped(archive, a_day(LAST, AMSTERDAM, timedelta(0)), LAST, AMSTERDAM) is archive


def test_a_day_that_a_zone_left_out() -> None:
    """A stray near the day that Apia has not had is in a day that it had."""
    zone = ZoneInfo("Pacific/Apia")
    stray = datetime(2011, 12, 30, 2, tzinfo=UTC)
    result = aligned(document({stray: {"power": power(1.0)}}, zone), zone)
    (start,) = result.points
    assert start == day_start(local_day(start, zone), zone)
