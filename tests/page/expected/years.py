"""The numbers of the calendar years: sums of months and years, and their changes."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, day_span, local_day
from tests.page.expected.grid import Numbers
from tests.page.expected.sums import ENOUGH, change

Amounts = Mapping[date, tuple[Fraction, float]]


def years(documents: Mapping[str, Document], name: str) -> Numbers:
    """Return what the tab shows of a series: it has the amount and the known share of each day."""
    found = {int(key.removeprefix("years/")): _amounts(one, name) for key, one in documents.items()}
    zone = ZoneInfo(documents[f"years/{max(found)}"].timezone)
    numbers: Numbers = {}
    for year, amounts in found.items():
        spans = [(f"{year}-{month:02}", month, month + 1) for month in range(1, 13)]
        for key, start, end in [*spans, (f"{year}", 1, 13)]:
            days = _days(year, start, end)
            ours = {day: amounts[day] for day in days if day in amounts}
            theirs = found.get(year - 1, {})
            before = {day: theirs[day] for day in _days(year - 1, start, end) if day in theirs}
            numbers[f"years-{key}"] = float(sum(kwh for kwh, _ in ours.values())) if ours else None
            each = _each(ours, days, zone)
            changed = change(each, _each(before, _days(year - 1, start, end), zone))
            if changed is not None:
                numbers[f"years-{key}-change"] = changed
            count = sum(known >= ENOUGH for _, known in ours.values())
            if count < len(days) and (start + 12 == end or (ours and each is None)):
                numbers[f"years-{key}-days"] = count
    return numbers


def _amounts(document: Document, name: str) -> Amounts:
    """Return the amount of each day that has one, and its known share."""
    zone = ZoneInfo(document.timezone)
    found = {}
    for start, point in document.points.items():
        value = point.get(name)
        amount = None if value is None else value.kwh if value.kwh is not None else value.change
        if value is not None and amount is not None:
            found[local_day(start, zone)] = (Fraction(amount), value.coverage)
    return found


def _days(year: int, start: int, end: int) -> list[date]:
    """Return the days of some months of a year."""
    first = date(year, start, 1)
    after = date(year + (end > 12), end - 12 * (end > 12), 1)
    return [first + number * DAY for number in range((after - first).days)]


def _each(amounts: Amounts, days: list[date], zone: ZoneInfo) -> float | None:
    """Return the amount of a known day, if at least 90 % of the time is known."""
    lengths = {day: Fraction(day_span(day, zone).length / timedelta(days=1)) for day in days}
    known = sum((lengths[day] * Fraction(share) for day, (_, share) in amounts.items()), Fraction())
    if not amounts or known < Fraction(ENOUGH) * sum(lengths.values()):
        return None
    return float(sum(kwh for kwh, _ in amounts.values()) / known)
