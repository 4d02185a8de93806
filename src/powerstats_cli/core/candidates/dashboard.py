"""Home Assistant's Energy dashboard: which entities it counts, for what, and at which price.

The forms are those of version 2024.3, whose grid has lists of flows, and of 2026.11, whose grid has
a source for each pair of meters. A `stat_rate` is a power above zero from the grid, or from the
battery; if its sensor has the other sign, `power_config` names that sensor. A flow, or a pair of
meters, has the entity of a price, a number, or a statistic of costs that an integration makes.
"""

from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from powerstats_cli.core.energy.roles import Role

NONSENSE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class _Power(msgspec.Struct, frozen=True):
    stat_rate: str | None = None
    stat_rate_inverted: str | None = None
    stat_rate_from: str | None = None
    stat_rate_to: str | None = None


class _Flow(msgspec.Struct, frozen=True):
    stat_energy_from: str | None = None
    stat_energy_to: str | None = None
    entity_energy_price: str | None = None
    number_energy_price: float | None = None


class _GridPower(msgspec.Struct, frozen=True):
    stat_rate: str | None = None
    power_config: _Power | None = None


class _Source(msgspec.Struct, frozen=True):
    type: str
    stat_energy_from: str | None = None
    stat_energy_to: str | None = None
    stat_rate: str | None = None
    power_config: _Power | None = None
    entity_energy_price: str | None = None
    number_energy_price: float | None = None
    entity_energy_price_export: str | None = None
    number_energy_price_export: float | None = None
    flow_from: tuple[_Flow, ...] = ()
    flow_to: tuple[_Flow, ...] = ()
    power: tuple[_GridPower, ...] = ()


class _Device(msgspec.Struct, frozen=True):
    stat_consumption: str
    stat_rate: str | None = None
    name: str | None = None
    included_in_stat: str | None = None


class Dashboard(msgspec.Struct, frozen=True):
    """The sources and devices, as Home Assistant tells them."""

    energy_sources: tuple[_Source, ...] = ()
    device_consumption: tuple[_Device, ...] = ()


class Use(msgspec.Struct, frozen=True):
    """An entity that the dashboard counts, or a statistic that no entity has.

    `source` tells apart the meters of a role. A device may have a name and be `within` another one;
    `instead` is the power of a device, which stands in if its counter cannot be read.
    """

    entity_id: str
    role: Role
    is_power: bool = False
    turned: bool = False
    source: int = 0
    name: str | None = None
    within: str | None = None
    instead: str | None = None


class Priced(msgspec.Struct, frozen=True):
    """A counter of the grid with its price: money per kWh, or the entity that shows it.

    The dashboard takes a number without a unit of energy as money per kWh.
    """

    entity_id: str
    role: Literal["import", "export"]
    rate: float | None = None
    price: str | None = None


def decoded(raw: bytes) -> Dashboard:
    """Return the dashboard of an answer, an empty one if it has a form that is not known."""
    try:
        return msgspec.json.decode(raw, type=Dashboard)
    except NONSENSE:
        return Dashboard()


def uses(dashboard: Dashboard) -> list[Use]:
    """Return what the dashboard counts, each entity once."""
    found: dict[str, Use] = {}
    for number, source in enumerate(dashboard.energy_sources):
        for use in _of_source(source):
            found.setdefault(use.entity_id, msgspec.structs.replace(use, source=number))
    for device in dashboard.device_consumption:
        use = Use(
            device.stat_consumption,
            "devices",
            name=device.name,
            within=device.included_in_stat,
            instead=device.stat_rate,
        )
        found.setdefault(use.entity_id, use)
    return list(found.values())


def _of_source(source: _Source) -> Iterator[Use]:
    match source.type:
        case "grid":
            yield from _energies(source, "import", "export")
            for flow in (*source.flow_from, *source.flow_to):
                yield from _energies(flow, "import", "export")
            for power in (_GridPower(source.stat_rate, source.power_config), *source.power):
                yield from _powers(power, "grid", "import", "export")
        case "battery":
            yield from _energies(source, "discharge", "charge")
            power = _GridPower(source.stat_rate, source.power_config)
            yield from _powers(power, "battery", "discharge", "charge")
        case "solar":
            yield from _energies(source, "solar", None)
            yield from _one(source.stat_rate, "solar", is_power=True)
        case "home":
            yield from _energies(source, None, "house")
            yield from _one(source.stat_rate, "house", is_power=True)


def prices(dashboard: Dashboard) -> list[Priced]:
    """Return what the dashboard pays for each counter of the grid that has a price."""
    grids = [source for source in dashboard.energy_sources if source.type == "grid"]
    found = [each for source in grids for each in _of_grid(source)]
    return [each for each in found if each.rate is not None or each.price]


def _of_grid(source: _Source) -> Iterator[Priced]:
    flows: tuple[_Source | _Flow, ...] = (source, *source.flow_from)
    for flow in flows:
        if flow.stat_energy_from:
            price, rate = flow.entity_energy_price, flow.number_energy_price
            yield Priced(flow.stat_energy_from, "import", rate, price)
    for flow in source.flow_to:
        if flow.stat_energy_to:
            price, rate = flow.entity_energy_price, flow.number_energy_price
            yield Priced(flow.stat_energy_to, "export", rate, price)
    if source.stat_energy_to:
        price, rate = source.entity_energy_price_export, source.number_energy_price_export
        yield Priced(source.stat_energy_to, "export", rate, price)


def _energies(source: _Source | _Flow, out: Role | None, back: Role | None) -> Iterator[Use]:
    """Yield the counters of a source: what comes out of it, and what goes back into it."""
    if out:
        yield from _one(source.stat_energy_from, out)
    if back:
        yield from _one(source.stat_energy_to, back)


def _powers(power: _GridPower, both: Role, out: Role, back: Role) -> Iterator[Use]:
    """Yield the power of both ways, or the powers of each way, as the user has configured them.

    For a sensor with the other sign Home Assistant makes one of its own, which is of no use here.
    """
    config = power.power_config or _Power(power.stat_rate)
    yield from _one(config.stat_rate, both, is_power=True)
    yield from _one(config.stat_rate_inverted, both, is_power=True, turned=True)
    yield from _one(config.stat_rate_from, out, is_power=True)
    yield from _one(config.stat_rate_to, back, is_power=True)


def _one(
    entity_id: str | None, role: Role, *, is_power: bool = False, turned: bool = False
) -> Iterator[Use]:
    if entity_id:
        yield Use(entity_id, role, is_power, turned)
