"""Where the demo is, how it is made anew, and what it says at its end."""

import io
import os
import re
import shlex
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

import pytest

from powerstats_cli.cli import main as cli
from powerstats_cli.commands import demo as command
from powerstats_cli.commands.demo import place

NAMES = {"made-by-powerstats-demo", "powerstats.toml", "data"}


def run(*arguments: str) -> tuple[int, str, str]:
    """Run the command; return its exit code, its output and its errors."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        exit_code = cli.main(["demo", *arguments])
    return exit_code, out.getvalue(), err.getvalue()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the home folder of a user who has no demo yet."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    return tmp_path


def test_made_once_then_shown_then_made_anew(home: Path) -> None:
    """It says how long it takes, and what may come next; a second one is made only on demand."""
    folder = home / ".cache/powerstats-demo"
    exit_code, out, err = run("--days", "1")
    assert (exit_code, err) == (0, "")
    assert out.startswith("A simulated home runs through 1 day. This takes less than a minute")
    assert "all is well" in out
    assert {path.name for path in folder.iterdir()} == NAMES
    for line in re.findall(r"^  (powerstats .*)$", out, re.MULTILINE):
        words = [word.replace("~", str(home), 1) for word in shlex.split(line)[1:]]
        if words[-1] == "flows":
            with redirect_stdout(io.StringIO()) as shown:
                assert cli.main(words) == 0
            assert "House" in shown.getvalue()
    before = (folder / "data/daily.json").read_bytes()
    exit_code, again, err = run("--days", "1")
    assert (exit_code, err) == (0, "")
    assert again.startswith("A simulated home is there already, made ")
    assert again.splitlines()[1] == ("It stays as it is: add --again to run through 1 day instead.")
    assert again.splitlines()[2:] == out.splitlines()[-11:]
    assert "It stays" not in run()[1]
    assert (folder / "data/daily.json").read_bytes() == before
    (folder / "data/daily.json").write_text("broken")
    (folder / "notes.txt").write_text("precious")
    assert run("--days", "1", "--again")[0] == 0
    assert b"data_points" in (folder / "data/daily.json").read_bytes()
    assert (folder / "notes.txt").read_text() == "precious"


def test_a_demo_that_was_broken_off_is_made_anew(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends it without a word, and the next one does not take its half for a whole."""

    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("powerstats_cli.commands.collect.collect", pressed)
        assert run("--days", "1")[::2] == (130, "")
    assert run("--days", "1")[1].startswith("A simulated home runs")
    assert place.made(home / ".cache/powerstats-demo")


def test_quietly(home: Path) -> None:
    """With -q it prints nothing, whether it makes the demo or finds it."""
    for _ in range(2):
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(out):
            assert cli.main(["-q", "demo", "--days", "1"]) == 0
        assert out.getvalue() == ""
    assert place.made(home / ".cache/powerstats-demo")


@pytest.mark.parametrize("options", [[], ["--again"]])
def test_an_occupied_folder_is_refused(options: list[str], tmp_path: Path) -> None:
    """The demo never writes into a folder of somebody, and never empties one."""
    (tmp_path / "powerstats.toml").write_text("precious")
    (tmp_path / "data").mkdir()
    exit_code, _, err = run("--days", "1", "--folder", str(tmp_path), *options)
    assert exit_code == os.EX_CONFIG
    assert err == f"powerstats: {tmp_path} is not empty: give another --folder\n"
    assert {path.name for path in tmp_path.iterdir()} == {"powerstats.toml", "data"}


def test_a_folder_that_needs_quotes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path, and any letters in it: the lines at the end can be typed as they are."""
    monkeypatch.chdir(home)
    exit_code, out, err = run("--days", "1", "--folder", 'my "demo"\\[/x]')
    assert (exit_code, err) == (0, "")
    folder = home / 'my "demo"\\[/x]'
    assert (folder / "data/daily.json").is_file()
    again = next(line for line in out.splitlines() if line.endswith("--again"))
    assert shlex.split(again.replace("~/", f"{home}/"))[1:] == [
        "demo",
        "--folder",
        str(folder),
        "--again",
    ]


@pytest.mark.parametrize(
    ("environment", "where"),
    [
        ({}, "HOME/.cache/powerstats-demo"),
        ({"XDG_CACHE_HOME": ""}, "HOME/.cache/powerstats-demo"),
        ({"XDG_CACHE_HOME": "relative"}, "HOME/.cache/powerstats-demo"),
        ({"XDG_CACHE_HOME": "/var/cache/me"}, "/var/cache/me/powerstats-demo"),
    ],
)
def test_the_usual_folder(environment: dict[str, str], where: str, home: Path) -> None:
    """It is in the user's cache, and so never mistaken for the data of a home."""
    assert place.usual_folder(environment) == Path(where.replace("HOME", str(home)))


@pytest.mark.parametrize("text", ["", "yesterday", None])
def test_no_whole_demo(text: str | None, tmp_path: Path) -> None:
    """Only the end of a demo says when it was made."""
    if text is not None:
        (tmp_path / place.MADE).write_text(text)
    assert place.made(tmp_path) is None
    assert place.made(tmp_path / "nowhere") is None
    place.conclude(tmp_path, datetime(2025, 11, 21, tzinfo=UTC))
    assert place.made(tmp_path) == datetime(2025, 11, 21, tzinfo=UTC)


def test_how_long_it_takes() -> None:
    """A short demo takes less than a minute."""
    assert "400 days. This takes about 1 minute on a PC" in command.announced(400)
    assert "30 days. This takes less than a minute on a PC" in command.announced(30)
    assert "1600 days. This takes about 3 minutes on a PC" in command.announced(1600)
