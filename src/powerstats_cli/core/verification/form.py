"""A data file by itself: its bytes, its buckets, and the numbers that belong together.

A document that was decoded and not aligned is checked, so that its points are those of the file.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, encode, timezone_in
from powerstats_cli.core.periods import local_day
from powerstats_cli.core.tiers import TIERS, buckets, length_of, newest_closed_day, window_start
from powerstats_cli.core.verification.differences import Difference, amount, kind_of

CHECK: Final = "files"
# The greatest errors of rounding, of a mean in W and of an energy in kWh, and twice that of a
# coverage: the parts of a bigger bucket have rounded ones, too.
MEAN_ERROR: Final = 0.5e-3
ENERGY_ERROR: Final = 1e-6
COVERAGE_ERROR: Final = 1e-4
W_PER_KW: Final = 1000.0
SECONDS_PER_HOUR: Final = 3600.0


class File(msgspec.Struct, frozen=True):
    """A data file: its name, its bytes, and the document that they hold."""

    name: str
    raw: bytes
    document: Document


_Reading = tuple[datetime, float, float]


class _Bucket(msgspec.Struct, frozen=True):
    """A series' value in one bucket, with the bucket's length in hours."""

    start: datetime
    series: str
    value: Value
    hours: float


def differences(file: File, zone: ZoneInfo, now: datetime) -> Iterator[Difference]:
    """Yield what does not hold in one file; `now` is the clock's time."""
    yield from _bytes(file)
    yield from _times(file, zone, now)
    yield from _places(file, zone)
    yield from _series(file)
    for bucket in _values(file.document, zone):
        yield from _order(file, bucket, zone)
        yield from _energy(file, bucket, zone)
    yield from _readings(file, zone)


def is_as_written(file: File) -> bool:
    """Tell whether a file's bytes are those that its document has.

    A zone's old name stays until the file is written again.
    """
    document = msgspec.structs.replace(file.document, timezone=timezone_in(file.raw))
    return encode(document) == file.raw


def _bytes(file: File) -> Iterator[Difference]:
    if not is_as_written(file):
        text = "its bytes are not those that powerstats writes: somebody edited it, or it broke"
        yield _difference(file, text)


def _times(file: File, zone: ZoneInfo, now: datetime) -> Iterator[Difference]:
    document = file.document
    if document.last_update > now:
        yield _difference(file, f"last_update {_local(document.last_update, zone)} is to come")
    for name, series in document.series.items():
        if series.until > now:
            text = f"until {_local(series.until, zone)} is to come"
            yield _difference(file, text, series=name)


def _places(file: File, zone: ZoneInfo) -> Iterator[Difference]:
    """Yield the points that begin no bucket of the file, or lie outside its window."""
    document = file.document
    is_inside = _window(document, zone)
    for start in document.points:
        day = document.day or local_day(start, zone)
        if start not in _starts(document.bucket, day, zone):
            where = f"of {document.day} " if document.day else ""
            yield _difference(file, f"no {document.bucket} {where}begins then", start, zone)
        elif not is_inside(start):
            yield _difference(file, f"it lies before the window of {file.name}", start, zone)


def _window(document: Document, zone: ZoneInfo) -> Callable[[datetime], bool]:
    """Return whether a start lies in a tier's window; a day's file has none."""
    tier = TIERS.get(document.tier)
    newest = newest_closed_day([document], zone)
    if tier is None or newest is None:
        return lambda _: True
    first = window_start(tier, newest, zone)
    return lambda start: start >= first


@lru_cache(maxsize=64)
def _starts(bucket: str, day: date, zone: ZoneInfo) -> frozenset[datetime]:
    return frozenset(span.start for span in buckets(bucket, day, zone))


def _series(file: File) -> Iterator[Difference]:
    """Yield the series that have points and no entry."""
    for name in sorted(set().union(*file.document.points.values()) - file.document.series.keys()):
        yield _difference(file, "it has points, and no unit in the file", series=name)


def _values(document: Document, zone: ZoneInfo) -> Iterator[_Bucket]:
    """Yield all values, with the lengths of their buckets; those off the grid have no length."""
    for start, point in document.points.items():
        length = bucket_hours(document.bucket, start, zone)
        for name, value in point.items():
            yield _Bucket(start, name, value, length)


def bucket_hours(bucket: str, start: datetime, zone: ZoneInfo) -> float:
    """Return the hours of the bucket that begins at an instant, 0 if none does."""
    day = local_day(start, zone)
    spans = buckets(bucket, day, zone)
    seconds = (span.length.total_seconds() for span in spans if span.start == start)
    return next(seconds, 0.0) / SECONDS_PER_HOUR


def is_sound(value: Value, hours: float) -> bool:
    """Tell whether the numbers of a value belong together; `hours` is its bucket's length."""
    return _is_ordered(value) and (not hours or _energy_fits(value, hours))


def _is_ordered(value: Value) -> bool:
    if value.mean is None or value.min is None or value.max is None:
        return True
    return value.min - 2 * MEAN_ERROR <= value.mean <= value.max + 2 * MEAN_ERROR


def _expected(value: Value, hours: float) -> float:
    """Return the energy of a power in kWh: mean x coverage x length."""
    return (value.mean or 0.0) * value.coverage * hours / W_PER_KW


def _energy_fits(value: Value, hours: float) -> bool:
    """Tell whether a power's energy is mean x coverage x length, up to the rounding of each."""
    if value.kwh is None or value.mean is None:
        return True
    return abs(value.kwh - _expected(value, hours)) <= _slack(value, hours)


def _order(file: File, bucket: _Bucket, zone: ZoneInfo) -> Iterator[Difference]:
    """Yield a minimum above the mean, or a mean above the maximum."""
    value = bucket.value
    if not _is_ordered(value):
        text = f"the mean {value.mean:g} is not between {value.min:g} and {value.max:g}"
        yield _difference(file, text, bucket.start, zone, bucket.series)


def _energy(file: File, bucket: _Bucket, zone: ZoneInfo) -> Iterator[Difference]:
    """Yield a power's energy that is not mean x coverage x length."""
    value = bucket.value
    if bucket.hours and not _energy_fits(value, bucket.hours):
        text = "the energy is not mean x coverage x length"
        found = _difference(file, text, bucket.start, zone, bucket.series)
        _, unit = amount(value, kind_of(file.document.series.get(bucket.series)))
        there = round(_expected(value, bucket.hours), 6)
        yield msgspec.structs.replace(found, here=value.kwh, there=there, unit=unit)


def _slack(value: Value, hours: float) -> float:
    """Return the greatest error of mean x coverage x length that rounding can make, in kWh."""
    mean, low, high = value.mean or 0.0, value.min or 0.0, value.max or 0.0
    # If the power had both signs, the errors of the parts do not follow the mean.
    greatest = abs(mean) if low >= 0 or high <= 0 else max(-low, high)
    coverage = COVERAGE_ERROR / 2 if value.coverage == 1.0 else COVERAGE_ERROR
    return 2 * ENERGY_ERROR + hours * (MEAN_ERROR + greatest * coverage) / W_PER_KW


# --- readings of a counter ------------------------------------------------------------------------


def _readings(file: File, zone: ZoneInfo) -> Iterator[Difference]:
    """Yield the counters' readings that are not the reading before and the change."""
    for name, readings in _counters(file.document):
        for before, (start, state, change) in _unlinked(file.document, readings):
            text = "the reading is not the one before and the change"
            found = _difference(file, text, start, zone, name)
            unit = kind_of(file.document.series.get(name)).unit
            there = round(before[1] + change, 6)
            yield msgspec.structs.replace(found, here=state, there=there, unit=unit)


def unlinked(document: Document) -> set[tuple[datetime, str]]:
    """Return the counters' buckets of a damaged file that do not follow from the one before.

    Among them are rises that were not counted: in a whole file they are another meter, in a damaged
    one more likely two buckets that became one.
    """
    length = length_of(document.bucket)
    return {
        (after[0], name)
        for name, readings in _counters(document)
        for before, after in pairwise(readings)
        if after[0] - before[0] == length
        and after[1] >= before[1]
        and abs(after[2] - (after[1] - before[1])) > 2 * ENERGY_ERROR
    }


def _counters(document: Document) -> Iterator[tuple[str, list[_Reading]]]:
    """Yield each counter with its readings, in order; those that a hand has corrected are left."""
    for name in sorted(set().union(*document.points.values())):
        yield (
            name,
            [
                (start, value.state, value.change)
                for start, point in document.points.items()
                if (value := point.get(name)) is not None
                and value.state is not None
                and value.change is not None
                and value.corrected is None
            ],
        )


def _unlinked(document: Document, readings: list[_Reading]) -> Iterator[tuple[_Reading, _Reading]]:
    """Yield the readings that do not follow from the one before, each with that one.

    A counter that starts anew, and one that became another meter, count something else than the
    difference of two readings. So a single difference proves nothing, unless it is in a day's file,
    the counter never starts anew there, and it counted more than the readings tell. Two differences
    that take each other back are a wrong reading.
    """
    rises = [after[1] - before[1] for before, after in pairwise(readings)]
    excesses = [after[2] - rise for after, rise in zip(readings[1:], rises, strict=True)]
    may_start_anew = document.tier != "daily" or any(
        rise < -ENERGY_ERROR and excess > 2 * ENERGY_ERROR
        for rise, excess in zip(rises, excesses, strict=True)
    )
    for at, excess in enumerate(excesses):
        following = excesses[at + 1] if at + 1 < len(excesses) else 0.0
        is_taken_back = abs(excess + following) <= 4 * ENERGY_ERROR < abs(excess)
        if is_taken_back or (excess > 2 * ENERGY_ERROR and not may_start_anew):
            yield readings[at], readings[at + 1]


def _difference(
    file: File,
    text: str,
    start: datetime | None = None,
    zone: ZoneInfo | None = None,
    series: str = "",
) -> Difference:
    bucket = "" if start is None or zone is None else _local(start, zone)
    return Difference(check=CHECK, file=file.name, text=text, bucket=bucket, series=series)


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat(timespec="minutes")
