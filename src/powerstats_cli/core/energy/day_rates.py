"""What a tariff costs on a day: a kWh through its hours, in each block, and what is fixed.

It is how a tariff is checked before it is trusted, so nothing depends on what was used so far.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from math import fsum
from typing import Final, Literal

import msgspec

from powerstats_cli.core.energy.metering import Home, Known
from powerstats_cli.core.energy.pricing import pieces
from powerstats_cli.core.energy.rates import Rate, Registers, holds, kinds, through
from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.energy.tariffs import Days, bases, in_order, share_of

Net = Literal["in", "out"]
"""Whether over a bill that is netted more came in than went out, or less."""
NETS: Final[tuple[Net, ...]] = ("in", "out")


class Level(msgspec.Struct, frozen=True):
    """What a kWh costs through a day in one state of the bill.

    With blocks that is as long as the kWh counted `over` a bill or a day have not reached `to`,
    None for the last block. `net` is None if no line is netted within the bill.
    """

    rates: Sequence[Rate]
    net: Net | None = None
    over: str = ""
    to: float | None = None


class Kwh(msgspec.Struct, frozen=True):
    """A kind of kWh: its flow or series `of`, the lines that count it, and what it costs.

    A register is of a `flow`, too. Of energy for which one is paid it is what one gets.
    """

    of: str
    flow: str
    is_received: bool
    lines: Sequence[str]
    levels: Sequence[Level]


def kwh_rates(
    lines: Sequence[Line], day: date, registers: Registers, home: Home, known: Known
) -> list[Kwh]:
    """Return each kind of kWh that the lines price on a day; `known` has the prices of that day.

    `registers` have the flow of each counter of the grid's meter.
    """
    holding = [line for line in lines if holds(line, day)]
    return [
        found
        for names in kinds(holding, registers)
        if (found := _kwh(lines, day, names, home, known)) is not None
    ]


def _kwh(
    lines: Sequence[Line], day: date, names: frozenset[str], home: Home, known: Known
) -> Kwh | None:
    counted = {
        at: line
        for at, line in enumerate(lines)
        if line.kind == "energy" and holds(line, day) and _counts(line, names)
    }
    here = {at: line for at, line in counted.items() if _is_there(line, day, home, known)}
    if not here:
        return None
    flow = next((name for name in ("import", "export") if name in names), "")
    named = [lines[at].name for at in _with_percents(lines, here, day)]
    levels = []
    for net in NETS if any(line.within == "bill" for line in here.values()) else (None,):
        weights = {at: _weight(line, names, home, net) for at, line in here.items()}
        for over, to, blocks in _blocks(here):
            rates = through(lines, weights, blocks, day, names, home, known)
            levels.append(Level(rates, net, over, to))
    received = bool(names & home.received)
    return Kwh(min(names - {flow}, default=flow), flow, received, [*dict.fromkeys(named)], levels)


def _counts(line: Line, names: frozenset[str]) -> bool:
    """Tell whether a line counts a kWh, or takes it off within the bill."""
    return line.per in names or (line.less in names and line.within == "bill")


def _is_there(line: Line, day: date, home: Home, known: Known) -> bool:
    return any(piece.zone is not None for piece in pieces(line, day, home, known))


def _weight(line: Line, names: frozenset[str], home: Home, net: Net | None) -> float:
    """Return how often a line's rate is paid for one more kWh."""
    is_received = line.per in home.received
    factor = 1.0 if line.price else line.times  # a price's factor is in its rate
    if line.within == "bill":
        counted = 1.0 if line.per in names else -1.0
        factor *= counted if is_received == (net == "out") else 0.0
    return -factor if is_received else factor


def _with_percents(lines: Sequence[Line], counted: Iterable[int], day: date) -> list[int]:
    """Return the places of lines that count a kWh, and of percents that are of any of them."""
    found = set(counted)
    for at in in_order(lines):
        is_percent = lines[at].kind == "percent" and holds(lines[at], day)
        if is_percent and not found.isdisjoint(bases(lines, at)):
            found.add(at)
    return sorted(found)


def _blocks(
    lines: Mapping[int, Line],
) -> Iterator[tuple[str, float | None, Mapping[int, float]]]:
    """Yield what blocks are counted over, where one ends, and the rate of each line up to there.

    Lines that count over different times have no common count: then there are the first kWh, and
    those over all blocks.
    """
    some = {at: line for at, line in lines.items() if line.blocks}
    overs = {line.over for line in some.values()}
    ends = {block.to for line in some.values() for block in line.blocks if block.to is not None}
    limits = sorted(ends)[:1] if len(overs) > 1 else sorted(ends)
    over = min(overs) if len(overs) == 1 else ""
    for limit in (*limits, None):
        yield over, limit, {at: _rate_to(line, limit) for at, line in some.items()}


def _rate_to(line: Line, limit: float | None) -> float:
    """Return the rate of the block that a count is in as long as it is not over a limit."""
    fits = (
        block.rate
        for block in line.blocks
        if block.to is None or (limit is not None and limit <= block.to)
    )
    return next(fits, 0.0)


# --- what is fixed --------------------------------------------------------------------------------


def fixed_amount(lines: Sequence[Line], days: Days) -> float:
    """Return what the lines by the day, month and year cost on some days, with percents on them."""
    return fsum(_fixed_on(lines, day) for day in days)


def _fixed_on(lines: Sequence[Line], day: date) -> float:
    amounts = [0.0] * len(lines)
    for at in in_order(lines):
        line = lines[at]
        if not holds(line, day):
            continue
        if line.kind == "fixed":
            amounts[at] = line.rate_in("") * line.times * share_of(line.per, day)
        elif line.kind == "percent":
            share = line.times * (line.percent or 0.0) / 100
            amounts[at] = share * fsum(amounts[each] for each in bases(lines, at))
    return fsum(amounts)
