"""Which series says how full the home's battery is."""

import re
from collections.abc import Mapping
from typing import Final

from powerstats_cli.core.candidates.vocabulary import BATTERY, words
from powerstats_cli.core.energy.roles import Role, Roles
from powerstats_cli.core.series import Kind

PERCENT: Final = "%"
_ROLES: Final[tuple[Role, ...]] = ("battery", "charge", "discharge")
_LEVEL: Final = re.compile(
    " (?:soc|state of charge|charge|charged|level|percent|percentage|remaining|ladezustand"
    "|ladestand|fullstand|laadniveau|laadtoestand|niveau|etat de charge|estado de carga"
    "|stato di carica|carica|carga) "
)
# How a battery's power and its counters are told apart.
_MEASURED: Final = re.compile(
    " (?:power|energy|in|out|charging|discharging|charge|discharge|charged|discharged|leistung"
    "|energie|vermogen|puissance|potencia|potenza|w|kw|kwh|total|net|sensor) "
)


def level(roles: Roles, kinds: Mapping[str, Kind]) -> str | None:
    """Return the one percentage that the home's battery is full to, None if several may be it.

    A telephone has a battery, too: beside words for a battery and its level, the name may only have
    words that the names of the battery's own powers and counters have.
    """
    own = {
        word
        for role in _ROLES
        for meter in roles.of(role)
        for word in _without(_MEASURED, words(meter.name))
    }
    if not any(roles.of(role) for role in _ROLES):
        return None
    found = [
        name
        for name, kind in kinds.items()
        if kind.unit == PERCENT and not kind.is_counter and _is_level(words(name), own)
    ]
    return found[0] if len(found) == 1 else None


def _is_level(text: str, own: set[str]) -> bool:
    rest = set(_without(_LEVEL, text))
    says_battery = BATTERY.search(text) is not None or " soc " in text
    strange = [word for word in rest - own if not BATTERY.search(f" {word} ")]
    return not strange and (says_battery or bool(rest & own))


def _without(pattern: re.Pattern[str], text: str) -> list[str]:
    """Return the words of a text that are not of a pattern."""
    before = None
    while before != text:
        before, text = text, pattern.sub(" ", text)
    return text.split()
