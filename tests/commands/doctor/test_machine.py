"""Faults of this machine: configuration, tokens, time zone, schedule and steps."""

import time
from datetime import timedelta

import pytest

from tests.commands.doctor.patient import NOW, Fault, Patient, check, named, wrong


def _unknown_key(patient: Patient) -> None:
    patient.configure("[data]", "[data]\nretention = 3")


def _readable_token(patient: Patient) -> None:
    patient.stage.installation.token_file.chmod(0o644)


def _left_token(patient: Patient) -> None:
    (patient.stage.installation.folder / ".token.tmp").touch(mode=0o600)


def _other_zone_here(patient: Patient) -> None:
    patient.monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()


def _no_schedule(patient: Patient) -> None:
    patient.machine.cron_file.unlink()


def _edited_schedule(patient: Patient) -> None:
    path = patient.machine.cron_file
    path.write_text(path.read_text().replace("rotate", "rotate # never", 1))


def _failing_step(patient: Patient) -> None:
    patient.edit("state.json", r'"publish": {', '"publish": {"exit_code": 75, "message": "full",')


FAULTS: list[Fault] = [
    (_unknown_key, "configuration", "error", "data.retention: unknown key"),
    (_readable_token, "secrets", "warning", "chmod o="),
    (_left_token, "secrets", "warning", "/.token.tmp: a killed `init` has left a token there: rm "),
    (_other_zone_here, "time zone", "warning", "timedatectl set-timezone Europe/Amsterdam"),
    (_no_schedule, "schedule", "warning", "powerstats schedule install --cron"),
    (_edited_schedule, "schedule", "warning", "`powerstats schedule install --cron` mends it"),
    (_failing_step, "step publish", "error", "fails: full"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_fault_is_named_and_no_other(patient: Patient, fault: Fault) -> None:
    """Exactly one line is wrong, and says what to do."""
    check(patient, fault)


def test_a_step_that_cron_forgot(patient: Patient) -> None:
    """An overdue step is named, with the reason if it is known."""
    late = patient.findings(NOW + timedelta(minutes=40))
    assert wrong(late) == [("step collect", "error")]
