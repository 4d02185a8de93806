"""`tariff`: what a kWh costs through a day by a tariff, to check it before it is trusted."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core import zones
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.day_rates import Kwh, Level
from powerstats_cli.core.energy.metering import Known
from powerstats_cli.core.energy.supply import Wanted
from powerstats_cli.core.energy.tariff_day import TariffDay, tariff_day
from powerstats_cli.core.energy.tariffs import Days
from powerstats_cli.core.periods import DAY, day_span, local_day
from powerstats_cli.errors import MissingError, PowerstatsError
from powerstats_cli.files.store import Store
from powerstats_cli.files.supply import metered
from powerstats_cli.settings import Settings
from powerstats_cli.settings.money import contract_of, lacking_flows, registers_of, tariff_named

JSON_VERSION: Final = 1
_MONEY: Final = 6


class Tariffs(msgspec.Struct, frozen=True):
    """Tariffs on a day, and the errors of files that could not be read, which are left out.

    `lacking` are the flows that the home has not.
    """

    contract: Contract
    found: Sequence[TariffDay]
    lacking: frozenset[str]
    problems: Sequence[PowerstatsError]


def tariff(
    settings: Settings, files: Store, clock: Clock, name: str | None, day: date | None
) -> Tariffs:
    """Return a tariff on a day, by default today; without a name all that are no part of another.

    Raises ConfigError, and ValueError if there is no tariff of that name.
    """
    contract = contract_of(settings)
    day = day or local_day(clock.now(), settings.zone)
    names = [tariff_named(contract, name)] if name is not None else contract.compared
    prices = {line.price for each in names for line in contract.lines(each) if line.price}
    known, problems = _known(settings, files, clock, prices, day)
    registers = registers_of(settings)
    found = [tariff_day(contract, each, day, registers, known) for each in names]
    return Tariffs(contract, found, lacking_flows(settings), problems)


def _known(
    settings: Settings, files: Store, clock: Clock, names: set[str], day: date
) -> tuple[Known, Sequence[PowerstatsError]]:
    """Return the prices of a day as far as files have them; a new home has none."""
    nothing = Known({}, {}, day_span(day, settings.zone).end)
    if not names:
        return nothing, ()
    try:
        found = metered(settings, files, clock.now())
    except MissingError:
        return nothing, ()
    wanted = Wanted({}, dict.fromkeys(names, day))
    return found.of_days(wanted, Days(day, day + DAY), found.until(names)), found.problems


# --- JSON -----------------------------------------------------------------------------------------


def as_json(found: Tariffs) -> str:
    """Return tariffs on a day as versioned JSON; times are local, with their offset."""
    contract = found.contract
    document = {
        "version": JSON_VERSION,
        "timezone": zones.current(contract.timezone.key),
        "currency": contract.currency,
        "tariffs": [_tariff(contract, each) for each in found.found],
        "lacking": sorted(found.lacking),
        "problems": [str(problem) for problem in found.problems],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _tariff(contract: Contract, found: TariffDay) -> dict[str, object]:
    in_force = next((each for each in contract.timeline if each.name == found.name), None)
    return {
        "tariff": found.name,
        "name": contract.shown(found.name),
        "from": in_force and str(in_force.since),
        "until": str(in_force.until) if in_force and in_force.until else None,
        "part_of": [name for name, each in contract.tariffs.items() if found.name in each.plus],
        "date": str(found.day),
        "in_force": bool(found.is_in_force),
        "kwh": [_kwh(each, contract.timezone) for each in found.kwh],
        "fixed": {"day": round(found.fixed_day, _MONEY), "year": round(found.fixed_year, _MONEY)},
        "lines": [{"tariff": origin, **msgspec.to_builtins(line)} for origin, line in found.lines],
    }


def _kwh(kwh: Kwh, zone: ZoneInfo) -> dict[str, object]:
    return {
        "per": kwh.of,
        "flow": kwh.flow or None,
        "received": kwh.is_received,
        "lines": kwh.lines,
        "blocks": [_level(level, zone) for level in kwh.levels],
    }


def _level(level: Level, zone: ZoneInfo) -> dict[str, object]:
    return {
        "net": level.net,
        "to": level.to,
        "over": level.over or None,
        "rates": [
            {
                "from": _local(rate.start, zone),
                "until": _local(rate.end, zone),
                "zone": rate.zone or None,
                "rate": rate.rate,
            }
            for rate in level.rates
        ],
    }


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat()
