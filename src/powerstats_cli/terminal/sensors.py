"""The sensors of a home as a table: name, sensor, role, and the reading now."""

from collections.abc import Callable, Sequence

from rich.table import Table
from rich.text import Text

from powerstats_cli.core.candidates.selection import Kept
from powerstats_cli.lines import one_line


def sensor_table(
    kept: Sequence[Kept], now: Callable[[Kept], str], *, first: int | None = None
) -> Table:
    """Return a row for each sensor, numbered from `first`; `now` gives the text of its reading.

    An entity of the domain `sensor`, as nearly all are, is shown without it.
    """
    table = Table(box=None, pad_edge=False, header_style="dim")
    if first is not None:
        table.add_column("", justify="right", no_wrap=True)
    table.add_column("Name", overflow="fold")
    table.add_column("Sensor", overflow="fold")
    table.add_column("Role", overflow="fold")
    table.add_column("Now", justify="right", no_wrap=True)
    for number, one in enumerate(kept, start=first or 0):
        numbers = [] if first is None else [Text(str(number), "bold")]
        table.add_row(
            *numbers,
            Text(one_line(one.name), "green"),
            Text(one_line(one.entity_id.removeprefix("sensor."))),
            Text(one_line(one.described)),
            Text(now(one)),
        )
    return table


def reading(value: float | None, unit: str) -> str:
    """Return a reading with its unit, - if it is unknown."""
    if value is None or value != value:
        return "-"
    return f"{value:.6g} {one_line(unit)}".strip()
