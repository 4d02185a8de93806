"""A period as it is told: its buckets, those of another one beside them, and their sums."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.comparison import LEAST_KNOWN, amount, change
from powerstats_cli.core.periods import DAY, Span
from powerstats_cli.core.pieces import Piece
from powerstats_cli.core.rows import total
from powerstats_cli.core.scales import By
from powerstats_cli.core.series import Kind


class Told(msgspec.Struct, frozen=True):
    """The rows of a period, for the series in `kinds`.

    `asked` is the whole period, and `until` the end of what is stored of it. `shares` has how much
    of each asked bucket is in its row, less than 1 if it is not over. `mates` has the bucket of the
    period `other` beside each row, and is None if nothing is compared.
    """

    zone: ZoneInfo
    by: By
    kinds: Mapping[str, Kind]
    rows: Sequence[Piece]
    shares: Sequence[float]
    until: datetime
    asked: Span
    other: Span | None = None
    mates: Sequence[Piece | None] | None = None

    @property
    def main(self) -> str:
        """The series that stands for all: the first power, else the first."""
        powers = (name for name, kind in self.kinds.items() if kind.is_power)
        return next(powers, next(iter(self.kinds)))

    def total(self, name: str) -> Value | None:
        """Return what is known of a series over the whole period."""
        return total(self.rows, name, self.kinds[name])

    def a_day(self, name: str) -> float | None:
        """Return the energy a day, over the known time; None for what is no sum, and for a day."""
        value, kind = self.total(name), self.kinds[name]
        seconds = sum(row.span.length.total_seconds() for row in self.rows)
        days = seconds / DAY.total_seconds()
        if value is None or days < 2 or not (kind.is_counter or kind.is_power):
            return None
        return (amount(value) or 0.0) / (value.coverage * days)

    def known_beside(self, name: str) -> tuple[int, int]:
        """Return how many of the buckets beside the rows are known, and how many there are."""
        found = list(self.mates or ())
        return sum(_coverage(mate, name) >= LEAST_KNOWN for mate in found), len(found)

    def beside(self, at: int, name: str) -> float | None:
        """Return the number beside a row, None if too little of it is known."""
        mate = self.mates[at] if self.mates else None
        if mate is None or _coverage(mate, name) < LEAST_KNOWN:
            return None
        return amount(mate.point[name])

    def change(self, at: int, name: str) -> float | None:
        """Return by which share a row is above the one beside it.

        None if too little of either is known.
        """
        row = self.rows[at]
        if _coverage(row, name) * self.shares[at] < LEAST_KNOWN:
            return None
        return change(amount(row.point[name]), self.beside(at, name))

    def total_change(self, name: str) -> float | None:
        """Return the change of the sum over all buckets that are over and stand beside another."""
        over = [
            (row, mate)
            for row, mate, share in zip(self.rows, self.mates or (), self.shares, strict=False)
            if mate is not None and share >= LEAST_KNOWN
        ]
        kind = self.kinds[name]
        sums = [total([pair[side] for pair in over], name, kind) for side in (0, 1)]
        if any(each is None or each.coverage < LEAST_KNOWN for each in sums):
            return None
        return change(amount(sums[0]), amount(sums[1]))


def _coverage(piece: Piece | None, name: str) -> float:
    value = piece.point.get(name) if piece else None
    return value.coverage if value else 0.0
