"""Publishing, and the files of a site in a folder."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.github.fake import GitHub
from tests.github.homes import Device

HISTORIES = pytest.mark.parametrize("history", ["keep", "squash"])
PLACES = pytest.mark.parametrize(
    ("history", "folder"), [("keep", ""), ("keep", "docs"), ("squash", "my pages/power")]
)


def within(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files by their paths in a folder."""
    return {f"{folder}/{name}" if folder else name: raw for name, raw in files.items()}


def hourly(device: Device, github: GitHub, **settings: Any) -> int:
    """Publish without a failure; return how many requests that took."""
    if settings:
        device.configure(publish=settings)
    before = github.count()
    device.run_well("publish")
    return github.count() - before
