"""The buckets that a home's energy is added up from: of each day those of one file."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from powerstats_cli.core.documents import Document, Point
from powerstats_cli.core.periods import Span, day_span, local_day
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import buckets

# A finer file is taken as long as it knows about as much of a day as a coarser one.
ABOUT_AS_MUCH = 0.02


class Piece(NamedTuple):
    """A bucket of a file: its span, what is known in it, and whether it is a whole day."""

    span: Span
    point: Point
    is_day: bool


def kinds_in(documents: Sequence[Document]) -> dict[str, Kind]:
    """Return the kind of each series, from the first document that knows its unit."""
    return {
        name: series.kind
        for document in reversed(documents)
        for name, series in document.series.items()
        if series.unit
    }


class Shelves:
    """Documents by the local days in which they have points, those with finer buckets first."""

    def __init__(self, documents: Iterable[Document], zone: ZoneInfo) -> None:
        """Sort documents, the finest first."""
        self.zone = zone
        self.days: dict[date, list[Document]] = {}
        for document in sorted(documents, key=_coarseness):
            for day in {local_day(start, zone) for start in document.points}:
                self.days.setdefault(day, []).append(document)

    def pieces(self, days: Iterable[date], names: Collection[str]) -> Iterator[Piece]:
        """Yield the buckets of some days, each day's from the document that tells it best."""
        for day in days:
            documents = self.days.get(day, ())
            if documents:
                yield from self._pieces(_best(documents, day, names, self.zone), day)

    def _pieces(self, document: Document, day: date) -> Iterator[Piece]:
        for span in buckets(document.bucket, day, self.zone):
            if point := document.points.get(span.start):
                yield Piece(span, point, document.bucket == "day")


def _coarseness(document: Document) -> int:
    return 2 if document.bucket == "day" else int(document.bucket == "hour")


def _best(
    documents: Sequence[Document], day: date, names: Collection[str], zone: ZoneInfo
) -> Document:
    """Return the finest document that knows about as much of each series as any other does."""
    told = [_coverages(document, day, names, zone) for document in documents]
    most = {name: max(known[name] for known in told) for name in names}
    return next(
        (
            document
            for document, known in zip(documents, told, strict=True)
            if all(known[name] >= most[name] - ABOUT_AS_MUCH for name in names)
        ),
        documents[0],
    )


def _coverages(
    document: Document, day: date, names: Collection[str], zone: ZoneInfo
) -> Mapping[str, float]:
    """Return the known share of a day, for each series."""
    whole = day_span(day, zone).length
    known = dict.fromkeys(names, 0.0)
    for span in buckets(document.bucket, day, zone):
        point = document.points.get(span.start, {})
        for name in point.keys() & known.keys():
            known[name] += point[name].coverage * (span.length / whole)
    return known
