"""Days out of histories of samples, and what a stored day or tier lacks of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.archive import new_day
from powerstats_cli.core.buckets import as_written, measure
from powerstats_cli.core.counters import Jump, count
from powerstats_cli.core.documents import Document
from powerstats_cli.core.history import History
from powerstats_cli.core.periods import DAY, day_start, instant, intervals, local_day, micros
from powerstats_cli.core.plausible import Range
from powerstats_cli.core.readings import without_negative
from powerstats_cli.core.series import Kind, Series
from powerstats_cli.core.steps import Accepted, Counter
from powerstats_cli.core.tiers import buckets, names_in


def sampled_days(histories: Mapping[str, History], zone: ZoneInfo) -> list[date]:
    """Return the local days that have a sample, in order.

    The last sample before a hole may hold for a while after midnight: that makes no day of its own.
    """
    days: set[date] = set()
    for history in histories.values():
        states = zip(history.times, history.values, strict=True)
        for (time, value), (end, next_value) in pairwise(states):
            if value == value:
                day = local_day(instant(time), zone)
                days.add(day)
                while next_value == next_value and micros(day_start(day := day + DAY, zone)) < end:
                    days.add(day)
    return sorted(days)


# --- days out of histories --------------------------------------------------------------------


def documents_of(
    histories: Mapping[str, History],
    kinds: Mapping[str, Kind],
    days: Sequence[date],
    zone: ZoneInfo,
    minutes: Mapping[date, int],
    plausible: Mapping[str, Range],
    tell: Callable[[str, Jump], None],
) -> Iterator[Document]:
    """Yield the file of each day, with intervals of `minutes[day]` minutes.

    The days have to be all days, in order: a counter counts on from one day to the next. `tell` is
    called with the name of a counter and each jump of it.
    """
    histories = {
        name: without_negative(history) if kinds[name].only_rises else history
        for name, history in histories.items()
    }
    ends = {name: history.times[-1] if history.times else 0 for name, history in histories.items()}
    known_to = max(ends.values(), default=0)
    counters = {
        name: Counter.of(kinds[name], history, known_to, plausible.get(name))
        for name, history in histories.items()
        if kinds[name].is_counter
    }
    accepted: dict[str, Accepted | None] = {}
    for day in days:
        document = new_day(day, zone, minutes[day])
        document.latest = None
        untils: dict[str, datetime] = {}
        for span in intervals(day, zone, minutes[day]):
            for name, history in histories.items():
                start, end = micros(span.start), micros(span.end)
                if name in counters:
                    counted = count(counters[name], start, end, accepted.get(name))
                    value, accepted[name] = counted.value, counted.accepted
                    for jump in counted.jumps:
                        tell(name, jump)
                else:
                    value = measure(history, start, end, is_power=kinds[name].is_power)
                if value is not None:
                    document.put(span.start, name, value)
                    untils[name] = span.end
        day_end = day_start(day + DAY, zone)
        for name, until in untils.items():
            goes_on = ends[name] >= micros(day_end)
            document.series[name] = Series.of(kinds[name], day_end if goes_on else until)
        yield document


# --- beside stored days -----------------------------------------------------------------------


def may_count(name: str, day: date, stored: Mapping[str, set[date]]) -> bool:
    """Tell whether a counter's day may be added: before all its stored days, or after them.

    A day between them may not: the increment across such a hole is already in the bucket in which
    the reading returned.
    """
    days = stored.get(name)
    return not days or day < min(days) or day > max(days)


def known_time(document: Document, name: str, day: date, zone: ZoneInfo) -> timedelta:
    """Return how much time of a day a document knows of a series."""
    return sum(
        (
            document.points[span.start][name].coverage * span.length
            for span in buckets(document.bucket, day, zone)
            if name in document.points.get(span.start, {})
        ),
        timedelta(0),
    )


def without(document: Document, names: set[str]) -> Document:
    """Return a document without some of its series."""
    points = {
        start: {name: value for name, value in point.items() if name not in names}
        for start, point in document.points.items()
    }
    return msgspec.structs.replace(
        document,
        series={name: series for name, series in document.series.items() if name not in names},
        points={start: point for start, point in points.items() if point},
    )


def filled(stored: Document, new: Document, now: datetime) -> Document:
    """Return a stored day with the buckets that it lacks, or knows less of than `new` does.

    A counter's day is added as a whole, and only if the stored day has nothing of that counter.
    """
    result = msgspec.structs.replace(
        stored,
        series=dict(stored.series),
        points={start: dict(point) for start, point in stored.points.items()},
    )
    present = names_in(stored)
    for start, point in new.points.items():
        for name, value in point.items():
            before = stored.points.get(start, {}).get(name)
            is_counter = value.change is not None
            written = as_written(value)
            knows_more = written is not None and (
                before is None or written.coverage > before.coverage
            )
            if not knows_more or (is_counter and name in present):
                continue
            if result.put(start, name, value):
                result.last_update = now
                series = new.series[name]
                until = max(series.until, stored.until(name) or series.until)
                result.series[name] = msgspec.structs.replace(series, until=until)
    return result
