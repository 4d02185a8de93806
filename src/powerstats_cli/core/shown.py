"""A proposed correction as rows: each bucket before and after, and the sums around it."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.correcting import Held, rolled_up, with_values
from powerstats_cli.core.documents import Document
from powerstats_cli.core.entries import Change
from powerstats_cli.core.periods import DAY, day_span, days, local_day

Group = str
"""bucket, hour, day or month."""
GROUPS: Final = ("bucket", "hour", "day", "month")


class Row(msgspec.Struct, frozen=True):
    """A bucket or a sum before and after; `group` is one of GROUPS, `start` its first instant."""

    group: Group
    start: datetime
    before: Value | None
    after: Value | None


def rows(held: Held, name: str, changes: Sequence[Change]) -> list[Row]:
    """Return the rows of a correction: its buckets, then the hours, days and months around them."""
    finest = [each for each in changes if each.bucket.endswith("min")]
    bigger = [each for each in changes if not each.bucket.endswith("min")]
    found = [Row("bucket", each.start, each.was, each.now) for each in finest]
    found += [Row(each.bucket, each.start, each.was, each.now) for each in bigger]
    found += _open_day(held, name, finest)
    found += _months(held, name, [row for row in found if row.group == "day"])
    return sorted(found, key=lambda row: (GROUPS.index(row.group), row.start))


def _open_day(held: Held, name: str, finest: Sequence[Change]) -> Iterator[Row]:
    """Yield the hours of today, and what today has so far."""
    day = held.open_day
    if day is None:
        return
    concerned = {each.start: each.now for each in finest if local_day(each.start, held.zone) == day}
    if not concerned:
        return
    before = held.days[day]
    after = with_values(before, name, concerned)
    for bucket in ("hour", "day"):
        old = rolled_up(before, day, bucket, name, held.zone)
        new = rolled_up(after, day, bucket, name, held.zone)
        for start in sorted(old.keys() | new.keys()):
            if old.get(start) != new.get(start):
                yield Row(bucket, start, old.get(start), new.get(start))


def _months(held: Held, name: str, changed: Sequence[Row]) -> Iterator[Row]:
    """Yield the months of the changed days, as far as they have an energy."""
    by_day = {local_day(row.start, held.zone): row for row in changed}
    for first in sorted({day.replace(day=1) for day in by_day}):
        before, after = 0.0, 0.0
        is_energy = False
        for day in days(first, _next_month(first)):
            row = by_day.get(day)
            was = row.before if row else _day_value(held, name, day)
            now = row.after if row else was
            is_energy = is_energy or any(energy(each) is not None for each in (was, now))
            before += energy(was) or 0.0
            after += energy(now) or 0.0
        if is_energy:
            start = day_span(first, held.zone).start
            yield Row("month", start, _sum(before), _sum(after))


def _next_month(first: date) -> date:
    return (first + 31 * DAY).replace(day=1)


def _day_value(held: Held, name: str, day: date) -> Value | None:
    start = day_span(day, held.zone).start
    stored = held.stored("day", start, name)
    document: Document | None = held.days.get(day)
    if stored is None and document is not None:
        return rolled_up(document, day, "day", name, held.zone).get(start)
    return stored


def energy(value: Value | None) -> float | None:
    """Return the energy of a power or the change of a counter, None for other values."""
    if value is None:
        return None
    return value.change if value.change is not None else value.kwh


def _sum(kwh: float) -> Value:
    return Value(change=kwh, coverage=1.0)
