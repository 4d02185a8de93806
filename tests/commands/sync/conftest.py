"""GitHub, a device with a repository, and one without a data directory."""

from pathlib import Path

import pytest

from tests.github.fake import GitHub
from tests.github.fixtures import _impatient, _sound, device, github, repo
from tests.github.homes import Device, device_at

__all__ = ["_impatient", "_sound", "device", "github", "repo"]


@pytest.fixture
def bare(github: GitHub, tmp_path: Path) -> Device:
    """Return a device without a data directory."""
    return device_at(github, tmp_path / "bare")
