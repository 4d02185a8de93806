"""Sensors in other units than W and kWh are stored in W and kWh."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.demo.homes import Change, RecordedHome
from tests.support.homes import staged

ZONE = ZoneInfo("Europe/Amsterdam")
NOON = datetime(2025, 11, 21, 12, tzinfo=ZONE)
HEAT, GAS = "sensor.heat_pump_power", "sensor.gas_energy"


def test_british_units_and_calories(tmp_path: Path) -> None:
    """A heat pump with 10,000 BTU/h, and a meter that counts 2 Mcal in an hour."""
    begin = NOON - timedelta(hours=24)
    home = RecordedHome(
        {
            HEAT: {"unit_of_measurement": "BTU/h", "state_class": "measurement"},
            GAS: {"unit_of_measurement": "Mcal", "state_class": "total_increasing"},
        },
        {
            HEAT: [Change(begin, "10000")],
            GAS: [
                Change(begin + number * timedelta(minutes=6), f"{100 + number * 0.2:.1f}")
                for number in range(240)
            ],
        },
    )
    with staged(home, tmp_path, NOON) as stage:
        stage.installation.configure(entities={"heat": HEAT, "gas": GAS})
        stage.run("collect", at=NOON + timedelta(seconds=10))
        daily = stage.installation.document("daily.json")
    assert [daily.series[name].unit for name in ("heat", "gas")] == ["W", "kWh"]
    points = daily.points.values()
    assert sum(point["heat"].kwh or 0 for point in points) == pytest.approx(12 * 2.9307107, 1e-5)
    booked = sum(point["gas"].change or 0 for point in points)
    assert booked == pytest.approx(12 * 2 * 1.16222, rel=0.01)
