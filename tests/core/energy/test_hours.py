"""The zones of a tariff: rules of the calendar and the clock."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies

from powerstats_cli.core.energy.hours import Rule, parsed, spans
from powerstats_cli.core.periods import DAY, MINUTE, day_span

NO_HOLIDAY = frozenset[date]()
LOW = ["Mon-Fri 23:00-07:00", "Sat,Sun,PH"]
KINGS_DAY = frozenset({date(2026, 4, 27)})


def hours_in(
    rules: list[str], day: date, zone: str, holidays: frozenset[date] = NO_HOLIDAY
) -> float:
    """Return how many hours of a local day are in a zone."""
    timezone = ZoneInfo(zone)
    found = spans(
        tuple(map(parsed, rules)), day_span(day, timezone), timezone, holidays.__contains__
    )
    return sum((span.length for span in found), timedelta(0)) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("rules", "day", "zone", "holidays", "expected"),
    [
        (["00:00-07:00"], date(2026, 3, 28), "Europe/Amsterdam", NO_HOLIDAY, 7),
        (["00:00-07:00"], date(2026, 3, 29), "Europe/Amsterdam", NO_HOLIDAY, 6),  # M02
        (["00:00-07:00"], date(2025, 10, 26), "Europe/Amsterdam", NO_HOLIDAY, 8),  # M03
        (["02:00-03:00"], date(2025, 10, 26), "Europe/Amsterdam", NO_HOLIDAY, 2),
        (["02:00-03:00"], date(2026, 3, 29), "Europe/Amsterdam", NO_HOLIDAY, 0),
        (
            ["Mon-Fri 23:00-07:00", "Sat,Sun,PH"],
            date(2026, 4, 27),
            "Europe/Amsterdam",
            KINGS_DAY,
            24,
        ),
        (
            ["Mon-Fri 23:00-07:00", "Sat,Sun,PH"],
            date(2026, 4, 20),
            "Europe/Amsterdam",
            KINGS_DAY,
            8,
        ),
        (["Mon-Fri,-PH 17:00-20:00"], date(2026, 4, 27), "Europe/Amsterdam", KINGS_DAY, 0),
        (["Mon-Fri,-PH 17:00-20:00"], date(2026, 4, 28), "Europe/Amsterdam", KINGS_DAY, 3),
        (["PH"], date(2026, 4, 27), "Europe/Amsterdam", KINGS_DAY, 24),
        (["PH"], date(2026, 4, 28), "Europe/Amsterdam", KINGS_DAY, 0),
        (["-PH 08:00-09:00"], date(2026, 4, 27), "Europe/Amsterdam", KINGS_DAY, 0),
        (["00:30-05:30"], date(2026, 3, 29), "Europe/London", NO_HOLIDAY, 4),  # M36
        (["00:30-07:30 standard"], date(2026, 7, 1), "Europe/London", NO_HOLIDAY, 7),
        (["00:00-24:00"], date(2026, 3, 29), "Europe/Amsterdam", NO_HOLIDAY, 23),
        (["Jun-Sep"], date(2026, 9, 30), "America/Los_Angeles", NO_HOLIDAY, 24),
        (["Jun-Sep"], date(2026, 10, 1), "America/Los_Angeles", NO_HOLIDAY, 0),
        (["Oct-May"], date(2026, 1, 15), "America/Los_Angeles", NO_HOLIDAY, 24),
        (["Jun15-Sep14"], date(2026, 6, 14), "Europe/Zurich", NO_HOLIDAY, 0),
        (["Jun15-Sep14"], date(2026, 9, 14), "Europe/Zurich", NO_HOLIDAY, 24),
        (["Jan,Mar"], date(2026, 2, 1), "Europe/Zurich", NO_HOLIDAY, 0),
        (["Sat-Mon"], date(2026, 4, 27), "Europe/Zurich", NO_HOLIDAY, 24),
        (["06:00-08:00,07:00-10:00"], date(2026, 4, 27), "Europe/Zurich", NO_HOLIDAY, 4),
        (["21:00-24:00"], date(2026, 4, 27), "Asia/Kolkata", NO_HOLIDAY, 3),
        (["01:00-03:00"], date(2026, 4, 5), "Australia/Lord_Howe", NO_HOLIDAY, 2.5),
    ],
)
def test_hours_of_a_day(
    rules: list[str], day: date, zone: str, holidays: frozenset[date], expected: float
) -> None:
    """Clocks that change, holidays, seasons, and rules that overlap in one zone."""
    assert hours_in(rules, day, zone, holidays) == expected


@pytest.mark.parametrize("name", ["Europe/London", "Africa/Casablanca"])
def test_clocks_that_do_not_know_summer(name: str) -> None:
    """In July half past midnight by that clock is half past one (M04).

    In Morocco clocks go back for one month, so it is so in the other eleven.
    """
    zone = ZoneInfo(name)
    within = day_span(date(2026, 7, 1), zone)
    [found] = spans((parsed("00:30-07:30 standard"),), within, zone, NO_HOLIDAY.__contains__)
    assert found.start.astimezone(zone).hour == 1
    assert found.end.astimezone(zone).strftime("%H:%M") == "08:30"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", "it names no months"),
        ("standard", "it names no months"),
        ("16:00-21:00 Mon", "'Mon' is neither months"),
        ("Mon Jun", "'Jun' is neither months"),
        ("weekend", "'weekend' is neither months"),
        ("Mon-Fry", "'Mon-Fry' is no day"),
        ("Jun32", "'Jun32' is no month"),
        ("Jun-", ""),
        ("25:00-26:00", "'25:00-26:00' are no times"),
        ("16:00-16:00", "'16:00-16:00' are no times"),
        ("16:00", "'16:00' are no times"),
        ("16:75-17:00", "'16:75-17:00' are no times"),
        ("24:00-07:00", "'24:00-07:00' are no times"),
    ],
)
def test_what_is_no_rule(written: str, words: str) -> None:
    """The message names the part that is wrong."""
    if not words:
        assert parsed(written) == parsed("Jun")
        return
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        parsed(written)


# Days on which clocks change somewhere, also at midnight: forward, back, and by other lengths.
CHANGES = [
    date(2026, 3, 29),
    date(2025, 10, 26),
    date(2026, 3, 8),
    date(2025, 11, 2),
    date(2026, 10, 4),
    date(2026, 4, 5),
    date(2026, 4, 24),
    date(2025, 10, 30),
    date(2025, 10, 25),
]
RULES = [
    "00:30-05:30",
    "Mon-Fri 23:00-07:00",
    "Sat,Sun",
    "Jun-Sep 16:00-21:00",
    "00:30-07:30 standard",
    "-PH 08:00-09:15",
    "PH 10:00-11:00",
]


@given(
    rules=strategies.lists(strategies.sampled_from(RULES), min_size=1, max_size=3),
    day=strategies.sampled_from(CHANGES) | strategies.dates(date(2025, 1, 1), date(2027, 12, 31)),
    zone=strategies.sampled_from(
        [
            "Europe/Amsterdam",
            "America/New_York",
            "Australia/Lord_Howe",
            "Asia/Kolkata",
            "Africa/Cairo",
            "Africa/Casablanca",
            "Asia/Beirut",
            "Antarctica/Troll",
        ]
    ),
)
def test_each_minute_by_itself(rules: list[str], day: date, zone: str) -> None:
    """A naive look at the clock of each quarter of an hour gives the same."""
    timezone = ZoneInfo(zone)
    within = day_span(day, timezone)
    read = tuple(map(parsed, rules))
    found = spans(read, within, timezone, KINGS_DAY.__contains__)
    for number in range(within.length // (15 * MINUTE)):
        at = within.start + number * 15 * MINUTE
        assert any(span.start <= at < span.end for span in found) == any(
            _fits(rule, at, timezone) for rule in read
        ), at
    for before, after in pairwise(found):
        assert before.end < after.start


def _fits(rule: Rule, at: datetime, timezone: ZoneInfo) -> bool:
    """Tell whether an instant is in a rule, by looking at a clock."""
    local = at.astimezone(timezone)
    if rule.is_standard:
        local = at + _standard(local.year, timezone)
    minute = local.hour * 60 + local.minute
    return rule.has(local.date(), KINGS_DAY.__contains__) and any(
        start <= minute < end for start, end in rule.times
    )


@cache
def _standard(year: int, timezone: ZoneInfo) -> timedelta:
    """Return the least offset of all days of a year."""
    days = (datetime(year, 1, 1, tzinfo=UTC) + number * DAY for number in range(365))
    return min(day.astimezone(timezone).utcoffset() or timedelta(0) for day in days)
