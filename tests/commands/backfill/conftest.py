"""A place for `backfill`, and the files of an undisturbed run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.backfill.place import (
    KEEP,
    METADATA,
    NOW,
    Place,
    a_home,
    row,
)
from tests.support.homes import ENTITIES
from tests.support.installation import TOKEN, Installation
from tests.support.longterm_server import LongTermHome, Statistics


@pytest.fixture(autouse=True)
def only_the_configured_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the environment's token out of the tests."""
    monkeypatch.delenv("POWERSTATS_HOMEASSISTANT_TOKEN", raising=False)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Return a place where no command has run yet."""
    faults: dict[int, str] = {}
    server = LongTermHome(
        a_home(), Statistics(METADATA, row), TOKEN, lambda: NOW, keep=KEEP, fault=faults.get
    )
    with server:
        yield Place(server, Installation(tmp_path / "here", server.url, ENTITIES), faults)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], int]:
    """Return the files after an undisturbed run, and its number of exchanges."""
    folder = tmp_path_factory.mktemp("whole")
    statistics = Statistics(METADATA, row)
    with LongTermHome(a_home(), statistics, TOKEN, lambda: NOW, keep=KEEP) as server:
        there = Installation(folder, server.url, ENTITIES)
        there.run_well("collect", at=NOW)
        collected = len(server.exchanges)
        there.run_well("backfill", at=NOW)
        return there.snapshot(), len(server.exchanges) - collected
