"""One installation, as the texts for cron and systemd need to know it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from powerstats_cli.core.periods import lacks_midnights
from powerstats_cli.core.schedule.instance import Instance, instance_of
from powerstats_cli.core.schedule.steps import STEPS, Asked, Step
from powerstats_cli.errors import ConfigError

Scheduler = Literal["cron", "systemd", "none"]
"""The program that runs the steps."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The installation that the schedule runs; all paths are absolute.

    `program` holds the words before a step's command, `minutes` the collection interval and `user`
    the name of the user that runs the steps. With a monitor, each step tells it how it went. The
    steps write to the folders `writes` and open the files and folders `reads`. `tokens` are the
    paths of the files with tokens; those of `unsafe` could be replaced by somebody else than root,
    so root does not read them for the steps. `serve` is the command that keeps the dashboard up,
    with its options; without it nothing does.
    """

    program: tuple[str, ...]
    timezone: str = "UTC"
    minutes: int = 10
    has_github: bool = False
    has_monitor: bool = False
    user: str = ""
    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    tokens: Mapping[Asked, str] = field(default_factory=dict)
    unsafe: frozenset[Asked] = frozenset()
    serve: tuple[str, ...] = ()

    @property
    def instance(self) -> Instance:
        """The installation among others on the machine."""
        return instance_of(self.program) or Instance("")

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that run with this configuration."""
        return tuple(step for step in STEPS if self.has_github or not step.needs_github)

    def hours(self, step: Step) -> tuple[int, ...]:
        """Return the local hours at which a step runs, () for each hour.

        A nightly step also runs an hour later if a night of the zone lacks the first hour: then
        systemd and BusyBox's cron leave it out. The second run of other nights finds nothing to do.
        """
        if step.hour is None:
            return ()
        return (step.hour, step.hour + 1) if lacks_midnights(self.timezone) else (step.hour,)


def within_a_line(word: str) -> str:
    """Return a word unchanged; raises ConfigError if it cannot stand within one line of text."""
    if not word.isprintable():
        message = f"{word!r} cannot stand in a schedule: give it a name without such characters"
        raise ConfigError(message)
    return word
