"""Costs as CSV and as JSON lines: a row for each hour, day, week, month or bill."""

import json
from collections.abc import Iterable, Iterator
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.core.energy.costs import Row, cells
from powerstats_cli.export.csv import line

HEADS: Final = (
    "start", "end", "import", "export", "energy", "fixed", "amount", "per_kwh", "known", "currency",
)  # fmt: skip


def csv(rows: Iterable[Row], zone: ZoneInfo, currency: str) -> Iterator[str]:
    """Yield the lines of a table by RFC 4180; a cell of what is unknown is empty."""
    yield line(HEADS)
    for row in rows:
        yield line([*cells(row, zone).values(), currency])


def jsonl(rows: Iterable[Row], zone: ZoneInfo, currency: str) -> Iterator[str]:
    """Yield an object for each row, without what is unknown."""
    for row in rows:
        told = {name: value for name, value in cells(row, zone).items() if value is not None}
        yield json.dumps({**told, "currency": currency}, ensure_ascii=False) + "\n"
