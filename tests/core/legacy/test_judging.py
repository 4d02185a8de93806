"""The unit of a series, judged by its name and its values."""

from random import Random

import pytest

from powerstats_cli.core.history import UNKNOWN
from powerstats_cli.core.legacy.judging import judged, stated
from powerstats_cli.core.series import Kind
from tests.core.legacy.samples import samples

RANDOM = Random(5)
POWER = [RANDOM.uniform(200, 4000) for _ in range(500)]
DAY_OF_SUN = [0.0] * 50 + [step / 10 for step in range(200)] + [20.0] * 50 + [0.0] * 20
METER = [1000 + step / 100 for step in range(500)]


@pytest.mark.parametrize(
    ("name", "values", "unit"),
    [
        ("power", POWER, "W"),
        ("grid", POWER, "W"),
        ("power", [300.0 + row % 77 for row in range(500)], "W"),
        ("solar", [max(0.0, 2500 - abs(row - 250) * 12) for row in range(500)], "W"),
        ("house_power", [value / 1000 for value in POWER], "W"),
        ("voltage", [229.5, 231.0, 228.0], "V"),
        ("power_factor", [0.9, 0.98, 1.0], ""),
        ("mains_frequency", [49.98, 50.01], "Hz"),
        ("current", [0.5, 12.0], "A"),
        ("energy", METER, "kWh"),
        ("energy_today", DAY_OF_SUN, "kWh"),
        ("energy", [*METER[:300], METER[298], *METER[300:]], "kWh"),
        ("energy", [value * 1000 for value in METER], "kWh"),
        ("daily_kwh", DAY_OF_SUN, "kWh"),
    ],
)
def test_values_that_fit_the_name_are_taken(name: str, values: list[float], unit: str) -> None:
    """The unit is assumed from the name and the magnitude."""
    verdict = judged({name: samples(values)})[name]
    assert verdict.kind == Kind(unit, "total_increasing" if unit == "kWh" else "measurement")
    assert "assumed" in verdict.why
    assert verdict.factor == (1000 if name == "house_power" else 0.001 if max(values) > 1e5 else 1)


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("daily_energy", POWER, "equal to power in 100.0 %"),
        ("daily_energy", [value + 1 for value in POWER], "no energy rises and falls"),
        ("power_factor", [4.5, 7.0, 9.9], "4.5 to 9.9 is no power factor"),
        ("solar", DAY_OF_SUN, "it only rises"),
        ("power", METER, "it only rises"),
        ("voltage", [12.1, 12.4], "is no voltage"),
        ("plug_power", [3.5, 40.0, 44.0], "its unit is not clear"),
        ("fridge_power", [60.0, 0.0, 90.0], "its unit is not clear"),
        ("energy", [value * 1e-3 for value in METER], "its unit is not clear"),
        ("temperature", [20.5, 21.0], "is not known"),
        ("power", [UNKNOWN], "never a number"),
    ],
)
def test_values_that_do_not_fit_the_name_are_left_out(
    name: str, values: list[float], why: str
) -> None:
    """The verdict says why, and has no kind."""
    verdict = judged({"power": samples(POWER), name: samples(values)})[name]
    assert verdict.kind is None
    assert why in verdict.why


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("kW", (Kind("W", "measurement"), 1000.0)),
        ("Wh", (Kind("kWh", "total_increasing"), 0.001)),
        ("°C", (Kind("°C", "measurement"), 1.0)),
    ],
)
def test_a_stated_unit_is_believed(unit: str, expected: tuple[Kind, float]) -> None:
    """An energy is a counter, anything else is measured."""
    verdict = stated(unit)
    assert (verdict.kind, verdict.factor) == expected
