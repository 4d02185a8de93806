"""Requests as they arrive at a server, and connections that are used again."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from threading import Thread

import pytest

from powerstats_cli.errors import ConfigError, TooMuchError, TryAgainError
from powerstats_cli.web import Web

ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nServer: caf\xc3\xa9\r\nVia: a\r\nvia: b\r\n\r\nok"
)
SECONDS = 10
Asking = Callable[[str, Mapping[str, str]], Web]


class Listener:
    """A server that remembers the bytes of each request, by connection.

    It answers each with `answer`, and ends a connection after `most` answers.
    """

    def __init__(self, family: socket.AddressFamily = socket.AF_INET) -> None:
        """Listen on a free port of loopback."""
        self._socket = socket.create_server(
            ("::1" if family == socket.AF_INET6 else "127.0.0.1", 0), family=family
        )
        self.port: int = self._socket.getsockname()[1]
        self.answer = ANSWER
        self.most = 100
        self.requests: list[list[str]] = []
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """Accept no more connections; those that are open have ended."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection:
                    connection.settimeout(SECONDS)
                    self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        requests: list[str] = []
        self.requests.append(requests)
        while len(requests) < self.most:
            received = b""
            while not received.endswith(b"\r\n\r\n"):
                part = connection.recv(65_536)
                if not part:
                    return
                received += part
            requests.append(received.decode())
            connection.sendall(self.answer)


@pytest.fixture(params=[True, False], ids=["home", "internet"])
def asking(request: pytest.FixtureRequest) -> Asking:
    """Return what opens a connection; two libraries do it, for the home and for the internet."""
    return partial(Web, ca_file=None, seconds=SECONDS, is_home=request.param)


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Return a server."""
    server = Listener()
    yield server
    server.close()


@pytest.mark.parametrize(
    ("host", "path", "line", "named"),
    [
        ("127.0.0.1", "/api?a=b,c:d", "/api?a=b,c:d", "127.0.0.1"),
        ("LOCALHOST", "", "/", "localhost"),
        ("localhost", "?page=1", "/?page=1", "localhost"),
        ("localhost", "/my home/ü/", "/my%20home/%C3%BC/", "localhost"),
        ("localhost", "/%20/%c3", "/%20/%c3", "localhost"),
        ("localhost", '/"<`{}>', "/%22%3C%60%7B%7D%3E", "localhost"),
        ("localhost", "/a?b=ü c#d", "/a?b=%C3%BC%20c", "localhost"),
    ],
)
def test_an_address_as_it_arrives(
    listener: Listener, host: str, path: str, line: str, named: str, asking: Asking
) -> None:
    """The path and the query are quoted where they have to be, and the host is named."""
    with asking(f"HTTP://{host}:{listener.port}", {}) as web:
        assert bytes(web.get(path).body) == b"ok"
    first, *headers = listener.requests[0][0].splitlines()
    assert first == f"GET {line} HTTP/1.1"
    assert f"Host: {named}:{listener.port}" in headers


def test_an_ipv6_address(asking: Asking) -> None:
    """Its brackets stay in the header, where a port may follow."""
    try:
        server = Listener(socket.AF_INET6)
    except OSError:
        pytest.skip("needs IPv6")
    try:
        with asking(f"http://[::1]:{server.port}", {}) as web:
            assert web.get("/").status == 200
    finally:
        server.close()
    assert f"\r\nHost: [::1]:{server.port}\r\n" in server.requests[0][0]


def test_what_a_request_and_an_answer_have(listener: Listener, asking: Asking) -> None:
    """The given headers are sent once, with the length of a body; those of the answer are read."""
    url = f"http://127.0.0.1:{listener.port}"
    headers = {"Authorization": "Bearer abc"}
    with asking(url, headers) as web:
        reply = web.send("POST", "/", b"", accept="text/plain")
    sent = [line.partition(": ") for line in listener.requests[0][0].splitlines()[1:] if line]
    assert sorted(name for name, _, _ in sent) == [
        *("Accept", "Accept-Encoding", "Authorization", "Content-Length", "Content-Type"),
        *("Host", "User-Agent"),
    ]
    assert ("Accept", ": ", "text/plain") in sent
    assert ("Authorization", ": ", "Bearer abc") in sent
    assert (reply.status, bytes(reply.body)) == (200, b"ok")
    assert reply.headers == {"content-length": "2", "server": "café", "via": "a, b"}


def test_one_connection_for_all_requests(listener: Listener, asking: Asking) -> None:
    """A connection is used again."""
    with asking(f"http://127.0.0.1:{listener.port}", {}) as web:
        for _ in range(3):
            web.get("/")
    assert [len(requests) for requests in listener.requests] == [3]


def test_a_connection_that_the_server_has_ended(listener: Listener, asking: Asking) -> None:
    """A server ends idle connections: the next request opens a new one, and nothing fails."""
    listener.most = 1
    with asking(f"http://127.0.0.1:{listener.port}", {}) as web:
        for _ in range(3):
            assert bytes(web.send("POST", "/", b"").body) == b"ok"
    assert [len(requests) for requests in listener.requests] == [1, 1, 1]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nok",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\0" * 100,
    ],
)
def test_an_answer_that_is_broken(listener: Listener, answer: bytes, asking: Asking) -> None:
    """Half of an answer is never taken for a whole one."""
    listener.answer, listener.most = answer, 1
    with (
        asking(f"http://127.0.0.1:{listener.port}", {}) as web,
        pytest.raises(TryAgainError, match=rf"^127\.0\.0\.1:{listener.port} cannot be reached: "),
    ):
        web.get("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://home..lan:8123",
        "http://.lan",
        f"http://{'a' * 64}.lan",
        "https://my home:8123",
        "http://home\0",
        "http://\u200b.lan",
        "http://",
        "http:///api",
        "http://localhost:99999",
    ],
)
def test_an_address_that_cannot_be(url: str, asking: Asking) -> None:
    """It is the configuration's mistake, and no failure that passes."""
    with (
        asking(url, {}) as web,
        pytest.raises(ConfigError, match="is no address: "),
    ):
        web.get("/")


@pytest.mark.parametrize("seconds", [0.05, -1.0])
def test_decoding_is_limited(seconds: float) -> None:
    """What is decoded in Python ends with the time of the run, whatever a server has sent."""
    with (
        Web("http://127.0.0.1:1", {}, ca_file=None, seconds=seconds) as web,
        pytest.raises(TooMuchError, match="more than this machine can read in time"),
        web.limited(),
    ):
        _decode_for_ever()


def _decode_for_ever() -> None:
    while True:
        pass
