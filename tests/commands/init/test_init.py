"""The whole of `init`: run by a script with options, and by a person at a terminal."""

import io
import subprocess
import sys
from contextlib import redirect_stdout

import pytest

from powerstats_cli import secrets
from powerstats_cli.cli import main as cli
from tests.commands.init.place import (
    HOUSE,
    PLUG,
    TOKEN,
    Place,
    mode,
    names_in,
)


def test_the_suggested_sensors(place: Place) -> None:
    """Address and token are enough for a configuration that loads, a token file and first data."""
    result = place.run_with_home()
    assert (result.exit_code, result.err) == (0, "")
    written = place.settings()
    assert written.timezone == "Europe/Vienna"
    assert written.homeassistant.url == place.server.url
    assert written.entities == HOUSE
    assert written.data_dir == place.data_dir
    assert written.github is None
    assert place.token_file.read_text() == f"{TOKEN}\n"
    assert secrets.homeassistant_token(written, {}) == TOKEN
    assert mode(place.token_file) == 0o600
    assert mode(place.config.parent) == 0o700
    assert names_in(place.config.parent) == ["config.toml", "homeassistant.token"]
    assert (place.data_dir / "daily.json").is_file()
    for said in (str(place.config), *HOUSE.values(), "powerstats status", "schedule install"):
        assert said in result.out


@pytest.mark.parametrize(
    ("options", "exit_code", "says"),
    [
        (["--url", "127.0.0.1:1"], 75, "Connection refused"),
        (["--url", "http://me:pw@home"], 78, "user name"),
        (["--url", "ftp://home"], 78, "no address"),
        (["--entity", "power"], 78, "NAME=ENTITY_ID"),
        (["--entity", "a=sensor.b", "--entity", "a=sensor.c"], 78, "twice"),
        (["--entity", "power=sensor.none"], 69, "has no sensor.none"),
        (["--entity", f"timestamp={PLUG}"], 78, "cannot have this name"),
        (["--timezone", "Mars/Base"], 78, "no time zone"),
        (["--token-file", "/nowhere"], 78, "/nowhere: No such file"),
        (["--github-repo", "power"], 78, "no repository"),
        (["--github-repo", "me/power"], 78, "--github-token-file"),
        (["--schedule", "hourly"], 2, "hourly"),
    ],
)
def test_what_cannot_be(place: Place, options: list[str], exit_code: int, says: str) -> None:
    """One line with the failure's own code, and nothing is written."""
    result = place.run_with_home(*options)
    assert (result.exit_code, result.out.count("Traceback")) == (exit_code, 0)
    assert says in result.err
    assert len(result.err.splitlines()) == 1
    assert place.is_untouched()


def test_quiet(place: Place) -> None:
    """With -q a success prints nothing."""
    arguments = place.arguments("--no-input", "--url", place.server.url)
    with redirect_stdout(io.StringIO()) as out:
        assert cli.main(["-q", *arguments, "--token-file", place.file()]) == 0
    assert out.getvalue() == ""
    assert (place.data_dir / "daily.json").is_file()


def test_the_global_data_dir(place: Place) -> None:
    """--data-dir before the command counts as well, and is written into the configuration."""
    options = ["--config", str(place.config), "--data-dir", str(place.data_dir), "init"]
    with redirect_stdout(io.StringIO()):
        exit_code = cli.main(
            [*options, "--no-input", "--url", place.server.url, "--token-file", place.file()]
        )
    assert exit_code == 0
    assert place.settings().data_dir == place.data_dir
    assert (place.data_dir / "daily.json").is_file()


def test_without_a_terminal_nobody_is_asked(place: Place) -> None:
    """A script without --no-input is told to add it."""
    done = subprocess.run(
        [sys.executable, "-m", "powerstats_cli", *place.arguments()],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "--no-input" in done.stderr
    assert place.is_untouched()


def test_a_configuration_is_not_overwritten(place: Place) -> None:
    """The exit code is 78, and the line names --force, which overwrites it."""
    assert place.run_with_home("--no-collect").exit_code == 0
    before = place.config.read_bytes()
    result = place.run_with_home("--entity", f"p={PLUG}")
    assert (result.exit_code, result.out) == (78, "")
    assert "--force" in result.err
    assert place.config.read_bytes() == before
    assert place.run_with_home("--entity", f"p={PLUG}", "--force").exit_code == 0
    assert place.settings().entities == {"p": PLUG}


def test_a_token_file_is_not_overwritten(place: Place) -> None:
    """Another token in its place stays; if it is the same token, its file becomes private."""
    place.config.parent.mkdir()
    place.token_file.write_text("another")
    result = place.run_with_home("--no-collect")
    assert result.exit_code == 78
    assert str(place.token_file) in result.err
    assert names_in(place.config.parent) == ["homeassistant.token"]
    place.token_file.write_text(f"{TOKEN}\n")
    place.token_file.chmod(0o644)
    own = ("--url", place.server.url, "--token-file", str(place.token_file), "--no-collect")
    assert place.run(*own).exit_code == 0
    assert mode(place.token_file) == 0o600


def test_a_person(place: Place) -> None:
    """A wrong address, a wrong token, then the right ones; the suggested sensors are taken."""
    with place.sit_down("--no-backfill") as terminal:
        terminal.answer("Address", "127.0.0.1:1")
        assert "Connection refused" in terminal.wait_for("Address")
        terminal.wait_for(": ")
        terminal.type(f"{place.server.url}/lovelace/0")
        terminal.answer("Token", "wrong")
        assert "refused the token" in terminal.wait_for("Token")
        terminal.wait_for(": ")
        terminal.type(TOKEN)
        shown = terminal.wait_for("Which sensors")
        terminal.answer("[1-3]")
        terminal.answer("What does a kWh cost")
        terminal.answer("Use GitHub?")
        assert place.is_untouched()
        terminal.answer("cron, systemd or none", "none")
        assert terminal.end() == 0
    assert "1  power " in shown
    assert "0.40" in shown
    assert "\x1b" not in terminal.shown
    assert TOKEN not in terminal.shown
    assert "wrong\n" not in terminal.shown
    assert place.settings().entities == HOUSE
    assert mode(place.token_file) == 0o600
    assert "values stored" in terminal.shown
    assert max(map(len, shown.splitlines())) <= 80
    requests = [path for path in place.server.requests if path == "/api/config"]
    assert len(requests) == 2


@pytest.mark.parametrize(
    "at",
    ["Address", "Token", "Which sensors", "a kWh cost", "Use GitHub?", "What runs the steps"],
)
@pytest.mark.parametrize("by", ["Ctrl-C", "Ctrl-D"])
def test_leaving_half_way(place: Place, at: str, by: str) -> None:
    """The exit code is 130, and no answer is written."""
    answers = {
        "Address": place.server.url,
        "Token": TOKEN,
        "Which sensors": "",
        "a kWh cost": "",
        "Use GitHub?": "",
        "What runs the steps": "",
    }
    with place.sit_down() as terminal:
        for question, answer in answers.items():
            if question == at:
                break
            terminal.answer(question, answer)
        terminal.wait_for(at)
        terminal.wait_for(": ")
        terminal.press(by, until="Nothing was written.")
        assert terminal.end() == 130
    assert "Traceback" not in terminal.shown
    assert place.is_untouched()
