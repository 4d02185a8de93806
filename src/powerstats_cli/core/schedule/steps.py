"""The table of the steps: what runs when, and which service it asks."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from powerstats_cli.core.documents import TierName

Role = Literal["collect", "rotate", "aggregate", "publish", "sync"]
Asked = Literal["homeassistant", "github"]
"""The service that a step asks; also the configuration's table that holds the token for it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command that runs unattended, and the local time at which it runs.

    `tier` is the tier whose file the step writes or uploads; most steps have none. A step without
    a minute runs at the end of every collection interval. A step with a minute and without an hour
    runs every hour.
    """

    role: Role
    command: tuple[str, ...]
    tier: TierName | None = None
    hour: int | None = None
    minute: int | None = None
    asks: Asked | None = None
    needs_github: bool = False

    @property
    def name(self) -> str:
        """The name of the step in `status` and in the state file."""
        return f"{self.role} {self.tier}" if self.tier else self.role

    @property
    def after_midnight(self) -> timedelta:
        """The time from a day's first instant to the step, which runs once a day."""
        return timedelta(hours=self.hour or 0, minutes=self.minute or 0)


COLLECT: Final = Step("collect", ("collect",), asks="homeassistant")
ROTATE: Final = Step("rotate", ("rotate",), hour=0, minute=0)
AGGREGATES: Final = (
    Step("aggregate", ("aggregate", "weekly"), "weekly", 0, 2),
    Step("aggregate", ("aggregate", "monthly"), "monthly", 0, 5),
    Step("aggregate", ("aggregate", "yearly"), "yearly", 0, 15),
)
PUBLISH: Final = Step("publish", ("publish",), minute=20, asks="github")
# Each runs right after the `aggregate` of its tier.
SYNCS: Final = (
    Step("sync", ("sync", "push", "monthly"), "monthly", 0, 6, "github", needs_github=True),
    Step("sync", ("sync", "push", "yearly"), "yearly", 0, 16, "github", needs_github=True),
)
NIGHTLY: Final = (ROTATE, *AGGREGATES)
STEPS: Final = (COLLECT, *NIGHTLY, PUBLISH, *SYNCS)
