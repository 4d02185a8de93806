"""The Energy dashboard: proposed right in both releases, by a script and at a terminal."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from powerstats_cli import settings
from powerstats_cli.demo.homes import Change, RecordedHome
from tests.commands.init.place import TOKEN, Place, now
from tests.support.longterm_server import LongTermHome, Statistics
from tests.support.recordings import NEWEST, OLDEST, recorded

COUNTERS = {
    "p1_import_t1": 1000.5,
    "p1_import_t2": 800.0,
    "p1_export_t1": 300.0,
    "p1_export_t2": 120.0,
    "inverter_total": 9000.0,
    "akku_geladen": 50.0,
    "akku_entladen": 45.0,
    "warmepumpe_strom": 77.0,
    "kitchen_circuit_energy": 30.0,
    "oven_plug_energy": 10.0,
}
POWERS = {"p1_meter_power": -412.0, "inverter_power": 1500.0, "akku_leistung": -200.0}
ENTITIES = {
    "grid": "sensor.p1_meter_power",
    "grid_import_1": "sensor.p1_import_t1",
    "grid_import_2": "sensor.p1_import_t2",
    "grid_export_1": "sensor.p1_export_t1",
    "grid_export_2": "sensor.p1_export_t2",
    "solar": "sensor.inverter_power",
    "solar_energy": "sensor.inverter_total",
    "battery": "sensor.akku_leistung",
    "battery_charge": "sensor.akku_geladen",
    "battery_discharge": "sensor.akku_entladen",
    "kitchen_circuit": "sensor.kitchen_circuit_energy",
    "oven_plug": "sensor.oven_plug_energy",
    "voltage": "sensor.mains_voltage",
}


def sensors() -> dict[str, Mapping[str, object]]:
    """Return the attributes of the sensors of the recordings."""
    found: dict[str, Mapping[str, object]] = {}
    for key in (*COUNTERS, *POWERS, "mains_voltage"):
        unit, kind = ("W", "power") if key in POWERS else ("kWh", "energy")
        unit, kind = ("V", "voltage") if key == "mains_voltage" else (unit, kind)
        found[f"sensor.{key}"] = {
            "unit_of_measurement": unit,
            "device_class": kind,
            "state_class": "total_increasing" if kind == "energy" else "measurement",
            "friendly_name": key.replace("_", " "),
        }
    return found


def home_of(begin: datetime) -> RecordedHome:
    """Return a home in which each sensor reports once a minute."""
    values = {**COUNTERS, **POWERS, "mains_voltage": 231.0}
    changes = {
        f"sensor.{key}": [
            Change(begin + timedelta(minutes=minute), str(value + (minute % 2) * 0.01))
            for minute in range(120)
        ]
        for key, value in values.items()
    }
    return RecordedHome(sensors(), changes, time_zone="Europe/Vienna")


def statistics(energy: Mapping[str, Any]) -> Statistics:
    """Return a dashboard, and no statistics."""
    return Statistics({}, lambda *_, **__: None, energy)


@pytest.fixture(params=[OLDEST, NEWEST])
def dashboard(request: pytest.FixtureRequest) -> Iterator[LongTermHome]:
    """Return a home with the dashboard of a release."""
    energy = recorded("energy", request.param)
    begin = now() - timedelta(minutes=110)
    with LongTermHome(home_of(begin), statistics(energy), TOKEN, now) as server:
        server.release = request.param
        yield server


def place_at(server: LongTermHome, folder: Path) -> Place:
    """Return an empty folder to set powerstats up in, for a server."""
    folder /= "place"
    folder.mkdir()
    return Place(folder, server)  # type: ignore[arg-type]


def check(written: settings.Settings, release: str) -> None:
    """Check the sensors, and that the dashboard's roles, signs and parts are in `[flows]`."""
    pump = "heat_pump" if release == NEWEST else "warmepumpe"
    assert written.entities == {**ENTITIES, pump: "sensor.warmepumpe_strom"}
    assert written.flows is not None
    assert written.flows.written == {
        "grid": ("grid",),
        "import": ("grid_import_1", "grid_import_2"),
        "export": ("grid_export_1", "grid_export_2"),
        "solar": ("solar_energy", "solar"),
        "battery": ("-battery" if release == NEWEST else "battery",),
        "charge": ("battery_charge",),
        "discharge": ("battery_discharge",),
        "devices": (pump, "kitchen_circuit", "oven_plug"),
    }
    within = {"oven_plug": "kitchen_circuit"} if release == NEWEST else {}
    assert written.flows.within == within


def test_a_script(dashboard: LongTermHome, tmp_path: Path) -> None:
    """The roles are sure, so they are written; the newest tells signs and parts."""
    place = place_at(dashboard, tmp_path)
    result = place.run_with_home()
    assert (result.exit_code, result.err) == (0, "")
    check(place.settings(), dashboard.release)
    assert "proposed from the Energy dashboard" in result.out
    assert (place.data_dir / "site/index.html").is_file()


def test_a_person(dashboard: LongTermHome, tmp_path: Path) -> None:
    """The table has name, sensor, role and number in 80 columns; Enter takes it."""
    place = place_at(dashboard, tmp_path)
    given = ("--url", dashboard.url, "--token-file", place.file(), "--schedule", "none")
    with place.sit_down(*given, "--no-collect") as terminal:
        shown = terminal.wait_for("Which sensors")
        terminal.answer("[1-14]")
        terminal.answer("What does a kWh cost")
        terminal.answer("Use GitHub?")
        assert terminal.end() == 0
    check(place.settings(), dashboard.release)
    assert "Name  " in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.count("kitchen_circuit") == 2 + (dashboard.release == NEWEST)


def test_what_no_sensor_has_is_told(dashboard: LongTermHome, tmp_path: Path) -> None:
    """The house's counter of the newest recording is no sensor here: a person is told."""
    place = place_at(dashboard, tmp_path)
    given = ("--url", dashboard.url, "--token-file", place.file(), "--schedule", "none")
    with place.sit_down(*given, "--no-collect") as terminal:
        shown = " ".join(terminal.wait_for("Which sensors").split())
    says = "the Energy dashboard counts sensor.house_energy, of which"
    assert (says in shown) == (dashboard.release == NEWEST)


def test_entities_that_a_script_names_have_its_roles(
    dashboard: LongTermHome, tmp_path: Path
) -> None:
    """Only those, under the names of the options."""
    place = place_at(dashboard, tmp_path)
    options = ("--entity", "bought=sensor.p1_import_t1", "--entity", "akku=sensor.akku_leistung")
    assert place.run_with_home(*options, "--no-collect").exit_code == 0
    flows = place.settings().flows
    assert flows is not None
    sign = "-" if dashboard.release == NEWEST else ""
    assert flows.written == {"import": ("bought",), "battery": (f"{sign}akku",)}


@pytest.mark.parametrize("fault", ["garbage", "other", "refuses", "huge", "drops"])
def test_a_dashboard_that_cannot_be_had(tmp_path: Path, fault: str) -> None:
    """Names are enough then; nothing fails."""
    home = home_of(now() - timedelta(minutes=110))
    server = LongTermHome(home, statistics({}), TOKEN, now)
    with server:
        place = place_at(server, tmp_path)
        server.fault = lambda _: (
            fault
            if "/" in server.exchanges[-1][1:] and not (server.exchanges[-1].startswith("/"))
            else None
        )
        result = place.run_with_home("--no-collect")
    assert (result.exit_code, result.err) == (0, "")
    assert place.settings().entities["grid_import_1"] == "sensor.p1_import_t1"


def test_the_way_that_a_power_flowed(tmp_path: Path) -> None:
    """Statistics tell that a power called house flowed back by day: it is the grid's meter."""

    def rows(entity_id: str, start: datetime) -> Mapping[str, float]:
        assert entity_id == "sensor.house_power"
        watts = -900.0 if 10 <= start.hour < 14 else 400.0
        return {"mean": watts, "min": watts, "max": watts}

    sensor = {"unit_of_measurement": "W", "device_class": "power", "state_class": "measurement"}
    home = RecordedHome(
        {"sensor.house_power": sensor},
        {"sensor.house_power": [Change(now() - timedelta(hours=1), "400")]},
    )
    known = Statistics({"sensor.house_power": {"unit_class": "power"}}, rows)
    with LongTermHome(home, known, TOKEN, now) as server:
        place = place_at(server, tmp_path)
        assert place.run_with_home("--no-collect").exit_code == 0
    written = place.settings()
    assert written.entities == {"grid": "sensor.house_power"}
    assert written.flows is not None
    assert written.flows.written == {"grid": ("grid",)}


def test_the_last_day_proves_a_guess(place: Place) -> None:
    """Without a websocket, a day of history says that the house's power never flows back."""
    result = place.run_with_home("--no-collect")
    flows = place.settings().flows
    assert flows is not None
    assert flows.written == {"house": ("power", "energy")}
    assert "the roles are guesses" not in result.out


def test_a_guess_that_nothing_proves_is_not_written(place: Place) -> None:
    """Nobody has reviewed it: the roles stay a guess, which learns from what is stored."""
    place.server.keep = timedelta(hours=2)
    result = place.run_with_home("--no-collect")
    assert place.settings().flows is None
    assert "the roles are guesses" in result.out
