"""What a run of a step shows while it works."""

import io
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from powerstats_cli.errors import TryAgainError
from powerstats_cli.session import Options, Session, opened
from tests.support.installation import Installation
from tests.support.screens import Screen

NOW = datetime(2025, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """Return the session of a home in Amsterdam."""
    installation = Installation(tmp_path, "http://127.0.0.1:1", {"power": "sensor.house_power"})
    return opened(Options(config=installation.config))


@pytest.mark.parametrize("problem", ["", "it is down"])
def test_the_progress_leaves_nothing(
    problem: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line of a long step is there while it runs, and gone before its outcome is told."""
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with suppress(TryAgainError), session.progress() as show:
        show(NOW)
        assert screen.lines == ["2025-11-21 13:00 "]
        show(NOW.replace(hour=14))
        assert screen.lines == ["2025-11-21 15:00 "]
        if problem:
            raise TryAgainError(problem)
    print("collect: done", file=screen)
    assert [line.rstrip() for line in screen.lines] == ["collect: done", ""]


def test_a_pipe_gets_no_progress(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would fill a log with times."""
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)
    with session.progress() as show:
        show(NOW)
    assert pipe.getvalue() == ""
