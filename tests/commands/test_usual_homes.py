"""The homes of usual integrations: what `init` keeps, and what flows come out of it.

Each has the same energies: two hours in which the sun feeds house, battery and grid, and two in
which battery and grid feed the house.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from powerstats_cli import settings
from powerstats_cli.demo.homes import Change, RecordedHome
from tests.support.homes import Stage, staged

BEGIN = datetime(2025, 6, 2, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MINUTES = 4 * 60
NOW = BEGIN + MINUTES * MINUTE


class Watts(NamedTuple):
    """The powers of a home at a time."""

    bought: float = 0.0
    sold: float = 0.0
    sun: float = 0.0
    charge: float = 0.0
    discharge: float = 0.0

    @property
    def house(self) -> float:
        """What the house takes."""
        return self.bought - self.sold + self.sun - self.charge + self.discharge


def watts(minute: int) -> Watts:
    """Return the powers in a minute: each hour begins with more sun, or with less from the grid."""
    more = 200.0 * (minute % 3)
    if minute < MINUTES / 2:
        return Watts(sold=900 + more, sun=2100 + more, charge=600)
    return Watts(bought=500 + more, discharge=400)


Of = Callable[[Watts], float]
"""What a sensor measures: a power in W, or the power whose energy a counter counts."""

HOMES: Mapping[str, Mapping[str, tuple[str, Of]]] = {
    "HomeWizard P1 and an inverter": {
        "p1_meter_power": ("W", lambda now: now.bought - now.sold),
        "p1_meter_energy_import": ("kWh", lambda now: now.bought),
        "p1_meter_energy_import_tariff_1": ("kWh", lambda now: now.bought * 0.7),
        "p1_meter_energy_import_tariff_2": ("kWh", lambda now: now.bought * 0.3),
        "p1_meter_energy_export": ("kWh", lambda now: now.sold),
        "inverter_power": ("W", lambda now: now.sun),
        "battery_power": ("W", lambda now: now.discharge - now.charge),
    },
    "Fronius": {
        "solarnet_power_grid": ("W", lambda now: now.bought - now.sold),
        "solarnet_power_load": ("W", lambda now: -now.house),
        "solarnet_power_load_consumed": ("W", lambda now: now.house),
        "solarnet_power_photovoltaics": ("W", lambda now: now.sun),
        "solarnet_power_battery": ("W", lambda now: now.discharge - now.charge),
        "smart_meter_63a_energy_real_consumed": ("Wh", lambda now: now.bought),
        "smart_meter_63a_energy_real_produced": ("Wh", lambda now: now.sold),
    },
    "Shelly 3EM at the grid": {
        "shellyem3_channel_a_power": ("W", lambda now: (now.bought - now.sold) / 2),
        "shellyem3_channel_b_power": ("W", lambda now: (now.bought - now.sold) / 2),
        "shellyem3_channel_a_energy": ("kWh", lambda now: now.bought / 2),
        "shellyem3_channel_b_energy": ("kWh", lambda now: now.bought / 2),
        "shellyem3_channel_a_energy_returned": ("kWh", lambda now: now.sold / 2),
        "shellyem3_channel_b_energy_returned": ("kWh", lambda now: now.sold / 2),
        "pv_power": ("kW", lambda now: now.sun),
        "battery_charge_power": ("W", lambda now: now.charge),
        "battery_discharge_power": ("W", lambda now: now.discharge),
    },
    "GoodWe": {
        "goodwe_active_power": ("W", lambda now: now.sold - now.bought),
        "goodwe_pv_power": ("W", lambda now: now.sun),
        "goodwe_pv1_power": ("W", lambda now: now.sun / 2),
        "goodwe_pv2_power": ("W", lambda now: now.sun / 2),
        "goodwe_battery_power": ("W", lambda now: now.discharge - now.charge),
        "goodwe_house_consumption": ("W", lambda now: now.house),
    },
    "Huawei": {
        "inverter_input_power": ("W", lambda now: now.sun),
        "power_meter_active_power": ("W", lambda now: now.sold - now.bought),
        "power_meter_consumption": ("kWh", lambda now: now.bought),
        "power_meter_exported": ("kWh", lambda now: now.sold),
        "battery_charge_discharge_power": ("W", lambda now: now.charge - now.discharge),
    },
    "DSMR and an inverter": {
        "electricity_meter_power_consumption": ("kW", lambda now: now.bought),
        "electricity_meter_power_production": ("kW", lambda now: now.sold),
        "electricity_meter_energy_consumption_tarif_1": ("kWh", lambda now: now.bought * 0.2),
        "electricity_meter_energy_consumption_tarif_2": ("kWh", lambda now: now.bought * 0.8),
        "electricity_meter_energy_production_tarif_1": ("kWh", lambda now: now.sold * 0.2),
        "electricity_meter_energy_production_tarif_2": ("kWh", lambda now: now.sold * 0.8),
        "omvormer_vermogen": ("W", lambda now: now.sun),
        "thuisbatterij_battery_power": ("W", lambda now: now.discharge - now.charge),
    },
    "Enphase": {
        "envoy_1223_current_net_power_consumption": ("W", lambda now: now.bought - now.sold),
        "envoy_1223_current_power_consumption": ("W", lambda now: now.house),
        "envoy_1223_current_power_production": ("W", lambda now: now.sun),
        "envoy_1223_current_battery_discharge": ("W", lambda now: now.discharge - now.charge),
        "inverter_482247000001": ("W", lambda now: now.sun / 2),
        "inverter_482247000002": ("W", lambda now: now.sun / 2),
    },
    "a battery with a signed power": {
        "grid_power": ("W", lambda now: now.bought - now.sold),
        "solar_power": ("W", lambda now: now.sun),
        "battery_power": ("W", lambda now: now.discharge - now.charge),
    },
    "meters only": {
        "electricity_import": ("kWh", lambda now: now.bought),
        "electricity_export": ("kWh", lambda now: now.sold),
        "pv_yield": ("kWh", lambda now: now.sun),
    },
    "three phases": {
        **{f"power_l{n}": ("W", lambda now: now.house / 3) for n in (1, 2, 3)},
        **{f"energy_l{n}": ("kWh", lambda now: now.house / 3) for n in (1, 2, 3)},
    },
    "two inverters": {
        "inverter_power": ("W", lambda now: now.sun * 0.4),
        "inverter_2_power": ("W", lambda now: now.sun * 0.6),
        "inverter_energy": ("kWh", lambda now: now.sun * 0.4),
        "inverter_2_energy": ("kWh", lambda now: now.sun * 0.6),
        "grid_power": ("W", lambda now: now.bought - now.sold),
    },
    "an hourly meter": {
        "tibber_pulse_home_power": ("W", lambda now: now.bought - now.sold),
        "ams_import_hourly": ("kWh", lambda now: now.bought),
        "solar_power": ("W", lambda now: now.sun),
    },
    "everything twice": {
        "grid_import_power": ("W", lambda now: now.bought),
        "grid_import_energy": ("kWh", lambda now: now.bought),
        "grid_export_power": ("W", lambda now: now.sold),
        "grid_export_energy": ("kWh", lambda now: now.sold),
        "solar_power": ("W", lambda now: now.sun),
        "solar_energy": ("kWh", lambda now: now.sun),
        "battery_charge_power": ("W", lambda now: now.charge),
        "battery_charge_energy": ("kWh", lambda now: now.charge),
        "battery_discharge_power": ("W", lambda now: now.discharge),
        "battery_discharge_energy": ("kWh", lambda now: now.discharge),
        "house_power": ("W", lambda now: now.house),
        "house_energy": ("kWh", lambda now: now.house),
        "heat_pump_power": ("W", lambda now: now.house * 0.2),
    },
}
BY_HAND = {
    "import": 2 * 0.7,
    "export": 2 * 1.1,
    "solar": 2 * 2.3,
    "charge": 2 * 0.6,
    "discharge": 2 * 0.4,
    "house": 2 * 0.6 + 2 * 1.1,
}
# Homes that do not measure all of it: a battery that nobody measures is in the house.
PARTLY = {
    "meters only": ("import", "export", "solar"),
    "three phases": ("house",),
    "two inverters": ("import", "export", "solar"),
    "an hourly meter": ("import", "export", "solar"),
}


def changes_of(unit: str, of: Of) -> list[Change]:
    """Return what a sensor reports each minute."""
    size = 1000.0 if unit.startswith("k") else 1.0
    changes, counted = [], 0.0
    for minute in range(-30, MINUTES):
        now = watts(max(minute, 0))
        value = of(now) if unit.endswith("W") else 5_000_000 + counted
        changes.append(Change(BEGIN + minute * MINUTE, f"{value / size:.6f}"))
        counted += of(now) / 60
    return changes


def expected(name: str) -> dict[str, float]:
    """Return what a home has to tell in two hours of each kind, in kWh."""
    known = {flow: BY_HAND[flow] for flow in PARTLY.get(name, BY_HAND)}
    if "house" not in known:
        known["house"] = known["import"] + known["solar"] - known["export"]
    return known


@pytest.fixture(params=["a script", "a person"])
def init(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Stage], settings.Settings]:
    """Return a function that runs init as a script does, or as a person who presses Enter."""
    monkeypatch.setattr("powerstats_cli.cli.setup.is_attended", lambda: True)
    monkeypatch.setattr("builtins.input", lambda: "")

    def run(stage: Stage) -> settings.Settings:
        installation = stage.installation
        given = ["--url", stage.server.url, "--token-file", str(installation.token_file)]
        given += ["--data-dir", str(installation.data_dir), "--schedule", "none", "--no-collect"]
        given += ["--no-input"] if request.param == "a script" else []
        result = installation.run("init", "--force", *given)
        assert (result.exit_code, result.err) == (0, ""), result
        return settings.load(installation.config)

    return run


@pytest.mark.parametrize("name", HOMES)
def test_the_flows_of_a_usual_home(
    name: str, init: Callable[[Stage], settings.Settings], tmp_path: Path
) -> None:
    """Import, export, sun, battery and house are those of a calculation by hand."""
    home = HOMES[name]
    sensors = {
        f"sensor.{key}": {
            "unit_of_measurement": unit,
            "device_class": "power" if unit.endswith("W") else "energy",
            "state_class": "measurement" if unit.endswith("W") else "total_increasing",
        }
        for key, (unit, _) in home.items()
    }
    changes = {f"sensor.{key}": changes_of(*about) for key, about in home.items()}
    with staged(RecordedHome(sensors, changes), tmp_path, NOW) as stage:
        written = init(stage)
        assert not any(key.endswith("_2") and "solar" not in key for key in written.entities) or (
            name in {"DSMR and an inverter", "three phases"}
        )
        stage.run("collect", at=BEGIN + timedelta(seconds=10))
        stage.run("collect", at=NOW + timedelta(seconds=10))
        result = stage.installation.run("flows", "--json", "--by", "hour", at=NOW)
    assert (result.exit_code, result.err) == (0, "")
    rows = [row for row in json.loads(result.out)["rows"] if row["start"] >= "2025-06-02T08:"]
    found = {flow: sum(row[flow] or 0.0 for row in rows) for flow in BY_HAND if flow in rows[0]}
    # A counter reports once a minute, in which the sun makes 0.035 kWh.
    assert found == pytest.approx(expected(name), abs=0.04)
