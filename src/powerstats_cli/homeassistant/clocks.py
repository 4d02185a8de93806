"""This machine's clock beside Home Assistant's: by both of them a bucket must be complete."""

from datetime import datetime, timedelta
from typing import Final

from powerstats_cli.clock import DATE_RESOLUTION, Clock
from powerstats_cli.core.windows import newest_complete
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.settings import Settings

LONGEST_WAIT: Final = timedelta(seconds=10)


class Clocks:
    """This machine's clock and Home Assistant's: by the slower one a bucket must be complete."""

    def __init__(self, local: Clock, home: HomeAssistant) -> None:
        """Take both; Home Assistant's clock is known after its first answer."""
        self.local = local
        self._home = home
        self._skew = timedelta(0)
        self._patience = LONGEST_WAIT

    def compare(self) -> None:
        """Compare the clocks after an answer; raises TryAgainError if they differ too much."""
        date = self._home.date
        self.local.check_against(date, "Home Assistant")
        if date is not None and self.local.at is None:
            self._skew = min(date + DATE_RESOLUTION - self.local.now(), timedelta(0))

    def wait_for_newest(self, settings: Settings, minutes: int) -> datetime:
        """Return the end of the newest complete bucket; wait for it if it is nearly complete."""
        zone, settle = settings.zone, settings.settle
        complete_at = newest_complete(self._now(), zone, minutes) + settle
        wait = max(complete_at - self._now(), timedelta(0))
        if self.local.wait_until(complete_at - self._skew, at_most=self._patience):
            self._patience -= wait
        return self.newest(settings, minutes)

    def newest(self, settings: Settings, minutes: int) -> datetime:
        """Return the end of the newest bucket that is complete by now."""
        return newest_complete(self._now() - settings.settle, settings.zone, minutes)

    def _now(self) -> datetime:
        return self.local.now() + self._skew
