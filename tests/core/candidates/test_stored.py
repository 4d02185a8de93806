"""The kinds of series that are not stored yet, and the roles that follow."""

from powerstats_cli.core.candidates.stored import assumed_kinds, stored_roles
from powerstats_cli.core.series import Kind
from tests.commands.flowing import TODAY, document


def test_a_kind_that_is_not_stored_is_assumed() -> None:
    """By the series' name, by its entity's, or as a power if a name says a flow."""
    entities = {
        "power": "sensor.p1",
        "house": "sensor.house_energy",
        "solar": "sensor.roof",
        "voltage": "sensor.house_voltage",
        "grid": "sensor.grid_energy",
    }
    power, counter = Kind("W", "measurement"), Kind("kWh", "total_increasing")
    assert assumed_kinds(entities, []) == {
        "power": power,
        "house": counter,
        "solar": power,
        "grid": counter,
    }
    stored = assumed_kinds(entities, [document("daily", [TODAY])])
    assert (stored["grid"], stored["solar"]) == (power, power), "what is stored is known"


def test_roles_before_anything_is_stored() -> None:
    """A page that is rendered then is told which series is what."""
    entities = {name: f"sensor.house_{name}" for name in ("power", "energy", "solar", "voltage")}
    roles = stored_roles(entities, [], assumed_kinds(entities, []))
    assert {role: [str(meter) for meter in meters] for role, meters in roles.meters.items()} == {
        "solar": ["solar"],
        "house": ["power", "energy"],
    }
