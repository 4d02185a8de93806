"""Units as powerstats keeps them: power in W, energy in kWh, every other unit unchanged."""

from typing import Final

POWER: Final = "W"
ENERGY: Final = "kWh"

# Home Assistant converts with the thermochemical calorie, the International Table BTU and the US
# therm, and so do we.
_J_PER_KWH: Final = 3.6e6
_J_PER_CAL: Final = 4.184
_J_PER_THERM: Final = 1.054804e8
_W_PER_BTU_PER_HOUR: Final = 0.29307107

# Home Assistant's own units of power and energy (its UnitOfPower and UnitOfEnergy, 2026.11).
_KEPT_AS: Final[dict[str, tuple[str, float]]] = {
    "mW": (POWER, 1e-3),
    "W": (POWER, 1.0),
    "kW": (POWER, 1e3),
    "MW": (POWER, 1e6),
    "GW": (POWER, 1e9),
    "TW": (POWER, 1e12),
    "BTU/h": (POWER, _W_PER_BTU_PER_HOUR),
    "mWh": (ENERGY, 1e-6),
    "Wh": (ENERGY, 1e-3),
    "kWh": (ENERGY, 1.0),
    "MWh": (ENERGY, 1e3),
    "GWh": (ENERGY, 1e6),
    "TWh": (ENERGY, 1e9),
    "J": (ENERGY, 1 / _J_PER_KWH),
    "kJ": (ENERGY, 1e3 / _J_PER_KWH),
    "MJ": (ENERGY, 1e6 / _J_PER_KWH),
    "GJ": (ENERGY, 1e9 / _J_PER_KWH),
    "cal": (ENERGY, _J_PER_CAL / _J_PER_KWH),
    "kcal": (ENERGY, _J_PER_CAL * 1e3 / _J_PER_KWH),
    "Mcal": (ENERGY, _J_PER_CAL * 1e6 / _J_PER_KWH),
    "Gcal": (ENERGY, _J_PER_CAL * 1e9 / _J_PER_KWH),
    "thm": (ENERGY, _J_PER_THERM / _J_PER_KWH),
}


MEASUREMENT_DECIMALS: Final = 3
PRICE_DECIMALS: Final = 6
PER_KWH: Final = "/kWh"


def decimals(unit: str) -> int:
    """Return how many decimals a measurement has in the files: money per kWh needs more."""
    return PRICE_DECIMALS if unit.endswith(PER_KWH) else MEASUREMENT_DECIMALS


def normalised(unit: str) -> tuple[str, float]:
    """Return the unit in which a reading is kept, and the factor that converts it."""
    return _KEPT_AS.get(unit, (unit, 1.0))
