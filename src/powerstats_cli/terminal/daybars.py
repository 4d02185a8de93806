"""A day as a bar of characters, one for each half hour or quarter, that reads without colours."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from rich.text import Text

from powerstats_cli.core.energy.day_rates import Kwh
from powerstats_cli.core.periods import MINUTE

HALF_HOUR: Final = 30
QUARTER: Final = 15


class Part(NamedTuple):
    """A stretch of a day with one zone; `rates` are what a kWh costs in each block."""

    start: datetime
    end: datetime
    zone: str
    rates: tuple[float | None, ...]


Mark = Callable[[Part], tuple[str, str]]
"""Returns the character of a part of the day, and its style."""


def parts_of(kwh: Kwh) -> list[Part]:
    """Return the stretches of a day in which a kWh costs the same in each of its blocks."""
    edges = sorted({at for level in kwh.levels for rate in level.rates for at in rate[:2]})
    found: list[Part] = []
    for start, end in pairwise(edges):
        here = [
            rate for level in kwh.levels for rate in level.rates if rate.start <= start < rate.end
        ]
        part = Part(start, end, here[0].zone, tuple(rate.rate for rate in here))
        if found and found[-1][2:] == part[2:]:
            found[-1] = found[-1]._replace(end=end)
        else:
            found.append(part)
    return found


def bars(parts: Sequence[Part], zone: ZoneInfo, mark: Mark) -> Iterator[Text]:
    """Yield the lines of a day's bar, with the hours above each row."""
    minutes = HALF_HOUR if _is_even(parts, zone) else QUARTER
    cells = list(_cells(parts, minutes))
    length = len(cells) if minutes == HALF_HOUR else -(-len(cells) // 2)
    for first in range(0, len(cells), length):
        row = cells[first : first + length]
        yield Text(_hours([start.astimezone(zone) for start, _ in row]), style="dim")
        line = Text()
        for (character, style), same in groupby(mark(part) for _, part in row):
            line.append(character * len(list(same)), style)
        yield line


def _is_even(parts: Sequence[Part], zone: ZoneInfo) -> bool:
    """Tell whether all parts of a day begin on a half hour."""
    return all(part.start.astimezone(zone).minute % HALF_HOUR == 0 for part in parts)


def _cells(parts: Sequence[Part], minutes: int) -> Iterator[tuple[datetime, Part]]:
    """Yield the beginning of each step of a day, with the part that it lies in."""
    step = timedelta(minutes=minutes)
    at, end = parts[0].start, parts[-1].end
    for part in parts:
        while at < min(part.end, end):
            yield at, part
            at += step


def _hours(starts: Sequence[datetime]) -> str:
    """Return the hours above a row: every third one, or every second of a row of quarters."""
    is_fine = len(starts) > 1 and starts[1] - starts[0] < HALF_HOUR * MINUTE
    every = 2 if is_fine else 3
    line = ""
    for place, start in enumerate(starts):
        is_tick = start.minute == 0 and start.hour % every == 0
        if is_tick and len(line) <= place and not start.fold:
            line = line.ljust(place) + str(start.hour)
    return line
