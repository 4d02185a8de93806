"""GitHub, a device with a repository, and a branch with its site."""

import pytest

from tests.github.fake import GitHub
from tests.github.fake.repository import GitRepository
from tests.github.fixtures import _impatient, _small_page, _sound, device, github, repo, small_page
from tests.github.homes import PAGES, STRANGERS, Device
from tests.site.branch.publishing import hourly

__all__ = ["_impatient", "_small_page", "_sound", "device", "github", "repo", "small_page"]


@pytest.fixture
def published(device: Device, github: GitHub, repo: GitRepository) -> GitRepository:
    """Return a repository with the device's site and files of others on its branch for Pages."""
    repo.commit(PAGES, STRANGERS, "Before")
    hourly(device, github)
    return repo
