"""Closed days rolled up into the ledger, and the days that leave it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from math import lcm
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core import zones
from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, bucket_minutes, bucket_name
from powerstats_cli.core.energy.ledger import (
    HOUR_MINUTES,
    RESERVED,
    Ledger,
    LedgerDay,
    Steps,
    entries,
)
from powerstats_cli.core.energy.metering import Price, billed, stepped
from powerstats_cli.core.energy.slots import ROUNDING, Entry, kept, slots_of
from powerstats_cli.core.journal import Journal
from powerstats_cli.core.periods import DAY, Span, day_span, intervals
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import roll_up

PRICE_DECIMALS: Final = 5


class Tariffing(NamedTuple):
    """The minutes for which a price holds, and those that are billed at their mean."""

    step: int
    billed: int


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """What a ledger keeps: the series of energy, the prices, the slots and the days."""

    energy: frozenset[str] = frozenset()
    prices: Mapping[str, Tariffing] = {}
    slot_minutes: int = 60
    days: int = 400

    @property
    def names(self) -> frozenset[str]:
        """The series that it keeps."""
        return (self.energy | self.prices.keys()) - {*RESERVED}


def new_ledger(timezone: str, last_update: datetime) -> Ledger:
    """Return a ledger without a day."""
    return Ledger(zones.current(timezone), last_update, {}, {})


# --- a day ----------------------------------------------------------------------------------------


def rolled_up(document: Document, day: date, keeping: Keeping, zone: ZoneInfo) -> LedgerDay:
    """Return what a ledger keeps of a closed day, from the day's buckets.

    A slot is as long as it has to be for whole buckets: of 10 minutes in slots of 15, half an hour.
    """
    minutes = lcm(keeping.slot_minutes, bucket_minutes(document.bucket))
    values: dict[str, dict[datetime, Value]] = {}
    names = keeping.names - keeping.prices.keys()
    for start, name, value in roll_up(document, day, bucket_name(minutes), zone, names):
        values.setdefault(name, {})[start] = value
    spans = intervals(day, zone, minutes)
    energy = {
        name: slots_of([found.get(span.start) for span in spans], minutes)
        for name, found in values.items()
    }
    prices = {
        name: _steps(document, day, name, price, zone) for name, price in keeping.prices.items()
    }
    return LedgerDay(
        {name: slots for name, slots in energy.items() if slots},
        {name: steps for name, steps in prices.items() if steps and name in keeping.names},
    )


def _steps(
    document: Document, day: date, name: str, tariffing: Tariffing, zone: ZoneInfo
) -> Steps | None:
    prices = stepped(means(document, day, name, zone), tariffing.step, zone)
    known = {price.start: price for price in billed(prices, tariffing.billed, zone)}
    if not known:
        return None
    found = (known.get(span.start) for span in intervals(day, zone, tariffing.billed))
    return Steps(tariffing.billed, tuple(price and _rounded(price.price) for price in found))


def means(document: Document, day: date, name: str, zone: ZoneInfo) -> Iterator[Price]:
    """Yield a price's means over the buckets of a day in which it is wholly known."""
    for span in intervals(day, zone, bucket_minutes(document.bucket)):
        value = document.value(span.start, name)
        if value and value.mean is not None and value.coverage >= 1:
            yield Price(span.start, span.end, value.mean)


def _rounded(price: float) -> float:
    return round(price, PRICE_DECIMALS) + 0.0


def of_hours(hours: Iterable[tuple[Span, Value]], day: date, zone: ZoneInfo) -> list[Value | None]:
    """Return the values of a day's slots of an hour out of those of its local hours."""
    known = dict(hours)
    return [known.get(span) for span in intervals(day, zone, HOUR_MINUTES)]


def steps_of(values: Sequence[Value | None]) -> Steps | None:
    """Return the prices of a day's hours out of the statistics, None if none is known."""
    means = [value.mean if value and value.coverage >= 1 else None for value in values]
    if not any(mean is not None for mean in means):
        return None
    prices = tuple(None if mean is None else _rounded(mean) for mean in means)
    return Steps(HOUR_MINUTES, prices, "statistics")


# --- beside what is stored ------------------------------------------------------------------------


def with_day(
    ledger: Ledger, document: Document, day: date, keeping: Keeping, journal: Journal | None
) -> LedgerDay:
    """Return a ledger's day with what the day's buckets know as well or better.

    A series that does not fit the stored one (`misfits`) is left out. If corrections took all that
    was known of a series, nothing of it stays.
    """
    zone = zones.zone(ledger.timezone)
    stored, new = ledger.days.get(day, LedgerDay()), rolled_up(document, day, keeping, zone)
    span = day_span(day, zone)
    left_out = misfits(ledger, document).keys()

    def merged(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> dict[str, Entry]:
        found = dict(before)
        for name in document.series.keys() & keeping.names - left_out:
            taken = journal.taken(span, name) if journal else 0.0
            if name in after:
                found[name] = kept(before.get(name), after[name], taken)
            elif name in before and taken and before[name].coverage <= taken + ROUNDING:
                del found[name]
        return found

    return LedgerDay(merged(stored.energy, new.energy), merged(stored.prices, new.prices))


def holds(
    ledger: Ledger,
    document: Document,
    day: date,
    keeping: Keeping,
    *,
    newest: date,
    journal: Journal | None,
) -> bool:
    """Tell whether an archived day, rolled up again, would change nothing."""
    if day < first_day(keeping, newest):
        return True
    stored = ledger.days.get(day, LedgerDay())
    return with_day(ledger, document, day, keeping, journal) == stored


def first_day(keeping: Keeping, newest: date) -> date:
    """Return the first day of the window that ends with the last closed day."""
    return newest - (keeping.days - 1) * DAY


def aggregated(
    stored: Ledger,
    archive: Mapping[date, Document],
    keeping: Keeping,
    *,
    newest: date,
    now: datetime,
    journal: Journal | None = None,
) -> Ledger:
    """Return a ledger with every archived day, and without the days before its window.

    The window ends with `newest`, the last closed day. Days that can no longer be made again stay
    until they leave it.
    """
    ledger = stored
    for day in sorted(archive):
        found = with_day(ledger, archive[day], day, keeping, journal)
        if found != ledger.days.get(day, LedgerDay()):
            known = archive[day].series.items()
            kinds = {**{name: one.kind for name, one in known}, **ledger.series}
            ledger = msgspec.structs.replace(ledger, days={**ledger.days, day: found}, series=kinds)
    return _trimmed(ledger, stored, first_day(keeping, newest), now)


def _trimmed(ledger: Ledger, stored: Ledger, first: date, now: datetime) -> Ledger:
    """Return a ledger with its days from the first on, and the series that they have."""
    days = {
        day: ledger.days[day]
        for day in sorted(ledger.days)
        if day >= first and any(entries(ledger.days[day]))
    }
    if days == stored.days and not stored.lost:
        return stored
    names = {name for day in days.values() for name in (*day.energy, *day.prices)}
    series = {name: ledger.series[name] for name in sorted(names)}
    return Ledger(stored.timezone, now, series, days)


def with_days(
    ledger: Ledger, added: Mapping[date, LedgerDay], kinds: Mapping[str, Kind], now: datetime
) -> Ledger:
    """Return a ledger with other entries of some days; those of another kind are left out."""
    series = {**kinds, **ledger.series}
    found = dict(ledger.days)
    for day, more in added.items():
        own = found.get(day, LedgerDay())
        fits = {name for name in (*more.energy, *more.prices) if kinds[name].fits(series[name])}
        found[day] = LedgerDay(
            {**own.energy, **{name: more.energy[name] for name in more.energy if name in fits}},
            {**own.prices, **{name: more.prices[name] for name in more.prices if name in fits}},
        )
    if found == ledger.days:
        return ledger
    names = {name for day in found.values() for name in (*day.energy, *day.prices)}
    return msgspec.structs.replace(
        ledger,
        last_update=now,
        series={name: series[name] for name in sorted(names)},
        days={day: found[day] for day in sorted(found)},
    )


def merged(ledger: Ledger, other: Ledger) -> Ledger:
    """Return a ledger with what another one knows better; series of another kind are left out."""
    series = {**other.series, **ledger.series}
    days = dict(ledger.days)
    for day, more in other.days.items():
        own = days.get(day, LedgerDay())
        days[day] = LedgerDay(
            _known_best(own.energy, more.energy, other.series, series),
            _known_best(own.prices, more.prices, other.series, series),
        )
    names = {name for day in days.values() for name in (*day.energy, *day.prices)}
    return msgspec.structs.replace(
        ledger,
        last_update=max(ledger.last_update, other.last_update),
        series={name: series[name] for name in sorted(names)},
        days={day: days[day] for day in sorted(days)},
    )


def _known_best(
    own: Mapping[str, Entry],
    more: Mapping[str, Entry],
    its: Mapping[str, Kind],
    series: Mapping[str, Kind],
) -> dict[str, Entry]:
    fitting = {name: entry for name, entry in more.items() if its[name].fits(series[name])}
    return {**own, **{name: kept(entry, own.get(name, entry)) for name, entry in fitting.items()}}


def misfits(stored: Ledger, document: Document) -> dict[str, str]:
    """Return each series that has another unit or state class in a document, and both kinds."""
    return {
        name: f"{document.series[name].kind.described}, but {kind.described} in ledger.json"
        for name, kind in stored.series.items()
        if name in document.series and not document.series[name].kind.fits(kind)
    }
