"""HTTP requests to other machines, each limited in time and size."""

import signal
import ssl
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Final, Self
from urllib.parse import unquote, urljoin, urlsplit

from powerstats_cli import __version__, certificates
from powerstats_cli.clock import Deadline
from powerstats_cli.errors import (
    ConfigError,
    PowerstatsError,
    RefusedError,
    TooMuchError,
    TryAgainError,
)
from powerstats_cli.lines import masked, one_line
from powerstats_cli.reply import Reply, joined, unpacked
from powerstats_cli.transport import (
    REQUEST_TIMEOUT,
    NoAddressError,
    NoAnswerError,
    ProxyRefusesError,
    Response,
    SlowError,
    Transport,
)

LONGEST_QUOTE: Final = 160
# So much of a text is searched for secrets; the quote is cut after that.
MOST_QUOTED: Final = 2000
# The codings that a proxy may use without being asked, and that zlib can unpack.
COMPRESSED: Final = ("gzip", "x-gzip", "deflate")
LEAST_SECONDS: Final = 0.01
MOST_BYTES: Final = 64_000_000
# The most memory for an answer and for what is decoded from it.
MOST_MEMORY: Final = 130_000_000
# A character takes up to four bytes once it is decoded, beside the one that was sent.
CHARACTER_BYTES: Final = 5
# A value of JSON takes about so much once it is decoded, even an empty list.
VALUE_BYTES: Final = 96
MOST_REDIRECTS: Final = 5
REDIRECTS: Final = (301, 302, 303, 307, 308)
# OpenSSL's words for an answer that is no https; they differ by its version.
NO_HTTPS: Final = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")


class _TimeUpError(Exception):
    """Ends a request that has taken too long, whatever it waits for."""


class Web:
    """A connection to one server; its token is sent to no other server."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        ca_file: str | None,
        seconds: float,
        table: str = "github",
        proxy: str | None = None,
        is_home: bool = False,
    ) -> None:
        """Take the address and how many seconds all requests may take; nothing is sent yet.

        The certificate of a server that `is_home` may be one of the user's own. Its keys are in
        that `table` of the configuration. `proxy` is the address of a proxy on the way.
        """
        self._ca_file, self._table = ca_file, table
        self._is_home = is_home
        self._is_secure = urlsplit(url).scheme == "https"
        self._deadline = Deadline(seconds)
        self._secrets = headers.get("Authorization", "").split()[1:]
        self._proxy = urlsplit(proxy) if proxy else None
        self.url = url.rstrip("/")
        self.host = urlsplit(url).netloc
        self._headers = {
            "User-Agent": f"powerstats/{__version__}",
            # To compress an answer costs a small Home Assistant more than to send it as it is.
            "Accept-Encoding": "identity",
            **headers,
        }
        # An http address needs no certificates: to load them takes longer than a run.
        trusted = certificates.trusted(ca_file, table) if self._is_secure else None
        self._transport = self._opened(trusted)

    def _opened(self, trusted: ssl.SSLContext | None) -> Transport:
        """Return the way to the server; nothing is sent yet."""
        if self._is_home:
            from powerstats_cli.transport.home import HomeTransport

            return HomeTransport(trusted)
        from powerstats_cli.transport.internet import InternetTransport, Proxy

        if self._proxy is None:
            return InternetTransport(trusted, None)
        user = None
        if self._proxy.username is not None:
            user = (unquote(self._proxy.username), unquote(self._proxy.password or ""))
            self._secrets = [*self._secrets, *filter(None, (self._proxy.password, user[1]))]
        scheme = self._proxy.scheme
        of_proxy = certificates.trusted(None, self._table) if scheme == "https" else None
        proxy = Proxy(f"{scheme}://{self._proxy_host}", user, of_proxy)
        return InternetTransport(trusted, proxy)

    @property
    def _proxy_host(self) -> str:
        """The proxy's host and port, without a user and a password."""
        return self._proxy.netloc.rpartition("@")[2] if self._proxy else ""

    def __enter__(self) -> Self:
        """Keep the connection open for several requests."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._transport.close()

    @property
    def seconds_left(self) -> float:
        """The seconds that all further requests may take together."""
        return self._deadline.seconds_left

    def get(self, path: str, *, most_bytes: int = MOST_BYTES) -> Reply:
        """Return the answer to a GET; raises TooMuchError if it is too big or takes too long."""
        return self._exchange("GET", self.url + path, most_bytes=most_bytes)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        accept: str = "*/*",
        content_type: str = "text/plain; charset=utf-8",
    ) -> Reply:
        """Return the answer to a request; follows redirects on the same host.

        Raises TryAgainError if no answer comes in time, ConfigError if a redirect leads to another
        host.
        """
        url = self.url + path
        headers = {"Accept": accept} | ({} if body is None else {"Content-Type": content_type})
        for _ in range(MOST_REDIRECTS):
            reply = self._exchange(method, url, body, headers)
            if reply.status not in REDIRECTS:
                return reply
            location = reply.headers.get("location", "")
            url = _on_same_host(url, location) or ""
            if not url:
                message = f"{self.host} redirects elsewhere, to {self.quote(location) or 'nowhere'}"
                raise ConfigError(message)
        message = f"{self.host} redirects again and again"
        raise ConfigError(message)

    def _exchange(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: Mapping[str, str] = {"Accept": "*/*"},
        *,
        most_bytes: int = MOST_BYTES,
    ) -> Reply:
        seconds = min(self.seconds_left, REQUEST_TIMEOUT)
        sent = {**headers, **self._headers}
        try:
            with (
                _alarm(max(seconds, LEAST_SECONDS)),
                self._transport.exchange(method, url, sent, body) as response,
            ):
                return self._read(response, most_bytes)
        except NoAddressError:
            message = f"{self.url} is no address: check its host and its port"
            raise ConfigError(message) from None
        except (_TimeUpError, SlowError):
            message = f"{self.host} did not answer in time"
            raise TooMuchError(message) from None
        except ProxyRefusesError as error:
            message = (
                f"the proxy {self._proxy_host} refused the way to {self.host} "
                f"({self.quote(str(error.__cause__))}): check network.proxy"
            )
            raise RefusedError(message) from None
        except NoAnswerError as error:
            if complaint := self._complaint(error):
                raise complaint from None
            way = f" through the proxy {self._proxy_host}" if self._proxy else ""
            message = f"{self.host} cannot be reached{way}: {self.quote(cause(error))}"
        raise TryAgainError(message)

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Limit the time in which an answer is decoded; raises TooMuchError after it."""
        try:
            with _alarm(max(min(self.seconds_left, REQUEST_TIMEOUT), LEAST_SECONDS)):
                yield
        except _TimeUpError:
            message = f"{self.host} answers with more than this machine can read in time"
            raise TooMuchError(message) from None

    def quote(self, text: str | bytearray, most: int = LONGEST_QUOTE) -> str:
        """Return the beginning of a text of the server, on one line and without our token."""
        return quoted(text, self._secrets, most)

    def _complaint(self, error: NoAnswerError) -> PowerstatsError | None:
        """Return what to say if https or a certificate caused an error, else None."""
        if not self._is_home:
            return certificates.foreign_complaint(error, self.host, self._table)
        if error.is_cut_off and not self._is_secure and certificates.speaks_https(self.url):
            _, _, rest = self.url.partition("://")
            return ConfigError(
                f"{self.host} speaks https only: set homeassistant.url to https://{rest}"
            )
        return certificates.complaint(error, self.url, self._ca_file)

    def _read(self, response: Response, most_bytes: int) -> Reply:
        headers = joined(response.headers)
        coding = headers.get("content-encoding", "identity").strip().lower()
        body, memory = bytearray(), 0
        for chunk in self._decoded(response.chunks, coding):
            body += chunk
            memory += memory_of(chunk)
            if len(body) > most_bytes:
                message = f"{self.host} answers with over {most_bytes // 1_000_000} MB"
                raise TooMuchError(message)
            if memory > MOST_MEMORY:
                message = f"{self.host} answers with more than fits into memory"
                raise TooMuchError(message)
        return Reply(response.status, headers, body)

    def _decoded(self, chunks: Iterator[bytes], coding: str) -> Iterator[bytes]:
        """Yield an answer's bytes; a proxy may have compressed them without being asked to."""
        if coding in {"identity", ""}:
            return chunks
        if coding in COMPRESSED:
            return self._unpacked(chunks, coding)
        message = (
            f"{self.host} compresses its answers ({self.quote(coding)}), though powerstats asks "
            f"it not to: switch that off in the proxy there"
        )
        raise ConfigError(message)

    def _unpacked(self, chunks: Iterator[bytes], coding: str) -> Iterator[bytes]:
        try:
            yield from unpacked(chunks, coding)
        except (zlib.error, EOFError) as error:
            message = f"{self.host} compresses its answers, and wrongly ({error})"
            raise TryAgainError(message) from None


def memory_of(json: bytes) -> int:
    """Return the bytes of memory that a text of JSON and the values in it take at most."""
    values = json.count(b",") + json.count(b"[") + json.count(b"{")
    return len(json) * CHARACTER_BYTES + values * VALUE_BYTES


def quoted(text: str | bytearray, secrets: Sequence[str], most: int = LONGEST_QUOTE) -> str:
    """Return the beginning of a server's text, on one line and without any of our secrets."""
    text = text[:MOST_QUOTED]
    if isinstance(text, bytearray):
        text = text.decode(errors="replace")
    return one_line(masked(text, secrets))[:most]


def _on_same_host(url: str, location: str) -> str | None:
    """Return the address that a redirect leads to, None if it is invalid or on another host."""
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
    if isinstance(error, ssl.SSLError) and error.reason in NO_HTTPS:
        return "it does not speak https"
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(reason)


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise _TimeUpError after some seconds.

    A time-out for each read is not enough: it never ends a server that sends single bytes.
    """

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _TimeUpError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
