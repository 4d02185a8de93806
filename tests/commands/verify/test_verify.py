"""`verify` by hand: a line for each check, what differs below it, and the exit code."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.documents import encode
from tests.core.verification.homes import KINDS, home
from tests.support.installation import Installation

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2025, 11, 15, 12, tzinfo=UTC)
FILES = {name: encode(each) for name, each in home(ZONE, date(2025, 11, 10), 5).items()}


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Return a home of five closed days."""
    made = Installation(tmp_path, "http://127.0.0.1:1", {name: f"sensor.{name}" for name in KINDS})
    for name, raw in FILES.items():
        path = made.data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    return made


def checks(installation: Installation, *names: str, exit_code: int = 0) -> dict[str, Any]:
    """Return the results of `verify --json` by check."""
    result = installation.run("verify", *names, "--json", at=NOW)
    assert (result.exit_code, result.err) == (exit_code, "")
    return {each["check"]: each for each in json.loads(result.out)["checks"]}


def edited(installation: Installation, name: str, old: str, new: str) -> None:
    """Replace the first occurrence of a text in a data file."""
    path = installation.data_dir / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_home_that_is_well(installation: Installation) -> None:
    """Three lines, and nothing is changed."""
    before = installation.snapshot()
    result = installation.run("verify", at=NOW)
    assert (result.exit_code, result.err) == (0, "")
    assert "files       8 files looked at, bucket by bucket; all agree" in result.out
    assert "hours and days compared with the finer files; all agree" in result.out
    assert "github      not made: the configuration has no [github]" in result.out
    assert installation.snapshot() == before


def test_nothing_is_stored_yet(tmp_path: Path) -> None:
    """A new home has nothing that differs."""
    new = Installation(tmp_path, "http://127.0.0.1:1", {"power": "sensor.power"})
    assert new.run("verify").exit_code == 0


def test_what_differs_is_listed(installation: Installation) -> None:
    """Exit code 1, the numbers, and where."""
    edited(installation, "monthly.json", '"kwh":', '"kwh":9')
    found = checks(installation, exit_code=1)
    assert [each["file"] for each in found["files"]["differences"]] == ["monthly.json"]
    named = {(each["file"], each["series"]) for each in found["tiers"]["differences"]}
    assert named == {("monthly.json", "grid"), ("yearly.json", "grid")}
    [first, _] = found["tiers"]["differences"]
    assert first["difference"] == pytest.approx(first["here"] - first["there"], abs=1e-6)
    assert (first["unit"], first["start"]) == ("kWh", "2025-11-10T00:00+01:00")
    assert not found["github"]["made"]


def test_a_broken_file(installation: Installation) -> None:
    """65, and the other files are looked at all the same."""
    path = installation.data_dir / "archive" / "2025-11-12.json"
    path.write_bytes(path.read_bytes()[:5000])
    found = checks(installation, exit_code=65)
    assert "archive/2025-11-12.json could not be read" in found["files"]["problems"][0]
    assert found["files"]["text"].startswith("7 files")
    assert found["tiers"]["differences"] == []


def test_what_is_left_over(installation: Installation) -> None:
    """By a killed step, or set aside."""
    (installation.data_dir / ".daily.json.tmp").touch()
    (installation.data_dir / "archive" / "2025-11-12.json.unreadable-20251113T000000Z").touch()
    found = checks(installation, "files", exit_code=1)["files"]["differences"]
    assert [each["file"] for each in found] == [
        "archive/2025-11-12.json.unreadable-20251113T000000Z",
        ".daily.json.tmp",
    ]


def test_many_differences_are_counted(installation: Installation) -> None:
    """Twenty lines; all of them with -v."""
    path = installation.data_dir / "weekly.json"
    path.write_text(path.read_text().replace('"max":', '"max":9'))
    result = installation.run("verify", "tiers", at=NOW)
    assert result.exit_code == 1
    lines = result.out.splitlines()
    assert len(lines) == 22
    assert lines[-1].endswith("more: -v lists them all")
    assert len(installation.run("verify", "tiers", "-v", at=NOW).out.splitlines()) > 200


@pytest.mark.parametrize(
    ("names", "exit_code", "words"),
    [
        (["github"], 78, "the configuration has no [github]"),
        (["tyres"], 2, "'tyres' is not one of files, tiers, github"),
    ],
)
def test_a_check_that_cannot_be_made(
    installation: Installation, names: list[str], exit_code: int, words: str
) -> None:
    """If it was named, that is a failure."""
    result = installation.run("verify", *names, at=NOW)
    assert result.exit_code == exit_code
    assert words in result.out + result.err


def test_a_newer_version_is_left_alone(installation: Installation) -> None:
    """The file is intact, and this version cannot judge it."""
    edited(installation, "yearly.json", '"version":1', '"version":7')
    result = installation.run("verify", at=NOW)
    assert result.exit_code == 78
    assert "yearly.json is of version 7" in result.err
