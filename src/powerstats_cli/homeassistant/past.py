"""Days of the recorder's history, as `collect` would have stored them."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime, timedelta

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core import archive
from powerstats_cli.core.booking import Booking, Shelf
from powerstats_cli.core.documents import Document
from powerstats_cli.core.filling import Stored
from powerstats_cli.core.history import Signs, signs_of_life
from powerstats_cli.core.periods import DAY, day_span, instant, local_day, micros
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import names_in
from powerstats_cli.core.windows import (
    SETTLED_AFTER,
    Answer,
    Window,
    is_open_ended,
    newest_complete,
)
from powerstats_cli.errors import JumpError, PowerstatsError
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.inquiry import Inquiry, expected
from powerstats_cli.homeassistant.pace import LONGEST
from powerstats_cli.homeassistant.reader import Reader
from powerstats_cli.homeassistant.states import Recorded
from powerstats_cli.settings import Settings


class Past:
    """Days that are read one after the other, oldest first.

    `kinds` has the kind of each series, from the files and from the days that were read; `given_up`
    names the series whose sensors do not fit their kind.
    """

    def __init__(
        self,
        settings: Settings,
        archived: Callable[[date], Document | None],
        home: HomeAssistant,
        clock: Clock,
        stored: Stored,
        with_statistics: Collection[str],
    ) -> None:
        """Take the client, the content of the files, and the entities that have statistics.

        `archived` returns a closed day, None if it is not stored.
        """
        self._settings = settings
        self._archived = archived
        self._home = home
        self._clock = clock
        self._stored = stored
        self._with_statistics = with_statistics
        entities = expected(settings, stored.kinds)
        self._reader = Reader(home, entities, timedelta(0))
        self._filled: dict[date, Document] = {}
        self.kinds: dict[str, Kind] = dict(stored.kinds)
        self.given_up: set[str] = set()

    def day(self, day: date, names: set[str]) -> tuple[Document | None, list[PowerstatsError]]:
        """Return a day's document, None if it would be empty, and the problems of single series.

        It has the series that the recorder has from the day's start. If the recorder's states of a
        series begin later, the statistics may have its whole day.
        """
        end = day_span(day, self._settings.zone).end
        return self.part(day, names, end, self._settings.data.collection_interval_minutes)

    def part(
        self, day: date, names: set[str], end: datetime, minutes: int
    ) -> tuple[Document | None, list[PowerstatsError]]:
        """Return a day up to one of its buckets' ends, and the problems, as `day` does."""
        settings, zone = self._settings, self._settings.zone
        start = day_span(day, zone).start
        complete = newest_complete(self._clock.now() - settings.settle, zone, minutes)
        names = names - self.given_up
        if complete < end or not names:
            return None, []
        # The hour after the day decides what a counter's fall in the day was.
        booked_to = min(end + SETTLED_AFTER, complete)
        window = Window((), start, start, booked_to, timedelta(minutes=minutes), is_last=False)
        histories = self._read(window, end)
        answers, problems = self._answers(names, window, histories, day)
        if not answers:
            return None, problems
        signs = signs_of_life(states.history for states in histories.values())
        document, jumps = self._booked(day, answers, signs, window, minutes)
        problems += jumps
        if not document.points:
            return None, problems
        self._filled[day] = document
        for name in names_in(document):
            self.kinds.setdefault(name, document.series[name].kind)
        return document, problems

    def without_history(self, day: date, names: set[str]) -> set[str]:
        """Return the named series without those that the archive or this run has in a day."""
        document = self._filled.get(day)
        if document is None and day in self._stored.asked:
            document = self._archived(day)
        return names - names_in(document) if document else names

    def _read(self, window: Window, day_end: datetime) -> Mapping[str, Recorded]:
        """Return the states of a window, and of so much time after it that its day is certain.

        An unknown may follow the last value of the day later: then the value counts only up to an
        interval after the last sign of life.
        """
        reader, now = self._reader, self._clock.now()
        reader.read(window.asked_from, window.end, now, enough=window.end)
        while reader.end < now and not _is_certain(reader, day_end - window.interval):
            end = min(reader.end + LONGEST, now)
            reader.read(window.asked_from, end, now, enough=end)
        return reader.recorded

    def _answers(
        self, names: set[str], window: Window, histories: Mapping[str, Recorded], day: date
    ) -> tuple[dict[str, Answer], list[PowerstatsError]]:
        """Return the answers of series to be stored; give up series that do not fit their kind."""
        entities, start = self._settings.entities, micros(window.start)
        whole = {
            name: states
            for name in names
            if (states := histories.get(entities[name])) is not None
            and (
                states.history.holding_at(start) >= 0
                or entities[name] not in self._with_statistics
                or day > self._stored.newest
            )
        }
        inquiry = Inquiry(self._home, self._settings, self._clock)
        asked = msgspec.structs.replace(window, names=tuple(sorted(whole)))
        answers = inquiry.answers(asked, whole, self.kinds, self.kinds)
        self.given_up |= whole.keys() - answers.keys()
        return answers, list(inquiry.complaints())

    def _booked(
        self,
        day: date,
        answers: Mapping[str, Answer],
        signs: Signs,
        window: Window,
        minutes: int,
    ) -> tuple[Document, list[PowerstatsError]]:
        """Return a day's document with the answers in it, and the jumps of counters."""
        zone = self._settings.zone
        document = archive.new_day(day, zone, minutes)
        document.latest = None
        jumps: list[PowerstatsError] = []
        for name, answer in answers.items():
            # Booking needs a next day to count into; it is thrown away.
            scratch = archive.new_day(day + DAY, zone, minutes)
            shelf = Shelf(
                {day: document, day + DAY: scratch},
                day + DAY,
                zone,
                minutes,
                earlier=lambda: self._days_before(day),
            )
            now, allowed = self._clock.now(), self._settings.homeassistant.plausible.get(name)
            booking = Booking(name, answer, signs, window, window.end, shelf, now, allowed)
            jumps += [
                JumpError(jump.told(name, answer.kind.unit, zone, now))
                for jump in booking.book().jumps
                if local_day(instant(jump.at), zone) == day
            ]
        return document, jumps

    def _days_before(self, day: date) -> Iterator[Document]:
        """Yield the days before a day, newest first, to find the reading to count on from."""
        for earlier in sorted(self._stored.asked.keys() | self._filled.keys(), reverse=True):
            if earlier < day:
                if earlier in self._filled:
                    yield self._filled[earlier]
                document = self._archived(earlier)
                if document is not None:
                    yield document


def _is_certain(reader: Reader, since: datetime) -> bool:
    """Tell whether no number holds at the end of what was read, or there is a sign of life since.

    The sign of life must not be older than the instant `since`.
    """
    end = micros(reader.end)
    histories = [states.history for states in reader.recorded.values()]
    if not any(is_open_ended(history, end) for history in histories):
        return True
    return any(times and times[-1] >= micros(since) for times in signs_of_life(histories))
