"""Zones of one line that overlap."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies

from powerstats_cli.core.energy.hours import parsed, spans
from powerstats_cli.core.energy.overlaps import overlap
from powerstats_cli.core.periods import DAY, MINUTE, day_span, days

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOLIDAYS = frozenset({date(2026, 4, 27), date(2026, 12, 25)})
FIRST = date(2026, 1, 1)


def found(one: list[str], other: list[str], first: date = FIRST) -> datetime | None:
    """Return an instant that is in both of two zones."""
    mine, others = tuple(map(parsed, one)), tuple(map(parsed, other))
    return overlap(mine, others, first, AMSTERDAM, HOLIDAYS.__contains__)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("16:00-21:00", "20:00-23:00", datetime(2026, 1, 1, 19, tzinfo=UTC)),
        ("Jun21 12:00-13:00", "Sun 12:30-14:00", datetime(2026, 6, 21, 10, 30, tzinfo=UTC)),
        ("Oct-Mar", "Feb15-Apr10 06:00-07:00", datetime(2026, 2, 15, 5, tzinfo=UTC)),
        ("23:00-07:00", "Mon 06:59-08:00", datetime(2026, 1, 5, 5, 59, tzinfo=UTC)),
        ("PH 10:00-11:00", "Mon 10:00-11:00", datetime(2026, 4, 27, 8, tzinfo=UTC)),
        ("Sat,PH", "Mon-Fri 12:00-13:00", datetime(2026, 4, 27, 10, tzinfo=UTC)),
        ("Sat", "Mon-Fri,PH", None),
        ("00:00-07:00 standard", "07:30-08:00", datetime(2026, 3, 29, 5, 30, tzinfo=UTC)),
        ("Jun22 12:00-13:00", "Sun 12:30-14:00", None),
        ("Mon-Fri,-PH 16:00-21:00", "Sat,Sun,PH 16:00-21:00", None),
        ("Jun-Sep", "Oct-May", None),
        ("Jun-Sep 16:00-21:00", "Jun-Sep 21:00-16:00", None),
        ("00:30-07:30 standard", "07:30-00:30 standard", None),
        # In 2026 clocks leave out the only hour of it.
        ("Mar29 02:10-02:50", "02:00-03:00", datetime(2027, 3, 29, 0, 10, tzinfo=UTC)),
    ],
)
def test_zones_that_overlap(one: str, other: str, expected: datetime | None) -> None:
    """A time that is in both is found, however seldom it is, and no other."""
    assert found([one], [other]) == expected


RULES = [
    "Mon-Fri,-PH 16:00-21:00",
    "Sat,Sun,PH",
    "Sat,Sun 08:00-21:00",
    "PH 10:00-11:00",
    "-PH 10:00-16:00",
    "Dec15-Jan05 20:00-22:00",
    "Nov-Mar Mon 06:00-08:00",
    "Apr-Oct 06:00-08:30",
    "21:00-06:00 standard",
    "06:00-07:00 standard",
    "Mar-Apr 21:30-05:00",
]


@given(
    one=strategies.lists(strategies.sampled_from(RULES), min_size=1, max_size=2),
    other=strategies.lists(strategies.sampled_from(RULES), min_size=1, max_size=2),
)
def test_each_quarter_by_itself(one: list[str], other: list[str]) -> None:
    """Looking at each day of a year gives the same."""
    naive = None
    mine, others = (tuple(map(parsed, rules)) for rules in (one, other))
    for day in days(FIRST, FIRST + 366 * DAY):
        within = day_span(day, AMSTERDAM)
        parts = [spans(zone, within, AMSTERDAM, HOLIDAYS.__contains__) for zone in (mine, others)]
        edges = sorted({span.start for some in parts for span in some})
        both = [
            at
            for at in edges
            if all(any(span.start <= at < span.end for span in some) for some in parts)
        ]
        if both:
            naive = both[0]
            break
    at = found(one, other)
    assert at == naive or (naive is None and at is not None and at > within.end - MINUTE)
