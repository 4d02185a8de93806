"""The demand that a bill counts: the highest mean power of each month, in kW."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import attrgetter
from typing import Final

from powerstats_cli.core.energy.hours import spans
from powerstats_cli.core.energy.metering import Energy, Home, Known, ending_in
from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.energy.tariffs import Days, share_of
from powerstats_cli.core.periods import HOUR, Span, day_span, intervals
from powerstats_cli.core.scales import months_later

# A share of a window that is less than this is not the whole of it.
WHOLE: Final = 0.9995
_END: Final = attrgetter("end")


def day_peak(line: Line, day: date, energy: Sequence[Energy], home: Home) -> float | None:
    """Return the highest mean power of a local day's windows, in kW; None if no window is known.

    Windows are aligned to the hour; one counts if all of it is known, and if it is in `only`.
    """
    span = day_span(day, home.timezone)
    windows: Sequence[Span] = intervals(day, home.timezone, line.minutes)
    if line.only:
        zone = spans(home.zones[line.only], span, home.timezone, home.is_holiday)
        windows = [window for window in windows if _is_inside(window, zone)]
    found = ending_in(energy, span)
    if found.fill(span) and found.ends == [window.end for window in windows]:
        return max(found.kwh) * (HOUR / windows[0].length)
    return max(_powers(windows, found), default=None)


def _is_inside(window: Span, zone: Iterable[Span]) -> bool:
    return any(part.start <= window.start and window.end <= part.end for part in zone)


def _powers(windows: Sequence[Span], energy: Iterable[Energy]) -> Iterator[float]:
    """Yield the mean power in kW of each window that is wholly known."""
    kwh: dict[Span, float] = {}
    known: dict[Span, timedelta] = {}
    for stretch in energy:
        place = bisect_right(windows, stretch.start, key=_END)
        window = windows[place] if place < len(windows) else None
        if window and window.start <= stretch.start and stretch.end <= window.end:
            kwh[window] = kwh.get(window, 0.0) + stretch.kwh
            length = (stretch.end - stretch.start) * stretch.coverage
            known[window] = known.get(window, 0 * HOUR) + length
    for window, total in kwh.items():
        if known[window] >= WHOLE * window.length:
            yield total / (window.length / HOUR)


def day_peaks(line: Line, days: Days, home: Home, known: Known) -> dict[date, float]:
    """Return the peak of each day that the demand of some days depends on, in kW."""
    energy = known.energy.get(line.demanded, ())
    peaks = ((day, day_peak(line, day, energy, home)) for day in depended_on(line, days))
    return {day: peak for day, peak in peaks if peak is not None}


def depended_on(line: Line, days: Days) -> Days:
    """Return the days on whose peaks the demand of some days depends: those of earlier months."""
    return Days(months_later(days.first.replace(day=1), 1 - line.months), days.end)


def lacking(line: Line, days: Days, peaks: Iterable[date]) -> set[date]:
    """Return the days that have no amount: no peak is known in any of the months that count."""
    known = {day.replace(day=1) for day in peaks}
    return {day for day in days if known.isdisjoint(_counting(line, day))}


def running(line: Line, days: Days, peaks: Mapping[date, float]) -> Iterator[tuple[float, float]]:
    """Yield for each day the kW that count at its end, and the amount of all days up to it.

    A day costs the mean of the known among the `months` calendar months that end with its own, so
    a peak that is broken raises what the earlier days of its month cost. Days that are `lacking`
    add nothing, and the kW stay what they were.
    """
    months: dict[date, float] = {}
    highest: list[float] = []
    of_month = date.min
    closed = so_far = kw = 0.0
    unit = line.per.removeprefix("kW ")
    rate = line.rate_in("") * line.times
    for day in depended_on(line, days):
        if (month := day.replace(day=1)) != of_month:
            closed, so_far, of_month, highest = closed + so_far, 0.0, month, []
            shares = 0.0
        if day in peaks:
            insort(highest, peaks[day])
            best = highest[-line.highest :]
            months[month] = max(sum(best) / len(best), line.at_least)
        if day >= days.first:
            shares += share_of(unit, day)
            if known := [months[each] for each in _counting(line, day) if each in months]:
                kw = sum(known) / len(known)
                so_far = rate * kw * shares
            yield kw, closed + so_far


def _counting(line: Line, day: date) -> Iterator[date]:
    """Yield the first days of the months whose peaks count on a day."""
    return (months_later(day.replace(day=1), -back) for back in range(line.months))
