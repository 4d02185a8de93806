"""What earlier scripts polled, as histories and days: point samples, judged before believed.

Those scripts wrote flat points, `{"timestamp": "2025-11-13T07:50:03", "power": 322.6}`: what each
sensor showed at a moment. A sample holds until the next one, at most 2.5 times their usual spacing;
the whole number 0 stood for no value.
"""

import math
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.archive import new_day
from powerstats_cli.core.buckets import (
    UNKNOWN,
    Accepted,
    History,
    StateClass,
    as_written,
    count,
    measure,
)
from powerstats_cli.core.documents import TIMESTAMP, Document, Series
from powerstats_cli.core.periods import (
    DAY,
    HOUR,
    MICROSECOND,
    MINUTE,
    day_start,
    instant,
    intervals,
    local_day,
    micros,
)
from powerstats_cli.core.tiers import buckets, names_in
from powerstats_cli.core.units import ENERGY, POWER, normalised

# Two collectors at once, or a run by hand: readings closer than this are of one tick.
TICK_US: Final = 30_000_000
FEWEST_TICKS: Final = 0.1
# The usual spacing is the median of so many ticks before and after.
NEIGHBOURS: Final = 15
BACK_AN_HOUR: Final = 5 * MINUTE
YEARS: Final = range(2000, 2200)
DAY_US: Final = DAY // MICROSECOND


class Samples(msgspec.Struct, frozen=True):
    """One series' samples, as columns in any order; UNKNOWN where there was no value."""

    times: "array[int]" = msgspec.field(default_factory=lambda: array("q"))
    values: "array[float]" = msgspec.field(default_factory=lambda: array("d"))

    def in_order(self) -> "Samples":
        """Return them by time, one an instant: of two a number counts, of two numbers the smaller.

        So it makes no difference which file a point was read from, or how often.
        """
        if all(before < after for before, after in pairwise(self.times)):
            return self
        order = sorted(range(len(self.times)), key=lambda at: (self.times[at], self.values[at]))
        result = Samples()
        for at in order:
            time, value = self.times[at], self.values[at]
            if result.times and result.times[-1] == time:
                last = result.values[-1]
                if last != last or value < last:
                    result.values[-1] = value
            else:
                result.times.append(time)
                result.values.append(value)
        return result

    def numbers(self) -> list[float]:
        """Return the values that are numbers."""
        return [value for value in self.values if value == value]


# --- points -----------------------------------------------------------------------------------


class Points(msgspec.Struct):
    """The points of one file, in its order; `unreadable` counts those without a usable time.

    A column's `times` are which of the `stamps` its values have, until the whole file is read.
    """

    stamps: list[datetime] = []
    columns: dict[str, Samples] = {}
    unreadable: int = 0

    def add(self, point: Mapping[str, object]) -> None:
        """Take a point; a name that is not there says nothing of its sensor."""
        stamp = _stamp(point.get(TIMESTAMP))
        if stamp is None:
            self.unreadable += 1
            return
        for name, written in point.items():
            if name == TIMESTAMP or not name.strip() or not name.isprintable():
                continue
            if not isinstance(written, dict | list):
                column = self.columns.setdefault(name, Samples())
                column.times.append(len(self.stamps))
                column.values.append(value(written))
        self.stamps.append(stamp)

    def put_into(self, series: dict[str, Samples], zone: ZoneInfo) -> None:
        """Add the samples to those of other files."""
        times = instants(self.stamps, zone)
        for name, column in self.columns.items():
            samples = series.setdefault(name, Samples())
            samples.times.extend(times[at] for at in column.times)
            samples.values.extend(column.values)


def _stamp(written: object) -> datetime | None:
    try:
        stamp = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return stamp if stamp and stamp.year in YEARS else None


def value(written: object) -> float:
    """Return a reading; the whole number 0 was written for a sensor without a number."""
    if isinstance(written, bool) or not isinstance(written, int | float):
        return UNKNOWN
    if isinstance(written, int) and written == 0:
        return UNKNOWN
    try:
        number = float(written)
    except OverflowError:
        return UNKNOWN
    return number if math.isfinite(number) else UNKNOWN


def instants(stamps: Sequence[datetime], zone: ZoneInfo) -> list[int]:
    """Return local times, in the order they were written, as instants (µs).

    Of an hour that comes twice the first is meant until the times fall back; where they do not,
    the one that is nearer to what was written before or after it.
    """
    found = [_micros(stamp, zone) for stamp in stamps]
    start = 0
    while start < len(stamps):
        end = start
        while end < len(stamps) and _comes_twice(stamps[end], zone):
            end += 1
        if end > start:
            for at in range(_second_from(stamps, found, start, end), end):
                found[at] = _micros(stamps[at].replace(fold=1), zone)
        start = end + 1
    return found


def _micros(stamp: datetime, zone: ZoneInfo) -> int:
    aware = stamp if stamp.tzinfo else stamp.replace(tzinfo=zone)
    return micros(aware.astimezone(UTC))


def _comes_twice(stamp: datetime, zone: ZoneInfo) -> bool:
    if stamp.tzinfo:
        return False
    first, second = (stamp.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    # Where clocks go forward the two differ the other way: that time never was.
    return first is not None and second is not None and first > second


def _second_from(stamps: Sequence[datetime], found: Sequence[int], start: int, end: int) -> int:
    """Return from which of the ambiguous times `[start, end)` on the second hour is meant."""
    for at in range(start + 1, end):
        if stamps[at - 1] - stamps[at] > BACK_AN_HOUR:
            return at
    if start == 0 or end == len(stamps):
        # Only one neighbour: an hour's hole between them and it is not there by chance.
        if end == len(stamps):
            return end
        return start if found[end] - found[end - 1] >= HOUR // MICROSECOND else end
    before = found[start] - found[start - 1]
    after = found[end] - found[end - 1] - HOUR // MICROSECOND
    return start if 0 <= after < before else end


# --- histories --------------------------------------------------------------------------------


def usual_spacings(times: Sequence[int]) -> list[int]:
    """Return the usual spacing (µs) around each of the times, which ascend; 0 of a lone one."""
    gaps = [after - before for before, after in pairwise(times)]
    ticks = [gap for gap in gaps if gap >= TICK_US]
    shortest = TICK_US
    if len(ticks) < FEWEST_TICKS * len(gaps):
        ticks, shortest = gaps, 0
    found: list[int] = []
    passed, usual, known_at = 0, 0, -1
    for gap in [*gaps, 0]:
        if passed != known_at:
            usual = _median(ticks[max(passed - NEIGHBOURS, 0) : passed + NEIGHBOURS + 1])
            known_at = passed
        spacing = usual
        if gap > _held(usual) and passed:
            # Behind a hole the collector may have been set to another pace.
            spacing = min(usual, _median(ticks[max(passed - NEIGHBOURS, 0) : passed]))
        found.append(spacing)
        passed += gap >= shortest
    return found


def _median(gaps: Sequence[int]) -> int:
    return sorted(gaps)[(len(gaps) - 1) // 2] if gaps else 0


def _held(spacing: int) -> int:
    """Return how long a sample holds at the most."""
    return spacing * 5 // 2


def history_of(samples: Samples, factor: float) -> History:
    """Return ordered samples as a step function, its values times `factor`."""
    history = History()
    times = samples.times
    following = [*times[1:], None]
    spacings = usual_spacings(times)
    for time, number, spacing, after in zip(
        times, samples.values, spacings, following, strict=True
    ):
        history.append(time, number * factor)
        until = time + _held(spacing)
        if after is None or until < after:
            history.append(until, UNKNOWN)
    return history


# --- what a series is -------------------------------------------------------------------------

MANY: Final = 0.95
FEWEST_CHANGES: Final = 10
RESTART: Final = 0.5
LEAST_KW: Final = 0.5
MOST_KW: Final = 50.0
MOST_USUAL_KW: Final = 5.0
LEAST_W: Final = 100.0
DAILY_KWH: Final = (0.1, 200.0)
DAILY_WH: Final = 1000.0


class Verdict(msgspec.Struct, frozen=True):
    """What a series is taken for: `unit` is as kept, None where it is left out; and why."""

    why: str
    unit: str | None = None
    state_class: StateClass = "measurement"
    factor: float = 1.0

    @property
    def is_counter(self) -> bool:
        """Tell whether its changes are added up."""
        return self.state_class != "measurement"

    def kind(self, until: datetime) -> Series:
        """Return what the files say of it."""
        return Series(self.unit or "", self.state_class, until)


class _Range(msgspec.Struct, frozen=True):
    """A quantity that a name tells, and the values it can have."""

    what: str
    named: str
    unit: str
    low: float
    high: float


_FACTOR: Final = _Range("power factor", r"power_?factor|(^|_)pf(_|$)|cos_?phi", "", -1, 1)
_RANGES: Final = (
    _FACTOR,
    _Range("voltage", r"volt", "V", 90, 500),
    _Range("frequency", r"freq|(^|_)hz", "Hz", 45, 65),
    _Range("current", r"^(?!.*(power|energy)).*(current|amp)", "A", -200, 200),
)
_ENERGY: Final = r"energy|kwh|(^|_)wh(_|$)"
_POWER: Final = r"power|watt|(^|_)load(_|$)"
_EITHER: Final = r"solar|(^|_)pv|generation|production|grid|import|export|consumption|usage"


def stated(unit: str) -> Verdict:
    """Return what a series is whose unit somebody says: an energy is a counter, others measured."""
    kept, factor = normalised(unit)
    state_class: StateClass = "total_increasing" if kept == ENERGY else "measurement"
    return Verdict(f"in {unit or 'no unit'}, as said", kept, state_class, factor)


def judged(series: Mapping[str, Samples]) -> dict[str, Verdict]:
    """Return what each series of ordered samples is taken for, by its name and its values."""
    powers = {
        name: samples
        for name, samples in series.items()
        if _says(_POWER, name) and not _says(_FACTOR.named, name)
    }
    return {name: _judged(name, samples, powers) for name, samples in series.items()}


def _says(pattern: str, name: str) -> bool:
    return re.search(pattern, name, re.IGNORECASE) is not None


def _judged(name: str, samples: Samples, powers: Mapping[str, Samples]) -> Verdict:
    numbers = samples.numbers()
    if not numbers:
        return Verdict("never a number")
    if name not in powers:
        for power, them in powers.items():
            share = _equal_share(samples, them)
            if share >= MANY:
                return Verdict(
                    f"looks mislabelled: equal to {power} in {100 * share:.1f} % of its readings"
                )
    for quantity in _RANGES:
        if _says(quantity.named, name):
            return _in_range(quantity, numbers)
    if _says(_ENERGY, name):
        return _energy(samples, numbers)
    if name in powers or _says(_EITHER, name):
        return _power(numbers)
    return Verdict(f"what it measures is not known ({_span(numbers)})")


def _equal_share(samples: Samples, other: Samples) -> float:
    """Return the share of the common numbers that are equal; 0 where they say nothing."""
    common = equal = at = 0
    seen: set[float] = set()
    for time, number in zip(samples.times, samples.values, strict=True):
        while at < len(other.times) and other.times[at] < time:
            at += 1
        if at < len(other.times) and other.times[at] == time:
            theirs = other.values[at]
            if number == number and theirs == theirs:
                common += 1
                equal += number == theirs
                if len(seen) < FEWEST_CHANGES:
                    seen.add(number)
    return equal / common if len(seen) >= FEWEST_CHANGES else 0.0


def _in_range(quantity: _Range, numbers: Sequence[float]) -> Verdict:
    inside = sum(quantity.low <= number <= quantity.high for number in numbers)
    if inside < MANY * len(numbers):
        return Verdict(
            f"looks mislabelled: {_span(numbers)} is no {quantity.what}, "
            f"which is from {quantity.low:g} to {quantity.high:g} {quantity.unit}".rstrip()
        )
    unit = f"in {quantity.unit}" if quantity.unit else "without a unit"
    return Verdict(f"{unit}, assumed: {_span(numbers)}", quantity.unit)


def _only_rises(numbers: Sequence[float]) -> bool:
    """Tell whether numbers do what a counter's do: rise, and seldom start again near zero."""
    steps = [(before, after) for before, after in pairwise(numbers) if after != before]
    rises = [after - before for before, after in steps if after > before]
    falls = [before - after for before, after in steps if before > after > before * RESTART]
    is_rising = len(rises) >= MANY * len(steps) and sum(falls) <= (1 - MANY) * sum(rises)
    return len(steps) >= FEWEST_CHANGES and is_rising


def _energy(samples: Samples, numbers: Sequence[float]) -> Verdict:
    if not _only_rises(numbers):
        return Verdict(f"looks mislabelled: no energy rises and falls ({_span(numbers)})")
    days = max((samples.times[-1] - samples.times[0]) / DAY_US, 1.0)
    rise = sum(max(after - before, 0.0) for before, after in pairwise(numbers)) / days
    if rise >= DAILY_WH:
        unit = "Wh"
    elif DAILY_KWH[0] <= rise <= DAILY_KWH[1]:
        unit = ENERGY
    else:
        return Verdict(f"its unit is not clear: it rises by {rise:.4g} a day")
    kept, factor = normalised(unit)
    why = f"a counter in {unit}, assumed: it rises by {rise:.4g} a day"
    return Verdict(why, kept, "total_increasing", factor)


def _power(numbers: Sequence[float]) -> Verdict:
    if _only_rises(numbers):
        return Verdict(f"looks mislabelled: it only rises, as an energy does ({_span(numbers)})")
    high = max(map(abs, numbers))
    usual = sorted(map(abs, numbers))[len(numbers) // 2]
    if high >= LEAST_W:
        unit = POWER
    elif LEAST_KW <= high < MOST_KW and usual < MOST_USUAL_KW:
        unit = "kW"
    else:
        return Verdict(f"its unit is not clear: W or kW? ({_span(numbers)})")
    kept, factor = normalised(unit)
    return Verdict(f"in {unit}, assumed: {_span(numbers)}", kept, factor=factor)


def _span(numbers: Sequence[float]) -> str:
    return f"{min(numbers):g} to {max(numbers):g}"


# --- days -------------------------------------------------------------------------------------


def known_days(histories: Mapping[str, History], zone: ZoneInfo) -> list[date]:
    """Return the local days in which anything is known, in order.

    That the last sample of a stretch holds for a while past a midnight makes no day.
    """
    found: set[date] = set()
    for history in histories.values():
        states = zip(history.times, history.values, strict=True)
        for (time, number), (end, after) in pairwise(states):
            if number == number:
                day = local_day(instant(time), zone)
                found.add(day)
                while after == after and micros(day_start(day := day + DAY, zone)) < end:
                    found.add(day)
    return sorted(found)


def booked(
    histories: Mapping[str, History],
    verdicts: Mapping[str, Verdict],
    days: Sequence[date],
    zone: ZoneInfo,
    minutes: Mapping[date, int],
) -> Iterator[Document]:
    """Yield the file of each of the days, its intervals so many minutes long.

    To be called with all days at once, in order: a counter counts on from one to the next.
    """
    accepted: dict[str, Accepted | None] = {}
    ends = {name: history.times[-1] if history.times else 0 for name, history in histories.items()}
    known_to = max(ends.values(), default=0)
    for day in days:
        document = new_day(day, zone, minutes[day])
        document.latest = None
        untils: dict[str, datetime] = {}
        for span in intervals(day, zone, minutes[day]):
            start, end = micros(span.start), micros(span.end)
            for name, history in histories.items():
                verdict = verdicts[name]
                if verdict.is_counter:
                    found, accepted[name] = count(
                        history,
                        start,
                        end,
                        accepted.get(name),
                        known_to=known_to,
                        signed=verdict.state_class == "total",
                    )
                else:
                    found = measure(history, start, end, is_power=verdict.unit == POWER)
                if found is not None:
                    document.put(span.start, name, found)
                    untils[name] = span.end
        day_end = day_start(day + DAY, zone)
        for name, until in untils.items():
            goes_on = ends[name] >= micros(day_end)
            document.series[name] = verdicts[name].kind(day_end if goes_on else until)
        yield document


# --- beside what is stored --------------------------------------------------------------------


def may_count(name: str, day: date, stored: Mapping[str, set[date]]) -> bool:
    """Tell whether a counter's day may be added: before all that is stored of it, or after it.

    In a hole what it did is booked already, in the bucket in which its reading returned.
    """
    days = stored.get(name)
    return not days or day < min(days) or day > max(days)


def known_time(document: Document, name: str, day: date, zone: ZoneInfo) -> timedelta:
    """Return how much of a series' day a document knows."""
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
        series={name: one for name, one in document.series.items() if name not in names},
        points={start: point for start, point in points.items() if point},
    )


def filled(stored: Document, new: Document, now: datetime) -> Document:
    """Return a stored day with what it lacks or knows less of, as samples have it.

    Of a counter a day is taken whole or not at all.
    """
    result = msgspec.structs.replace(
        stored,
        series=dict(stored.series),
        points={start: dict(point) for start, point in stored.points.items()},
    )
    there = names_in(stored)
    for start, point in new.points.items():
        for name, found in point.items():
            before = stored.points.get(start, {}).get(name)
            is_counter = found.change is not None
            knows_more = before is None or as_written(found).coverage > before.coverage
            if not knows_more or (is_counter and name in there):
                continue
            if result.put(start, name, found):
                result.last_update = now
                until = max(new.series[name].until, stored.until(name) or new.series[name].until)
                result.series[name] = msgspec.structs.replace(new.series[name], until=until)
    return result
