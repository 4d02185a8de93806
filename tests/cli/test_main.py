"""The command line: help, usage, and the boundary that turns a failure into a line."""

import io
import json
import os
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from powerstats_cli import __version__
from powerstats_cli.cli import main as cli
from tests.support.installation import Installation

COMMANDS = ("collect", "rotate", "aggregate", "status", "demo")


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Return an installation whose Home Assistant refuses connections."""
    return Installation(tmp_path, "http://127.0.0.1:1", {"power": "sensor.house_power"})


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    """The overview has a line for each command, and each command has help of its own."""
    assert cli.main(["--help"]) == 0
    overview = capsys.readouterr().out
    for command in COMMANDS:
        assert command in overview
        assert cli.main([command, "--help"]) == 0
        assert len(capsys.readouterr().out.splitlines()) > 4


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is that of the package."""
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"powerstats {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [["collct"], ["collect", "--fast"], ["aggregate"], ["aggregate", "hourly"], ["--at"]],
)
def test_usage_errors_are_one_line_and_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong command line is answered with one line that says what is wrong."""
    assert cli.main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("powerstats: ")
    assert len(said.err.splitlines()) == 1


def test_a_mistyped_command_is_corrected(capsys: pytest.CaptureFixture[str]) -> None:
    """The names of all commands are known, though only one of them is read."""
    assert cli.main(["agregate"]) == 2
    assert "Did you mean 'aggregate', 'migrate'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("powerstats ag", ["aggregate"]),
        ("powerstats aggregate ", ["weekly", "monthly", "yearly"]),
        ("powerstats sync ", ["push", "fetch"]),
        ("powerstats schedule ", ["show", "install", "remove", "pause", "resume"]),
        ("powerstats init --schedule ", ["cron", "systemd", "none"]),
    ],
)
def test_completion(
    typed: str,
    completed: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A Tab completes commands, their commands, and words that can only be a few."""
    monkeypatch.setenv("_POWERSTATS_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(typed.count(" ")))
    with pytest.raises(SystemExit):
        cli.main([])
    assert capsys.readouterr().out.split() == completed


def test_a_wrong_time_is_a_usage_error(installation: Installation) -> None:
    """The error about a wrong --at shows what a time looks like."""
    arguments = ["--config", str(installation.config), "--at", "noon", "status"]
    with redirect_stderr(io.StringIO()) as err:
        assert cli.main(arguments) == 2
    assert "2025-11-22T10:20" in err.getvalue()


def test_a_time_without_offset_is_local(installation: Installation) -> None:
    """--at without an offset is in the configured zone, not the machine's."""
    arguments = ["--config", str(installation.config), "--at", "2025-07-01T10:20"]
    with redirect_stdout(io.StringIO()) as out:
        assert cli.main([*arguments, "status", "--json"]) == 1
    assert json.loads(out.getvalue())["now"] == "2025-07-01T10:20:00+02:00"


def test_a_bug_is_a_line_too(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unexpected failure asks to be reported; only -v shows where it happened."""

    def broken(*_: object) -> None:
        message = "of all things"
        raise ZeroDivisionError(message)

    monkeypatch.setattr("powerstats_cli.commands.rotate.rotate", broken)
    assert cli.main(installation.arguments("rotate")) == os.EX_SOFTWARE
    said = capsys.readouterr().err
    assert "report it" in said
    assert "of all things" in said
    assert "Traceback" not in said
    assert cli.main(["-v", *installation.arguments("rotate")]) == os.EX_SOFTWARE
    assert "Traceback" in capsys.readouterr().err


def test_data_dir_on_the_command_line_counts(installation: Installation, tmp_path: Path) -> None:
    """--data-dir replaces the configured folder."""
    other = tmp_path / "other"
    arguments = ["--config", str(installation.config), "--data-dir", str(other), "rotate"]
    assert cli.main(arguments) == 0
    assert other.is_dir()
    assert not installation.data_dir.exists()


@pytest.mark.parametrize(("options", "says"), [([], ""), (["-q"], ""), (["-v"], "rotate: ")])
def test_success_prints_nothing_without_a_terminal(
    installation: Installation,
    options: list[str],
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Cron mails what is printed, so a success prints nothing, except with -v."""
    assert cli.main([*options, *installation.arguments("rotate")]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.startswith(says)
    assert bool(said.out) == bool(says)
