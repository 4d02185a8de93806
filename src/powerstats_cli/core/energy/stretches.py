"""The energy of a flow as stretches of time: counters that were away come back with a step.

A counter's step across unknown time lies on the whole stretch from where the reading was lost to
the end of the bucket in which it returned. A flow that is the sum of several counters has such a
stretch while any of them is away; what the others counted meanwhile is in it.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from math import fsum
from typing import Final, NamedTuple

from powerstats_cli.core.energy.flows import MOST_APART, Amount, added
from powerstats_cli.core.energy.metering import Energies, Energy
from powerstats_cli.core.periods import Span

# A share of a bucket that is less than this is not the whole of it.
WHOLE: Final = 0.9995
NO_TIME: Final = timedelta(0)


class Bucket(NamedTuple):
    """A bucket, and the energy of each term of a flow in it, with its sign; None is unknown."""

    span: Span
    amounts: Sequence[Amount | None]

    @property
    def energy(self) -> Energy | None:
        """The flow's energy, None if a term has none; no time is known if terms are apart."""
        known = [amount for amount in self.amounts if amount is not None]
        if len(known) < len(self.amounts):
            return None
        return Energy(*self.span, fsum(amount.kwh for amount in known), self.share)

    @property
    def share(self) -> float:
        """The known share of the bucket, by the rule for a sum."""
        whole = added((1, amount) for amount in self.amounts)
        return 0.0 if whole is None else whole.coverage


class Day(NamedTuple):
    """A day's buckets of a flow in order; or, if each is wholly known, their spans and kWh."""

    buckets: Sequence[Bucket] = ()
    spans: Sequence[Span] = ()
    kwh: Sequence[float] = ()

    def told(self, number: int) -> Iterator[Bucket]:
        """Yield the buckets of a flow of so many terms; if all is known the first has all of it."""
        others = [Amount(0.0, 1.0, 1.0)] * (number - 1)
        for span, kwh in zip(self.spans, self.kwh, strict=True):
            yield Bucket(span, [Amount(kwh, 1.0, 1.0), *others])
        yield from self.buckets


class _Gap(NamedTuple):
    """The time since a counter's reading was lost, and what is known of the flow in it.

    `is_told` says whether all terms that are no counters are known throughout.
    """

    start: datetime
    kwh: float = 0.0
    known: timedelta = NO_TIME
    is_told: bool = True


class _Place(NamedTuple):
    """Where a walk through buckets is: in a gap, or after a bucket that is known in part.

    `seen` tells of which terms there was a bucket: before its first a counter is not lost.
    """

    seen: Sequence[bool]
    gap: _Gap | None = None
    held: Bucket | None = None


def stretches(days: Iterable[Day], are_counters: Sequence[bool]) -> Energies:
    """Return the stretches of a flow out of its days in order.

    `are_counters` tells which terms are. As long as one was not there at all, the flow is unknown.
    """
    starts, ends = list[datetime](), list[datetime]()
    kwh, coverage = array("d"), array("d")

    def add(found: Iterable[Energy]) -> None:
        for each in found:
            starts.append(each.start)
            ends.append(each.end)
            kwh.append(each.kwh)
            coverage.append(each.coverage)

    place = _Place([not is_counter for is_counter in are_counters])
    for day in days:
        if day.kwh and place.gap is None:
            add(_whole(place.held, are_counters) if place.held else ())
            place = _Place([True] * len(are_counters))
            starts += [span.start for span in day.spans]
            ends += [span.end for span in day.spans]
            kwh.extend(day.kwh)
            coverage.extend([1.0] * len(day.kwh))
            continue
        for bucket in day.told(len(are_counters)):
            place, found = _walked(place, bucket, are_counters)
            add(found)
    add(_whole(place.held, are_counters) if place.held else ())
    return Energies(starts, ends, kwh, coverage)


def _walked(
    place: _Place, bucket: Bucket, are_counters: Sequence[bool]
) -> tuple[_Place, list[Energy]]:
    """Return where a walk is after a bucket, and the stretches that end with it."""
    there = [amount is not None for amount in bucket.amounts]
    seen = [before or now for before, now in zip(place.seen, there, strict=True)]
    if not all(seen):
        return _Place(seen), []
    counters = [
        amount for amount, is_one in zip(bucket.amounts, are_counters, strict=True) if is_one
    ]
    is_there = None not in counters
    is_whole = all(amount is not None and amount.coverage >= WHOLE for amount in counters)
    gap, found = place.gap, list[Energy]()
    if place.held and is_whole:
        found = _whole(place.held, are_counters)
    elif place.held:
        gap, found = _lost(place.held, are_counters)
    if gap is None and is_whole:
        return _Place(seen), found + _whole(bucket, are_counters)
    if gap is None and is_there:
        return _Place(seen, held=bucket), found
    gap = _longer(gap or _Gap(bucket.span.start), bucket, are_counters)
    return (_Place(seen), found + _closed(gap, bucket)) if is_there else (_Place(seen, gap), found)


def _whole(bucket: Bucket, are_counters: Sequence[bool]) -> list[Energy]:
    """Return a bucket at whose end all counters are known.

    Their sum is then known, too, if they were away at different times; with powers it is not.
    """
    energy = bucket.energy
    return [energy] if energy and (energy.coverage or all(are_counters)) else []


def _lost(held: Bucket, are_counters: Sequence[bool]) -> tuple[_Gap, list[Energy]]:
    """Return the gap of counters that were lost in a bucket: its known part is its beginning."""
    energy = held.energy
    if energy is None or not energy.coverage:
        return _longer(_Gap(held.span.start), held, are_counters), []
    lost = held.span.start + energy.coverage * held.span.length
    gap = _Gap(lost, is_told=all(are_counters))
    return gap, [Energy(held.span.start, lost, energy.kwh)]


def _longer(gap: _Gap, bucket: Bucket, are_counters: Sequence[bool]) -> _Gap:
    """Return a gap that goes on to the end of a bucket."""
    kwh = fsum(amount.kwh for amount in bucket.amounts if amount is not None)
    is_told = all(
        is_counter or (amount is not None and amount.coverage >= 1 - MOST_APART)
        for amount, is_counter in zip(bucket.amounts, are_counters, strict=True)
    )
    known = gap.known + bucket.share * bucket.span.length
    return _Gap(gap.start, gap.kwh + kwh, known, gap.is_told and is_told)


def _closed(gap: _Gap, bucket: Bucket) -> list[Energy]:
    """Return the stretch of a gap that ends with a bucket, none if a power is unknown in it."""
    end = bucket.span.end
    return [Energy(gap.start, end, gap.kwh, gap.known / (end - gap.start))] if gap.is_told else []
