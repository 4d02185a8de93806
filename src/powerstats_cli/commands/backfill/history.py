"""Days of the recorder's history, as `collect` would have stored them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core import archive
from powerstats_cli.core.booking import Booking, Shelf
from powerstats_cli.core.documents import Document
from powerstats_cli.core.filling import Stored
from powerstats_cli.core.history import signs_of_life
from powerstats_cli.core.periods import DAY, day_span, micros
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import names_in
from powerstats_cli.core.windows import (
    SETTLED_AFTER,
    Answer,
    Window,
    is_open_ended,
    newest_complete,
)
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.files import reading
from powerstats_cli.files.store import Store
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.inquiry import Inquiry, expected
from powerstats_cli.homeassistant.pace import LONGEST
from powerstats_cli.homeassistant.reader import Reader
from powerstats_cli.homeassistant.states import Recorded
from powerstats_cli.settings import Settings


class Past:
    """The days before the first collected one, read forward one after the other.

    `kinds` says what each series is, by the files and by the days that were read; `given_up` names
    the series whose sensors do not fit them.
    """

    def __init__(
        self,
        settings: Settings,
        files: Store,
        home: HomeAssistant,
        clock: Clock,
        stored: Stored,
        with_statistics: Collection[str],
    ) -> None:
        """Take whom to ask, what is stored, and which entities have statistics."""
        self._settings = settings
        self._files = files
        self._home = home
        self._clock = clock
        self._stored = stored
        self._with_statistics = with_statistics
        entities = expected(settings.homeassistant, settings.entities, stored.kinds)
        self._reader = Reader(home, entities, timedelta(0))
        self._filled: dict[date, Document] = {}
        self.kinds: dict[str, Kind] = dict(stored.kinds)
        self.given_up: set[str] = set()

    def day(self, day: date, names: set[str]) -> tuple[Document | None, list[PowerstatsError]]:
        """Return a day's document with the series that the recorder knows from its first instant.

        If the recorder knows a series from later on only, the statistics may know its day whole.
        Problems of single series come along.
        """
        settings, zone = self._settings, self._settings.zone
        start, end = day_span(day, zone)
        minutes = settings.data.collection_interval_minutes
        complete = newest_complete(self._clock.now() - settings.settle, zone, minutes)
        names = names - self.given_up
        if complete < end or not names:
            return None, []
        # The hour after the day decides what a counter's fall in it was.
        booked_to = min(end + SETTLED_AFTER, complete)
        window = Window((), start, start, booked_to, timedelta(minutes=minutes), is_last=False)
        histories = self._read(window, end)
        answers, problems = self._answers(names, window, histories, day)
        if not answers:
            return None, problems
        signs = signs_of_life(states.history for states in histories.values())
        document = self._booked(day, answers, signs, window)
        if not document.points:
            return None, problems
        self._filled[day] = document
        for name in names_in(document):
            self.kinds.setdefault(name, document.series[name].kind)
        return document, problems

    def without_history(self, day: date, names: set[str]) -> set[str]:
        """Return the series that neither the archive has in a day nor this run has found."""
        document = self._filled.get(day)
        if document is None and day in self._stored.asked:
            document = reading.or_skip(self._files, self._files.archived(day))
        return names - names_in(document) if document else names

    def _read(self, window: Window, day_end: datetime) -> Mapping[str, Recorded]:
        """Return what is recorded of a window, and of as much after it as makes its day certain.

        A value that is the last one known at the day's end may end in an unknown later: then it
        counts only up to an interval after the last sign of life.
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
        """Return the answers of series that are to be stored; one that does not fit is given up."""
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
        self, day: date, answers: Mapping[str, Answer], signs: Sequence[int], window: Window
    ) -> Document:
        """Return a day's document with the answers in it."""
        zone, minutes = self._settings.zone, self._settings.data.collection_interval_minutes
        document = archive.new_day(day, zone, minutes)
        document.latest = None
        for name, answer in answers.items():
            # The next day is only there to count into: it is collected, or its turn comes.
            scratch = archive.new_day(day + DAY, zone, minutes)
            shelf = Shelf(
                {day: document, day + DAY: scratch},
                day + DAY,
                zone,
                minutes,
                earlier=lambda: self._days_before(day),
            )
            now = self._clock.now()
            Booking(name, answer, signs, window, window.end, shelf, now).book()
        return document

    def _days_before(self, day: date) -> Iterator[Document]:
        """Yield the days that a counter may count on from, newest first."""
        for earlier in sorted(self._stored.asked.keys() | self._filled.keys(), reverse=True):
            if earlier < day:
                if earlier in self._filled:
                    yield self._filled[earlier]
                document = reading.or_skip(self._files, self._files.archived(earlier))
                if document is not None:
                    yield document


def _is_certain(reader: Reader, since: datetime) -> bool:
    """Tell whether no value is open, or there is a sign of life since an instant."""
    end = micros(reader.end)
    histories = [states.history for states in reader.recorded.values()]
    if not any(is_open_ended(history, end) for history in histories):
        return True
    signs = signs_of_life(histories)
    return bool(signs) and signs[-1] >= micros(since)
