"""The files that the answers become: all of them, or none."""

import os
import tomllib
from pathlib import Path

import pytest

from powerstats_cli import settings
from powerstats_cli.errors import ConfigError
from tests.commands.init.place import (
    Place,
    names_in,
)


def test_the_file_is_short_and_says_only_what_differs(place: Place) -> None:
    """A person can read and change it."""
    place.run_with_home("--no-collect")
    text = place.config.read_text()
    assert len(text.splitlines()) < 25
    assert set(tomllib.loads(text)) == {"timezone", "homeassistant", "flows", "paths"}
    assert names_in(place.data_dir) == []


@pytest.mark.parametrize("broken", ["fsync", "settings", "replace"])
@pytest.mark.parametrize("existed", [False, True])
def test_a_failure_while_writing_takes_all_back(
    place: Place,
    broken: str,
    existed: bool,  # noqa: FBT001 - a parameter of the test
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A full disk at any file leaves what was there before, and nothing else."""
    if existed:
        place.run_with_home("--no-collect")
        place.token_file.write_text("before")
    before = {path: path.read_bytes() for path in place.folder.rglob("*") if path.is_file()}
    count = 0

    def fails(*_: object) -> None:
        nonlocal count
        count += 1
        if count == 2:
            raise OSError(28, "No space left on device")

    def cannot_load(_path: Path) -> None:
        message = "of all things"
        raise ConfigError(message)

    if broken == "fsync":
        monkeypatch.setattr(os, "fsync", fails)
    elif broken == "replace":
        replace = Path.replace

        def replacing(path: Path, target: Path) -> Path:
            fails()
            return replace(path, target)

        monkeypatch.setattr(Path, "replace", replacing)
    else:
        monkeypatch.setattr(settings, "load", cannot_load)
    result = place.run_with_home("--force", "--no-collect")
    assert result.exit_code in {75, 78}
    assert len(result.err.splitlines()) == 1
    after = {path: path.read_bytes() for path in place.folder.rglob("*") if path.is_file()}
    assert after == before
    assert place.is_untouched() or existed
