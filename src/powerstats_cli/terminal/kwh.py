"""What a kWh costs through a day on a screen: letters or heights, and rates with their hours."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from powerstats_cli.core.energy.day_rates import Kwh, Level
from powerstats_cli.core.periods import MINUTE
from powerstats_cli.terminal.daybars import Part, bars, parts_of
from powerstats_cli.terminal.plots import EIGHTHS
from powerstats_cli.terminal.tariff_words import number
from powerstats_cli.terminal.words import BAD, FAIR, GOOD, is_ascii

LETTERS: Final = "ABCDEFGHIJ"
DIGITS: Final = "12345678"
UNKNOWN: Final = "?"
OVER: Final = {"bill": "over a bill", "day": "over a day", "bill days": "per day of the bill"}
# A screen that is at least so wide has four columns of times.
WIDE: Final = 72


def show_kwh(console: Console, kwh: Kwh, zone: ZoneInfo) -> None:
    """Print what a kWh costs through a day: a bar, and its rates with their hours."""
    parts = parts_of(kwh)
    distinct = _distinct(parts, is_received=kwh.is_received)
    if all(rate is None for part in parts for rate in part.rates):
        console.print(Text("  No price is stored of this day.", style=FAIR))
        return
    if len(distinct) > len(LETTERS):
        _show_steps(console, kwh, parts, zone)
    else:
        if len(distinct) > 1:
            for line in bars(parts, zone, lambda part: _letter(part, distinct)):
                console.print(Text("  ").append_text(line))
        console.print(_legend(kwh, parts, distinct, zone))
    if over := kwh.levels[0].over:
        console.print(Text(f"  Blocks count {OVER[over]}.", style="dim"))


Key = tuple[str, tuple[float | None, ...]]


def _distinct(parts: Sequence[Part], *, is_received: bool) -> list[Key]:
    """Return what a kWh costs at any time, the best first and the unknown last."""

    def order(key: Key) -> tuple[bool, float, str]:
        first = key[1][0]
        return first is None, (-1 if is_received else 1) * (first or 0.0), key[0]

    return sorted({(part.zone, part.rates) for part in parts}, key=order)


def _letter(part: Part, distinct: Sequence[Key]) -> tuple[str, str]:
    """Return a part's letter, A for the best, and its colour."""
    if part.rates[0] is None:
        return UNKNOWN, "dim"
    place = distinct.index((part.zone, part.rates))
    most = max(place for place, (_, rates) in enumerate(distinct) if rates[0] is not None)
    return LETTERS[place], _colour(place / most if most else 0.0)


def _colour(share: float) -> str:
    """Return the colour of a rate, 0 for the best and 1 for the worst."""
    return GOOD if share < 1 / 3 else BAD if share > 2 / 3 else FAIR


def _legend(kwh: Kwh, parts: Sequence[Part], distinct: Sequence[Key], zone: ZoneInfo) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    has_states, has_zones = len(kwh.levels) > 1, any(name for name, _ in distinct)
    for _ in range(has_states + has_zones + 1):
        table.add_column()
    for key in distinct:
        here = [part for part in parts if (part.zone, part.rates) == key]
        letter, style = _letter(here[0], distinct) if len(distinct) > 1 else ("", "")
        times = ", ".join(_times(part, zone) for part in here) if len(distinct) > 1 else "all day"
        for place, (level, rate) in enumerate(zip(kwh.levels, key[1], strict=True)):
            cells = [_rate(rate)]
            cells += [_state(level, kwh.levels)] if has_states else []
            cells += [(key[0] or "rest") if not place else ""] if has_zones else []
            first = Text(f"  {letter if not place else ''}", style=style)
            table.add_row(first, *cells, times if not place else "")
    return table


def _state(level: Level, levels: Sequence[Level]) -> str:
    """Return in which state of the bill a rate holds."""
    words = [{"in": "if more comes in", "out": "if more goes out"}[level.net]] if level.net else []
    limits = [each.to for each in levels if each.to is not None]
    if level.to is not None:
        words.append(f"to {number(level.to, 0)} kWh")
    elif limits:
        words.append(f"over {number(max(limits), 0)} kWh")
    return ", ".join(words)


def _rate(rate: float | None) -> str:
    return UNKNOWN if rate is None else f"{rate:.4f}"


def _times(part: Part, zone: ZoneInfo) -> str:
    return f"{_clock(part.start, zone)}-{_clock(part.end, zone, is_end=True)}"


def _clock(at: datetime, zone: ZoneInfo, *, is_end: bool = False) -> str:
    """Return a time of day; one that comes twice has its offset."""
    local = at.astimezone(zone)
    if is_end and (local.hour, local.minute) == (0, 0):
        return "24:00"
    is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%H:%M}{f'{local:%z}' if is_twice else ''}"


# --- a price that changes all day -----------------------------------------------------------------


def _show_steps(console: Console, kwh: Kwh, parts: Sequence[Part], zone: ZoneInfo) -> None:
    """Print the rates of a day in each state of the bill; of those that run alike only the first.

    How much more or less the others are is told in a line.
    """
    for place, level in enumerate(kwh.levels):
        state = _state(level, kwh.levels)
        apart = {
            round(rate - first, 4)
            for first, rate in ((part.rates[0], part.rates[place]) for part in parts)
            if first is not None and rate is not None
        }
        if place and len(apart) == 1:
            more = apart.pop()
            words = f"{abs(more):.4f} {'more' if more > 0 else 'less'}"
            console.print(Text(f"  {state}: {words} at any time"))
            continue
        if state:
            console.print(Text(f"  {state}:"))
        of_state = [part._replace(rates=part.rates[place : place + 1]) for part in parts]
        _show_heights(console, kwh, of_state, zone)


def _show_heights(console: Console, kwh: Kwh, parts: Sequence[Part], zone: ZoneInfo) -> None:
    """Print a bar of heights, the least and the most, and the rate of each step."""
    known = [part for part in parts if part.rates[0] is not None]
    rates = [rate for part in known for rate in part.rates[:1] if rate is not None]
    low, high = min(rates), max(rates)
    marks = DIGITS if is_ascii(console) else EIGHTHS

    def mark(part: Part) -> tuple[str, str]:
        rate = part.rates[0]
        if rate is None:
            return UNKNOWN, "dim"
        share = (rate - low) / (high - low or 1.0)
        return marks[round(share * 7)], _colour(1 - share if kwh.is_received else share)

    for line in bars(parts, zone, mark):
        console.print(Text("  ").append_text(line))
    length = sum((part.end - part.start) / MINUTE for part in known)
    weighed = ((part.end - part.start) / MINUTE * (part.rates[0] or 0.0) for part in known)
    mean = sum(weighed) / length
    least = f"least {low:.4f} at {_clock(known[rates.index(low)].start, zone)}"
    most = f"most {high:.4f} at {_clock(known[rates.index(high)].start, zone)}"
    console.print(Text(f"  {least}, {most}, mean {mean:.4f}"))
    console.print(_steps(parts, zone, 4 if console.width >= WIDE else 3))


def _steps(parts: Sequence[Part], zone: ZoneInfo, columns: int) -> Table:
    """Return the rate of each step, from top to bottom in some columns."""
    entries = [(_clock(part.start, zone), _rate(part.rates[0])) for part in parts]
    length = -(-len(entries) // columns)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for _ in range(columns):
        table.add_column(style="dim")
        table.add_column(justify="right")
    for row in range(length):
        table.add_row(*_row(entries, row, length))
    return table


def _row(entries: Sequence[tuple[str, str]], row: int, length: int) -> Iterator[str]:
    for place in range(row, len(entries), length):
        at, rate = entries[place]
        yield f"  {at}" if place == row else at
        yield rate
