"""The first run after the questions, and the schedule."""

from pathlib import Path

import pytest

from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.jobs.machine import Machine
from tests.commands.init.place import HOUSE, Place


def test_a_step_that_fails_is_told_and_all_else_stays(place: Place) -> None:
    """The exit code is the first run's; the configuration stays, and the next steps are told."""

    def answer(request: Request, reply: Reply) -> Reply:
        return Reply(503, b"busy") if "history" in request.path else reply

    place.server.answer = answer
    result = place.run_with_home()
    assert result.exit_code == 75
    assert "collect: " in result.err
    assert "What to do next" in result.out
    assert place.settings().entities == HOUSE


def test_the_schedule_is_installed(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is written into cron, after the configuration and the data."""
    table, crontab = tmp_path / "table", tmp_path / "crontab"
    crontab.write_text(f'#!/bin/sh\n[ "$1" = -l ] && {{ cat {table}; exit; }}\ncat > {table}\n')
    crontab.chmod(0o755)
    table.touch()
    machine = Machine(
        systemd_user=tmp_path / "user",
        cron_file=tmp_path / "cron.d",
        systemd_system=tmp_path / "system",
        crontab=str(crontab),
    )
    monkeypatch.setattr(Machine, "this", lambda _environment: machine)
    result = place.run_with_home("--schedule", "cron")
    assert (result.exit_code, result.err) == (0, "")
    assert f"--config {place.config} collect" in table.read_text()
    assert "schedule install" not in result.out
