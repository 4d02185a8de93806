"""`serve`: the site on loopback, and nothing else of the machine."""

import http.client
import re
import select
import signal
import socket
import struct
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
    installation: Installation, ending: signal.Signals, *options: str
) -> Iterator[http.client.HTTPConnection]:
    """Serve an installation's dashboard in a process of its own, and end it by a signal.

    It may not print anything on stderr.
    """
    process = installation.start("serve", "--port", "0", *options, env={"PYTHONUNBUFFERED": "1"})
    assert process.stdout
    try:
        ready, _, _ = select.select([process.stdout], [], [], 20)
        assert ready, "no address within 20 s"
        told = process.stdout.readline()
        address = re.search(r"http://([\w.-]+):(\d+)/", told)
        assert address
        host = "127.0.0.1" if options else address[1]
        assert not options or address[1] == f"{socket.gethostname().partition('.')[0]}.local"
        with closing(http.client.HTTPConnection(host, int(address[2]), timeout=10)) as site:
            yield site
    finally:
        process.send_signal(ending)
        try:
            assert process.wait(10) == 0
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        finally:
            assert process.communicate() == ("", "")


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


def test_to_the_home_s_network(stage: Stage) -> None:
    """The address is one for a phone; clients that leave in any way leave no trace."""
    with served(stage.installation, signal.SIGTERM, "--bind", "::") as connection:
        reset = struct.pack("ii", 1, 0)
        for _ in range(20):
            with socket.create_connection((connection.host, connection.port), 10) as leaving:
                leaving.sendall(b"GET /daily.json HTTP/1.1\r\n\r\n")
                leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        connection.request("GET", "/daily.json")
        assert connection.getresponse().status == 200


@pytest.mark.parametrize("bind", ["no such host", "\u202e", "192.0.2.1", "a" * 70])
def test_where_it_cannot_listen(stage: Stage, bind: str) -> None:
    """One line says so."""
    result = stage.installation.run("serve", "--port", "0", "--bind", bind)
    assert (result.exit_code, len(result.err.splitlines())) == (78, 1)
    assert "give another --port or --bind" in result.err
