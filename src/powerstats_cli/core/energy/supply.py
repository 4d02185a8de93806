"""What the files know of some days, as the energy and the prices that bills are made of.

A day is taken from its buckets, else from its slots in the ledger, else from its sum, each in whole
for a flow; of two that know it, the finer one, as long as it knows about as much.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import fsum, lcm
from operator import sub
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, Point
from powerstats_cli.core.energy.demand import depended_on
from powerstats_cli.core.energy.flows import Plan, Term, amount_of
from powerstats_cli.core.energy.ledger import LedgerDay, Slots, Steps
from powerstats_cli.core.energy.ledger_days import Tariffing, means
from powerstats_cli.core.energy.metering import (
    Energies,
    Energy,
    Known,
    Price,
    Prices,
    billed,
    energies,
    joined,
    priced,
    stepped,
)
from powerstats_cli.core.energy.slots import WH, agrees
from powerstats_cli.core.energy.stretches import Bucket, Day, stretches
from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.energy.tariffs import Days
from powerstats_cli.core.periods import (
    DAY,
    Span,
    day_span,
    days,
    hours,
    intervals,
    local_day,
)
from powerstats_cli.core.pieces import ABOUT_AS_MUCH
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import buckets

ALL: Final = 1 - ABOUT_AS_MUCH


class Stored(NamedTuple):
    """What the files have of a local day: its buckets, its slots, and its sums."""

    day: date
    document: Document | None = None
    slots: LedgerDay | None = None
    sums: Point = {}  # noqa: RUF012


class Wanted(msgspec.Struct, frozen=True):
    """The flows and series whose energy is wanted, and the prices, each from its first day on."""

    energy: Mapping[str, date]
    prices: Mapping[str, date] = {}

    @classmethod
    def by(cls, lines: Iterable[Line], days: Days, also: Iterable[str] = ()) -> "Wanted":
        """Return all that prices some lines on some days, and the energy of others.

        A demand depends on the peaks of earlier months, too.
        """
        energy, prices = dict.fromkeys(also, days.first), {}
        for line in lines:
            first = depended_on(line, days).first if line.kind == "demand" else days.first
            for name in line.series:
                energy[name] = min(first, energy.get(name, first))
            if line.price:
                prices[line.price] = days.first
        return cls(energy, prices)

    @classmethod
    def together(cls, some: Iterable["Wanted"]) -> "Wanted":
        """Return all that is wanted, each from the first day on that anything wants it."""
        energy, prices = dict[str, date](), dict[str, date]()
        for each in some:
            for found, wanted in ((energy, each.energy), (prices, each.prices)):
                for name, first in wanted.items():
                    found[name] = min(first, found.get(name, first))
        return cls(energy, prices)

    @property
    def names(self) -> set[str]:
        """The flows, series and prices."""
        return {*self.energy, *self.prices}


class Supply(msgspec.Struct, frozen=True):
    """A home's clock, its flows, the kinds of its series, and the steps of its prices.

    `until` is the instant up to which all series that are wanted have been collected.
    """

    zone: ZoneInfo
    plan: Plan
    kinds: Mapping[str, Kind]
    prices: Mapping[str, Tariffing]
    until: datetime

    def known(self, wanted: Wanted, stored: Iterable[Stored], since: Mapping[str, date]) -> Known:
        """Return what is known of the wanted energies and prices, out of days in order.

        `since` has an earlier day of each energy, on which all of its counters were there: it tells
        when those were lost that returned later.
        """
        told: dict[str, list[Day]] = {name: [] for name in wanted.energy}
        prices: dict[str, list[Prices]] = {name: [] for name in wanted.prices}
        terms = {name: self.plan.terms_of(name) for name in wanted.energy}
        for each in stored:
            for name, found in told.items():
                if each.day >= since[name]:
                    found.append(self._day(terms[name], each))
            for name, first in wanted.prices.items():
                if each.day >= first:
                    prices[name].append(self._prices(name, each))
        energy = {
            name: self._energy(terms[name], found, wanted.energy[name])
            for name, found in told.items()
        }
        return Known(energy, {name: joined(found) for name, found in prices.items()}, self.until)

    def is_lost(self, name: str, stored: Stored) -> bool:
        """Tell whether the reading of a counter of a flow is not known at the end of a day."""
        return any(
            self._is_counter(term) and not _last(self._day([term], stored))
            for term in self.plan.terms_of(name)
        )

    def _is_counter(self, term: Term) -> bool:
        kind = self.kinds.get(term.name)
        return kind is not None and kind.is_counter

    def _energy(self, terms: Sequence[Term], told: Iterable[Day], first: date) -> Energies:
        """Return the stretches of a flow that end after its first day began."""
        if not terms:
            return energies(self._none(first))
        found = stretches(told, [self._is_counter(term) for term in terms])
        return found[bisect_right(found.ends, day_span(first, self.zone).start) :]

    def _none(self, first: date) -> Iterator[Energy]:
        """Yield the hours of a flow that is not there: nothing flows, and that is known."""
        for day in days(first, local_day(self.until, self.zone) + DAY):
            for hour in hours(day, self.zone):
                if hour.start < self.until:
                    yield Energy(hour.start, min(hour.end, self.until), 0.0)

    # --- the energy of a day

    def _day(self, terms: Sequence[Term], stored: Stored) -> Day:
        """Return a day's buckets of a flow, from the finest that know about as much as any."""
        found: list[tuple[float, Day]] = []
        for told in self._told(terms, stored):
            share = self._share(told, stored.day)
            if share >= ALL and not found:
                return told
            found.append((share, told))
        most = max((share for share, _ in found), default=0.0)
        return next(
            (told for share, told in found if share >= most - ABOUT_AS_MUCH),
            Day([Bucket(day_span(stored.day, self.zone), [None] * len(terms))]),
        )

    def _told(self, terms: Sequence[Term], stored: Stored) -> Iterator[Day]:
        """Yield what each kind of file tells of a flow, the finest first."""
        if stored.document:
            yield self._of_document(terms, stored.day, stored.document)
        if stored.slots and (slots := _agreed(terms, stored.slots, stored.sums)):
            yield self._of_slots(terms, slots, stored.day)
        if any(term.name in stored.sums for term in terms):
            amounts = [amount_of(term, stored.sums) for term in terms]
            yield Day([Bucket(day_span(stored.day, self.zone), amounts)])

    def _share(self, told: Day, day: date) -> float:
        if told.kwh:
            return 1.0
        length = day_span(day, self.zone).length
        return fsum(bucket.share * (bucket.span.length / length) for bucket in told.buckets)

    def _of_document(self, terms: Sequence[Term], day: date, document: Document) -> Day:
        spans = [
            span for span in buckets(document.bucket, day, self.zone) if span.start < self.until
        ]
        points = [document.points.get(span.start, {}) for span in spans]
        rows = [[amount_of(term, point) for term in terms] for point in points]
        known = [[each.kwh for each in row if each and each.coverage == 1] for row in rows]
        if all(len(row) == len(terms) for row in known):
            return Day((), spans, list(map(fsum, known)))
        return Day(list(map(Bucket, spans, rows)))

    def _of_slots(self, terms: Sequence[Term], slots: Sequence[Slots], day: date) -> Day:
        minutes = lcm(*(each.minutes for each in slots))
        spans = intervals(day, self.zone, minutes)
        if all(each.minutes == minutes and _is_whole(each) for each in slots):
            columns = list(map(_wh, terms, slots))
            wh = columns[0] if len(columns) == 1 else map(sum, zip(*columns, strict=True))
            return Day((), spans, [each / WH for each in wh])
        values = [
            list(self._values(each, spans, day, is_counter=self._is_counter(term)))
            for term, each in zip(terms, slots, strict=True)
        ]
        rows = (
            [
                amount_of(term, {term.name: value} if value else {})
                for term, value in zip(terms, of, strict=True)
            ]
            for of in zip(*values, strict=True)
        )
        return Day(list(map(Bucket, spans, rows)))

    def _values(
        self, slots: Slots, spans: Sequence[Span], day: date, *, is_counter: bool
    ) -> Iterator[Value | None]:
        """Yield the value of a series in each span, out of the slots in it."""
        remaining = zip(
            intervals(day, self.zone, slots.minutes),
            slots.wh,
            slots.back or [0] * len(slots.wh),
            slots.known or [1.0] * len(slots.wh),
            strict=True,
        )
        for span in spans:
            wh = back = 0
            known, is_told = 0.0, True
            for part, forward_less_back, of_it, share in remaining:
                if forward_less_back is not None:
                    wh += forward_less_back
                    known += share * (part.length / span.length)
                    is_told = is_told and of_it is not None
                    back += of_it or 0
                if part.end >= span.end:
                    break
            yield _value(wh, back if is_told else None, min(known, 1.0), is_counter=is_counter)

    # --- the prices of a day

    def _prices(self, name: str, stored: Stored) -> Prices:
        """Return a day's prices by the steps that are billed, from the source that knows more."""
        steps = stored.slots.prices.get(name) if stored.slots else None
        if stored.document is None:
            return self._of_steps(name, steps, stored.day) if steps else Prices()
        of_document = priced(self._of_means(name, stored.document, stored.day))
        if steps is None:
            return of_document
        of_slots = self._of_steps(name, steps, stored.day)
        less = (_length(of_slots) - _length(of_document)) / day_span(stored.day, self.zone).length
        return of_slots if less > ABOUT_AS_MUCH else of_document

    def _of_means(self, name: str, document: Document, day: date) -> Iterator[Price]:
        tariffing = self.prices[name]
        prices = stepped(means(document, day, name, self.zone), tariffing.step, self.zone)
        return billed(prices, tariffing.billed, self.zone)

    def _of_steps(self, name: str, steps: Steps, day: date) -> Prices:
        known = [
            (*span, price)
            for span, price in zip(
                intervals(day, self.zone, steps.minutes), steps.price, strict=True
            )
            if price is not None
        ]
        found = Prices(*zip(*known, strict=True)) if known else Prices()
        minutes = self.prices[name].billed
        is_finer = minutes > steps.minutes and not minutes % steps.minutes
        return priced(billed(found, minutes, self.zone)) if is_finer else found


def _last(told: Day) -> bool:
    """Tell whether something is known in the last bucket of a day."""
    return bool(told.kwh) or bool(told.buckets and any(told.buckets[-1].amounts))


def _length(prices: Prices) -> timedelta:
    return sum(map(sub, prices.ends, prices.starts), timedelta(0))


def _agreed(terms: Sequence[Term], slots: LedgerDay, sums: Point) -> list[Slots]:
    """Return the slots of each term, none if one has none, or other energy than its day."""
    found = [slots.energy.get(term.name) for term in terms]
    agreed = [
        each
        for term, each in zip(terms, found, strict=True)
        if each is not None and agrees(each, sums.get(term.name))
    ]
    return agreed if len(agreed) == len(terms) else []


def _is_whole(slots: Slots) -> bool:
    """Tell whether all is known of a day's slots, also what flowed back."""
    return slots.known is None and not (slots.back and None in slots.back)


def _wh(term: Term, slots: Slots) -> Sequence[int]:
    """Return a term's whole Wh in slots that are wholly known."""
    none = (0,) * len(slots.wh)
    back = slots.back or none
    ways = {"net": (slots.wh, none), "forward": (slots.wh, back), "back": (back, none)}
    one, other = ways[term.way]
    return [term.sign * ((wh or 0) + (more or 0)) for wh, more in zip(one, other, strict=True)]


def _value(wh: int, back: int | None, coverage: float, *, is_counter: bool) -> Value | None:
    if not coverage:
        return None
    if is_counter:
        return Value(change=wh / WH, coverage=coverage)
    return Value(kwh=wh / WH, back=None if back is None else back / WH, coverage=coverage)
