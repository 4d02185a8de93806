"""A first tariff out of a few answers, as the tables of the configuration.

It has two to six lines: the energy that is bought, VAT, what is fed in, and a fixed charge.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any, Final

import msgspec

from powerstats_cli.core.energy.exactness import Border, Lengths, borders, fitting
from powerstats_cli.core.energy.hours import parsed
from powerstats_cli.core.energy.tariff_lines import REST, Line

NAME: Final = "contract"
ENERGY: Final = "Energy"
FED_IN: Final = "Fed in"
FIXED: Final = "Fixed charge"
VAT: Final = "VAT"
Table = Mapping[str, Any]


class Hours(msgspec.Struct, frozen=True):
    """Hours with a price of their own: the rules of a zone, and money per kWh."""

    rules: Sequence[str]
    rate: float


class Sensor(msgspec.Struct, frozen=True):
    """A price that a sensor shows: its series and entity, and what `[prices]` says of it."""

    name: str
    entity_id: str
    step: int
    scale: float | None = None
    billed: int | None = None

    @property
    def table(self) -> Table:
        """What `[prices]` says of it."""
        keys = {"step": self.step, "billed": self.billed, "scale": self.scale}
        return {key: value for key, value in keys.items() if value is not None}


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A contract as far as it was asked for.

    `bought` and `sold` are lines without names; `zones` are the hours of a line's rates. `vat` is a
    percentage of the energy alone.
    """

    currency: str
    since: date
    bought: Sequence[Table] = ()
    sold: Sequence[Table] = ()
    zones: Mapping[str, Sequence[str]] = {}
    sensors: Sequence[Sensor] = ()
    vat: float | None = None
    fixed: tuple[float, str] | None = None

    @property
    def lines(self) -> list[Table]:
        """The lines of its tariff, in the order of the bill."""
        bought, sold = _named(self.bought, ENERGY), _named(self.sold, FED_IN)
        found = [*bought]
        if self.vat:
            of = list(dict.fromkeys(line["name"] for line in bought))
            found.append({"name": VAT, "percent": self.vat, "of": of})
        found += sold
        if self.fixed:
            amount, time = self.fixed
            found.append({"name": FIXED, "per": time, "rate": amount})
        return found

    @property
    def borders(self) -> list[Border]:
        """What in it begins or ends within the hour."""
        zones = {name: tuple(map(parsed, rules)) for name, rules in self.zones.items()}
        lines = msgspec.convert(self.lines, list[Line])
        return list(
            borders(lines, zones, {each.name: each.billed or each.step for each in self.sensors})
        )

    def lengths(self, now: Lengths) -> Lengths:
        """Return the lengths of buckets and slots that suit it, the present ones if they do."""
        return fitting(self.borders, now)


def _named(lines: Sequence[Table], usual: str) -> list[Table]:
    """Return lines with a name each: of several, the name has the series that it counts."""
    if len(lines) == 1:
        return [{"name": usual, **line} for line in lines]
    return [{"name": f"{usual} {line['per']}", **line} for line in lines]


def with_hours(
    hours: Sequence[Hours], rest: float, taken: Iterable[str] = ()
) -> tuple[Mapping[str, Sequence[str]], Table]:
    """Return zones with names, and the rate of a line in them: `low` costs less than the rest.

    No zone has a name that is taken.
    """
    zones: dict[str, Sequence[str]] = {}
    rates: dict[str, float] = {}
    used = set(taken)
    for each in hours:
        name = _free("low" if each.rate < rest else "high", used)
        used.add(name)
        zones[name], rates[name] = each.rules, each.rate
    return zones, {**rates, REST: rest}


def _free(name: str, used: Container[str]) -> str:
    numbered = (name if number == 1 else f"{name}_{number}" for number in count(1))
    return next(each for each in numbered if each not in used)


# --- the tables of the configuration ------------------------------------------------------------


def tables(draft: Draft, now: Lengths) -> dict[str, Table]:
    """Return the tables that a draft adds to a configuration with these lengths, by their names.

    Those of the sensors' entities are not among them.
    """
    lengths = draft.lengths(now)
    found: dict[str, Table] = {"money": {"currency": draft.currency}}
    if lengths.interval != now.interval:
        found["data"] = {"collection_interval_minutes": lengths.interval}
    if lengths.slots != now.slots:
        found["money"] = {**found["money"], "slot_minutes": lengths.slots}
    if draft.sensors:
        found["prices"] = {each.name: each.table for each in draft.sensors}
    if draft.zones:
        found["zones"] = {name: list(rules) for name, rules in draft.zones.items()}
    found["tariffs"] = {NAME: {"from": draft.since, "lines": draft.lines}}
    return found
