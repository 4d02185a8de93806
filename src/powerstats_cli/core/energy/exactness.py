"""The lengths of buckets and slots in which no price of a tariff changes.

All lengths are in minutes and divide the hour. If a border of a zone or of a price lies inside a
bucket or a slot, its energy has to be split.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import gcd
from typing import Final, NamedTuple

from powerstats_cli.core.energy.hours import Rule, Zone
from powerstats_cli.core.energy.tariff_lines import Line

HOUR_MINUTES: Final = 60
# The lengths that are proposed, the longest first: a home has no use for longer buckets.
INTERVALS: Final = (15, 10, 6, 5, 4, 3, 2, 1)
SLOTS: Final = (60, 30, 15)


class Lengths(NamedTuple):
    """The length of a bucket, and that of a slot of the ledger."""

    interval: int
    slots: int


class Border(NamedTuple):
    """What begins or ends within the hour: how it is told, and the lengths that fit divide this."""

    told: str
    every: int


def borders(
    lines: Iterable[Line], zones: Mapping[str, Zone], billed: Mapping[str, int]
) -> Iterator[Border]:
    """Yield the borders of the zones, prices, demands and nettings that some lines use, each once.

    `billed` are the minutes at whose mean each price is billed.
    """
    some = list(lines)
    for name in dict.fromkeys(name for line in some for name in (*line.zones, line.only) if name):
        if name in zones and (found := zone_border(name, zones[name])):
            yield found
    for name in dict.fromkeys(line.price for line in some if line.price):
        if name in billed:
            yield Border(f"the price {name} changes every {billed[name]} minutes", billed[name])
    for line in some:
        if line.kind == "demand":
            yield Border(f"{line.name} counts windows of {line.minutes} minutes", line.minutes)
        elif isinstance(line.within, int):
            yield Border(f"{line.name} nets within {line.within} minutes", line.within)


def zone_border(name: str, zone: Zone) -> Border | None:
    """Return the border of a zone that fits the fewest lengths, None if all are at whole hours."""
    times = [at for rule in zone for at in _times(rule)]
    every = gcd(HOUR_MINUTES, *times)
    if every == HOUR_MINUTES:
        return None
    worst = min(times, key=lambda at: gcd(HOUR_MINUTES, at))
    return Border(f"zone {name} has a border at {worst // 60:02}:{worst % 60:02}", every)


def _times(rule: Rule) -> Iterator[int]:
    return (at for stretch in rule.times for at in stretch)


def fitting(found: Sequence[Border], now: Lengths) -> Lengths:
    """Return lengths in which none of the borders lies: the present ones as far as they fit."""
    every = gcd(HOUR_MINUTES, *(border.every for border in found))
    interval = now.interval
    if every % interval:
        interval = next(minutes for minutes in INTERVALS if every % minutes == 0)
    slots = now.slots
    if every % slots or slots % interval:
        lengths = [minutes for minutes in SLOTS if not every % minutes and not minutes % interval]
        slots = next(iter(lengths), interval)
    return Lengths(interval, slots)
