"""What energy costs by hours, days, weeks, months and bills: a row for each."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import fsum
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import COVERAGE_DECIMALS, ENERGY_DECIMALS, rounded
from powerstats_cli.core.documents import in_local_time
from powerstats_cli.core.energy.bills import WRITTEN_DECIMALS, Bill, Cost, bill, share_in
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.metering import Energies, Known, ending_in, energies
from powerstats_cli.core.energy.tariffs import Days, Term
from powerstats_cli.core.periods import DAY, Span, day_span, hours, local_day

FLOWS: Final = ("import", "export")
NO_TIME: Final = timedelta(0)


class Row(msgspec.Struct, frozen=True):
    """The cost of a span: kWh, and amounts of money; None is unknown, or not there.

    `known` is the known share of the time so far. An amount is what of it could be priced, at least
    the fixed part of days that have begun. `fixed` is None of an hour, which has none.
    """

    span: Span
    imported: float | None
    exported: float | None
    energy: float | None
    fixed: float | None
    amount: float | None
    known: float

    @property
    def per_kwh(self) -> float | None:
        """What a kWh of import cost, all in all; None if nothing was imported."""
        if self.amount is None or self.imported is None or self.imported <= 0:
            return None
        return self.amount / self.imported


class Day(msgspec.Struct, frozen=True):
    """A day of a bill: what it costs, its known share, and its time so far."""

    cost: Cost | None
    share: float
    span: Span


def days_of(bills: Iterable[Bill]) -> dict[date, tuple[Cost, float]]:
    """Return the cost of each day of some bills, and its known share."""
    return {day: (cost, each.shares[day]) for each in bills for day, cost in each.days.items()}


def by_days(
    wanted: Iterable[Days], costs: Mapping[date, tuple[Cost, float]], known: Known, home: Contract
) -> Iterator[Row]:
    """Yield a row for some days each; those that have not begun are left out."""
    end = local_day(known.until, home.timezone) + DAY
    for some in wanted:
        days = [_day(day, costs, known, home) for day in some.cut(None, end)]
        days = [day for day in days if day.span.length]
        if days:
            yield _row(days, known)


def _day(day: date, costs: Mapping[date, tuple[Cost, float]], known: Known, home: Contract) -> Day:
    cost, share = costs.get(day, (None, 0.0))
    span = day_span(day, home.timezone)
    return Day(cost, share, Span(span.start, max(span.start, min(span.end, known.until))))


def _row(days: Sequence[Day], known: Known) -> Row:
    span = Span(days[0].span.start, days[-1].span.end)
    imported, exported = (_kwh(known, flow, span) for flow in FLOWS)
    costs = [day.cost for day in days if day.cost]
    lengths = [day.span.length.total_seconds() for day in days]
    share = fsum(day.share * length for day, length in zip(days, lengths, strict=True))
    energy = fsum(cost.energy for cost in costs)
    is_told = bool(costs) and (energy != 0.0 or share > 0.0)
    return Row(
        span,
        imported,
        exported,
        energy if is_told else None,
        fsum(cost.fixed for cost in costs) if costs else None,
        fsum(cost.amount for cost in costs) if costs else None,
        share / fsum(lengths),
    )


def _kwh(known: Known, flow: str, span: Span) -> float | None:
    found = ending_in(known.energy.get(flow, ()), span)
    return fsum(found.kwh) if found else None


def together(some: Sequence[Row]) -> Row:
    """Return some rows, at least one, as one."""
    seconds = [row.span.length.total_seconds() for row in some]
    return Row(
        Span(some[0].span.start, some[-1].span.end),
        _sum(row.imported for row in some),
        _sum(row.exported for row in some),
        _sum(row.energy for row in some),
        _sum(row.fixed for row in some),
        _sum(row.amount for row in some),
        fsum(row.known * each for row, each in zip(some, seconds, strict=True)) / fsum(seconds),
    )


def _sum(numbers: Iterable[float | None]) -> float | None:
    """Return the sum of what is known, None if nothing is."""
    known = [number for number in numbers if number is not None]
    return fsum(known) if known else None


def cells(row: Row, zone: ZoneInfo) -> dict[str, str | float | None]:
    """Return a row as it is written: local times with their offset, kWh, and amounts of money."""
    found: dict[str, str | float | None] = {
        "start": in_local_time(row.span.start, zone),
        "end": in_local_time(row.span.end, zone),
        "import": _rounded(row.imported, ENERGY_DECIMALS),
        "export": _rounded(row.exported, ENERGY_DECIMALS),
        "energy": _rounded(row.energy, WRITTEN_DECIMALS),
        "fixed": _rounded(row.fixed, WRITTEN_DECIMALS),
        "amount": _rounded(row.amount, WRITTEN_DECIMALS),
        "per_kwh": _rounded(row.per_kwh, ENERGY_DECIMALS),
        "known": rounded(row.known, COVERAGE_DECIMALS),
    }
    return found


def _rounded(number: float | None, decimals: int) -> float | None:
    return None if number is None else rounded(number, decimals)


# --- hours ----------------------------------------------------------------------------------------


def by_hour(day: date, term: Term | None, known: Known, home: Contract) -> Iterator[Row]:
    """Yield the hours of a day so far: what its energy costs at the end less that at the start.

    Raises ValueError if only the day's sum is known of its energy.
    """
    span = day_span(day, home.timezone)
    if any(_is_coarse(ending_in(known.energy.get(flow, ()), span), span) for flow in FLOWS):
        message = f"hours are not kept of {day}: use --by day"
        raise ValueError(message)
    lines = home.lines(term.tariff) if term else ()
    before = 0.0
    for start, end in hours(day, home.timezone):
        hour = Span(start, min(end, known.until))
        if hour.length <= NO_TIME:
            return
        so_far = bill(lines, term, home.home, _cut(known, hour.end)).days[day].energy if term else 0
        share = share_in(lines, day, hour, known) if term else 0.0
        energy = so_far - before if share or so_far != before else None
        imported, exported = (_kwh(known, flow, hour) for flow in FLOWS)
        yield Row(hour, imported, exported, energy, None, energy, share)
        before = so_far


def _is_coarse(stretches: Energies, span: Span) -> bool:
    """Tell whether all that is known of a day's energy is one stretch of most of the day."""
    return (
        len(stretches) == 1
        and stretches.kwh[0] != 0.0
        and stretches.ends[0] == span.end
        and stretches.ends[0] - stretches.starts[0] > span.length / 2
    )


def _cut(known: Known, until: datetime) -> Known:
    """Return what was known at an instant."""
    energy = {
        name: found[: bisect_right(found.ends, until)]
        for name, found in ((name, energies(some)) for name, some in known.energy.items())
    }
    return msgspec.structs.replace(known, energy=energy, until=until)
