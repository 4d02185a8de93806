"""Requests, what becomes of them, and the tokens that they carry."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Literal

from tests.github.fake.api import Answer
from tests.github.fake.repository import GitRepository


@dataclass(frozen=True)
class Token:
    """A fine-grained token: permissions, repositories (None: all), and when it expires."""

    contents: Literal["write", "read", "none"] = "write"
    pages: Literal["read", "none"] = "none"
    repositories: Collection[GitRepository] | None = None
    expires: datetime | None = None


@dataclass(frozen=True)
class Request:
    """A request as it was sent; `number` counts from 1, `path` includes the query."""

    number: int
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def _nothing() -> None:
    pass


@dataclass
class Exchange:
    """A request and its answer: `status` is None if there was none, `sent` is the body's size.

    `closing` is set when the server closes; a fault that makes a client wait must wait for it.
    """

    request: Request
    closing: Event
    handle: Callable[[Request, Callable[[], object]], Answer] = field(repr=False)
    status: int | None = None
    sent: int = 0

    def do(self, amid: Callable[[], object] = _nothing) -> Answer:
        """Handle the request; `amid` is called after a branch was read, before it moves."""
        return self.handle(self.request, amid)


Fault = Callable[[Exchange], Answer | None]
Strike = Callable[[Request], Fault | None]


def no_fault(_request: Request) -> Fault | None:
    """Strike no request."""
    return None
