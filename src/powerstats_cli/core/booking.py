"""A series's answer into the buckets of its days' files."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cached_property, lru_cache
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from powerstats_cli.core import archive
from powerstats_cli.core.baseline import Kept, baseline
from powerstats_cli.core.buckets import (
    ENERGY_DECIMALS,
    Value,
    as_written,
    measure,
    rounded,
)
from powerstats_cli.core.counters import Jump, count
from powerstats_cli.core.documents import Document, Latest, bucket_minutes
from powerstats_cli.core.history import History, Signs, without_silence
from powerstats_cli.core.periods import (
    DAY,
    MICROSECOND,
    Span,
    day_start,
    instant,
    intervals,
    local_day,
    micros,
)
from powerstats_cli.core.plausible import Range
from powerstats_cli.core.readings import without_negative
from powerstats_cli.core.series import Kind, Series
from powerstats_cli.core.steps import Accepted, Counter
from powerstats_cli.core.tiers import buckets, held_span, length_of
from powerstats_cli.core.windows import Answer, Window

if TYPE_CHECKING:
    from powerstats_cli.core.journal import Journal


class Slot(NamedTuple):
    """A bucket of a day's file: its span, and the span's bounds in µs."""

    day: date
    span: Span
    start: int
    end: int


_slot_start, _slot_end = attrgetter("start"), attrgetter("end")


class Shelf(msgspec.Struct, frozen=True):
    """The documents that a window's buckets go into.

    `days` has those of its days that exist, and always `today`'s, which remembers how far each
    series was asked for; new ones are added. `earlier` gives older documents, newest first. A
    counter counts on from what the `journal` says was there before it was corrected by hand.
    """

    days: dict[date, Document]
    today: date
    zone: ZoneInfo
    minutes: int
    earlier: Callable[[], Iterable[Document]]
    journal: "Journal | None" = None

    def slots(self, day: date) -> tuple[Slot, ...]:
        """Return a day's buckets; a changed setting holds from the next new file on."""
        known = self.days.get(day)
        return _slots(day, self.zone, bucket_minutes(known.bucket) if known else self.minutes)

    def stored(self, slot: Slot, name: str) -> Value | None:
        """Return what the files have of a series in a bucket."""
        document = self.days.get(slot.day)
        return document.value(slot.span.start, name) if document else None

    def put(self, slot: Slot, name: str, value: Value | None, now: datetime) -> bool:
        """Store a bucket, rounded as in the files, in that of its day; tell whether it changed."""
        document = self.days.get(slot.day)
        if document is None:
            if value is None:
                return False
            document = self.days[slot.day] = archive.new_day(slot.day, self.zone, self.minutes)
            document.latest = None
        changed = document.put_written(slot.span.start, name, value)
        if changed:
            document.last_update = now
        return changed


class Booked(msgspec.Struct, frozen=True):
    """How many buckets changed, and a counter's jumps in them."""

    changed: int = 0
    jumps: tuple[Jump, ...] = ()


class Booking(msgspec.Struct, frozen=True, dict=True):
    """The answer of one series to a window, to be stored up to `end` on a shelf.

    `signs` are the signs of life of all series; `plausible` is the configured range, of which a
    counter obeys the upper end.
    """

    name: str
    answer: Answer
    signs: Signs
    window: Window
    end: datetime
    shelf: Shelf
    now: datetime
    plausible: Range | None = None

    def book(self) -> Booked:
        """Store the buckets, `until` and the latest reading; return what changed.

        Nothing is stored if another run has brought the series further meanwhile.
        """
        today = self.shelf.days[self.shelf.today]
        stands_at = today.until(self.name)
        if stands_at is not None and stands_at > self.end:
            return Booked()
        # If no number of the series was read before, its `until` is only where it begins.
        answered = self.window.answered if self.name in (today.latest or {}) else None
        history = without_silence(
            self._history, self.signs, answered, self.window.interval // MICROSECOND
        )
        if self.answer.step:
            history = _aligned(history, self.answer.step, self.window, self.shelf.zone)
        booked = self._count(history) if self._kind.is_counter else self._measure(history)
        self._mark_answered()
        self._mark_latest()
        return booked

    @property
    def _kind(self) -> Kind:
        return self.answer.kind

    @cached_property
    def _history(self) -> History:
        """The answered history; a counter that only rises has no numbers below zero."""
        history = self.answer.history
        return without_negative(history) if self._kind.only_rises else history

    @cached_property
    def _slots(self) -> list[Slot]:
        """The buckets to store: none from before the series was first asked for."""
        zone = self.shelf.zone
        day, first = local_day(self.window.start, zone), local_day(self.window.until, zone)
        start, end = micros(self.window.start), micros(self.end)
        slots: list[Slot] = []
        while day_start(day, zone) < self.end:
            if day >= first or (day in self.shelf.days and self._is_in(self.shelf.days[day])):
                of_day = self.shelf.slots(day)
                after = bisect_right(of_day, end, key=_slot_end)
                slots += of_day[bisect_left(of_day, start, hi=after, key=_slot_start) : after]
            day += DAY
        return slots

    def _is_in(self, document: Document) -> bool:
        """Tell whether a document has the series, and not another that had its name before."""
        return self.name in document.series and document.series[self.name].kind.fits(self._kind)

    def _measure(self, history: History) -> Booked:
        is_power, decimals, changed = self._kind.is_power, self._kind.decimals, 0
        for slot in self._slots:
            value = measure(history, slot.start, slot.end, is_power=is_power)
            written = value and as_written(value, decimals)
            changed += self.shelf.put(slot, self.name, written, self.now)
        return Booked(changed)

    def _count(self, history: History) -> Booked:
        """Count the buckets on from what is stored before them.

        If an earlier run knew more of a silence, that stays known, and only what the counter did in
        it is counted anew. A jump is told by the run that changes its bucket.
        """
        counter = self._counter(history)
        changed, jumps = 0, list[Jump]()
        accepted = self._baseline(counter)
        for number, slot in enumerate(self._slots):
            is_first = not number
            stored = self.shelf.stored(slot, self.name)
            counted = count(counter, slot.start, slot.end, accepted, is_first=is_first)
            value = counted.value and as_written(counted.value)
            if stored is not None and (value is None or value.coverage < stored.coverage):
                again = count(self._whole, slot.start, slot.end, accepted, is_first=is_first).value
                whole = again and as_written(again)
                if whole is not None and whole.coverage >= stored.coverage:
                    value = replace(whole, coverage=stored.coverage)
            accepted = counted.accepted
            if self.shelf.put(slot, self.name, value, self.now):
                changed += 1
                jumps += counted.jumps
            kept = self.shelf.stored(slot, self.name)
            if kept is not None and kept.state is not None and kept != value:
                # The stored bucket knows more: the next bucket counts on from its reading.
                accepted = Accepted(kept.state, slot.start, slot.end - 1)
        return Booked(changed, tuple(jumps))

    def _counter(self, history: History) -> Counter:
        return Counter.of(self._kind, history, micros(self.end), self.plausible)

    @cached_property
    def _whole(self) -> Counter:
        """The counter with what a silence hides."""
        return self._counter(self._history)

    def _baseline(self, counter: Counter) -> Accepted | None:
        """Return the reading accepted before the first bucket, if it can matter at all."""
        if not self._slots or all(map(math.isnan, self._history.values)):
            return None
        first = self._slots[0]
        return baseline(self._kept_before(first.span.start), counter, first.start)

    def _kept_before(self, first: datetime) -> Iterator[Kept]:
        """Yield the stored buckets of the counter that end before another begins, newest first."""
        bound = first
        for span, value in self._newest_first(first):
            # A bigger bucket that `bound` lies in has a state from after it.
            if span.end > bound:
                continue
            if value.state is None:
                return  # statistics may have a change without the reading after it
            bound = span.start
            yield Kept(*_micros(span), value.change or 0.0, value.state)

    def _newest_first(self, first: datetime) -> Iterator[tuple[Span, Value]]:
        """Yield the stored buckets from before `first`, the newest first, of two the smaller.

        The files on the shelf are enough as long as no day has ended between their buckets. If the
        file of such a day was lost, the tiers may still know how it ended.
        """
        shelf = [self.shelf.days[day] for day in sorted(self.shelf.days, reverse=True)]
        read: list[Document] = []
        older, bound = _noted(self.shelf.earlier(), read), first
        for span, value in self._stored_in(chain(shelf, older), first):
            if span.end < day_start(local_day(bound, self.shelf.zone), self.shelf.zone):
                break
            if span.end <= bound:  # the archive may have a day of the shelf, too
                yield span, value
                bound = span.start
        else:
            return
        yield from sorted(
            self._stored_in([*shelf, *read, *older], first),
            key=lambda found: (found[0].end, found[0].start),
            reverse=True,
        )

    def _stored_in(
        self, documents: Iterable[Document], first: datetime
    ) -> Iterator[tuple[Span, Value]]:
        """Yield the counter's buckets in each document that begin before `first`, newest first."""
        for document in documents:
            if not self._is_in(document):
                continue
            corrected = self._originals(document)
            starts = document.points.keys() | corrected.keys() if corrected else document.points
            for start in sorted((at for at in starts if at < first), reverse=True):
                is_corrected = start in corrected
                value = corrected[start] if is_corrected else document.value(start, self.name)
                if value is not None:
                    end = _end_of(start, document.bucket, self.shelf.zone)
                    yield Span(start, end), value

    def _originals(self, document: Document) -> Mapping[datetime, Value | None]:
        """Return the counter's buckets that were corrected, as they were counted."""
        held = self.shelf.journal and held_span(document, self.shelf.zone)
        if not self.shelf.journal or not held:
            return {}
        return self.shelf.journal.originals(self.name, document.bucket, held)

    def _mark_answered(self) -> None:
        """Move `until`, in a past day up to its end."""
        first = local_day(self.window.until, self.shelf.zone)
        for day, document in self.shelf.days.items():
            if day >= first or self._is_in(document):
                day_end = day_start(day + DAY, self.shelf.zone)
                until = self.end if day == self.shelf.today else min(self.end, day_end)
                until = max(until, document.until(self.name) or until)
                document.series[self.name] = Series.of(self._kind, until)

    def _mark_latest(self) -> None:
        """Remember the last reading before the end, in today's file only."""
        history, today = self._history, self.shelf.days[self.shelf.today]
        before = range(bisect_left(history.times, micros(self.end)) - 1, -1, -1)
        index = next((at for at in before if not math.isnan(history.values[at])), None)
        if index is None or today.latest is None:
            return
        decimals = ENERGY_DECIMALS if self._kind.is_counter else self._kind.decimals
        value = rounded(history.values[index], decimals)
        at = instant(history.times[index]).replace(microsecond=0)
        stored = today.latest.get(self.name)
        # Home Assistant reports a state that began before the window with the window's start.
        if stored is None or at > self.window.asked_from or stored.value != value:
            today.latest[self.name] = Latest(at, value)


@lru_cache(maxsize=16)
def _slots(day: date, zone: ZoneInfo, minutes: int) -> tuple[Slot, ...]:
    """Return a day's buckets of so many minutes; every series of a window has the same."""
    return tuple(Slot(day, span, *_micros(span)) for span in intervals(day, zone, minutes))


def _noted(documents: Iterable[Document], read: list[Document]) -> Iterator[Document]:
    """Yield documents, and note those that were read so far."""
    for document in documents:
        read.append(document)
        yield document


def _aligned(history: History, step: int, window: Window, zone: ZoneInfo) -> History:
    from powerstats_cli.core.prices import aligned, phase  # few homes have prices

    start = window.asked_from
    return aligned(history, step, phase(start, zone), micros(start))


def _end_of(start: datetime, bucket: str, zone: ZoneInfo) -> datetime:
    """Return the end of a file's bucket."""
    end = _ends(bucket, local_day(start, zone), zone).get(start)
    return start + length_of(bucket) if end is None else end


@lru_cache(maxsize=16)
def _ends(bucket: str, day: date, zone: ZoneInfo) -> Mapping[datetime, datetime]:
    """Return the ends of a day's buckets by their starts."""
    return dict(buckets(bucket, day, zone))


def _micros(span: Span) -> tuple[int, int]:
    return micros(span.start), micros(span.end)
