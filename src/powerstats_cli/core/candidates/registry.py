"""Home Assistant's registries of entities and devices: their names, and what to leave aside.

Versions 2024.3 and 2026.11 tell them to each user.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

NONSENSE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
# What these integrations make is no measurement, or counts what another sensor counts.
DERIVED: Final = frozenset({"energy", "forecast_solar", "solcast_solar", "utility_meter"})


class _Entity(msgspec.Struct, frozen=True):
    entity_id: str
    device_id: str | None = None
    entity_category: str | None = None
    hidden_by: str | None = None
    name: str | None = None
    platform: str | None = None


class _Device(msgspec.Struct, frozen=True):
    id: str
    name: str | None = None
    name_by_user: str | None = None


class Registered(msgspec.Struct, frozen=True):
    """The registries' words about an entity: its own name, and that of its device.

    It `is_aside` if it is hidden, a diagnosis of its device, or derived from another sensor.
    """

    name: str = ""
    device: str = ""
    is_aside: bool = False


def registered(entities: bytes, devices: bytes) -> Mapping[str, Registered]:
    """Return what the answers of both registries say, by entity id; nothing if they are strange."""
    try:
        named = {
            device.id: device.name_by_user or device.name or ""
            for device in msgspec.json.decode(devices, type=list[_Device])
        }
        return {
            entity.entity_id: Registered(
                entity.name or "", named.get(entity.device_id or "", ""), _is_aside(entity)
            )
            for entity in msgspec.json.decode(entities, type=list[_Entity])
        }
    except NONSENSE:
        return {}


def _is_aside(entity: _Entity) -> bool:
    is_hidden = entity.entity_category is not None or entity.hidden_by is not None
    return is_hidden or entity.platform in DERIVED
