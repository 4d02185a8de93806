"""Corrections in the making: what changes in which bucket, before it is an entry of the journal.

The finest stored buckets of a day are corrected: the intervals of its file, else the whole day.
Hours and days are rolled up from them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import (
    Value,
    as_written,
)
from powerstats_cli.core.documents import Document
from powerstats_cli.core.entries import Change, Do, Entry, signed
from powerstats_cli.core.journal import Journal
from powerstats_cli.core.periods import DAY, MICROSECOND, Span, day_span, days, local_day
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import buckets, held_span, length_of, names_in, roll_up
from powerstats_cli.errors import ConfigError, MissingError, TryAgainError, UnreadableError

SECOND: Final = timedelta(seconds=1)
MOST_CHANGES: Final = 2000
MOST_BYTES: Final = 1_000_000
LONGEST_REASON: Final = 200

Level = Mapping[datetime, Value | None]
"""The new value of each bucket, by its start; None if it is unknown."""


class Held(msgspec.Struct, frozen=True):
    """All documents, settled: today's and the archived ones by day, and the tiers.

    `open_day` is the day of daily.json, which is not over yet.
    """

    days: Mapping[date, Document]
    open_day: date | None
    tiers: Sequence[Document]
    zone: ZoneInfo

    def documents(self) -> list[Document]:
        """Return all of them, the finest first."""
        return [*self.days.values(), *self.tiers]

    def kind(self, name: str) -> Kind:
        """Return the kind of a series; raises MissingError for one that no file has."""
        having = [document for document in self.documents() if name in document.series]
        if not having:
            known = sorted({name for document in self.documents() for name in document.series})
            message = f"no file has a series {name}: there are {', '.join(known) or 'none'}"
            raise MissingError(message)
        pointed = (document for document in having if name in names_in(document))
        return next(pointed, having[0]).series[name].kind

    def stored(self, bucket: str, start: datetime, name: str) -> Value | None:
        """Return what the first tier with such a bucket has of a series."""
        values = (tier.value(start, name) for tier in self.tiers if tier.bucket == bucket)
        return next((value for value in values if value is not None), None)

    def reading(self, name: str, span: Span) -> Value | None:
        """Return a counter's value with the last reading up to the end of a bucket.

        If there is none before, it is the first one after that, less what was counted meanwhile.
        """
        earlier: list[tuple[datetime, datetime, Value]] = []
        later: list[tuple[datetime, Value]] = []
        for document in self.documents():
            for start, point in document.points.items():
                value = point.get(name)
                if value is None or (value.state is None and start != span.start):
                    continue
                end = self._end(start, document.bucket)
                if end <= span.end:
                    earlier.append((end, start, value))
                else:
                    later.append((start, value))
        if earlier:
            return max(earlier, key=lambda found: found[:2])[2]
        if not later:
            return None
        first = min(later, key=lambda found: found[0])[1]
        state = (first.state or 0.0) - (first.change or 0.0)
        return msgspec.structs.replace(first, state=state)

    def _end(self, start: datetime, bucket: str) -> datetime:
        if bucket == "day":
            return day_span(local_day(start, self.zone), self.zone).end
        return start + length_of(bucket)

    def has(self, bucket: str, start: datetime, name: str) -> bool:
        """Tell whether a tier holds a bucket, of which it need not know anything."""
        return any(
            tier.bucket == bucket
            and name in tier.series
            and (held := held_span(tier, self.zone)) is not None
            and held.start <= start < held.end
            for tier in self.tiers
        )


# --- the buckets of a span ----------------------------------------------------------------------


class Finest(msgspec.Struct, frozen=True):
    """The finest stored buckets of a local day: their kind, and the spans of those concerned."""

    day: date
    bucket: str
    spans: tuple[Span, ...]


def finest(held: Held, name: str, span: Span) -> list[Finest]:
    """Return the finest stored buckets that overlap a span, by day.

    Raises MissingError if a day of it is in no file.
    """
    zone = held.zone
    end = local_day(span.end - MICROSECOND, zone) + DAY
    found = []
    for day in days(local_day(span.start, zone), end):
        bucket = _finest_bucket(held, name, day)
        spans = tuple(
            each
            for each in buckets(bucket, day, zone)
            if each.start < span.end and span.start < each.end
        )
        if spans:
            found.append(Finest(day, bucket, spans))
    return found


def _finest_bucket(held: Held, name: str, day: date) -> str:
    document = held.days.get(day)
    if document is not None and name in document.series:
        return document.bucket
    begin = day_span(day, held.zone).start
    starts = [min(tier.points) for tier in held.tiers if tier.points]
    if held.has("day", begin, name) and starts and begin >= min(starts):
        return "day"
    stored = sorted({*held.days, *(local_day(at, held.zone) for at in starts)})
    there = f": there are days from {stored[0]} on" if stored else ""
    message = f"{day} is in no file{there}"
    raise MissingError(message)


def whole(parts: Sequence[Finest]) -> Span:
    """Return the span from the first of the finest buckets to the last."""
    return Span(parts[0].spans[0].start, parts[-1].spans[-1].end)


def check_closed(span: Span, until: datetime, interval: timedelta, zone: ZoneInfo) -> None:
    """Raise TryAgainError if a bucket of a span is read again by the next runs of `collect`.

    `until` is how far the series was read.
    """
    again = timedelta(hours=1) + interval
    if span.end <= until - again:
        return
    first = span.start.astimezone(zone)
    at = (span.end + again + interval).astimezone(zone)
    when = f"{at:%H:%M}" if at.date() == first.date() else f"{at:%Y-%m-%d %H:%M}"
    message = f"{first:%H:%M} is read again until {when}: correct it after that"
    raise TryAgainError(message)


# --- changes ------------------------------------------------------------------------------------


def changes(
    held: Held, name: str, parts: Sequence[Finest], level: Level, hours: Level | None = None
) -> list[Change]:
    """Return the changes of the finest buckets, then of the closed hours and days around them.

    `hours` has the new values of the hours of days whose finest bucket is the day.
    """
    return [
        *(
            Change(part.bucket, span.start, _before(held, part, span, name), level.get(span.start))
            for part in parts
            for span in part.spans
        ),
        *(change for part in parts for change in _bigger(held, name, part, "hour", level, hours)),
        *(change for part in parts for change in _bigger(held, name, part, "day", level, hours)),
    ]


def _before(held: Held, part: Finest, span: Span, name: str) -> Value | None:
    if part.bucket == "day":
        return held.stored("day", span.start, name)
    return held.days[part.day].value(span.start, name)


def _bigger(
    held: Held, name: str, part: Finest, bucket: str, level: Level, hours: Level | None
) -> Iterator[Change]:
    """Yield the changes of the closed hours of a day, or of the closed day itself."""
    if part.day == held.open_day:
        return
    spans = [
        span
        for span in buckets(bucket, part.day, held.zone)
        if span.start < part.spans[-1].end and part.spans[0].start < span.end
    ]
    if part.bucket == "day":
        if bucket == "hour":
            yield from _stored_hours(held, name, spans, hours or {})
        return
    new = {span.start: level.get(span.start) for span in part.spans}
    document = held.days[part.day]
    before = rolled_up(document, part.day, bucket, name, held.zone)
    now = rolled_up(with_values(document, name, new), part.day, bucket, name, held.zone)
    for span in spans:
        was = held.stored(bucket, span.start, name) or before.get(span.start)
        yield Change(bucket, span.start, was, now.get(span.start))


def _stored_hours(held: Held, name: str, spans: Sequence[Span], hours: Level) -> Iterator[Change]:
    """Yield the changes of hours that a tier holds, though their intervals are not stored."""
    for span in spans:
        if held.has("hour", span.start, name):
            was = held.stored("hour", span.start, name)
            yield Change("hour", span.start, was, hours.get(span.start))


def rolled_up(
    document: Document, day: date, bucket: str, name: str, zone: ZoneInfo
) -> dict[datetime, Value]:
    """Return the bigger buckets of a series in a day, as they are written, without a stamp."""
    return {
        start: written
        for start, each, value in roll_up(document, day, bucket, zone)
        if each == name and (written := as_written(value, document.decimals(each))) is not None
    }


def with_values(document: Document, name: str, values: Level) -> Document:
    """Return a document with other values of a series."""
    points = dict(document.points)
    for start, value in values.items():
        point = {key: old for key, old in points.get(start, {}).items() if key != name}
        if value is not None:
            point[name] = value
        points[start] = point
    return msgspec.structs.replace(document, points=points)


# --- entries ------------------------------------------------------------------------------------


def entry_of(
    journal: Journal,
    do: Do,
    name: str,
    span: Span,
    made: Sequence[Change],
    *,
    why: str,
    now: datetime,
    zone: ZoneInfo,
    of: str | None = None,
) -> Entry:
    """Return a new entry, which is later than every other; raises ConfigError if it is too big."""
    if len(made) > MOST_CHANGES:
        message = f"these are {len(made)} changes, more than {MOST_CHANGES}: correct fewer days"
        raise ConfigError(message)
    at = now.replace(microsecond=0)
    if journal.entries:
        at = max(at, journal.entries[-1].at + SECOND)
    entry = signed(
        Entry(
            id="",
            at=at,
            do=do,
            of=msgspec.UNSET if of is None else of,
            series=name,
            start=span.start,
            end=span.end,
            why=why,
            changes=tuple(made),
        ),
        zone,
    )
    lines = journal.with_entry(entry, zone).lines.values()
    if sum(len(line) + 1 for line in lines) > MOST_BYTES:
        message = f"corrections.jsonl would have more than {MOST_BYTES:,} bytes: correct fewer days"
        raise ConfigError(message)
    return entry


def undone(held: Held, journal: Journal, wanted: str) -> tuple[Entry, list[Change]]:
    """Return the entry with an id, and the changes that undo it.

    Raises MissingError for an unknown id, and UnreadableError if a later entry is to be undone
    first.
    """
    entry = journal.entry(wanted)
    if entry is None:
        message = f"no correction has the id {wanted}: powerstats correct list shows them"
        raise MissingError(message)
    _check_in_force(journal, entry)
    back = [Change(each.bucket, each.start, each.now, each.was) for each in entry.changes]
    return entry, [*back, *_since_closed(held, entry)]


def _check_in_force(journal: Journal, entry: Entry) -> None:
    if entry.do == "undo":
        message = f"{entry.id} undoes {entry.of}: make that correction again instead"
        raise UnreadableError(message)
    if entry.id in journal.undone:
        message = f"{entry.id} is undone already, by {journal.undone[entry.id].id}"
        raise UnreadableError(message)
    touched = {(change.bucket, change.start) for change in entry.changes}
    for later in reversed(journal.in_force):
        if later.id == entry.id:
            return
        if later.series == entry.series and any(
            (change.bucket, change.start) in touched for change in later.changes
        ):
            message = f"{later.id} has corrected the same since: undo {later.id} first"
            raise UnreadableError(message)


def _since_closed(held: Held, entry: Entry) -> Iterator[Change]:
    """Yield the changes of the hours and days that were not over when an entry was made.

    Raises MissingError if their intervals are no longer stored.
    """
    zone, name = held.zone, entry.series
    finest_was = {
        change.start: change.was for change in entry.changes if change.bucket.endswith("min")
    }
    had_day = {change.start for change in entry.changes if change.bucket == "day"}
    for day in sorted({local_day(start, zone) for start in finest_was}):
        span = day_span(day, zone)
        if day == held.open_day or span.start in had_day:
            continue
        document = held.days.get(day)
        if document is None:
            message = (
                f"{day} was corrected before it was over, and its intervals are no longer stored: "
                f"correct value {name} {day} gives the day another number"
            )
            raise MissingError(message)
        concerned = {
            start: was for start, was in finest_was.items() if local_day(start, zone) == day
        }
        before = with_values(document, name, concerned)
        for bucket in ("hour", "day"):
            now = rolled_up(before, day, bucket, name, zone)
            for each in buckets(bucket, day, zone):
                if each.start < entry.end and entry.start < each.end:
                    was = held.stored(bucket, each.start, name)
                    yield Change(bucket, each.start, was, now.get(each.start))
