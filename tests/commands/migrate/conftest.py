"""A new installation, and a folder for the old files."""

from pathlib import Path

import pytest

from tests.support.installation import Installation


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Return an installation that has collected nothing yet."""
    return Installation(tmp_path / "new", "http://127.0.0.1:1", {"power": "sensor.power"})


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return the folder of the old files."""
    folder = tmp_path / "old"
    folder.mkdir()
    return folder
