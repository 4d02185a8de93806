"""CSV by RFC 4180: a row a bucket and series, or a row a bucket for a spreadsheet."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import in_local_time
from powerstats_cli.core.pieces import Piece
from powerstats_cli.core.series import Kind
from powerstats_cli.core.units import ENERGY
from powerstats_cli.export.fields import FIELDS, fields

END: Final = "\r\n"
# A spreadsheet would take such a text for a formula.
FORMULA: Final = re.compile(r"[=+\-@\t\r]")
SPECIAL: Final = re.compile(r'[",\r\n]')

Cell = str | float | None


def long(rows: Iterable[Piece], kinds: Mapping[str, Kind], zone: ZoneInfo) -> Iterator[str]:
    """Yield the lines of a table that has a row for each bucket and series with a value."""
    yield line(["start", "end", "series", "unit", *FIELDS])
    for row in rows:
        start, end = (in_local_time(at, zone) for at in row.span)
        for name, value in row.point.items():
            told = fields(value)
            unit = kinds[name].unit
            yield line([start, end, name, unit, *(told.get(field) for field in FIELDS)])


def wide(rows: Iterable[Piece], kinds: Mapping[str, Kind], zone: ZoneInfo) -> Iterator[str]:
    """Yield the lines of a table that has a row for each bucket, empty where nothing is known.

    A power has two columns, its energy and its mean; a counter has that of its change, and any
    other series that of its mean.
    """
    columns = [column for name, kind in kinds.items() for column in _columns(name, kind)]
    yield line(["start", "end", *(f"{name} {unit}".rstrip() for name, unit, _ in columns)])
    for row in rows:
        cells = [_cell(row.point.get(name), field) for name, _, field in columns]
        yield line([*(in_local_time(at, zone) for at in row.span), *cells])


def _columns(name: str, kind: Kind) -> Sequence[tuple[str, str, str]]:
    """Return the columns of a series: its name, the unit, and the field of its values."""
    if kind.is_counter:
        return [(name, kind.unit, "change")]
    energy = [(name, ENERGY, "kwh")] if kind.is_power else []
    return [*energy, (name, kind.unit, "mean")]


def _cell(value: Value | None, field: str) -> Cell:
    found: Cell = None if value is None else getattr(value, field)
    return found


def line(cells: Iterable[Cell]) -> str:
    """Return a line of cells."""
    return ",".join(map(_quoted, cells)) + END


def _quoted(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return repr(cell)
    text = f"'{cell}" if FORMULA.match(cell) else cell
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if SPECIAL.search(text) else text
