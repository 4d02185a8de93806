"""An address without Home Assistant, and the time that a run may take."""

import pytest

from powerstats_cli import transport, web
from powerstats_cli.commands import collect
from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.demo.server import HomeAssistant
from powerstats_cli.homeassistant import clocks
from tests.demo import faults
from tests.faults.answers import EVENING
from tests.faults.life import Life
from tests.faults.place import Place, content, local, lost, one_line
from tests.support.installation import TOKEN
from tests.support.speaker import speaking


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "words",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\n" + b"X-Header: x\r\n" * 100_000,
    ],
)
def test_something_else_listens_there(place: Place, life: Life, words: bytes, scheme: str) -> None:
    """Exit code 75 and one line."""
    place.restore(life.before_evening)
    with speaking(words) as host:
        place.installation.configure(url=f"{scheme}://{host}")
        try:
            ended = place.step("collect", at=EVENING)
        finally:
            place.installation.configure(url=place.server.url)
    assert ended.exit_code == 75
    assert host in one_line(ended.err)
    assert place.snapshot() == life.before_evening


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:1", 75),
        ("http://no-such-host.invalid:8123", 75),
        ("http://[::1]:1", 75),
    ],
)
def test_nobody_listens_there(place: Place, life: Life, url: str, code: int) -> None:
    """The exit code, and one line with the reason."""
    place.restore(life.before_evening)
    place.installation.configure(url=url)
    ended = place.step("collect", at=EVENING)
    place.installation.configure(url=place.server.url)
    assert ended.exit_code == code
    assert "cannot be reached: " in one_line(ended.err)
    assert place.snapshot() == life.before_evening


def test_a_redirect_is_not_followed(place: Place, life: Life) -> None:
    """The token is sent to no other host."""
    place.restore(life.before_evening)
    with HomeAssistant(place.server.home, token=TOKEN, clock=place.hand) as other:
        place.server.answer = faults.redirected(f"{other.url}/api/history/period")
        ended = place.step("collect", at=EVENING)
        assert ended.exit_code == 78
        assert other.url in one_line(ended.err)
        assert other.connections == 0


def test_a_run_ends_in_time(place: Place, life: Life) -> None:
    """All requests together take a bounded time, for any number of windows.

    Here with a budget of 0.7 s, an answer every 0.2 s, and days to catch up.
    """
    place.restore(life.dawn)
    calls = []

    def slow(request: Request, reply: Reply) -> Reply | None:
        calls.append(request.path)
        request.closing.wait(0.2)
        return reply

    place.server.answer = slow
    values = {
        "powerstats_cli.commands.collect:RUN_SECONDS": 0.7,
        "powerstats_cli.commands.collect:STOP_AFTER": 0.5,
    }
    ended = place.step("collect", at=local("2025-11-20 23:40:10"), values=values)
    assert ended.exit_code in {0, 75}
    assert ended.seconds < 5
    assert 1 <= len(calls) <= 5
    assert not lost(life.dawn, place.snapshot())
    place.server.answer = lambda _request, reply: reply
    place.well("collect", at=local("2025-11-20 23:40:10"))
    assert content(place.snapshot())["daily.json"] == content(life.before_evening)["daily.json"]


def test_the_bounds_promised() -> None:
    """10 s for a connection, 30 s for a request, 64 MB, and two minutes for a run."""
    assert transport.CONNECT_TIMEOUT == 10
    assert transport.REQUEST_TIMEOUT == 30
    assert web.MOST_BYTES == 64_000_000
    assert collect.STOP_AFTER + clocks.LONGEST_WAIT.total_seconds() < collect.RUN_SECONDS < 120
