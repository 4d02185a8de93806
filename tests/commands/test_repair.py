"""`repair` by hand: what it lists, what it asks, and the files after it."""

import tarfile
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.documents import encode
from powerstats_cli.files.backups import KEPT, copies, make_copy
from powerstats_cli.files.store import Store
from tests.core.verification.homes import KINDS, home
from tests.support.installation import Installation

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2025, 11, 15, 12, tzinfo=UTC)
FILES = {name: encode(each) for name, each in home(ZONE, date(2025, 11, 10), 5).items()}
DAY = "archive/2025-11-12.json"


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Return a home of five closed days."""
    made = Installation(tmp_path, "http://127.0.0.1:1", {name: f"sensor.{name}" for name in KINDS})
    for name, raw in FILES.items():
        path = made.data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    return made


def break_off(installation: Installation, name: str) -> None:
    """Cut a file in the middle."""
    (installation.data_dir / name).write_bytes(FILES[name][: len(FILES[name]) // 2])


def test_nothing_to_do(installation: Installation) -> None:
    """Exit code 0, and no copy is made."""
    result = installation.run("repair", "--yes", at=NOW)
    assert (result.exit_code, result.out) == (0, "nothing is to be mended\n")
    assert not (installation.data_dir / "backups").exists()


@pytest.mark.parametrize("options", [["--dry-run"], ["--dry-run", "--yes"], []])
def test_nothing_is_changed_unless_somebody_agrees(
    installation: Installation, options: list[str]
) -> None:
    """Without a terminal it lists, and exits with 1."""
    break_off(installation, "weekly.json")
    before = installation.snapshot()
    result = installation.run("repair", *options, at=NOW)
    assert (result.exit_code, result.err) == (1, "")
    assert result.out.startswith("write  weekly.json: ")
    assert installation.snapshot() == before


def test_a_broken_file_is_rebuilt(installation: Installation) -> None:
    """The file is as before, the broken one is in the copy, and verify agrees."""
    break_off(installation, "weekly.json")
    broken = (installation.data_dir / "weekly.json").read_bytes()
    result = installation.run("repair", "--yes", at=NOW)
    assert (result.exit_code, result.err) == (0, "")
    lines = (installation.data_dir / "weekly.json").read_bytes().split(b"\n")
    assert lines[7:] == FILES["weekly.json"].split(b"\n")[7:]
    assert installation.run("verify", "files", "tiers", at=NOW).exit_code == 0
    [name] = copies(Store(installation.data_dir, ZONE.key))
    assert f"what was there before is in backups/{name}" in result.out
    with tarfile.open(installation.data_dir / "backups" / name) as archive:
        assert set(archive.getnames()) == set(FILES)
        member = archive.extractfile("weekly.json")
        assert member is not None
        assert member.read() == broken


def test_a_broken_line_of_the_journal_is_named(installation: Installation) -> None:
    """It is left to be mended: `repair` says so as `verify` does, and changes nothing of it."""
    arguments = ["correct", "unknown", "power", "2025-11-12T10", "--yes"]
    assert installation.run(*arguments, at=NOW).exit_code == 0
    journal = installation.data_dir / "corrections.jsonl"
    journal.write_bytes(journal.read_bytes() + b"{broken\n")
    before = installation.snapshot()
    for options in (["--dry-run"], ["--yes"]):
        result = installation.run("repair", *options, at=NOW)
        assert result.exit_code == 1
        assert "corrections.jsonl: a line is broken, so its correction cannot be" in result.out
        assert "nothing is to be mended" not in result.out
        assert installation.snapshot() == before
    assert installation.run("repair", "--yes", "weekly.json", at=NOW).exit_code == 0


def test_only_the_named_file(installation: Installation) -> None:
    """The other one stays broken."""
    break_off(installation, "weekly.json")
    break_off(installation, "monthly.json")
    result = installation.run("repair", "weekly.json", "--yes", at=NOW)
    assert result.exit_code == 0
    assert "monthly.json" not in result.out
    assert installation.run("verify", "files", at=NOW).exit_code == 65
    assert installation.run("repair", "--yes", at=NOW).exit_code == 0
    assert installation.run("verify", "files", "tiers", at=NOW).exit_code == 0


def test_a_file_that_nothing_rebuilds(tmp_path: Path) -> None:
    """65, and the file stays as it is."""
    alone = Installation(tmp_path, "http://127.0.0.1:1", {"power": "sensor.power"})
    alone.data_dir.mkdir()
    (alone.data_dir / "yearly.json").write_bytes(b"\0" * 4096)
    result = alone.run("repair", "--yes", at=NOW)
    assert result.exit_code == 65
    assert result.out == "left   yearly.json: nothing of it could be rebuilt\n"
    assert (alone.data_dir / "yearly.json").read_bytes() == b"\0" * 4096


def test_a_copy_that_cannot_be_written_stops_it(installation: Installation) -> None:
    """Nothing is mended without a way back."""
    break_off(installation, "weekly.json")
    (installation.data_dir / "backups").write_text("a file is in the way")
    before = installation.snapshot()
    result = installation.run("repair", "--yes", at=NOW)
    assert result.exit_code in {73, 75, 77, 78}
    assert "backups" in result.err
    assert installation.snapshot() == before


def test_a_name_that_is_no_data_file(installation: Installation) -> None:
    """The line says which names there are."""
    result = installation.run("repair", "notes.txt", at=NOW)
    assert result.exit_code == 2
    assert "'notes.txt' is no data file" in result.err


def test_the_newest_copies_stay(installation: Installation) -> None:
    """Five of them, also if several are made in the same second."""
    files = Store(installation.data_dir, ZONE.key)
    made = [make_copy(files, NOW) for _ in range(KEPT + 7)]
    assert [path.name for path in made if path] == [
        f"20251115T120000Z{'' if number == 1 else f'-{number}'}.tar.gz"
        for number in range(1, KEPT + 8)
    ]
    assert copies(files) == [path.name for path in made[-KEPT:] if path]
