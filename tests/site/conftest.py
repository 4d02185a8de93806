"""A home whose site is published."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.site.home import MIDNIGHT, NOW
from tests.support.homes import Stage, staged, steady_home


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Return a home with three hours of today."""
    with staged(steady_home(MIDNIGHT, timedelta(hours=3)), tmp_path, NOW) as stage:
        stage.run("collect", at=NOW)
        yield stage
