"""Days, or months, of energy against the sums of Home Assistant's long-term statistics."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document
from powerstats_cli.core.verification.differences import Difference, amount, kind_of

CHECK: Final = "statistics"
WHOLLY_KNOWN: Final = 0.9999
SAME_ENERGY: Final = 0.01  # kWh
SAME_SHARE: Final = 0.001
# In a zone half an hour off, an hour of UTC lies in two local hours, and maybe in two days.
SAME_MONTH_SHARE: Final = 0.01
WHOLE_METER_SHARE: Final = 0.9
UNKNOWN_TIME: Final = "unknown time"
WHOLE_METER: Final = "statistics booked a whole meter"
_HOUR: Final = timedelta(hours=1)


class Pair(msgspec.Struct, frozen=True):
    """The same series on the same local day: the file, its value, and that of the statistics."""

    file: str
    start: datetime
    series: str
    unit: str
    ours: Value
    theirs: Value


def pairs(
    documents: Mapping[str, Document], theirs: Iterable[tuple[datetime, str, Value]]
) -> Iterator[Pair]:
    """Yield each day of the statistics of which a file has the energy; the first file counts."""
    for start, series, value in theirs:
        for name, document in documents.items():
            ours = document.value(start, series)
            if ours is not None and (ours.kwh is not None or ours.change is not None):
                _, unit = amount(ours, kind_of(document.series.get(series)))
                yield Pair(name, start, series, unit, ours, value)
                break


def differences(found: Iterable[Pair], zone: ZoneInfo) -> Iterator[Difference | None]:
    """Yield a difference, or None, for each day; for each month in a zone half an hour off."""
    off: dict[tuple[str, str], list[Pair]] = {}
    for pair in found:
        if _is_on_the_hour(pair.start):
            yield _of_day(pair, zone)
        else:
            month = f"{pair.start.astimezone(zone):%Y-%m}"
            off.setdefault((month, pair.series), []).append(pair)
    for (month, _), days in off.items():
        yield _of_month(month, days)


def _is_on_the_hour(start: datetime) -> bool:
    return not (start - datetime.min.replace(tzinfo=start.tzinfo)) % _HOUR


def _of_day(pair: Pair, zone: ZoneInfo) -> Difference | None:
    here, there = _energy(pair.ours), _energy(pair.theirs)
    if abs(here - there) <= max(SAME_ENERGY, SAME_SHARE * abs(there)):
        return None
    start = pair.start.astimezone(zone)
    return _difference(pair, start.isoformat(timespec="minutes"), here, there, _explained([pair]))


def _of_month(month: str, days: list[Pair]) -> Difference | None:
    here = sum(_energy(pair.ours) for pair in days)
    there = sum(_energy(pair.theirs) for pair in days)
    if abs(here - there) <= max(SAME_ENERGY, SAME_MONTH_SHARE * abs(there)):
        return None
    return _difference(days[0], month, here, there, _explained(days))


def _difference(pair: Pair, bucket: str, here: float, there: float, explained: str) -> Difference:
    return Difference(
        check=CHECK,
        file=pair.file,
        bucket=bucket,
        series=pair.series,
        text="the energy is not that of Home Assistant's statistics",
        here=round(here, 6),
        there=round(there, 6),
        unit=pair.unit,
        explained=explained,
    )


def _energy(value: Value) -> float:
    energy = value.kwh if value.change is None else value.change
    if energy is None and value.mean is not None:
        return value.mean
    return energy or 0.0


def _explained(days: list[Pair]) -> str:
    """Return why days may differ, empty if they may not."""
    corrections = [pair.ours.corrected for pair in days if pair.ours.corrected]
    if corrections:
        return f"corrected by {corrections[0]}"
    if any(_is_whole_meter(pair.theirs) for pair in days):
        return WHOLE_METER
    if any(min(pair.ours.coverage, pair.theirs.coverage) < WHOLLY_KNOWN for pair in days):
        return UNKNOWN_TIME
    return ""


def _is_whole_meter(value: Value) -> bool:
    """Tell whether a change is about all that the meter has ever counted."""
    if value.change is None or not value.state:
        return False
    return value.change >= WHOLE_METER_SHARE * value.state
