"""The journal of corrections: one entry a line, which is never changed and never removed.

An entry proves itself by its id, so lines stand alone: two journals are united line by line, and a
broken line takes no other with it. The truth about a bucket of a series is what the newest entry
with a change of it says.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.entries import Entry, line_of, read_line
from powerstats_cli.core.periods import DAY, MICROSECOND, Span

# No hour and no day is longer, so an entry has no change that begins so long before it.
LONGEST: Final = 2 * DAY
Key = tuple[datetime, str]
"""A bucket's start, and a series."""


class Truth(NamedTuple):
    """The value that a bucket has by the journal, None for nothing known, and the entry.

    If nothing that is in force has corrected the bucket, it `is_free` to get a value.
    """

    entry: Entry
    value: Value | None
    is_free: bool = False


class Mark(NamedTuple):
    """The stamp of a bucket's value, and the share of the bucket that corrections may have taken.

    By this share the value may know less than a stored one with another stamp.
    """

    stamp: str | None = None
    share: float = 0.0


UNMARKED: Final = Mark()


class Journal(msgspec.Struct, frozen=True, dict=True):
    """The entries, the oldest first, and the line of each by its id."""

    entries: tuple[Entry, ...] = ()
    lines: Mapping[str, bytes] = {}

    @classmethod
    def of(cls, pairs: Iterable[tuple[Entry, bytes]]) -> "Journal":
        """Return the journal of entries with their lines; the same entry twice counts once.

        A broken stamp of an older correction may make two lines of it; every device takes the same.
        """
        by_id: dict[str, tuple[Entry, bytes]] = {}
        for entry, line in pairs:
            if entry.id not in by_id or line < by_id[entry.id][1]:
                by_id[entry.id] = entry, line
        ordered = sorted(by_id.values(), key=lambda pair: (pair[0].at, pair[0].id))
        return cls(
            tuple(entry for entry, _ in ordered), {entry.id: line for entry, line in ordered}
        )

    def united(self, other: "Journal") -> "Journal":
        """Return the journal with the entries of both."""
        if other.lines.items() <= self.lines.items():
            return self
        return Journal.of([*self.pairs(), *other.pairs()])

    def with_entry(self, entry: Entry, zone: ZoneInfo) -> "Journal":
        """Return the journal with one more entry, which is written in a zone's local time."""
        return Journal.of([*self.pairs(), (entry, line_of(entry, zone))])

    def pairs(self) -> Iterator[tuple[Entry, bytes]]:
        """Yield each entry with its line, the oldest first."""
        return ((entry, self.lines[entry.id]) for entry in self.entries)

    def entry(self, wanted: str) -> Entry | None:
        """Return the entry with an id, None if there is none."""
        return next((entry for entry in self.entries if entry.id == wanted), None)

    @cached_property
    def undone(self) -> Mapping[str, Entry]:
        """The entries that undo others, by the ids of those."""
        return {str(entry.of): entry for entry in self.entries if entry.do == "undo"}

    @cached_property
    def in_force(self) -> Sequence[Entry]:
        """The entries that are not undone and undo nothing, the oldest first."""
        return [each for each in self.entries if each.do != "undo" and each.id not in self.undone]

    @cached_property
    def _ids_in_force(self) -> frozenset[str]:
        return frozenset(entry.id for entry in self.in_force)

    # --- what is true of a bucket

    def truths(self, bucket: str, span: Span) -> dict[Key, Truth]:
        """Return the truth about each corrected bucket of a kind that begins in a span."""
        found: dict[Key, Truth] = {}
        held: set[Key] = set()
        for entry in _near(self.entries, bucket, span):
            for change in entry.changes:
                if change.bucket == bucket and span.start <= change.start < span.end:
                    key = change.start, entry.series
                    if entry.id in self._ids_in_force:
                        held.add(key)
                    found[key] = Truth(entry, change.now, is_free=key not in held)
        return found

    def emptied(self, bucket: str) -> set[Key]:
        """Return the buckets of a kind of which nothing is known because they were corrected."""
        if not self.entries:
            return set()
        ends = (min(each.start for each in self.entries), max(each.end for each in self.entries))
        truths = self.truths(bucket, _widened(Span(*ends)))
        return {key for key, truth in truths.items() if truth.value is None and not truth.is_free}

    def originals(self, name: str, bucket: str, span: Span) -> dict[datetime, Value | None]:
        """Return a series' value in each corrected bucket as it was read, and not as it was set."""
        found: dict[datetime, Value | None] = {}
        for entry in _near(self.in_force, bucket, span):
            for change in entry.changes if entry.series == name else ():
                if change.bucket == bucket and span.start <= change.start < span.end:
                    if entry.do == "again":
                        found[change.start] = change.now
                    found.setdefault(change.start, change.was)
        return found

    def names(self, bucket: str, span: Span) -> set[str]:
        """Return the series of which a bucket of a kind was corrected in a span."""
        return {name for _, name in self.truths(bucket, span)}

    def mark(self, bucket: str, span: Span, name: str, finer: str = "") -> Mark:
        """Return the mark of a bucket that was rolled up from corrected ones of the kind `finer`.

        It has the stamp of its truth if that was rolled up from the same kind of buckets. A day
        that was corrected before it was over has no truth: the newest entry in it gives its stamp.
        """
        truth = self._truth(bucket, span.start, name)
        if truth is not None:
            is_alike = any(change.bucket == finer for change in truth.entry.changes)
            return Mark(truth.value.corrected) if truth.value and is_alike else UNMARKED
        near = self._in_force(span, name)
        return Mark(near[-1].id, self.taken(span, name)) if near else UNMARKED

    def taken(self, span: Span, name: str) -> float:
        """Return the share of a span that corrections in force may have taken of a series."""
        near = self._in_force(span, name)
        both = (min(each.end, span.end) - max(each.start, span.start) for each in near)
        return min(sum(length / span.length for length in both), 1.0)

    def stamp(self, bucket: str, span: Span, name: str) -> str | None:
        """Return the stamp of a bucket's value that knows of all corrections."""
        truth = self._truth(bucket, span.start, name)
        if truth is not None:
            return truth.value.corrected if truth.value else None
        near = self._in_force(span, name)
        return near[-1].id if near else None

    def touches(self, span: Span) -> bool:
        """Tell whether anything in a span was ever corrected."""
        return any(entry.touches(span) for entry in self.entries)

    def _truth(self, bucket: str, start: datetime, name: str) -> Truth | None:
        moment = Span(start, start + MICROSECOND)
        for entry in reversed(_near(self.entries, bucket, moment)):
            for change in entry.changes if entry.series == name else ():
                if change.bucket == bucket and change.start == start:
                    return Truth(entry, change.now)
        return None

    def _in_force(self, span: Span, name: str) -> list[Entry]:
        return [each for each in self.in_force if each.series == name and each.touches(span)]


def _near(entries: Sequence[Entry], bucket: str, span: Span) -> list[Entry]:
    """Return the entries that can have a change of a kind of buckets in a span.

    The changes of all others are not decoded.
    """
    # Only hours and days may begin before the correction, or end after it.
    start, end = span if bucket.endswith("min") else _widened(span)
    return [entry for entry in entries if entry.start < end and start < entry.end]


def _widened(span: Span) -> Span:
    return Span(span.start - LONGEST, span.end + LONGEST)


EMPTY: Final = Journal()


# --- lines --------------------------------------------------------------------------------------


class Decoded(NamedTuple):
    """A journal of the whole lines, and the numbers of the broken lines, from 1."""

    journal: Journal
    broken: tuple[int, ...] = ()


def decode(raw: bytes) -> Decoded:
    """Return the journal that bytes hold; raises NewerError if a newer version wrote a line."""
    whole: list[tuple[Entry, bytes]] = []
    broken: list[int] = []
    for number, line in enumerate(raw.split(b"\n"), 1):
        if line:
            entry = read_line(line)
            if entry is None:
                broken.append(number)
            else:
                whole.append((entry, line))
    return Decoded(Journal.of(whole), tuple(broken))


def encode(journal: Journal) -> bytes:
    """Return a journal's bytes: a line for each entry, the oldest first."""
    return b"".join(line + b"\n" for line in journal.lines.values())
