"""An empty folder, a Home Assistant and a GitHub for the tests of `init`."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from powerstats_cli import secrets, settings
from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.server import HomeAssistant
from tests.commands.init.place import GITHUB_TOKEN, HOUSE, OUTDOOR, PLUG, SENSORS, TOKEN, Place, now
from tests.github.fake import GitHub


@pytest.fixture(autouse=True)
def only_what_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the environment's tokens and configuration from the tests."""
    for variable in (
        secrets.HOMEASSISTANT_TOKEN,
        secrets.GITHUB_TOKEN,
        settings.ENVIRONMENT_PATH,
    ):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Return a place with a home that has been running for thirty hours and still is."""
    begin = now() - timedelta(hours=30)
    changes: dict[str, list[Change]] = {entity_id: [] for entity_id in SENSORS}
    for minute in range(60 * 40):
        at = begin + timedelta(minutes=minute)
        changes[HOUSE["power"]].append(Change(at, f"0.{400 + minute % 7}"))
        changes[HOUSE["voltage"]].append(Change(at, f"{228 + minute % 5}"))
        changes[HOUSE["energy"]].append(Change(at, f"{1000 + minute * 0.01:.2f}"))
    changes[PLUG].append(Change(begin, "4.2"))
    changes[OUTDOOR].append(Change(begin, "unavailable"))
    home = RecordedHome(SENSORS, changes, time_zone="Europe/Vienna")
    folder = tmp_path / "place"
    folder.mkdir()
    with HomeAssistant(home, token=TOKEN, clock=now) as server:
        yield Place(folder, server)


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    """Return a GitHub with a repository."""
    with GitHub(tmp_path / "github", clock=now, token=GITHUB_TOKEN) as server:
        server.create("me/power", private=True)
        yield server
