"""The sensors that are kept, changed one by one."""

import pytest

from powerstats_cli.core.candidates.selection import Kept, put, role_written, with_role
from powerstats_cli.core.energy.roles import ROLES, Role
from powerstats_cli.core.series import Kind

POWER = Kind("W", "measurement")
KEPT = (
    Kept("a", "sensor.a", POWER, was="old"),
    Kept("b", "sensor.b", POWER, "grid"),
    Kept("c", "sensor.c", POWER, "devices"),
    Kept("d", "sensor.d", POWER, "devices", within="c"),
)


@pytest.mark.parametrize("role", [None, *ROLES])
@pytest.mark.parametrize("turned", [False, True])
def test_a_role_is_read_as_it_is_written(role: Role | None, turned: bool) -> None:  # noqa: FBT001
    """What is written of each role is read as the same."""
    one = Kept("a", "sensor.a", role=role, turned=turned and role is not None)
    assert role_written(one.written) == (one.role, one.turned)


def test_another_sensor_under_a_name() -> None:
    """It takes the place of the one that was there, and is the series that that was."""
    changed = put(KEPT, Kept("a", "sensor.x", POWER))
    assert changed == (Kept("a", "sensor.x", POWER, was="old"), *KEPT[1:])
    new = Kept("e", "sensor.e", POWER)
    assert put(KEPT, new) == (*KEPT, new)


@pytest.mark.parametrize(("name", "other"), [("a", "b"), ("c", "b")])
def test_the_changed_one_is_complained_of(name: str, other: str) -> None:
    """Wherever it stands: the one that had the role is right."""
    with pytest.raises(ValueError, match=f"^{name}: {other} is grid already"):
        with_role(KEPT, name, "grid")


def test_the_order_stays() -> None:
    """A change of a role moves no sensor; what is part of a device that is none is part of none."""
    changed = with_role(KEPT, "c", "none")
    assert [one.name for one in changed] == ["a", "b", "c", "d"]
    assert changed[3].within is None
