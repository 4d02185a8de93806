"""The roles of the series: whether they can be right, by the last closed days."""

from collections.abc import Iterator
from typing import Final

from powerstats_cli.commands.doctor.files import Stored
from powerstats_cli.core.energy.checks import AREA, judged
from powerstats_cli.core.energy.flows import planned
from powerstats_cli.core.findings import Finding, error, ok, skipped
from powerstats_cli.core.outcome import joined
from powerstats_cli.core.pieces import Shelves, kinds_in
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
    daily = stored.documents.get("daily.json")
    shelves = Shelves([document for document in documents if document is not daily], zone)
    closed = sorted(shelves.days)[-LAST_DAYS:]
    days = {day: list(shelves.pieces({day: "day"}, roles.names)) for day in closed}
    found = list(judged(roles, kinds, days, zone))
    yield from found
    if not found:
        guessed = ", by their names" if settings.flows is None else ""
        yield ok(AREA, f"there are {joined(roles.meters)}{guessed}")
