"""The tests' GitHub with one repository, and a client of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.github.fake import GitHub
from tests.github.fake.client import FILES, NOW, Client
from tests.github.fake.repository import GitRepository


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    """Return a GitHub that answers, all of whose repositories are sound at the end."""
    with GitHub(tmp_path, clock=lambda: NOW) as github:
        yield github
    for repository in github.repositories:
        repository.fsck()


@pytest.fixture
def repo(github: GitHub) -> GitRepository:
    """Return a repository with some files."""
    return github.create(files=FILES)


@pytest.fixture
def client(github: GitHub) -> Iterator[Client]:
    """Return a client that may do everything."""
    client = Client(github.url, github.token)
    yield client
    client.connection.close()
