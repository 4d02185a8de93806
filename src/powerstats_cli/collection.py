"""What to ask Home Assistant for next, and where its answer goes.

Each series remembers its `until`: the end of the last bucket asked for and answered. A window goes
from an hour before it (the hour in which a counter's fall is decided, and in which the recorder may
have written late) to the newest complete bucket, in pieces while it is far behind.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from powerstats_cli import archive
from powerstats_cli.documents import Document, Latest, Series, bucket_minutes
from powerstats_cli.periods import (
    DAY,
    HOUR,
    MICROSECOND,
    Span,
    day_start,
    instant,
    interval_at,
    intervals,
    local_day,
    micros,
)
from powerstats_cli.statistics import (
    Accepted,
    History,
    StateClass,
    Value,
    count,
    last_sign,
    measure,
    rounded,
    without_silence,
)
from powerstats_cli.tiers import buckets, length_of
from powerstats_cli.units import POWER

LONGEST_PIECE: Final = timedelta(hours=6)
SETTLED_AFTER: Final = HOUR


@dataclass(frozen=True, slots=True)
class Answer:
    """What Home Assistant said of one series: its unit as kept, its kind, and its states."""

    unit: str
    state_class: StateClass
    history: History


@dataclass(frozen=True, slots=True)
class Window:
    """What is asked for at once: buckets in `[start, end)` of series that all stand at `until`."""

    names: tuple[str, ...]
    until: datetime
    start: datetime
    end: datetime
    interval: timedelta
    is_last: bool

    @property
    def asked_from(self) -> datetime:
        """A sign of life up to an interval before the first bucket still counts in it."""
        return self.start - self.interval


def next_window(
    untils: Mapping[str, datetime],
    newest: datetime,
    *,
    reach: timedelta,
    minutes: int,
    zone: ZoneInfo,
) -> Window | None:
    """Return what to ask for next, the series that are furthest first, or None when all is there.

    `newest` is the end of the newest complete bucket, `reach` how far past `until` to ask.
    """
    behind = {name: until for name, until in untils.items() if until < newest}
    if not behind:
        return None
    until = max(behind.values())
    interval = timedelta(minutes=minutes)
    end = min(interval_at(until + reach, zone, minutes).start, newest)
    end = newest if end <= until else end
    return Window(
        names=tuple(name for name, stands_at in behind.items() if stands_at == until),
        until=until,
        start=interval_at(until - SETTLED_AFTER - interval, zone, minutes).start,
        end=end,
        interval=interval,
        is_last=end == newest,
    )


def newest_complete(instant: datetime, zone: ZoneInfo, minutes: int) -> datetime:
    """Return the end of the newest interval that is over."""
    return interval_at(instant, zone, minutes).start


# --- how far an answer can be believed --------------------------------------------------------


def believed_to(
    window: Window, answers: Mapping[str, Answer], signs: Sequence[int]
) -> datetime | None:
    """Return until when an answer is certain although Home Assistant may have stopped since.

    None where it is certain to the window's end: nothing was a number there, or something follows
    every number, or (of the last window, where an answer shows that Home Assistant runs) a sign of
    life is at most an interval old. At the end of an earlier piece what follows is not seen yet, so
    it is certain up to the last sign of life, and the next piece goes on from there.
    """
    end = micros(window.end)
    if not any(is_open_ended(answer.history, end) for answer in answers.values()):
        return None
    last = instant(last_sign(micros(window.until), signs, None, end))
    return None if window.is_last and last + window.interval >= window.end else last


def seen_at_work(
    window: Window, answers: Mapping[str, Answer], signs: Sequence[int], end: datetime
) -> datetime:
    """Return the newest instant up to `end` at which no value vouches for a stopped Home Assistant.

    What is stored up to an instant counts as a sign of life at it from then on. A number that holds
    there and is followed by an unknown is none: Home Assistant may have been down and be back.
    """
    seen = end
    for history in (answer.history for answer in answers.values()):
        at_end = history.holding_at(micros(end) - 1)
        if history.is_known_at(micros(end) - 1) and at_end + 1 < len(history.times):
            followed_at = history.times[at_end + 1]
            if math.isnan(history.values[at_end + 1]) and followed_at > micros(end):
                until = micros(window.until)
                last = last_sign(history.times[at_end], signs, until, followed_at)
                seen = min(seen, instant(last))
    return seen


def is_open_ended(history: History, end: int) -> bool:
    """Tell whether a history's last state is a number and holds at `end` (µs)."""
    return history.is_known_at(end - 1) and history.times[-1] < end


# --- answers into days ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shelf:
    """The documents that a window's buckets go into.

    `days` has those of its days that exist, and always `today`'s, which remembers how far each
    series was asked for; new ones are added. `earlier` gives older documents, newest first.
    """

    days: dict[date, Document]
    today: date
    zone: ZoneInfo
    minutes: int
    earlier: Callable[[], Iterable[Document]]

    def intervals(self, day: date) -> tuple[Span, ...]:
        """Return a day's intervals; a changed setting holds from the next new file on."""
        known = self.days.get(day)
        return intervals(day, self.zone, bucket_minutes(known.bucket) if known else self.minutes)

    def stored(self, span: Span, name: str) -> Value | None:
        """Return what the files have of a series in a bucket."""
        document = self.days.get(local_day(span.start, self.zone))
        return document.points.get(span.start, {}).get(name) if document else None

    def put(self, span: Span, name: str, value: Value | None, now: datetime) -> bool:
        """Store a bucket in the file of its day; tell whether that changed the file."""
        day = local_day(span.start, self.zone)
        if day not in self.days and value is not None:
            self.days[day] = archive.new_day(day, self.zone, self.minutes)
            self.days[day].latest = None
        changed = day in self.days and self.days[day].put(span.start, name, value)
        if changed:
            self.days[day].last_update = now
        return changed


def store(
    name: str,
    answer: Answer,
    signs: Sequence[int],
    window: Window,
    end: datetime,
    shelf: Shelf,
    now: datetime,
) -> int:
    """Put a series's buckets up to `end` where they belong; return how many changed.

    Nothing is stored where another run has brought the series further meanwhile.
    """
    stands_at = shelf.days[shelf.today].until(name)
    if stands_at is not None and stands_at > end:
        return 0
    answered = None if stands_at is None else micros(window.until)
    history = without_silence(answer.history, signs, answered, window.interval // MICROSECOND)
    kind = Series(answer.unit, answer.state_class, end)
    spans = list(_spans(name, kind, window, end, shelf))
    if answer.state_class == "measurement":
        is_power = answer.unit == POWER
        changed = sum(
            shelf.put(span, name, measure(history, *_micros(span), is_power=is_power), now)
            for span in spans
        )
    else:
        signed = answer.state_class == "total"
        baseline = _baseline(name, kind, history, spans, shelf)
        changed = _store_counter(
            name, history, answer.history, baseline, spans, end, shelf, now, signed=signed
        )
    _mark_answered(name, kind, window, shelf)
    _mark_latest(name, answer, window, end, shelf.days[shelf.today])
    return changed


def _store_counter(
    name: str,
    history: History,
    silence_too: History,
    accepted: Accepted | None,
    spans: Sequence[Span],
    end: datetime,
    shelf: Shelf,
    now: datetime,
    *,
    signed: bool,
) -> int:
    """Count the buckets on from what is stored before them; return how many changed.

    `silence_too` is the history with the silence that `history` leaves out: where an earlier run
    knew of more of it, that stays known, and only what the counter did is told anew.
    """
    changed = 0
    for span in spans:
        start, stop = _micros(span)
        before, stored = accepted, shelf.stored(span, name)
        value, accepted = count(history, start, stop, before, known_to=micros(end), signed=signed)
        if stored is not None and (value is None or value.coverage < stored.coverage):
            whole, _ = count(silence_too, start, stop, before, known_to=micros(end), signed=signed)
            if whole is not None and whole.coverage >= stored.coverage:
                value = replace(whole, coverage=stored.coverage)
        changed += shelf.put(span, name, value, now)
        kept = shelf.stored(span, name)
        if kept is not None and kept.state is not None and kept != value:
            # What is stored knows more: the next bucket counts on from its reading.
            accepted = Accepted(kept.state, stop - 1)
    return changed


def _spans(name: str, kind: Series, window: Window, end: datetime, shelf: Shelf) -> Iterator[Span]:
    """Yield the buckets to store of a series: none from before it was first asked for."""
    day, first = local_day(window.start, shelf.zone), local_day(window.until, shelf.zone)
    while day_start(day, shelf.zone) < end:
        if day >= first or (day in shelf.days and _has(shelf.days[day], name, kind)):
            for span in shelf.intervals(day):
                if span.start >= window.start and span.end <= end:
                    yield span
        day += DAY


def _baseline(
    name: str, kind: Series, history: History, spans: Sequence[Span], shelf: Shelf
) -> Accepted | None:
    """Return the counter state last stored before the first bucket, if it can matter at all."""
    if not spans or all(math.isnan(value) for value in history.values):
        return None
    first = spans[0].start
    newest_first = (shelf.days[day] for day in sorted(shelf.days, reverse=True))
    for document in chain(newest_first, shelf.earlier()):
        if not _has(document, name, kind):
            continue
        before = [at for at, point in document.points.items() if at < first and name in point]
        for at in sorted(before, reverse=True):
            state = document.points[at][name].state
            # A bigger bucket that `first` lies in has a state from after it.
            end = _end_of(at, document.bucket, shelf.zone)
            if state is not None and end <= first:
                return Accepted(state, micros(end) - 1)
    return None


def _end_of(start: datetime, bucket: str, zone: ZoneInfo) -> datetime:
    """Return the end of a file's bucket."""
    spans = buckets(bucket, local_day(start, zone), zone)
    return next((span.end for span in spans if span.start == start), start + length_of(bucket))


def _has(document: Document, name: str, kind: Series) -> bool:
    """Tell whether a document has a series, and not another one that had its name before."""
    return name in document.series and document.series[name].fits(kind)


def _mark_answered(name: str, kind: Series, window: Window, shelf: Shelf) -> None:
    """Move `until`, to that of `kind` or to the end of the day."""
    first = local_day(window.until, shelf.zone)
    for day, document in shelf.days.items():
        if day >= first or _has(document, name, kind):
            day_end = day_start(day + DAY, shelf.zone)
            until = kind.until if day == shelf.today else min(kind.until, day_end)
            until = max(until, document.until(name) or until)
            document.series[name] = Series(kind.unit, kind.state_class, until)


def _mark_latest(name: str, answer: Answer, window: Window, end: datetime, today: Document) -> None:
    history = answer.history
    numbers = (
        index
        for index in range(bisect_left(history.times, micros(end)) - 1, -1, -1)
        if not math.isnan(history.values[index])
    )
    index = next(numbers, None)
    if index is None or today.latest is None:
        return
    value = rounded(history.values[index], 3 if answer.state_class == "measurement" else 6)
    at = instant(history.times[index]).replace(microsecond=0)
    stored = today.latest.get(name)
    began_before = at <= window.asked_from  # then Home Assistant gives the start as its time
    if stored is None or not began_before or stored.value != value:
        today.latest[name] = Latest(at, value)


def _micros(span: Span) -> tuple[int, int]:
    return micros(span.start), micros(span.end)
