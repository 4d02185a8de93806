"""A machine for the tests of its jobs."""

from pathlib import Path

import pytest

from tests.support.machines import FakeMachine, fake_machine


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    """Return a machine that has cron and systemd, and whose user is root."""
    return fake_machine(tmp_path, monkeypatch)
