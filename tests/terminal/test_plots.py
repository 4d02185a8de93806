"""The chart of characters: its columns, its labels, and the unknown in it."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.periods import Span, day_start
from powerstats_cli.core.pieces import Piece
from powerstats_cli.core.scales import By, buckets
from powerstats_cli.terminal.plots import chart

ZONE = ZoneInfo("Europe/Amsterdam")


def drawn(first: date, end: date, by: By, width: int, means: list[float | None]) -> list[str]:
    """Return the lines of a chart whose buckets repeat some means."""
    span = Span(day_start(first, ZONE), day_start(end, ZONE))
    pieces = []
    for at, bucket in enumerate(buckets(by, span, ZONE, lambda _: 10)):
        mean = means[at % len(means)]
        value = None if mean is None else Value(mean=mean, min=mean, max=mean, coverage=1.0)
        pieces.append(Piece(bucket, {} if value is None else {"power": value}))
    return chart(pieces, "power", ZONE, until=span.end, width=width).splitlines()


def test_unknown_is_open() -> None:
    """An unknown column has a dot, a known zero a line, and neither is the other."""
    lines = drawn(date(2025, 11, 20), date(2025, 11, 21), "hour", 32, [0.0, None, 100.0])
    assert lines[0] == "    100 " + "  █" * 8
    assert lines[5] == "      0 " + "▁·█" * 8


def test_below_zero() -> None:
    """The lowest row begins at the lowest mean."""
    lines = drawn(date(2025, 11, 20), date(2025, 11, 21), "hour", 32, [-600.0, 600.0])
    assert lines[0].startswith("    600  █")
    assert lines[5].startswith("   -600 ▁█")


@pytest.mark.parametrize("width", [40, 80, 100, 160, 200])
@pytest.mark.parametrize(
    ("first", "end", "by", "labels"),
    [
        (date(2025, 11, 20), date(2025, 11, 21), "interval", {"00", "06", "12", "18"}),
        (date(2025, 10, 26), date(2025, 10, 27), "hour", {"00", "06", "12", "18"}),
        (date(2025, 1, 1), date(2026, 1, 1), "day", {"Jan", "Apr", "Jul", "Oct"}),
        (date(2020, 1, 1), date(2025, 1, 1), "month", {"2020", "2024"}),
    ],
)
def test_it_fits(first: date, end: date, by: By, labels: set[str], width: int) -> None:
    """No line is longer than the terminal, and labels do not run into one another."""
    lines = drawn(first, end, by, width, [1.0, 5.0])
    assert max(map(len, lines)) <= width
    found = lines[-1].split()
    assert labels <= {*found}
    assert len(found) == len({*found})
