"""A day of one series as a small chart of characters."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

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
    """Return a series's means over its day as a small chart, 20 minutes a column.

    What is unknown is left open, a dot on the ground line.
    """
    zone = ZoneInfo(document.timezone)
    day = document.day or document.last_update.astimezone(zone).date()
    spans = buckets(document.bucket, day, zone)
    per_column = max(round(COLUMN / spans[0].length), 1)
    columns = [spans[index : index + per_column] for index in range(0, len(spans), per_column)]
    until = document.until(name) or spans[0].start
    means = [_mean_of(document, name, column) for column in columns]
    top = max((mean for mean in means if mean is not None), default=0.0) or 1.0
    lines = []
    for row in reversed(range(ROWS)):
        label = f"{top:>7.0f} " if row == ROWS - 1 else f"{0:>7} " if row == 0 else " " * MARGIN
        cells = "".join(
            _cell(mean, top, row, is_past=column[0].start < until, is_ascii=is_ascii)
            for mean, column in zip(means, columns, strict=True)
        )
        lines.append(label + cells)
    hours = "".join(
        f"{column[0].start.astimezone(zone):%H}".ljust(LABEL_EVERY)
        for column in columns[::LABEL_EVERY]
    )
    return "\n".join([*lines, " " * MARGIN + hours])


def _mean_of(document: Document, name: str, spans: Sequence[Span]) -> float | None:
    known = [
        (document.points[span.start][name], span.length.total_seconds())
        for span in spans
        if name in document.points.get(span.start, {})
    ]
    return combine(known, sum(length for _, length in known)).mean if known else None


def _cell(mean: float | None, top: float, row: int, *, is_past: bool, is_ascii: bool) -> str:
    if mean is None:
        return ("." if is_ascii else "·") if is_past and row == 0 else " "
    eighths = round(max(mean, 0.0) / top * ROWS * 8) - row * 8
    if eighths <= 0:
        return ("_" if is_ascii else "▁") if row == 0 else " "
    return "#" if is_ascii else EIGHTHS[min(eighths, 8) - 1]
