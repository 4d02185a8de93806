"""A Tab completes commands, and words that can only be a few, with what each is for."""

import os
import subprocess
import sys

import pytest

from powerstats_cli.cli import main as cli
from powerstats_cli.cli.pages import page
from tests.support.reference import contexts

HELPS = {context.command_path: page(context).paragraphs[0] for context in contexts()}


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("powerstats ag", ["aggregate"]),
        ("powerstats aggregate ", ["weekly", "monthly", "yearly"]),
        ("powerstats help ag", ["aggregate"]),
        ("powerstats help schedule p", ["pause"]),
        ("powerstats help aggregate ", []),
        ("powerstats schedule pause --", ["--for", "--help"]),
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


def told(**variables: str) -> str:
    """Return what the program answers to a shell that sets these variables."""
    done = subprocess.run(
        [sys.executable, "-m", "powerstats_cli"],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("group", ["", "schedule "])
def test_fish_shows_the_helps(group: str) -> None:
    """Each command is one line with its whole summary, however long, with all its brackets."""
    answer = told(
        _POWERSTATS_COMPLETE="complete_fish",
        _TYPER_COMPLETE_FISH_ACTION="get-args",
        _TYPER_COMPLETE_ARGS=f"powerstats {group}",
        COLUMNS="40",
    )
    lines = answer.splitlines()
    assert lines
    for line in lines:
        name, text = line.split("\t")
        assert text == HELPS[f"powerstats {group}{name}"]


def test_a_mistyped_command_is_no_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A Tab after a word that is no command prints no error into the line."""
    monkeypatch.setenv("_POWERSTATS_COMPLETE", "complete_bash")
    for typed in ("powerstats help nothing ", "powerstats nothing ", "powerstats schedule x "):
        monkeypatch.setenv("COMP_WORDS", typed)
        monkeypatch.setenv("COMP_CWORD", str(typed.count(" ")))
        with pytest.raises(SystemExit):
            cli.main([])
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell(shell: str) -> None:
    """Each of these shells has a script, which asks this program."""
    assert "powerstats" in told(_POWERSTATS_COMPLETE=f"source_{shell}")
