"""A server for the dashboard in the home's own network."""

import errno
import gzip
import os
import socket
import sys
import threading
from collections.abc import Callable, Collection
from functools import lru_cache, partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any, Final

from powerstats_cli.core.blobs import blob_id
from powerstats_cli.site.addresses import is_own

FOREVER: Final = "public, max-age=31536000, immutable"
IDLE_SECONDS: Final = 15
MOST_CONNECTIONS: Final = 64
# So many may come at once before a thread for each is started; more would have to try again.
WAITING: Final = 1024
PIECE: Final = 65_536
TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
PACKED_ALREADY: Final = (".png",)
NO_IPV6: Final = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
Stamp = tuple[int, int, int]
"""A file's inode, time of change and size: another one means other bytes."""
Live = Callable[[str], bytes | None]
"""Returns the bytes of a file that is made when it is asked for, None of all others."""


def nothing(_: str) -> None:
    """Return None: no file is made when it is asked for."""


class Server(ThreadingHTTPServer):
    """Serves a folder; a connection has a thread of its own, and not more than so many are open.

    One more takes the place of the one that has asked for nothing for the longest time.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = WAITING

    def __init__(
        self, bind: str, port: int, folder: Path, names: Collection[str], live: Live = nothing
    ) -> None:
        """Listen; `names` are names of this machine besides those of the home's network.

        `live` returns the bytes of a file that is made when it is asked for, None of all others.
        Raises OSError if it cannot listen there, UnicodeError if `bind` is no name.
        """
        self.live = live
        self._open: dict[Any, None] = {}
        self._changing = threading.Lock()
        self.names = names
        flags = socket.AI_PASSIVE
        found = socket.getaddrinfo(bind, port, type=socket.SOCK_STREAM, flags=flags)
        self.address_family, _, _, _, address = found[0]
        super().__init__(address[:2], partial(Handler, folder=folder))  # type: ignore[arg-type]

    def server_bind(self) -> None:
        """Bind without a look-up of our own name, which takes long without a DNS server."""
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        TCPServer.server_bind(self)
        self.server_port = self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection in a new thread."""
        with self._changing:
            while len(self._open) >= MOST_CONNECTIONS:
                self._end(next(iter(self._open)))
            self._open[request] = None
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        with self._changing:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def used(self, request: Any) -> None:
        """Remember that a connection has just asked for something."""
        with self._changing:
            if request in self._open:
                self._open[request] = self._open.pop(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about a client that has left."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def _end(self, request: Any) -> None:
        """Let the thread of a connection end."""
        self._open.pop(request)
        try:
            request.shutdown(socket.SHUT_RDWR)
        except OSError:  # the client was faster
            return


def listening(
    bind: str, port: int, folder: Path, names: Collection[str], live: Live = nothing
) -> Server:
    """Return a server; `::` means every address, also on a machine without IPv6."""
    try:
        return Server(bind, port, folder, names, live)
    except OSError as error:
        if bind != "::" or error.errno not in NO_IPV6:
            raise
        return Server("0.0.0.0", port, folder, names, live)  # noqa: S104 - the same was asked for


class Handler(BaseHTTPRequestHandler):
    """Serves the files of one folder: no lists of files, no hidden files, no folders below it."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    server_version = "powerstats"
    sys_version = ""
    server: Server

    def __init__(self, *args: Any, folder: Path) -> None:
        self._folder = folder
        super().__init__(*args)

    def do_GET(self) -> None:
        """Answer with a file."""
        self._answer()

    def do_HEAD(self) -> None:
        """Answer as to GET, without the bytes."""
        self._answer()

    def end_headers(self) -> None:
        """Send what every answer has."""
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing: who looks at the page is private."""

    def _answer(self) -> None:
        self.server.used(self.request)
        if not is_own(self.headers.get("Host"), self.server.names):
            self.send_error(
                HTTPStatus.MISDIRECTED_REQUEST,
                explain="This machine does not know the name that you used. Use its address, "
                "or start powerstats serve with --host and that name.",
            )
            return
        path = self._path()
        try:
            tag, raw = self._found(path)
        except OSError:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        if tag in map(str.strip, self.headers.get("If-None-Match", "").split(",")):
            self._begin(HTTPStatus.NOT_MODIFIED, path, tag)
            self.end_headers()
            return
        is_packed = path.suffix not in PACKED_ALREADY and self._unpacks()
        body = _packed(raw) if is_packed else raw
        self._begin(HTTPStatus.OK, path, tag)
        self.send_header("Content-Type", TYPES.get(path.suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(body)))
        if is_packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self._send(body)

    def _found(self, path: Path) -> tuple[str, bytes]:
        """Return a tag of a file's bytes, and the bytes; raises OSError if there is no file."""
        made = self.server.live(path.name)
        if made is not None:
            return f'W/"{blob_id(made)}"', made
        stamp = _stamp(path)
        return f'W/"{"-".join(map(hex, stamp))}"', _content(path, stamp)

    def _begin(self, status: HTTPStatus, path: Path, tag: str) -> None:
        """Let a browser keep files that are named by their content, and ask again for others."""
        self.send_response(status)
        self.send_header("ETag", tag)
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("Cache-Control", FOREVER if path.name.count(".") > 1 else "no-cache")

    def _send(self, body: bytes) -> None:
        """Send the bytes in pieces, for each of which a slow phone has the time of an idle one."""
        for start in range(0, len(body) if self.command == "GET" else 0, PIECE):
            self.wfile.write(body[start : start + PIECE])

    def _path(self) -> Path:
        """Return the file of a request's path; any other path gets a name that does not exist."""
        name = self.path.partition("?")[0].partition("#")[0].removeprefix("/") or "index.html"
        inside = not name.startswith(".") and not set(name) & set("/\\%\0")
        return self._folder / (name if inside else ".nothing")

    def _unpacks(self) -> bool:
        """Tell whether the client takes gzip."""
        for accepted in self.headers.get("Accept-Encoding", "").split(","):
            coding, _, weight = accepted.replace(" ", "").partition(";q=")
            if coding in {"gzip", "*"}:
                return weight.strip("0.") != "" or not weight
        return False


def _stamp(path: Path) -> Stamp:
    about = path.stat()
    return about.st_ino, about.st_mtime_ns, about.st_size


@lru_cache(maxsize=16)
def _content(path: Path, _stamp: Stamp) -> bytes:
    """Return a file's bytes; raises OSError if it is no file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


@lru_cache(maxsize=16)
def _packed(raw: bytes) -> bytes:
    return gzip.compress(raw, mtime=0)
