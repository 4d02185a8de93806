"""`schedule`: the crontab that it prints, and what `install`, `show` and `remove` say."""

import io
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from powerstats_cli.cli import main as cli
from powerstats_cli.core.schedule.steps import STEPS
from powerstats_cli.jobs.machine import Machine
from tests.support.machines import NAME, FakeMachine, commands, fake_machine


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    """Return a machine that has cron and systemd, and whose user is root."""
    return fake_machine(tmp_path, monkeypatch)


def test_prints_the_crontab_of_this_installation(fake: FakeMachine) -> None:
    """The crontab has absolute paths, and `crontab -` accepts it."""
    here = [sys.executable, "-m", "powerstats_cli", "--config", str(fake.installation.config)]
    steps = [step for step in STEPS if not step.needs_github]
    assert commands(fake.well(), fields=5) == [[*here, *step.command] for step in steps]


def test_a_script_is_named_as_it_was_called(fake: FakeMachine) -> None:
    """The path of a link stays, for pipx lets the link point to each new version."""
    script = fake.programs / "powerstats"
    script.symlink_to(sys.executable)
    fake.patch.setattr(sys, "argv", [str(script)])
    assert f" {script} --config" in fake.well()


def test_data_dir_on_the_command_line_is_kept(fake: FakeMachine, tmp_path: Path) -> None:
    """The schedule uses the folder that the command line names."""
    fake.patch.chdir(tmp_path)
    out = io.StringIO()
    with redirect_stdout(out):
        options = ["--config", "home/powerstats.toml", "--data-dir", "other"]
        assert cli.main([*options, "schedule"]) == 0
    assert (
        f"--config {tmp_path}/home/powerstats.toml --data-dir {tmp_path}/other " in out.getvalue()
    )


def test_two_schedules_are_told(fake: FakeMachine) -> None:
    """With both cron and systemd each step runs twice: the user is told, and `remove` ends both."""
    fake.well("install", "--cron")
    assert "runs twice" in fake.well("install", "--systemd")
    assert "more than once" in fake.well("show")
    told = fake.well("remove")
    assert "our lines are out" in told
    assert "services with timers are out" in told


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--cron", "--systemd"],
        ["--cron", "--user"],
        ["--user"],
        ["--systemd", "--user", "--as-user", NAME],
    ],
)
def test_which_schedule_must_be_said(fake: FakeMachine, arguments: Sequence[str]) -> None:
    """Without either cron or systemd, or with options that exclude each other, it exits with 2."""
    result = fake.run("install", *arguments)
    assert result.exit_code == 2
    assert len(result.err.splitlines()) == 1


def test_without_a_configuration(fake: FakeMachine) -> None:
    """Every command exits with 78, except `remove`, which needs no configuration."""
    fake.well("install", "--cron")
    fake.installation.config.unlink()
    for arguments in ([], ["show"], ["install", "--cron"], ["pause"], ["resume"]):
        assert fake.run(*arguments).exit_code == os.EX_CONFIG
    assert "out of it" in fake.well("remove")


def test_quiet(fake: FakeMachine) -> None:
    """With -q a command prints only failures."""
    fake.patch.setattr(Machine, "this", classmethod(lambda _cls, _environment: fake.machine))
    for arguments in (["install", "--cron"], ["remove"]):
        with redirect_stdout(io.StringIO()) as out:
            assert cli.main(["-q", *fake.installation.arguments("schedule", *arguments)]) == 0
        assert out.getvalue() == ""
