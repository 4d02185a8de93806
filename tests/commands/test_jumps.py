"""A counter that jumps by more than it can count: taken for another meter, and told once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.server import HomeAssistant
from tests.support.homes import ENERGY, SENSORS, VOLTAGE
from tests.support.installation import TOKEN, Installation

BEGIN = datetime(2025, 11, 21, 23, tzinfo=UTC)  # midnight in Amsterdam
MINUTE = timedelta(minutes=1)
LINE = (
    "powerstats: collect: energy jumped by {} kWh at {}: taken for another meter; "
    "if it was counted, raise homeassistant.plausible.energy\n"
)


class House:
    """A house whose meter is `energy`, collected from as of some times."""

    def __init__(self, folder: Path, energy: Sequence[tuple[float, float]]) -> None:
        voltage = [Change(BEGIN + number * MINUTE, str(229 + number % 3)) for number in range(3000)]
        meter = [Change(BEGIN + minute * MINUTE, str(reading)) for minute, reading in energy]
        sensors = {ENERGY: SENSORS[ENERGY], VOLTAGE: SENSORS[VOLTAGE]}
        self.home = RecordedHome(sensors, {VOLTAGE: voltage, ENERGY: meter})
        self.folder = folder
        self.there: Installation | None = None

    def run(self, *command: str, minutes: Sequence[int], allowed: float | None = None) -> list[str]:
        """Run a command at some minutes; return the lines of those that exit with 65."""
        told = []
        with HomeAssistant(self.home, token=TOKEN, clock=lambda: now) as server:
            there = Installation(self.folder, server.url, {"energy": ENERGY, "voltage": VOLTAGE})
            if allowed is not None:
                text = there.config.read_text()
                table = f"[homeassistant.plausible]\nenergy = [0, {allowed}]\n[data]\n"
                there.config.write_text(text.replace("[data]\n", table))
            for minute in minutes:
                now = BEGIN + minute * MINUTE + timedelta(seconds=10)
                result = there.run(*command, at=now)
                assert result.exit_code in (0, 65), result
                assert (result.exit_code == 65) == bool(result.err)
                told += [result.err] if result.err else []
            self.there = there
        return told

    @property
    def booked(self) -> float:
        """All that was counted today."""
        assert self.there is not None
        points = self.there.document("daily.json").points.values()
        return sum(point["energy"].change or 0.0 for point in points if "energy" in point)


JUMPS = [(0, 100), (300, 100.5), (610, 9999.5), (640, 10000), (900, 10001)]
REGULAR = range(10, 1000, 10)


@pytest.mark.parametrize("minutes", [REGULAR, [1000], [400, 620, 660, 1000]])
def test_a_jump_is_told_once(tmp_path: Path, minutes: Sequence[int]) -> None:
    """The run that decides it says so; nothing of it is counted."""
    house = House(tmp_path, JUMPS)
    assert house.run("collect", minutes=minutes) == [LINE.format("9,899", "10:10")]
    assert house.booked == pytest.approx(2.0)


def test_a_jump_of_another_day_has_its_date(tmp_path: Path) -> None:
    """The next day's run says on which day it was."""
    house = House(tmp_path, JUMPS)
    assert house.run("collect", minutes=[10, 2000]) == [LINE.format("9,899", "2025-11-22 10:10")]


@pytest.mark.parametrize(
    ("allowed", "told", "booked"),
    [
        (None, [], 41.0),
        (25, [LINE.format("40", "10:10")], 1.0),
        (50, [], 41.0),
    ],
)
def test_the_range_is_the_fastest_that_a_meter_counts(
    tmp_path: Path, allowed: float | None, told: list[str], booked: float
) -> None:
    """40 kWh in an hour are too many for a meter that counts 25 kW at most."""
    house = House(tmp_path, [(0, 100), (550, 100.5), (610, 140.5), (700, 141)])
    assert house.run("collect", minutes=REGULAR, allowed=allowed) == told
    assert house.booked == pytest.approx(booked)


def test_a_range_that_was_raised_counts_the_next_jump(tmp_path: Path) -> None:
    """What is stored does not change; the same jump an hour later is counted."""
    house = House(tmp_path, [(0, 100), (550, 100.5), (610, 140.5), (800, 141), (860, 180)])
    early = [minute for minute in REGULAR if minute < 800]
    assert house.run("collect", minutes=early, allowed=25) == [LINE.format("40", "10:10")]
    late = [minute for minute in REGULAR if minute >= 800]
    assert house.run("collect", minutes=late, allowed=50) == []
    assert house.booked == pytest.approx(0.5 + 0.5 + 39)
