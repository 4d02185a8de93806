"""The stored buckets of a period: the files that have some, read, and what they tell."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, Span, day_start, local_day
from powerstats_cli.core.pieces import Piece, Shelves, check_kept, kinds_in, rolled_up, usual_by
from powerstats_cli.core.ranges import within
from powerstats_cli.core.scales import FINE, By, buckets, cut, days_in, fineness
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import TIERS, newest_until
from powerstats_cli.core.years import year_span
from powerstats_cli.errors import MissingError, PowerstatsError
from powerstats_cli.files import reading
from powerstats_cli.files.store import Store
from powerstats_cli.settings import Settings

LEFT_OUT: Final = "it is left out"


class Stored(msgspec.Struct, frozen=True):
    """The files of a period.

    `period` ends with the last stored bucket, and its `days` begin with the first. `archived` are
    the days that are in the archive, and `years` the calendar years of the period that have a file
    of their own to be read: both are read day by day, one file at a time. `documents` are all other
    files. `problems` has the errors of files that could not be read, which are left out.
    """

    settings: Settings
    period: Sequence[Span]
    days: Sequence[date]
    since: datetime
    archived: Collection[date]
    years: Sequence[int]
    documents: Sequence[Document]
    shelves: Shelves
    reader: "Reader"

    @property
    def problems(self) -> Sequence[PowerstatsError]:
        """The errors of the files that could not be read so far."""
        return self.reader.problems

    def kinds(self) -> Mapping[str, Kind]:
        """Return the kind of each series of the period, by its name."""
        known = {day for day in self.days if day in self.archived} - self.shelves.days.keys()
        kinds: dict[str, Kind] = {}
        for document in chain(self.reader.years(self.years), self.reader.archived(sorted(known))):
            kinds |= kinds_in([document])
        return kinds | kinds_in(self.documents)

    def usual_by(self, names: Collection[str]) -> By:
        """Return the buckets by which the period is told if nobody says so."""
        asked = [Span(max(span.start, self.since), span.end) for span in self.period]
        return usual_by(self.shelves, self.days, names, asked)

    def buckets(self, by: By) -> Iterator[Span]:
        """Yield the buckets of the period, in order; they are cut where it begins and ends."""
        for span in self.period:
            yield from cut(by, span, self.settings.zone, self._minutes, since=self.since)

    def is_whole(self, by: By) -> Callable[[Piece], bool]:
        """Return a test that tells whether a bucket of the period is not cut."""
        edges = {at for span in self.period for at in span}
        zone = self.settings.zone

        def test(piece: Piece) -> bool:
            return edges.isdisjoint(piece.span) or piece.span in buckets(
                by, piece.span, zone, self._minutes
            )

        return test

    def share(self, by: By, asked: Span, bucket: Span) -> float:
        """Return how much of a bucket there is, less than 1 if it is not over.

        `asked` is the whole period, at which buckets are cut.
        """
        whole = next(buckets(by, bucket, self.settings.zone, self._minutes))
        wanted = Span(max(whole.start, asked.start), min(whole.end, asked.end))
        return bucket.length / wanted.length if bucket.end == self.period[-1].end else 1.0

    def told(self, by: By, names: Collection[str]) -> Iterator[Piece]:
        """Yield each bucket of the period with what is known in it.

        Raises MissingError if coarser ones are stored of any day.
        """
        pieces = self.pieces(by, names)
        if by not in FINE:
            # A year of intervals need not be in the memory at once.
            pieces = rolled_up(pieces, self.buckets("day"))
        return rolled_up(pieces, self.buckets(by))

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
    """Return the files that have buckets of a period.

    Raises MissingError if nothing is stored of it.
    """
    zone, reader = settings.zone, Reader(files)
    tiers = reader.tiers()
    archived, years = files.archived_days(), files.stored_years()
    stored = _span([*tiers, *reader.years(years[:1])], archived, settings, now)
    period = within(period, stored, zone)
    asked = [Span(max(span.start, stored.start), span.end) for span in period]
    days = sorted({day for span in asked for day in days_in(span, zone)})
    further = sorted({day.year for day in days} & {*years})
    further = [year for year in further if _is_before(tiers, year, zone)]
    held = frozenset(archived)

    def more(day: date) -> Iterator[Document]:
        yield from reader.archived([day] if day in held else [])
        yield from reader.years([day.year] if day.year in further else [])

    shelves = Shelves(tiers, zone, more)
    return Stored(settings, period, days, stored.start, held, further, tiers, shelves, reader)


class Reader:
    """Reads files one at a time; a broken one is left out, and told once in `problems`."""

    def __init__(self, files: Store) -> None:
        """Take the data directory; read nothing yet."""
        self.problems: list[PowerstatsError] = []
        self._files = files
        self._broken: set[Path] = set()
        # Days are told in their order, so the file of a day and that of its year are enough.
        self._day = lru_cache(maxsize=1)(self._read)
        self._year = lru_cache(maxsize=1)(self._read)

    def tiers(self) -> list[Document]:
        """Return the documents of today and of the tiers."""
        paths = [self._files.tier(name) for name in ("daily", *TIERS)]
        return list(_found(map(self._read, paths)))

    def tier(self, name: str) -> Document | None:
        """Return the document of today, or of a tier."""
        return self._read(self._files.tier(name))

    def archived(self, days: Iterable[date]) -> Iterator[Document]:
        """Yield the documents of some closed days."""
        return _found(map(self._day, map(self._files.archived, days)))

    def years(self, years: Iterable[int]) -> Iterator[Document]:
        """Yield the documents of some calendar years."""
        return _found(map(self._year, map(self._files.year, years)))

    def _read(self, path: Path) -> Document | None:
        if path in self._broken:
            return None
        before = len(self.problems)
        document = reading.or_tell(self._files, path, self.problems, LEFT_OUT)
        self._broken |= {path} if len(self.problems) > before else set()
        return document


def _found(documents: Iterable[Document | None]) -> Iterator[Document]:
    return (document for document in documents if document is not None)


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
