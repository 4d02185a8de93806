"""The sensors that fit a role, and those that are suggested."""

import math

import pytest

from powerstats_cli.core.candidates.sensors import Entity, fitting, suggested
from powerstats_cli.core.series import StateClass

NAN = math.nan


def sensor(
    name: str,
    unit: str | None,
    device_class: str | None = None,
    state_class: StateClass | None = "measurement",
    value: float = 1.0,
    friendly: str = "",
) -> Entity:
    """Return a sensor's present state."""
    return Entity(
        entity_id=f"sensor.{name}",
        name=friendly,
        value=value,
        unit=unit,
        device_class=device_class,
        state_class=state_class,
    )


def power(name: str, value: float = 412.0, friendly: str = "") -> Entity:
    """Return a sensor of a power."""
    return sensor(name, "W", "power", value=value, friendly=friendly)


def energy(name: str, value: float = 100.0) -> Entity:
    """Return a counter."""
    return sensor(name, "kWh", "energy", "total_increasing", value)


def voltage(name: str, value: float = 230.0) -> Entity:
    """Return a sensor of a voltage."""
    return sensor(name, "V", "voltage", value=value)


@pytest.mark.parametrize(
    ("entity", "roles"),
    [
        (power("house"), ["power"]),
        (sensor("template", "W"), ["power"]),
        (sensor("kitchen", "°C", "temperature"), []),
        (power("solar_power"), ["solar"]),
        (power("attic", friendly="PV Süd"), ["solar"]),
        (power("shelly", friendly="Photovoltaïque"), ["solar"]),
        (Entity("number.export_limit", "", 1.0, "W", "power"), []),
        (power("\x1b[2J"), []),
    ],
    ids=lambda given: given.entity_id if isinstance(given, Entity) else str(given),
)
def test_what_fits(entity: Entity, roles: list[str]) -> None:
    """A sensor gets its role from its id and from the name that Home Assistant shows."""
    assert [candidate.role for candidate in fitting([entity])] == roles


@pytest.mark.parametrize(
    ("entities", "names"),
    [
        ([], {}),
        ([power("a_lamp")], {"power": "a_lamp"}),
        ([power("a"), power("house")], {"power": "house"}),
        ([power("abc"), power("shelly_em_channel_1")], {"grid": "shelly_em_channel_1"}),
        ([power("washing_machine"), power("unit_7")], {"power": "unit_7"}),
        ([power("home_office_total"), power("unit_7")], {"power": "unit_7"}),
        (
            [power("p1_meter_production"), power("p1_meter_consumption")],
            {
                "grid_import_power": "p1_meter_consumption",
                "grid_export_power": "p1_meter_production",
            },
        ),
        ([power("unit"), power("b", friendly="Whole house")], {"power": "b"}),
        ([power("abc", NAN), power("abcdef")], {"power": "abcdef"}),
        ([power("abc", NAN)], {"power": "abc"}),
        ([power("b"), power("a")], {"power": "a"}),
        ([power("house_max"), power("house_forecast")], {}),
        ([voltage("door", 3.0), voltage("em")], {"voltage": "em"}),
        ([voltage("door", 3.0), voltage("door_battery")], {}),
        ([voltage("em", NAN)], {"voltage": "em"}),
        ([power("house"), voltage("plug"), energy("plug")], {"power": "house", "voltage": "plug"}),
        (
            [power("plug"), voltage("plug"), energy("plug")],
            {"power": "plug", "voltage": "plug", "energy": "plug"},
        ),
        ([energy("solar_total"), power("pv")], {"solar": "pv", "solar_energy": "solar_total"}),
        ([energy("solar_total")], {"solar": "solar_total"}),
        ([power("solar_production")], {"solar": "solar_production"}),
        ([power("solar_forecast")], {}),
        ([power("house", friendly="Lämp"), power("unit")], {"power": "unit"}),
    ],
)
def test_what_is_suggested(entities: list[Entity], names: dict[str, str]) -> None:
    """One sensor for each role: the whole home's first, one with a number before one without."""
    for given in (entities, entities[::-1]):
        found = suggested(fitting(given))
        assert {role: one.entity_id.removeprefix("sensor.") for role, one in found.items()} == names


def test_a_home_full_of_sensors() -> None:
    """Each role has one sensor, in the order of the roles."""
    entities = [
        sensor("house_power_factor", "%", "power_factor"),
        sensor("house_current", "A", "current"),
        power("solar_power"),
        energy("house_energy"),
        voltage("house_voltage"),
        power("house_power"),
        *(power(f"plug_{number}") for number in range(50)),
    ]
    found = suggested(fitting(entities))
    assert list(found) == ["power", "voltage", "energy", "solar", "current", "power_factor"]
