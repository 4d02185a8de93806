"""Today so far, as one bucket behind the closed days."""

from copy import copy

from msgspec.structs import replace

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, day_span
from tests.page.expected.grid import Grid, total
from tests.page.expected.sums import highest, lowest, mean


def with_today(grid: Grid, daily: Document | None) -> Grid:
    """Return closed days with today behind them, if it comes after them."""
    if daily is None or daily.day is None or daily.day <= grid.days[-1]:
        return grid
    made = copy(grid)
    last = grid.days[-1]
    made.days = [*grid.days, *(last + back * DAY for back in range(1, (daily.day - last).days + 1))]
    made.spans = [span for day in made.days if (span := day_span(day, grid.zone)).length]
    today = Grid(daily)
    point = {
        name: value
        for name in grid.document.series
        if name in daily.series and (value := so_far(today, name)) is not None
    }
    start = day_span(daily.day, grid.zone).start
    made.document = replace(grid.document, points={**grid.document.points, start: point})
    return made


def so_far(today: Grid, name: str) -> Value | None:
    """Return a series' value of today."""
    cells = today.cells(name)
    known = sum((cell.known for cell in cells), start=cells[0].known * 0)
    if not known:
        return None
    low, high, added = lowest(cells), highest(cells), total(cells)
    counts = today.is_counter(name)
    return Value(
        mean=mean(cells),
        min=low.value.min if low and low.value else None,
        max=high.value.max if high and high.value else None,
        kwh=None if counts else added,
        change=added if counts else None,
        coverage=known / day_span(today.days[0], today.zone).length,
    )
