"""Installations that ran undisturbed for some days, as the start for faults."""

from collections.abc import Iterator

import pytest

from powerstats_cli.demo.homes import RecordedHome
from powerstats_cli.demo.server import as_usual
from tests.faults.life import Life, lived
from tests.faults.place import Place, Runner, home, new_place


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """Return the process that runs jobs."""
    with Runner() as runner:
        yield runner


@pytest.fixture(scope="session")
def recorded_home() -> RecordedHome:
    """Return the home of all tests."""
    return home()


@pytest.fixture(scope="session")
def shared_place(
    tmp_path_factory: pytest.TempPathFactory, runner: Runner, recorded_home: RecordedHome
) -> Iterator[Place]:
    """Return the place of the tests that do not change the configuration."""
    place = new_place(tmp_path_factory.mktemp("place"), runner, recorded_home)
    with place.server:
        yield place


@pytest.fixture
def place(shared_place: Place) -> Iterator[Place]:
    """Return a place whose data directory is empty and whose server has no fault."""
    shared_place.restore({})
    shared_place.server.answer = as_usual
    shared_place.installation.configure()
    yield shared_place
    shared_place.server.answer = as_usual


@pytest.fixture(scope="session")
def life(shared_place: Place) -> Life:
    """Return the files of an undisturbed installation."""
    return lived(shared_place)
