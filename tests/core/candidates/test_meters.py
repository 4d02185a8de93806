"""Which series are of one device."""

import pytest

from powerstats_cli.core.candidates.meters import meters


@pytest.mark.parametrize(
    ("names", "devices"),
    [
        (
            ["energy", "power", "power_factor", "solar", "voltage"],
            [["energy", "power", "power_factor", "voltage"]],
        ),
        (["garage_power", "garage_voltage", "attic"], [["garage_power", "garage_voltage"]]),
        (["Heat pump power", "heat_pump_energy"], [["Heat pump power", "heat_pump_energy"]]),
        (["solar", "grid"], []),
        ([], []),
    ],
)
def test_a_device_is_what_is_left_of_names(names: list[str], devices: list[list[str]]) -> None:
    """Without what they measure, the names of its series are alike."""
    assert meters(names) == devices
