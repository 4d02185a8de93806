"""The stored buckets of a period: the files that have some, read, and what they tell."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, Span, day_start, local_day
from powerstats_cli.core.pieces import Piece, Shelves, check_kept, usual_by
from powerstats_cli.core.ranges import within
from powerstats_cli.core.scales import By, cut, days_in, fineness
from powerstats_cli.core.tiers import TIERS, newest_until
from powerstats_cli.core.years import year_span
from powerstats_cli.errors import MissingError, PowerstatsError
from powerstats_cli.files import reading
from powerstats_cli.files.store import Store
from powerstats_cli.settings import Settings

LEFT_OUT: Final = "it is left out"


class Stored(msgspec.Struct, frozen=True):
    """The files of a period, read.

    `period` ends with the last stored bucket, and its `days` begin with the first. `archived` are
    the days that are in the archive. `problems` has the errors of files that could not be read,
    which are left out.
    """

    settings: Settings
    period: Sequence[Span]
    days: Sequence[date]
    since: datetime
    archived: Collection[date]
    documents: Sequence[Document]
    shelves: Shelves
    problems: Sequence[PowerstatsError]

    def usual_by(self, names: Collection[str]) -> By:
        """Return the buckets by which the period is told if nobody says so."""
        asked = [Span(max(span.start, self.since), span.end) for span in self.period]
        return usual_by(self.shelves, self.days, names, asked)

    def buckets(self, by: By) -> list[Span]:
        """Return the buckets of the period, in order; they are cut where it begins and ends."""
        return [
            bucket
            for span in self.period
            for bucket in cut(by, span, self.settings.zone, self._minutes, since=self.since)
        ]

    def pieces(self, by: By, names: Collection[str]) -> Iterator[Piece]:
        """Yield the stored buckets of the period's days, as fine as such buckets need them.

        Raises MissingError if coarser ones are stored of any day.
        """
        fine = fineness(by, self.days, self.period, self.settings.zone)
        check_kept(self.shelves, fine, by, self.archived)
        return self.shelves.pieces(fine, names)

    def _minutes(self, day: date) -> int:
        return self.shelves.minutes(day, self.settings.data.collection_interval_minutes)


def stored_of(settings: Settings, files: Store, period: Sequence[Span], now: datetime) -> Stored:
    """Read the files that have buckets of a period.

    Raises MissingError if nothing is stored of it.
    """
    zone, problems = settings.zone, list[PowerstatsError]()
    tiers = list(_read(files, [files.tier(name) for name in ("daily", *TIERS)], problems))
    archived, years = files.archived_days(), files.stored_years()
    oldest = list(_read(files, map(files.year, years[:1]), problems))
    stored = _span([*tiers, *oldest], archived, settings, now)
    period = within(period, stored, zone)
    asked = [Span(max(span.start, stored.start), span.end) for span in period]
    days = sorted({day for span in asked for day in days_in(span, zone)})
    paths = [files.archived(day) for day in days if day in archived]
    asked_years = {day.year for day in days} & {*years[1:]}
    paths += [files.year(year) for year in sorted(asked_years) if _is_before(tiers, year, zone)]
    documents = [*_read(files, paths, problems), *tiers, *oldest]
    shelves = Shelves(documents, zone)
    return Stored(settings, period, days, stored.start, archived, documents, shelves, problems)


def _read(
    files: Store, paths: Iterable[Path], problems: list[PowerstatsError]
) -> Iterator[Document]:
    for path in paths:
        if document := reading.or_tell(files, path, problems, LEFT_OUT):
            yield document


def _is_before(tiers: Sequence[Document], year: int, zone: ZoneInfo) -> bool:
    """Tell whether yearly.json does not have all days of a year."""
    yearly = next((tier for tier in tiers if tier.tier == "yearly" and tier.points), None)
    return yearly is None or min(yearly.points) > year_span(year, zone).start


def _span(
    tiers: Sequence[Document], archived: Sequence[date], settings: Settings, now: datetime
) -> Span:
    """Return the time of which something is stored; raises MissingError if there is nothing."""
    zone = settings.zone
    starts = [min(document.points) for document in tiers if document.points]
    starts += [day_start(day, zone) for day in archived[:1]]
    if not starts:
        message = "nothing is stored yet: run `powerstats collect`"
        raise MissingError(message)
    ends = [day_start(day + DAY, zone) for day in archived[-1:]]
    end = max([newest_until(tiers) or now, *ends])
    return Span(day_start(local_day(min(starts), zone), zone), end)
