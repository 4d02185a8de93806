"""Units as powerstats keeps them: power in W, energy in kWh, anything else as it came."""

from typing import Final

POWER: Final = "W"
ENERGY: Final = "kWh"

# Home Assistant's own units of power and energy (its UnitOfPower and UnitOfEnergy).
_KEPT_AS: Final[dict[str, tuple[str, float]]] = {
    "mW": (POWER, 1e-3),
    "W": (POWER, 1.0),
    "kW": (POWER, 1e3),
    "MW": (POWER, 1e6),
    "GW": (POWER, 1e9),
    "TW": (POWER, 1e12),
    "mWh": (ENERGY, 1e-6),
    "Wh": (ENERGY, 1e-3),
    "kWh": (ENERGY, 1.0),
    "MWh": (ENERGY, 1e3),
    "GWh": (ENERGY, 1e6),
    "TWh": (ENERGY, 1e9),
    "J": (ENERGY, 1 / 3.6e6),
    "kJ": (ENERGY, 1 / 3.6e3),
    "MJ": (ENERGY, 1 / 3.6),
    "GJ": (ENERGY, 1e3 / 3.6),
}


def normalised(unit: str) -> tuple[str, float]:
    """Return the unit a reading is kept in, and the factor that brings it there."""
    return _KEPT_AS.get(unit, (unit, 1.0))
