"""Faults at Home Assistant: its address, token, clock, zone, sensors and recorder."""

from datetime import UTC, timedelta

import pytest

from powerstats_cli.demo.homes import Change
from tests.commands.doctor.patient import NOW, Fault, Patient, check, named, wrong
from tests.support.homes import ENERGY, POWER, VOLTAGE


def _nobody_at_home(patient: Patient) -> None:
    patient.configure(patient.stage.server.url, "http://127.0.0.1:1")


def _wrong_token(patient: Patient) -> None:
    patient.stage.installation.token_file.write_text("another")


def _other_zone_at_home(patient: Patient) -> None:
    patient.home.time_zone = "Europe/Lisbon"


def _slow_clock_at_home(patient: Patient) -> None:
    patient.stage.server.clock = lambda: NOW - timedelta(minutes=5)


def _no_such_sensor(patient: Patient) -> None:
    patient.configure(POWER, "sensor.pwoer")


def _unrecorded_sensor(patient: Patient) -> None:
    patient.home.recorded = set(patient.home.sensors) - {ENERGY}


def _other_unit(patient: Patient) -> None:
    sensors = dict(patient.home.sensors)
    sensors[POWER] = {"unit_of_measurement": "VA", "state_class": "measurement"}
    patient.home.sensors = sensors


def _unavailable_sensor(patient: Patient) -> None:
    at = (NOW - timedelta(minutes=2)).astimezone(UTC)
    changes = patient.home._changes[POWER]  # noqa: SLF001 - the home's own list
    changes[:] = [change for change in changes if change.at < at] + [Change(at, "unavailable")]


def _recorder_stands_still(patient: Patient) -> None:
    patient.recorded_until(NOW - timedelta(minutes=20), POWER, VOLTAGE, ENERGY)


def _recorder_stands_still_for_hours(patient: Patient) -> None:
    patient.recorded_until(NOW - timedelta(hours=3), POWER, VOLTAGE, ENERGY)


def _recorder_is_migrated(patient: Patient) -> None:
    patient.recorded_until(NOW - timedelta(days=9), POWER, VOLTAGE, ENERGY)


def _left_out_by_now(patient: Patient) -> None:
    patient.recorded_until(NOW - timedelta(hours=3), POWER)


def _another_dimension(patient: Patient) -> None:
    sensors = dict(patient.home.sensors)
    sensors[POWER] = {"unit_of_measurement": "A", "state_class": "measurement"}
    patient.home.sensors = sensors


def _no_unit(patient: Patient) -> None:
    patient.home.sensors = {**patient.home.sensors, POWER: {"state_class": "measurement"}}


def _a_meter_now(patient: Patient) -> None:
    meter = {"unit_of_measurement": "W", "state_class": "total_increasing"}
    patient.home.sensors = {**patient.home.sensors, POWER: meter}


def _short_memory(patient: Patient) -> None:
    patient.stage.server.keep = timedelta(hours=20)


FAULTS: list[Fault] = [
    (_nobody_at_home, "Home Assistant", "error", "Connection refused"),
    (_wrong_token, "Home Assistant", "error", "refused the token"),
    (_other_zone_at_home, "time zone", "warning", "Europe/Lisbon"),
    (_slow_clock_at_home, "clock", "error", "later than Home Assistant's clock"),
    (_no_such_sensor, "sensor power", "error", "sensor.pwoer is not in Home Assistant"),
    (_unrecorded_sensor, "sensor energy", "error", "include it under recorder:"),
    (_other_unit, "sensor power", "error", "is now in VA, stored as measurement in W"),
    (_unavailable_sensor, "sensor power", "warning", "has had no number for 2 min"),
    (_another_dimension, "sensor power", "error", "now in A, stored as measurement in W"),
    (_no_unit, "sensor power", "error", "has no unit now, stored as measurement in W"),
    (_a_meter_now, "sensor power", "error", "now a total_increasing in W, stored as measurement"),
    (_recorder_stands_still, "recorder", "error", "nothing for 21 min, but power changed at 10:02"),
    (_recorder_stands_still_for_hours, "recorder", "error", "for 1 h or more, but power changed"),
    (_recorder_is_migrated, "recorder", "error", "look at Home Assistant's log and disk"),
    (_left_out_by_now, "sensor power", "error", "is not recorded by Home Assistant"),
    (_short_memory, "recorder", "warning", "purge_keep_days"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_fault_is_named_and_no_other(patient: Patient, fault: Fault) -> None:
    """Exactly one line is wrong, and says what to do."""
    check(patient, fault)


def test_all_sensors_are_silent(patient: Patient) -> None:
    """Each sensor without a number for a day is an error, not a warning."""
    at = (NOW - timedelta(hours=40)).astimezone(UTC)
    for changes in patient.home._changes.values():  # noqa: SLF001 - the home's own list
        changes[:] = [change for change in changes if change.at < at]
        changes.append(Change(at, "unavailable"))
    findings = patient.findings()
    names = ("power", "voltage", "energy")
    assert wrong(findings) == [(f"sensor {name}", "error") for name in names]
    assert str(findings).count("has had no number for 40 h") == len(names)
