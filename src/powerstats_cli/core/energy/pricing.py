"""What the energy of a day costs by one line: its zones, its prices, and what is netted.

Energy is even within a stretch. If the rate is not constant over it, a stretch of an hour at most
is divided, and a longer one is not priced: its kWh are told.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from powerstats_cli.core.energy.flows import MOST_APART
from powerstats_cli.core.energy.hours import Holidays, Zone, spans
from powerstats_cli.core.energy.metering import Energy, Home, Known, Price, Prices
from powerstats_cli.core.energy.tariff_lines import REST, Line
from powerstats_cli.core.periods import HOUR, Span, day_span, days, intervals, local_day

_END: Final = attrgetter("end")


class Piece(NamedTuple):
    """A part of a day in which a line has one zone and one rate.

    Energy in it is not counted if `zone` is None, and has no price if `rate` is.
    """

    start: datetime
    end: datetime
    zone: str | None
    rate: float | None


class Counted(NamedTuple):
    """Energy that a line counts in a zone, in kWh, and what it costs.

    `unpriced` are the kWh that have no amount, `split` those that were divided.
    """

    zone: str
    kwh: float
    amount: float = 0.0
    unpriced: float = 0.0
    split: float = 0.0


# --- the zones and rates of a day -----------------------------------------------------------------


def pieces(line: Line, day: date, home: Home, known: Known) -> list[Piece]:
    """Return the parts of a local day in which a line has one zone and one rate, in order."""
    span = day_span(day, home.timezone)
    zones = {name: in_zone(home, name, day) for name in line.zones}
    only = in_zone(home, line.only, day) if line.only else (span,)
    prices = known.holding(span, line.price) if line.price else Prices()
    spans_of = [*only, *(part for parts in zones.values() for part in parts), *_spans(prices)]
    edges = {at for part in spans_of for at in part if span.start < at < span.end} | set(span)
    return [_piece(line, Span(*both), only, zones, prices) for both in pairwise(sorted(edges))]


def reaching(
    parts: Sequence[Piece], stretch: Energy, line: Line, since: date, home: Home, known: Known
) -> Sequence[Piece]:
    """Return the parts of a day with those before it that a stretch meets, from a day on."""
    start = parts[0].start
    if stretch.start >= start:
        return parts
    first = max(local_day(stretch.start, home.timezone), since)
    earlier = days(first, local_day(start, home.timezone))
    return [*(each for day in earlier for each in pieces(line, day, home, known)), *parts]


def _spans(prices: Iterable[Price]) -> Iterator[Span]:
    return (Span(price.start, price.end) for price in prices)


def _piece(
    line: Line,
    part: Span,
    only: Sequence[Span],
    zones: Mapping[str, Sequence[Span]],
    prices: Prices,
) -> Piece:
    if not _has(only, part.start):
        return Piece(*part, None, 0.0)
    zone = next((name for name, parts in zones.items() if _has(parts, part.start)), REST)
    if line.price:
        return Piece(*part, zone, _priced(line, prices, part.start))
    return Piece(*part, zone, 0.0 if line.blocks else line.rate_in(zone))


def _has(parts: Sequence[Span], at: datetime) -> bool:
    return any(part.start <= at < part.end for part in parts)


def _priced(line: Line, prices: Prices, at: datetime) -> float | None:
    """Return what a kWh costs at an instant by a line with a price, None if that is unknown."""
    place = bisect_right(prices.ends, at)
    if place == len(prices) or prices.starts[place] > at:
        return None
    return rates_at(line, prices.prices[place : place + 1])[0]


def rates_at(line: Line, prices: Iterable[float]) -> list[float]:
    """Return what a kWh costs by a line at each of some prices."""
    times, plus = line.times, line.plus
    costs = [price * times + plus for price in prices]
    if line.least is not None:
        costs = [max(cost, line.least) for cost in costs]
    return costs if line.most is None else [min(cost, line.most) for cost in costs]


def in_zone(home: Home, name: str, day: date) -> tuple[Span, ...]:
    """Return the parts of a local day that are in a zone, in order."""
    return _zone_of_day(home.zones[name], day, home.timezone, home.is_holiday)


@lru_cache(maxsize=8192)
def _zone_of_day(
    zone: Zone, day: date, timezone: ZoneInfo, is_holiday: Holidays
) -> tuple[Span, ...]:
    return tuple(spans(zone, day_span(day, timezone), timezone, is_holiday))


# --- counting -------------------------------------------------------------------------------------


def counted(stretch: Energy, parts: Sequence[Piece]) -> Iterable[Counted]:
    """Return what a line counts of a stretch of energy, by zones.

    Time before the first of the parts has no rate: another line, or none, holds there.
    """
    place = bisect_right(parts, stretch.start, key=_END) if len(parts) > 1 else 0
    piece = parts[place]
    if piece.start <= stretch.start and stretch.end <= piece.end:  # nearly all are so
        return shared(stretch.kwh, piece, is_split=False)
    return _divided(stretch, list(_met(stretch, parts)))


def _divided(stretch: Energy, met: Sequence[tuple[Piece, timedelta]]) -> Iterator[Counted]:
    rates = {(piece.zone is None, piece.rate) for piece, _ in met}
    length = stretch.end - stretch.start
    if len(rates) > 1 and length > HOUR:
        yield Counted(REST, stretch.kwh, unpriced=stretch.kwh)
        return
    for piece, part in met:
        yield from shared(stretch.kwh * (part / length), piece, is_split=len(rates) > 1)


def _met(stretch: Energy, parts: Sequence[Piece]) -> Iterator[tuple[Piece, timedelta]]:
    """Yield the parts that a stretch meets, and how much of it lies in each."""
    if stretch.start < parts[0].start:
        before = Piece(stretch.start, parts[0].start, REST, None)
        yield before, before.end - before.start
    for place in range(bisect_right(parts, stretch.start, key=_END), len(parts)):
        piece = parts[place]
        if piece.start >= stretch.end:
            return
        yield piece, min(piece.end, stretch.end) - max(piece.start, stretch.start)


def shared(kwh: float, piece: Piece, *, is_split: bool) -> tuple[Counted, ...]:
    """Return what a line counts of energy that lies in one part of a day."""
    if piece.zone is None:
        return ()
    if piece.rate is None:
        return (Counted(piece.zone, kwh, unpriced=kwh),)
    return (Counted(piece.zone, kwh, kwh * piece.rate, split=kwh if is_split else 0.0),)


# --- netting within windows -----------------------------------------------------------------------


def netted(
    line: Line, day: date, parts: Sequence[Piece], home: Home, known: Known
) -> list[Counted]:
    """Return what a line counts of a day after `less` was taken off in each window and zone.

    If the two are not known for the same share of a window, its energy has no amount.
    """
    minutes = line.within if isinstance(line.within, int) else 60
    windows = intervals(day, home.timezone, minutes)
    zoned = united(parts)
    segments = [
        Piece(max(piece.start, window.start), min(piece.end, window.end), piece.zone, 0.0)
        for window in windows
        for piece in zoned
        if piece.zone is not None and piece.start < window.end and window.start < piece.end
    ]
    span = day_span(day, home.timezone)
    of, less = (
        _sums(known.ending_in(span, name), segments, span.start) for name in (line.per, line.less)
    )
    found = [*of.unplaced]
    for place, segment in enumerate(segments):
        found += _net(segment, of.at(place), less.at(place), parts)
    return found


class _Sums(NamedTuple):
    """Energy by segments: its kWh and its known share of each; and what lies in none of them."""

    kwh: Mapping[int, float]
    share: Mapping[int, float]
    divided: frozenset[int]
    unplaced: Sequence[Counted]

    def at(self, place: int) -> tuple[float, float, bool]:
        return self.kwh.get(place, 0.0), self.share.get(place, 0.0), place in self.divided


def _sums(stretches: Iterable[Energy], segments: Sequence[Piece], since: datetime) -> _Sums:
    kwh: dict[int, float] = {}
    share: dict[int, float] = {}
    divided: set[int] = set()
    unplaced: list[Counted] = []
    for stretch in stretches:
        length = stretch.end - stretch.start
        places = list(_places(stretch, segments))
        is_inside = len(places) == 1 and places[0][1] == length
        if length > HOUR and not is_inside:
            unplaced.append(Counted(REST, stretch.kwh, unpriced=stretch.kwh))
            continue
        if stretch.start < since:
            before = stretch.kwh * ((since - stretch.start) / length)
            unplaced.append(Counted(REST, before, unpriced=before))
        for place, part in places:
            kwh[place] = kwh.get(place, 0.0) + stretch.kwh * (part / length)
            whole = segments[place].end - segments[place].start
            share[place] = share.get(place, 0.0) + stretch.coverage * (part / whole)
        divided.update(place for place, _ in places if len(places) > 1)
    return _Sums(kwh, share, frozenset(divided), unplaced)


def _places(stretch: Energy, segments: Sequence[Piece]) -> Iterator[tuple[int, timedelta]]:
    for place in range(bisect_right(segments, stretch.start, key=_END), len(segments)):
        if segments[place].start >= stretch.end:
            return
        both = Span(
            max(segments[place].start, stretch.start), min(segments[place].end, stretch.end)
        )
        if both.length > 0 * HOUR:
            yield place, both.length


def _net(
    segment: Piece,
    of: tuple[float, float, bool],
    less: tuple[float, float, bool],
    parts: Sequence[Piece],
) -> Iterator[Counted]:
    kwh, share, is_divided = of
    taken, other, is_other_divided = less
    if abs(share - other) > MOST_APART:
        if kwh:
            yield Counted(segment.zone or REST, kwh, unpriced=kwh)
        return
    net = max(kwh - taken, 0.0)
    for each in counted(Energy(segment.start, segment.end, net), parts):
        was_split = (is_divided or is_other_divided) and not each.unpriced
        yield each._replace(split=each.kwh if was_split else each.split)


def united(parts: Sequence[Piece]) -> list[Piece]:
    """Return parts with those of one zone that touch as one, whatever their rates."""
    found: list[Piece] = []
    for piece in parts:
        if found and found[-1].zone == piece.zone and found[-1].end == piece.start:
            found[-1] = found[-1]._replace(end=piece.end)
        else:
            found.append(piece)
    return found
