"""Stored buckets of some days: from the file that tells each best, and rolled up to any bucket."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import BUCKETS, Document, TierName
from powerstats_cli.core.periods import DAY, HOUR, Span, day_start, days
from powerstats_cli.core.pieces import Piece, Shelves, check_kept, rolled_up, usual_by
from powerstats_cli.core.ranges import Calendar, written
from powerstats_cli.core.scales import BYS, By, cut, days_in, fineness
from powerstats_cli.core.series import Kind, Series
from powerstats_cli.core.tiers import buckets, roll_up
from powerstats_cli.errors import MissingError

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
KINDS = {"power": Kind("W", "measurement"), "energy": Kind("kWh", "total_increasing")}
NAMES = set(KINDS)
# The day of 25 hours.
LONG = date(2025, 10, 26)


def ten(_: date) -> int:
    """Return the minutes of an interval."""
    return 10


def drawn(random: Random, span: Span) -> dict[str, Value]:
    """Return what is known in a bucket: of one in twenty nothing."""
    known = random.choice([1.0, 1.0, 0.5])
    watts = random.uniform(-1000, 3000)
    kwh = watts * known * span.length.total_seconds() / 3.6e6
    point = {
        "power": Value(mean=watts, min=watts - 1, max=watts + 1, kwh=kwh, coverage=known),
        "energy": Value(change=random.random(), state=1.0, coverage=known),
    }
    return {name: value for name, value in point.items() if random.random() < 0.95}


def document(tier: TierName, some: Sequence[date], zone: ZoneInfo, random: Random) -> Document:
    """Return a file with random buckets."""
    bucket = BUCKETS.get(tier, "10min")
    end = day_start(some[-1] + DAY, zone)
    return Document(
        tier=tier,
        timezone=zone.key,
        bucket=bucket,
        day=some[0] if tier == "daily" else None,
        last_update=end,
        series={name: Series.of(kind, end) for name, kind in KINDS.items()},
        points={
            span.start: drawn(random, span)
            for day in some
            for span in buckets(bucket, day, zone)
            if random.random() < 0.95
        },
    )


def told(shelves: Shelves, span: Span, by: By, zone: ZoneInfo = AMSTERDAM) -> list[Piece]:
    """Return a span by some buckets."""
    fine = fineness(by, days_in(span, zone), [span], zone)
    wanted = cut(by, span, zone, lambda day: shelves.minutes(day, 10), since=span.start)
    return list(rolled_up(shelves.pieces(fine, NAMES), wanted))


def kwh(pieces: Sequence[Piece]) -> float:
    """Return the sum of both series' energies."""
    values = [value for piece in pieces for value in piece.point.values()]
    return sum((value.kwh or 0.0) + (value.change or 0.0) for value in values)


@settings(max_examples=30, deadline=None)
@given(
    seed=strategies.integers(0, 2**32),
    name=strategies.sampled_from(["Europe/Amsterdam", "Australia/Lord_Howe", "Asia/Kolkata"]),
    first=strategies.integers(0, 3 * 144),
    length=strategies.integers(1, 3 * 144),
)
def test_any_period_by_any_bucket_has_the_same_energy(
    seed: int, name: str, first: int, length: int
) -> None:
    """Buckets may cut the period's days anywhere; known time adds up, too."""
    zone, random = ZoneInfo(name), Random(seed)
    some = list(days(date(2025, 10, 3), date(2025, 10, 9)))
    shelves = Shelves([document("daily", [day], zone, random) for day in some], zone)
    start = day_start(some[0], zone) + first * timedelta(minutes=10)
    span = Span(start, start + length * timedelta(minutes=10))
    answers = [told(shelves, span, by, zone) for by in BYS]
    assert [kwh(pieces) for pieces in answers] == pytest.approx([kwh(answers[0])] * len(BYS))
    known = [
        sum(
            value.coverage * piece.span.length.total_seconds()
            for piece in pieces
            for value in piece.point.values()
        )
        for pieces in answers
    ]
    assert known == pytest.approx(known[:1] * len(BYS))


def test_the_day_of_25_hours() -> None:
    """It has 150 intervals and 25 hours, two of them at 02:00, and the same energy."""
    shelves = Shelves([document("daily", [LONG], AMSTERDAM, Random(1))], AMSTERDAM)
    [span] = written(f"{LONG}", Calendar(AMSTERDAM, LONG, ten))
    answers = {by: told(shelves, span, by) for by in ("interval", "hour", "day")}
    assert [len(pieces) for pieces in answers.values()] == [150, 25, 1]
    hours = [piece.span.start.astimezone(AMSTERDAM).isoformat() for piece in answers["hour"]]
    assert [hour[11:] for hour in hours if "T02" in hour] == ["02:00:00+02:00", "02:00:00+01:00"]
    assert len({round(kwh(pieces), 9) for pieces in answers.values()}) == 1


def test_rolled_up_as_the_tiers_are() -> None:
    """Hours and days are those of the weekly and the monthly file."""
    archived = document("daily", [LONG], AMSTERDAM, Random(2))
    shelves, span = (
        Shelves([archived], AMSTERDAM),
        written(f"{LONG}", Calendar(AMSTERDAM, LONG, ten)),
    )
    for by in ("hour", "day"):
        expected = {(at, name): value for at, name, value in roll_up(archived, LONG, by, AMSTERDAM)}
        found = {
            (piece.span.start, name): value
            for piece in told(shelves, span[0], by)
            for name, value in piece.point.items()
        }
        assert found == expected


def test_a_month_that_is_known_from_its_middle_on() -> None:
    """Its coverage is that of the whole month."""
    some = list(days(date(2025, 11, 16), date(2025, 12, 1)))
    monthly = document("monthly", some, AMSTERDAM, Random(3))
    for day in some:
        value = Value(mean=1.0, min=1.0, max=1.0, kwh=0.024, coverage=1.0)
        monthly.points[day_start(day, AMSTERDAM)] = {"power": value}
    [span] = written("2025-11", Calendar(AMSTERDAM, some[-1], ten))
    [piece] = told(Shelves([monthly], AMSTERDAM), span, "month")
    assert piece.point["power"].coverage == pytest.approx(0.5)
    assert piece.point["power"].kwh == pytest.approx(15 * 0.024)


def files() -> Shelves:
    """Return the usual files: a day of intervals, seven of hours, thirty of days."""
    some = list(days(date(2025, 10, 1), date(2025, 10, 31)))
    random = Random(4)
    return Shelves(
        [
            document("daily", some[-1:], AMSTERDAM, random),
            document("weekly", some[-7:], AMSTERDAM, random),
            document("monthly", some, AMSTERDAM, random),
        ],
        AMSTERDAM,
    )


@pytest.mark.parametrize(
    ("period", "by", "says"),
    [
        ("2025-10-10", "hour", "hours are kept from 2025-10-24 on: use --by day"),
        ("2025-10-10..2025-10-30", "hour", "hours are kept from 2025-10-24 on: use --by day"),
        ("2025-10-10", "interval", "intervals are kept from 2025-10-29 on: use --by day"),
        ("2025-10-26", "interval", "intervals are kept from 2025-10-29 on: use --by hour"),
        ("2025-10-10T10", "day", "hours are kept from 2025-10-24 on: ask for whole days"),
        ("2025-10-26T10:10", "day", "intervals are kept from 2025-10-29 on: ask for whole hours"),
        ("2025-10-10T10:10", "day", "intervals are kept from 2025-10-29 on: ask for whole days"),
    ],
)
def test_buckets_that_are_not_stored(period: str, by: By, says: str) -> None:
    """A line says since when they are, and what can be asked for."""
    spans = written(period, Calendar(AMSTERDAM, date(2025, 10, 31), ten))
    some = [day for span in spans for day in days_in(span, AMSTERDAM)]
    fine = fineness(by, some, spans, AMSTERDAM)
    with pytest.raises(MissingError) as raised:
        check_kept(files(), fine, by, [date(2025, 10, 29)])
    assert str(raised.value) == says


@pytest.mark.parametrize(
    ("period", "by"),
    [
        ("2025-10-30", "interval"),
        ("2025-10-29", "hour"),
        ("2025-10-10", "day"),
        ("2025-10-23..2025-10-30", "day"),
        ("2025-10-24..2025-10-30", "hour"),
        ("2025", "month"),
    ],
)
def test_the_usual_buckets_are_stored_ones(period: str, by: By) -> None:
    """If nobody says by which, they are as fine as the files have them."""
    spans = written(period, Calendar(AMSTERDAM, date(2025, 10, 31), ten))
    some = [day for span in spans for day in days_in(span, AMSTERDAM)]
    assert usual_by(files(), some, (), spans) == by


def test_a_file_that_knows_less_is_told_by_one_that_knows_more() -> None:
    """Of a day that another device knows better, days are told, unless hours are asked for."""
    day = date(2025, 10, 20)
    weekly = document("weekly", [day], AMSTERDAM, Random(5))
    monthly = document("monthly", [day], AMSTERDAM, Random(5))
    start = day_start(day, AMSTERDAM)
    full = Value(mean=100.0, min=0.0, max=200.0, kwh=2.4, coverage=1.0)
    weekly.points = {start + 3 * HOUR: {"power": full}}
    monthly.points = {start: {"power": full}}
    shelves, span = Shelves([weekly, monthly], AMSTERDAM), Span(start, start + DAY)
    assert usual_by(shelves, [day], {"power"}, [span]) == "day"
    [known] = [piece for piece in told(shelves, span, "hour") if piece.point]
    assert known.span == Span(start + 3 * HOUR, start + 4 * HOUR)
    [whole] = told(shelves, span, "day")
    assert whole.point == {"power": full}
