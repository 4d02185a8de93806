"""`verify github`: the copies in the repository, and what is on the page's branch."""

import json
import shutil
from datetime import timedelta
from typing import Any

import pytest

from powerstats_cli.core.periods import DAY
from tests.github.fake.repository import GitRepository
from tests.github.fixtures import _impatient, _sound, device, github, repo
from tests.github.homes import NOW, TODAY, YESTERDAY, Device, a_tier

__all__ = ["_impatient", "_sound", "device", "github", "repo"]

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient"),
]


@pytest.fixture
def synced(device: Device, repo: GitRepository) -> Device:
    """Return a device whose long-term files are in the repository, and whose page is published."""
    assert len(repo.commits()) == 1
    device.put(*(a_tier(tier, TODAY - 9 * DAY, YESTERDAY) for tier in ("monthly", "yearly")))
    device.run_well("sync", "push", at=NOW)
    device.run_well("publish", at=NOW)
    return device


def check(device: Device, exit_code: int = 0) -> dict[str, Any]:
    """Return the result of `verify github`."""
    result = device.run("verify", "github", "--json", at=NOW)
    assert (result.exit_code, result.err) == (exit_code, "")
    [found] = json.loads(result.out)["checks"]
    return found  # type: ignore[no-any-return]


def test_all_is_there(synced: Device, repo: GitRepository) -> None:
    """Nothing differs, and nothing is written."""
    before = repo.commits()
    found = check(synced)
    assert found["differences"] == []
    assert found["text"].endswith("compared with octo/home, and the page with its branch")
    assert repo.commits() == before


def test_a_day_that_differs(synced: Device) -> None:
    """A number that somebody edited here is not that of the repository, nor that of the page."""
    path = synced.data_dir / "monthly.json"
    path.write_text(path.read_text().replace('"kwh":', '"kwh":9', 1))
    files = [(each["file"], each["explained"]) for each in check(synced, 1)["differences"]]
    assert files[0] == ("monthly.json", None)
    assert files[1:] == [("monthly.json", None)]


def test_a_file_that_is_only_there(synced: Device) -> None:
    """A device that lost its data is told what the repository has."""
    (synced.data_dir / "yearly.json").unlink()
    found = check(synced, 1)["differences"]
    assert ("yearly.json", "it is only in octo/home") in {
        (each["file"], each["text"]) for each in found
    }


def test_a_broken_copy(synced: Device, repo: GitRepository) -> None:
    """65, and the other file is compared."""
    repo.commit("main", {"data/yearly.json": b"{"})
    found = check(synced, 65)
    assert "data/yearly.json in octo/home could not be read" in found["problems"][0]


def test_what_is_new_here_is_on_its_way(synced: Device) -> None:
    """The next sync and the next publish send a day that was stored since."""
    newer = a_tier("yearly", TODAY - 9 * DAY, TODAY)
    newer.last_update = NOW + timedelta(minutes=5)
    synced.put(newer)
    found = check(synced)["differences"]
    assert {each["explained"] for each in found} <= {
        "the next sync sends it",
        "the next publish sends it",
    }
    assert found


def test_a_refused_token(synced: Device) -> None:
    """Named, it is a failure with its own code; with the others it is left out."""
    synced.github_token_file.write_text("another")
    result = synced.run("verify", "github", at=NOW)
    assert result.exit_code == 77
    result = synced.run("verify", at=NOW)
    assert result.exit_code == 0
    assert "github      not made: " in result.out
