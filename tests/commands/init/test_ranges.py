"""A range is proposed if a power's last day has spikes, and only then."""

import tomllib
from datetime import timedelta

import pytest

from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.listener import Reply
from tests.commands.init.place import HOUSE, Place, now

HOUR = timedelta(hours=1)


@pytest.fixture
def spiky(place: Place) -> Place:
    """Return a place whose power was 655 MW for a moment, three hours ago."""
    home = place.server.home
    assert isinstance(home, RecordedHome)
    changes = home._changes[HOUSE["power"]]  # noqa: SLF001 - the home's own list
    at = now() - 3 * HOUR
    changes[:] = sorted([*changes, Change(at, "655360.0")], key=lambda change: change.at)
    return place


def test_a_script_is_told(spiky: Place) -> None:
    """Nobody can be asked: a line says what would help, and nothing of it is written."""
    result = spiky.run_with_home("--no-collect")
    assert (result.exit_code, result.err) == (0, "")
    assert "power had a state of up to 655,360,000 W within a day" in result.out
    assert "homeassistant.plausible.power = [-25000, 25000]" in result.out
    assert spiky.settings().homeassistant.plausible == {}


@pytest.mark.parametrize("answer", ["y", ""])
def test_a_person_is_asked(spiky: Place, answer: str) -> None:
    """After a yes the table is written, with a comment that says what it is."""
    given = ("--url", spiky.server.url, "--token-file", spiky.file(), "--schedule", "none")
    with spiky.sit_down(*given, "--no-collect") as terminal:
        terminal.answer("Which sensors")
        terminal.answer("Take what is beyond -25000 to 25000 W as unknown?", answer)
        terminal.answer("What does a kWh cost")
        terminal.answer("Use GitHub?")
        assert terminal.end() == 0
    text = spiky.config.read_text()
    written = tomllib.loads(text)["homeassistant"].get("plausible")
    assert written == ({"power": [-25_000, 25_000]} if answer else None)
    comment = "reports beyond it is unknown.\n[homeassistant.plausible]\n"
    assert (comment in text) == bool(answer)
    assert spiky.settings().entities == HOUSE


def test_a_usual_home_is_asked_once_for_a_day(place: Place) -> None:
    """No spikes, no line, no question; one request for the powers, no more."""
    result = place.run_with_home("--no-collect")
    assert "plausible" not in result.out
    asked = [path for path in place.server.requests if path.startswith("/api/history")]
    assert len(asked) == 1
    assert HOUSE["power"] in asked[0]
    assert HOUSE["voltage"] not in asked[0]


def test_a_home_that_cannot_tell_its_past(spiky: Place) -> None:
    """A history that cannot be had is no reason to fail."""
    spiky.server.answer = lambda request, reply: (
        Reply(504, b"slow") if request.path.startswith("/api/history") else reply
    )
    result = spiky.run_with_home("--no-collect")
    assert (result.exit_code, result.err) == (0, "")
    assert "plausible" not in result.out
