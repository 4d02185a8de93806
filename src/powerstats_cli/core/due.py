"""The times at which each step is due, and whether it is late, with or without a pause."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.core.periods import DAY, HOUR, MINUTE, day_start, interval_at, local_day
from powerstats_cli.core.runs import Pause
from powerstats_cli.core.schedule.steps import COLLECT, Role, Step

COLLECT_INTERVALS: Final = 2
# A step is late if so much time has passed since its due time, or, for `publish` and `sync`, since
# its last success: they may miss one run.
ALLOWED: Final[Mapping[Role, timedelta]] = {
    "rotate": 30 * MINUTE,
    "aggregate": 30 * MINUTE,
    "publish": 2 * HOUR,
    "sync": 26 * HOUR,
}
ALLOWED_AFTER_A_PAUSE: Final = 30 * MINUTE


@dataclass(frozen=True, slots=True)
class Timetable:
    """The times at which the steps run in one home.

    `minutes` is the collection interval. `pause` is the newest pause, which may be over.
    """

    zone: ZoneInfo
    minutes: int
    pause: Pause | None = None

    def is_paused(self, now: datetime) -> bool:
        """Tell whether a pause is in force."""
        return self.pause is not None and self.pause.holds(now)

    def time_on(self, step: Step, day: date) -> datetime:
        """Return when a step that runs once a day runs on a day."""
        return day_start(day, self.zone) + step.after_midnight

    def time_after(self, step: Step, instant: datetime) -> datetime:
        """Return the first time after an instant at which a step runs."""
        if step.minute is None:
            return interval_at(instant, self.zone, self.minutes).end
        if step.hour is None:
            # The minute is local: in some zones hours do not begin when hours in UTC do.
            local = instant.astimezone(self.zone)
            time = local.replace(minute=step.minute, second=0, microsecond=0).astimezone(UTC)
            return time if time > instant else time + HOUR
        today = local_day(instant, self.zone)
        time = self.time_on(step, today)
        return time if time > instant else self.time_on(step, today + DAY)

    def due(self, step: Step, now: datetime) -> datetime | None:
        """Return when a step runs next; None during a pause without an end."""
        if self.pause is None or not self.is_paused(now):
            return self.time_after(step, now)
        return self.time_after(step, self.pause.until) if self.pause.until else None

    def is_late(self, step: Step, since: datetime, now: datetime) -> bool:
        """Tell whether a step is late; at the instant `since` it was up to date, or due.

        After a pause, a step is late 30 minutes after its next due time.
        """
        deadline = since + self._allowed(step)
        pause = self.pause
        is_over = pause is None or (pause.until is not None and pause.until <= since)
        if pause is not None and pause.since <= deadline and not is_over:
            if pause.until is None:
                return False
            deadline = max(deadline, self.time_after(step, pause.until) + ALLOWED_AFTER_A_PAUSE)
        return now > deadline

    def _allowed(self, step: Step) -> timedelta:
        if step == COLLECT:
            return COLLECT_INTERVALS * timedelta(minutes=self.minutes)
        return ALLOWED[step.role]
