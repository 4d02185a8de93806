"""A home's energies from one time to another: by spans, in all, and by devices."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.energy.flows import Plan
from powerstats_cli.core.energy.roles import Roles
from powerstats_cli.core.energy.rows import DeviceRow, Row, device_rows, row_of, rows
from powerstats_cli.core.periods import Span
from powerstats_cli.core.pieces import Piece
from powerstats_cli.core.scales import By


class Account(msgspec.Struct, frozen=True):
    """The energies of a period, in rows of hours, days, weeks and so on, and in all.

    `is_guessed` tells whether the roles are not those of a configuration.
    """

    zone: ZoneInfo
    by: By
    roles: Roles
    is_guessed: bool
    plan: Plan
    rows: Sequence[Row]
    total: Row
    devices: Sequence[DeviceRow]

    def cells(self, row: Row) -> Mapping[str, float | None]:
        """Return a row's numbers by their names, those of roles that are not there left out."""
        plan = self.plan
        found: dict[str, float | None] = {"house": row.house} if plan.has_house else {}
        found.update({str(flow): kwh for flow, kwh in row.flows.items()})
        if plan.tells_consumption:
            found["self_consumption"] = row.self_consumption
        if plan.tells_sufficiency:
            found["self_sufficiency"] = row.self_sufficiency
        if plan.tells_untracked:
            found["untracked"] = row.untracked
        return {**found, "known": row.known}

    def written(self, row: Row) -> dict[str, object]:
        """Return a row for JSON: local times with their offset, and its numbers."""
        return {
            "start": _local(row.span.start, self.zone),
            "end": _local(row.span.end, self.zone),
            **self.cells(row),
        }


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat(timespec="seconds")


def account(
    roles: Roles,
    plan: Plan,
    pieces: Iterable[Piece],
    *,
    by: By,
    wanted: Sequence[Span],
    zone: ZoneInfo,
    is_guessed: bool = False,
) -> Account:
    """Return the account of the wanted spans, at least one, with a row for each.

    The pieces and the spans are in order. A piece that begins in none of them does not count.
    """
    pieces = list(_inside(pieces, wanted))
    return Account(
        zone=zone,
        by=by,
        roles=roles,
        is_guessed=is_guessed,
        plan=plan,
        rows=list(rows(plan, pieces, wanted)),
        total=row_of(plan, pieces, wanted),
        devices=device_rows(plan, roles.within, pieces, wanted),
    )


def _inside(pieces: Iterable[Piece], wanted: Iterable[Span]) -> Iterator[Piece]:
    spans = iter(wanted)
    span = next(spans, None)
    for piece in pieces:
        while span is not None and span.end <= piece.span.start:
            span = next(spans, None)
        if span is None:
            return
        if span.start <= piece.span.start:
            yield piece
