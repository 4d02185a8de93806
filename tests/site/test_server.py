"""The server: what it answers, and how many clients of which kind it bears."""

import errno
import gzip
import http.client
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from powerstats_cli.site import server as module
from powerstats_cli.site.server import MOST_CONNECTIONS, Server, listening

PAGE = b"<!doctype html>" + b"power " * 20_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a page, an asset, a picture, and what nobody may see."""
    root = tmp_path / "site"
    (root / "folder").mkdir(parents=True)
    (root / "index.html").write_bytes(PAGE)
    (root / "page.1a2b.js").write_text("run()")
    (root / "icon.png").write_bytes(b"png" * 1000)
    (root / ".hidden").write_text("secret")
    (root / "folder" / "x").write_text("secret")
    (tmp_path / "daily.json").write_text("{}")
    (root / "daily.json").symlink_to("../daily.json")
    return root


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    """Return a server on loopback that answers in a thread."""
    server = listening("127.0.0.1", 0, folder, {"power.example"})
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    with server:
        yield server
        server.shutdown()
        thread.join()


Answer = tuple[int, http.client.HTTPMessage, bytes]


def ask(server: Server, path: str, method: str = "GET", **headers: str) -> Answer:
    """Return the status, the headers and the body of an answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)) as asked:
        asked.request(method, path, headers=named)
        answer = asked.getresponse()
        return answer.status, answer.headers, answer.read()


def test_a_page_is_compressed_and_not_sent_twice(server: Server, folder: Path) -> None:
    """A client that unpacks gets less; one that has the page gets nothing; a new page is sent."""
    status, headers, body = ask(server, "/", Accept_Encoding="br, gzip;q=0.8")
    assert (status, headers["Content-Encoding"], headers["Vary"]) == (
        200,
        "gzip",
        "Accept-Encoding",
    )
    assert gzip.decompress(body) == PAGE
    assert len(body) < len(PAGE) / 50
    tag = headers["ETag"]
    status, headers, body = ask(server, "/index.html?x#y", If_None_Match=f'"other", {tag}')
    assert (status, headers["ETag"], body) == (304, tag, b"")
    (folder / "index.html").write_bytes(b"new")
    assert ask(server, "/", If_None_Match=tag)[::2] == (200, b"new")
    for accepted in ("", "br", "gzip;q=0"):
        _, headers, body = ask(server, "/daily.json", Accept_Encoding=accepted)
        assert (headers["Content-Encoding"], body) == (None, b"{}")
    assert "Content-Encoding" not in ask(server, "/icon.png", Accept_Encoding="gzip")[1]
    status, headers, body = ask(server, "/", "HEAD")
    assert (status, headers["Content-Length"], body) == (200, "3", b"")


def test_headers(server: Server) -> None:
    """Files that are named by their content are kept for ever; it says little of itself."""
    assert "immutable" in ask(server, "/page.1a2b.js")[1]["Cache-Control"]
    headers = ask(server, "/daily.json")[1]
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Server"].strip() == "powerstats"


NOTHING = [
    "/.hidden",
    "/folder",
    "/folder/x",
    "/../daily.json",
    "/%2e%2e/daily.json",
    "//etc/passwd",
]
NOTHING += ["/..", "/nothing", "/\\daily.json", "http://127.0.0.1/daily.json", "/" + "x" * 5000]


@pytest.mark.parametrize("path", NOTHING)
def test_nothing_else_is_served(server: Server, path: str) -> None:
    """Hidden files, folders, and all that is outside of the folder do not exist."""
    assert ask(server, path)[0] == 404


def test_only_its_own_names(server: Server) -> None:
    """A page of a stranger that gives this machine a name of its own reads nothing."""
    assert ask(server, "/daily.json", Host="evil.example")[0] == 421
    assert ask(server, "/daily.json", Host="power.example:8129")[0] == 200
    assert ask(server, "/daily.json", Host=f"pi.local:{server.server_port}")[0] == 200


def connected(server: Server) -> socket.socket:
    """Return a connection that has asked for nothing yet."""
    return socket.create_connection(("127.0.0.1", server.server_port), 10)


def test_a_thousand_idle_connections(server: Server) -> None:
    """However many clients ask for nothing, one that asks is answered, and threads are few."""
    before = threading.active_count()
    with ExitStack() as held:
        for _ in range(400):
            held.enter_context(connected(server))
        assert ask(server, "/")[0] == 200
        most = before + MOST_CONNECTIONS + 5  # a thread that was let go needs a moment to end
        asked = (ask(server, "/")[0] == 200 for _ in range(100))
        assert any(is_answered and threading.active_count() <= most for is_answered in asked)
        assert ask(server, "/daily.json")[0] == 200


def test_who_asks_stays(server: Server) -> None:
    """If there are too many connections, one that has been used is not the first to go."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)) as used:
        used.request("GET", "/daily.json")
        used.getresponse().read()
        with ExitStack() as held:
            for number in range(2 * MOST_CONNECTIONS):
                held.enter_context(connected(server))
                if number % 20 == 0:
                    used.request("GET", "/daily.json")
                    assert used.getresponse().read() == b"{}"


def test_an_idle_connection_ends(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that asks for nothing, or that never ends its question, is let go."""
    monkeypatch.setattr(module.Handler, "timeout", 0.2)
    for begun in (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n"):
        with connected(server) as idle:
            idle.sendall(begun)
            begin = time.monotonic()
            assert idle.recv(1000) == b""
            assert time.monotonic() - begin < 5


def test_clients_that_leave(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    """A client that leaves before, while or after it is answered is nothing to tell."""
    reset = struct.pack("ii", 1, 0)
    for begun in (b"", b"GET", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00" + b"\xff" * 600):
        for _ in range(10):
            with connected(server) as leaving:
                leaving.sendall(begun)
                leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
    assert ask(server, "/")[0] == 200
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_both_kinds_of_addresses(folder: Path) -> None:
    """`::` is every address, also those of the older kind."""
    with listening("::", 0, folder, ()) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        for host in ("127.0.0.1", "::1"):
            with closing(http.client.HTTPConnection(host, server.server_port, timeout=10)) as asked:
                asked.request("GET", "/daily.json")
                assert asked.getresponse().read() == b"{}"
        server.shutdown()
        thread.join()


def test_without_ipv6(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine without IPv6, `::` is every address that it has."""
    real = Server.server_bind

    def bind(server: Server) -> None:
        if server.address_family == socket.AF_INET6:
            raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
        real(server)

    monkeypatch.setattr(Server, "server_bind", bind)
    with listening("::", 0, folder, ()) as server:
        assert server.address_family == socket.AF_INET
