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
    """A fine-grained token: its permissions, for which repositories (None: all), until when."""

    contents: Literal["write", "read", "none"] = "write"
    pages: Literal["read", "none"] = "none"
    repositories: Collection[GitRepository] | None = None
    expires: datetime | None = None


@dataclass(frozen=True)
class Request:
    """A request as it came: its running number, from 1, and its path with the query."""

    number: int
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def _nothing() -> None:
    pass


@dataclass
class Exchange:
    """A request and what became of it: no status if nothing was sent; `sent` is the body's size.

    `closing` is set when the server closes: whatever makes a client wait must wait on it.
    """

    request: Request
    closing: Event
    handle: Callable[[Request, Callable[[], object]], Answer] = field(repr=False)
    status: int | None = None
    sent: int = 0

    def do(self, amid: Callable[[], object] = _nothing) -> Answer:
        """Do what is asked; `amid` is called between the reading of a branch and its move."""
        return self.handle(self.request, amid)


Fault = Callable[[Exchange], Answer | None]
Strike = Callable[[Request], Fault | None]


def no_fault(_request: Request) -> Fault | None:
    """Let all requests be answered as usual."""
    return None
