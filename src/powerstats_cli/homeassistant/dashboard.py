"""Home Assistant's Energy dashboard, its registries, and the way that powers flowed lately.

Each is asked over the websocket, and a plain user may ask for all of it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from powerstats_cli.core.candidates import dashboard, registry
from powerstats_cli.core.candidates.clues import Way, way_of
from powerstats_cli.core.candidates.dashboard import Dashboard
from powerstats_cli.core.candidates.registry import Registered
from powerstats_cli.core.periods import DAY
from powerstats_cli.homeassistant.websocket import LongTerm

DAYS: Final = 30 * DAY
NOTHING: Final = b"null"


def asked(connection: LongTerm) -> Dashboard:
    """Return the dashboard, an empty one if nobody has set it up."""
    return dashboard.decoded(bytes(connection.result("energy/get_prefs") or NOTHING))


def registered(connection: LongTerm) -> Mapping[str, Registered]:
    """Return what the registries say of each entity, by its id."""
    entities = connection.result("config/entity_registry/list") or NOTHING
    devices = connection.result("config/device_registry/list") or NOTHING
    return registry.registered(bytes(entities), bytes(devices))


def ways(connection: LongTerm, powers: Sequence[str], now: datetime) -> dict[str, Way]:
    """Return the way that powers flowed in the last days, as far as there are statistics."""
    if not powers:
        return {}
    rows = connection.hours(powers, now - DAYS, now)
    means = {
        key: [row.mean for row in hours if row.mean is not None] for key, hours in rows.items()
    }
    return {key: way for key, found in means.items() if (way := way_of(found)) is not None}
