"""The parts of the past that the archive and the tiers lack, and the pieces that fill them.

Days that the recorder still has come from history, earlier days from Home Assistant's statistics.
Stored values are never replaced.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.ledger import LedgerDay
from powerstats_cli.core.journal import Key
from powerstats_cli.core.outcome import joined
from powerstats_cli.core.periods import DAY, YEARS, Span, day_span, day_start, days, local_day
from powerstats_cli.core.series import Kind, Series
from powerstats_cli.core.tiers import TIERS, Tier, names_in, window_start
from powerstats_cli.core.years import year_span

# About as far back as Home Assistant's recorder goes.
HISTORY_DAYS: Final = 10

Bucket = tuple[datetime, str, Value]
Lacking = dict[date, set[str]]
Wanted = Mapping[date, AbstractSet[str]]
"""The series that each day lacks."""


class HistoryDay(msgspec.Struct, frozen=True):
    """A day of history; `document` has only the series that the archive lacks."""

    day: date
    document: Document

    @property
    def label(self) -> str:
        """The day's name in the list."""
        return str(self.day)

    @property
    def gains(self) -> str:
        """The line that says what the archive gains."""
        return f"history: the day of {joined(sorted(names_in(self.document)))}"


class Month(msgspec.Struct, frozen=True):
    """A month's days from the statistics, and the hours of the days in weekly's window.

    `ledger` has the hours that the ledger lacks.
    """

    first: date
    days: Sequence[Bucket]
    hours: Sequence[Bucket]
    kinds: Mapping[str, Kind]
    ledger: Mapping[date, LedgerDay] = {}

    @property
    def label(self) -> str:
        """The month's name in the list."""
        return f"{self.first:%Y-%m}"

    @property
    def gains(self) -> str:
        """The line that says what the tiers and the ledger gain."""
        told = _days_of(name for _, name, _ in self.days)
        in_ledger = _days_of(
            name for day in self.ledger.values() for name in (*day.energy, *day.prices)
        )
        gained = [*told, *(f"the hours of {each}" for each in in_ledger)]
        return f"statistics: {'; '.join(gained)}"


def _days_of(names: Iterable[str]) -> list[str]:
    """Return how many days there are of which series, out of a name for each day of one."""
    alike: dict[int, list[str]] = {}
    for name, number in sorted(Counter(names).items()):
        alike.setdefault(number, []).append(name)
    return [
        f"{number} {'day' if number == 1 else 'days'} of {joined(same)}"
        for number, same in sorted(alike.items(), reverse=True)
    ]


class Earlier(msgspec.Struct, frozen=True):
    """The months of a calendar year, before the days of yearly.json, that are to be asked for.

    Each has its days, and the series that the year's file lacks then. So many months are `done`
    before these, and `total` is the number of all.
    """

    year: int
    months: Mapping[date, Wanted]
    done: int
    total: int

    @property
    def label(self) -> str:
        """The year's name in the list."""
        return str(self.year)

    @property
    def gains(self) -> str:
        """The line that says what the year may gain."""
        days = [names for wanted in self.months.values() for names in wanted.values()]
        names, number = set[str]().union(*days), len(self.months)
        return f"statistics: {number} month{'s' * (number != 1)} of {joined(sorted(names))}"


Piece = HistoryDay | Month | Earlier


class Content(msgspec.Struct, frozen=True):
    """The series of which a tier has values, by local day: from any source, and from history."""

    all: Mapping[date, set[str]]
    history: Mapping[date, set[str]]

    @classmethod
    def of(
        cls, document: Document | None, zone: ZoneInfo, emptied: Iterable[Key] = ()
    ) -> "Content":
        """Return the content of a document; `emptied` are the buckets that were made unknown.

        They lack nothing.
        """
        everything: Lacking = {}
        history: Lacking = {}
        for start, name in emptied:
            for known in (everything, history):
                known.setdefault(local_day(start, zone), set()).add(name)
        for start, point in document.points.items() if document else ():
            day = local_day(start, zone)
            everything.setdefault(day, set()).update(point)
            own = (name for name, value in point.items() if value.source is None)
            history.setdefault(day, set()).update(own)
        return cls(everything, history)

    def names(self, day: date) -> set[str]:
        """Return the series of which the tier has a value in a day."""
        return self.all.get(day, set())


class Stored(msgspec.Struct, frozen=True):
    """The content of the files before anything is filled.

    `first_own` is the first day that `collect` asked for itself, `newest` the last closed day,
    `until` the time up to which `collect` has each series, `kinds` the kind of each series, `asked`
    the series that each archived day has.
    """

    first_own: date
    newest: date
    until: Mapping[str, datetime]
    kinds: Mapping[str, Kind]
    asked: Mapping[date, set[str]]
    tiers: Mapping[str, Content]


def lacking_days(stored: Stored, names: Iterable[str], zone: ZoneInfo) -> Lacking:
    """Return the days before the first collected day, each with the series that it lacks."""
    wanted = set(names)
    lacking = {}
    for day in days(stored.first_own - HISTORY_DAYS * DAY, stored.first_own):
        present = stored.asked.get(day, set()) | {
            name
            for tier in ("monthly", "yearly")
            for name in stored.tiers[tier].history.get(day, ())
        }
        if wanted - present and day_span(day, zone).length:
            lacking[day] = wanted - present
    return lacking


def lacking_months(stored: Stored, names: Iterable[str], zone: ZoneInfo) -> dict[date, Lacking]:
    """Return the months, newest first: the days of each, and the series that a tier lacks then."""
    wanted = set(names)
    months: dict[date, Lacking] = {}
    for back in range(max(tier.window for tier in TIERS.values())):
        day = stored.newest - back * DAY
        if not day_span(day, zone).length:
            continue
        end = day_start(day + DAY, zone)
        tiers = [tier for tier in TIERS.values() if back < tier.window]
        lacking = {
            name
            for name in wanted
            # `collect` will itself ask for the time after its `until`.
            if end <= stored.until.get(name, end)
            and any(name not in stored.tiers[tier.name].names(day) for tier in tiers)
        }
        if lacking:
            months.setdefault(day.replace(day=1), {})[day] = lacking
    return months


def earlier_months(
    stored: Stored,
    names: Iterable[str],
    known: Callable[[date], AbstractSet[str]],
    years: int | None,
    zone: ZoneInfo,
) -> Iterator[tuple[date, Wanted]]:
    """Yield the months before the days of yearly.json, newest first, as far back as files can be.

    Each has the days that lack a series; `known` returns the series that a day has in its year.
    `years` is the number of calendar years before the present one, None for all.
    """
    wanted = frozenset(names)
    end = local_day(window_start(TIERS["yearly"], stored.newest, zone), zone)
    since = YEARS.start if years is None else max(YEARS.start, stored.newest.year - years)
    first = date(since, 1, 1)
    alike: dict[frozenset[str], frozenset[str]] = {}
    while end > first:
        month = (end - DAY).replace(day=1)
        lacking: dict[date, AbstractSet[str]] = {}
        for day in days(month, end):
            names_lacking = wanted - known(day)
            if names_lacking and day_span(day, zone).length:
                lacking[day] = alike.setdefault(names_lacking, names_lacking)
        yield month, lacking
        end = month


def add_day(stored: Document, new: Document) -> None:
    """Add to an archived day the series that it lacks."""
    lacking = new.series.keys() - stored.series.keys()
    for name in lacking:
        stored.series[name] = new.series[name]
    for start, point in new.points.items():
        for name in point.keys() & lacking:
            if stored.put(start, name, point[name]):
                stored.last_update = new.last_update


def add_month(tier: Tier, document: Document, month: Month, newest: date, zone: ZoneInfo) -> bool:
    """Add to a tier the days of a month in which it has no value; tell whether it has changed."""
    held = Span(window_start(tier, newest, zone), day_start(newest + DAY, zone))
    return _add(document, month.hours if tier.bucket == "hour" else month.days, month, held, zone)


def add_to_year(document: Document, year: int, month: Month, newest: date, zone: ZoneInfo) -> bool:
    """Add to a year the days of a month in which it has no value; tell whether it has changed."""
    span = year_span(year, zone)
    held = Span(span.start, min(span.end, day_start(newest + DAY, zone)))
    return _add(document, month.days, month, held, zone)


def _add(
    document: Document, buckets: Iterable[Bucket], month: Month, held: Span, zone: ZoneInfo
) -> bool:
    content = Content.of(document, zone)
    changed = False
    for start, name, value in buckets:
        kind, present = month.kinds[name], document.series.get(name)
        is_lacking = name not in content.names(local_day(start, zone))
        is_fitting = present is None or present.kind.fits(kind)
        if is_lacking and is_fitting and held.start <= start < held.end:
            changed |= document.put(start, name, value, decimals=kind.decimals)
            until = max(document.until(name) or held.end, held.end)
            document.series[name] = Series.of(kind, until)
    return changed
