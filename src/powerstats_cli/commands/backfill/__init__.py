"""`backfill`: days of history into the archive, months of statistics into tiers and years.

History has the days that the recorder still has, as `collect` would have stored them. Home
Assistant's long-term statistics have the days before. Stored values are never replaced.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from powerstats_cli.clock import Clock
from powerstats_cli.commands.backfill.ledger import lacking_hours, store_hours
from powerstats_cli.core import filling
from powerstats_cli.core.documents import Document
from powerstats_cli.core.filling import Content, Earlier, HistoryDay, Month, Piece, Stored, Wanted
from powerstats_cli.core.longterm import Conversion
from powerstats_cli.core.outcome import Outcome, joined
from powerstats_cli.core.periods import DAY, Span, day_start, local_day
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import TIERS, Tier, names_in, newest_closed_day
from powerstats_cli.errors import ConfigError, PowerstatsError
from powerstats_cli.files import reading
from powerstats_cli.files.backups import make_copy
from powerstats_cli.files.dayfiles import DayFiles
from powerstats_cli.files.store import Store
from powerstats_cli.files.tierfiles import open_tier, roll_up
from powerstats_cli.files.yearfiles import open_year
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.months import LedgerPart, conversions, month_of
from powerstats_cli.homeassistant.past import Past
from powerstats_cli.settings import Settings
from powerstats_cli.terminal.filling import Watcher

if TYPE_CHECKING:
    from powerstats_cli.homeassistant.websocket import LongTerm, Statistic

# Each request has its own time limit; this one is for all requests together.
RUN_SECONDS: Final = 3600.0
# So many months without a row are taken for the time before the statistics begin.
EMPTY_MONTHS: Final = 12
Done = Mapping[str, set[date]]
"""The days and the first days of the months that have changed a file."""


@dataclass(frozen=True, slots=True)
class _Run:
    """The parts that one run works with, and the problems that its outcome tells.

    `years` is the number of earlier calendar years to be filled, None for all; `scales` has the
    conversions of the series' statistics as soon as they are known, `ledger` what the ledger lacks,
    by month.
    """

    settings: Settings
    files: Store
    home: HomeAssistant
    long_term: "Callable[[], LongTerm]"
    clock: Clock
    watcher: Watcher
    years: int | None
    problems: list[PowerstatsError] = field(default_factory=list)
    scales: dict[str, Conversion] = field(default_factory=dict)
    ledger: dict[date, LedgerPart] = field(default_factory=dict)

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
    years: int | None = None,
) -> Outcome:
    """Fill the gaps of the archive, the tiers and the years, each day and month when it is known.

    The years go back by so many before the present one, by default as far as the statistics do.

    If the watcher lists first, nothing is stored before it agrees. An error that stops a run, and
    problems of single series and files, are part of the outcome; the days and months that were
    stored before stay.
    """
    files.prepare()
    home.about()
    clock.check_against(home.date, "Home Assistant")
    run = _Run(settings, files, home, long_term, clock, watcher, years)
    statistics: Mapping[str, Statistic] = {}
    done: Done = {"day": set(), "month": set()}
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
    """Yield the days of history, oldest first, then the months of statistics, newest first.

    The months before the days of yearly.json come last, by years, and are not asked for yet.
    """
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
    run.scales.update(scales)
    run.ledger.update(_lacking_hours(run, stored))
    firsts = sorted(months.keys() | run.ledger.keys(), reverse=True)
    total = len(days) + len(firsts)
    if firsts and scales:
        with run.long_term() as connection:
            for done, first in enumerate(firsts, len(days)):
                watcher.progress(done, total, f"{first:%Y-%m}")
                wanted = _without_history(past, months.get(first, {}))
                part = run.ledger.get(first)
                part = part and part._replace(wanted=_without_history(past, part.wanted))
                month = month_of(connection, settings, stored.newest, first, wanted, scales, part)
                if month.days or month.ledger:
                    yield month
    watcher.progress(total, total, "")
    yield from _earlier(run, stored) if scales else ()


def _without_history(past: Past, lacking: Wanted) -> Wanted:
    """Return the lacking series by day without those that the archive or this run has."""
    return {day: past.without_history(day, {*names}) for day, names in lacking.items()}


def _lacking_hours(run: _Run, stored: Stored) -> Mapping[date, LedgerPart]:
    """Return what the ledger lacks, by month; nothing if there is a mistake in its keys."""
    try:
        kinds = {name: scale.kind for name, scale in run.scales.items()}
        return lacking_hours(run.settings, run.files, stored, kinds, run.clock.now())
    except ConfigError as error:
        run.problems.append(error)
        return {}


def _earlier(run: _Run, stored: Stored) -> list[Earlier]:
    """Return the years with the months that Home Assistant has and they lack, newest first.

    Home Assistant does not say when its statistics begin, so each month is looked for, until there
    was nothing for a year.
    """
    zone, entities = run.settings.zone, run.settings.entities
    years: dict[int, dict[date, Wanted]] = {}
    empty = 0
    with run.long_term() as connection:
        months = filling.earlier_months(
            stored, run.scales, _in_years(run.files, zone), run.years, zone
        )
        for month, lacking in months:
            if not lacking:
                empty = 0
                continue
            run.watcher.progress(0, None, f"{month:%Y-%m} ?")
            span = Span(day_start(min(lacking), zone), day_start(max(lacking) + DAY, zone))
            there = connection.present(sorted({entities[name] for name in run.scales}), *span)
            names = {name for name in run.scales if entities[name] in there}
            wanted = {day: lacks & names for day, lacks in lacking.items() if lacks & names}
            if wanted:
                years.setdefault(month.year, {})[month] = wanted
            empty = 0 if there else empty + 1
            if empty == EMPTY_MONTHS:
                break
    total, done = sum(map(len, years.values())), 0
    found = []
    for year, its_months in years.items():
        found.append(Earlier(year, its_months, done, total))
        done += len(its_months)
    return found


def _in_years(files: Store, zone: ZoneInfo) -> Callable[[date], AbstractSet[str]]:
    """Return a function that gives the series of a day in the file of its year."""

    @lru_cache(maxsize=1)
    def names(year: int) -> Mapping[date, AbstractSet[str]]:
        return Content.of(reading.or_skip(files, files.year(year)), zone).all

    return lambda day: names(day.year).get(day, frozenset())


# --- storing ----------------------------------------------------------------------------------


def _store_all(run: _Run, stored: Stored, pieces: Iterator[Piece], done: Done) -> None:
    """Store the pieces; count the days and months that have changed a file.

    All files are copied before the first piece. History comes before statistics: the tiers are
    rolled up before the first month. At the end the days of yearly.json are put into their years.
    """
    is_rolled_up = is_copied = False
    for piece in pieces:
        if not is_copied:
            _copy(run)
            is_copied = True
        if isinstance(piece, HistoryDay):
            if _store_day(run, piece):
                done["day"].add(piece.day)
            continue
        if not is_rolled_up:
            _roll_up(run, TIERS.values())
            is_rolled_up = True
        if isinstance(piece, Month):
            if _store_month(run, piece, stored.newest):
                done["month"].add(piece.first)
        else:
            _store_earlier(run, piece, stored.newest, done)
    _roll_up(run, [TIERS["yearly"]] if is_rolled_up else TIERS.values())


def _copy(run: _Run) -> None:
    with run.files.lock():
        make_copy(run.files, run.clock.now())


def _roll_up(run: _Run, tiers: Iterable[Tier]) -> None:
    """Bring tiers up to date with the archive, and the years with yearly.json."""
    for tier in tiers:
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
    """Put a month into the tiers, the coarsest first, and the ledger; tell if one has changed.

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
        if piece.ledger:
            changed |= store_hours(open_files, run.ledger[piece.first].filling, piece)
    run.problems.extend(open_files.problems)
    return changed


def _store_earlier(run: _Run, piece: Earlier, newest: date, done: Done) -> None:
    """Ask for the months of a year, one after the other, and put each into the year's file."""
    name = run.files.name(run.files.year(piece.year))
    remedy = f"{name} was made again from the statistics: `powerstats repair` brings back the rest"
    with run.long_term() as connection:
        for number, (first, wanted) in enumerate(piece.months.items(), piece.done):
            run.watcher.progress(number, piece.total, f"{first:%Y-%m}")
            month = month_of(connection, run.settings, newest, first, wanted, run.scales)
            with run.files.lock():
                open_files = run.open_files()
                document = open_year(open_files, piece.year, remedy)
                if filling.add_to_year(document, piece.year, month, newest, run.settings.zone):
                    document.last_update = open_files.now
                    if run.files.write(run.files.year(piece.year), document):
                        done["month"].add(first)
            run.problems.extend(open_files.problems)
    run.watcher.progress(piece.done + len(piece.months), piece.total, "")


def _outcome(run: _Run, statistics: "Mapping[str, Statistic]", done: Done) -> Outcome:
    """Return the outcome of the run."""
    told = [
        f"{len(done[unit])} {unit}{'' if len(done[unit]) == 1 else 's'} of {source}"
        for unit, source in (("day", "history"), ("month", "statistics"))
        if done[unit]
    ]
    summary = f"{joined(told)} stored" if told else "nothing new"
    lacks = sorted(
        name for name, entity_id in run.settings.entities.items() if entity_id not in statistics
    )
    if lacks:
        summary += f"; Home Assistant keeps no statistics of {joined(lacks)}"
    return Outcome(summary, tuple(run.problems))
