"""`repair` with a repository: a long-term file that the card broke."""

import shutil
from datetime import date, timedelta

import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.periods import DAY, day_span
from tests.github.fake.repository import GitRepository
from tests.github.fixtures import _impatient, _sound, device, github, repo
from tests.github.homes import AMSTERDAM, NOW, Device, past

__all__ = ["_impatient", "_sound", "device", "github", "repo"]

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient"),
]


def drawn(day: date) -> Value:
    """Return a day of a constant power, as long as the day is."""
    hours = day_span(day, AMSTERDAM).length / timedelta(hours=1)
    watts = 100.0 + day.day
    kwh = round(watts * hours / 1000, 6)
    return Value(mean=watts, min=watts, max=watts, kwh=kwh, coverage=1.0)


YEAR = past("yearly", 365, value=drawn)


@pytest.fixture
def synced(device: Device, repo: GitRepository) -> Device:
    """Return a device whose year is in the repository."""
    assert len(repo.commits()) == 1
    for path in device.data_dir.glob("*.json"):
        path.unlink()
    device.put(YEAR)
    device.run_well("sync", "push", "yearly", at=NOW)
    return device


def zeroed(device: Device) -> bytes:
    """Zero a block of 4 kB of yearly.json; return its bytes from before."""
    path = device.data_dir / "yearly.json"
    before = path.read_bytes()
    path.write_bytes(before[:9000] + bytes(4096) + before[13096:])
    return before


@pytest.mark.parametrize(
    "command", [("status",), ("aggregate", "yearly"), ("sync", "push", "yearly"), ("verify",)]
)
def test_every_command_that_reads_it_says_so(synced: Device, command: tuple[str, ...]) -> None:
    """Exit code 65, and the file's name."""
    zeroed(synced)
    result = synced.run(*command, at=NOW)
    assert result.exit_code == 65
    assert "yearly.json" in result.out + result.err


def test_its_lines_and_the_repositorys(synced: Device, repo: GitRepository) -> None:
    """The file is as it was before, to the byte, and the repository stays."""
    before, head = zeroed(synced), repo.head()
    result = synced.run("repair", "--yes", at=NOW)
    assert (result.exit_code, result.err) == (0, ""), result.out
    assert "points from the repository" in result.out
    assert (synced.data_dir / "yearly.json").read_bytes() == before
    assert repo.head() == head
    assert synced.run("verify", "files", "tiers", at=NOW).exit_code == 0


def test_without_the_repository(synced: Device) -> None:
    """If GitHub cannot be asked, the whole lines stay, and the rest is named."""
    zeroed(synced)
    synced.configure(github={"api_url": "http://127.0.0.1:1"})
    result = synced.run("repair", "--yes", at=NOW)
    assert result.exit_code == 1
    assert "left   GitHub: it could not be asked" in result.out
    assert "left   yearly.json: nothing is known of " in result.out
    points = synced.document("yearly.json").points
    assert 300 < len(points) < 365
    assert all(points[start] == YEAR.points[start] for start in points)


def test_a_copy_that_differs_is_left_to_sync(synced: Device) -> None:
    """What is whole here and there is merged by the ordinary step."""
    newest = max(YEAR.points)
    path = synced.data_dir / "yearly.json"
    lines = path.read_text().splitlines(keepends=True)
    day = f"{(newest - 3 * DAY):%Y-%m-%d}"
    path.write_text("".join(line for line in lines if day not in line))
    result = synced.run("repair", "--yes", at=NOW)
    assert result.exit_code == 1
    assert "left   yearly.json: it differs from GitHub's" in result.out
