"""Periods beside one another: which one is compared, and which bucket stands beside which."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.comparison import Earlier, change, earlier, mates
from powerstats_cli.core.periods import Span
from powerstats_cli.core.pieces import Piece
from powerstats_cli.core.ranges import Calendar, written
from powerstats_cli.core.scales import By, buckets

ZONE = ZoneInfo("Europe/Amsterdam")
CALENDAR = Calendar(ZONE, date(2025, 11, 22), lambda _: 10)
VALUE = Value(change=1.0, state=1.0, coverage=1.0)


def span(text: str) -> Span:
    """Return a period."""
    found = written(text, CALENDAR)
    return Span(found[0].start, found[-1].end)


def pieces(period: Span, by: By) -> list[Piece]:
    """Return the buckets of a period."""
    return [Piece(each, {"power": VALUE}) for each in buckets(by, period, ZONE, lambda _: 10)]


@pytest.mark.parametrize(
    ("period", "which", "other"),
    [
        ("2025-11-20", "previous", "2025-11-19"),
        ("2025-W47", "previous", "2025-W46"),
        ("2025-03", "previous", "2025-02"),
        ("2025-Q1", "previous", "2024-Q4"),
        ("2025", "previous", "2024"),
        ("7d", "previous", "2025-11-08..2025-11-15"),
        ("12m", "previous", "2023-11-22..2024-11-22"),
        ("2025-02-01..2025-08-01", "previous", "2024-08-01..2025-02-01"),
        ("2025-11-20T10", "previous", "2025-11-20T09"),
        ("2025-11-20", "last-year", "2024-11-20"),
        ("2025-W47", "last-year", "2024-W47"),
        ("2021-W01", "last-year", "2020-W01"),
        ("2020-W53", "last-year", "2019-W52"),
        ("2025-11", "last-year", "2024-11"),
        ("2024-02", "last-year", "2023-02"),
        ("2025", "last-year", "2024"),
        ("2025-11-20T10", "last-year", "2024-11-20T10"),
        ("2024-02-29T10", "last-year", "2023-02-28T10"),
    ],
)
def test_earlier(period: str, which: Earlier, other: str) -> None:
    """The period of the same kind before, or that of the year before."""
    assert earlier(span(period), which, ZONE) == span(other)


@pytest.mark.parametrize(
    ("period", "other", "by", "places"),
    [
        ("2025-W47", "2025-W46", "day", list(range(7))),
        ("2025-03", "2025-02", "day", [*range(28), None, None, None]),
        ("2025-02", "2025-03", "day", list(range(28))),
        ("2024", "2023", "day", [*range(59), None, *range(59, 365)]),
        ("2023", "2024", "day", [*range(59), *range(60, 366)]),
        ("2025", "2024", "month", list(range(12))),
        ("2025-11-20", "2025-11-13", "hour", list(range(24))),
        # Clocks go back: the hour that comes twice stands beside one hour.
        ("2025-10-26", "2025-10-25", "hour", [0, 1, 2, None, *range(3, 24)]),
        ("2025-10-27", "2025-10-26", "hour", [0, 1, 2, *range(4, 25)]),
        ("2025-03-30", "2025-03-29", "hour", [0, 1, *range(3, 24)]),
        ("2025-11-20T10", "2025-11-20T09", "interval", list(range(6))),
    ],
)
def test_mates(period: str, other: str, by: By, places: list[int | None]) -> None:
    """Weekday beside weekday, date beside date, time beside time; some have no counterpart."""
    spans = span(period), span(other)
    others = pieces(spans[1], by)
    found = mates(pieces(spans[0], by), others, by, spans, ZONE)
    assert [piece and others.index(piece) for piece in found] == places


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [(3.0, 2.0, 0.5), (1.0, -2.0, 1.5), (0.0, 0.0, 0.0), (1.0, 0.0, None), (None, 1.0, None)],
)
def test_change(own: float | None, other: float | None, expected: float | None) -> None:
    """It is a share of the other number, which may be below zero, or nothing."""
    assert change(own, other) == expected
