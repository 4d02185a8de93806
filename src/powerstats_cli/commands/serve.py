"""`serve`: shows the dashboard on this machine, or to the home's own network."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from powerstats_cli.errors import ConfigError

FOREVER: Final = "public, max-age=31536000, immutable"


class _Handler(SimpleHTTPRequestHandler):
    """Serves the files of one folder: no lists of files, no hidden files, no folders below it."""

    protocol_version = "HTTP/1.1"
    extensions_map = {  # noqa: RUF012 - the base class's own way
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".webmanifest": "application/manifest+json",
        "": "application/octet-stream",
    }

    def translate_path(self, path: str) -> str:
        """Return the file of a request's path; any other path gets a name that does not exist."""
        name = path.partition("?")[0].partition("#")[0].removeprefix("/") or "index.html"
        inside = not name.startswith(".") and "/" not in name and "%" not in name
        return str(Path(self.directory) / (name if inside else ".nothing"))

    def end_headers(self) -> None:
        """Let a browser keep files that are named by their content, and ask again for others."""
        is_hashed = self.path.count(".") > 1
        self.send_header("Cache-Control", FOREVER if is_hashed else "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()

    def list_directory(self, path: object) -> None:  # noqa: ARG002 - the base class's name
        """List nothing."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing: who looks at the page is private."""


def serve(web_root: Path, bind: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve a folder until Ctrl-C; `ready` is called with the address.

    Raises ConfigError if it cannot listen there.
    """
    try:
        server = ThreadingHTTPServer((bind, port), partial(_Handler, directory=str(web_root)))
    except OSError as error:
        message = f"{bind}:{port}: {error.strerror}: give another --port or --bind"
        raise ConfigError(message) from None
    server.daemon_threads = True
    with server:
        ready(f"http://{bind}:{server.server_port}/")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return
