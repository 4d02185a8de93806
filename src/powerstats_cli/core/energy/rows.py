"""A home's energy by hours, days, weeks and so on: a row for each, and one for each device."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from powerstats_cli.core.buckets import ENERGY_DECIMALS, rounded
from powerstats_cli.core.energy.flows import (
    Amount,
    Balance,
    Flow,
    Plan,
    added,
    balance,
    self_consumption,
    self_sufficiency,
)
from powerstats_cli.core.periods import Span
from powerstats_cli.core.pieces import Piece

SHARE_DECIMALS: Final = 6
LEAST_SHARE: Final = 1e-6
# A sum of many parts differs by less than this from what it is.
NOISE: Final = 1e-9


class Row(msgspec.Struct, frozen=True):
    """A home's energies in a span, in kWh; None is unknown, and a flow that is not there is absent.

    `known` is the known share of the span, of the house if there is one. Each energy is that of the
    buckets in which it is known; a share is over those in which both of its numbers are.
    """

    span: Span
    flows: Mapping[Flow, float | None]
    house: float | None
    self_consumption: float | None
    self_sufficiency: float | None
    untracked: float | None
    known: float


class DeviceRow(msgspec.Struct, frozen=True):
    """A device's energy in a span, in kWh, its share of the house, and how much of it is known.

    `within` is the device that it is part of.
    """

    name: str
    kwh: float | None
    share: float | None
    known: float
    within: str | None = None


def rows(plan: Plan, pieces: Iterable[Piece], wanted: Iterable[Span]) -> Iterator[Row]:
    """Yield a row for each span; pieces and spans are in order, and no piece is in two spans."""
    remaining = iter(pieces)
    piece = next(remaining, None)
    for span in wanted:
        parts = []
        while piece is not None and piece.span.start < span.end:
            if piece.span.start >= span.start:
                parts.append(_part(plan, piece))
            piece = next(remaining, None)
        yield _row(plan, parts, span, _seconds(span))


def row_of(plan: Plan, pieces: Iterable[Piece], wanted: Sequence[Span]) -> Row:
    """Return one row of all the pieces; they are in the wanted spans (at least one)."""
    span = Span(wanted[0].start, wanted[-1].end)
    return _row(plan, [_part(plan, piece) for piece in pieces], span, sum(map(_seconds, wanted)))


def _seconds(span: Span) -> float:
    return span.length.total_seconds()


def device_rows(
    plan: Plan, within: Mapping[str, str], pieces: Iterable[Piece], wanted: Sequence[Span]
) -> list[DeviceRow]:
    """Return each device over spans, those with the most energy first, each before its parts."""
    parts, seconds = [_part(plan, piece) for piece in pieces], sum(map(_seconds, wanted))
    found = [_device_row(name, parts, within, seconds) for name in plan.devices]
    found.sort(key=lambda row: (-(row.kwh or 0.0), row.name))

    def with_parts(outer: str | None) -> Iterator[DeviceRow]:
        for row in found:
            if row.within == outer:
                yield row
                yield from with_parts(row.name)

    return list(with_parts(None))


# --- sums over buckets --------------------------------------------------------------------------


Pick = Callable[[Balance], Amount | None]
"""Returns one of a bucket's energies; None is unknown, or not there."""


class _Part(NamedTuple):
    """The energies of a bucket, and how long it lasts."""

    balance: Balance
    seconds: float


def _house(found: Balance) -> Amount | None:
    return found.house


def _flow(flow: Flow) -> Pick:
    return lambda found: found.flows.get(flow)


def _device(name: str) -> Pick:
    return lambda found: found.devices[name]


def _part(plan: Plan, piece: Piece) -> _Part:
    return _Part(balance(plan, piece.point), piece.span.length.total_seconds())


def _total(parts: Iterable[_Part], pick: Pick) -> float | None:
    """Return the sum of what is known, None if nothing is."""
    known = [amount.kwh for part in parts if (amount := pick(part.balance))]
    return rounded(math.fsum(known), ENERGY_DECIMALS) if known else None


def _known(parts: Iterable[_Part], pick: Pick, whole: float) -> float:
    """Return the share of so many seconds in which an energy is known."""
    seconds = math.fsum(
        amount.coverage * part.seconds for part in parts if (amount := pick(part.balance))
    )
    return min(_rounded(seconds / whole), 1.0) if whole else 0.0


def _rounded(share: float) -> float:
    """Return a rounded share: a part of all is never 1, and never 0."""
    found = rounded(share, SHARE_DECIMALS)
    is_part = NOISE <= share <= 1 - NOISE
    return min(max(found, LEAST_SHARE), 1 - LEAST_SHARE) if is_part else found


def _together(parts: Iterable[_Part], picks: Sequence[Pick]) -> list[_Part]:
    """Return the buckets in which several energies are known of the same time."""
    return [part for part in parts if added((1, pick(part.balance)) for pick in picks) is not None]


def _row(plan: Plan, parts: Sequence[_Part], span: Span, seconds: float) -> Row:
    picks = [_flow(flow) for flow in plan.flows] or [_device(name) for name in plan.devices]
    if plan.has_house:
        picks = [_house]
    return Row(
        span=span,
        flows={flow: _total(parts, _flow(flow)) for flow in plan.flows},
        house=_total(parts, _house),
        self_consumption=_share(plan, parts, _flow("solar"), "export", self_consumption)
        if plan.tells_consumption
        else None,
        self_sufficiency=_share(plan, parts, _house, "import", self_sufficiency)
        if plan.tells_sufficiency
        else None,
        untracked=_total(parts, lambda found: found.untracked),
        known=min((_known(parts, pick, seconds) for pick in picks), default=0.0),
    )


def _share(
    plan: Plan,
    parts: Iterable[_Part],
    whole: Pick,
    flow: Flow,
    share: Callable[[float, float], float | None],
) -> float | None:
    """Return a share over the buckets in which both are known; a flow that is not there is 0."""
    known = _together(parts, [whole, _flow(flow)] if flow in plan.flows else [whole])
    total = _total(known, whole)
    found = None if total is None else share(total, _total(known, _flow(flow)) or 0.0)
    return None if found is None else _rounded(found)


def _device_row(
    name: str, parts: Sequence[_Part], within: Mapping[str, str], seconds: float
) -> DeviceRow:
    pick = _device(name)
    together = _together(parts, [pick, _house])
    house, in_it = _total(together, _house), _total(together, pick)
    share = in_it / house if in_it is not None and house is not None and house > 0 else None
    return DeviceRow(
        name=name,
        kwh=_total(parts, pick),
        share=None if share is None else _rounded(share),
        known=_known(parts, pick, seconds),
        within=within.get(name),
    )
