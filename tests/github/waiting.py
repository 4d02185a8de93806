"""A repository that is asked by a clock which only waiting moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from powerstats_cli.github.client import Client
from powerstats_cli.github.repository import Repository
from tests.github.fake import GitHub
from tests.github.homes import AMSTERDAM


@dataclass
class Time:
    """A clock that only waiting moves, and the waits."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.waits.append(seconds)
        self.now += seconds

    def monotonic(self) -> float:
        """Return the seconds since some beginning."""
        return self.now


@contextmanager
def remote_of(github: GitHub, time: Time) -> Iterator[Repository]:
    """Yield the repository at a client that waits by a clock of its own."""
    client = Client(github.url, "octo/home", github.token, zone=AMSTERDAM, sleep=time.sleep)
    with Repository(client) as remote:
        yield remote
