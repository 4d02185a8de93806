"""The connections to the tests' GitHub: accepted, answered, and all cut at the end."""

import gzip
import socket
import sys
from contextlib import suppress
from datetime import UTC
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import TYPE_CHECKING, cast

from tests.github.fake.api import Answer
from tests.github.fake.exchanges import Exchange

if TYPE_CHECKING:
    from tests.github.fake.server import GitHub

JOIN_SECONDS = 5.0


class Listener(ThreadingHTTPServer):
    """Accepts connections, each in a thread of its own, and can close them all."""

    request_queue_size = 64

    def __init__(self, github: "GitHub") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.github = github
        self._open: dict[socket.socket, Thread] = {}
        self._lock = Lock()

    def server_bind(self) -> None:
        """Bind without looking up a host name, as HTTPServer would."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = cast("tuple[str, int]", self.server_address)

    def process_request(self, request: object, client_address: object) -> None:
        """Serve a connection in a thread of its own."""
        connection = cast("socket.socket", request)
        work = self.process_request_thread
        thread = Thread(target=work, args=[connection, client_address], daemon=True)
        with self._lock:
            self._open[connection] = thread
        thread.start()

    def close_request(self, request: object) -> None:
        """Close and forget a connection."""
        connection = cast("socket.socket", request)
        with self._lock:
            self._open.pop(connection, None)
        connection.close()

    def hang_up(self) -> None:
        """Cut all open connections and wait for their threads."""
        with self._lock:
            still_open = list(self._open.items())
        for connection, _ in still_open:
            with suppress(OSError):  # the client may be first
                connection.shutdown(socket.SHUT_RDWR)
        for _, thread in still_open:
            thread.join(JOIN_SECONDS)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that close their connection; keep every other error for the end."""
        del request, client_address
        error = sys.exception()
        if error and not isinstance(error, ConnectionError):
            self.github.errors.append(error)


class _Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection, one after the other."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def _answer(self) -> None:
        github = self.server.github
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        exchange, answer = github.exchange(self.command, self.path, headers, body)
        if answer is None:
            self.close_connection = True
        else:
            self._send(github, exchange, answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - http.server's names

    def _send(self, github: "GitHub", exchange: Exchange, answer: Answer) -> None:
        request, body = exchange.request, answer.body
        headers = {
            "server": "GitHub.com",
            "date": format_datetime(github.clock().astimezone(UTC), usegmt=True),
            **({} if answer.bare else github.headers(request)),
            **answer.headers,
        }
        if not answer.bare and "gzip" in request.headers.get("accept-encoding", ""):
            if "etag" in headers:
                headers["etag"] = f"W/{headers['etag']}"
            if body:
                body = gzip.compress(body, mtime=0)
                headers["content-encoding"] = "gzip"
        if answer.status not in (204, 304):
            headers |= {"content-type": answer.content_type, "content-length": str(len(body))}
        phrase = self.responses.get(answer.status, ("", ""))[0]
        lines = [f"{self.protocol_version} {answer.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if answer.cut:
            body = body[: len(body) // 2]
            self.close_connection = True
        exchange.status, exchange.sent = answer.status, len(body)
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def log_message(self, *_: object) -> None:
        """Log nothing: GitHub.log is the log."""
