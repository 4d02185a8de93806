"""The series that says how full the home's battery is."""

import pytest

from powerstats_cli.core.candidates.levels import level
from powerstats_cli.core.energy.roles import Roles
from powerstats_cli.core.series import Kind
from tests.core.energy.homes import POWER, roles

PERCENT = Kind("%", "measurement")


@pytest.mark.parametrize(
    ("given", "percentages", "wanted"),
    [
        (roles(battery="battery"), "battery_soc", "battery_soc"),
        (roles(battery="battery_power"), "battery_level phone_battery humidity", "battery_level"),
        (roles(battery="-powerwall_power"), "powerwall_charge power_factor", "powerwall_charge"),
        (roles(charge="akku_laden", discharge="akku_entladen"), "Akku_Ladezustand", "same"),
        (roles(charge="akku_charge", discharge="akku_discharge"), "akku_ladezustand", "same"),
        (roles(battery="speicher_leistung"), "Speicher_SoC", "same"),
        (roles(battery="battery"), "soc", "soc"),
        (roles(battery="battery"), "level", None),
        (roles(battery="battery"), "battery_soc battery_level", None),
        (roles(battery="battery"), "tablet_battery_level", None),
        (roles(grid="grid"), "battery_soc", None),
        (Roles(), "battery", None),
    ],
)
def test_level(given: Roles, percentages: str, wanted: str | None) -> None:
    """It is named as the battery is; a telephone's is not it, and of two none is taken."""
    kinds = dict.fromkeys(given.names, POWER) | dict.fromkeys(percentages.split(), PERCENT)
    assert level(given, kinds) == (percentages if wanted == "same" else wanted)
