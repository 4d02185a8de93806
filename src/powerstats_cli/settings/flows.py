"""The checks of `[flows]`: the names in it, and which device is part of which."""

from collections.abc import Container, Iterator

from powerstats_cli.core.energy.roles import Meter, circle
from powerstats_cli.settings.tables import FlowSettings


def flow_mistakes(flows: FlowSettings, entities: Container[str]) -> Iterator[tuple[str, str]]:
    """Yield each key of `[flows]` that cannot be used, and why it cannot."""
    roles: dict[str, str] = {}
    for role, names in flows.written.items():
        for written in names:
            name = Meter.of(written).name
            if name not in entities:
                yield f"flows.{role}", f"{name!r} is not in homeassistant.entities"
            elif name in roles:
                yield f"flows.{role}", f"{name} is in {roles[name]} already: a series has one role"
            roles[name] = role
    yield from _within_mistakes(flows, roles)


def _within_mistakes(flows: FlowSettings, roles: dict[str, str]) -> Iterator[tuple[str, str]]:
    for inner, outer in flows.within.items():
        for name in (inner, outer):
            if roles.get(name) != "devices":
                yield f"flows.within.{inner}", f"{name!r} is not in flows.devices"
    if found := circle(flows.within):
        yield f"flows.within.{found[0]}", f"is a circle: {' in '.join([*found, found[0]])}"
