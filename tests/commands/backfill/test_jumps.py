"""`backfill` counts the recorder's days as `collect` does: a jump is told, and not counted."""

from datetime import timedelta
from pathlib import Path

import pytest

from powerstats_cli.core.periods import day_start
from powerstats_cli.demo.homes import Change, RecordedHome
from tests.commands.backfill.place import KEEP, METADATA, NOW, YESTERDAY, ZONE, a_home, row
from tests.support.homes import ENERGY, ENTITIES, SENSORS
from tests.support.installation import TOKEN, Installation
from tests.support.longterm_server import LongTermHome, Statistics

JUMP = day_start(YESTERDAY, ZONE) + timedelta(hours=10, minutes=5)


def jumped(change: Change) -> Change:
    """Return a meter's state with 9,000 kWh more from the jump on."""
    return Change(change.at, f"{float(change.state) + (9000 if change.at >= JUMP else 0):.2f}")


def test_a_jump_is_told(tmp_path: Path) -> None:
    """Yesterday has 0.15 kWh every ten minutes, but for the ten before the jump."""
    usual = a_home()
    changes = {entity: usual.changes(entity, NOW - KEEP, NOW) for entity in SENSORS}
    home = RecordedHome(SENSORS, {**changes, ENERGY: map(jumped, changes[ENERGY])})
    statistics = Statistics(METADATA, row)
    with LongTermHome(home, statistics, TOKEN, lambda: NOW, keep=KEEP) as server:
        there = Installation(tmp_path, server.url, ENTITIES)
        there.run_well("collect", at=NOW)
        result = there.run("backfill", at=NOW)
    assert result.exit_code == 65
    assert result.err == (
        f"powerstats: backfill: energy jumped by 9,000 kWh at {JUMP:%Y-%m-%d} 10:10: taken for "
        "another meter; if it was counted, raise homeassistant.plausible.energy\n"
    )
    points = there.archived(YESTERDAY).points.values()
    booked = sum(point["energy"].change or 0.0 for point in points)
    assert booked == pytest.approx(143 * 0.15)
