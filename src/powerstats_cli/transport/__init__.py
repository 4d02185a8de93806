"""The bytes of a request and of its answer: to the home by httpcore, to the internet by httpx.

httpx is built on httpcore. It adds what the way through the internet needs: proxies, say.
Its import takes a quarter of the time of a `collect`, which runs 52,560 times a year and asks a
machine of the same home.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Final, NamedTuple, Protocol
from urllib.parse import SplitResult

CONNECT_TIMEOUT: Final = 10.0
REQUEST_TIMEOUT: Final = 30.0
TIMEOUTS: Final = {
    "connect": CONNECT_TIMEOUT,
    "read": REQUEST_TIMEOUT,
    "write": REQUEST_TIMEOUT,
    "pool": REQUEST_TIMEOUT,
}


class NoAddressError(Exception):
    """There can be no such address."""


class NoAnswerError(Exception):
    """No answer came, or half of one; the cause is the library's error."""

    def __init__(self, *, is_cut_off: bool) -> None:
        """Take whether the server ended the connection."""
        super().__init__()
        self.is_cut_off = is_cut_off


class ProxyRefusesError(Exception):
    """A proxy lets nobody through; the cause is the library's error."""


class SlowError(Exception):
    """A time-out ended the request."""


class Response(NamedTuple):
    """The head of an answer, and its body as it comes."""

    status: int
    headers: list[tuple[str, str]]
    chunks: Iterator[bytes]


class Transport(Protocol):
    """Connections to one server, which are used again; no redirect is followed."""

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> AbstractContextManager[Response]:
        """Send a request.

        Raises NoAddressError; NoAnswerError, ProxyRefusesError or SlowError also while the body is
        read.
        """

    def close(self) -> None:
        """Close the connections."""


def host_of(parts: SplitResult) -> bytes:
    """Return an address's host as it is looked up; raises ValueError if no host has such a name."""
    host = (parts.hostname or "").encode("idna")
    if not re.fullmatch(rb"[!-~]+", host):
        raise ValueError(parts.hostname)
    return host
