"""Installations that ran undisturbed for some days, as the start for faults."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest

from powerstats_cli.demo.homes import RecordedHome
from powerstats_cli.demo.server import as_usual
from tests.faults.place import Place, Runner, Snapshot, home, local, new_place

NIGHT: tuple[tuple[tuple[str, ...], datetime], ...] = (
    (("collect",), local("2025-11-21 00:00:10")),
    (("rotate",), local("2025-11-21 00:00:10")),
    (("aggregate", "weekly"), local("2025-11-21 00:02:00")),
    (("aggregate", "monthly"), local("2025-11-21 00:05:00")),
    (("collect",), local("2025-11-21 00:10:10")),
    (("aggregate", "yearly"), local("2025-11-21 00:15:00")),
)


@dataclass(frozen=True)
class Life:
    """The files of an undisturbed installation: before each step of its night, and at the end.

    `dawn` is from its first day; `nothing` is from before its first run.
    """

    nothing: Snapshot
    dawn: Snapshot
    before_evening: Snapshot
    evening: Snapshot
    night: tuple[Snapshot, ...]

    @property
    def morning(self) -> Snapshot:
        """The files after the night."""
        return self.night[-1]


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
    place = shared_place
    place.restore({})
    place.server.answer = as_usual
    place.well("collect", at=local("2025-11-17 00:10:10"))
    dawn = place.snapshot()
    place.well("collect", at=local("2025-11-20 23:40:10"))
    for tier in ("weekly", "monthly", "yearly"):
        place.well("aggregate", tier, at=local("2025-11-20 23:45:00"))
    before_evening = place.snapshot()
    place.well("collect", at=local("2025-11-20 23:50:10"))
    evening = place.snapshot()
    night = [evening]
    for command, at in NIGHT:
        place.well(*command, at=at)
        night.append(place.snapshot())
    return Life({}, dawn, before_evening, evening, tuple(night))
