"""A proxy as companies have one, on loopback: it may want a user and a password."""

import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from select import select
from threading import Thread
from urllib.parse import urlsplit

SECONDS = 5.0


class Proxy(ThreadingHTTPServer):
    """Passes requests on, and remembers the targets; `allowed` are the hosts that it reaches."""

    daemon_threads = True

    def __init__(self, user: str = "") -> None:
        """Listen on a free port; `user` is USER:PASSWORD if it wants one."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.wanted = f"Basic {b64encode(user.encode()).decode()}" if user else None
        self.targets: list[str] = []
        self.refuses = False

    @property
    def host(self) -> str:
        """Its address, without a scheme."""
        return f"127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def _is_welcome(self) -> bool:
        self.server.targets.append(self.path)
        if self.server.wanted not in {None, self.headers.get("Proxy-Authorization")}:
            self.send_error(407)
            return False
        if self.server.refuses:
            self.send_error(403)
            return False
        return True

    def do_CONNECT(self) -> None:
        """Open a tunnel."""
        if not self._is_welcome():
            return
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port)), SECONDS) as server:
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                while True:
                    for source in select([self.connection, server], [], [], SECONDS)[0]:
                        if not (data := source.recv(65536)):
                            return
                        (server if source is self.connection else self.connection).sendall(data)

    def _forward(self) -> None:
        if not self._is_welcome():
            return
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {key: value for key, value in self.headers.items() if key[:5] != "Proxy"}
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        with closing(HTTPConnection(parts.netloc, timeout=SECONDS)) as connection:
            connection.request(self.command, target, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        self.send_response(answer.status)
        for key, value in answer.getheaders():
            if key.lower() not in {"transfer-encoding", "content-length", "connection"}:
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = _forward  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def proxied(user: str = "") -> Iterator[Proxy]:
    """Yield a proxy that answers."""
    with Proxy(user) as proxy:
        thread = Thread(target=proxy.serve_forever, args=[0.02])
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
