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


def test_a_person_may_try_as_often_as_needed(place: Place) -> None:
    """No wrong answer ends it in the middle of typing; Ctrl-C does, and nothing is written."""
    with place.sit_down("--url", place.server.url) as terminal:
        for typed in ["wrong"] * 6 + ["", "two words", "caf\u00e9"]:
            terminal.answer("Token", typed)
        terminal.wait_for("Token")
        terminal.wait_for(": ")
        terminal.press("Ctrl-C", until="Nothing was written.")
        assert terminal.end() == 130
    assert "Traceback" not in terminal.shown
    assert place.is_untouched()


AROUND = (
    *("{}", " {} ", "'{}'", '"{}"', "`{}`", "\u201c{}\u201d", "\ufeff{}"),
    *("Bearer {}", "bearer  {}", '"Bearer {}"', "Authorization: Bearer {}"),
)


@pytest.mark.parametrize("around", AROUND)
def test_what_people_put_around_a_token(place: Place, around: str) -> None:
    """Spaces, quotes, and the words with which a token is sent are left out."""
    given = place.file(around.format(TOKEN))
    assert (
        place.run("--url", place.server.url, "--token-file", given, "--no-collect").exit_code == 0
    )
    assert place.token_file.read_text() == f"{TOKEN}\n"
