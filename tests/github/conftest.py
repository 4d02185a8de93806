"""GitHub and its devices, and a client that waits by a clock of its own."""

from collections.abc import Iterator

import pytest

from powerstats_cli import clock
from tests.github.fake import GitHub, no_fault
from tests.github.fixtures import _impatient, _small_page, _sound, device, github, repo, small_page
from tests.github.homes import NOW, STRANGERS
from tests.github.waiting import Time

__all__ = ["_impatient", "_small_page", "_sound", "device", "github", "repo", "small_page"]


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Return the time by which requests are bounded."""
    time = Time()
    monkeypatch.setattr(clock, "time", time)
    return time


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitHub]:
    """Return a GitHub with a repository in which nothing is written."""
    with GitHub(tmp_path_factory.mktemp("shared"), clock=lambda: NOW) as github:
        github.create(files=STRANGERS)
        yield github


@pytest.fixture
def asked(shared: GitHub) -> GitHub:
    """Return the shared GitHub without a fault or a log."""
    shared.strike = no_fault
    shared.log.clear()
    return shared
