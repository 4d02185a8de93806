"""Sums, means, extremes and comparisons."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from powerstats_cli.core.periods import DAY, day_start, hours
from tests.page.expected.grid import Cell, Day, Grid, total

ENOUGH = 0.9


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
    """Return how much more we have, as a share of theirs; None if either is not above zero."""
    if ours is None or theirs is None or ours <= 0 or theirs <= 0:
        return None
    return ours / theirs - 1


def span_of(grid: Grid, name: str, start: datetime, end: datetime) -> float | None:
    """Return the amount of a span, if at least 90 % of it is known."""
    inside = [c for c in grid.cells(name) if c.span.start >= start and c.span.end <= end]
    known = sum((cell.known for cell in inside), timedelta(0))
    return (total(inside) or 0.0) if known >= ENOUGH * (end - start) else None


def same_time(day: date, by: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the first instant of a day with the local time of another; its end for midnight."""
    clock = by.astimezone(zone).time()
    if clock == time(0):
        return day_start(day + DAY, zone)
    starts = [hour.start for hour in hours(day, zone)]
    return next((start for start in starts if start.astimezone(zone).time() == clock), None)


def ends(grid: Grid, name: str) -> list[datetime]:
    """Return the ends of today's hours that are over, the newest first, none that comes twice."""
    over = [hour.end for hour in hours(grid.days[0], grid.zone) if hour.end <= grid.until(name)]
    return [end for end in reversed(over) if not comes_twice(end, grid.zone)]


def comes_twice(instant: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a local time comes twice in its day."""
    local = instant.astimezone(zone)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
