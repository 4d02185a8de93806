"""The files that earlier scripts left of a home, and migrations of them."""

import json
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.installation import Installation, Result

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2025, 11, 23, 10, tzinfo=ZONE)
FIRST = datetime(2025, 11, 20)  # noqa: DTZ001 - the old files are without an offset
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
TOKEN = "s3ntinel-T0ken.of_the-home"
Point = dict[str, Any]


def points(start: datetime = FIRST, days: float = 2.0, minutes: int = 2) -> list[Point]:
    """Return a home's points: 600 and 1200 W in turns of ten minutes, a counter, a voltage."""
    result = []
    for number in range(int(days * DAY / (minutes * MINUTE))):
        at = start + number * minutes * MINUTE + timedelta(seconds=3, microseconds=250)
        result.append(
            {
                "timestamp": at.isoformat(),
                "power": 600.0 + 600 * (at.minute // 10 % 2),
                "voltage": 229.0 + number % 3,
                "energy": round(1000 + number * minutes * 0.015, 3),
            }
        )
    return result


def write(path: Path, content: object) -> Path:
    """Write a file as the old scripts wrote it."""
    path.write_text(json.dumps(content, indent=4))
    return path


def fingerprints(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Return the hash, the time and the mode of each file in a folder."""
    return {
        str(path.relative_to(folder)): (
            sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
            path.stat().st_mode,
        )
        for path in folder.rglob("*")
        if path.is_file()
    }


def migrate(installation: Installation, *arguments: str | Path, at: datetime = NOW) -> Result:
    """Run migrate as a script runs it, without questions."""
    return installation.run("migrate", "--no-input", *map(str, arguments), at=at)


def migrate_well(installation: Installation, *arguments: str | Path, at: datetime = NOW) -> str:
    """Run migrate, check that it succeeds, and return its output."""
    result = migrate(installation, *arguments, at=at)
    assert (result.exit_code, result.err) == (0, ""), result
    return result.out


def daily_kwh(installation: Installation, name: str = "power") -> dict[date, float]:
    """Return the energy of each day in yearly.json, in kWh."""
    return {
        start.astimezone(ZoneInfo(installation.timezone)).date(): point[name].kwh or 0.0
        for start, point in installation.document("yearly.json").points.items()
        if name in point
    }
