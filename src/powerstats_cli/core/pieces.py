"""The stored buckets of some days: of each day those of the one file that tells it best."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value, combine
from powerstats_cli.core.documents import Document, Point, bucket_minutes
from powerstats_cli.core.periods import Span, day_span, local_day
from powerstats_cli.core.scales import FINE, By, Fine, usual
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import buckets
from powerstats_cli.errors import MissingError

# A finer file is taken as long as it knows about as much of a day as a coarser one.
ABOUT_AS_MUCH = 0.02


class Piece(NamedTuple):
    """A bucket of a file: its span, and what is known in it."""

    span: Span
    point: Point


def kinds_in(documents: Sequence[Document]) -> dict[str, Kind]:
    """Return the kind of each series, from the first document that knows its unit."""
    return {
        name: series.kind
        for document in reversed(documents)
        for name, series in document.series.items()
        if series.unit
    }


More = Callable[[date], Iterable[Document]]
"""Returns further documents that have buckets of a day."""


def _no_more(_: date) -> Iterable[Document]:
    return ()


class Shelves:
    """Documents by the local days in which they have points, those with finer buckets first."""

    def __init__(
        self, documents: Iterable[Document], zone: ZoneInfo, more: More = _no_more
    ) -> None:
        """Sort documents, the finest first; `more` reads those that are only needed for a day."""
        self.zone = zone
        self.days: dict[date, list[Document]] = {}
        self._more = more
        for document in documents:
            for day in {local_day(start, zone) for start in document.points}:
                self.days.setdefault(day, []).append(document)

    def documents(self, day: date) -> list[Document]:
        """Return the documents of a day, the finest first."""
        found = [*self._more(day), *self.days.get(day, ())]
        return sorted(found, key=lambda each: FINE.index(_fine(each)))

    def pieces(self, fineness: Mapping[date, Fine], names: Collection[str]) -> Iterator[Piece]:
        """Yield the buckets of some days, each day's from the document that tells it best.

        `fineness` has the days in order, each with the coarsest buckets that are taken.
        """
        for day, fine in fineness.items():
            documents = [each for each in self.documents(day) if _is_as_fine(each, fine)]
            if documents:
                yield from self._pieces(_best(documents, day, names, self.zone), day)

    def _pieces(self, document: Document, day: date) -> Iterator[Piece]:
        for span in buckets(document.bucket, day, self.zone):
            if point := document.points.get(span.start):
                yield Piece(span, point)

    def minutes(self, day: date, otherwise: int) -> int:
        """Return how many minutes a day's stored intervals last; `otherwise` if it has none."""
        return next(
            (
                bucket_minutes(document.bucket)
                for document in self.documents(day)
                if _fine(document) == "interval"
            ),
            otherwise,
        )

    def finest(self, day: date, names: Collection[str]) -> Fine:
        """Return the buckets of the document that tells a day best; without one they may be any."""
        documents = self.documents(day)
        return _fine(_best(documents, day, names, self.zone)) if documents else "interval"

    def coarser(self, fine: Fine, days: Iterable[date]) -> set[date]:
        """Return those of some days of which only coarser buckets are stored."""
        return {day for day in days if self._is_coarser(fine, day)}

    def _is_coarser(self, fine: Fine, day: date) -> bool:
        documents = self.documents(day)
        return bool(documents) and not any(_is_as_fine(each, fine) for each in documents)


def _fine(document: Document) -> Fine:
    if document.bucket == "day":
        return "day"
    return "hour" if document.bucket == "hour" else "interval"


def _is_as_fine(document: Document, fine: Fine) -> bool:
    return FINE.index(_fine(document)) <= FINE.index(fine)


def check_kept(
    shelves: Shelves, fineness: Mapping[date, Fine], by: By, archived: Collection[date]
) -> None:
    """Raise MissingError if of any of the days only coarser buckets are stored.

    `by` is what is asked for; `archived` are the days that are in the archive, which is not read.
    """
    for fine in ("interval", "hour"):
        days = [day for day, each in fineness.items() if each == fine and day not in archived]
        coarser = shelves.coarser(fine, days)
        if not coarser:
            continue
        since = _since(shelves, fine, archived)
        kept = f"from {since} on" if since else "for the last days only"
        stored = "intervals" if fine == "interval" else "hours"
        message = f"{stored} are kept {kept}: {_remedy(shelves, coarser, by, fine)}"
        raise MissingError(message)


def _remedy(shelves: Shelves, days: Collection[date], by: By, fine: Fine) -> str:
    """Return what to ask for instead; `days` are those that are not stored as fine as asked."""
    is_hourly = fine == "interval" and not shelves.coarser("hour", days)
    coarser = "hour" if is_hourly else "day"
    return f"use --by {coarser}" if by == fine else f"ask for whole {coarser}s"


def _since(shelves: Shelves, fine: Fine, archived: Collection[date]) -> date | None:
    """Return the first day since which all days have buckets that are as fine."""
    lacking = shelves.coarser(fine, shelves.days.keys() - {*archived})
    kept = {*shelves.days, *archived} - lacking
    return min((day for day in kept if day > max(lacking, default=date.min)), default=None)


def usual_by(
    shelves: Shelves, days: Collection[date], names: Collection[str], period: Sequence[Span]
) -> By:
    """Return the buckets by which spans are told if nobody says so.

    They are as fine as all days are told best.
    """
    by = usual(Span(period[0].start, period[-1].end))
    if by not in {"interval", "hour"}:
        return by
    return max([by, *(shelves.finest(day, names) for day in days)], key=FINE.index)


def rolled_up(pieces: Iterable[Piece], wanted: Iterable[Span]) -> Iterator[Piece]:
    """Yield what is known in each wanted span, rolled up from the pieces in it.

    Both are in order, and no piece is in two spans. A span without a piece has an empty point. The
    coverage is that of the whole span.
    """
    remaining = iter(pieces)
    piece = next(remaining, None)
    for span in wanted:
        parts: dict[str, list[tuple[Value, float]]] = {}
        while piece is not None and piece.span.start < span.end:
            if piece.span.start >= span.start:
                for name, value in piece.point.items():
                    parts.setdefault(name, []).append((value, piece.span.length.total_seconds()))
            piece = next(remaining, None)
        yield Piece(span, {name: _together(values, span) for name, values in parts.items()})


def _together(parts: Sequence[tuple[Value, float]], span: Span) -> Value:
    """Return one value; that of a piece which is the whole span stays as it is.

    It has the last correction in it.
    """
    whole = span.length.total_seconds()
    value, seconds = parts[0]
    if len(parts) == 1 and seconds == whole:
        return value
    corrected = [each.corrected for each, _ in parts if each.corrected]
    together = combine(parts, whole)
    return msgspec.structs.replace(together, corrected=corrected[-1]) if corrected else together


def _best(
    documents: Sequence[Document], day: date, names: Collection[str], zone: ZoneInfo
) -> Document:
    """Return the finest document that knows about as much of each series as any other does."""
    if len(documents) == 1:
        return documents[0]
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
