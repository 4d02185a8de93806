"""Guesses what a series measures, and its role in the home, from unit, device class and name.

A unit tells most: a name decides only if there is no unit, if a unit is shared by several
quantities, or if solar power has to be told from other power.
"""

import re
from collections.abc import Collection
from typing import Final, Literal, get_args

import msgspec

from powerstats_cli.core.candidates.vocabulary import (
    BATTERY,
    CONSUMING,
    EXPORTING,
    GRID,
    METER,
    SOLAR,
    words,
)
from powerstats_cli.core.series import StateClass
from powerstats_cli.core.units import ENERGY, POWER, normalised

Quantity = Literal["power_factor", "voltage", "frequency", "current", "energy", "power"]
Role = Literal["power", "voltage", "energy", "solar", "current", "power_factor"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
# The last change of such a series tells how long Home Assistant was running; the first role counts.
LIVELY: Final[tuple[Role, ...]] = ("voltage", "power")


class _Signs(msgspec.Struct, frozen=True):
    """The signs of a quantity: the units it is kept in, Home Assistant's device class, a name.

    `named` is searched for in what `words` returns.
    """

    units: frozenset[str]
    device_class: str
    named: re.Pattern[str]


# The first that a name fits counts: a "power factor" is no power, an "energy" may be of a "load".
_SIGNS: Final[dict[Quantity, _Signs]] = {
    "power_factor": _Signs(
        frozenset({"", "%"}), "power_factor", re.compile("power ?factor| pf |cos ?phi")
    ),
    "voltage": _Signs(frozenset({"V", "kV"}), "voltage", re.compile("(?<!photo)volt")),
    "frequency": _Signs(frozenset({"Hz"}), "frequency", re.compile("freq| hz")),
    "current": _Signs(
        frozenset({"A", "mA"}), "current", re.compile("^(?!.*(?:power|energy)).*(?:current|amp)")
    ),
    "energy": _Signs(frozenset({ENERGY}), "energy", re.compile("energy|kwh| wh ")),
    "power": _Signs(frozenset({POWER}), "power", re.compile("power|watt| load ")),
}
_SHARED_UNITS: Final = frozenset({"", "%"})

_FLOW: Final = re.compile(
    "solar|photovolt| pv|generation|production|grid|import|export|consumption|usage"
)


def role_of(
    unit: str | None, device_class: str | None, state_class: StateClass | None, name: str
) -> Role | None:
    """Return a sensor's role in the home, None if it has none that is known.

    The unit is as Home Assistant writes it. Power and energy are solar if the name says so; an
    energy has to be a counter.
    """
    quantity = quantity_of(unit, device_class, name)
    if quantity is None or quantity == "frequency":
        return None
    if quantity == "energy" and state_class not in {"total_increasing", "total"}:
        return None
    return "solar" if quantity in {"power", "energy"} and _is_solar(name) else quantity


def quantity_of(unit: str | None, device_class: str | None, name: str) -> Quantity | None:
    """Return what a sensor measures, by its unit and device class, None if that is not known.

    A unit that several quantities share, or none, needs the device class or the name as well.
    """
    kept = normalised(unit)[0] if unit else ""
    for quantity, signs in _SIGNS.items():
        if kept in signs.units and device_class in {signs.device_class, None}:
            is_told = device_class is not None or kept not in _SHARED_UNITS
            return quantity if is_told or quantity_named(name) == quantity else None
    return None


def quantity_named(name: str) -> Quantity | None:
    """Return what a series measures by its name alone, None if the name does not say it."""
    text = words(name)
    return next((quantity for quantity, signs in _SIGNS.items() if signs.named.search(text)), None)


def names_a_flow(name: str) -> bool:
    """Tell whether a name says where power comes from or goes to, but not how it is measured."""
    return _FLOW.search(words(name)) is not None


def lively(roles: Collection[str]) -> Role | None:
    """Return which of the roles changes often, None if none does."""
    return next((role for role in LIVELY if role in roles), None)


def _is_solar(name: str) -> bool:
    """Tell whether a name says the sun, and nothing else that an inverter measures in a home."""
    text = words(name)
    elsewhere = (GRID, METER, BATTERY, CONSUMING, EXPORTING)
    return bool(SOLAR.search(text)) and not any(pattern.search(text) for pattern in elsewhere)
