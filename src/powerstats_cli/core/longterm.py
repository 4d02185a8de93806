"""Home Assistant's long-term statistics, rows of hours in UTC, as values of local hours and days.

If local hours do not begin when hours in UTC do (India, Adelaide), a row is divided between its two
local hours by time, so totals stay the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value, combine
from powerstats_cli.core.periods import HOUR_US, Span, day_span, hours, micros
from powerstats_cli.core.plausible import LARGEST, Range, limits
from powerstats_cli.core.series import Kind

W_PER_KW: Final = 1000.0


class Row(msgspec.Struct, frozen=True, gc=False):
    """An hour of a statistic: `start` in ms since 1970; a counter has `change` and `state`.

    Statistics that were imported may have nothing but a mean, or nothing but a sum, of which Home
    Assistant makes the change.
    """

    start: float
    mean: float | None = None
    min: float | None = None
    max: float | None = None
    change: float | None = None
    state: float | None = None


class Conversion(msgspec.Struct, frozen=True):
    """The kind as which a statistic is kept, and the factor that converts its numbers.

    `plausible` is the configured range of the numbers, for a counter in kW.
    """

    kind: Kind
    factor: float = 1.0
    plausible: Range | None = None

    def is_plausible(self, row: Row) -> bool:
        """Tell whether an hour's numbers, in the unit kept, are those of a home."""
        low, high = limits(self.kind, self.plausible)
        if self.kind.is_counter:
            return row.change is None or row.change <= high  # kWh in an hour are kW
        numbers = (row.mean, row.min, row.max)
        return all(low <= number <= high for number in numbers if number is not None)


Hours = Mapping[int, Row]


def by_hour(rows: Iterable[Row], conversion: Conversion) -> dict[int, Row]:
    """Return the rows that have a mean or a change, in the kept unit, by the hour since 1970.

    A mean alone is its own min and max. Rows with a number that is not plausible are left out.
    """
    return {
        round(row.start * 1000) // HOUR_US: scaled
        for row in rows
        if abs(row.start) < LARGEST
        and (scaled := _scaled(row, conversion)) is not None
        and conversion.is_plausible(scaled)
    }


def local_hours(rows: Hours, day: date, zone: ZoneInfo, kind: Kind) -> list[tuple[Span, Value]]:
    """Return the known hours of a local day."""
    return [
        (span, combine(parts, span.length.total_seconds()))
        for span in hours(day, zone)
        if (parts := _parts(rows, span, kind))
    ]


def local_day(parts: Sequence[tuple[Span, Value]], day: date, zone: ZoneInfo) -> Value:
    """Return a local day's value from its hours (at least one)."""
    length = day_span(day, zone).length.total_seconds()
    return combine([(value, span.length.total_seconds()) for span, value in parts], length)


def _scaled(row: Row, conversion: Conversion) -> Row | None:
    if conversion.kind.is_counter:
        change, state = row.change, row.state
        if change is None or not _are_usable(change, state):
            return None
        if change < 0 and conversion.kind.state_class == "total_increasing":
            return None  # somebody has corrected the sum by hand
        state = None if state is None else state * conversion.factor
        return Row(row.start, change=change * conversion.factor, state=state)
    mean = row.mean
    if mean is None or not _are_usable(mean, row.min, row.max):
        return None
    low = mean if row.min is None else row.min
    high = mean if row.max is None else row.max
    return Row(row.start, *(number * conversion.factor for number in (mean, low, high)))


def _are_usable(*numbers: float | None) -> bool:
    return all(abs(number) < LARGEST for number in numbers if number is not None)


def _parts(rows: Hours, span: Span, kind: Kind) -> list[tuple[Value, float]]:
    """Return the part of each row that is in a local hour, and the part's length in seconds."""
    start, end = micros(span.start), micros(span.end)
    parts = []
    for hour in range(start // HOUR_US, -(-end // HOUR_US)):
        row = rows.get(hour)
        if row is not None:
            since, until = max(start, hour * HOUR_US), min(end, (hour + 1) * HOUR_US)
            share = (until - since) / HOUR_US
            remaining = ((hour + 1) * HOUR_US - until) / HOUR_US
            parts.append((_part(row, kind, share, remaining), (until - since) / 1e6))
    return parts


def _part(row: Row, kind: Kind, share: float, remaining: float) -> Value:
    """Return a part of a row.

    `share` is the part's share of the hour, `remaining` the share of the hour after the part.
    """
    if row.change is not None:
        state = row.state if row.state is None else row.state - row.change * remaining
        return Value(change=row.change * share, state=state, coverage=1.0, source="statistics")
    return Value(
        mean=row.mean,
        min=row.min,
        max=row.max,
        kwh=row.mean * share / W_PER_KW if kind.is_power and row.mean is not None else None,
        coverage=1.0,
        source="statistics",
    )
