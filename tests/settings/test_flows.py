"""The roles of series: what `[flows]` may say, and a line for each mistake in it."""

from pathlib import Path

import pytest

from powerstats_cli import settings
from powerstats_cli.core.energy.roles import Roles
from powerstats_cli.errors import ConfigError

HOME = """
timezone = "Europe/Amsterdam"

[homeassistant]
url = "http://homeassistant.local:8123"

[homeassistant.entities]
power_grid = "sensor.p1_power"
import_t1 = "sensor.p1_import_tariff_1"
import_t2 = "sensor.p1_import_tariff_2"
solar = "sensor.inverter_power"
battery = "sensor.battery_power"
kitchen = "sensor.kitchen_energy"
oven = "sensor.oven_energy"
hob = "sensor.hob_energy"
a = "sensor.a_energy"

[flows]
"""


def loaded(flows: str, folder: Path) -> settings.Settings:
    """Return the settings of a home with something in `[flows]`."""
    path = folder / "powerstats.toml"
    path.write_text(HOME + flows)
    return settings.load(path)


def test_roles(tmp_path: Path) -> None:
    """A role has one series or a list; within may be a table of its own."""
    flows = """
grid = "power_grid"
import = ["import_t1", "import_t2"]
solar = "solar"
battery = "-battery"
devices = ["kitchen", "oven", "hob"]
[flows.within]
oven = "kitchen"
hob = "oven"
"""
    found = loaded(flows, tmp_path).flows
    assert found is not None
    roles = Roles.written(found.written, found.within)
    assert {role: [str(meter) for meter in meters] for role, meters in roles.meters.items()} == {
        "grid": ["power_grid"],
        "import": ["import_t1", "import_t2"],
        "solar": ["solar"],
        "battery": ["-battery"],
        "devices": ["kitchen", "oven", "hob"],
    }
    assert roles.within == {"oven": "kitchen", "hob": "oven"}


def test_without_roles(tmp_path: Path) -> None:
    """An empty table says that no series has a role; without the table they are guessed."""
    empty = loaded("", tmp_path).flows
    assert empty is not None
    assert empty.written == {}
    (tmp_path / "powerstats.toml").write_text(HOME.removesuffix("[flows]\n"))
    assert settings.load(tmp_path / "powerstats.toml").flows is None


@pytest.mark.parametrize(
    ("flows", "complaint"),
    [
        ('grid = "power"', "flows.grid: 'power' is not in homeassistant.entities"),
        ('grid = "sensor.p1_power"', "flows.grid: 'sensor.p1_power' is not in homeassistant"),
        ('grid = ""', "flows.grid: '' is not in homeassistant.entities"),
        ('battery = "-"', "flows.battery: '' is not in homeassistant.entities"),
        ('solar = ["solar", "-roof"]', "flows.solar: 'roof' is not in homeassistant.entities"),
        (
            'grid = "power_grid"\nimport = ["import_t1", "power_grid"]',
            "flows.import: power_grid is in grid already: a series has one role",
        ),
        ('solar = ["solar", "solar"]', "flows.solar: solar is in solar already"),
        ('solar = "solar"\nbattery = "-solar"', "flows.battery: solar is in solar already"),
        ('grid = ["power_grid"]', "flows.grid: Expected `str`, got `array`"),
        ("solar = [1]", "flows.solar[0]: Expected `str`, got `int`"),
        ('sun = ["solar"]', "flows.sun: unknown key"),
        ('imports = "import_t1"', "flows.imports: unknown key"),
        (
            'devices = ["oven"]\nwithin = { oven = "kitchen" }',
            "flows.within.oven: 'kitchen' is not in flows.devices",
        ),
        (
            'devices = ["kitchen"]\nsolar = "solar"\nwithin = { solar = "kitchen" }',
            "flows.within.solar: 'solar' is not in flows.devices",
        ),
        (
            'devices = ["oven"]\nwithin = { oven = "oven" }',
            "flows.within.oven: is a circle: oven in oven",
        ),
        (
            'devices = ["a", "oven", "hob"]\nwithin = { a = "oven", oven = "hob", hob = "oven" }',
            "flows.within.oven: is a circle: oven in hob in oven",
        ),
    ],
)
def test_a_mistake_is_a_line(flows: str, complaint: str, tmp_path: Path) -> None:
    """It has the path of the key."""
    with pytest.raises(ConfigError) as caught:
        loaded(flows, tmp_path)
    assert complaint in str(caught.value)
