"""What the lines of tariffs name: flows, series, prices, zones, and other lines."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from typing import Final

import msgspec

from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.flows import FLOWS
from powerstats_cli.core.energy.overlaps import overlap
from powerstats_cli.core.energy.tariff_lines import DEMANDS, TIMES, Line
from powerstats_cli.core.energy.tariffs import bases, in_order
from powerstats_cli.errors import ConfigError
from powerstats_cli.settings.conversion import key_path
from powerstats_cli.settings.names import meant
from powerstats_cli.settings.tables import Settings
from powerstats_cli.settings.tariffs import Place, places

_FLOWS: Final = (*FLOWS, "house")
# Flows without which nothing is right, and the roles of which one tells each.
_NEEDED: Final = {"import": ("import", "grid"), "house": ("house", "import", "grid")}
# A leap year and the one after it tell if a tariff has no first day.
_A_YEAR: Final = date(2024, 1, 1)


class Meters(msgspec.Struct, frozen=True):
    """What a line can count: flows by the `roles` that tables name, and the home's other series."""

    roles: frozenset[str]
    series: frozenset[str]
    prices: frozenset[str]
    interval: int

    @classmethod
    def of(cls, settings: Settings) -> "Meters":
        """Return what the lines of a home's tariffs can count."""
        prices = frozenset(settings.prices)
        return cls(
            frozenset(settings.flows.written if settings.flows else ()),
            frozenset(settings.entities) - prices,
            prices,
            settings.data.collection_interval_minutes,
        )

    def mistake(self, name: str) -> str | None:
        """Return why a flow or series cannot be counted, None if it can.

        A flow that the home has not is nothing, such as what a home without sun exports; but there
        is no bill if all that comes from the grid is nothing.
        """
        if name in _FLOWS:
            return self._flow_mistake(name)
        if name in self.prices:
            return f"{name!r} is a price, not energy"
        if name not in self.series:
            known = [*_FLOWS, *TIMES, *DEMANDS, *self.series]
            return f"{name!r} is neither a flow nor a series{meant(name, known)}"
        return None

    def _flow_mistake(self, name: str) -> str | None:
        if not self.roles:
            return f"{name} is a flow: say in [flows] which series it is"
        needed = _NEEDED.get(name, self.roles)
        if self.roles.isdisjoint(needed):
            return f"[flows] has no series of {' or '.join(needed)}"
        return None


def check_references(contract: Contract, meters: Meters) -> None:
    """Raise ConfigError if a line names something that is not there, or cannot be used so."""
    for place in places(contract.tariffs):
        _check_counted(place, meters)
        _check_zones(place, contract)
    _check_overlaps(contract)
    for name in contract.tariffs:
        if name in contract.compared or contract.tariffs[name].since:
            _check_percents(contract, name)


def _check_counted(place: Place, meters: Meters) -> None:
    line = place.line
    for key, name in _counted(line):
        if (found := meters.mistake(name)) is not None:
            message = f"{place.at(key)}: {found}"
            raise ConfigError(message)
    if line.price and line.price not in meters.prices:
        known = meant(line.price, meters.prices)
        message = f"{place.at('price')}: {line.price!r} is not in [prices]{known}"
        raise ConfigError(message)
    if line.kind == "demand" and line.minutes % meters.interval:
        interval = meters.interval
        message = f"{place.at('minutes')}: must be a multiple of the interval of {interval}"
        raise ConfigError(message)


def _counted(line: Line) -> Iterator[tuple[str, str]]:
    """Yield the keys of a line that are a flow or a series, each with its value."""
    if line.kind == "energy":
        yield "per", line.per
        if line.less:
            yield "less", line.less
    elif line.kind == "demand":
        yield ("of" if line.of else "per"), line.demanded


# --- zones ----------------------------------------------------------------------------------------


def _check_zones(place: Place, contract: Contract) -> None:
    named = [("rate", name) for name in place.line.zones]
    named += [("only", place.line.only)] if place.line.only else []
    for key, name in named:
        if name not in contract.zones:
            known = meant(name, contract.zones)
            message = f"{place.at(key)}: there is no zone {name!r}{known}"
            raise ConfigError(message)


def _check_overlaps(contract: Contract) -> None:
    """Raise ConfigError if two zones of a line have a time in common."""
    apart: set[tuple[str, str, date]] = set()
    for place in places(contract.tariffs):
        first = place.line.since or contract.tariffs[place.tariff].since or _A_YEAR
        for one, other in combinations(sorted(place.line.zones), 2):
            if (one, other, first) not in apart:
                _check_overlap(place, one, other, first, contract)
                apart.add((one, other, first))


def _check_overlap(place: Place, one: str, other: str, first: date, contract: Contract) -> None:
    zones, timezone = contract.zones, contract.timezone
    at = overlap(zones[one], zones[other], first, timezone, contract.is_holiday)
    if at is not None:
        when = f"{at.astimezone(timezone):%a %Y-%m-%d %H:%M}"
        message = f"{place.at('rate')}: zones {one} and {other} overlap, such as on {when}"
        raise ConfigError(message)


# --- percents -------------------------------------------------------------------------------------


def _check_percents(contract: Contract, name: str) -> None:
    """Raise ConfigError if a percent of a tariff is of no line, or percents go in a circle."""
    lines = contract.lines(name)
    origins = {id(place.line): place for place in places(contract.tariffs)}
    for at, line in enumerate(lines):
        if line.kind == "percent":
            _check_percent(origins[id(line)], name, [each.name for each in lines])
            if not bases(lines, at):
                path = origins[id(line)].at("percent")
                message = f"{path}: no line is above it in {name!r}"
                raise ConfigError(message)
    try:
        in_order(lines)
    except ValueError as error:
        message = f"{key_path('tariffs', name)}.lines: {error}"
        raise ConfigError(message) from None


def _check_percent(place: Place, tariff: str, names: Iterable[str]) -> None:
    line = place.line
    for name in (line.of,) if isinstance(line.of, str) else line.of:
        if name not in names or name == line.name:
            others = meant(name, set(names) - {line.name})
            message = f"{place.at('of')}: there is no other line {name!r} in {tariff!r}{others}"
            raise ConfigError(message)
