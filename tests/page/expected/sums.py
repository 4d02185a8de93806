"""Sums, means, extremes and comparisons."""

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction

from powerstats_cli.core.periods import DAY, hours
from tests.page.expected.grid import WHOLE, Cell, Day, Grid, total


def mean(cells: Iterable[Cell]) -> float | None:
    """Return the mean, weighted by known time."""
    weighted, known = Fraction(0), Fraction(0)
    for cell in cells:
        if cell.value is not None and cell.value.mean is not None:
            time = Fraction(cell.known.total_seconds())
            weighted += Fraction(cell.value.mean) * time
            known += time
    return float(weighted / known) if known else None


def lowest(cells: Iterable[Cell]) -> Cell | None:
    """Return the first bucket with the lowest value in it."""
    some = [cell for cell in cells if cell.value is not None and cell.value.min is not None]
    return min(some, key=lambda cell: cell.value.min or 0.0 if cell.value else 0.0, default=None)


def highest(cells: Iterable[Cell]) -> Cell | None:
    """Return the first bucket with the highest value in it."""
    some = [cell for cell in cells if cell.value is not None and cell.value.max is not None]
    return max(some, key=lambda cell: cell.value.max or 0.0 if cell.value else 0.0, default=None)


def known_time(days: Iterable[Day]) -> timedelta:
    """Return the known time of the days that have a total."""
    return sum(
        (day.coverage * day.span.length for day in days if day.total is not None), timedelta(0)
    )


def sum_of(days: Iterable[Day]) -> float | None:
    """Return the sum of days."""
    return total(cell for day in days for cell in day.cells)


def per_day(days: Iterable[Day]) -> float | None:
    """Return the total for 24 hours of known time."""
    days = list(days)
    added, time = sum_of(days), known_time(days)
    return None if added is None or not time else added / (time / DAY)


def change(ours: float | None, theirs: float | None) -> float | None:
    """Return how much more we have, as a share of theirs."""
    return None if ours is None or theirs is None or theirs <= 0 else ours / theirs - 1


def whole_hours(grid: Grid, name: str, day: date) -> dict[str, float]:
    """Return the amounts of a day's wholly known hours by local time and offset order."""
    found: dict[str, float] = {}
    cells = grid.cells(name)
    for hour in hours(day, grid.zone):
        inside = [cell for cell in cells if hour.start <= cell.span.start < hour.end]
        known = sum((cell.known for cell in inside), timedelta(0))
        if hour.end <= grid.until(name) and known >= WHOLE * hour.length:
            label = f"{hour.start.astimezone(grid.zone):%H:%M}"
            found[f"{label} again" if label in found else label] = total(inside) or 0.0
    return found
