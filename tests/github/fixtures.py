"""Fixtures: a GitHub that answers, and a device that has a repository there.

A folder of tests whose commands use GitHub imports them in its conftest.py.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from powerstats_cli.site import rendering as dashboard
from tests.github.fake import GitHub
from tests.github.fake.repository import GitRepository
from tests.github.homes import NOW, STRANGERS, Device, device_at, past


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    """Return a GitHub that answers."""
    with GitHub(tmp_path / "github", clock=lambda: NOW) as github:
        yield github


@pytest.fixture
def _sound(github: GitHub) -> Iterator[None]:
    """Check all repositories with git at the end."""
    yield
    for repository in github.repositories:
        repository.fsck()


@pytest.fixture
def repo(github: GitHub) -> GitRepository:
    """Return a repository with some files that powerstats did not make."""
    return github.create(files=STRANGERS)


@pytest.fixture
def device(github: GitHub, tmp_path: Path) -> Device:
    """Return a device with a month and a year of data."""
    device = device_at(github, tmp_path / "home")
    device.put(past("monthly", 30), past("yearly", 40))
    return device


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make requests wait for nothing before they are sent again."""
    monkeypatch.setattr("powerstats_cli.github.client.FIRST_WAIT", 0.0)


@pytest.fixture(scope="session")
def small_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a page whose script and style are short, which saves time."""
    folder = tmp_path_factory.mktemp("page") / "page"
    shutil.copytree(dashboard.PAGE, folder)
    for path in folder.glob("dashboard.[jc]*s"):
        path.write_text("// short\n")
    return folder


@pytest.fixture
def _small_page(small_page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the short page."""
    monkeypatch.setattr(dashboard, "PAGE", small_page)
