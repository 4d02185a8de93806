"""The numbers of charts: their tables, their sums, their squares."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from powerstats_cli.core.periods import DAY, Span
from tests.page.expected.grid import Day, Grid, Numbers, Roles, escaped, iso, millis, total
from tests.page.expected.sums import highest, known_time, lowest, mean, per_day


def card(key: str, value: float | None) -> Numbers:
    """Return a number that is shown, as a dash if it is unknown."""
    return {key: value}


def extreme_cards(grid: Grid, name: str, low: str, high: str) -> Numbers:
    """Return the lowest and the highest value and their times."""
    cells = grid.cells(name)
    numbers: Numbers = {low: None, high: None}
    if (cell := lowest(cells)) and cell.value:
        numbers |= {low: cell.value.min, f"{low}-time": iso(cell.span.start)}
    if (cell := highest(cells)) and cell.value:
        numbers |= {high: cell.value.max, f"{high}-time": iso(cell.span.start)}
    return numbers


def rests(grid: Grid, names: Iterable[str]) -> Numbers:
    """Return the sums that charts show of their series while no bucket is read."""
    numbers: Numbers = {}
    for name in names:
        cells, key = grid.cells(name), escaped(name)
        if grid.is_counter(name):
            numbers[f"total-{key}"] = total(cells)
        elif (value := mean(cells)) is not None:
            numbers[f"mean-{key}"] = value
        if (low := lowest(cells)) and (high := highest(cells)) and low.value and high.value:
            numbers |= {
                f"min-{key}": low.value.min,
                f"max-{key}": high.value.max,
            }
    return numbers


def table(
    chart: str, series: str, columns: Mapping[str, Iterable[float | None]], spans: list[Span]
) -> Numbers:
    """Return a chart's table: one row a bucket of which something is known."""
    return {
        f"cell-{chart}-{escaped(series)}-{column}-{millis(span.start)}": value
        for column, values in columns.items()
        for span, value in zip(spans, values, strict=True)
    }


def columns_of(grid: Grid, name: str, *, with_band: bool = True) -> dict[str, list[float | None]]:
    """Return a series' columns in a table."""
    cells = grid.cells(name)
    if grid.is_counter(name):
        return {"value": [cell.amount for cell in cells]}
    made = {"value": [cell.value.mean if cell.value else None for cell in cells]}
    if with_band and lowest(cells):
        made["min"] = [cell.value.min if cell.value else None for cell in cells]
        made["max"] = [cell.value.max if cell.value else None for cell in cells]
    return made


def main_lines(grid: Grid, roles: Roles) -> dict[str, dict[str, list[float | None]]]:
    """Return the lines of the main chart: what is exported is below zero."""
    lines = {roles.main: columns_of(grid, roles.main)} if roles.main else {}
    for name in (roles.beside, roles.battery, roles.exported):
        if name:
            lines[name] = columns_of(grid, name, with_band=False)
    if roles.exported:
        values = lines[roles.exported]["value"]
        lines[roles.exported]["value"] = [None if one is None else 0 - one for one in values]
    return lines


def main_chart(grid: Grid, roles: Roles, shown: Grid | None = None) -> Numbers:
    """Return the main chart's table, of the buckets that are shown, and its sums of closed time."""
    if roles.main is None:
        return {}
    shown = shown or grid
    lines = main_lines(shown, roles)
    numbers = rests(grid, lines)
    if isinstance(value := numbers.get("mean-export"), float) and roles.exported:
        numbers["mean-export"] = 0 - value
    return chart_of("main", lines, shown.spans) | numbers


def chart_of(
    key: str, lines: Mapping[str, Mapping[str, list[float | None]]], spans: list[Span]
) -> Numbers:
    """Return a chart's table; rows without a known value are left out."""
    empty = {
        number
        for number in range(len(spans))
        if all(columns["value"][number] is None for columns in lines.values())
    }
    kept = [span for number, span in enumerate(spans) if number not in empty]
    numbers: Numbers = {}
    for name, columns in lines.items():
        some = {
            column: [value for number, value in enumerate(values) if number not in empty]
            for column, values in columns.items()
        }
        numbers |= table(key, name, some, kept)
    return numbers


def further_charts(grid: Grid, roles: Roles, shown: Grid | None = None) -> Numbers:
    """Return every other series' chart; voltages share one, up to four."""
    about = grid.document.series
    told = {roles.main, roles.energy, roles.sun_energy, roles.sun, *roles.devices, *roles.sums}
    told |= {roles.battery, roles.level}
    rest = [name for name in about if name not in told]
    volts = [n for n in rest if about[n].unit == "V" and not grid.is_counter(n)][:4]
    groups = [volts] if volts else []
    groups += [[name] for name in rest if name not in volts]
    numbers: Numbers = {}
    for names in groups:
        charted = shown or grid
        lines = {name: columns_of(charted, name, with_band=len(names) == 1) for name in names}
        key = "voltage" if names == volts else names[0]
        numbers |= chart_of(f"series-{escaped(key)}", lines, charted.spans)
        numbers |= rests(grid, names)
    return numbers


def energy_chart(grid: Grid, roles: Roles) -> Iterator[tuple[str, list[Day]]]:
    """Yield the series of the energy chart and their days."""
    if roles.energy:
        yield roles.energy, grid.by_day(roles.energy)
    if roles.sun_energy:
        yield roles.sun_energy, grid.by_day(roles.sun_energy)


def heat(grid: Grid, name: str) -> list[list[float | None]]:
    """Return a week's hours, a row a day, in order."""
    is_amount = grid.document.series[name].unit == "W" or grid.is_counter(name)
    return [
        [
            cell.amount if is_amount else cell.value.mean if cell.value else None
            for cell in day.cells
        ]
        for day in grid.by_day(name)
        if day.span.end > grid.start
    ]


def calendar(grid: Grid, name: str) -> list[tuple[date, float | None]]:
    """Return the value of each day in the calendar, from the first known day."""
    days = [day for day in grid.by_day(name) if day.span.start >= grid.start]
    is_amount = any(day.total is not None for day in days)
    return [(day.day, day.total if is_amount else mean(day.cells)) for day in days]


def rolled(days: list[Day], number: int) -> float | None:
    """Return the mean of seven days, if at least half of them is known."""
    some = days[max(0, number - 6) : number + 1]
    return per_day(some) if known_time(some) >= 3.5 * DAY else None
