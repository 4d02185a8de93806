"""Every unit of power and energy that Home Assistant knows is kept as W or kWh."""

import pytest

from powerstats_cli.core.units import normalised

# How many of each unit are in a W and in a kWh, from the tables of Home Assistant 2026.11: its
# PowerConverter and its EnergyConverter.
IN_A_WATT = {
    "mW": 1e3,
    "W": 1,
    "kW": 1e-3,
    "MW": 1e-6,
    "GW": 1e-9,
    "TW": 1e-12,
    "BTU/h": 1 / 0.29307107,
}
IN_A_KWH = {
    "J": 3.6e6,
    "kJ": 3600,
    "MJ": 3.6,
    "GJ": 3.6e-3,
    "mWh": 1e6,
    "Wh": 1e3,
    "kWh": 1,
    "MWh": 1e-3,
    "GWh": 1e-6,
    "TWh": 1e-9,
    "cal": 3600 / 4.184 * 1e3,
    "kcal": 3600 / 4.184,
    "Mcal": 3600 / 4.184 / 1e3,
    "Gcal": 3600 / 4.184 / 1e6,
    "thm": 3600 / 1.054804e8 * 1e3,
}


@pytest.mark.parametrize(("unit", "in_a_watt"), IN_A_WATT.items())
def test_power(unit: str, in_a_watt: float) -> None:
    """A power is kept in W."""
    kept, factor = normalised(unit)
    assert kept == "W"
    assert factor == pytest.approx(1 / in_a_watt, rel=1e-12)


@pytest.mark.parametrize(("unit", "in_a_kwh"), IN_A_KWH.items())
def test_energy(unit: str, in_a_kwh: float) -> None:
    """An energy is kept in kWh."""
    kept, factor = normalised(unit)
    assert kept == "kWh"
    assert factor == pytest.approx(1 / in_a_kwh, rel=1e-12)


@pytest.mark.parametrize("unit", ["", "V", "VA", "var", "kvarh", "BTU", "BTU/(h⋅ft²)", "kWh/100km"])
def test_anything_else(unit: str) -> None:
    """Another unit stays unchanged, and so do its numbers."""
    assert normalised(unit) == (unit, 1.0)
