"""A data directory that had data at the last run, and has none now, is told by every step."""

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.github.fake import GitHub
from tests.github.fake.repository import GitRepository
from tests.github.fixtures import _small_page, device, github, repo, small_page
from tests.github.homes import PAGES, Device, past
from tests.site.conftest import stage
from tests.site.home import NOW
from tests.support.homes import Stage

__all__ = ["_small_page", "device", "github", "repo", "small_page", "stage"]

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git")
STEPS = (
    ("collect",),
    ("rotate",),
    ("aggregate", "weekly"),
    ("aggregate", "monthly"),
    ("aggregate", "yearly"),
    ("publish",),
)


def unmounted(folder: Path) -> None:
    """Leave an empty folder in the place of the data."""
    folder.rename(folder.with_name("elsewhere"))
    folder.mkdir()


def gone(folder: Path) -> None:
    """Leave nothing in the place of the data."""
    folder.rename(folder.with_name("elsewhere"))


@pytest.mark.parametrize("lose", [unmounted, gone])
@pytest.mark.parametrize("step", STEPS, ids=" ".join)
def test_a_step_tells_it_and_does_nothing(
    stage: Stage, step: tuple[str, ...], lose: Callable[[Path], None]
) -> None:
    """The exit code is 65, told once a day, until the data is back; nothing is lost."""
    home = stage.installation
    before = home.snapshot()
    lose(home.data_dir)
    later = NOW + timedelta(minutes=10)
    result = home.run(*step, at=later)
    assert (result.exit_code, result.err.count("\n")) == (os.EX_DATAERR, 1)
    assert f"{home.data_dir} had data at the last run and is empty now" in result.err
    assert home.run(*step, at=later).err == ""
    assert [path.name for path in home.data_dir.iterdir()] == ["state.json"]
    shutil.rmtree(home.data_dir)
    home.data_dir.with_name("elsewhere").rename(home.data_dir)
    assert home.snapshot() == before
    stage.run(*step, at=later)


def test_a_new_beginning_is_said_with_a_folder(stage: Stage) -> None:
    """The line names the command, and the next run begins anew."""
    home = stage.installation
    unmounted(home.data_dir)
    said = home.run("collect", at=NOW).err
    folder = said.strip().rpartition("mkdir -p ")[2]
    Path(folder).mkdir(parents=True)
    stage.run("collect", at=NOW)
    assert "daily.json" in home.snapshot()


def test_a_mistyped_path_is_told(stage: Stage) -> None:
    """If the configuration names another folder, which is empty, the line tells the old one."""
    home = stage.installation
    text = home.config.read_text()
    home.config.write_text(text.replace(f'"{home.data_dir}"', f'"{home.data_dir}x"'))
    result = home.run("-v", "collect", at=NOW)
    assert result.exit_code == os.EX_DATAERR
    assert f"{home.data_dir}x has no data, which was in {home.data_dir}" in result.err
    home.config.write_text(text)
    stage.run("collect", at=NOW)


def test_moved_data_is_no_loss(stage: Stage) -> None:
    """Who moves the data and says so in the configuration is told nothing."""
    home = stage.installation
    moved = home.data_dir.with_name("moved")
    home.data_dir.rename(moved)
    home.config.write_text(home.config.read_text().replace(str(home.data_dir), str(moved)))
    stage.run("collect", at=NOW)


def test_without_a_place_for_notes_all_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A user without a writable home has no note, and no failure."""
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", "", "relative"):
        monkeypatch.setenv("XDG_STATE_HOME", str(place))
        monkeypatch.setenv("HOME", str(tmp_path / "file"))
        stage.run("collect", at=NOW)


@pytest.mark.usefixtures("_small_page")
def test_the_branch_keeps_what_is_only_there(
    github: GitHub, repo: GitRepository, device: Device
) -> None:
    """A new card, or a path that is mistyped: with 65, the published files stay."""
    device.run_well("publish")
    before = repo.files(PAGES)
    for tier in ("monthly", "yearly"):
        (device.data_dir / f"{tier}.json").unlink()
    (device.data_dir / "archive").mkdir(exist_ok=True)
    says = ["has no data file", "has monthly.json and yearly.json, which stay"]
    device.fails(os.EX_DATAERR, "publish", says=says)
    assert repo.files(PAGES) == before
    assert github.count("PATCH") == 0


@pytest.mark.usefixtures("_small_page")
def test_sync_tells_it_or_brings_the_data_back(repo: GitRepository, device: Device) -> None:
    """A push tells it; a fetch is the way back, and is not stopped."""
    assert repo.files()
    device.run_well("sync")
    unmounted(device.data_dir)
    device.fails(os.EX_DATAERR, "sync", "push", "yearly", says=["had data at the last run"])
    device.run_well("sync", "fetch", "yearly")
    assert device.document("yearly.json") == past("yearly", 40)
    device.run_well("sync", "push")
