"""Usual homes: which of their sensors are the grid, the sun, a battery, the house and devices."""

from random import Random

import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.candidates.clues import Clue, Way, clues_of, ways_of
from powerstats_cli.core.candidates.flows import Guess, guessed, roles_of
from powerstats_cli.core.candidates.names import named
from powerstats_cli.core.candidates.sensors import Entity, fitting, suggested
from powerstats_cli.core.candidates.vocabulary import words
from powerstats_cli.core.series import Kind
from tests.core.candidates.homes import HOMES

POWER = Kind("W", "measurement")
COUNTER = Kind("kWh", "total_increasing")


def clue(key: str, *, is_counter: bool = False, way: Way | None = None) -> Clue:
    """Return what a sensor's id says."""
    return Clue(key, words(key), words(key), is_counter, way)


def clues_in(home: str) -> list[Clue]:
    """Return the sensors of a home."""
    lines = (line.split() for line in HOMES[home][0].strip().splitlines())
    return [clue(key, is_counter=unit == "kWh") for unit, key in lines]


def told(guesses: list[Guess]) -> list[tuple[str, str, str]]:
    """Return role, name and sensor of each guess."""
    return [
        (guess.role, "-" * guess.turned + name, guess.clue.key)
        for name, guess in named(guesses).items()
    ]


@pytest.mark.parametrize("home", HOMES)
def test_a_usual_home(home: str) -> None:
    """Each role has the sensors that measure it, once; the order of the sensors does not matter."""
    expected = [tuple(line.split()) for line in HOMES[home][1].strip().splitlines()]
    clues = clues_in(home)
    assert told(guessed(clues)) == expected
    assert told(guessed(Random(7).sample(clues, len(clues)))) == expected


@pytest.mark.parametrize("home", HOMES)
def test_what_init_suggests_has_the_same_roles_later(home: str) -> None:
    """Without `[flows]` the names and entity ids that were kept tell the same again."""
    lines = [line.split() for line in HOMES[home][0].strip().splitlines()]
    entities = [
        Entity(
            f"sensor.{key}",
            key,
            100.0,
            unit,
            "power" if unit == "W" else "energy",
            "measurement" if unit == "W" else "total_increasing",
        )
        for unit, key in lines
    ]
    kept = {name: one.entity for name, one in suggested(fitting(entities)).items()}
    kinds = {name: POWER if one.unit == "W" else COUNTER for name, one in kept.items()}
    ids = {name: one.entity_id for name, one in kept.items()}
    found = roles_of(guessed(clues_of(ids, kinds, {})))
    expected = [line.split() for line in HOMES[home][1].strip().splitlines()]
    named_so = {(role, name) for role, name, _ in expected if role != "devices"}
    assert {(role, str(meter)) for role in found.meters for meter in found.of(role)} == named_so


@pytest.mark.parametrize("home", HOMES)
def test_a_meter_of_the_grid_is_never_the_house(home: str) -> None:
    """Also if nothing else is there."""
    on_the_grid = ("p1", "power_meter", "smart_meter", "grid", "dsmr", "tarif", "_net_power", "3em")
    meters = [one for one in clues_in(home) if any(word in one.key for word in on_the_grid)]
    for some in (meters, *([one] for one in meters)):
        assert "house" not in {guess.role for guess in guessed(some)}


@pytest.mark.parametrize(
    ("key", "way", "role"),
    [
        ("house_power", None, "house"),
        ("house_power", "forward", "house"),
        ("house_power", "both", "grid"),
        ("total_load", "back", "-house"),
        ("unit_7", "forward", "house"),
        ("unit_7", "both", "grid"),
        ("solar_power", "both", "solar"),
        ("power", "forward", "house"),
        ("kitchen_power_meter", None, "devices"),
        ("dishwasher_energy_meter_power", None, "devices"),
        ("garage_pv_power", None, "solar"),
        ("smart_meter_power", None, "grid"),
        ("home_energy_meter_power", "both", "grid"),
        ("ev_charger_grid_power", None, "devices"),
    ],
)
def test_no_house_gives(key: str, way: Way | None, role: str) -> None:
    """A power that flows both ways is the grid's, whatever its name says."""
    [guess] = guessed([clue(key, way=way)])
    assert "-" * guess.turned + guess.role == role


def test_the_counter_of_a_meter_that_gives() -> None:
    """If a meter's power flows both ways, its counter is that of the grid as well."""
    clues = [clue("house_power", way="both"), clue("house_energy", is_counter=True)]
    assert [guess.role for guess in guessed(clues)] == ["grid", "import"]


@pytest.mark.parametrize(
    ("values", "way"),
    [
        ([(2.0, 0.0), (1.0, 0.0)], "forward"),
        ([(2.0, 0.0), (1.0, 0.02)], "forward"),
        ([(2.0, 0.0), (-1.0, 1.2)], "both"),
        ([(-2.0, 2.0), (-1.0, 1.001)], "back"),
        ([(0.0, 0.0)], "forward"),
    ],
)
def test_which_way_a_power_flows(values: list[tuple[float, float]], way: Way) -> None:
    """A spike, or what an inverter draws by night, is no second way."""
    found = ways_of(
        ("it", Value(mean=0.0, min=-1.0, max=1.0, kwh=kwh, back=back, coverage=1.0))
        for kwh, back in values
    )
    assert found == {"it": way}


def test_the_series_of_a_home() -> None:
    """The name of a series counts, and that of its entity; what is no energy has no role."""
    entities = {
        "power": "sensor.p1_meter_power",
        "roof": "sensor.shelly_solar",
        "voltage": "sensor.p1_meter_voltage",
        "gas": "sensor.gas_meter",
        "heat_pump": "sensor.unit_7",
        "new": "sensor.solar_of_the_shed",
    }
    kinds = {
        "power": POWER,
        "roof": POWER,
        "voltage": Kind("V", "measurement"),
        "gas": Kind("m³", "total_increasing"),
        "heat_pump": COUNTER,
    }
    roles = roles_of(guessed(clues_of(entities, kinds, {"power": "both"})))
    assert {role: [str(meter) for meter in meters] for role, meters in roles.meters.items()} == {
        "grid": ["power"],
        "solar": ["roof"],
        "devices": ["heat_pump"],
    }
