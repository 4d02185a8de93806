"""Two sensors of options for one role: the one that gets none is told, also beside what is kept."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.server import HomeAssistant
from tests.commands.init.place import TOKEN, Place, now

WATTS = {"unit_of_measurement": "W", "device_class": "power", "state_class": "measurement"}
GRIDS = ("sensor.grid_power", "sensor.main_grid_power")
HEATER = "sensor.heater_power"


@pytest.fixture
def two_grids(tmp_path: Path) -> Iterator[Place]:
    """Return a place with two sensors of the grid."""
    begin, ids = now() - timedelta(hours=2), (*GRIDS, HEATER)
    home = RecordedHome(
        dict.fromkeys(ids, WATTS),
        {each: [Change(begin, "400")] for each in ids},
        time_zone="Europe/Vienna",
    )
    folder = tmp_path / "place"
    folder.mkdir()
    with HomeAssistant(home, token=TOKEN, clock=now) as server:
        yield Place(folder, server)


def entities(**ids: str) -> list[str]:
    """Return the options for sensors."""
    return [word for name, each in ids.items() for word in ("--entity", f"{name}={each}")]


def test_a_new_configuration(two_grids: Place) -> None:
    """The first has the role; a line tells of the second."""
    result = two_grids.run_with_home("--no-collect", *entities(first=GRIDS[0], second=GRIDS[1]))
    assert (result.exit_code, result.err) == (0, "")
    assert result.out.count("gets no role") == 1
    assert "second gets no role: first is grid already" in result.out
    flows = two_grids.settings().flows
    assert flows is not None
    assert flows.written == {"grid": ("first",)}


@pytest.mark.parametrize("name", ["heater", "other"])
def test_beside_what_is_kept(two_grids: Place, name: str) -> None:
    """The series that has the role keeps it, whether the name of the other is new or not."""
    first = entities(heater=HEATER, first=GRIDS[0])
    assert two_grids.run_with_home("--no-collect", *first).exit_code == 0
    before = two_grids.settings()
    options = entities(**{name: GRIDS[1]})
    with two_grids.sit_down("--no-collect", "--schedule", "none", *options) as terminal:
        terminal.answer("Address")
        terminal.answer("Enter keeps the present one")
        terminal.answer("Which sensors")
        terminal.answer("What does a kWh cost")
        terminal.answer("Use GitHub?")
        assert terminal.end() == 0
    shown = " ".join(terminal.shown.split())
    assert (
        f"{name}: first is grid already, and one power has both ways; {name} gets no role" in shown
    )
    after = two_grids.settings()
    assert after.entities == {**before.entities, name: GRIDS[1]}
    assert after.flows is not None
    assert after.flows.written["grid"] == ("first",)
    assert name not in str(after.flows.written)
