"""`backfill`: days of history into the archive, and months of statistics into the tiers.

History has the days that the recorder still has, as `collect` would have stored them. Home
Assistant's long-term statistics have the days before. Stored values are never replaced.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from powerstats_cli.clock import Clock
from powerstats_cli.core import filling
from powerstats_cli.core.documents import Document
from powerstats_cli.core.filling import Content, HistoryDay, Month, Piece, Stored
from powerstats_cli.core.outcome import Outcome, joined
from powerstats_cli.core.periods import DAY, local_day
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import TIERS, names_in, newest_closed_day
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.files import reading
from powerstats_cli.files.backups import make_copy
from powerstats_cli.files.dayfiles import DayFiles
from powerstats_cli.files.store import Store
from powerstats_cli.files.tierfiles import open_tier, roll_up
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.months import conversions, month_of
from powerstats_cli.homeassistant.past import Past
from powerstats_cli.settings import Settings
from powerstats_cli.terminal.filling import Watcher

if TYPE_CHECKING:
    from powerstats_cli.homeassistant.websocket import LongTerm, Statistic

# Each request has its own time limit; this one is for all requests together.
RUN_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class _Run:
    """The parts that one run works with, and the problems that its outcome tells."""

    settings: Settings
    files: Store
    home: HomeAssistant
    long_term: "Callable[[], LongTerm]"
    clock: Clock
    watcher: Watcher
    problems: list[PowerstatsError] = field(default_factory=list)

    def open_files(self) -> DayFiles:
        """Return the days' files for writing; to be used under the lock."""
        return DayFiles(self.files, self.settings, self.clock.now())


def backfill(
    settings: Settings,
    files: Store,
    home: HomeAssistant,
    long_term: "Callable[[], LongTerm]",
    clock: Clock,
    watcher: Watcher,
) -> Outcome:
    """Fill the gaps of the archive and the tiers, each day and each month as soon as it is known.

    If the watcher lists first, nothing is stored before it agrees. An error that stops a run, and
    problems of single series and files, are part of the outcome; the days and months that were
    stored before stay.
    """
    files.prepare()
    home.about()
    clock.check_against(home.date, "Home Assistant")
    run = _Run(settings, files, home, long_term, clock, watcher)
    statistics: Mapping[str, Statistic] = {}
    done: list[Piece] = []
    try:
        stored = _stored(run)
        with long_term() as connection:
            statistics = connection.statistics(sorted(set(settings.entities.values())))
        pieces = _found(run, stored, statistics)
        if watcher.lists_first:
            listed = list(pieces)
            if not watcher.agrees(listed):
                return Outcome("nothing was changed", tuple(run.problems))
            pieces = iter(listed)
        _store_all(run, stored, pieces, done)
    except PowerstatsError as error:
        run.problems.append(error)
    return _outcome(run, statistics, done)


def _stored(run: _Run) -> Stored:
    """Return the content of the files."""
    files, zone = run.files, run.settings.zone
    today = local_day(run.clock.now(), zone)
    daily = files.read(files.daily)
    until = {name: series.until for name, series in daily.series.items()} if daily else {}
    run.clock.check_not_before(max(until.values(), default=None))
    kinds: dict[str, Kind] = {}
    documents = [_noted(daily, kinds)]
    asked = {}
    for day in files.archived_days():
        document = reading.or_skip(files, files.archived(day))
        documents.append(_noted(document, kinds))
        asked[day] = set(document.series) if document else set()
    tiers = {}
    journal = files.journal()
    for name, tier in TIERS.items():
        document = reading.or_skip(files, files.tier(name))
        documents.append(_noted(document, kinds))
        emptied = journal.emptied(tier.bucket) if journal else ()
        tiers[name] = Content.of(document, zone, emptied)
    newest = newest_closed_day(filter(None, documents), zone)
    # If nothing is collected yet, take the day from the clock: it agrees with Home Assistant's.
    last = newest if newest and daily else max(newest or date.min, today - DAY)
    return Stored(
        first_own=min(daily.day if daily and daily.day else today, today),
        newest=min(last, today - DAY),
        until=until,
        kinds=kinds,
        asked=asked,
        tiers=tiers,
    )


def _noted(document: Document | None, kinds: dict[str, Kind]) -> Document | None:
    """Add the kinds of a document's series to `kinds`; return the document without its points."""
    if document is None:
        return None
    for name in names_in(document) & document.series.keys():
        kinds.setdefault(name, document.series[name].kind)
    return Document(
        tier=document.tier,
        timezone=document.timezone,
        bucket=document.bucket,
        last_update=document.last_update,
        series=document.series,
    )


def _found(run: _Run, stored: Stored, statistics: "Mapping[str, Statistic]") -> Iterator[Piece]:
    """Yield the days of history, oldest first, then the months of statistics, newest first."""
    settings, watcher = run.settings, run.watcher
    days = filling.lacking_days(stored, settings.entities, settings.zone)
    months = filling.lacking_months(stored, settings.entities, settings.zone)
    total = len(days) + len(months)

    def archived(day: date) -> Document | None:
        return reading.or_skip(run.files, run.files.archived(day))

    past = Past(settings, archived, run.home, run.clock, stored, statistics.keys())
    for done, (day, names) in enumerate(days.items()):
        watcher.progress(done, total, str(day))
        document, problems = past.day(day, names)
        run.problems.extend(problems)
        if document is not None:
            yield HistoryDay(day, document)
    scales, problems = conversions(run.home, settings, statistics, past)
    run.problems.extend(problems)
    if months and scales:
        with run.long_term() as connection:
            for done, (first, lacking) in enumerate(months.items(), len(days)):
                watcher.progress(done, total, f"{first:%Y-%m}")
                wanted = {day: past.without_history(day, names) for day, names in lacking.items()}
                month = month_of(connection, settings, stored.newest, first, wanted, scales)
                if month.days:
                    yield month
    watcher.progress(total, total, "")


# --- storing ----------------------------------------------------------------------------------


def _store_all(run: _Run, stored: Stored, pieces: Iterator[Piece], done: list[Piece]) -> None:
    """Store the pieces; add those that have changed a file to `done`.

    All files are copied before the first piece. History comes before statistics: the tiers are
    rolled up before the first month.
    """
    is_rolled_up = is_copied = False
    for piece in pieces:
        if not is_copied:
            _copy(run)
            is_copied = True
        if isinstance(piece, HistoryDay):
            changed = _store_day(run, piece)
        else:
            if not is_rolled_up:
                _roll_up(run)
                is_rolled_up = True
            changed = _store_month(run, piece, stored.newest)
        if changed:
            done.append(piece)
    if not is_rolled_up:
        _roll_up(run)


def _copy(run: _Run) -> None:
    with run.files.lock():
        make_copy(run.files, run.clock.now())


def _roll_up(run: _Run) -> None:
    """Bring the tiers up to date with the archive."""
    for tier in TIERS.values():
        with run.files.lock():
            run.problems.extend(roll_up(run.open_files(), tier, run.clock).problems)


def _store_day(run: _Run, piece: HistoryDay) -> bool:
    """Put a day into the archive; tell whether the archive has changed."""
    with run.files.lock():
        open_files = run.open_files()
        document = open_files.archived(piece.day)
        if document is None:
            document = piece.document
        else:
            filling.add_day(document, piece.document)
        changed = run.files.write(run.files.archived(piece.day), document)
    run.problems.extend(open_files.problems)
    return changed


def _store_month(run: _Run, piece: Month, newest: date) -> bool:
    """Put a month into the tiers, the coarsest first; tell whether a tier has changed.

    In this order no tier takes rounded values from a finer tier that it can get exact from here.
    """
    changed = False
    with run.files.lock():
        open_files = run.open_files()
        for tier in reversed(list(TIERS.values())):
            remedy = f"{tier.name}.json was made again from the archive and the statistics"
            document = open_tier(open_files, tier, remedy)
            if filling.add_month(tier, document, piece, newest, run.settings.zone):
                document.last_update = open_files.now
                changed |= run.files.write(run.files.tier(tier.name), document)
    run.problems.extend(open_files.problems)
    return changed


def _outcome(run: _Run, statistics: "Mapping[str, Statistic]", done: list[Piece]) -> Outcome:
    """Return the outcome of the run."""
    days = sum(isinstance(piece, HistoryDay) for piece in done)
    told = [
        f"{count} {unit}{'' if count == 1 else 's'} of {source}"
        for unit, source, count in (
            ("day", "history", days),
            ("month", "statistics", len(done) - days),
        )
        if count
    ]
    summary = f"{joined(told)} stored" if told else "nothing new"
    lacks = sorted(
        name for name, entity_id in run.settings.entities.items() if entity_id not in statistics
    )
    if lacks:
        summary += f"; Home Assistant keeps no statistics of {joined(lacks)}"
    return Outcome(summary, tuple(run.problems))
