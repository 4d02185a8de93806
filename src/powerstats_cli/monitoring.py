"""Pings that tell a monitor of cron jobs, such as healthchecks.io, how each run went.

A monitor that cannot be reached makes no step fail, and delays a step only for a moment.
"""

from contextlib import suppress
from typing import Final
from uuid import uuid4

from powerstats_cli.errors import PowerstatsError
from powerstats_cli.web import Web

PING_SECONDS: Final = 2.0
LONGEST_MESSAGE: Final = 1000


class Healthcheck:
    """Tells the monitor at `url` about one run: `/start`, then `/0` or another exit code."""

    def __init__(self, url: str, *, ca_file: str | None = None, proxy: str | None = None) -> None:
        """Take the address of the health check; nothing is sent yet."""
        self._url = url.rstrip("/")
        self._ca_file, self._proxy = ca_file, proxy
        # Runs that share a check may overlap: their ids tell them apart.
        self._run = uuid4()

    def start(self, step: str) -> None:
        """Report that a step begins."""
        self._ping("start", step)

    def end(self, step: str, exit_code: int, message: str) -> None:
        """Report how a step ended, with the line that was printed about it."""
        self._ping(str(exit_code), f"{step}: {message or 'ok'}")

    def _ping(self, event: str, text: str) -> None:
        with (
            suppress(PowerstatsError),
            Web(
                self._url,
                {},
                ca_file=self._ca_file,
                table="monitoring",
                proxy=self._proxy,
                seconds=PING_SECONDS,
            ) as web,
        ):
            web.send("POST", f"/{event}?rid={self._run}", text[:LONGEST_MESSAGE].encode())
