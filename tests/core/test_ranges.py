"""The grammar of periods: what each form is, and a line for everything else."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies

from powerstats_cli.core.periods import DAY, Span, day_span, day_start, days, hours, intervals
from powerstats_cli.core.ranges import (
    EARLIEST,
    LATEST,
    Calendar,
    between,
    check_even,
    within,
    written,
)
from powerstats_cli.errors import MissingError

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HERE = Calendar(AMSTERDAM, date(2025, 11, 26), lambda _: 10)
ZONES = ("Europe/Amsterdam", "America/Havana", "Australia/Lord_Howe", "Asia/Kolkata")


def of_days(first: str, end: str) -> Span:
    """Return the span from a day up to another."""
    return Span(*(day_start(date.fromisoformat(day), AMSTERDAM) for day in (first, end)))


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("today", "2025-11-26", "2025-11-27"),
        ("yesterday", "2025-11-25", "2025-11-26"),
        (" Yesterday ", "2025-11-25", "2025-11-26"),
        ("2025-11-20", "2025-11-20", "2025-11-21"),
        ("2024-02-29", "2024-02-29", "2024-03-01"),
        ("2025-W47", "2025-11-17", "2025-11-24"),
        ("2025-w01", "2024-12-30", "2025-01-06"),
        ("2020-W53", "2020-12-28", "2021-01-04"),
        ("1970-W01", "1969-12-29", "1970-01-05"),
        ("2025-11", "2025-11-01", "2025-12-01"),
        ("2025-12", "2025-12-01", "2026-01-01"),
        ("2025-Q4", "2025-10-01", "2026-01-01"),
        ("2025-q1", "2025-01-01", "2025-04-01"),
        ("2025", "2025-01-01", "2026-01-01"),
        ("this week", "2025-11-24", "2025-12-01"),
        ("last week", "2025-11-17", "2025-11-24"),
        ("this month", "2025-11-01", "2025-12-01"),
        ("Last  Month", "2025-10-01", "2025-11-01"),
        ("this quarter", "2025-10-01", "2026-01-01"),
        ("last quarter", "2025-07-01", "2025-10-01"),
        ("this year", "2025-01-01", "2026-01-01"),
        ("last year", "2024-01-01", "2025-01-01"),
        ("1d", "2025-11-25", "2025-11-26"),
        ("7d", "2025-11-19", "2025-11-26"),
        ("30d", "2025-10-27", "2025-11-26"),
        ("12m", "2024-11-26", "2025-11-26"),
        ("1M", "2025-10-26", "2025-11-26"),
        ("2025-02-01..2025-08-01", "2025-02-01", "2025-08-01"),
        ("2025-02 .. 2025-08", "2025-02-01", "2025-08-01"),
        ("2024..2025", "2024-01-01", "2025-01-01"),
        ("2025-W01..2025-Q2", "2024-12-30", "2025-04-01"),
        ("last week..yesterday", "2025-11-17", "2025-11-25"),
        ("7d..today", "2025-11-19", "2025-11-26"),
    ],
)
def test_days(text: str, first: str, end: str) -> None:
    """They are local days, from the first up to, not including, the end."""
    assert list(written(text, HERE)) == [of_days(first, end)]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("2025-11-20T10", [("2025-11-20T09:00", "2025-11-20T10:00")]),
        ("2025-11-20 10", [("2025-11-20T09:00", "2025-11-20T10:00")]),
        ("2025-11-20T10:10", [("2025-11-20T09:10", "2025-11-20T09:20")]),
        ("2025-11-20T10:10:00", [("2025-11-20T09:10", "2025-11-20T09:20")]),
        ("2025-11-20T10:10:00+01:00", [("2025-11-20T09:10", "2025-11-20T09:20")]),
        ("2025-11-20T09:10Z", [("2025-11-20T09:10", "2025-11-20T09:20")]),
        ("2025-11-20T10:13", [("2025-11-20T09:13", "2025-11-20T09:20")]),
        ("2025-11-20T23:50", [("2025-11-20T22:50", "2025-11-20T23:00")]),
        (
            "2025-10-26T02",
            [("2025-10-26T00:00", "2025-10-26T01:00"), ("2025-10-26T01:00", "2025-10-26T02:00")],
        ),
        ("2025-10-26T02+01:00", [("2025-10-26T01:00", "2025-10-26T02:00")]),
        (
            "2025-10-26T02:10",
            [("2025-10-26T00:10", "2025-10-26T00:20"), ("2025-10-26T01:10", "2025-10-26T01:20")],
        ),
        ("2025-10-26T02:10+02:00", [("2025-10-26T00:10", "2025-10-26T00:20")]),
        ("2025-10-26T02..2025-10-26T03", [("2025-10-26T00:00", "2025-10-26T02:00")]),
        ("2025-11-20T10..2025-11-21", [("2025-11-20T09:00", "2025-11-20T23:00")]),
    ],
)
def test_times(text: str, spans: list[tuple[str, str]]) -> None:
    """An hour or an interval; one that comes twice is both, unless an offset tells which."""
    expected = [
        Span(*(datetime.fromisoformat(at).replace(tzinfo=UTC) for at in span)) for span in spans
    ]
    assert list(written(text, HERE)) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no period such as"),
        ("tomorrow", "is no period such as"),
        ("last", "is no period such as"),
        ("last day", "is no period such as"),
        ("0d", "is no period such as"),
        ("-3d", "is no period such as"),
        ("12w", "is no period such as"),
        ("2025-11-2", "is no period such as"),
        ("25-11-20", "is no period such as"),
        ("2025-Q5", "is no period such as"),
        ("2025-11-20T1", "is no period such as"),
        ("2025-11-20T10:10:30", "is no period such as"),
        ("٢٠٢٥", "is no period such as"),
        ("2025-W54", "2025-W54 is not in the calendar"),
        ("2025-W53", "2025-W53 is not in the calendar"),
        ("2025-W00", "2025-W00 is not in the calendar"),
        ("2025-13", "2025-13 is not in the calendar"),
        ("2025-02-29", "2025-02-29 is not in the calendar"),
        ("0000", "0000 is not in the calendar"),
        ("2025-11-20T24", "2025-11-20T24 is no time of a day"),
        ("2025-11-20T10:60", "2025-11-20T10:60 is no time of a day"),
        ("2025-11-20T10+99:00", "2025-11-20T10+99:00 is no time of a day"),
        ("2025-03-30T02", "2025-03-30T02 never came: clocks went forward over it"),
        ("2025-03-30T02:10", "2025-03-30T02:10 never came: clocks went forward over it"),
        ("2025-03-30T02..2025-03-31", "never came"),
        ("2025-11-20..2025-11-20", "2025-11-20 is not after 2025-11-20"),
        ("2025-11-21..2025-11-20", "2025-11-20 is not after 2025-11-21"),
        ("2025-11..2025-11-01", "2025-11-01 is not after 2025-11"),
        ("2025..2025-01..2026", "is no period such as"),
        ("today..x", "'x' is no period such as"),
    ],
)
def test_mistakes(text: str, says: str) -> None:
    """Each has one line, which says what is wrong or what can be written."""
    with pytest.raises(ValueError, match=r".") as raised:
        written(text, HERE)
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_day_that_a_zone_left_out() -> None:
    """Samoa had no 30 December 2011: it is no period, but another may end there."""
    apia = HERE._replace(zone=ZoneInfo("Pacific/Apia"))
    with pytest.raises(ValueError, match="2011-12-30 never came"):
        written("2011-12-30", apia)
    assert written("2011-12-29..2011-12-30", apia) == [day_span(date(2011, 12, 29), apia.zone)]


def test_open_ends() -> None:
    """A period without a beginning, or an end, is of all that is stored."""
    middle = day_start(date(2025, 11, 20), AMSTERDAM)
    assert between("2025-11-20", None, HERE) == Span(middle, LATEST)
    assert between(None, "2025-11-20", HERE) == Span(EARLIEST, middle)
    assert written("2025-11-20..", HERE) == [Span(middle, LATEST)]
    assert written("..2025-11-20", HERE) == [Span(EARLIEST, middle)]


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("2025-11-20", "2025-11-20", "2025-11-21"),
        ("2025", "2025-01-01", "2025-11-26"),
        ("..2025-11-01", None, "2025-11-01"),
        ("999999999d", "1970-01-01", "2025-11-26"),
        ("999999999m", "19", "2025-11-26"),
        ("this week", "2025-11-24", "2025-11-26"),
        ("2025-11-20..9999-12-31", "2025-11-20", "2025-11-26"),
        ("0001..2025-11-20", None, "2025-11-20"),
    ],
)
def test_within_what_is_stored(text: str, first: str | None, end: str) -> None:
    """A period ends with the last stored bucket, and begins where it was said to."""
    stored = of_days("2025-10-13", "2025-11-26")
    [span] = within(written(text, HERE), stored, AMSTERDAM)
    begins = span.start.astimezone(AMSTERDAM)
    assert begins == EARLIEST if first is None else f"{begins:%Y-%m-%d}".startswith(first)
    assert span.end == day_start(date.fromisoformat(end), AMSTERDAM)


@pytest.mark.parametrize(
    "text",
    [
        "today",
        "2025-12",
        "2025-10-12",
        "2024",
        "1066",
        "0001-W01",
        "9999",
        "9999-12-31",
        "2300-Q1",
        "..2025-10-13",
        "2025-11-26..",
        "9999-W52",
        "9998-02-01T10",
        "1000-01-01T10:10+05:00",
    ],
)
def test_days_that_are_not_stored(text: str) -> None:
    """A line says which days are there, and it is no mistake of writing."""
    stored = of_days("2025-10-13", "2025-11-26")
    says = "nothing is stored of these days: there are days from 2025-10-13 to 2025-11-25"
    with pytest.raises(MissingError, match=says):
        within(written(text, HERE), stored, AMSTERDAM)


def test_parts_of_intervals() -> None:
    """A command that needs whole intervals says which one it is inside."""
    check_even(written("2025-11-20T10:10", HERE), HERE)
    check_even(written("2025-11-20T10:30..2025-11-21", HERE), HERE)
    check_even(written("..", HERE), HERE)
    for text in ("2025-11-20T10:13", "2025-11-20T10..2025-11-20T10:13"):
        with pytest.raises(ValueError, match="T10:13 is inside an interval of 10 minutes, which"):
            check_even(written(text, HERE), HERE)


@given(
    day=strategies.dates(date(1995, 1, 1), date(2035, 1, 1)),
    name=strategies.sampled_from(ZONES),
)
def test_the_hours_of_a_day(day: date, name: str) -> None:
    """Those that can be written are all of the day's whole hours, each once."""
    zone = ZoneInfo(name)
    here = Calendar(zone, day, lambda _: 10)
    found: list[Span] = []
    for hour in range(24):
        try:
            found += written(f"{day}T{hour:02}", here)
        except ValueError as error:
            assert "never came" in str(error)  # noqa: PT017 - most hours came
    assert set(found) <= set(hours(day, zone)) | set(hours(day + DAY, zone))
    whole = [hour for hour in hours(day, zone) if hour.start.astimezone(zone).minute == 0]
    assert set(whole) <= set(found)
    for interval in intervals(day, zone, 10)[::7]:
        assert [interval] == list(written(interval.start.astimezone(zone).isoformat(), here))
    assert written(f"{day}", here) == [day_span(day, zone)]


@given(day=strategies.dates(date(1971, 1, 1), date(2198, 1, 1)))
def test_longer_periods_are_made_of_shorter_ones(day: date) -> None:
    """A year is its quarters, a quarter its months, and each begins where the other ends."""
    [year] = written(f"{day:%Y}", HERE)
    quarters = [written(f"{day:%Y}-Q{number}", HERE)[0] for number in (1, 2, 3, 4)]
    months = [written(f"{day:%Y}-{number:02}", HERE)[0] for number in range(1, 13)]
    for parts in (quarters, months):
        edges = [parts[0].start, *(part.end for part in parts)]
        assert [Span(*pair) for pair in itertools.pairwise(edges)] == parts
        assert Span(edges[0], edges[-1]) == year
    week = day.isocalendar()
    [seven] = written(f"{week.year}-W{week.week:02}", HERE)
    assert day_start(day, AMSTERDAM) in {
        day_start(each, AMSTERDAM)
        for each in days(day - 6 * DAY, day + 7 * DAY)
        if seven.start <= day_start(each, AMSTERDAM) < seven.end
    }


@given(text=strategies.text(max_size=30) | strategies.from_regex(r"[0-9TWQdm:+.\- ]{1,24}"))
def test_anything_may_be_written(text: str) -> None:
    """It is a period, or a line says that it is none."""
    try:
        spans = written(text, HERE)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - what is not raised is a period
        return
    assert all(span.start <= span.end for span in spans)
    assert all(one.end <= other.start for one, other in itertools.pairwise(spans))
    assert all(at.utcoffset() == timedelta(0) for span in spans for at in span)
