"""Which series are taken: judged, stated on the command line, or answered at a terminal."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.commands.migrate.oldhome import DAY, NOW, ZONE, Point, migrate_well, points, write
from tests.support.homes import staged, steady_home
from tests.support.installation import Installation
from tests.support.terminal import Terminal


def mislabelled() -> list[Point]:
    """Return points whose series have wrong names, as in a real home."""
    return [
        {**point, "power": 300.0 + number % 77, "daily_energy": 300.0 + number % 77}
        | {"power_factor": 7.1, "solar": point["energy"]}
        for number, point in enumerate(points())
    ]


def test_series_in_doubt_are_left_out(installation: Installation, old: Path) -> None:
    """Each is told with the reason; a series whose unit is stated is taken."""
    path = write(old / "daily.json", mislabelled())
    told = migrate_well(installation, path)
    assert "daily_energy: left out: looks mislabelled: equal to power in 100.0 %" in told
    assert "solar: left out: looks mislabelled: it only rises" in told
    assert "power_factor: left out: looks mislabelled: 7.1 to 7.1 is no power factor" in told
    assert "--series NAME=UNIT" in told
    names = {name for p in installation.document("yearly.json").points.values() for name in p}
    assert names == {"energy", "power", "voltage"}
    migrate_well(installation, "--series", "solar=kWh", "--series", "voltage=-", path)
    days = installation.document("yearly.json").points.values()
    assert [day["solar"].change for day in days] == pytest.approx([21.57, 21.6])


def test_an_answer_at_the_terminal(installation: Installation, old: Path) -> None:
    """A series is taken if the answer is a unit; Enter leaves it out."""
    write(old / "daily.json", mislabelled())
    arguments = installation.arguments("migrate", str(old), at=NOW)
    with Terminal(arguments, {}, old) as terminal:
        terminal.answer("The unit of daily_energy", "-")
        terminal.answer("The unit of power_factor")
        terminal.answer("The unit of solar", "kWh")
        assert terminal.end() == 0, terminal.shown
    assert "power_factor: left out" in terminal.shown
    day = next(iter(installation.document("yearly.json").points.values()))
    assert set(day) == {"energy", "power", "solar", "voltage"}


def test_a_series_that_is_stored_in_another_unit(tmp_path: Path, old: Path) -> None:
    """It is left out: the stored series of that name keeps its unit."""
    begin = datetime(2025, 11, 22, tzinfo=ZONE)
    with staged(steady_home(begin, DAY), tmp_path / "new", NOW) as stage:
        stage.run("collect", at=begin + timedelta(hours=12))
        path = write(old / "daily.json", points())
        told = migrate_well(stage.installation, "--series", "voltage=mV", path)
        assert "voltage: left out: measurement in mV, but powerstats has it as" in told


def test_a_counters_jump_is_told(installation: Installation, old: Path) -> None:
    """What no meter counts is another meter; the configured range says what a meter counts."""
    jump = [
        {**point, "energy": point["energy"] + (500 if number > 700 else 0)}
        for number, point in enumerate(points())
    ]
    path = write(old / "daily.json", jump)
    told = migrate_well(installation, "--series", "energy=kWh", path)
    assert "energy jumped by 500 kWh at 2025-11-20 23:22: taken for another meter" in told
    days = installation.document("yearly.json").points.values()
    assert sum(day["energy"].change or 0.0 for day in days) == pytest.approx(43.17 - 0.03)
