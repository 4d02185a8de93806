"""The table `[zones]`: hours with a name, as rules of the calendar and the clock."""

from collections.abc import Mapping
from typing import Any

from powerstats_cli.core.energy.hours import Zone, parsed
from powerstats_cli.core.energy.tariff_lines import REST
from powerstats_cli.errors import ConfigError
from powerstats_cli.settings.conversion import converted, key_path
from powerstats_cli.settings.names import name_flaw


def zones_of(written: Any) -> Mapping[str, Zone]:
    """Return the zones of the configuration; raises ConfigError with the path of the key."""
    return {name: _zone(name, rules) for name, rules in converted(written, dict, "zones").items()}


def _zone(name: str, written: Any) -> Zone:
    path = key_path("zones", name)
    if name == REST:
        message = f"{path}: {REST} has the hours that are in no zone: choose another name"
        raise ConfigError(message)
    if (found := name_flaw(name)) is not None:
        message = f"{path}: {found}"
        raise ConfigError(message)
    if not isinstance(written, list) or not written:
        message = f'{path}: must be a list of rules, such as ["Mon-Fri 07:00-23:00"]'
        raise ConfigError(message)
    rules = []
    for number, rule in enumerate(converted(written, list[str], path)):
        try:
            rules.append(parsed(rule))
        except ValueError as error:
            message = f"{path}[{number}]: {error}"
            raise ConfigError(message) from None
    return tuple(rules)
