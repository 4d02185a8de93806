"""What a line counts of a series on a day, many stretches of energy at once.

Nearly all stretches lie in one zone, or in whole steps of a price; the others are divided one by
one, as `pricing` says.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from math import fsum
from operator import mul

from powerstats_cli.core.energy.metering import Energies, Home, Known, Prices
from powerstats_cli.core.energy.pricing import (
    Counted,
    Piece,
    counted,
    netted,
    pieces,
    rates_at,
    reaching,
    shared,
    united,
)
from powerstats_cli.core.energy.tariff_lines import REST, Line
from powerstats_cli.core.periods import HOUR, Span, day_span, intervals


def counted_on(
    line: Line, series: str, day: date, since: date, home: Home, known: Known
) -> Iterator[Counted]:
    """Yield what a line counts of a series on a local day.

    `since` is the first day on which the line held: a step of a counter may have begun before.
    """
    stretches = known.ending_in(day_span(day, home.timezone), series)
    yield from _counted(line, stretches, day, since, home, known)


def netted_on(line: Line, day: date, home: Home, known: Known) -> Iterable[Counted]:
    """Return what a line counts of a local day after `less` was taken off in each window."""
    minutes = line.within if isinstance(line.within, int) else 60
    windows = intervals(day, home.timezone, minutes)
    parts = pieces(line, day, home, known)
    zones = united(parts)
    starts = {window.start for window in windows}
    if not line.only and all(part.start in starts for part in zones):
        span = day_span(day, home.timezone)
        of, less = (
            _in_windows(known.ending_in(span, name), windows) for name in (line.per, line.less)
        )
        if of and less:
            kwh = [max(one - other, 0.0) for one, other in zip(of, less, strict=True)]
            ends = [window.end for window in windows]
            net = Energies([window.start for window in windows], ends, kwh, [1.0] * len(kwh))
            return _counted(line, net, day, day, home, known)
    return netted(line, day, parts, home, known)


def _in_windows(stretches: Energies, windows: Sequence[Span]) -> Sequence[float]:
    """Return the kWh in each window of a day; nothing unless each is wholly known by itself."""
    if not windows or not stretches.fill(Span(windows[0].start, windows[-1].end)):
        return ()
    found = []
    place = 0
    for start, end in windows:
        following = bisect_right(stretches.ends, end, place)
        if stretches.starts[place] != start or stretches.ends[following - 1] != end:
            return ()
        found.append(fsum(stretches.kwh[place:following]))
        place = following
    return found


def _counted(
    line: Line, stretches: Energies, day: date, since: date, home: Home, known: Known
) -> Iterator[Counted]:
    left = list(range(len(stretches)))
    if stretches and line.price and not line.only:
        left = []
        steps = known.holding(day_span(day, home.timezone), line.price)
        yield from _at_prices(line, stretches, steps, left)
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
