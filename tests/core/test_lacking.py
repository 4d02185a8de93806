"""Buckets that a published file knows better: a merge would keep them, so nothing replaces it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import BUCKETS, Document, TierName, bucket_name
from powerstats_cli.core.merging import lacking, merge
from powerstats_cli.core.periods import DAY, HOUR, day_start, days, hours, intervals
from powerstats_cli.core.series import Series
from powerstats_cli.core.tiers import TIERS
from tests.core.test_merging import examples, several

ZONE = ZoneInfo("Europe/Amsterdam")
LAST = date(2025, 11, 20)


def known(coverage: float = 1.0, *, source: bool = False) -> Value:
    """Return a power."""
    value = Value(mean=1.0, min=1.0, max=1.0, kwh=0.1, coverage=coverage)
    return msgspec.structs.replace(value, source="statistics") if source else value


def a_file(tier: TierName, starts: list[datetime], value: Value, last: date = LAST) -> Document:
    """Return a file that was asked for to the end of a day."""
    end = day_start(last + DAY, ZONE)
    return Document(
        tier=tier,
        timezone=ZONE.key,
        bucket=BUCKETS.get(tier, "10min"),
        last_update=end,
        day=last if tier == "daily" else None,
        series={"power": Series("W", "measurement", end)},
        points={start: {"power": value} for start in starts},
    )


def yearly(first: date, last: date = LAST, value: Value | None = None) -> Document:
    """Return a year's file of some days."""
    starts = [day_start(day, ZONE) for day in days(first, last + DAY)]
    return a_file("yearly", starts, value or known(), last)


def weekly(last: date = LAST) -> Document:
    """Return a week's file."""
    starts = [hour.start for day in days(last - 6 * DAY, last + DAY) for hour in hours(day, ZONE)]
    return a_file("weekly", starts, known(), last)


def daily(number: int, day: date = LAST, minutes: int = 10) -> Document:
    """Return a day's file with so many of its intervals."""
    starts = [interval.start for interval in intervals(day, ZONE, minutes)[:number]]
    document = a_file("daily", starts, known(), day)
    document.bucket = bucket_name(minutes)
    return document


CASES: dict[str, tuple[Document, Document, int]] = {
    "the same": (yearly(LAST - 4 * DAY), yearly(LAST - 4 * DAY), 0),
    "five days and one": (yearly(LAST), yearly(LAST - 4 * DAY), 4),
    "one day and five": (yearly(LAST - 4 * DAY), yearly(LAST), 0),
    "nothing and five days": (yearly(LAST + DAY), yearly(LAST - 4 * DAY), 5),
    "an old copy": (yearly(LAST - 9 * DAY, LAST - 3 * DAY), yearly(LAST - 9 * DAY), 3),
    "a week later": (weekly(LAST + 7 * DAY), weekly(), 0),
    "a day later": (weekly(LAST + DAY), weekly(), 0),
    "a year later": (yearly(LAST + 400 * DAY, LAST + 401 * DAY), yearly(LAST - 4 * DAY), 0),
    "half a day less": (yearly(LAST, value=known(0.5)), yearly(LAST), 1),
    "ten minutes less": (yearly(LAST, value=known(0.9931)), yearly(LAST), 1),
    "a breath less": (yearly(LAST, value=known(0.9983)), yearly(LAST), 0),
    "statistics for history": (yearly(LAST, value=known(source=True)), yearly(LAST), 1),
    "history for statistics": (
        yearly(LAST, value=known(0.2)),
        yearly(LAST, value=known(source=True)),
        0,
    ),
    "less of today": (daily(10), daily(50), 40),
    "more of today": (daily(50), daily(10), 0),
    "today for yesterday": (daily(1, LAST + DAY), daily(144), 0),
    "yesterday for today": (daily(144), daily(1, LAST + DAY), 1),
    "another interval": (daily(12, minutes=5), daily(12), 1),
    "another interval, as much": (daily(24, minutes=5), daily(12), 0),
}


@pytest.mark.parametrize(("ours", "theirs", "number"), CASES.values(), ids=CASES)
def test_what_a_file_lacks(ours: Document, theirs: Document, number: int) -> None:
    """Each bucket that is not known, or known less well, counts; days past the window do not."""
    assert len(list(lacking(ours, theirs, ZONE))) == number


def test_another_series_is_lacking() -> None:
    """A series of which ours has nothing counts on each day."""
    theirs = yearly(LAST - 4 * DAY)
    theirs.points = {start: {**point, "solar": known()} for start, point in theirs.points.items()}
    found = list(lacking(yearly(LAST - 4 * DAY), theirs, ZONE))
    assert [name for _, name in found] == ["solar"] * 5


def test_a_day_that_moved_is_no_knowledge() -> None:
    """A start that begins no day, because the zone's rules have changed, proves nothing."""
    theirs = yearly(LAST - 4 * DAY)
    moved = msgspec.structs.replace(
        theirs, points={start + HOUR: point for start, point in theirs.points.items()}
    )
    assert not list(lacking(yearly(LAST), moved, ZONE))


@examples
@given(several(2))
def test_a_merge_lacks_nothing(documents: tuple[Document, ...]) -> None:
    """Whatever is merged knows all of both; a file lacks nothing of itself."""
    first, second = documents
    zone = ZoneInfo(first.timezone)
    both = merge(TIERS[first.tier], first, second, zone)
    for document in documents:
        assert not list(lacking(both, document, zone))
        assert not list(lacking(document, document, zone))


@examples
@given(several(2))
def test_what_is_lacking_is_what_a_merge_would_bring(documents: tuple[Document, ...]) -> None:
    """Each bucket that is lacking is in the merge, with their value."""
    ours, theirs = documents
    zone = ZoneInfo(ours.timezone)
    both = merge(TIERS[ours.tier], ours, theirs, zone)
    for start, name in lacking(ours, theirs, zone):
        assert both.points[start][name] == theirs.points[start][name]
