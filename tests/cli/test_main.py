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


BUCKETS = "'interval', 'hour', 'day', 'week', 'month', 'quarter', 'year'"


@pytest.mark.parametrize(
    ("typed", "says", "command"),
    [
        ("zzz", "there is no command 'zzz'", ""),
        ("agregate", "there is no command 'agregate'. Did you mean 'aggregate', 'migrate'?", ""),
        ("schedule instal", "there is no command 'instal'. Did you mean 'install'?", "schedule"),
        ("-q", "a command is missing", ""),
        ("--at", "--at needs a value", ""),
        ("collect --fast", "there is no option --fast", "collect"),
        ("status --jsno", "there is no option --jsno. Did you mean --json?", "status"),
        ("status --json=1", "--json takes no value", ""),
        ("collect extra", "there is no place for extra; are quotes missing?", "collect"),
        ("aggregate", "an argument is missing: one of weekly, monthly, yearly", "aggregate"),
        ("aggregate day", "'day' is not one of 'weekly', 'monthly', 'yearly'", "aggregate"),
        ("flows --by x", f"--by: 'x' is not one of {BUCKETS}", "flows"),
        ("serve --port x", "--port: 'x' is no whole number", "serve"),
        ("serve --port 99999", "--port: 99999 is not from 0 to 65535", "serve"),
        ("demo --days 0", "--days: 0 is less than 1", "demo"),
        ("schedule install", "give either --cron or --systemd", "schedule install"),
        (
            "schedule pause --for 2 hours",
            "there is no place for hours; are quotes missing?",
            "schedule pause",
        ),
        (
            "collect [/x] [bold]",
            "there is no place for [/x] [bold]; are quotes missing?",
            "collect",
        ),
    ],
)
def test_usage_errors_are_one_line_and_2(
    typed: str, says: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong command line is answered with one line in plain words, and where to read more."""
    assert cli.main(typed.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    whole = f"powerstats {command}".strip()
    assert said.err == f"powerstats: {says} (see {whole} --help)\n"


NEEDS_A_CONFIGURATION = (
    "status",
    "flows",
    "serve --port 0",
    "doctor",
    "collect",
    "rotate",
    "aggregate yearly",
    "publish",
    "publish --dry-run",
    "sync",
    "backfill",
    "migrate --no-input old.json",
    "schedule",
    "schedule show",
    "schedule install --cron",
    "schedule pause",
    "schedule resume",
    "sensor list",
    "sensor add a=sensor.a",
    "sensor rename a b",
    "sensor remove a",
    "verify",
    "repair --yes",
)


@pytest.mark.parametrize(
    "typed",
    [
        *NEEDS_A_CONFIGURATION,
        # With a path it removes what the lost configuration had installed.
        "schedule remove",
        *(f"--config nowhere.toml {command}" for command in NEEDS_A_CONFIGURATION),
    ],
)
def test_before_init(
    typed: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each command that needs a configuration says how to make one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("POWERSTATS_CONFIG", raising=False)
    assert cli.main(typed.split()) == (1 if typed.endswith("doctor") else 78)
    said = capsys.readouterr()
    assert "run `powerstats init`" in " ".join((said.out + said.err).split())
    assert not list(tmp_path.iterdir())


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
