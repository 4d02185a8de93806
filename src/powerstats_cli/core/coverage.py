"""How much of a document is known, bucket by bucket."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.ledger import Ledger, LedgerDay
from powerstats_cli.core.periods import DAY, day_span, day_start, days, local_day
from powerstats_cli.core.tiers import buckets


class Share(NamedTuple):
    """The known share of a bucket, from 0 to 1, and the length of the bucket in seconds."""

    known: float
    seconds: float


def first_day_start(document: Document, zone: ZoneInfo) -> datetime:
    """Return the start of a document's first day; the document must have a day or a point."""
    return day_start(document.day or local_day(min(document.points), zone), zone)


def shares(
    document: Document, names: Sequence[str], zone: ZoneInfo, until: datetime
) -> list[Share]:
    """Return the known share of each bucket from the first day up to `until`.

    The share is a mean over the named series. A series may be new, so in a tier it counts only
    from its first point on; in a document of one day all series count.
    """
    day = document.day or local_day(min(document.points), zone)
    begun = set(names) if document.day else set()
    result = []
    while day_start(day, zone) < until and (document.day is None or day == document.day):
        for span in buckets(document.bucket, day, zone):
            if span.start >= until:
                break
            point = document.points.get(span.start, {})
            begun |= {name for name in names if name in point}
            total = sum(point[name].coverage for name in begun if name in point)
            share = total / len(begun) if begun else 0.0
            result.append(Share(share, span.length.total_seconds()))
        day += DAY
    return result


def ledger_shares(ledger: Ledger, zone: ZoneInfo) -> list[Share]:
    """Return the known share of each day from a ledger's first day up to its last.

    The share is a mean over the series, each of which counts from its first day on.
    """
    begun: set[str] = set()
    result = []
    for day in days(min(ledger.days), max(ledger.days) + DAY):
        found = ledger.days.get(day, LedgerDay())
        known = {name: slots.coverage for name, slots in found.energy.items()}
        known |= {name: steps.coverage for name, steps in found.prices.items()}
        begun |= known.keys()
        share = sum(known.values()) / len(begun)
        result.append(Share(share, day_span(day, zone).length.total_seconds()))
    return result


def mean(shares: Sequence[Share]) -> float | None:
    """Return the known share of all buckets together, None if there are no buckets."""
    seconds = sum(share.seconds for share in shares)
    return sum(share.known * share.seconds for share in shares) / seconds if seconds else None


def parts(shares: Sequence[Share], number: int) -> list[Sequence[Share]]:
    """Cut shares into so many parts with about as many buckets each, fewer if there are fewer."""
    number = min(number, len(shares))
    edges = [len(shares) * index // number for index in range(number + 1)] if number else []
    return [shares[start:end] for start, end in pairwise(edges)]
