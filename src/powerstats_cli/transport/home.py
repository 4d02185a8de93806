"""Requests to a machine of the same home."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from urllib.parse import quote, urlsplit

from powerstats_cli.transport import (
    TIMEOUTS,
    NoAddressError,
    NoAnswerError,
    Response,
    SlowError,
    host_of,
)
from powerstats_cli.unneeded import hidden

# Its extras: asynchronous requests, HTTP/2, and proxies of the kind SOCKS.
with hidden("anyio", "trio", "h2", "socksio"):
    import httpcore

    from powerstats_cli.lookup import Backend

# A connection that was idle for longer is not used again: servers close theirs after 5 s and more.
MOST_IDLE_SECONDS: Final = 5.0
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# Characters of a path or a query that are sent as they are; % is the beginning of quoted ones.
NOT_QUOTED: Final = "!$%&'()*+,/:;=?@[]~"
NO_ANSWER: Final = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol)
CUT_OFF: Final = (httpcore.ReadError, httpcore.RemoteProtocolError)


class HomeTransport:
    """Connections to a server of the home."""

    def __init__(self, trusted: ssl.SSLContext | None) -> None:
        """Take the certificates that are trusted, None for an http address."""
        self._pool = httpcore.ConnectionPool(
            ssl_context=trusted, keepalive_expiry=MOST_IDLE_SECONDS, network_backend=Backend()
        )

    @contextmanager
    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Iterator[Response]:
        """Send a request, as a Transport does."""
        try:
            target, host = addressed(url)
        except ValueError as error:
            raise NoAddressError from error
        sent = [("Host", host), *headers.items()]
        extensions = {"timeout": TIMEOUTS}
        try:
            with self._pool.stream(
                method, target, headers=sent, content=body, extensions=extensions
            ) as response:
                named = [
                    (name.decode(), value.decode(errors="replace"))
                    for name, value in response.headers
                ]
                yield Response(response.status, named, response.iter_stream())
        except httpcore.TimeoutException as error:
            raise SlowError from error
        except NO_ANSWER as error:
            raise NoAnswerError(is_cut_off=isinstance(error, CUT_OFF)) from error

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


def addressed(url: str) -> tuple[httpcore.URL, str]:
    """Return an address as it is asked for, and its host and port as the header Host has them.

    Raises ValueError if there can be no such address.
    """
    parts = urlsplit(url)
    port = parts.port
    host = host_of(parts)
    named = f"[{host.decode()}]" if b":" in host else host.decode()
    if port not in (None, DEFAULT_PORTS.get(parts.scheme)):
        named += f":{port}"
    target = quote(parts.path or "/", NOT_QUOTED)
    if parts.query:
        target += f"?{quote(parts.query, NOT_QUOTED)}"
    return httpcore.URL(scheme=parts.scheme, host=host, port=port, target=target), named
