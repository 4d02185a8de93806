"""The first run after the questions, and the schedule."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from powerstats_cli.commands.init.answers import Answers
from powerstats_cli.commands.init.schedule import ask_dashboard
from powerstats_cli.commands.init.wishes import Wishes
from powerstats_cli.core.schedule.setup import Scheduler
from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.jobs.machine import Machine
from powerstats_cli.terminal.dialogue import Dialogue
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
    monkeypatch.setattr("socket.gethostname", lambda: "pi")
    result = place.run_with_home("--schedule", "cron")
    assert (result.exit_code, result.err) == (0, "")
    assert f"--config {place.config} collect" in table.read_text()
    assert "@reboot" not in table.read_text()
    assert "schedule install" not in result.out
    last = result.out.splitlines()[-1]
    assert last.startswith("http://pi.local:8129/")
    assert last.endswith("for each device at home")
    assert (place.data_dir / "site/index.html").is_file()
    result = place.run_with_home("--schedule", "cron", "--serve", "--force")
    assert (result.exit_code, result.err) == (0, "")
    assert f"--config {place.config} serve --bind :: --port 8129" in table.read_text()
    before, last = result.out.splitlines()[-2:]
    assert before == "The dashboard, for each device at home:"
    assert last.startswith("http://pi.local:8129/")


@pytest.mark.parametrize(
    ("schedule", "option", "typed", "serves"),
    [
        ("cron", None, "y", True),
        ("systemd", None, "", False),
        ("cron", True, None, True),
        ("cron", False, None, False),
        ("none", None, None, False),
        ("none", True, None, False),
    ],
)
def test_a_person_is_asked_for_the_dashboard(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    schedule: Scheduler,
    option: bool | None,  # noqa: FBT001
    typed: str | None,
    serves: bool,  # noqa: FBT001
) -> None:
    """Whether everybody at home may see it is asked only if something can keep it up."""
    asked = []

    def answer() -> str:
        asked.append(typed)
        return typed or ""

    monkeypatch.setattr("builtins.input", answer)
    console = Console(file=io.StringIO(), width=200)
    wishes = Wishes(tmp_path / "config.toml", tmp_path, serves=option)
    answers = Answers(tmp_path, schedule=schedule)
    somebody = Dialogue(console, asks=True, is_ascii=False)
    assert ask_dashboard(answers, wishes, somebody).serves == serves
    assert asked == ([] if typed is None else [typed])
    nobody = Dialogue(console, asks=False, is_ascii=False)
    assert ask_dashboard(answers, wishes, nobody).serves == (serves and option is True)
