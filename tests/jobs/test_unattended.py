"""A run that cron or systemd has started is told from one that a person has started."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.installation import Installation
from tests.support.terminal import Terminal


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Return an installation with a data directory, whose `rotate` has nothing to do."""
    installation = Installation(tmp_path / "home", "http://127.0.0.1:1", {"power": "sensor.power"})
    installation.data_dir.mkdir()
    return installation


def last_run(installation: Installation) -> dict[str, Any]:
    """Return what the state file remembers of the last run of `rotate`."""
    run = json.loads((installation.data_dir / "state.json").read_bytes())["steps"]["rotate"]
    assert isinstance(run, dict)
    return run


def by_cron(installation: Installation, *options: str) -> None:
    """Run `rotate` as cron does: without a terminal."""
    subprocess.run(
        [sys.executable, "-m", "powerstats_cli", *options, *installation.arguments("rotate")],
        env={**os.environ, "TERM": "dumb"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        check=True,
    )


def test_what_cron_ran_last_is_remembered(installation: Installation, tmp_path: Path) -> None:
    """A later run by a person, or at another time, leaves it as it is."""
    by_cron(installation)
    unattended = last_run(installation)["unattended"]
    assert unattended == last_run(installation)["ended"]
    with Terminal(installation.arguments("rotate"), {}, tmp_path) as terminal:
        assert terminal.end() == 0
    run = last_run(installation)
    assert run["unattended"] == unattended
    assert run["ended"] > unattended
    by_cron(installation, "--at", "2025-11-21T10:00:00Z")
    assert last_run(installation)["unattended"] == unattended
    by_cron(installation)
    assert last_run(installation)["unattended"] > unattended
