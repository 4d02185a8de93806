"""`backfill`: days of history into the archive, and months of statistics into the tiers.

History is what the recorder still has, as `collect` would have stored it. For the days before that
there are Home Assistant's long-term statistics. Nothing that is stored is replaced.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, Self
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.commands.aggregate import aggregate
from powerstats_cli.commands.collect import GOOD_ANSWER, MOST_GROWTH, SENSOR_TIME
from powerstats_cli.core import archive
from powerstats_cli.core.booking import Booking, Shelf
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document
from powerstats_cli.core.history import History, signs_of_life
from powerstats_cli.core.longterm import Conversion, by_hour, local_day, local_hours
from powerstats_cli.core.outcome import Outcome, joined
from powerstats_cli.core.periods import DAY, EPOCH, HOUR, day_span, day_start, days, micros
from powerstats_cli.core.periods import local_day as day_at
from powerstats_cli.core.series import Kind, Series, StateClass
from powerstats_cli.core.tiers import (
    TIERS,
    Tier,
    names_in,
    new_tier,
    newest_closed_day,
    window_start,
)
from powerstats_cli.core.windows import (
    LONGEST_PIECE,
    SETTLED_AFTER,
    Answer,
    Window,
    is_open_ended,
    newest_complete,
)
from powerstats_cli.errors import ConfigError, PowerstatsError, UnreadableError
from powerstats_cli.files.dayfiles import DayFiles
from powerstats_cli.files.store import Store
from powerstats_cli.homeassistant.client import HomeAssistant, Recorded
from powerstats_cli.homeassistant.inquiry import RENAME, Inquiry
from powerstats_cli.settings import Settings

if TYPE_CHECKING:
    from powerstats_cli.homeassistant.websocket import LongTerm, Statistic

# About as far back as Home Assistant's recorder goes.
HISTORY_DAYS: Final = 10
# A month of so many sensors is an answer of 2 MB.
SENSORS_AT_ONCE: Final = 20
# Each request has its own limit; this is of all of them together.
RUN_SECONDS: Final = 3600.0

Bucket = tuple[datetime, str, Value]


@dataclass(frozen=True)
class HistoryDay:
    """A day as the archive would have it; `document` has only what the archive lacks."""

    day: date
    document: Document

    @property
    def label(self) -> str:
        """How the day is listed."""
        return str(self.day)

    @property
    def gains(self) -> str:
        """What the archive gains."""
        return f"history: the day of {joined(sorted(names_in(self.document)))}"


@dataclass(frozen=True)
class Month:
    """A month's days out of the statistics, and the hours of those in weekly's window."""

    first: date
    days: Sequence[Bucket]
    hours: Sequence[Bucket]
    kinds: Mapping[str, Kind]

    @property
    def label(self) -> str:
        """How the month is listed."""
        return f"{self.first:%Y-%m}"

    @property
    def gains(self) -> str:
        """What the tiers gain."""
        count: dict[str, int] = {}
        for _, name, _ in self.days:
            count[name] = count.get(name, 0) + 1
        alike: dict[int, list[str]] = {}
        for name in sorted(count):
            alike.setdefault(count[name], []).append(name)
        told = (
            f"{number} {'day' if number == 1 else 'days'} of {joined(names)}"
            for number, names in sorted(alike.items(), reverse=True)
        )
        return f"statistics: {'; '.join(told)}"


Piece = HistoryDay | Month


class Watcher(Protocol):
    """Who is told what would be filled."""

    @property
    def lists_first(self) -> bool:
        """Tell whether everything is to be listed before anything is stored."""

    def progress(self, done: int, total: int, what: str) -> None:
        """Hear how far it has come."""

    def agrees(self, pieces: Sequence[Piece]) -> bool:
        """See what would be filled; tell whether it shall be."""


def backfill(
    settings: Settings,
    files: Store,
    home: HomeAssistant,
    long_term: Callable[[], "LongTerm"],
    clock: Clock,
    watcher: Watcher,
) -> Outcome:
    """Fill what the archive and the tiers lack, each day and each month as soon as it is known.

    Where it is to be listed first, nothing is stored before that. What stops a run on its way, and
    problems of single series and files, are part of the outcome; what was stored until then stays.
    """
    files.prepare()
    home.about()
    clock.check_against(home.date, "Home Assistant")
    run = _Run(settings, files, home, long_term, clock, watcher)
    try:
        run.begin()
        if watcher.lists_first:
            pieces = list(run.found())
            if not watcher.agrees(pieces):
                return Outcome("nothing was changed", tuple(run.problems))
            for piece in pieces:
                run.store(piece)
        else:
            for piece in run.found():
                run.store(piece)
        run.roll_up()
    except PowerstatsError as error:
        run.problems.append(error)
    return run.outcome()


@dataclass(slots=True)
class _Run:
    """One run's way through the days and months that are lacking."""

    settings: Settings
    files: Store
    home: HomeAssistant
    long_term: "Callable[[], LongTerm]"
    clock: Clock
    watcher: Watcher
    problems: list[PowerstatsError] = field(default_factory=list)
    given_up: set[str] = field(default_factory=set)
    first_own: date = date.max
    newest: date = date.min
    until: Mapping[str, datetime] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    asked: dict[date, set[str]] = field(default_factory=dict)
    in_tiers: "dict[str, _Content]" = field(default_factory=dict)
    filled: dict[date, Document] = field(default_factory=dict)
    statistics: "Mapping[str, Statistic]" = field(default_factory=dict)
    days_stored: int = 0
    months_stored: int = 0
    is_rolled_up: bool = False

    # --- what is lacking ----------------------------------------------------------------------

    def begin(self) -> None:
        """See what is there, and what Home Assistant has statistics of."""
        zone = self.settings.zone
        today = day_at(self.clock.now(), zone)
        daily = self.files.read(self.files.daily)
        self.until = {name: series.until for name, series in daily.series.items()} if daily else {}
        self.clock.check_not_before(max(self.until.values(), default=None))
        self.first_own = min(daily.day if daily and daily.day else today, today)
        seen = [self._seen(daily)]
        for day in self.files.archived_days():
            document = self._read(self.files.archived(day))
            seen.append(self._seen(document))
            self.asked[day] = set(document.series) if document else set()
        for name in TIERS:
            document = self._read(self.files.tier(name))
            seen.append(self._seen(document))
            self.in_tiers[name] = _Content.of(document, zone)
        newest = newest_closed_day(filter(None, seen), zone)
        # Where nothing is collected yet, the clock says it: Home Assistant's agrees with it.
        known = newest if newest and daily else max(newest or date.min, today - DAY)
        self.newest = min(known, today - DAY)
        with self.long_term() as long_term:
            entity_ids = sorted(set(self.settings.entities.values()))
            self.statistics = long_term.statistics(entity_ids)

    def _read(self, path: Path) -> Document | None:
        """Return a file, None where it is broken: the step that writes it sets it aside."""
        try:
            return self.files.read(path)
        except UnreadableError:
            return None

    def _seen(self, document: Document | None) -> Document | None:
        """Note what a document's series are, and return it without its points."""
        if document is None:
            return None
        for name in names_in(document) & document.series.keys():
            self.kinds.setdefault(name, document.series[name].kind)
        return msgspec.structs.replace(document, points={})

    def found(self) -> Iterator[Piece]:
        """Yield the days of history, oldest first, then the months of statistics, newest first."""
        lacking_days = self._lacking_history()
        months = self._lacking_months()
        total = len(lacking_days) + len(months)
        reader = _Reader(self.home, sorted(set(self.settings.entities.values())))
        done = 0
        for day, names in lacking_days.items():
            self.watcher.progress(done, total, str(day))
            document = self._history(reader, day, names - self.given_up)
            done += 1
            if document is not None:
                self.filled[day] = document
                self._seen(document)
                yield HistoryDay(day, document)
        kinds = self._conversions()
        if months and kinds:
            with self.long_term() as long_term:
                for first, lacking in months.items():
                    self.watcher.progress(done, total, f"{first:%Y-%m}")
                    month = self._month(long_term, first, lacking, kinds)
                    done += 1
                    if month.days:
                        yield month
        self.watcher.progress(total, total, "")

    def _lacking_history(self) -> dict[date, set[str]]:
        """Return the days before the first collected one, each with the series it lacks."""
        lacking = {}
        for day in days(self.first_own - HISTORY_DAYS * DAY, self.first_own):
            known = self.asked.get(day, set()) | {
                name
                for tier in ("monthly", "yearly")
                for name in self.in_tiers[tier].history.get(day, ())
            }
            names = self.settings.entities.keys() - known
            if names and day_span(day, self.settings.zone).length:
                lacking[day] = names
        return lacking

    def _lacking_months(self) -> dict[date, dict[date, set[str]]]:
        """Return the months, newest first, each with its days and the series a tier lacks there."""
        zone = self.settings.zone
        months: dict[date, dict[date, set[str]]] = {}
        window = max(tier.window for tier in TIERS.values())
        for back in range(window):
            day = self.newest - back * DAY
            if not day_span(day, zone).length:
                continue
            end = day_start(day + DAY, zone)
            lacking = {
                name
                for name in self.settings.entities
                # What lies after it `collect` is to ask for yet.
                if end <= self.until.get(name, end)
                and any(
                    back < tier.window and name not in self.in_tiers[tier.name].names(day)
                    for tier in TIERS.values()
                )
            }
            if lacking:
                months.setdefault(day.replace(day=1), {})[day] = lacking
        return months

    # --- history ------------------------------------------------------------------------------

    def _history(self, reader: "_Reader", day: date, names: set[str]) -> Document | None:
        """Return a day's document with the series that the recorder knows from its first instant.

        What it knows from later on only, the statistics may know whole.
        """
        settings, zone = self.settings, self.settings.zone
        start, end = day_span(day, zone)
        minutes = settings.data.collection_interval_minutes
        complete = newest_complete(self.clock.now() - settings.settle, zone, minutes)
        if complete < end or not names:
            return None
        # A fall of a counter is decided by the hour after it.
        booked_to = min(end + SETTLED_AFTER, complete)
        window = Window((), start, start, booked_to, timedelta(minutes=minutes), is_last=False)
        histories = reader.read(window, end, self.clock.now())
        answers = self._answers(names, window, histories, day)
        if not answers:
            return None
        signs = signs_of_life(found.history for found in histories.values())
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
            self._book(name, answer, signs, window, shelf)
        return document if document.points else None

    def _book(
        self, name: str, answer: Answer, signs: Sequence[int], window: Window, shelf: Shelf
    ) -> None:
        now = self.clock.now()
        Booking(name, answer, signs, window, window.end, shelf, now).book()

    def _answers(
        self, names: set[str], window: Window, found: Mapping[str, Recorded], day: date
    ) -> dict[str, Answer]:
        """Return the answers of series that are to be stored; one that does not fit is given up."""
        entities, start = self.settings.entities, micros(window.start)
        recorded = {name: found[entities[name]] for name in names if entities[name] in found}
        whole = {
            name: it
            for name, it in recorded.items()
            if it.history.holding_at(start) >= 0
            or entities[name] not in self.statistics
            or day > self.newest
        }
        inquiry = Inquiry(self.home, entities, self.clock)
        asked = msgspec.structs.replace(window, names=tuple(sorted(whole)))
        answers = inquiry.answers(asked, whole, self.kinds, self.kinds)
        self.problems += inquiry.complaints()
        self.given_up |= whole.keys() - answers.keys()
        return answers

    def _days_before(self, day: date) -> Iterator[Document]:
        """Yield the days that a counter may count on from, newest first."""
        for earlier in sorted(self.asked.keys() | self.filled.keys(), reverse=True):
            if earlier < day:
                if earlier in self.filled:
                    yield self.filled[earlier]
                document = self._read(self.files.archived(earlier))
                if document is not None:
                    yield document

    # --- statistics ---------------------------------------------------------------------------

    def _conversions(self) -> dict[str, Conversion]:
        """Return what the statistics of each series are kept as; who does not fit is told."""
        kinds = {}
        for name, entity_id in self.settings.entities.items():
            statistic = self.statistics.get(entity_id)
            if statistic is None or name in self.given_up:
                continue
            unit, factor = statistic.unit
            known = self.kinds.get(name)
            if not statistic.has_sum:
                kind = Kind(unit, "measurement")
            elif known is not None and known.state_class != "measurement":
                kind = Kind(unit, known.state_class)
            else:
                present = self.home.present(entity_id)
                is_total = present is not None and present.state_class == "total"
                kind = Kind(unit, "total" if is_total else "total_increasing")
            if known is not None and not kind.fits(known):
                message = (
                    f"{name}: its statistics are {kind.described}, stored as {known.described}: "
                    f"{RENAME}"
                )
                self.problems.append(ConfigError(message))
                continue
            kinds[name] = Conversion(kind, factor)
        return kinds

    def _month(
        self,
        long_term: "LongTerm",
        first: date,
        lacking: Mapping[date, set[str]],
        kinds: Mapping[str, Conversion],
    ) -> Month:
        """Ask for a month and return what its days lack."""
        zone, entities = self.settings.zone, self.settings.entities
        wanted = {day: self._without_history(day, names) for day, names in lacking.items()}
        names = sorted(set().union(*wanted.values()) & kinds.keys())
        start = _hour_at(day_start(min(lacking), zone))
        end = day_start(max(lacking) + DAY, zone)
        daily: list[Bucket] = []
        hourly: list[Bucket] = []
        for number in range(0, len(names), SENSORS_AT_ONCE):
            some = names[number : number + SENSORS_AT_ONCE]
            rows = long_term.hours(sorted({entities[name] for name in some}), start, end)
            for name in some:
                known = by_hour(rows.get(entities[name], ()), kinds[name])
                for day in sorted(day for day, who in wanted.items() if name in who):
                    parts = local_hours(known, day, zone, kinds[name].kind)
                    if not parts:
                        continue
                    daily.append((day_start(day, zone), name, local_day(parts, day, zone)))
                    if self.newest - day < TIERS["weekly"].window * DAY:
                        hourly += [(span.start, name, value) for span, value in parts]
        kept = {name: conversion.kind for name, conversion in kinds.items()}
        return Month(first, daily, hourly, kept)

    def _without_history(self, day: date, names: set[str]) -> set[str]:
        """Return the series that neither the archive has in a day nor this run has found."""
        document = self.filled.get(day)
        if document is None and day in self.asked:
            document = self._read(self.files.archived(day))
        return names - names_in(document) if document else names

    # --- storing ------------------------------------------------------------------------------

    def store(self, piece: Piece) -> None:
        """Store a day or a month."""
        if isinstance(piece, HistoryDay):
            self._store_day(piece)
        else:
            self.roll_up()
            self._store_month(piece)

    def roll_up(self) -> None:
        """Bring the tiers up to date with the archive: history comes before statistics."""
        if self.is_rolled_up:
            return
        self.is_rolled_up = True
        for tier in TIERS.values():
            self.problems += aggregate(tier, self.settings, self.files, self.clock).problems

    def _store_day(self, piece: HistoryDay) -> None:
        new = piece.document
        with self.files.lock():
            open_files = self._open_files()
            stored = open_files.archived(piece.day)
            if stored is None:
                stored = new
            else:
                lacking = new.series.keys() - stored.series.keys()
                for name in lacking:
                    stored.series[name] = new.series[name]
                for start, point in new.points.items():
                    for name in point.keys() & lacking:
                        if stored.put(start, name, point[name]):
                            stored.last_update = new.last_update
            self.days_stored += self.files.write(self.files.archived(piece.day), stored)
        self.problems += open_files.problems

    def _store_month(self, piece: Month) -> None:
        """Put a month into the tiers, the coarsest first.

        So a tier never takes from a finer one, which is rounded, what it could have from here.
        """
        with self.files.lock():
            open_files = self._open_files()
            changed = [
                self._put(open_files, tier, piece) for tier in reversed(list(TIERS.values()))
            ]
        self.months_stored += any(changed)
        self.problems += open_files.problems

    def _put(self, open_files: DayFiles, tier: Tier, piece: Month) -> bool:
        zone, now = self.settings.zone, open_files.now
        remedy = f"{tier.name}.json was made again from the archive and the statistics"
        document = open_files.read(self.files.tier(tier.name), remedy)
        if document is None:
            today = day_start(day_at(now, zone), zone)
            document = new_tier(tier, self.settings.timezone, today)
        content = _Content.of(document, zone)
        first = window_start(tier, self.newest, zone)
        changed = False
        for start, name, value in piece.hours if tier.bucket == "hour" else piece.days:
            if start >= first and name not in content.names(day_at(start, zone)):
                changed |= document.put(start, name, value)
                asked_to = day_start(self.newest + DAY, zone)
                until = max(document.until(name) or asked_to, asked_to)
                document.series[name] = Series.of(piece.kinds[name], until)
        if changed:
            document.last_update = now
        return changed and self.files.write(self.files.tier(tier.name), document)

    def outcome(self) -> Outcome:
        """Say how the run went."""
        lacks = sorted(
            name for name, it in self.settings.entities.items() if it not in self.statistics
        )
        told = [
            f"{count} {what}{'' if count == 1 else 's'} of {source}"
            for what, source, count in (
                ("day", "history", self.days_stored),
                ("month", "statistics", self.months_stored),
            )
            if count
        ]
        summary = f"{joined(told)} stored" if told else "nothing new"
        if lacks:
            summary += f"; Home Assistant keeps no statistics of {joined(lacks)}"
        return Outcome(summary, tuple(self.problems))

    def _open_files(self) -> DayFiles:
        return DayFiles(self.files, self.settings, self.clock.now())


class _Content(msgspec.Struct, frozen=True):
    """Which series a tier has values of, by local day: all, and those that are not statistics."""

    all: dict[date, set[str]]
    history: dict[date, set[str]]

    @classmethod
    def of(cls, document: Document | None, zone: ZoneInfo) -> "_Content":
        """Return what a document has."""
        content = cls({}, {})
        for start, point in document.points.items() if document else ():
            day = day_at(start, zone)
            content.all.setdefault(day, set()).update(point)
            known = (name for name, value in point.items() if value.source is None)
            content.history.setdefault(day, set()).update(known)
        return content

    def names(self, day: date) -> set[str]:
        """Return the series that the tier has anything of in a day."""
        return self.all.get(day, set())


def _hour_at(instant: datetime) -> datetime:
    """Return the beginning of an instant's hour in UTC."""
    return instant.replace(minute=0, second=0, microsecond=0)


# --- reading the recorder ---------------------------------------------------------------------


@dataclass(slots=True)
class _Heard:
    """What was heard of an entity so far."""

    history: History = field(default_factory=History)
    units: dict[str, None] = field(default_factory=dict)
    state_class: StateClass | None = None

    def add(self, found: Recorded) -> None:
        """Add the next piece."""
        for state in zip(
            found.history.times, found.history.values, found.history.resets, strict=True
        ):
            self.history.append(*state)
        for unit in (found.unit, found.mixed):
            if unit is not None:
                self.units[unit] = None
        self.state_class = found.state_class or self.state_class

    def drop_before(self, instant: datetime) -> None:
        """Forget the states that held no more at an instant."""
        unneeded = max(self.history.holding_at(micros(instant)), 0)
        for column in (self.history.times, self.history.values, self.history.resets):
            del column[:unneeded]

    @property
    def recorded(self) -> Recorded:
        """All of it as one answer."""
        return Recorded(
            unit=next(iter(self.units), None),
            state_class=self.state_class,
            history=self.history,
            has_start=True,
            mixed=" and ".join(self.units) if len(self.units) > 1 else None,
        )


class _Reader:
    """The states of all entities, read forward in pieces that a small machine can hold."""

    def __init__(self, home: HomeAssistant, entity_ids: Sequence[str]) -> None:
        """Take whom to ask, and for what; nothing is asked yet."""
        self._home = home
        self._entity_ids = entity_ids
        self._heard: dict[str, _Heard] = {}
        self._begin = self._end = EPOCH
        self._reach = min(SENSOR_TIME / len(entity_ids), LONGEST_PIECE)

    def read(self, window: Window, day_end: datetime, now: datetime) -> dict[str, Recorded]:
        """Return what is recorded of a window, and of as much after it as makes its day certain.

        A value that is the last one known at the day's end may end in an unknown later: then it
        counts only up to an interval after the last sign of life.
        """
        begin = window.asked_from
        if not self._begin <= begin <= self._end:
            self._heard = {}
            self._begin = self._end = begin
        for heard in self._heard.values():
            heard.drop_before(begin)
        while self._end < window.end:
            self._read_piece(window.end, now)
        while self._end < now and not self._is_certain(day_end - window.interval):
            self._read_piece(self._end + LONGEST_PIECE, now)
        return {entity_id: heard.recorded for entity_id, heard in self._heard.items()}

    def _read_piece(self, goal: datetime, now: datetime) -> None:
        end = min(self._end + self._reach, goal, now)
        # Home Assistant answers nothing to a window that ends before the oldest of its own starts
        # that it remembers, though it may have states.
        while not (found := self._home.history(self._entity_ids, self._end, end)) and end < now:
            end = min(end + DAY, now)
        for entity_id, recorded in found.items():
            self._heard.setdefault(entity_id, _Heard()).add(recorded)
        growth = min(GOOD_ANSWER / max(self._home.answer_bytes, 1), MOST_GROWTH)
        self._reach = min(max(self._reach * growth, HOUR), LONGEST_PIECE)
        self._end = end

    def _is_certain(self, since: datetime) -> bool:
        """Tell whether no value is open, or there is a sign of life since an instant."""
        end = micros(self._end)
        histories = [heard.history for heard in self._heard.values()]
        if not any(is_open_ended(history, end) for history in histories):
            return True
        signs = signs_of_life(histories)
        return bool(signs) and signs[-1] >= micros(since)


# --- telling ----------------------------------------------------------------------------------


class Unattended:
    """Nobody looks on: each day and month is stored as soon as it is known."""

    lists_first = False

    def progress(self, done: int, total: int, what: str) -> None:
        """Hear how far it has come."""

    def agrees(self, _pieces: Sequence[Piece]) -> bool:
        """Want everything."""
        return True


class Screen:
    """Somebody who is shown what would be filled, and asked where `asks`."""

    lists_first = True

    def __init__(self, *, asks: bool, stores: bool, is_quiet: bool) -> None:
        """Take whether to ask, and whether anything shall be stored at all."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._asks, self._stores = asks, stores
        self._console = Console(highlight=False, quiet=is_quiet and not asks)
        self._bar = Progress(
            TextColumn("{task.description:<10}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total}"),
            console=Console(stderr=True, quiet=is_quiet),
            transient=True,
            disable=is_quiet or not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task("", total=0)

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        self._bar.stop()

    def progress(self, done: int, total: int, what: str) -> None:
        """Show how far it has come."""
        self._bar.update(self._task, completed=done, total=total, description=what)

    def agrees(self, pieces: Sequence[Piece]) -> bool:
        """List what would be filled; tell whether it shall be."""
        from rich.table import Table
        from rich.text import Text

        from powerstats_cli.terminal.dialogue import Dialogue
        from powerstats_cli.terminal.words import is_ascii

        self._bar.stop()
        dialogue = Dialogue(self._console, asks=self._asks, is_ascii=is_ascii(self._console))
        if not pieces:
            dialogue.say("Nothing is lacking that Home Assistant has.")
            return self._stores
        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for piece in pieces:
            table.add_row(piece.label, Text(piece.gains))
        self._console.print(table)
        if not self._stores:
            return False
        return not self._asks or dialogue.confirm("Fill this in?")
