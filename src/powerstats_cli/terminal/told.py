"""What is stored of a period, as lines of sums, a table, or a chart."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.comparison import amount
from powerstats_cli.core.periods import DAY, HOUR, Span, day_start, local_day
from powerstats_cli.core.pieces import Piece
from powerstats_cli.core.scales import buckets
from powerstats_cli.core.series import Kind
from powerstats_cli.core.told import Told
from powerstats_cli.core.units import ENERGY
from powerstats_cli.terminal.labels import change, decimal, label, share
from powerstats_cli.terminal.plots import chart
from powerstats_cli.terminal.screen import ENDLESS
from powerstats_cli.terminal.words import count, is_ascii

# A bar in a pipe has so many characters; on a terminal it takes what is left, in these limits.
PIPED_BAR: Final = 30
SHORTEST_BAR, LONGEST_BAR = 8, 40
PIPED_CHART: Final = 80
LONGEST_DAY: Final = DAY + HOUR
PARTS: Final = " ▏▎▍▌▋▊▉█"


def show(console: Console, told: Told, *, plotted: Collection[str]) -> None:
    """Print the sums, then the charts of some series, or without any the table."""
    nothing = "-" if is_ascii(console) else "–"
    for name in told.kinds:
        console.print(Text(sums(told, name, nothing), style="bold"))
    console.print()
    for name in plotted:
        _print_chart(console, told, name)
    if plotted:
        return
    for number, table in enumerate(tables(told, console, nothing)):
        if number:
            console.print()
        console.print(table)


# --- sums ---------------------------------------------------------------------------------------


def sums(told: Told, name: str, nothing: str) -> str:
    """Return a line: the energy or the mean, how much that is a day, how much is known."""
    value, kind = told.total(name), told.kinds[name]
    if value is None:
        return f"{name}: {nothing}, known 0%"
    unit = _unit(kind)
    parts = [f"{_number(kind, amount(value))} {unit}".rstrip()]
    a_day = told.a_day(name)
    parts += [] if a_day is None else [f"{_number(kind, a_day)} {unit} a day"]
    if kind.is_power and told.other is None:  # else the line would be too long
        parts += [f"mean {_number(kind, value.mean)} {kind.unit}"]
    parts += [f"known {share(value.coverage, nothing)}"]
    return f"{name}: {', '.join([*parts, *_compared(told, name, nothing)])}"


def _compared(told: Told, name: str, nothing: str) -> Iterator[str]:
    """Yield the change, and how much of the other period is known if that is not all."""
    if told.other is None:
        return
    first, end = (f"{at.astimezone(told.zone):%Y-%m-%d}" for at in told.other)
    days = first if told.other.length <= LONGEST_DAY else f"{first}..{end}"
    yield f"{change(told.total_change(name), nothing)} on {days}"
    known, number = told.known_beside(name)
    if known < number:
        yield f"of which {known} of {count(number, told.by)} known"


# --- tables -------------------------------------------------------------------------------------


def tables(told: Told, console: Console, nothing: str) -> Iterator[Table]:
    """Yield the table of all series, or several with as many as fit beside one another.

    The ranges of the values, and then the bar, are left out if they do not fit.
    """
    names = list(told.kinds)
    while names:
        some = names[:1]
        for name in names[1:]:
            if not _fits(table(told, [*some, name], nothing, with_range=False), console):
                break
            some.append(name)
        names = names[len(some) :]
        found = table(told, some, nothing, with_range=told.mates is None)
        if not _fits(found, console):
            found = table(told, some, nothing, with_range=False)
        room = console.width - _width(found, console) - 1 if console.is_terminal else PIPED_BAR
        bars = _bars(told, some[0], room, console)
        yield _with(found, some[0] if some[1:] else "", bars) if bars else found


def _with(found: Table, head: str, bars: Sequence[str]) -> Table:
    """Return a table with a last column of bars."""
    wider = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for column in found.columns:
        wider.add_column(column.header, justify=column.justify, no_wrap=True, vertical="bottom")
    wider.add_column(Text(head), no_wrap=True, vertical="bottom")
    rows = zip(*(column.cells for column in found.columns), strict=True)
    for cells, drawn in zip(rows, bars, strict=True):
        wider.add_row(*cells, drawn)
    return wider


def _fits(found: Table, console: Console) -> bool:
    return _width(found, console) <= console.width


def _width(found: Table, console: Console) -> int:
    return console.measure(found, options=console.options.update(max_width=ENDLESS)).maximum


def table(told: Told, names: Sequence[str], nothing: str, *, with_range: bool) -> Table:
    """Return a row for each bucket, with the numbers of some series."""
    found = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    found.add_column("Start", no_wrap=True, vertical="bottom")
    with_known = any(_least_known(row, names) < 1 for row in told.rows)
    for name in names:
        for head in _heads(told, name, with_range=with_range):
            found.add_column(Text(head), justify="right", no_wrap=True, vertical="bottom")
    if with_known:
        found.add_column("Known", justify="right", no_wrap=True, vertical="bottom")
    years = {row.span.start.astimezone(told.zone).year for row in told.rows}
    for at, row in enumerate(told.rows):
        cells = [cell for name in names for cell in _cells(told, at, name, nothing, with_range)]
        known = [share(_least_known(row, names), nothing)] if with_known else []
        start = label(row.span, told.by, told.zone, with_year=len(years) > 1)
        found.add_row(start, *cells, *known)
    return found


def _heads(told: Told, name: str, *, with_range: bool) -> Iterator[str]:
    kind = told.kinds[name]
    yield f"{name}\n{_unit(kind)}"
    if told.mates is not None:
        yield "before"
        yield "change"
    elif with_range and not kind.is_counter:
        yield f"min-max\n{kind.unit}"


def _cells(told: Told, at: int, name: str, nothing: str, with_range: bool) -> Iterator[str]:  # noqa: FBT001 - as above
    value, kind = told.rows[at].point.get(name), told.kinds[name]
    yield _number(kind, amount(value), nothing)
    if told.mates is not None:
        yield _number(kind, told.beside(at, name), nothing)
        yield change(told.change(at, name), nothing)
    elif with_range and not kind.is_counter:
        yield _range(kind, value, nothing)


def _range(kind: Kind, value: Value | None, nothing: str) -> str:
    if value is None or value.min is None or value.max is None:
        return nothing
    between = nothing if value.min >= 0 else ".."
    return f"{_level(kind, value.min)}{between}{_level(kind, value.max)}"


def _bars(told: Told, name: str, room: int, console: Console) -> Sequence[str]:
    """Return a bar for each row, none if there is no room; the greatest number has the longest."""
    numbers = [amount(row.point.get(name)) for row in told.rows]
    most = max((abs(number) for number in numbers if number is not None), default=0.0)
    if room < SHORTEST_BAR or not most or len(numbers) < 2:
        return ()
    width = min(room, LONGEST_BAR)
    return [bar(number, most, width, is_ascii=is_ascii(console)) for number in numbers]


def bar(number: float | None, most: float, width: int, *, is_ascii: bool) -> str:
    """Return a bar; that of a number below zero has another pattern."""
    if number is None:
        return ""
    eighths = round(abs(number) / most * width * 8)
    if is_ascii or number < 0:
        return ("-" if is_ascii else "░") * (eighths // 8) if number < 0 else "#" * (eighths // 8)
    return "█" * (eighths // 8) + PARTS[eighths % 8].strip()


def _least_known(row: Piece, names: Sequence[str]) -> float:
    return min(row.point[name].coverage if name in row.point else 0.0 for name in names)


# --- charts -------------------------------------------------------------------------------------


def _print_chart(console: Console, told: Told, name: str) -> None:
    """Print the curve of a series, with room for the rest of a day that is not over."""
    kind = told.kinds[name]
    unit = f"{kind.unit}/h" if kind.is_counter else kind.unit
    pieces = [*told.rows, *_future(told)]
    width = console.width if console.is_terminal else PIPED_CHART
    drawn = chart(
        pieces, name, told.zone, until=told.until, width=width, is_ascii=is_ascii(console)
    )
    console.print(Text(f"{name}, {unit}".removesuffix(", "), style="bold"))
    console.print(Text(drawn), no_wrap=True, overflow="crop")


def _future(told: Told) -> Iterator[Piece]:
    """Yield the rest of the day without values, as far as the period has it."""
    if not told.rows or told.by not in {"interval", "hour"}:
        return
    end = told.rows[-1].span.end
    day = local_day(end, told.zone)
    rest = Span(end, min(told.asked.end, day_start(day + DAY, told.zone)))
    if rest.start < rest.end and end != day_start(day, told.zone):
        minutes = max(round(told.rows[0].span.length.total_seconds() / 60), 1)
        for bucket in buckets(told.by, rest, told.zone, lambda _: minutes):
            yield Piece(bucket, {})


# --- numbers ------------------------------------------------------------------------------------


def _unit(kind: Kind) -> str:
    return ENERGY if kind.is_power else kind.unit


def _number(kind: Kind, number: float | None, nothing: str = "") -> str:
    return nothing if number is None else decimal(number, kind, 2)


def _level(kind: Kind, number: float) -> str:
    return decimal(number, kind, 0 if abs(number) >= 100 else 1)
