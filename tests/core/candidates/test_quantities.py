"""What a series measures and its role in the home."""

import pytest

from powerstats_cli.core.candidates.quantities import (
    lively,
    names_a_flow,
    quantity_named,
    quantity_of,
    role_of,
)
from powerstats_cli.core.series import StateClass

COUNTER: StateClass = "total_increasing"
MEASURED: StateClass = "measurement"


@pytest.mark.parametrize(
    ("unit", "device_class", "state_class", "name", "role"),
    [
        ("W", "power", MEASURED, "house", "power"),
        ("kW", "power", MEASURED, "house", "power"),
        ("W", None, MEASURED, "template", "power"),
        ("VA", "apparent_power", MEASURED, "apparent", None),
        ("var", "reactive_power", MEASURED, "reactive", None),
        ("kWh", "energy", COUNTER, "house", "energy"),
        ("MJ", "energy", "total", "gas", "energy"),
        ("kWh", "energy_storage", MEASURED, "battery", None),
        ("kWh", "energy", None, "forecast", None),
        ("kWh", "energy", MEASURED, "average", None),
        ("V", "voltage", MEASURED, "house", "voltage"),
        ("mV", "voltage", MEASURED, "motion_battery", None),
        ("A", "current", MEASURED, "phase", "current"),
        ("%", "power_factor", MEASURED, "factor", "power_factor"),
        (None, "power_factor", MEASURED, "factor", "power_factor"),
        ("%", None, MEASURED, "house_power_factor", "power_factor"),
        ("%", "humidity", MEASURED, "humidity", None),
        ("°C", "temperature", MEASURED, "kitchen", None),
        (None, None, MEASURED, "word", None),
        ("Hz", "frequency", MEASURED, "mains", None),
        ("W", "power", MEASURED, "solar_power", "solar"),
        ("W", "power", MEASURED, "solaredge_current_power", "solar"),
        ("W", "power", MEASURED, "attic PV Süd", "solar"),
        ("W", "power", MEASURED, "shelly Photovoltaïque", "solar"),
        ("W", "power", MEASURED, "zonnepanelen", "solar"),
        ("kWh", "energy", COUNTER, "einspeisezaehler", "energy"),
        ("W", "power", MEASURED, "inverter_output", "solar"),
        ("W", "power", MEASURED, "inverter_load", "power"),
        ("W", "power", MEASURED, "solax_battery", "power"),
        ("W", "power", MEASURED, "pvc_press", "power"),
        ("V", "voltage", MEASURED, "solar_inverter", "voltage"),
    ],
)
def test_the_role_of_a_sensor(
    unit: str | None,
    device_class: str | None,
    state_class: StateClass | None,
    name: str,
    role: str | None,
) -> None:
    """Unit, device class and state class decide; the name tells solar power from other power."""
    assert role_of(unit, device_class, state_class, name) == role


@pytest.mark.parametrize(
    ("unit", "device_class", "name", "quantity"),
    [
        ("Hz", None, "mains", "frequency"),
        ("kWh", None, "power", "energy"),
        ("%", None, "battery", None),
        ("%", None, "cos phi", "power_factor"),
        ("", None, "power", None),
        ("W", "voltage", "house", None),
    ],
)
def test_a_unit_counts_more_than_a_name(
    unit: str | None, device_class: str | None, name: str, quantity: str | None
) -> None:
    """A unit of several quantities, and no unit, need the device class or the name as well."""
    assert quantity_of(unit, device_class, name) == quantity


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("power", "power"),
        ("housePower", "power"),
        ("kilowatts", "power"),
        ("house_load", "power"),
        ("power_factor", "power_factor"),
        ("powerfactor", "power_factor"),
        ("pf", "power_factor"),
        ("Cos-Phi", "power_factor"),
        ("voltage_l1", "voltage"),
        ("photovoltaic", None),
        ("mains_frequency", "frequency"),
        ("grid_hz", "frequency"),
        ("current", "current"),
        ("amps", "current"),
        ("current_power", "power"),
        ("energy_today", "energy"),
        ("daily_kwh", "energy"),
        ("house_wh", "energy"),
        ("power_energy", "energy"),
        ("white", None),
        ("temperature", None),
    ],
)
def test_what_a_name_alone_says(name: str, quantity: str | None) -> None:
    """It is all there is to go by if nothing says a unit."""
    assert quantity_named(name) == quantity


@pytest.mark.parametrize(
    ("name", "is_flow"),
    [
        ("solar", True),
        ("pv_east", True),
        ("photovoltaic", True),
        ("grid_import", True),
        ("temperature", False),
    ],
)
def test_a_name_of_a_flow(name: str, is_flow: bool) -> None:  # noqa: FBT001 - the expected answer
    """It says where power comes from or goes to, and not whether it is a power or an energy."""
    assert names_a_flow(name) == is_flow
    assert quantity_named(name) is None


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (["power", "voltage"], "voltage"),
        (["energy", "power"], "power"),
        (["solar", "energy"], None),
        ([], None),
    ],
)
def test_a_role_that_changes_often(roles: list[str], expected: str | None) -> None:
    """A voltage, or else a power."""
    assert lively(roles) == expected
