"""One series of a day as a small chart of characters."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.core import zones
from powerstats_cli.core.buckets import combine
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import Span
from powerstats_cli.core.tiers import buckets

EIGHTHS: Final = "▁▂▃▄▅▆▇█"
COLUMN: Final = timedelta(minutes=20)
ROWS: Final = 6
LABEL_EVERY: Final = 9
MARGIN: Final = 8


def curve(document: Document, name: str, *, is_ascii: bool = False) -> str:
    """Return the means of a series over its day, with a column for every 20 minutes.

    A column of which nothing is known stays empty, with a dot in the lowest row.
    """
    zone = zones.zone(document.timezone)
    columns = _columns(document, zone)
    start = columns[0][0].start
    until = document.until(name) or start
    means = [_mean(document, name, column) for column in columns]
    top = max((mean for mean in means if mean is not None), default=0.0) or 1.0
    lines = []
    for row in reversed(range(ROWS)):
        cells = "".join(
            _cell(mean, top, row, is_past=column[0].start < until, is_ascii=is_ascii)
            for mean, column in zip(means, columns, strict=True)
        )
        lines.append(_label(row, top) + cells)
    return "\n".join([*lines, " " * MARGIN + "".join(_hours(columns, zone))])


def _columns(document: Document, zone: ZoneInfo) -> list[tuple[Span, ...]]:
    """Return the buckets of the document's day, a tuple for each column."""
    day = document.day or document.last_update.astimezone(zone).date()
    spans = buckets(document.bucket, day, zone)
    number = max(round(COLUMN / spans[0].length), 1)
    return [spans[index : index + number] for index in range(0, len(spans), number)]


def _mean(document: Document, name: str, spans: Sequence[Span]) -> float | None:
    """Return the mean of the known buckets among some, None if none is known."""
    known = [
        (document.points[span.start][name], span.length.total_seconds())
        for span in spans
        if name in document.points.get(span.start, {})
    ]
    return combine(known, sum(length for _, length in known)).mean if known else None


def _label(row: int, top: float) -> str:
    """Return what stands before a row: the highest mean, or 0 before the lowest row."""
    if row == ROWS - 1:
        return f"{top:>7.0f} "
    return f"{0:>7} " if row == 0 else " " * MARGIN


def _hours(columns: Sequence[Sequence[Span]], zone: ZoneInfo) -> Iterator[str]:
    for column in columns[::LABEL_EVERY]:
        yield f"{column[0].start.astimezone(zone):%H}".ljust(LABEL_EVERY)


def _cell(mean: float | None, top: float, row: int, *, is_past: bool, is_ascii: bool) -> str:
    if mean is None:
        return ("." if is_ascii else "·") if is_past and row == 0 else " "
    eighths = round(max(mean, 0.0) / top * ROWS * 8) - row * 8
    if eighths <= 0:
        return ("_" if is_ascii else "▁") if row == 0 else " "
    return "#" if is_ascii else EIGHTHS[min(eighths, 8) - 1]
