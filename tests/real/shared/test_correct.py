"""`correct again` of the real Home Assistant: from its history, and from its statistics."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, day_start
from tests.real.installed import installed
from tests.real.server import PUMP_ENERGY, PUMP_POWER, ZONE
from tests.real.shared.seen import Seen
from tests.support.installation import Installation

pytestmark = pytest.mark.homeassistant

ENTITIES = {"power": PUMP_POWER, "energy": PUMP_ENERGY}
OLD = 40


def filled(folder: Path, seen: Seen, plausible: str = "") -> Installation:
    """Return an installation on its first evening, perhaps with a plausible range."""
    installation = installed(folder, seen.home, ENTITIES)
    with installation.config.open("a") as config:
        config.write(plausible)
    for step in ("collect", "backfill"):
        installation.run_well(step, at=seen.now)
    return installation


def again(installation: Installation, seen: Seen, day: date, *names: str) -> None:
    """Read a day of some series again."""
    for name in names:
        words = ("again", name, str(day), "--yes")
        result = installation.run("correct", *words, at=seen.now)
        assert (result.exit_code, result.err) == (0, ""), result


def values(document: Document, name: str) -> list[Value]:
    """Return the values of a series without their stamps."""
    points = document.points.values()
    found = [point[name] for point in points if name in point]
    return [msgspec.structs.replace(value, corrected=None) for value in found]


def test_a_day_of_history_after_plausible_was_set(seen: Seen, tmp_path: Path) -> None:
    """It is what would have been stored with the range; the same range gives the same numbers."""
    day = seen.now.astimezone(ZONE).date() - DAY
    installation = filled(tmp_path / "one", seen)
    before = installation.archived(day)
    limit = max(value.max or 0 for value in values(before, "power")) - 1
    plausible = f"[homeassistant.plausible]\npower = [0, {limit}]\n"
    with installation.config.open("a") as config:
        config.write(plausible)
    again(installation, seen, day, "power")
    after = values(installation.archived(day), "power")
    wanted = filled(tmp_path / "two", seen, plausible).archived(day)
    assert after == values(wanted, "power") != values(before, "power")
    assert values(installation.archived(day), "energy") == values(before, "energy")


def test_a_day_of_statistics(seen: Seen, tmp_path: Path) -> None:
    """An old day that was corrected by hand becomes what Home Assistant has of it again."""
    day = seen.now.astimezone(ZONE).date() - OLD * DAY
    installation = filled(tmp_path / "one", seen)
    start = day_start(day, ZONE)
    before = dict(installation.document("yearly.json").points[start])
    for name, number in (("power", "1kWh"), ("energy", "1")):
        words = ("value", name, str(day), number, "--yes")
        assert installation.run("correct", *words, at=seen.now).exit_code == 0
    again(installation, seen, day, "power", "energy")
    for file in ("yearly.json", f"years/{day.year}.json"):
        point = installation.document(file).points[start]
        assert {
            name: msgspec.structs.replace(value, corrected=None) for name, value in point.items()
        } == before
