"""Pings for a monitor of cron jobs, as healthchecks.io takes them: started, and how it ended.

A monitor that cannot be reached neither fails a job nor holds it up.
"""

from contextlib import suppress
from typing import Final
from uuid import uuid4

from powerstats_cli.errors import PowerstatsError
from powerstats_cli.web import Web

PING_SECONDS: Final = 2.0
LONGEST_MESSAGE: Final = 1000


class Healthcheck:
    """One run of a job, to be told of at `url`: `/start`, then `/0` or another exit code."""

    def __init__(self, url: str) -> None:
        """Take the check's address; nothing is sent yet."""
        self._url = url.rstrip("/")
        # Tells the runs apart that share a check and overlap.
        self._run = uuid4()

    def start(self, step: str) -> None:
        """Tell that a step begins."""
        self._ping("start", step)

    def end(self, step: str, exit_code: int, message: str) -> None:
        """Tell how a step ended, and what was said of it."""
        self._ping(str(exit_code), f"{step}: {message or 'ok'}")

    def _ping(self, what: str, text: str) -> None:
        with (
            suppress(PowerstatsError),
            Web(self._url, {}, ca_file=None, seconds=PING_SECONDS) as web,
        ):
            web.send("POST", f"/{what}?rid={self._run}", text[:LONGEST_MESSAGE].encode())
