"""The commands store the same, whichever release of Home Assistant they ask."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.releases import V2024_3, V2026_11, Release
from powerstats_cli.demo.server import HomeAssistant
from tests.support.homes import ENTITIES, POWER, SENSORS, VOLTAGE
from tests.support.installation import TOKEN, Installation

HOUR = timedelta(hours=1)
MIDNIGHT = datetime(2025, 3, 4, tzinfo=ZoneInfo("Europe/Amsterdam")).astimezone(UTC)


def restarted_home() -> RecordedHome:
    """Return a home whose voltage last changed before Home Assistant started anew."""
    minutes = range(0, 10 * 60, 2)
    begin = MIDNIGHT - 4 * HOUR
    changes = {
        POWER: [Change(begin + timedelta(minutes=each), f"{500 + each}.0") for each in minutes],
        VOLTAGE: [Change(begin, "229.5")],
    }
    return RecordedHome(SENSORS, changes, starts=[begin - HOUR, MIDNIGHT - 2 * HOUR])


def collected(folder: Path, release: Release) -> tuple[dict[str, bytes], list[str]]:
    """Return the files after a run of collect, and the paths of history that it asked for."""
    now = MIDNIGHT + 5 * HOUR
    with HomeAssistant(restarted_home(), token=TOKEN, clock=lambda: now, release=release) as server:
        entities = {name: ENTITIES[name] for name in ("power", "voltage")}
        installation = Installation(folder, server.url, entities)
        installation.run_well("collect", at=now)
        return installation.snapshot(), [path for path in server.requests if "/history/" in path]


def test_a_state_from_before_a_restart(tmp_path: Path) -> None:
    """2024.3 gives it only if the entity is asked for alone, 2026.11 always; the files agree."""
    old_files, old_paths = collected(tmp_path / "old", V2024_3)
    new_files, new_paths = collected(tmp_path / "new", V2026_11)
    assert old_files == new_files
    assert b'"voltage"' in new_files["daily.json"]
    assert len(new_paths) < len(old_paths)
    assert any(f"filter_entity_id={VOLTAGE}&" in path for path in old_paths)
