"""What Home Assistant has of some buckets, read anew: from its history, else its statistics."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.commands.correct.drafts import Place
from powerstats_cli.core.buckets import Value, as_written
from powerstats_cli.core.correcting import Finest, Held, Level, rolled_up
from powerstats_cli.core.documents import bucket_minutes
from powerstats_cli.core.filling import Stored
from powerstats_cli.core.tiers import newest_closed_day
from powerstats_cli.errors import MissingError, PowerstatsError
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.months import conversions, month_of
from powerstats_cli.homeassistant.past import Past
from powerstats_cli.settings import Settings

if TYPE_CHECKING:
    from powerstats_cli.homeassistant.websocket import LongTerm

# All requests together.
RUN_SECONDS = 900.0


class Source(msgspec.Struct, frozen=True):
    """Home Assistant, and what it is asked with; `problems` collects what is to be told."""

    settings: Settings
    home: HomeAssistant
    long_term: "Callable[[], LongTerm]"
    clock: Clock
    problems: list[PowerstatsError] = []

    def read(self, name: str, held: Held, place: Place) -> tuple[Level, Level]:
        """Return the new values of a series' finest buckets, and of the hours of whole days.

        Raises MissingError if Home Assistant has nothing of a day, or the series has no entity.
        """
        if name not in self.settings.entities:
            message = f"{name} is not in homeassistant.entities: it cannot be read again"
            raise MissingError(message)
        self.home.about()
        self.clock.check_against(self.home.date, "Home Assistant")
        level: dict[datetime, Value | None] = {}
        by_hour: dict[datetime, Value | None] = {}
        for part in place.parts:
            new, hours = self._read(name, held, place, part)
            if not any(new.values()):
                message = f"Home Assistant has nothing of {name} on {part.day}: nothing was changed"
                raise MissingError(message)
            level |= new
            by_hour |= hours
        return level, by_hour

    def _read(self, name: str, held: Held, place: Place, part: Finest) -> tuple[Level, Level]:
        if part.bucket != "day":
            past = self._past(name, held, place, part, with_statistics=False)
            minutes = bucket_minutes(part.bucket)
            document, problems = past.part(part.day, {name}, part.spans[-1].end, minutes)
            self.problems.extend(problems)
            values = {
                span.start: document.value(span.start, name) if document else None
                for span in part.spans
            }
            return values, {}
        past = self._past(name, held, place, part, with_statistics=True)
        document, problems = past.day(part.day, {name})
        if document is None or name not in document.series:
            return self._from_statistics(name, held, past, part)
        self.problems.extend(problems)
        return (
            dict(rolled_up(document, part.day, "day", name, held.zone)),
            dict(rolled_up(document, part.day, "hour", name, held.zone)),
        )

    def _past(
        self, name: str, held: Held, place: Place, part: Finest, *, with_statistics: bool
    ) -> Past:
        """Return the reader of a day that is read anew: what is stored of it does not count."""
        stored = Stored(
            first_own=part.day,
            newest=part.day,
            until={},
            kinds={name: place.kind},
            asked={day: set(document.series) for day, document in held.days.items()},
            tiers={},
        )
        return Past(
            self.settings,
            held.days.get,
            self.home,
            self.clock,
            stored,
            {self.settings.entities[name]} if with_statistics else (),
        )

    def _from_statistics(
        self, name: str, held: Held, past: Past, part: Finest
    ) -> tuple[Level, Level]:
        """Return a day, and its hours, out of Home Assistant's long-term statistics."""
        newest = newest_closed_day(held.documents(), held.zone) or part.day
        with self.long_term() as connection:
            statistics = connection.statistics([self.settings.entities[name]])
            scales, problems = conversions(self.home, self.settings, statistics, past)
            self.problems.extend(problems)
            if name not in scales:
                return {}, {}
            month = month_of(
                connection, self.settings, newest, part.day, {part.day: {name}}, scales
            )
        decimals = scales[name].kind.decimals
        return (
            {start: as_written(value, decimals) for start, _, value in month.days},
            {start: as_written(value, decimals) for start, _, value in month.hours},
        )
