"""Bills: what each line of a tariff costs on each day of a bill, and all of them together.

A day's amount is the running amount at its end less that at its start, so days add up to their
bill, whatever the lines are. Amounts are computed, never stored.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from itertools import pairwise
from math import fsum
from typing import Final, NamedTuple

import msgspec

from powerstats_cli.core.energy.counting import counted_on, netted_on
from powerstats_cli.core.energy.demand import day_peaks, lacking, running
from powerstats_cli.core.energy.metering import Home, Known, known_share
from powerstats_cli.core.energy.pricing import in_zone
from powerstats_cli.core.energy.tallies import (
    NOTHING,
    Tally,
    added,
    in_blocks,
    net_of_bill,
    summed,
)
from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.energy.tariffs import Days, Term, bases, in_order, share_of
from powerstats_cli.core.periods import DAY, MICROSECOND, Span, day_span, local_day

DECIMALS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("JPY", "KRW", "VND", "CLP", "ISK"), 0),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 3),
}
"""How many decimals an amount has, in the currencies that do not have 2."""


WRITTEN_DECIMALS: Final = 4


class Cost(NamedTuple):
    """An amount of money: what is paid by the kWh, and what is not."""

    energy: float = 0.0
    fixed: float = 0.0

    @property
    def amount(self) -> float:
        """All of it."""
        return self.energy + self.fixed


class Item(msgspec.Struct, frozen=True):
    """What lines of one name cost on a bill; `tally` has the exact amount.

    `lines` are those lines, as long as they held on one of its days.
    """

    name: str
    lines: Sequence[Line]
    tally: Tally


class Bill(msgspec.Struct, frozen=True, dict=True):
    """A bill as far as it has run: its items in order, and what each of its days costs.

    `known` is the share of the time in which all that its lines use is known. It is 0 on a day of
    whose demand no peak is known: that has no amount. `shares` are those of the days, and `priced`
    are the shares of their kWh that every line could price.
    """

    term: Term
    items: Sequence[Item]
    days: Mapping[date, Cost]
    shares: Mapping[date, float]
    priced: Mapping[date, float]
    known: float

    @cached_property
    def amount(self) -> float:
        """The exact amount of all days."""
        return fsum(cost.amount for cost in self.days.values())

    @property
    def unpriced(self) -> float:
        """The most kWh that a line could not price."""
        return max((item.tally.unpriced for item in self.items), default=0.0)

    @property
    def split(self) -> float:
        """The most kWh that a line had to divide by length of time."""
        return max((item.tally.split for item in self.items), default=0.0)

    def total(self, decimals: int = 2) -> float:
        """Return the sum of the items as they are rounded, as on paper."""
        return rounded(fsum(rounded(item.tally.amount, decimals) for item in self.items), decimals)


def rounded(amount: float, decimals: int = 2) -> float:
    """Return an amount with so many decimals, half of the last one away from zero."""
    exact = Decimal(repr(round(amount, 9)))
    return float(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def money(amount: float) -> float:
    """Return an amount with the decimals in which it is written; zero has no sign."""
    return round(amount, WRITTEN_DECIMALS) + 0.0


# --- a bill ---------------------------------------------------------------------------------------


Memory = dict[tuple[int, Term], list[Tally]]
"""What a line, by its identity, counts on each day of a bill."""


def bill(
    lines: Sequence[Line], term: Term, home: Home, known: Known, memory: Memory | None = None
) -> Bill:
    """Return the bill of some days; of a running one the days that have begun.

    Tariffs that have lines in common share a `memory`, as long as all else is the same.
    """
    memory = {} if memory is None else memory
    bare = term._replace(tariff="")
    days = begun(term.days, home, known)
    tallies: dict[int, list[Tally]] = {}
    costs: dict[int, list[Cost]] = {}
    for at in in_order(lines):
        line = lines[at]
        if line.kind == "percent":
            costs[at] = _percent(line, days, [costs[base] for base in bases(lines, at)])
            tallies[at] = [Tally(0.0, cost.amount) for cost in costs[at]]
        else:
            if (id(line), bare) not in memory:
                memory[id(line), bare] = _of_days(line, days, term, home, known)
            tallies[at] = memory[id(line), bare]
            costs[at] = [_cost(line, tally) for tally in tallies[at]]
    by_day = {day: [some[at] for some in tallies.values()] for at, day in enumerate(days)}
    shares = {
        day: 0.0
        if any(tally.lacking for tally in some)
        else share_in(lines, day, _so_far(day, home, known), known)
        for day, some in by_day.items()
    }
    return Bill(
        term,
        list(_items(lines, days, tallies)),
        {day: _sum(cost[at] for cost in costs.values()) for at, day in enumerate(days)},
        shares,
        {day: min(tally.priced for tally in some) for day, some in by_day.items()},
        _mean_share(shares, home, known),
    )


def begun(days: Days, home: Home, known: Known) -> Days:
    """Return the days of a bill that have begun when all that is known ends."""
    return days.cut(None, local_day(known.until - MICROSECOND, home.timezone) + DAY)


def _cost(line: Line, tally: Tally) -> Cost:
    return Cost(tally.amount) if line.kind == "energy" else Cost(fixed=tally.amount)


def _sum(costs: Iterable[Cost]) -> Cost:
    some = list(costs)
    return Cost(fsum(cost.energy for cost in some), fsum(cost.fixed for cost in some))


def _percent(line: Line, days: Days, costs: Sequence[Sequence[Cost]]) -> list[Cost]:
    """Return what a percent of other lines costs on each day."""
    held = days.cut(line.since, line.until)
    factor = (line.percent or 0.0) / 100 * line.times
    found = []
    for at, day in enumerate(days):
        base = _sum(each[at] for each in costs) if held.first <= day < held.end else Cost()
        found.append(Cost(base.energy * factor, base.fixed * factor))
    return found


def _of_days(line: Line, days: Days, term: Term, home: Home, known: Known) -> list[Tally]:
    """Return what a line counts on each day; nothing on days on which it does not hold."""
    held = days.cut(line.since, line.until)
    if line.kind == "fixed":
        found = [_fixed(line, day) for day in held]
    elif line.kind == "demand":
        found = _demand(line, held, home, known)
    else:
        of_bill = term.days.cut(line.since, line.until)
        scale = block_scale(line, of_bill, term.period, home)
        since = max(term.since, line.since or term.since)
        found = _energy(line, held, since, scale, home, known)
    by_day = dict(zip(held, found, strict=True))
    return [by_day.get(day, NOTHING) for day in days]


def block_scale(line: Line, days: Days, period: Days, home: Home) -> float:
    """Return by what the limits of blocks are multiplied, on a bill of some days of its period.

    By the day they are times the days of which a part is counted: with two seasons on one bill,
    each has its own days.
    """
    if line.over == "bill":
        return len(days) / len(period)
    if line.over == "day":
        return 1.0
    return float(sum(not line.only or bool(in_zone(home, line.only, day)) for day in days))


def _fixed(line: Line, day: date) -> Tally:
    return Tally(1.0, line.rate_in("") * line.times * share_of(line.per, day))


def _demand(line: Line, days: Days, home: Home, known: Known) -> list[Tally]:
    """Return how a demand's kW and its running amount change on each day."""
    peaks = day_peaks(line, days, home, known)
    without = lacking(line, days, peaks)
    both = [(0.0, 0.0), *running(line, days, peaks)]
    return [
        Tally(kw - before, now - then, lacking=int(day in without))
        for day, ((before, then), (kw, now)) in zip(days, pairwise(both), strict=True)
    ]


def _energy(
    line: Line, days: Days, since: date, scale: float, home: Home, known: Known
) -> list[Tally]:
    found = [_counted(line, line.per, day, since, home, known) for day in days]
    if line.within == "bill":
        less = [_counted(line, line.less, day, since, home, known) for day in days]
        found = net_of_bill(line, found, less)
    if line.blocks:
        found = in_blocks(line, found, scale)
    sign = -1.0 if line.per in home.received else 1.0
    factor = sign * (1.0 if line.price else line.times)  # a price's factor is in its rate
    return found if factor == 1 else [tally.scaled(factor) for tally in found]


def _counted(line: Line, series: str, day: date, since: date, home: Home, known: Known) -> Tally:
    if isinstance(line.within, int):
        return summed(netted_on(line, day, home, known))
    return summed(counted_on(line, series, day, since, home, known))


def _items(
    lines: Sequence[Line], days: Days, tallies: Mapping[int, Sequence[Tally]]
) -> Iterator[Item]:
    """Yield the lines of each name as one, in the order in which the names come."""
    held = [at for at, line in enumerate(lines) if len(days.cut(line.since, line.until))]
    for name in dict.fromkeys(lines[at].name for at in held):
        places = [at for at in held if lines[at].name == name]
        tally = added(tally for at in places for tally in tallies[at])
        yield Item(name, [lines[at] for at in places], tally)


# --- coverage -------------------------------------------------------------------------------------


def share_in(lines: Iterable[Line], day: date, span: Span, known: Known) -> float:
    """Return the share of a part of a day in which all that the lines of the day use is known."""
    holding = [line for line in lines if len(Days(day, day + DAY).cut(line.since, line.until))]
    series = {name for line in holding for name in line.series}
    prices = {line.price for line in holding if line.price}
    return known_share(known, series, prices, span)


def _so_far(day: date, home: Home, known: Known) -> Span:
    span = day_span(day, home.timezone)
    return Span(span.start, max(span.start, min(span.end, known.until)))


def _mean_share(shares: Mapping[date, float], home: Home, known: Known) -> float:
    """Return the share of all days' time so far; 0 if no time has passed."""
    lengths = {day: _so_far(day, home, known).length.total_seconds() for day in shares}
    total = fsum(lengths.values())
    return fsum(shares[day] * lengths[day] for day in shares) / total if total else 0.0
