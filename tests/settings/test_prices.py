"""`[prices]`: what it may say, and a line for each mistake in it."""

from pathlib import Path

import pytest

from powerstats_cli import settings
from powerstats_cli.errors import ConfigError

HOME = """
timezone = "Europe/Amsterdam"

[homeassistant]
url = "http://homeassistant.local:8123"

[homeassistant.entities]
epex = "sensor.nord_pool_nl_current_price"

"""


def loaded(text: str, folder: Path) -> settings.Settings:
    """Return the settings of a home with a price."""
    path = folder / "powerstats.toml"
    path.write_text(HOME + text)
    return settings.load(path)


def test_a_price(tmp_path: Path) -> None:
    """It has a step, and may have the minutes that are billed and a scale."""
    text = '[prices]\nepex = { step = 15, billed = 60, scale = 0.01 }\n[money]\ncurrency = "EUR"\n'
    found = loaded(text, tmp_path)
    price = found.prices["epex"]
    assert (price.step, price.billed, price.scale) == (15, 60, 0.01)
    assert found.currency == "EUR"
    assert loaded("[prices.epex]\nstep = 5\n", tmp_path).currency is None


@pytest.mark.parametrize(
    "money", ["currency = 7", 'currency = "euro"\nnonsense = true', 'bill_months = "many"', ""]
)
def test_mistakes_in_money_stop_no_step(money: str, tmp_path: Path) -> None:
    """The steps read the prices alone."""
    text = f"[prices]\nepex = {{ step = 15 }}\n[money]\n{money}\n"
    assert loaded(text, tmp_path).prices["epex"].step == 15


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("epex = { step = 10 }", "prices.epex.step: must be 5, 15, 30 or 60 minutes"),
        ("epex = { step = 0 }", "prices.epex.step: must be 5, 15, 30 or 60 minutes"),
        ("epex = { }", "prices.epex.step: is missing"),
        ("epex = 15", "prices.epex: Expected `object`, got `int`"),
        ('epex = { step = "15" }', "prices.epex.step: Expected `int`, got `str`"),
        ("epex = { step = 15.5 }", "prices.epex.step: Expected `int`, got `float`"),
        ("epex = { step = 15, steps = 4 }", "prices.epex.steps: unknown key"),
        ("epex = { step = 30, billed = 15 }", "prices.epex.billed: must be a multiple of step"),
        ("epex = { step = 15, billed = 45 }", "prices.epex.billed: must be a multiple of step"),
        ("epex = { step = 60, billed = 120 }", "prices.epex.billed: must be a multiple of step"),
        ("epex = { step = 15, billed = 0 }", "prices.epex.billed: must be a multiple of step"),
        ("epex = { step = 15, scale = 0 }", "prices.epex.scale: must be a number above 0"),
        ("epex = { step = 15, scale = -1.0 }", "prices.epex.scale: must be a number above 0"),
        ("epex = { step = 15, scale = inf }", "prices.epex.scale: must be a number above 0"),
        ("epex = { step = 15, scale = nan }", "prices.epex.scale: must be a number above 0"),
        ("other = { step = 15 }", "prices.other: 'other' is not in homeassistant.entities"),
    ],
)
def test_a_mistake_is_a_line(text: str, complaint: str, tmp_path: Path) -> None:
    """It has the path of the key."""
    with pytest.raises(ConfigError) as caught:
        loaded(f"[prices]\n{text}\n", tmp_path)
    assert complaint in str(caught.value)
