"""HTTP on loopback: connections, requests, replies, and the ways in which a reply can break off."""

import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread, current_thread
from typing import cast

_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Server": "",
    "X-Frame-Options": "SAMEORIGIN",
}
_POLL_S = 0.02  # how long close() may have to wait for the accepting thread
_JOIN_S = 5.0
_BACKLOG = 64


@dataclass(frozen=True)
class Request:
    """A request as it came: the path with its query, headers by lower-case name.

    `closing` is set when the server closes: anything that makes a client wait must wait for it.
    """

    path: str
    headers: Mapping[str, str]
    closing: Event


@dataclass(frozen=True)
class Reply:
    """An answer; headers hold what is added to, or replaces, the usual ones.

    A body in chunks is sent in HTTP chunks unless headers give a Content-Length; one that ends
    before that length, or raises ConnectionError, breaks the connection there.
    """

    status: int
    body: bytes | Iterable[bytes]
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Listener(ThreadingHTTPServer):
    """Accepts connections on a free port, each in a thread of its own, and can end them all.

    `reply_to` returns the reply to a request, None to drop its connection; `clock` tells the time
    for the Date header. `connections` is how many were opened.
    """

    request_queue_size = _BACKLOG
    daemon_threads = True  # an aborted program must not wait for a hanging answer

    def __init__(
        self, reply_to: Callable[[Request], Reply | None], clock: Callable[[], datetime]
    ) -> None:
        """Listen on a free port of 127.0.0.1; requests are answered after start()."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply_to = reply_to
        self.clock = clock
        self.closing = Event()
        self.connections = 0
        self._open: dict[socket.socket, Thread | None] = {}
        self._lock = Lock()
        self._thread = Thread(target=self.serve_forever, args=[_POLL_S], daemon=True)

    def start(self) -> None:
        """Start to answer."""
        self._thread.start()

    def close(self) -> None:
        """Close all connections, those of hanging answers too, and end every thread."""
        self.closing.set()
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join(_JOIN_S)
        self.server_close()
        self._hang_up()

    def server_bind(self) -> None:
        """Bind without the look-up of a host name that HTTPServer does."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = cast("tuple[str, int]", self.server_address)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Accept and count a connection."""
        connection, address = self.socket.accept()
        with self._lock:
            self.connections += 1
            self._open[connection] = None
        return connection, address

    def note_thread(self, connection: socket.socket) -> None:
        """Note that the current thread serves the connection."""
        with self._lock:
            self._open[connection] = current_thread()

    def close_request(self, request: object) -> None:
        """Close and forget a connection."""
        connection = cast("socket.socket", request)
        with self._lock:
            self._open.pop(connection, None)
        connection.close()

    def _hang_up(self) -> None:
        """Cut all open connections and wait for their threads."""
        with self._lock:
            still_open = list(self._open.items())
        for connection, _ in still_open:
            _cut(connection)
        for _, thread in still_open:
            if thread is not None:
                thread.join(_JOIN_S)

    def handle_error(self, request: object, client_address: object) -> None:
        """Be quiet about clients that hang up; report everything else."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(cast("socket.socket", request), client_address)


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client has closed it before


class _Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection, one after the other."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def setup(self) -> None:
        """Take part in the listener's count of open connections."""
        super().setup()
        self.server.note_thread(self.connection)

    def do_GET(self) -> None:
        """Answer a GET request, with the time at which it came."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.reply_to(Request(self.path, headers, self.server.closing))
        if reply is None:
            self.close_connection = True
            return
        self._send(reply)

    def _refuse(self) -> None:
        self._send(status_text(HTTPStatus.METHOD_NOT_ALLOWED))
        self.close_connection = True  # the body of the request is still unread

    do_POST = do_PUT = do_PATCH = do_DELETE = _refuse  # noqa: N815 - http.server's names

    def _send(self, reply: Reply) -> None:
        headers = {
            "Content-Type": reply.content_type,
            **_HEADERS,
            "Date": format_datetime(self.server.clock().astimezone(UTC), usegmt=True),
        }
        if isinstance(reply.body, bytes):
            headers["Content-Length"] = str(len(reply.body))
        elif "Content-Length" not in reply.headers:
            headers["Transfer-Encoding"] = "chunked"
        headers |= reply.headers
        head = self._head(reply.status, headers)
        if isinstance(reply.body, bytes):
            self.wfile.write(head + reply.body)
            return
        self.wfile.write(head)
        try:
            self._send_chunks(reply.body, headers.get("Content-Length"))
        except ConnectionError:
            self.close_connection = True

    def _head(self, status: int, headers: Mapping[str, str]) -> bytes:
        phrase = self.responses.get(status, ("", ""))[0]
        lines = [f"{self.protocol_version} {status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _send_chunks(self, chunks: Iterable[bytes], length: str | None) -> None:
        sent = 0
        for chunk in chunks:
            self.wfile.write(chunk if length else b"%x\r\n%b\r\n" % (len(chunk), chunk))
            sent += len(chunk)
        if length is None:
            self.wfile.write(b"0\r\n\r\n")
        elif sent < int(length):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Log nothing: only the demo itself writes to the terminal."""


def status_text(status: HTTPStatus) -> Reply:
    """Return the reply in plain text that names a status, such as "404: Not Found"."""
    body = f"{status.value}: {status.phrase}".encode()
    return Reply(status, body, content_type="text/plain; charset=utf-8")
