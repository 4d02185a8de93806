"""What a line counts on each day of a bill, as far as it depends on the days before.

Net metering within a bill and blocks of kWh count on from day to day: a day has what the running
count at its end has more than that at its start.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import fsum
from types import MappingProxyType
from typing import Final, NamedTuple

from powerstats_cli.core.energy.pricing import Counted
from powerstats_cli.core.energy.tariff_lines import REST, Line

Parts = Mapping[str, tuple[float, float]]
"""What has an amount in each zone or block: its kWh, and the amount."""


class Tally(NamedTuple):
    """What a line counts on a day or a bill, and what that costs.

    `quantity` is in the line's unit; `unpriced` are the kWh in it that have no amount, `split`
    those that were divided by length of time. `lacking` are the days that have no amount, since no
    peak of their demand is known.
    """

    quantity: float
    amount: float
    unpriced: float = 0.0
    split: float = 0.0
    parts: Parts = MappingProxyType({})
    lacking: int = 0

    @property
    def is_unknown(self) -> bool:
        """Tell whether it is a demand of which nothing is known."""
        return self.lacking > 0 and not self.quantity

    @property
    def kwh(self) -> float:
        """The kWh that have an amount."""
        return self.quantity - self.unpriced

    @property
    def priced(self) -> float:
        """The share of the kWh that have an amount."""
        return 1 - self.unpriced / self.quantity if self.unpriced > 0 else 1.0

    def scaled(self, factor: float) -> "Tally":
        """Return the tally with its amounts multiplied."""
        parts = {name: (kwh, amount * factor) for name, (kwh, amount) in self.parts.items()}
        return self._replace(amount=self.amount * factor, parts=parts)


NOTHING: Final = Tally(0.0, 0.0)


def summed(counted: Iterable[Counted]) -> Tally:
    """Return what some counted energy is together."""
    quantity = cost = without = divided = 0.0
    parts: dict[str, tuple[float, float]] = {}
    for zone, kwh, amount, unpriced, split in counted:
        quantity, cost = quantity + kwh, cost + amount
        without, divided = without + unpriced, divided + split
        before, paid = parts.get(zone, (0.0, 0.0))
        parts[zone] = (before + kwh - unpriced, paid + amount)
    return Tally(quantity, cost, without, divided, parts)


def added(tallies: Iterable[Tally]) -> Tally:
    """Return the tallies of several days or lines as one."""
    some = list(tallies)
    names = dict.fromkeys(name for tally in some for name in tally.parts)
    none = (0.0, 0.0)
    parts = {
        name: (
            fsum(tally.parts.get(name, none)[0] for tally in some),
            fsum(tally.parts.get(name, none)[1] for tally in some),
        )
        for name in names
    }
    return Tally(
        fsum(tally.quantity for tally in some),
        fsum(tally.amount for tally in some),
        fsum(tally.unpriced for tally in some),
        fsum(tally.split for tally in some),
        parts,
        sum(tally.lacking for tally in some),
    )


# --- net metering within a bill -------------------------------------------------------------------


def net_of_bill(line: Line, of: Sequence[Tally], less: Sequence[Tally]) -> list[Tally]:
    """Return what a line counts on each day if `less` is taken off within the bill, by zones."""
    found: list[Tally] = []
    own: dict[str, float] = {}
    taken: dict[str, float] = {}
    before: dict[str, float] = {}
    for day, other in zip(of, less, strict=True):
        _count_on(own, day)
        _count_on(taken, other)
        now = {zone: max(kwh - taken.get(zone, 0.0), 0.0) for zone, kwh in own.items()}
        parts = {
            zone: (change, change * line.rate_in(zone))
            for zone, kwh in now.items()
            if (change := kwh - before.get(zone, 0.0))
        }
        before = now
        found.append(_of_parts(parts, day, day.unpriced + other.unpriced))
    return found


def _count_on(sums: dict[str, float], day: Tally) -> None:
    for zone, (kwh, _) in day.parts.items():
        sums[zone] = sums.get(zone, 0.0) + kwh


def _of_parts(parts: Parts, day: Tally, unpriced: float) -> Tally:
    kwh = fsum(kwh for kwh, _ in parts.values())
    amount = fsum(amount for _, amount in parts.values())
    return Tally(kwh + unpriced, amount, unpriced, day.split, parts)


# --- blocks ---------------------------------------------------------------------------------------


def in_blocks(line: Line, tallies: Iterable[Tally], scale: float) -> list[Tally]:
    """Return what a line with blocks counts on each day; each block's `to` is times `scale`."""
    found: list[Tally] = []
    limits = [None if block.to is None else block.to * scale for block in line.blocks]
    total, before = 0.0, [0.0] * len(limits)
    for day in tallies:
        if line.over == "day":
            total, before = 0.0, [0.0] * len(limits)
        total += day.kwh
        now = filled(limits, total, is_whole=line.whole)
        parts = {
            label(limit): (kwh - earlier, (kwh - earlier) * block.rate)
            for block, limit, kwh, earlier in zip(line.blocks, limits, now, before, strict=True)
            if kwh != earlier
        }
        before = now
        found.append(_of_parts(parts, day, day.unpriced))
    return found


def filled(limits: Sequence[float | None], kwh: float, *, is_whole: bool) -> list[float]:
    """Return the kWh in each block out of a count; in one block all of them if `is_whole`.

    What is over the last limit is in no block, so it costs nothing.
    """
    if is_whole:
        reached = next(
            (at for at, limit in enumerate(limits) if limit is None or kwh <= limit), None
        )
        return [kwh if at == reached else 0.0 for at in range(len(limits))]
    tops = [kwh if limit is None else min(kwh, limit) for limit in limits]
    return [top - low for low, top in pairwise([0.0, *tops])]


def label(limit: float | None) -> str:
    """Return how a bill names the block up to a limit."""
    return REST if limit is None else f"to {limit:.6g}"
