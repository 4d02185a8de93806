"""A Home Assistant that is slow, in a time that is made up: no test has to wait for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from powerstats_cli.demo.listener import Request
from powerstats_cli.demo.server import HomeAssistant
from powerstats_cli.errors import TooMuchError, TryAgainError
from powerstats_cli.reply import Reply
from powerstats_cli.transport import REQUEST_TIMEOUT

Speed = Callable[[timedelta], float]
"""The seconds that the answer to a history of a length takes."""


def at_once(_length: timedelta) -> float:
    """Answer without a delay."""
    return 0.0


def asked_length(path: str) -> timedelta:
    """Return how long a history a request asks for, nothing if it asks for something else."""
    url = urlsplit(path)
    _, is_history, start = unquote(url.path).partition("/api/history/period/")
    if not is_history:
        return timedelta(0)
    end = parse_qs(url.query)["end_time"][0]
    return datetime.fromisoformat(end) - datetime.fromisoformat(start)


@dataclass
class SlowWeb:
    """Stands in for the connection of a run: its requests take made-up seconds of the run's own.

    `asked` are the lengths of the histories that were asked for, with whether they came in time.
    """

    server: HomeAssistant
    headers: dict[str, str]
    seconds_left: float
    speed: Speed
    asked: list[tuple[timedelta, bool]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The server's address."""
        return self.server.url

    def __enter__(self) -> Self:
        """Nothing is opened."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Nothing is closed."""

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Decode without a limit."""
        yield

    def quote(self, text: object) -> str:
        """Return a text as it is."""
        return str(text)

    def get(self, path: str, *, most_bytes: int = 0) -> Reply:
        """Return the server's answer if it comes in time; raises TooMuchError."""
        length = asked_length(path)
        takes = self.speed(length)
        limit = min(self.seconds_left, REQUEST_TIMEOUT)
        self.seconds_left -= min(takes, limit)
        if length:
            self.asked.append((length, takes <= limit))
        if takes > limit:
            message = "it did not answer in time"
            raise TooMuchError(message)
        reply = self.server.reply_to(Request(path, self.headers, Event()))
        if reply is None:
            message = "nobody answers"
            raise TryAgainError(message)
        body = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
        assert len(body) <= (most_bytes or len(body))
        return Reply(reply.status, {}, bytearray(body))
