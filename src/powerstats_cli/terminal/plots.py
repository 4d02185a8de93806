"""One series of a period as a small chart of characters."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from powerstats_cli.core import zones
from powerstats_cli.core.buckets import Value, combine
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, HOUR
from powerstats_cli.core.pieces import Piece
from powerstats_cli.core.tiers import buckets

EIGHTHS: Final = "▁▂▃▄▅▆▇█"
ROWS: Final = 6
MARGIN: Final = 8
USUAL_WIDTH: Final = 80
YEAR: Final = 366 * DAY

Tick = tuple[Callable[[datetime], bool], str]
# Which times of day, or days, have a label below the chart, the densest first.
HOURS: Final[Sequence[Tick]] = [
    (lambda at: not at.hour % 3, "%H"),
    (lambda at: not at.hour % 6, "%H"),
]
DAYS: Final[Sequence[Tick]] = [
    (lambda _: True, "%a %d"),
    (lambda at: at.weekday() == 0, "%d %b"),
    (lambda at: at.day == 1, "%b"),
    (lambda at: at.day == 1 and at.month % 3 == 1, "%b"),
    (lambda at: at.day == 1 and at.month % 6 == 1, "%b"),
]
YEARS: Final[Sequence[Tick]] = [
    (lambda at: at.day == 1 and at.month == 1, "%Y"),
    (lambda at: at.day == 1 and at.month == 1 and not at.year % 5, "%Y"),
]


class Column(NamedTuple):
    """A column of a chart: the starts of its buckets, and its mean, None if that is unknown."""

    starts: Sequence[datetime]
    mean: float | None


def curve(document: Document, name: str, *, is_ascii: bool = False) -> str:
    """Return the means of a series over its day, as `chart` does."""
    zone = zones.zone(document.timezone)
    day = document.day or document.last_update.astimezone(zone).date()
    pieces = [
        Piece(span, document.points.get(span.start, {}))
        for span in buckets(document.bucket, day, zone)
    ]
    until = document.until(name) or pieces[0].span.start
    return chart(pieces, name, zone, until=until, width=USUAL_WIDTH, is_ascii=is_ascii)


def chart(
    pieces: Sequence[Piece],
    name: str,
    zone: ZoneInfo,
    *,
    until: datetime,
    width: int,
    is_ascii: bool = False,
) -> str:
    """Return the means of a series over some buckets, a counter's by the hour.

    The columns are as many as fit. A column of which nothing is known stays empty, with a dot in
    the lowest row if it is before `until`. A mean below zero moves the lowest row down.
    """
    columns = _columns(pieces, name, max(width - MARGIN, 1))
    means = [column.mean for column in columns if column.mean is not None]
    low, high = min([0.0, *means]), max([0.0, *means])
    top = high if high > low else low + 1.0
    lines = []
    for row in reversed(range(ROWS)):
        cells = (
            _cell(column, (low, top), row, is_past=column.starts[0] < until, is_ascii=is_ascii)
            for column in columns
        )
        lines.append(_label(row, low, top) + "".join(cells))
    length = pieces[-1].span.end - pieces[0].span.start
    ticks = HOURS if length <= DAY + HOUR else DAYS if length <= YEAR else YEARS
    lines.append(" " * MARGIN + _axis(columns, zone, ticks))
    return "\n".join(line.rstrip() for line in lines)


def _columns(pieces: Sequence[Piece], name: str, most: int) -> list[Column]:
    """Return at most so many columns: several buckets in each, or several for each bucket."""
    together = -(-len(pieces) // most)
    apart = max(most // len(pieces), 1) if together == 1 else 1
    found = []
    for at in range(0, len(pieces), together):
        part = pieces[at : at + together]
        column = Column([piece.span.start for piece in part], _mean(part, name))
        found += [column] * apart
    return found


def _mean(pieces: Sequence[Piece], name: str) -> float | None:
    """Return the mean of the known buckets among some, None if none is known."""
    known = [
        (piece.point[name], piece.span.length.total_seconds())
        for piece in pieces
        if name in piece.point
    ]
    if not known:
        return None
    seconds = sum(length for _, length in known)
    return _level(combine(known, seconds), seconds)


def _level(value: Value, seconds: float) -> float | None:
    """Return a mean, or that by which a counter rose in an hour of known time."""
    if value.change is None:
        return value.mean
    return value.change / (value.coverage * seconds / HOUR.total_seconds())


def _label(row: int, low: float, top: float) -> str:
    """Return what stands before a row: the highest mean, or the lowest value before the last."""
    if row == ROWS - 1:
        return f"{_number(top):>7} "
    return f"{_number(low):>7} " if row == 0 else " " * MARGIN


def _number(number: float) -> str:
    return f"{number:.0f}" if abs(number) >= 10 or not number else f"{number:.2f}"


def _axis(columns: Sequence[Column], zone: ZoneInfo, ticks: Sequence[Tick]) -> str:
    """Return the labels below the columns, as many as stand beside one another."""
    axis = ""
    for is_there, form in ticks:
        labels = list(_labels(columns, zone, is_there, form))
        axis = ""
        is_fine = bool(labels)
        for at, label in labels:
            is_fine = is_fine and (not axis or at > len(axis))
            axis = axis.ljust(at) + label if at >= len(axis) else axis
        if is_fine and len(axis) <= len(columns):
            return axis
    return axis[: len(columns)]


def _labels(
    columns: Sequence[Column], zone: ZoneInfo, is_there: Callable[[datetime], bool], form: str
) -> Iterator[tuple[int, str]]:
    """Yield the columns that have a label, the first of those with the same one."""
    shown = ""
    for at, column in enumerate(columns):
        for start in column.starts:
            local = start.astimezone(zone)
            label = f"{local:{form}}"
            if label != shown and is_there(local) and at + len(label) <= len(columns):
                yield at, label
            shown = label


def _cell(
    column: Column, limits: tuple[float, float], row: int, *, is_past: bool, is_ascii: bool
) -> str:
    if column.mean is None:
        return ("." if is_ascii else "·") if is_past and row == 0 else " "
    low, top = limits
    eighths = round((column.mean - low) / (top - low) * ROWS * 8) - row * 8
    if eighths <= 0:
        return ("_" if is_ascii else "▁") if row == 0 else " "
    return "#" if is_ascii else EIGHTHS[min(eighths, 8) - 1]
