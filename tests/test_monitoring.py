"""Pings: a monitor is told when each run starts and ends, and its failure harms no run."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from powerstats_cli import monitoring
from tests.support.homes import Stage, staged, steady_home


class Checks(ThreadingHTTPServer):
    """A monitor on loopback that remembers the pings it got; `mood` says how it answers."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), Ping)
        self.mood = "well"
        self.pings: list[tuple[str, str, str]] = []
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        """The address of a health check."""
        return f"http://127.0.0.1:{self.server_port}/ping/5f2c"


class Ping(BaseHTTPRequestHandler):
    """One ping: its event, its run and its text."""

    def do_POST(self) -> None:
        """Remember the ping and answer according to the mood."""
        assert isinstance(self.server, Checks)
        parts = urlsplit(self.path)
        text = self.rfile.read(int(self.headers["content-length"])).decode()
        event = parts.path.removeprefix("/ping/5f2c/")
        self.server.pings.append((event, parse_qs(parts.query)["rid"][0], text))
        if self.server.mood == "hanging":
            self.server.ended.wait(60)
            return
        self.send_response(500 if self.server.mood == "broken" else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"OK")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def checks() -> Iterator[Checks]:
    """Return a monitor that answers."""
    with Checks() as checks:
        thread = threading.Thread(target=checks.serve_forever, args=[0.02])
        thread.start()
        yield checks
        checks.ended.set()
        checks.shutdown()
        thread.join()


@pytest.fixture
def stage(tmp_path: Path, checks: Checks) -> Iterator[Stage]:
    """Return a home of today whose runs are reported to the monitor."""
    now = datetime.now(UTC)
    with staged(
        steady_home(now - timedelta(hours=30), timedelta(hours=31)), tmp_path, now
    ) as stage:
        with stage.installation.config.open("a") as config:
            config.write(f'[monitoring]\nhealthcheck_url = "{checks.url}"\n')
        yield stage


def test_a_run_is_reported(stage: Stage, checks: Checks) -> None:
    """The start and the end of a run have the same id."""
    stage.installation.run_well("rotate")
    (started, run, text), (ended, same_run, outcome) = checks.pings
    assert (started, text) == ("start", "rotate")
    assert (ended, outcome) == ("0", "rotate: ok")
    assert run == same_run
    stage.installation.run_well("aggregate", "weekly")
    assert checks.pings[2][1] != run


def test_a_failure_is_reported_with_its_code(stage: Stage, checks: Checks) -> None:
    """The ping has the exit code and the line that a person would read, without a token."""
    stage.installation.token_file.write_text("wrong")
    result = stage.installation.run("collect")
    assert result.exit_code == 77
    event, _, text = checks.pings[-1]
    assert event == "77"
    assert text.startswith("collect: ")
    assert "refused the token" in text


@pytest.mark.parametrize("mood", ["broken", "hanging", "gone"])
def test_a_bad_monitor_harms_no_run(
    mood: str, stage: Stage, checks: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends well, prints nothing, and is delayed by two time-outs at most."""
    assert 2 * monitoring.PING_SECONDS < 5
    monkeypatch.setattr(monitoring, "PING_SECONDS", 0.2)
    checks.mood = mood
    if mood == "gone":
        text = stage.installation.config.read_text()
        stage.installation.config.write_text(text.replace(checks.url, "http://127.0.0.1:1/ping"))
    began = time.monotonic()
    stage.installation.run_well("rotate")
    assert time.monotonic() - began < 5
    assert len(checks.pings) == (0 if mood == "gone" else 2)


def test_a_replay_is_not_reported(stage: Stage, checks: Checks) -> None:
    """A run with --at says nothing about today."""
    stage.installation.run_well("rotate", at=datetime.now(UTC) - timedelta(hours=2))
    assert not checks.pings
