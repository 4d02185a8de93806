"""Faults of this machine: configuration, tokens, time zone, schedule and steps."""

import io
import shutil
import socket
import time
from contextlib import redirect_stdout
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from powerstats_cli.cli import main as cli
from tests.commands.doctor.patient import NOW, Fault, Patient, check, named, wrong


def _unknown_key(patient: Patient) -> None:
    patient.configure("[data]", "[data]\nretention = 3")


def _readable_token(patient: Patient) -> None:
    patient.stage.installation.token_file.chmod(0o644)


def _left_token(patient: Patient) -> None:
    (patient.stage.installation.folder / ".token.tmp").touch(mode=0o600)


def _token_left_by_an_earlier_version(patient: Patient) -> None:
    (patient.stage.installation.folder / ".token.4711.tmp").touch(mode=0o600)


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


def _no_cron_daemon(patient: Patient) -> None:
    shutil.rmtree(patient.machine.proc / "2")


def _busybox_s_daemon(patient: Patient) -> None:
    (patient.machine.proc / "2" / "cmdline").write_text("busybox\0crond\0-f\0")


def _busybox_s_crontab(patient: Patient) -> None:
    crontab = Path(patient.machine.crontab)
    helpful = crontab.read_text().replace("echo no", "echo BusyBox v1.36 >&2; echo no")
    crontab.write_text(helpful)


def _file_that_others_can_change(patient: Patient) -> None:
    patient.machine.cron_file.chmod(0o664)


def _timers_off(patient: Patient) -> None:
    _units(patient)
    for link in patient.machine.systemd_system.glob("*.wants/*collect.timer"):
        link.unlink()


def _systemd_gone(patient: Patient) -> None:
    _units(patient)
    patient.machine.systemd_runs.rmdir()


def _units(patient: Patient, *options: str) -> None:
    patient.machine.cron_file.unlink()
    patient.machine.systemd_runs.mkdir()
    arguments = patient.stage.installation.arguments("schedule", "install", "--systemd", *options)
    with redirect_stdout(io.StringIO()):
        assert cli.main(arguments) == 0


def _dashboard_down(patient: Patient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        _units(patient, "--serve", "--port", str(free.getsockname()[1]))


def _only_by_hand(patient: Patient) -> None:
    _ran_unattended(patient, NOW - timedelta(hours=3))


def _ran_unattended(patient: Patient, at: datetime) -> None:
    patient.edit("state.json", r'"collect": {', f'"collect": {{"unattended": "{at.isoformat()}",')


def _paused(patient: Patient) -> None:
    _pause(patient, NOW - timedelta(hours=3))


def _paused_for_long(patient: Patient) -> None:
    _pause(patient, NOW - timedelta(days=12))


def _pause(patient: Patient, since: datetime) -> None:
    patient.edit("state.json", r"\{", f'{{"pause": {{"since": "{since.isoformat()}"}},')


FAULTS: list[Fault] = [
    (_no_cron_daemon, "schedule", "error", "no cron daemon runs here: start it"),
    (_busybox_s_daemon, "schedule", "error", "BusyBox's cron does not read"),
    (_busybox_s_crontab, "schedule", "error", "BusyBox's cron does not read"),
    (_file_that_others_can_change, "schedule", "error", "cron ignores"),
    (_timers_off, "schedule", "error", "not switched on: "),
    (_systemd_gone, "schedule", "error", "systemd does not run here"),
    (_dashboard_down, "dashboard", "error", "(Connection refused)"),
    (_only_by_hand, "schedule", "error", "nothing has run collect for 3 h, only somebody by hand"),
    (_paused, "pause", "warning", "no step runs, for 3 h now: powerstats schedule resume ends it"),
    (_paused_for_long, "pause", "error", "paused since 2025-11-08 10:03: Home Assistant forgets"),
    (_unknown_key, "configuration", "error", "data.retention: unknown key"),
    (_readable_token, "secrets", "warning", "chmod o="),
    (_left_token, "secrets", "warning", "/.token.tmp: a killed `init` has left a token there: rm "),
    (_token_left_by_an_earlier_version, "secrets", "warning", "has left a token there: rm /"),
    (_other_zone_here, "time zone", "warning", "timedatectl set-timezone Europe/Amsterdam"),
    (_no_schedule, "schedule", "warning", "powerstats schedule install --cron"),
    (_edited_schedule, "schedule", "warning", "`powerstats schedule install --cron` mends it"),
    (_failing_step, "step publish", "error", "fails: full"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_fault_is_named_and_no_other(patient: Patient, fault: Fault) -> None:
    """Exactly one line is wrong, and says what to do."""
    check(patient, fault)


def test_what_runs_the_steps_is_told(patient: Patient) -> None:
    """A schedule that has run a step, and steps that something else runs, are well."""
    _ran_unattended(patient, NOW - timedelta(minutes=13))
    findings = patient.findings()
    assert not wrong(findings)
    assert "collect last ran by it 13 min ago" in str(findings)
    patient.machine.cron_file.unlink()
    findings = patient.findings()
    assert not wrong(findings)
    assert "not installed by powerstats, but something ran collect 13 min ago" in str(findings)


def test_the_last_run_was_17_minutes_ago(patient: Patient) -> None:
    """Before `status` calls the step overdue, `doctor` says that no cron is running."""
    _no_cron_daemon(patient)
    assert wrong(patient.findings(NOW + timedelta(minutes=17))) == [("schedule", "error")]
    late = NOW + timedelta(minutes=17, seconds=1)
    assert wrong(patient.findings(late)) == [("schedule", "error"), ("step collect", "error")]


def test_a_step_that_cron_forgot(patient: Patient) -> None:
    """An overdue step is named, with the reason if it is known."""
    late = patient.findings(NOW + timedelta(minutes=40))
    assert wrong(late) == [("step collect", "error")]
