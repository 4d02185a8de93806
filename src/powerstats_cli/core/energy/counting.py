"""What a line counts of a series on a day, many stretches of energy at once.

Nearly all stretches lie in one zone, or in whole steps of a price; the others are divided one by
one, as `pricing` says.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from math import fsum
from operator import mul

from powerstats_cli.core.energy.metering import Energies, Home, Known, Prices
from powerstats_cli.core.energy.pricing import (
    Counted,
    Piece,
    counted,
    pieces,
    rates_at,
    reaching,
    shared,
)
from powerstats_cli.core.energy.tariff_lines import REST, Line
from powerstats_cli.core.periods import HOUR, day_span


def counted_on(
    line: Line, series: str, day: date, since: date, home: Home, known: Known
) -> Iterator[Counted]:
    """Yield what a line counts of a series on a local day.

    `since` is the first day on which the line held: a step of a counter may have begun before.
    """
    span = day_span(day, home.timezone)
    stretches = known.ending_in(span, series)
    left = list(range(len(stretches)))
    if stretches and line.price and not line.only:
        left = []
        yield from _at_prices(line, stretches, known.holding(span, line.price), left)
    if not left:
        return
    parts = pieces(line, day, home, known)
    if not line.price:
        left = []
        yield from _in_zones(stretches, parts, left)
    for place in left:
        stretch = stretches[place]
        yield from counted(stretch, reaching(parts, stretch, line, since, home, known))


def _in_zones(stretches: Energies, parts: Iterable[Piece], left: list[int]) -> Iterator[Counted]:
    """Yield the energy in each part of a day; `left` gets the stretches that lie in several."""
    place = 0
    for piece in parts:
        first = bisect_left(stretches.starts, piece.start, place)
        end = bisect_right(stretches.ends, piece.end, first)
        if first < end:
            left += range(place, first)
            yield from shared(fsum(stretches.kwh[first:end]), piece, is_split=False)
            place = end
    left += range(place, len(stretches))


def _at_prices(
    line: Line, stretches: Energies, steps: Prices, left: list[int]
) -> Iterator[Counted]:
    """Yield the energy in steps of a price; `left` gets the stretches of which it is not that easy.

    Those begin or end inside a step, are longer than an hour, or have no price.
    """
    rates = rates_at(line, steps.prices)
    if stretches.ends == steps.ends and stretches.starts == steps.starts:
        yield Counted(REST, fsum(stretches.kwh), fsum(map(mul, stretches.kwh, rates)))
        return
    kwh, amounts, split = [], [], []
    for place, (start, end) in enumerate(zip(stretches.starts, stretches.ends, strict=True)):
        first = bisect_left(steps.starts, start)
        last = bisect_right(steps.ends, end)
        of_it = rates[first:last]
        length = end - start
        if length > HOUR or not of_it or steps.starts[first] != start:
            left.append(place)
            continue
        if length != len(of_it) * (steps.ends[first] - start):
            left.append(place)
            continue
        kwh.append(stretches.kwh[place])
        amounts.append(kwh[-1] * fsum(of_it) / len(of_it))
        split += [] if len(set(of_it)) == 1 else kwh[-1:]
    if kwh:
        yield Counted(REST, fsum(kwh), fsum(amounts), split=fsum(split))
