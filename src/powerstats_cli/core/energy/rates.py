"""What one more kWh costs through a day: all lines that count it, with the percents on them."""

from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from itertools import pairwise
from operator import attrgetter
from typing import Final, NamedTuple

import msgspec

from powerstats_cli.core.energy.bills import bill, block_scale
from powerstats_cli.core.energy.metering import Home, Known
from powerstats_cli.core.energy.pricing import Piece, pieces
from powerstats_cli.core.energy.tallies import filled
from powerstats_cli.core.energy.tariff_lines import REST, Line
from powerstats_cli.core.energy.tariffs import Days, Term, bases, in_order
from powerstats_cli.core.periods import DAY

DECIMALS: Final = 6
"""How many decimals a rate has when it is written."""
_END: Final = attrgetter("end")

Registers = Mapping[str, str]
"""The flow, `import` or `export`, that each counter or power of the grid's meter is of."""


class Rate(NamedTuple):
    """A stretch of time in which a kWh costs the same; its rate is None if a price is unknown.

    Of energy for which one is paid it is what one gets. `zone` is empty outside all zones.
    """

    start: datetime
    end: datetime
    rate: float | None
    zone: str = ""


def kinds(lines: Sequence[Line], registers: Registers) -> list[frozenset[str]]:
    """Return the kinds of kWh that lines price apart: import and export first, then other series.

    Each has the names under which lines count it: a register's kWh is one of its flow, too.
    """
    named = {name for line in lines if line.kind == "energy" for name in line.series}
    found: list[frozenset[str]] = []
    for flow in ("import", "export"):
        own = [name for name, of in registers.items() if of == flow and name in named]
        if own or flow in named:
            found += [frozenset({flow, name}) for name in own or [flow]]
    known = frozenset[str]().union(*found)
    return [*found, *(frozenset({name}) for name in sorted(named - known))]


def rates(
    lines: Sequence[Line], term: Term, day: date, names: frozenset[str], home: Home, known: Known
) -> list[Rate]:
    """Return what a kWh with these names costs through a day of a bill, in order of time.

    Blocks and a netted bill count as far as that bill has run.
    """
    weights = {
        at: weight
        for at, line in enumerate(lines)
        if line.kind == "energy"
        and holds(line, day)
        and (weight := _weight(line, names, home.received, partial(_net, line, term, home, known)))
    }
    if not weights:
        return []
    reached = {
        at: _reached(lines[at], term, day, home, known) for at in weights if lines[at].blocks
    }
    return through(lines, weights, reached, day, names, home, known)


def through(
    lines: Sequence[Line],
    weights: Mapping[int, float],
    blocks: Mapping[int, float],
    day: date,
    names: frozenset[str],
    home: Home,
    known: Known,
) -> list[Rate]:
    """Return what a kWh with these names costs through a day, in order of time.

    `weights` are the places of the lines that count it, each with how often it is paid; `blocks`
    have the rate of those that have blocks.
    """
    parts = {at: pieces(lines[at], day, home, known) for at in weights}
    percents = [
        (at, lines[at].times * (lines[at].percent or 0.0) / 100, bases(lines, at))
        for at in in_order(lines)
        if lines[at].kind == "percent" and holds(lines[at], day)
    ]
    sign = -1.0 if names & home.received else 1.0
    edges = sorted({at for some in parts.values() for piece in some for at in piece[:2]})
    found = []
    for start, end in pairwise(edges):
        here = {at: some[bisect_right(some, start, key=_END)] for at, some in parts.items()}
        costs = {at: _cost(piece, weights[at], blocks.get(at)) for at, piece in here.items()}
        found.append(Rate(start, end, _sum(costs, percents, sign), _zone(lines, here)))
    return united(found)


def holds(line: Line, day: date) -> bool:
    """Tell whether a line holds on a day."""
    return bool(len(Days(day, day + DAY).cut(line.since, line.until)))


def _weight(
    line: Line, names: Container[str], received: Container[str], net: Callable[[], float]
) -> float:
    """Return how many kWh a line counts for one more of these, times its factor and its sign."""
    counted = 0.0
    if line.per in names:
        counted = 0.0 if line.within == "bill" and net() < 0 else 1.0
    elif line.less in names and line.within == "bill":
        counted = -1.0 if net() > 0 else 0.0
    factor = 1.0 if line.price else line.times  # a price's factor is in its rate
    return counted * factor * (-1.0 if line.per in received else 1.0)


def _net(line: Line, term: Term, home: Home, known: Known) -> float:
    return _count(line, line.per, term, home, known) - _count(line, line.less, term, home, known)


def _count(line: Line, series: str, term: Term, home: Home, known: Known) -> float:
    """Return the kWh of a series that a line has counted on a bill so far, before it nets them."""
    plain = msgspec.structs.replace(
        line, per=series, rate=0.0, price="", plus=0.0, least=None, most=None, blocks=(),
        over="bill", whole=False, less="", within=None,
    )  # fmt: skip
    return sum(item.tally.kwh for item in bill([plain], term, home, known).items)


def _reached(line: Line, term: Term, day: date, home: Home, known: Known) -> float:
    """Return the rate of the block that the next kWh falls into; 0 over the last limit."""
    days = term.days.cut(line.since, line.until)
    scale = block_scale(line, days, term.period, home)
    if line.over == "day":
        term = term._replace(days=Days(day, day + DAY))
    limits = [None if block.to is None else block.to * scale for block in line.blocks]
    kwh = _count(line, line.per, term, home, known)
    fill = filled(limits, kwh + 1e-6, is_whole=line.whole)
    reached = [block.rate for block, inside in zip(line.blocks, fill, strict=True) if inside > 0]
    return reached[-1] if reached else 0.0


def _cost(piece: Piece, weight: float, block: float | None) -> float | None:
    if piece.zone is None:
        return 0.0
    rate = piece.rate if block is None else block
    return None if rate is None else rate * weight


def _sum(
    costs: dict[int, float | None],
    percents: Sequence[tuple[int, float, Sequence[int]]],
    sign: float,
) -> float | None:
    if None in costs.values():
        return None
    amounts = {at: cost or 0.0 for at, cost in costs.items()}
    for at, share, base in percents:
        amounts[at] = share * sum(amounts.get(each, 0.0) for each in base)
    return round(sign * sum(amounts.values()), DECIMALS) + 0.0  # no -0.0


def _zone(lines: Sequence[Line], here: Mapping[int, Piece]) -> str:
    """Return the first zone with a rate of its own that a line has at a time."""
    zones = (piece.zone for at, piece in here.items() if lines[at].zones)
    return next((zone for zone in zones if zone and zone != REST), "")


def united(found: Iterable[Rate]) -> list[Rate]:
    """Return rates in order of time, those that are the same and follow each other as one."""
    joined: list[Rate] = []
    for each in found:
        last = joined[-1] if joined else None
        if last and last.end == each.start and last[2:] == each[2:]:
            joined[-1] = last._replace(end=each.end)
        else:
            joined.append(each)
    return joined
