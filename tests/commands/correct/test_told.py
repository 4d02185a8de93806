"""What `status` and `doctor` say about corrections, and about a journal that is broken."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.commands.correct.place import NOON, correct, home
from tests.support.installation import Installation


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """Return a home."""
    return home(tmp_path)


def found(place: Installation) -> object:
    """Return what `status --json` says of the corrections."""
    return json.loads(place.run("status", "--json", at=NOON).out)["corrections"]


def test_status_counts_the_corrections_in_force(place: Installation) -> None:
    """One that is undone does not count, and neither does the undo."""
    assert found(place) == {"number": 0, "last": None}
    assert "correction" not in place.run("status", at=NOON).out
    correct(place, "unknown", "power", "2025-11-20T10:10")
    assert "1 correction, on 2025-11-22" in place.run("status", at=NOON).out
    last = correct(place, "unknown", "power", "2025-11-19", at=NOON + timedelta(days=1))
    assert "2 corrections, the last on 2025-11-23" in place.run("status", at=NOON).out
    assert found(place) == {"number": 2, "last": "2025-11-23T12:00:00+01:00"}
    doctor = place.run("doctor", "--offline", at=NOON).out
    assert "2 corrections in force: powerstats correct list shows them" in doctor
    correct(place, "undo", last, at=NOON + timedelta(days=1))
    assert found(place) == {"number": 1, "last": "2025-11-22T12:00:00+01:00"}


def test_a_broken_journal(place: Installation) -> None:
    """Commands that only read say so, and change nothing; the next step sets it aside."""
    correct(place, "unknown", "power", "2025-11-20T10:10")
    correct(place, "unknown", "power", "2025-11-19")
    path = place.data_dir / "corrections.jsonl"
    broken = path.read_bytes().replace(b"60000.0", b"60001.0", 1)
    path.write_bytes(broken)
    for command in (["status"], ["correct", "list"]):
        result = place.run(*command, at=NOON)
        assert result.exit_code == 65
        text = " ".join((result.out + result.err).split())
        assert "corrections.jsonl is broken in line 1: the next step that writes sets" in text
    doctor = place.run("doctor", "--offline", at=NOON)
    assert (doctor.exit_code, "broken in line 1" in doctor.out) == (1, True)
    assert path.read_bytes() == broken

    result = place.run("rotate", at=NOON)
    assert result.exit_code == 65
    assert len(result.err.splitlines()) == 1
    (aside,) = place.data_dir.glob("corrections.jsonl.unreadable-*")
    assert aside.read_bytes() == broken
    assert path.read_bytes() == b"".join(broken.splitlines(keepends=True)[1:])
    place.run_well("rotate", at=NOON)
    assert f"{aside.name} was set aside" in place.run("status", at=NOON).out
    assert "power" in place.run("correct", "list", at=NOON).out
