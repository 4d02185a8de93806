"""Requests through the internet."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

from powerstats_cli.transport import (
    TIMEOUTS,
    NoAddressError,
    NoAnswerError,
    ProxyRefusesError,
    Response,
    SlowError,
    host_of,
)
from powerstats_cli.unneeded import hidden

# The command line of httpx, which needs click, pygments and rich if they are there; and extras.
# httpx imports httpcore only later, and `lookup` does it here.
with hidden("httpx._main", "anyio", "trio", "h2", "socksio"):
    import httpx

    from powerstats_cli.lookup import Backend

CUT_OFF = (httpx.ReadError, httpx.RemoteProtocolError)


class Proxy(NamedTuple):
    """A proxy's address, its user and password, and the certificates trusted for https to it."""

    url: str
    auth: tuple[str, str] | None
    trusted: ssl.SSLContext | None


class InternetTransport:
    """Connections to a server in the internet.

    The transport of httpx has no cookies, follows no redirect, and asks neither the environment nor
    a netrc file, whose proxies and passwords could send a token elsewhere.
    """

    def __init__(self, trusted: ssl.SSLContext | None, proxy: Proxy | None) -> None:
        """Take the certificates that are trusted, None for an http address, and a proxy."""
        way = proxy and httpx.Proxy(proxy.url, auth=proxy.auth, ssl_context=proxy.trusted)
        # With None no certificates are loaded, which takes longer than a run.
        self._httpx = httpx.HTTPTransport(verify=trusted, proxy=way, trust_env=False)  # type: ignore[arg-type]
        # httpx has no argument for it.
        self._httpx._pool._network_backend = Backend()  # noqa: SLF001

    @contextmanager
    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Iterator[Response]:
        """Send a request, as a Transport does."""
        try:
            extensions = {"timeout": TIMEOUTS}
            request = httpx.Request(
                method, checked(url), headers=dict(headers), content=body, extensions=extensions
            )
        except (httpx.InvalidURL, ValueError) as error:
            raise NoAddressError from error
        try:
            with closing(self._httpx.handle_request(request)) as response:
                named = response.headers.multi_items()
                yield Response(response.status_code, named, response.iter_raw())
        except httpx.TimeoutException as error:
            raise SlowError from error
        except httpx.ProxyError as error:
            raise ProxyRefusesError from error
        except httpx.TransportError as error:
            raise NoAnswerError(is_cut_off=isinstance(error, CUT_OFF)) from error

    def close(self) -> None:
        """Close the connections."""
        self._httpx.close()


def checked(url: str) -> str:
    """Return an address; raises ValueError if its host has no name that can be looked up."""
    parts = urlsplit(url)
    host_of(parts)
    if parts.port == 0:  # a port beyond all others is only noticed as it is read
        raise ValueError(url)
    return url
