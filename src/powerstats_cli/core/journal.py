"""The journal of corrections: one entry a line, which is never changed and never removed.

An entry proves itself by its id, so lines stand alone: two journals are united line by line, and a
broken line takes no other with it. The truth about a bucket of a series is what the newest entry
with a change of it says.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import in_local_time, is_whole
from powerstats_cli.core.periods import DAY, YEARS, Span
from powerstats_cli.errors import NewerError

ID_DIGITS: Final = 12
# No hour and no day is longer, so an entry has no change that begins so long before it.
LONGEST: Final = 2 * DAY
Do = Literal["unknown", "value", "again", "undo"]
Key = tuple[datetime, str]
"""A bucket's start, and a series."""

_HEAD: Final = re.compile(rb'\{"id":"([0-9a-f]{12})",')
_STAMP: Final = re.compile(rb',"corrected":"[0-9a-f]{12}"')


class Change(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A bucket of the documents with this `bucket`: its value before, and its value from then on.

    None stands for nothing known.
    """

    bucket: str
    start: datetime
    was: Value | None = None
    now: Value | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A correction of a series over `[start, end)`, made `at` a time; an undo is `of` another."""

    id: str
    at: datetime
    do: Do
    of: str | msgspec.UnsetType = msgspec.UNSET
    series: str
    start: datetime
    end: datetime
    why: str
    changes: tuple[Change, ...]

    def touches(self, span: Span) -> bool:
        """Tell whether the entry corrects something in a span."""
        return self.start < span.end and span.start < self.end


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
        """Return the journal of entries with their lines; the same line twice counts once."""
        by_id = {entry.id: (entry, line) for entry, line in pairs}
        ordered = sorted(by_id.values(), key=lambda pair: (pair[0].at, pair[0].id))
        return cls(
            tuple(entry for entry, _ in ordered), {entry.id: line for entry, line in ordered}
        )

    def united(self, other: "Journal") -> "Journal":
        """Return the journal with the entries of both."""
        if other.lines.keys() <= self.lines.keys():
            return self
        return Journal.of([*self.pairs(), *other.pairs()])

    def with_entry(self, entry: Entry, zone: ZoneInfo) -> "Journal":
        """Return the journal with one more entry, which is written in a zone's local time."""
        return Journal.of([*self.pairs(), (entry, _line(entry, zone))])

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

    # --- what is true of a bucket

    def truths(self, bucket: str, span: Span) -> dict[Key, Truth]:
        """Return the truth about each corrected bucket of a kind that begins in a span."""
        found: dict[Key, Truth] = {}
        held: set[Key] = set()
        in_force = {entry.id for entry in self.in_force}
        for entry in self._near(span):
            for change in entry.changes:
                if change.bucket == bucket and span.start <= change.start < span.end:
                    key = change.start, entry.series
                    if entry.id in in_force:
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
        for entry in self.in_force:
            if entry.series == name and entry.touches(_widened(span)):
                for change in entry.changes:
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
        both = (min(each.end, span.end) - max(each.start, span.start) for each in near)
        share = sum(length / span.length for length in both)
        return Mark(near[-1].id, min(share, 1.0)) if near else UNMARKED

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
        moment = Span(start, start + DAY)
        for entry in reversed(self.entries):
            if entry.series == name and entry.touches(_widened(moment)):
                for change in entry.changes:
                    if change.start == start and change.bucket == bucket:
                        return Truth(entry, change.now)
        return None

    def _in_force(self, span: Span, name: str) -> list[Entry]:
        return [each for each in self.in_force if each.series == name and each.touches(span)]

    def _near(self, span: Span) -> Iterator[Entry]:
        """Yield the entries that can have a change in a span."""
        wide = _widened(span)
        return (entry for entry in self.entries if entry.touches(wide))


def _widened(span: Span) -> Span:
    return Span(span.start - LONGEST, span.end + LONGEST)


EMPTY: Final = Journal()


# --- lines --------------------------------------------------------------------------------------


class Decoded(NamedTuple):
    """A journal of the whole lines, and the numbers of the broken lines, from 1."""

    journal: Journal
    broken: tuple[int, ...] = ()


_decoder = msgspec.json.Decoder(Entry)
_encode = msgspec.json.Encoder().encode


def decode(raw: bytes) -> Decoded:
    """Return the journal that bytes hold; raises NewerError if a newer version wrote a line."""
    whole: list[tuple[Entry, bytes]] = []
    broken: list[int] = []
    for number, line in enumerate(raw.split(b"\n"), 1):
        if line:
            entry = _entry(line)
            if entry is None:
                broken.append(number)
            else:
                whole.append((entry, line))
    return Decoded(Journal.of(whole), tuple(broken))


def encode(journal: Journal) -> bytes:
    """Return a journal's bytes: a line for each entry, the oldest first."""
    return b"".join(line + b"\n" for line in journal.lines.values())


def signed(entry: Entry, zone: ZoneInfo) -> Entry:
    """Return an entry with its id, and with the id as the stamp of its new values.

    The values of an undo keep the stamps that they have.
    """
    found = digest(_body(entry, zone))
    if entry.do == "undo":
        return msgspec.structs.replace(entry, id=found)
    changes = tuple(
        msgspec.structs.replace(
            change, now=change.now and msgspec.structs.replace(change.now, corrected=found)
        )
        for change in entry.changes
    )
    return msgspec.structs.replace(entry, id=found, changes=changes)


def _entry(line: bytes) -> Entry | None:
    """Return the entry of a line, None if the line is broken."""
    head = _HEAD.match(line)
    if head is None or digest(b"{" + line[head.end() :]) != head[1].decode():
        return None
    try:
        entry = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # The id proves that it is as somebody wrote it.
        message = "has an entry of a newer version: upgrade powerstats"
        raise NewerError(message) from None
    return entry if _is_sound(entry) else None


def _is_sound(entry: Entry) -> bool:
    """Tell whether an entry says what powerstats would write; its stamps are not in its id."""
    times = [entry.at, entry.start, entry.end, *(change.start for change in entry.changes)]
    values = [value for change in entry.changes for value in (change.was, change.now) if value]
    return (
        all(time.tzinfo is not None and time.year in YEARS for time in times)
        and all(map(is_whole, values))
        and (
            entry.do == "undo"
            or all(change.now.corrected == entry.id for change in entry.changes if change.now)
        )
    )


def _line(entry: Entry, zone: ZoneInfo) -> bytes:
    """Return an entry's line."""
    return b'{"id":"' + entry.id.encode() + b'",' + _body(entry, zone)[1:]


def _body(entry: Entry, zone: ZoneInfo) -> bytes:
    """Return an entry as JSON without its id."""
    of = {} if entry.of is msgspec.UNSET else {"of": entry.of}
    return _encode(
        {
            "at": in_local_time(entry.at, zone),
            "do": entry.do,
            **of,
            "series": entry.series,
            "start": in_local_time(entry.start, zone),
            "end": in_local_time(entry.end, zone),
            "why": entry.why,
            "changes": [_written(change, zone) for change in entry.changes],
        }
    )


def _written(change: Change, zone: ZoneInfo) -> dict[str, object]:
    values = {"was": change.was, "now": change.now}
    return {
        "bucket": change.bucket,
        "start": in_local_time(change.start, zone),
        **{name: value for name, value in values.items() if value is not None},
    }


def digest(body: bytes) -> str:
    """Return the id of an entry: it is made of its JSON without the id and without any stamp."""
    return sha256(_STAMP.sub(b"", body)).hexdigest()[:ID_DIGITS]
