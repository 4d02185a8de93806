"""A home with a meter, a price and what is written of money; and what is said about it."""

from pathlib import Path

import pytest

from powerstats_cli import settings
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.errors import ConfigError
from powerstats_cli.settings.money import contract_of

HOME = """
timezone = "Europe/Amsterdam"

[homeassistant]
url = "http://homeassistant.local:8123"

[homeassistant.entities]
grid_in = "sensor.grid_in"
grid_out = "sensor.grid_out"
hot_water = "sensor.hot_water"
epex = "sensor.nord_pool_nl_current_price"

[flows]
import = "grid_in"
export = "grid_out"

[prices]
epex = { step = 15 }

"""
MONEY = '[money]\ncurrency = "EUR"\n'
ZONES = '[zones]\nnight = ["23:00-07:00"]\npeak = ["Mon-Fri 16:00-21:00"]\nlate = ["20:00-23:30"]\n'
TARIFF = "[tariffs.go]\nfrom = 2025-05-01\n"
ENERGY = 'name = "Energy", per = "import"'
LINES = f"lines = [{{ {ENERGY}, rate = 0.3 }}]\n"


def loaded(text: str, folder: Path, home: str = HOME) -> settings.Settings:
    """Return the settings of a home with a meter, a price and what is written of money."""
    path = folder / "powerstats.toml"
    path.write_text(home + text)
    return settings.load(path)


def contract(text: str, folder: Path, home: str = HOME) -> Contract:
    """Return the contract of a home."""
    return contract_of(loaded(text, folder, home))


def complaint(text: str, folder: Path, home: str = HOME) -> str:
    """Return what is said about a configuration that steps read, on one line."""
    read = loaded(text, folder, home)
    with pytest.raises(ConfigError) as raised:
        contract_of(read)
    said = str(raised.value)
    assert said.isprintable()
    return said


def of_line(line: str, folder: Path, more: str = ZONES) -> str:
    """Return what is said about a line of the tariff `go`."""
    return complaint(f"{MONEY}{more}{TARIFF}lines = [{line}]\n", folder)
