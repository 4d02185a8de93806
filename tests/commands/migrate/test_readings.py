"""The old files: they are only read, in any order, and a file without points is told."""

from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.commands.migrate.oldhome import (
    MINUTE,
    NOW,
    TOKEN,
    Point,
    daily_kwh,
    fingerprints,
    migrate,
    migrate_well,
    points,
    write,
)
from tests.support.installation import Installation


def test_twice_changes_nothing_and_the_originals_stay(
    installation: Installation, old: Path
) -> None:
    """No run changes an old file; the second run, hours later, changes no byte of the new files."""
    write(old / "daily.json", points(days=1.7))
    write(old / "weekly.json", {"data_points": points(minutes=10)})
    before = fingerprints(old)
    migrate_well(installation, old)
    files = installation.snapshot()
    told = migrate_well(installation, old, at=NOW + timedelta(hours=5))
    assert "Nothing new" in told
    assert installation.snapshot() == files
    assert fingerprints(old) == before


@pytest.mark.parametrize("seed", range(4))
def test_files_can_be_split_in_any_way(installation: Installation, old: Path, seed: int) -> None:
    """The result is the same if points are in several files, overlap, or are in another order."""
    random = Random(seed)
    written = points(days=1.5)
    whole = Installation(installation.folder / "whole", installation.url, installation.entities)
    migrate_well(whole, write(old / "all.json", written))
    folder = old / "parts"
    folder.mkdir()
    parts: list[list[Point]] = [[] for _ in range(4)]
    for point in written:
        for part in random.sample(parts, random.choice([1, 1, 2])):
            part.append(point)
    for number, part in enumerate(parts):
        random.shuffle(part)
        write(folder / f"{number}.json", part if number % 2 else {"data_points": part})
    migrate_well(installation, folder)
    assert installation.snapshot() == {
        name: raw for name, raw in whole.snapshot().items() if not name.startswith("whole")
    }


def test_two_collectors_count_once(installation: Installation, old: Path) -> None:
    """Readings of a second collector, a second later, add no energy."""
    written = points()
    again = [
        {
            **point,
            "timestamp": (datetime.fromisoformat(point["timestamp"]) + MINUTE / 60).isoformat(),
        }
        for point in written
    ]
    migrate_well(installation, write(old / "daily.json", [*written, *again]))
    assert daily_kwh(installation)[date(2025, 11, 20)] == pytest.approx(21.6, abs=0.01)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "it is empty"),
        (b"[{", "is no JSON"),
        (b"\xff\xfe\x00", "is no JSON"),
        (b"[" * 200_000, "is no JSON"),
        (b"<html></html>", "is no JSON"),
        (b"17", "holds no points"),
        (b'{"data": []}', "holds no points"),
        (b'[{"power": 5}]', "holds no points"),
        (b'[{"timestamp": "yesterday"}]', "holds no points"),
        (b'{"version":1,"tier":"daily","data_points":[]}', "is a file of powerstats itself"),
    ],
)
def test_a_named_file_without_points(
    installation: Installation, old: Path, raw: bytes, why: str
) -> None:
    """It stops the migration: one line, exit code 65, no file is written or changed."""
    good, bad = write(old / "daily.json", points()), old / "bad.json"
    bad.write_bytes(raw)
    before = fingerprints(old)
    result = migrate(installation, good, bad)
    assert (result.exit_code, result.out) == (65, "")
    assert result.err.count("\n") == 1
    assert str(bad) in result.err
    assert why in result.err
    assert not installation.data_dir.exists()
    assert fingerprints(old) == before


def test_other_files_in_a_folder_are_not_taken(installation: Installation, old: Path) -> None:
    """A folder may hold the old configuration as well."""
    write(old / "daily.json", points())
    write(old / "config.json", {"homeassistant": {"token": TOKEN}})
    told = migrate_well(installation, old)
    assert "not taken: config.json: it holds no points" in told
    assert TOKEN not in told


def test_items_without_a_time_are_counted(installation: Installation, old: Path) -> None:
    """They do no harm among good points; odd values and names do none either."""
    odd: list[Any] = [7, {"timestamp": None, "power": 5.0}, "x", None, [], {"a": {}}]
    good = [{**p, "note": "ok", "nan": float("nan"), "\x1b[31m": 1.5} for p in points()]
    told = migrate_well(installation, write(old / "daily.json", [*odd, *good]))
    assert "points without a time were left out" in told
    assert "note: left out: never a number" in told
    assert "\x1b" not in told
    assert len(daily_kwh(installation)) == 2


def test_the_old_folder_is_no_data_directory(installation: Installation) -> None:
    """In it, new files would replace old ones of the same names."""
    installation.data_dir.mkdir()
    path = write(installation.data_dir / "weekly.json", points())
    before = fingerprints(installation.data_dir)
    for given in (path, installation.data_dir):
        result = migrate(installation, given)
        assert result.exit_code == 78
        assert "give another --data-dir" in result.err
    assert fingerprints(installation.data_dir) == before
