"""One installation, as the texts for cron and systemd need to know it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from powerstats_cli.core.schedule.steps import STEPS, Asked, Step
from powerstats_cli.errors import ConfigError

Scheduler = Literal["cron", "systemd", "none"]
"""The program that runs the steps."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The installation that the schedule runs; all paths are absolute.

    `program` holds the words before a step's command, `minutes` the collection interval and `user`
    the name of the user that runs the steps. The steps write to the folders `writes` and open the
    files and folders `reads`. `tokens` are the paths of the files with tokens.
    """

    program: tuple[str, ...]
    timezone: str = "UTC"
    minutes: int = 10
    has_github: bool = False
    user: str = ""
    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    tokens: Mapping[Asked, str] = field(default_factory=dict)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that run with this configuration."""
        return tuple(step for step in STEPS if self.has_github or not step.needs_github)


def within_a_line(word: str) -> str:
    """Return a word unchanged; raises ConfigError if it cannot stand within one line of text."""
    if not word.isprintable():
        message = f"{word!r} cannot stand in a schedule: give it a name without such characters"
        raise ConfigError(message)
    return word
