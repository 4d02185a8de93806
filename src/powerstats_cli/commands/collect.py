"""`collect`: everything since the last stored bucket, from Home Assistant into the days' files."""

import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from powerstats_cli.clock import DATE_RESOLUTION, Clock
from powerstats_cli.core.booking import Booking, Shelf
from powerstats_cli.core.documents import Document, bucket_minutes
from powerstats_cli.core.history import signs_of_life
from powerstats_cli.core.outcome import Outcome
from powerstats_cli.core.periods import (
    DAY,
    EPOCH,
    HOUR,
    day_start,
    days,
    interval_at,
    local_day,
)
from powerstats_cli.core.series import Series
from powerstats_cli.core.windows import (
    LONGEST_PIECE,
    Answer,
    Window,
    believed_to,
    newest_complete,
    next_window,
    seen_at_work,
)
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.files.dayfiles import DayFiles, write_days
from powerstats_cli.files.store import Store
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.inquiry import Inquiry
from powerstats_cli.settings import Settings

# A run stops asking after the first, and has ended by the second whatever the other side does.
STOP_AFTER: Final = 100.0
RUN_SECONDS: Final = 115.0
LONGEST_WAIT: Final = timedelta(seconds=10)
# A board reads an answer of five sensors at a state a second, three hours and what is read again,
# with 45 MiB in all; quiet homes go on in longer pieces.
SENSOR_TIME: Final = timedelta(hours=15)
GOOD_ANSWER: Final = 6_000_000
MOST_GROWTH: Final = 4


def collect(
    settings: Settings,
    files: Store,
    home: HomeAssistant,
    clock: Clock,
    progress: Callable[[datetime], None],
) -> Outcome:
    """Store every complete bucket that is not stored yet, in pieces, each as soon as it is known.

    What stops a run on its way, and problems of single series and files, are part of the outcome;
    what was stored until then stays.
    """
    started = time.monotonic()
    files.prepare()
    run = _Run(settings, files, home, Inquiry(home, settings.entities, clock), clock)
    run.begin()
    run.reach = min(SENSOR_TIME / len(settings.entities), LONGEST_PIECE)
    try:
        while time.monotonic() - started < STOP_AFTER:
            window = run.next_window()
            if window is None:
                return run.outcome()
            run.collect(window)
            if not window.is_last:
                progress(window.end)
    except PowerstatsError as error:
        run.problems.append(error)
        return run.outcome()
    return run.outcome(is_unfinished=True)


@dataclass(slots=True)
class _Run:
    """One run's way through its windows."""

    settings: Settings
    files: Store
    home: HomeAssistant
    inquiry: Inquiry
    clock: Clock
    reach: timedelta = LONGEST_PIECE
    changed: int = 0
    stored_to: datetime | None = None
    given_up: set[str] = field(default_factory=set)
    problems: list[PowerstatsError] = field(default_factory=list)
    minutes: int = 0
    first: datetime = EPOCH
    skew: timedelta = timedelta(0)
    patience: timedelta = LONGEST_WAIT
    series: Mapping[str, Series] = field(default_factory=dict)
    read_once: Container[str] = ()

    def begin(self) -> None:
        """See how far each series was asked for."""
        with self.files.lock():
            open_files = self._open_files()
            daily = open_files.daily()
            self.series = open_files.remembered(daily)
        self.problems += open_files.problems
        self._follow(daily, open_files.now)
        self.clock.check_not_before(max((s.until for s in self.series.values()), default=None))

    def next_window(self) -> Window | None:
        """Plan by what is stored so far."""
        return next_window(
            {
                name: self.series[name].until if name in self.series else self.first
                for name in self.settings.entities
                if name not in self.given_up
            },
            self._newest_complete(),
            reach=self.reach,
            minutes=self.minutes,
            zone=self.settings.zone,
        )

    def collect(self, window: Window) -> None:
        """Ask for a window and store what came of it."""
        recorded = self.inquiry.recorded(window.names, window)
        self._check_clocks()
        if window.end > self._newest_complete():
            return  # by Home Assistant's clock it is not over: plan again
        kinds = {name: series.kind for name, series in self.series.items()}
        answers = self.inquiry.answers(window, recorded, kinds, self.read_once)
        self.given_up |= set(window.names) - answers.keys()
        if not answers:
            return
        if not recorded and not window.is_last:
            # Home Assistant answers nothing, though it may have states, to a window that ends
            # before the oldest of its own starts that it remembers: ask for a longer one.
            self.reach += DAY
            return
        others = self.settings.entities.keys() - set(window.names)
        heard = [answer.history for answer in answers.values()]
        if others:
            beside = self.inquiry.recorded(sorted(others), window)
            heard += [other.history for other in beside.values()]
        signs = signs_of_life(heard)
        end = self._certain_end(window, answers, signs)
        if end > window.until:
            self._store(window, answers, signs, end)
            self.reach = self._next_reach()
        elif window.is_last:
            self.given_up |= set(window.names)
        else:
            # Nothing happened for the whole piece: what follows the silence tells what it was.
            self.reach += LONGEST_PIECE

    def outcome(self, *, is_unfinished: bool = False) -> Outcome:
        """Say how the run went."""
        problems = (*self.problems, *self.inquiry.complaints())
        at = self.stored_to and self.stored_to.astimezone(self.settings.zone)
        summary = (
            f"{self.changed} values stored, up to {at:%Y-%m-%d %H:%M}" if at else "nothing new"
        )
        if is_unfinished:
            summary += f"; stopped after {STOP_AFTER:.0f} s, the next run goes on"
        return Outcome(summary, problems)

    # --- when -----------------------------------------------------------------------------

    def _follow(self, daily: Document | None, now: datetime) -> None:
        """Take from daily.json what the next window depends on."""
        today = local_day(now, self.settings.zone)
        day = daily.day if daily and daily.day else today
        if self.first == EPOCH:
            # Where a series begins that has none yet: the others may close that day on the way.
            self.first = day_start(day, self.settings.zone)
        # A changed interval holds from the next day on.
        configured = self.settings.data.collection_interval_minutes
        self.minutes = bucket_minutes(daily.bucket) if daily and day == today else configured
        if daily is not None:
            self.series = daily.series
            self.read_once = daily.latest or {}
        else:
            self.read_once = self.series

    def _now(self) -> datetime:
        """Return the time by the slower of the two clocks."""
        return self.clock.now() + self.skew

    def _newest_complete(self) -> datetime:
        """Return the end of the newest complete bucket, after a wait where it nearly is."""
        zone, settle = self.settings.zone, self.settings.settle
        complete_at = newest_complete(self._now(), zone, self.minutes) + settle
        wait = max(complete_at - self._now(), timedelta(0))
        if self.clock.wait_until(complete_at - self.skew, at_most=self.patience):
            self.patience -= wait
        return newest_complete(self._now() - settle, zone, self.minutes)

    def _check_clocks(self) -> None:
        self.clock.check_against(self.home.date, "Home Assistant")
        if self.home.date is not None and self.clock.at is None:
            behind = self.home.date + DATE_RESOLUTION - self.clock.now()
            self.skew = min(behind, timedelta(0))

    def _next_reach(self) -> timedelta:
        """Return how far to ask for a good answer at the pace of the last one."""
        growth = min(GOOD_ANSWER / max(self.home.answer_bytes, 1), MOST_GROWTH)
        return min(max(self.reach * growth, HOUR), LONGEST_PIECE)

    def _certain_end(
        self, window: Window, answers: Mapping[str, Answer], signs: Sequence[int]
    ) -> datetime:
        """Return the end of the last bucket that is certain."""
        believed = believed_to(window, answers, signs)
        end = window.end
        holds = (
            window.is_last and believed is not None and self.inquiry.still_holds(window, answers)
        )
        if believed is not None and not holds:
            end = interval_at(believed, self.settings.zone, self.minutes).start
        while window.until < (seen := seen_at_work(window, answers, signs, end)) < end:
            end = interval_at(seen, self.settings.zone, self.minutes).start
        return min(end, seen)

    # --- storing --------------------------------------------------------------------------

    def _store(
        self, window: Window, answers: Mapping[str, Answer], signs: Sequence[int], end: datetime
    ) -> None:
        zone = self.settings.zone
        with self.files.lock():
            open_files = self._open_files()
            today = local_day(open_files.now, zone)
            shelf_days = open_files.open_today(open_files.daily(), today)
            for day in days(local_day(window.start, zone), local_day(end, zone) + DAY):
                if day not in shelf_days and (archived := open_files.archived(day)) is not None:
                    shelf_days[day] = archived
            shelf = Shelf(
                shelf_days,
                today,
                zone,
                self.settings.data.collection_interval_minutes,
                earlier=open_files.older,
            )
            self.problems += open_files.problems
            if open_files.lost:
                open_files.ask_again(shelf_days[today])
            else:
                for name, answer in answers.items():
                    booking = Booking(name, answer, signs, window, end, shelf, open_files.now)
                    self.changed += booking.book()
                self.stored_to = end
            write_days(self.files, shelf.days, today)
        self._follow(shelf.days[today], open_files.now)

    def _open_files(self) -> DayFiles:
        return DayFiles(self.files, self.settings, self.clock.now())
