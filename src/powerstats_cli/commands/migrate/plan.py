"""The plan of a migration: which files change, made before any of them is written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.commands.migrate.stored import Stored
from powerstats_cli.core import zones
from powerstats_cli.core.corrections import settled
from powerstats_cli.core.counters import Jump
from powerstats_cli.core.documents import Document, bucket_minutes
from powerstats_cli.core.history import History
from powerstats_cli.core.legacy.days import (
    documents_of,
    filled,
    known_time,
    may_count,
    sampled_days,
    without,
)
from powerstats_cli.core.periods import DAY, day_start, local_day
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import (
    TIERS,
    Tier,
    aggregate,
    new_tier,
    newest_closed_day,
    roll_up,
    window_start,
)
from powerstats_cli.core.years import asked_to, new_year, with_days, years_of
from powerstats_cli.files.store import Store
from powerstats_cli.settings import Settings
from powerstats_cli.terminal.dialogue import Dialogue

# Stored coverages are rounded, so two that differ by less are the same.
ROUNDING: Final = 1.0001

DaysOf = Mapping[str, set[date]]
"""The days of which a file has something, by series."""


class Days(msgspec.Struct, frozen=True):
    """The closed days with samples, and how many other days there are.

    `first` is the first day that yearly.json keeps: those before it are in their years only.
    `too_new` are from `today` on. `newest` is the newest closed day of all, stored or sampled.
    """

    taken: Sequence[date]
    first: date
    newest: date
    today: date
    too_new: int


class Plan(msgspec.Struct, frozen=True):
    """The files that change, with their new content, in the order in which they are written.

    `news` are the days by series of which a file will have something new, `jumps` a line for each
    jump of a counter.
    """

    days: Days
    archive: Mapping[date, Document]
    tiers: Mapping[str, Document]
    years: Mapping[int, Document]
    news: DaysOf
    jumps: Sequence[str]


def planned(
    stored: Stored,
    histories: Mapping[str, History],
    kinds: Mapping[str, Kind],
    settings: Settings,
    now: datetime,
) -> Plan:
    """Return what becomes of the stored files with the samples' histories beside them."""
    zone = settings.zone
    days = _days(stored, histories, zone, now)
    minutes = _minutes(stored, days.taken, settings.data.collection_interval_minutes)
    plausible, jumps = settings.homeassistant.plausible, list[str]()

    def tell(name: str, jump: Jump) -> None:
        jumps.append(jump.told(name, kinds[name].unit, zone, now))

    documents = documents_of(histories, kinds, days.taken, zone, minutes, plausible, tell)
    sampled = {new.day: new for new in documents if new.day is not None and new.points}
    archive = _archive(stored, sampled, days, settings, now)
    tiers: dict[str, Document] = {
        tier.name: document
        for tier in TIERS.values()
        if (document := _tier(tier, stored, sampled, archive, days, settings, now)).points
    }
    years = _years(stored, sampled, tiers.get("yearly"), days, settings, now)
    news = _news(stored, archive, tiers, years, days, zone)
    return Plan(days, archive, tiers, years, news, jumps)


# --- days -------------------------------------------------------------------------------------


def _days(stored: Stored, histories: Mapping[str, History], zone: ZoneInfo, now: datetime) -> Days:
    today = local_day(now, zone)
    if stored.daily and stored.daily.day:
        today = min(today, stored.daily.day)
    sampled = sampled_days(histories, zone)
    closed = [day for day in sampled if day < today]
    newest_stored = newest_closed_day(stored.documents(), zone)
    candidates = [*([newest_stored] if newest_stored else []), *closed[-1:]]
    newest = max(candidates, default=today - DAY)
    first = local_day(window_start(TIERS["yearly"], newest, zone), zone)
    return Days(
        taken=closed,
        first=first,
        newest=newest,
        today=today,
        too_new=len(sampled) - len(closed),
    )


def _minutes(stored: Stored, days: Iterable[date], usual: int) -> dict[date, int]:
    """Return the interval of each day in minutes: that of its stored file, or the usual one."""
    return {
        day: bucket_minutes(stored.archive[day].bucket) if day in stored.archive else usual
        for day in days
    }


def _days_of(documents: Iterable[Document], zone: ZoneInfo) -> DaysOf:
    days: dict[str, set[date]] = defaultdict(set)
    for document in documents:
        for start, point in document.points.items():
            for name in point:
                days[name].add(local_day(start, zone))
    return days


# --- archived days ----------------------------------------------------------------------------


def _archive(
    stored: Stored,
    sampled: Mapping[date, Document],
    days: Days,
    settings: Settings,
    now: datetime,
) -> dict[date, Document]:
    """Return the archived days that change.

    They are in the order in which they have to be written: from the stored days outwards, so that
    a run after a killed one finds no hole between a counter's days.
    """
    zone = settings.zone
    archived = _days_of([*stored.archive.values(), *([stored.daily] if stored.daily else [])], zone)
    in_tiers = [_days_of([document], zone) for document in stored.tiers.values()]
    archive: dict[date, Document] = {}
    for day in sorted(sampled, reverse=stored.daily is not None):
        present = stored.archive.get(day)
        new = _countable(sampled[day], day, archived)
        if present is not None:
            archive[day] = filled(present, new, now)
        elif (days.newest - day).days < settings.data.retention_days:
            # A series that only the tiers have was archived once: its day was known better.
            known = {
                name for name in new.series if any(day in tier.get(name, ()) for tier in in_tiers)
            }
            new = without(new, known)
            if new.points:
                archive[day] = msgspec.structs.replace(new, last_update=now)
    return archive


def _countable(new: Document, day: date, stored: DaysOf) -> Document:
    """Return a day without the counters that may not be added beside their stored days."""
    counters = {name for name, series in new.series.items() if series.kind.is_counter}
    return without(new, {name for name in counters if not may_count(name, day, stored)})


# --- tiers ------------------------------------------------------------------------------------


def _tier(
    tier: Tier,
    stored: Stored,
    sampled: Mapping[date, Document],
    archive: Mapping[date, Document],
    days: Days,
    settings: Settings,
    now: datetime,
) -> Document:
    """Return a tier with the sampled days rolled up."""
    zone = settings.zone
    before = stored.tiers.get(tier.name)
    unarchived = {day: new for day, new in sampled.items() if day not in stored.archive}
    sources = {**dict(_lacking(before, unarchived, zone)), **stored.archive, **archive}
    return aggregate(
        tier,
        before or new_tier(tier, zones.current(zone.key), day_start(days.today, zone)),
        archive={
            day: settled(document, stored.journal, zone)
            for day, document in sources.items()
            if day < days.today
        },
        finer=[],
        daily=stored.daily,
        zone=zone,
        now=now,
        journal=stored.journal,
    )


def _lacking(
    before: Document | None, sampled: Mapping[date, Document], zone: ZoneInfo
) -> Iterator[tuple[date, Document]]:
    """Yield each day with the series of which a tier knows less than the samples do."""
    stored_days = _days_of([before], zone) if before else {}
    for day, document in sampled.items():
        new = _countable(document, day, stored_days)
        known = {
            name
            for name in new.series
            if before is not None
            and ROUNDING * known_time(before, name, day, zone) >= known_time(new, name, day, zone)
        }
        yield day, without(new, known)


# --- years --------------------------------------------------------------------------------------


def _years(
    stored: Stored,
    sampled: Mapping[date, Document],
    yearly: Document | None,
    days: Days,
    settings: Settings,
    now: datetime,
) -> dict[int, Document]:
    """Return the years with the days of yearly.json, and with older days that they know less of."""
    zone, sources = settings.zone, [yearly] if yearly else []
    older = [day for day in sampled if day < days.first]
    found = {}
    for year in sorted({day.year for day in older} | {*years_of(sources, zone)}):
        before = stored.years.get(year) or new_year(year, zone)
        document = msgspec.structs.replace(
            before,
            points={start: dict(point) for start, point in before.points.items()},
            series=dict(before.series),
        )
        here = {day: sampled[day] for day in older if day.year == year}
        for day, new in _lacking(before, here, zone):
            for start, name, value in roll_up(new, day, "day", zone):
                if document.put(start, name, value):
                    until = day_start(day + DAY, zone)
                    asked_to(document, name, new.series[name].kind, until)
        if document.points != before.points:
            document.last_update = now
        document = with_days(document, year, sources, now)
        if document.points and document.points != before.points:
            document.points = {start: document.points[start] for start in sorted(document.points)}
            found[year] = document
    return found


# --- told and written -------------------------------------------------------------------------


def _news(
    stored: Stored,
    archive: Mapping[date, Document],
    tiers: Mapping[str, Document],
    years: Mapping[int, Document],
    days: Days,
    zone: ZoneInfo,
) -> dict[str, set[date]]:
    """Return the days by series of which a file will have something new.

    Of the years only the days count that no other file can have.
    """
    taken = set(days.taken)
    older = {day for day in taken if day < days.first}
    changes = [
        *((stored.years.get(year), document, older) for year, document in years.items()),
        *((stored.archive.get(day), document, taken) for day, document in archive.items()),
        *((stored.tiers.get(name), document, taken) for name, document in tiers.items()),
    ]
    news: dict[str, set[date]] = defaultdict(set)
    for before, after, counted in changes:
        for start, point in after.points.items():
            old = before.points.get(start, {}) if before else {}
            changed = [name for name, value in point.items() if old.get(name) != value]
            if changed and (day := local_day(start, zone)) in counted:
                for name in changed:
                    news[name].add(day)
    return news


def write_plan(plan: Plan, files: Store) -> None:
    """Write the files that differ: the archived days, the tiers, the years; the lock is held."""
    for day, document in plan.archive.items():
        files.write(files.archived(day), document)
    for name, document in plan.tiers.items():
        files.write(files.tier(name), document)
    for year, document in plan.years.items():
        files.write(files.year(year), document)


def tell_plan(plan: Plan, dialogue: Dialogue, *, is_dry: bool) -> None:
    """Say which days were taken, and which were left out and why."""
    verb = "would be taken" if is_dry else "taken"
    days = plan.days
    for name, new_days in sorted(plan.news.items()):
        dialogue.done(
            f"{name}: {_in_words(len(new_days))} {verb}, {min(new_days)} to {max(new_days)}"
        )
    for jump in plan.jumps:
        dialogue.warn(jump)
    news = set().union(*plan.news.values())
    if not news:
        dialogue.say("Nothing new: powerstats already knows what the files say.")
    known = len(set(days.taken) - news)
    if news and known:
        dialogue.say(f"  {_in_words(known)} left out: powerstats knows as much of them already")
    if days.too_new:
        dialogue.say(
            f"  {_in_words(days.too_new)} left out: from {days.today} on, `collect` brings them"
        )
    if is_dry:
        dialogue.say("Nothing was changed.")


def _in_words(number: int) -> str:
    return f"{number} day{'s' * (number != 1)}"
