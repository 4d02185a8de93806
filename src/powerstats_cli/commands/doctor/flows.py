"""The roles of the series: whether they can be right, by the last closed days."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.commands.doctor.files import Stored
from powerstats_cli.core.energy.checks import AREA, judged
from powerstats_cli.core.energy.flows import planned
from powerstats_cli.core.findings import Finding, error, ok, skipped
from powerstats_cli.core.outcome import joined
from powerstats_cli.core.pieces import Piece, Shelves, kinds_in
from powerstats_cli.errors import ConfigError
from powerstats_cli.settings import Settings
from powerstats_cli.settings.roles import home_roles

LAST_DAYS: Final = 7


def check_flows(settings: Settings, stored: Stored) -> Iterator[Finding]:
    """Yield what is wrong about the roles of the series, or which roles there are."""
    zone = settings.zone
    documents = list(stored.documents.values())
    try:
        roles = home_roles(settings, documents)
    except ConfigError as problem:
        yield error(AREA, str(problem))
        return
    kinds = kinds_in(documents)
    if planned(roles, kinds).is_empty:
        yield skipped(AREA, "no series has a role: docs/flows.md says how to name them")
        return
    found = list(judged(roles, kinds, last_days(stored, roles.names, zone), zone))
    yield from found
    if not found:
        guessed = ", by their names" if settings.flows is None else ""
        yield ok(AREA, f"there are {joined(roles.meters)}{guessed}")


def last_days(
    stored: Stored, names: Sequence[str], zone: ZoneInfo
) -> Mapping[date, Sequence[Piece]]:
    """Return the finest buckets of some series on the last closed days."""
    daily = stored.documents.get("daily.json")
    documents = [document for document in stored.documents.values() if document is not daily]
    shelves = Shelves(documents, zone)
    closed = sorted(shelves.days)[-LAST_DAYS:]
    return {day: list(shelves.pieces({day: "day"}, names)) for day in closed}
