"""`serve`: the site on loopback, and nothing else of the machine."""

import http.client
import re
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.support.homes import Stage, staged, steady_home
from tests.support.installation import Installation

MIDNIGHT = datetime(2025, 11, 20, tzinfo=ZoneInfo("Europe/Amsterdam"))
NOW = MIDNIGHT + timedelta(hours=3)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Return a home with three hours of today."""
    with staged(steady_home(MIDNIGHT, timedelta(hours=3)), tmp_path, NOW) as stage:
        stage.run("collect", at=NOW)
        yield stage


@contextmanager
def served(
    installation: Installation, ending: signal.Signals
) -> Iterator[http.client.HTTPConnection]:
    """Serve an installation's dashboard in a process of its own, and end it by a signal."""
    process = installation.start("serve", "--port", "0", env={"PYTHONUNBUFFERED": "1"})
    assert process.stdout
    try:
        ready, _, _ = select.select([process.stdout], [], [], 20)
        assert ready, "no address within 20 s"
        address = re.search(r"http://([\d.]+):(\d+)/", process.stdout.readline())
        assert address
        with closing(http.client.HTTPConnection(address[1], int(address[2]), timeout=10)) as site:
            yield site
    finally:
        process.send_signal(ending)
        try:
            assert process.wait(10) == 0
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        finally:
            process.communicate()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serve_shows_the_site_and_nothing_else(stage: Stage, ending: signal.Signals) -> None:
    """Page and data are served on loopback; archive, state, hidden files and listings are not."""
    with served(stage.installation, ending) as connection:
        assert connection.host == "127.0.0.1"

        def get(path: str) -> http.client.HTTPResponse:
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            return response

        assert get("/").status == 200
        daily = get("/daily.json")
        assert (daily.status, daily.headers["Cache-Control"]) == (200, "no-cache")
        script = re.search(
            r"dashboard\.\w+\.js", (stage.installation.data_dir / "site/index.html").read_text()
        )
        assert script
        assert "immutable" in get(f"/{script[0]}").headers["Cache-Control"]
        for path in ("/../daily.json", "/%2e%2e/state.json", "/state.json", "/archive/", "/.x"):
            assert get(path).status == 404, path
