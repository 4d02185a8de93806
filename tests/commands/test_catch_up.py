"""A catch-up asks for pieces that fit into a small board's memory, with any sensors."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.server import HomeAssistant
from tests.support.busy import Busy, BusyHome
from tests.support.installation import TOKEN, Installation
from tests.support.processes import peak_of
from tests.support.slow import asked_length

NOW: Final = datetime(2025, 11, 22, 8, 20, 10, tzinfo=UTC)
LONG_AGO: Final = NOW - timedelta(days=3)
BOARD_MIB: Final = 64
POWER: Final[Mapping[str, object]] = {
    "unit_of_measurement": "W",
    "device_class": "power",
    "state_class": "measurement",
}
TOTAL: Final[Mapping[str, object]] = {
    "unit_of_measurement": "kWh",
    "device_class": "energy",
    "state_class": "total",
    "last_reset": "2025-11-01T00:00:00+00:00",
    **{f"an_attribute_{number}": "as long as an integration makes them" for number in range(10)},
}


def catch_up(
    folder: Path, sensors: Mapping[str, Busy], *, hours: int
) -> tuple[float, BusyHome, Installation]:
    """Collect after some hours without runs; return the peak in MiB, the home and the document."""
    busy = BusyHome(sensors, NOW)
    entities = {entity_id.partition(".")[2]: entity_id for entity_id in sensors}
    first = {entity_id: [Change(sensor.since, "100.5")] for entity_id, sensor in sensors.items()}
    nothing = RecordedHome({key: sensor.attributes for key, sensor in sensors.items()}, first)
    with HomeAssistant(nothing, token=TOKEN, clock=lambda: busy.now, answer=busy.answer) as server:
        there = Installation(folder, server.url, entities, timezone="UTC")
        busy.now = NOW - timedelta(hours=hours)
        there.run("collect", at=busy.now)
        busy.asked.clear()
        busy.now = NOW
        process = there.start("collect", at=NOW)
        peak = peak_of(process)
        assert process.returncode == 0
    return peak, busy, there


def points_of(there: Installation, name: str) -> int:
    """Return the number of today's buckets that have a series."""
    return sum(name in point for point in there.document("daily.json").points.values())


def test_twenty_busy_sensors_one_of_which_is_new(tmp_path: Path) -> None:
    """A sensor that began minutes ago is asked for alone; the pace still counts all sensors."""
    sensors = {f"sensor.power_{number:02}": Busy(POWER, LONG_AGO) for number in range(20)}
    sensors["sensor.power_07"] = Busy(POWER, NOW - timedelta(minutes=17))
    peak, home, there = catch_up(tmp_path, sensors, hours=8)
    assert peak < BOARD_MIB
    assert max(length for _, length in home.asked) <= timedelta(hours=6, minutes=1)
    assert points_of(there, "power_00") == 50
    assert len([ids for ids, _ in home.asked if len(ids) > 1]) < 30


@pytest.mark.parametrize(("number", "most"), [(1, 11), (5, 31)])
def test_totals_with_ten_attributes_a_second(tmp_path: Path, number: int, most: int) -> None:
    """Unneeded attributes take no memory, and few requests are enough."""
    sensors = {
        f"sensor.meter_{place}": Busy(TOTAL, LONG_AGO, in_full=True) for place in range(number)
    }
    peak, home, there = catch_up(tmp_path, sensors, hours=6)
    assert peak < BOARD_MIB
    assert points_of(there, "meter_0") == 50
    assert len(home.asked) <= most


@pytest.mark.parametrize(("number", "minutes"), [(24, 60), (100, 10), (100, 60)])
def test_no_request_is_longer_than_six_hours(tmp_path: Path, number: int, minutes: int) -> None:
    """A request asks for six hours at most, with any number of sensors and any interval."""
    entities = {f"power_{place}": f"sensor.power_{place}" for place in range(number)}
    begin, now = NOW - timedelta(days=4), NOW
    changes = [
        Change(begin + place * timedelta(minutes=20), str(100 + place % 7))
        for place in range(-72, 288)
    ]
    home = RecordedHome(
        dict.fromkeys(entities.values(), POWER), dict.fromkeys(entities.values(), changes)
    )
    with HomeAssistant(home, token=TOKEN, clock=lambda: now) as server:
        data = {"collection_interval_minutes": minutes}
        there = Installation(tmp_path, server.url, entities, timezone="UTC", data=data)
        now = begin + timedelta(hours=2)
        there.run_well("collect", at=now)
        now = NOW
        server.requests.clear()
        there.run_well("collect", at=now)
        lengths = [length for request in server.requests if (length := asked_length(request))]
    assert max(lengths) <= timedelta(hours=6, seconds=1)
    assert len(lengths) < 40
    assert points_of(there, "power_0") == 8 * 60 // minutes + (minutes < 20) * 2
