"""The energy and the prices that are known, as stretches of time, and how much of a time is known.

Time of which nothing is known lies in no stretch.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import fsum
from typing import Final, NamedTuple, overload
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.energy.hours import Holidays, Zone
from powerstats_cli.core.periods import MINUTE, Span

# What there is not without sun and battery.
OF_SUN: Final = ("export", "solar", "charge", "discharge")


class Energy(NamedTuple):
    """The kWh of a stretch of time, taken as even within it; `coverage` is its known share.

    A counter's step across unknown time is one stretch: from the instant at which the reading was
    lost to the end of the bucket in which it returned.
    """

    start: datetime
    end: datetime
    kwh: float
    coverage: float = 1.0


class Price(NamedTuple):
    """The money per kWh that holds for a stretch of time."""

    start: datetime
    end: datetime
    price: float


class Energies(Sequence[Energy]):
    """The energy of a flow in stretches, in order of time, as columns: a year has thousands."""

    __slots__ = ("coverage", "ends", "kwh", "starts")

    def __init__(
        self,
        starts: Sequence[datetime] = (),
        ends: Sequence[datetime] = (),
        kwh: Sequence[float] = (),
        coverage: Sequence[float] = (),
    ) -> None:
        """Take the columns, which have one length."""
        self.starts, self.ends, self.kwh, self.coverage = starts, ends, kwh, coverage

    def __len__(self) -> int:
        """Return how many stretches these are."""
        return len(self.ends)

    @overload
    def __getitem__(self, place: int) -> Energy: ...
    @overload
    def __getitem__(self, place: slice) -> "Energies": ...
    def __getitem__(self, place: int | slice) -> "Energy | Energies":
        """Return a stretch, or some of them."""
        if isinstance(place, slice):
            return Energies(
                self.starts[place], self.ends[place], self.kwh[place], self.coverage[place]
            )
        return Energy(self.starts[place], self.ends[place], self.kwh[place], self.coverage[place])

    def fill(self, span: Span) -> bool:
        """Tell whether each instant of a span is known."""
        return _tile(self.starts, self.ends, span) and min(self.coverage) >= 1


class Prices(Sequence[Price]):
    """The prices of a series, in order of time, kept as columns."""

    __slots__ = ("ends", "prices", "starts")

    def __init__(
        self,
        starts: Sequence[datetime] = (),
        ends: Sequence[datetime] = (),
        prices: Sequence[float] = (),
    ) -> None:
        """Take the columns, which have one length."""
        self.starts, self.ends, self.prices = starts, ends, prices

    def __len__(self) -> int:
        """Return how many prices these are."""
        return len(self.ends)

    @overload
    def __getitem__(self, place: int) -> Price: ...
    @overload
    def __getitem__(self, place: slice) -> "Prices": ...
    def __getitem__(self, place: int | slice) -> "Price | Prices":
        """Return a price, or some of them."""
        if isinstance(place, slice):
            return Prices(self.starts[place], self.ends[place], self.prices[place])
        return Price(self.starts[place], self.ends[place], self.prices[place])

    def fill(self, span: Span) -> bool:
        """Tell whether there is a price at each instant of a span."""
        return _tile(self.starts, self.ends, span)


def _tile(starts: Sequence[datetime], ends: Sequence[datetime], span: Span) -> bool:
    """Tell whether stretches follow each other through all of a span."""
    return (
        len(ends) > 0
        and starts[0] <= span.start
        and ends[-1] >= span.end
        and starts[1:] == ends[:-1]
    )


def energies(stretches: Iterable[Energy]) -> Energies:
    """Return stretches as columns."""
    if isinstance(stretches, Energies):
        return stretches
    columns = list(zip(*stretches, strict=True))
    return Energies(*columns) if columns else Energies()


def priced(prices: Iterable[Price]) -> Prices:
    """Return prices as columns."""
    if isinstance(prices, Prices):
        return prices
    columns = list(zip(*prices, strict=True))
    return Prices(*columns) if columns else Prices()


def joined(some: Iterable[Prices]) -> Prices:
    """Return prices that follow each other as one."""
    starts, ends, prices = list[datetime](), list[datetime](), array("d")
    for each in some:
        starts += each.starts
        ends += each.ends
        prices.extend(each.prices)
    return Prices(starts, ends, prices)


class Known(msgspec.Struct, frozen=True):
    """What is known: the energy of each flow and series, and each price, in order of time.

    `until` is the instant up to which all of it has been collected.
    """

    energy: Mapping[str, Sequence[Energy]]
    prices: Mapping[str, Sequence[Price]]
    until: datetime

    def ending_in(self, span: Span, name: str) -> Energies:
        """Return a flow's stretches that end in a span: a step is of the day on which it ends."""
        return ending_in(self.energy.get(name, Energies()), span)

    def holding(self, span: Span, name: str) -> Prices:
        """Return the prices of a series of which a span has a part."""
        found = priced(self.prices.get(name, ()))
        first = bisect_right(found.ends, span.start)
        return found[first : bisect_left(found.starts, span.end)]


class Home(msgspec.Struct, frozen=True):
    """A home's clock, zones and holidays, and the flows and series for which one is paid."""

    timezone: ZoneInfo
    zones: Mapping[str, Zone] = {}
    is_holiday: Holidays = frozenset().__contains__
    received: frozenset[str] = frozenset({"export"})


def ending_in(stretches: Sequence[Energy], span: Span) -> Energies:
    """Return the stretches that end in a span: a counter's step is of the day on which it ends."""
    found = energies(stretches)
    first = bisect_right(found.ends, span.start)
    return found[first : bisect_right(found.ends, span.end)]


def stepped(means: Iterable[Price], step: int, timezone: ZoneInfo) -> Iterator[Price]:
    """Yield the prices of stretches out of the means of wholly known buckets, in order of time.

    A price holds for a step of so many minutes, so a bucket inside a step tells the step's price. A
    bucket over the end of one is cut there: each part has its step's price as far as others tell
    it, and the other parts share what is left of the bucket's mean.
    """
    cut = [(mean, list(_cut(mean, step, timezone))) for mean in means]
    told = {
        _step_of(mean.start, step, timezone): mean.price for mean, parts in cut if len(parts) == 1
    }
    for mean, parts in cut:
        if len(parts) == 1:
            yield mean
            continue
        steps = [_step_of(part.start, step, timezone) for part in parts]
        known = [(part, told[at]) for part, at in zip(parts, steps, strict=True) if at in told]
        left = _left(mean, known)
        untold = [at for at in steps if at not in told]
        if len(untold) == 1:
            told[untold[0]] = left
        for part, at in zip(parts, steps, strict=True):
            yield part._replace(price=told.get(at, left))


def _left(mean: Price, known: Iterable[tuple[Price, float]]) -> float:
    """Return the mean price of those parts of a bucket whose price is not known."""
    length, total = (mean.end - mean.start) / MINUTE, mean.price * (mean.end - mean.start) / MINUTE
    for part, price in known:
        length -= (part.end - part.start) / MINUTE
        total -= price * (part.end - part.start) / MINUTE
    return total / length if length > 0 else mean.price


def billed(prices: Iterable[Price], minutes: int, timezone: ZoneInfo) -> Iterator[Price]:
    """Yield the means of prices over steps of so many minutes, of the steps that are wholly known.

    Steps tile the local hour.
    """
    step = minutes * MINUTE
    parts: dict[datetime, list[Price]] = {}
    for price in prices:
        for part in _cut(price, minutes, timezone):
            parts.setdefault(_step_of(part.start, minutes, timezone), []).append(part)
    for start, some in parts.items():
        if sum((part.end - part.start for part in some), 0 * step) == step:
            mean = fsum(part.price * ((part.end - part.start) / step) for part in some)
            yield Price(start, start + step, mean)


def _cut(price: Price, minutes: int, timezone: ZoneInfo) -> Iterator[Price]:
    start = price.start
    while start < price.end:
        end = min(_step_of(start, minutes, timezone) + minutes * MINUTE, price.end)
        yield Price(start, end, price.price)
        start = end


def _step_of(at: datetime, minutes: int, timezone: ZoneInfo) -> datetime:
    local = at.astimezone(timezone)
    into = timedelta(
        minutes=local.minute % minutes, seconds=local.second, microseconds=local.microsecond
    )
    return at - into


def without_sun(known: Known) -> Known:
    """Return what would be known of the same use without sun and battery: the house imports all.

    The house's energy is in `house`; a counter of the grid's meter tells nothing of it.
    """
    house = energies(known.energy.get("house", ()))
    nothing = Energies(house.starts, house.ends, [0.0] * len(house), house.coverage)
    energy = {"house": house, "import": house, **dict.fromkeys(OF_SUN, nothing)}
    return msgspec.structs.replace(known, energy=energy)


# --- coverage -------------------------------------------------------------------------------------


def known_share(known: Known, series: Iterable[str], prices: Iterable[str], span: Span) -> float:
    """Return the share of a span in which all of some series and prices are known; 1 of none."""
    if not span.length:
        return 0.0
    layers = [
        [
            (max(start, span.start), min(end, span.end), coverage)
            for start, end, coverage in zip(found.starts, found.ends, found.coverage, strict=True)
        ]
        for found in (_covering(known.energy.get(name, ()), span) for name in series)
        if not found.fill(span)
    ]
    layers += [
        [
            (max(start, span.start), min(end, span.end), 1.0)
            for start, end in zip(found.starts, found.ends, strict=True)
        ]
        for found in (known.holding(span, name) for name in prices)
        if not found.fill(span)
    ]
    if not all(layers):
        return 0.0
    edges = sorted({at for layer in layers for part in layer for at in part[:2]} | set(span))
    places = [0] * len(layers)
    total = 0 * MINUTE
    for start, end in pairwise(edges):
        least = 1.0
        for number, layer in enumerate(layers):
            while places[number] < len(layer) and layer[places[number]][1] <= start:
                places[number] += 1
            least = min(least, _share_at(layer, places[number], start))
        total += least * (end - start)
    return total / span.length


def _covering(stretches: Sequence[Energy], span: Span) -> Energies:
    found = energies(stretches)
    first = bisect_right(found.ends, span.start)
    return found[first : bisect_left(found.starts, span.end)]


def _share_at(
    layer: Sequence[tuple[datetime, datetime, float]], place: int, start: datetime
) -> float:
    if place == len(layer) or layer[place][0] > start:
        return 0.0
    return layer[place][2]
