"""Points as the earlier scripts wrote them, turned into one series of samples for each sensor.

Those scripts wrote flat points, `{"timestamp": "2025-11-13T07:50:03", "power": 322.6}`: the value
that each sensor showed at that moment. The whole number 0 stood for a sensor without a value.
"""

from array import array
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.documents import TIMESTAMP, is_series_name
from powerstats_cli.core.history import UNKNOWN
from powerstats_cli.core.periods import HOUR, MICROSECOND, MINUTE, micros
from powerstats_cli.core.plausible import LARGEST

# A time outside of these years is a mistake.
YEARS: Final = range(2000, 2200)
# A step back in the local times of this length means that the clock was set back in between.
CLOCK_SET_BACK: Final = 5 * MINUTE


class Samples(msgspec.Struct):
    """The samples of one series as two columns of one length, in any order.

    `times` are microseconds since 1970; a value is UNKNOWN if the sensor had none.
    """

    times: "array[int]" = msgspec.field(default_factory=lambda: array("q"))
    values: "array[float]" = msgspec.field(default_factory=lambda: array("d"))

    def in_order(self) -> "Samples":
        """Return the samples by time, one for each instant.

        A number replaces UNKNOWN at the same instant, and the smaller number replaces the greater.
        So it makes no difference which file a point was read from, or how often.
        """
        if all(before < after for before, after in pairwise(self.times)):
            return self
        order = sorted(range(len(self.times)), key=lambda row: (self.times[row], self.values[row]))
        result = Samples()
        for row in order:
            time, value = self.times[row], self.values[row]
            if result.times and result.times[-1] == time:
                last = result.values[-1]
                if last != last or value < last:
                    result.values[-1] = value
            else:
                result.times.append(time)
                result.values.append(value)
        return result

    def within(self, low: float, high: float) -> "Samples":
        """Return the samples with UNKNOWN in place of the numbers outside of a range."""
        values = (value if low <= value <= high else UNKNOWN for value in self.values)
        return Samples(self.times, array("d", values))

    def numbers(self) -> list[float]:
        """Return the values that are numbers."""
        return [value for value in self.values if value == value]


# --- one file ---------------------------------------------------------------------------------


class _Column(msgspec.Struct):
    """The values of one series in a file, and the row of each: its place in `Points.stamps`."""

    rows: "array[int]" = msgspec.field(default_factory=lambda: array("q"))
    values: "array[float]" = msgspec.field(default_factory=lambda: array("d"))


class Points(msgspec.Struct):
    """The points of one file, in its order; `unreadable` counts the points without a usable time.

    The local times become instants only when the whole file is known (`instants`).
    """

    stamps: list[datetime] = []
    columns: dict[str, _Column] = {}
    unreadable: int = 0

    def add(self, point: Mapping[str, object]) -> None:
        """Add a point; a series whose name is missing in it gets no sample."""
        stamp = _stamp(point.get(TIMESTAMP))
        if stamp is None:
            self.unreadable += 1
            return
        for name, written in point.items():
            if not is_series_name(name):
                continue
            if not isinstance(written, dict | list):
                column = self.columns.setdefault(name, _Column())
                column.rows.append(len(self.stamps))
                column.values.append(value(written))
        self.stamps.append(stamp)

    def put_into(self, series: dict[str, Samples], zone: ZoneInfo) -> None:
        """Append the samples to those of other files."""
        times = instants(self.stamps, zone)
        for name, column in self.columns.items():
            samples = series.setdefault(name, Samples())
            samples.times.extend(times[row] for row in column.rows)
            samples.values.extend(column.values)


def _stamp(written: object) -> datetime | None:
    try:
        stamp = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return stamp if stamp and stamp.year in YEARS else None


def value(written: object) -> float:
    """Return a written value as a number; UNKNOWN for the whole number 0 and for anything else."""
    if isinstance(written, bool) or not isinstance(written, int | float):
        return UNKNOWN
    if isinstance(written, int) and written == 0:
        return UNKNOWN
    try:
        number = float(written)
    except OverflowError:
        return UNKNOWN
    return number if abs(number) < LARGEST else UNKNOWN


# --- local times as instants ------------------------------------------------------------------


def instants(stamps: Sequence[datetime], zone: ZoneInfo) -> list[int]:
    """Return local times as instants (µs since 1970), in the order in which they were written.

    In autumn one local hour comes twice. The times in it belong to the first of the two hours until
    they fall back; if they do not fall back, to the hour that is nearer to the times around them.
    """
    times = [_micros(stamp, zone) for stamp in stamps]
    start = 0
    while start < len(stamps):
        end = start
        while end < len(stamps) and _comes_twice(stamps[end], zone):
            end += 1
        if end > start:
            for row in range(_start_of_second_hour(stamps, times, start, end), end):
                times[row] = _micros(stamps[row].replace(fold=1), zone)
        start = end + 1
    return times


def _micros(stamp: datetime, zone: ZoneInfo) -> int:
    aware = stamp if stamp.tzinfo else stamp.replace(tzinfo=zone)
    return micros(aware.astimezone(UTC))


def _comes_twice(stamp: datetime, zone: ZoneInfo) -> bool:
    if stamp.tzinfo:
        return False
    first, second = (stamp.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    # When clocks go forward, the offsets differ the other way: that local time never was.
    return first is not None and second is not None and first > second


def _start_of_second_hour(
    stamps: Sequence[datetime], times: Sequence[int], start: int, end: int
) -> int:
    """Return the first row of the ambiguous rows `[start, end)` that is in the second hour.

    `times` are the instants if all of them were in the first hour.
    """
    for row in range(start + 1, end):
        if stamps[row - 1] - stamps[row] > CLOCK_SET_BACK:
            return row
    if end == len(stamps):
        return end
    after = times[end] - times[end - 1]
    if start == 0:
        # Only the time after them is known: a gap of an hour is hardly there by chance.
        return start if after >= HOUR // MICROSECOND else end
    before = times[start] - times[start - 1]
    return start if 0 <= after - HOUR // MICROSECOND < before else end
