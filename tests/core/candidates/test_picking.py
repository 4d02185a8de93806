"""The answers that change which sensors are kept, their names and their roles."""

import pytest

from powerstats_cli.core.candidates.picking import changed
from powerstats_cli.core.candidates.selection import Kept
from powerstats_cli.core.series import Kind

POWER, COUNTER = Kind("W", "measurement"), Kind("kWh", "total_increasing")
KEPT = (
    Kept("grid", "sensor.p1_power", POWER, "grid"),
    Kept("kitchen", "sensor.kitchen_energy", COUNTER, "devices"),
    Kept("oven", "sensor.oven_energy", COUNTER, "devices", within="kitchen"),
)
OTHERS = (
    Kept("car", "sensor.car_energy", COUNTER, "devices"),
    Kept("grid", "sensor.other_power", POWER, "grid"),
)
KNOWN = {one.entity_id: one.kind for one in (*KEPT, *OTHERS)} | {
    "sensor.attic": Kind("°C", "measurement")
}
ALL = ["grid: grid", "kitchen: device", "oven: device in kitchen"]


def told(answer: str) -> list[str]:
    """Return name and role of each sensor after an answer."""
    found = changed(answer, KEPT, OTHERS, KNOWN)
    return [f"{one.name}: {one.described or '-'}" for one in found]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", ALL),
        ("1-3", ALL),
        ("3, 1", ["oven: device", "grid: grid"]),
        ("1 1", ["grid: grid"]),
        ("1 tesla=4", ["grid: grid", "tesla: device"]),
        ("+4", [*ALL, "car: device"]),
        ("+tesla=4", [*ALL, "tesla: device"]),
        ("tesla=4", [*ALL, "tesla: device"]),
        ("+5", [*ALL, "grid_2: -"]),
        ("+sensor.attic", [*ALL, "attic: -"]),
        ("cold=sensor.attic", [*ALL, "cold: -"]),
        ("-2", ["grid: grid", "oven: device"]),
        ("-kitchen +car", ["grid: grid", "oven: device", "car: device"]),
        ("-1 +5", ["kitchen: device", "oven: device in kitchen", "grid: grid"]),
        ("cooking=2", ["grid: grid", "cooking: device", "oven: device in cooking"]),
        ("cooking=kitchen", ["grid: grid", "cooking: device", "oven: device in cooking"]),
        ("role 1 none", ["grid: -", *ALL[1:]]),
        ("role 1 -grid", ["grid: -grid", *ALL[1:]]),
        ("Role grid house", ["grid: house", *ALL[1:]]),
        ("role 3 device", ["grid: grid", "kitchen: device", "oven: device"]),
        ("role 3 import", ["grid: grid", "kitchen: device", "oven: import"]),
        ("role 2 none", ["grid: grid", "kitchen: -", "oven: device"]),
        ("role 1 device in 2", ["grid: device in kitchen", *ALL[1:]]),
    ],
)
def test_an_answer(answer: str, expected: list[str]) -> None:
    """Numbers alone keep only those; signs, names and roles change what is there."""
    assert told(answer) == expected


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("0", "from 1 to 5"),
        ("6", "from 1 to 5"),
        ("2-1", "from 1 to 5"),
        ("+9", "from 1 to 5"),
        ("power", "no number"),
        ("sensor.none", "no sensor"),
        ("+", "no number"),
        ("-", "no number"),
        ("=1", "a name is missing"),
        ("+=4", "a name is missing"),
        ("both=1-2", "one name for 2"),
        ("²", "no number"),
        ("-1 -2 -3", "at least one"),
        ("-1-3", "at least one"),
        ("grid=2", "two sensors"),
        ("timestamp=2", "cannot have this name"),
        ("role", "write for example"),
        ("role 1", "write for example"),
        ("role 1 solar in", "write for example"),
        ("role 1 moon", "the roles are"),
        ("role 9 solar", "from 1 to 5"),
        ("role 4 solar", "none of the sensors that are kept"),
        ("role 1-2 solar", "none of the sensors"),
        ("role 2 grid", "is grid already"),
        ("role 2 -import", "only a power is turned"),
        ("role 1 solar in 2", "only a device"),
        ("role 2 device in 3", "circle"),
        ("role 2 device in 1", "is no device"),
    ],
)
def test_a_wrong_answer(answer: str, says: str) -> None:
    """An error says why, and what is there stays."""
    with pytest.raises(ValueError, match=says):
        told(answer)
