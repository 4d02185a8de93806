"""A place for the schedule on this machine, and what can be done with each place."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping

from powerstats_cli.core.schedule.instance import Instance
from powerstats_cli.core.schedule.setup import Setup


class Place(ABC):
    """A crontab, or a folder with systemd's units: the schedule of an instance can be there.

    `option` holds the options of `schedule install` that choose the place. Only root can change a
    place that `is_systems`. If a place `gives_tokens`, root reads the files with tokens and hands
    the tokens to the steps, so the user that runs them need not be able to read those files.
    """

    option: str
    is_systems: bool
    instance: Instance
    gives_tokens: bool = False

    @property
    @abstractmethod
    def name(self) -> str:
        """The name of the place in messages."""

    @abstractmethod
    def user(self) -> str | None:
        """Return the user whom the schedule there names; None means the current user."""

    @abstractmethod
    def installed(self) -> Mapping[str, str]:
        """Return our texts that are there, by name; nothing if no schedule is installed there."""

    @abstractmethod
    def serving(self) -> tuple[str, ...]:
        """Return the command that keeps the dashboard up from there, () if none does."""

    @abstractmethod
    def others(self) -> Mapping[Instance, tuple[str, ...]]:
        """Return the other instances there, each with its `serving`."""

    @abstractmethod
    def wanted(self, setup: Setup) -> Mapping[str, str]:
        """Return the texts that should be there, by name."""

    @abstractmethod
    def put(self, setup: Setup) -> Iterator[str]:
        """Install the schedule there; yield lines that say what was done."""

    @abstractmethod
    def remove(self) -> Iterator[str]:
        """Remove the schedule from there; yield lines that say what was done."""

    @abstractmethod
    def stopped(self) -> str:
        """Return why nothing runs the schedule that is there, and what to do; "" if it is run."""

    @abstractmethod
    def notes(self) -> Iterator[str]:
        """Yield lines that say what else the user should know about the place."""
