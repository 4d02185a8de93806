"""Names of machines looked up in a thread of their own, so that a dead name server holds nobody up.

The system's look-up cannot be interrupted: with one name server that is down it takes 20 seconds.
"""

import socket
from collections.abc import Iterable
from contextlib import suppress
from threading import Thread
from typing import Any, Final

import httpcore

LATE: Final = "the name server did not answer in time"


def addresses(host: str, port: int, seconds: float | None) -> list[str]:
    """Return the IP addresses of a host, in the system's order; raises OSError."""
    try:
        return _looked_up(host, port, socket.AI_NUMERICHOST)
    except socket.gaierror:
        pass
    found: list[list[str] | Exception] = []

    def look_up() -> None:
        try:
            found.append(_looked_up(host, port))
        except (OSError, UnicodeError) as error:
            found.append(error)

    thread = Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        raise OSError(LATE)
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


def connected(host: str, port: int, seconds: float) -> socket.socket:
    """Return a connection to the first address of a host that takes one; raises OSError."""
    *most, last = addresses(host, port, seconds)
    for address in most:
        with suppress(OSError):
            return socket.create_connection((address, port), seconds)
    return socket.create_connection((last, port), seconds)


def _looked_up(host: str, port: int, flags: int = 0) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Backend(httpcore.SyncBackend):
    """Connects as httpcore does, but looks the name up in a thread."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Return a connection to the first address of a host that takes one."""
        try:
            found = addresses(host, port, timeout)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        *most, last = found
        for address in most:
            try:
                return super().connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return super().connect_tcp(last, port, timeout, local_address, socket_options)
