"""HTTP for the edges that speak to other machines: every request bounded in time and size."""

import signal
import ssl
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import FrameType
from typing import Final, Self
from urllib.parse import urljoin, urlsplit

import msgspec

from powerstats_cli import __version__
from powerstats_cli.errors import ConfigError, TryAgainError

# httpx's own command line would bring click, pygments and rich along where click is installed.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
import httpx  # noqa: E402 - after the line above

CONNECT_TIMEOUT: Final = 10.0
REQUEST_TIMEOUT: Final = 30.0
LONGEST_QUOTE: Final = 160
LEAST_SECONDS: Final = 0.01
MOST_BYTES: Final = 64_000_000
MOST_REDIRECTS: Final = 5
REDIRECTS: Final = (301, 302, 303, 307, 308)


class _TimeUpError(Exception):
    """The alarm that ends a request, whatever it waits for."""


class Reply(msgspec.Struct, frozen=True):
    """An answer, read whole."""

    status: int
    headers: httpx.Headers
    body: bytearray

    @property
    def date(self) -> datetime | None:
        """The other side's clock, cut to whole seconds."""
        try:
            date = parsedate_to_datetime(self.headers["date"])
        except (KeyError, ValueError):
            return None
        return date if date.tzinfo else date.replace(tzinfo=UTC)


class Web:
    """One connection to one server, with its token, which goes nowhere else."""

    def __init__(
        self, url: str, headers: Mapping[str, str], *, ca_file: str | None, seconds: float
    ) -> None:
        """Take the server's address, and how long all requests may take; nothing is sent yet."""
        self._ends = time.monotonic() + seconds
        self._secrets = headers.get("Authorization", "").split()[1:]
        self.url = url.rstrip("/")
        self.host = urlsplit(url).netloc
        self._client = httpx.Client(
            headers={
                "User-Agent": f"powerstats/{__version__}",
                # Compressing costs a small Home Assistant more than the local network does.
                "Accept-Encoding": "identity",
                **headers,
            },
            timeout=httpx.Timeout(REQUEST_TIMEOUT, connect=CONNECT_TIMEOUT),
            # A plain address needs no certificates, and loading them takes longer than a run.
            verify=certificates(ca_file) if url.startswith("https:") else False,
            # Proxies and netrc of the environment would send the token elsewhere.
            trust_env=False,
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        """Hold the connection open for several requests."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._client.close()

    @property
    def seconds_left(self) -> float:
        """How long all further requests may take."""
        return self._ends - time.monotonic()

    def get(self, path: str) -> Reply:
        """Return the answer to a GET; raises TryAgainError where there is none in time."""
        return self._exchange("GET", self.url + path)

    def send(
        self, method: str, path: str, body: bytes | None = None, *, accept: str = "*/*"
    ) -> Reply:
        """Return the answer to a request, which a redirect may lead on to on the same host.

        Raises TryAgainError where there is none in time, ConfigError where it leads elsewhere.
        """
        url = self.url + path
        for _ in range(MOST_REDIRECTS):
            reply = self._exchange(method, url, body, {"Accept": accept})
            if reply.status not in REDIRECTS:
                return reply
            location = reply.headers.get("location", "")
            url = _on_same_host(url, location) or ""
            if not url:
                message = f"{self.host} sends elsewhere, to {self.quote(location) or 'nowhere'}"
                raise ConfigError(message)
        message = f"{self.host} sends from one place to the next without end"
        raise ConfigError(message)

    def _exchange(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        seconds = min(self.seconds_left, REQUEST_TIMEOUT)
        try:
            with (
                _alarm(max(seconds, LEAST_SECONDS)),
                self._client.stream(method, url, content=body, headers=headers) as response,
            ):
                return Reply(response.status_code, response.headers, self._read(response))
        except (_TimeUpError, httpx.TimeoutException):
            message = f"{self.host} did not answer in time"
        except httpx.TransportError as error:
            message = f"{self.host} cannot be reached: {cause(error)}"
        except httpx.InvalidURL as error:
            message = f"{self.url} is no address: {error}"
            raise ConfigError(message) from None
        raise TryAgainError(message)

    def quote(self, text: str | bytearray) -> str:
        """Return the beginning of what the server said, on one line and without our token."""
        if isinstance(text, bytearray):
            text = text[:LONGEST_QUOTE].decode(errors="replace")
        return quoted(text, self._secrets)

    def _read(self, response: httpx.Response) -> bytearray:
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > MOST_BYTES:
                message = f"{self.host} answers with over {MOST_BYTES // 1_000_000} MB"
                raise TryAgainError(message)
        return body


def quoted(text: str, secrets: Sequence[str]) -> str:
    """Return the beginning of what a server said, on one line and without any of our secrets."""
    for secret in secrets:
        text = text.replace(secret, "***")
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:LONGEST_QUOTE]


def certificates(ca_file: str | None) -> ssl.SSLContext:
    """Return what an https address's certificate is checked by; raises ConfigError."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        message = f"homeassistant.ca_file: {ca_file}: {error.strerror or error}"
        raise ConfigError(message) from None


def _on_same_host(url: str, location: str) -> str | None:
    """Return where a redirect leads, None where that is another host or no address."""
    try:
        target = urljoin(url, location)
        before, after = urlsplit(url), urlsplit(target)
        is_same = (after.scheme, after.netloc) == (before.scheme, before.netloc)
    except ValueError:
        return None
    return target if is_same and location else None


def cause(error: BaseException) -> str:
    """Return the innermost reason of a transport error, such as "Connection refused"."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(reason)


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise _TimeUpError after so many seconds: time-outs of single reads let a drip go on."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _TimeUpError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
