"""A token from a file, from stdin, from the environment, or typed."""

import io
import sys

import pytest

from powerstats_cli import secrets
from tests.commands.init.place import (
    TOKEN,
    Place,
)


@pytest.mark.parametrize("way", ["file", "stdin", "environment"])
def test_ways_to_give_the_token(place: Place, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file, stdin or the environment; never the command line, which others can see."""
    options = {"file": ["--token-file", place.file()], "stdin": ["--token-file", "-"]}
    if way == "stdin":
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{TOKEN}\n"))
    if way == "environment":
        monkeypatch.setenv(secrets.HOMEASSISTANT_TOKEN, TOKEN)
    result = place.run("--url", place.server.url, *options.get(way, []), "--no-collect")
    assert result.exit_code == 0
    assert place.token_file.read_text() == f"{TOKEN}\n"


@pytest.mark.parametrize(
    ("options", "says"), [([], "--url"), (["--url", "home"], "")], ids=["address", "token"]
)
def test_what_is_missing_is_named(place: Place, options: list[str], says: str) -> None:
    """If nobody can be asked, the line names the option."""
    result = place.run(*(options and ["--url", place.server.url]))
    assert result.exit_code == 78
    assert (says or "--token-file") in result.err
    assert place.is_untouched()


@pytest.mark.parametrize(
    ("token", "exit_code"), [("wrong", 77), ("", 78), ("two\nlines", 78), ("w\u00fcrong", 78)]
)
def test_a_wrong_token(place: Place, token: str, exit_code: int) -> None:
    """The exit code is 77 if Home Assistant refuses it; what cannot be a token is not sent."""
    result = place.run("--url", place.server.url, "--token-file", place.file(token))
    assert result.exit_code == exit_code
    assert len(result.err.splitlines()) == 1
    assert not token or token not in result.err
    assert place.is_untouched()


def test_after_some_tries_it_ends(place: Place) -> None:
    """The sixth failure ends it with its exit code, and nothing is written."""
    with place.sit_down("--url", place.server.url) as terminal:
        for _ in range(6):
            terminal.answer("Token", "wrong")
        assert terminal.end() == 77
    assert place.is_untouched()
