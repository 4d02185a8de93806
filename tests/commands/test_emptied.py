"""A data directory that had data at the last run, and has none now, is told by every step."""

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from powerstats_cli.cli.main import main
from tests.github.fake import GitHub
from tests.github.fake.repository import GitRepository
from tests.github.fixtures import _small_page, device, github, repo, small_page
from tests.github.homes import PAGES, Device, past
from tests.site.conftest import stage
from tests.site.home import NOW
from tests.support.homes import Stage
from tests.support.installation import Installation

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


LATER = NOW + timedelta(minutes=10)


def unmounted(folder: Path) -> None:
    """Leave an empty folder in the place of the data."""
    folder.rename(folder.with_name("elsewhere"))
    folder.mkdir()


def gone(folder: Path) -> None:
    """Leave nothing in the place of the data."""
    folder.rename(folder.with_name("elsewhere"))


@pytest.fixture
def home(stage: Stage) -> Installation:
    """Return an installation with data, which a step without --at has seen."""
    stage.installation.run_well("publish", "--local")
    return stage.installation


@pytest.mark.parametrize("lose", [unmounted, gone])
@pytest.mark.parametrize("step", STEPS, ids=" ".join)
def test_a_step_tells_it_and_does_nothing(
    stage: Stage, home: Installation, step: tuple[str, ...], lose: Callable[[Path], None]
) -> None:
    """The exit code is 65, told once a day, until the data is back; nothing is lost."""
    before = home.snapshot()
    lose(home.data_dir)
    result = home.run(*step)
    assert (result.exit_code, result.err.count("\n")) == (os.EX_DATAERR, 1)
    assert f"{home.data_dir} had data at the last run and is empty now" in result.err
    assert home.run(*step).err == ""
    assert [path.name for path in home.data_dir.iterdir()] == ["state.json"]
    shutil.rmtree(home.data_dir)
    home.data_dir.with_name("elsewhere").rename(home.data_dir)
    assert home.snapshot() == before
    stage.run(*step, at=LATER)


@pytest.mark.parametrize("step", STEPS, ids=" ".join)
def test_a_state_file_elsewhere_remembers_it_too(
    stage: Stage, tmp_path: Path, step: tuple[str, ...]
) -> None:
    """It does so also in a replay, which has no note."""
    home = stage.installation
    home.config.write_text(f'{home.config.read_text()}state_file = "{tmp_path}/state.json"\n')
    stage.run("collect", at=NOW)
    unmounted(home.data_dir)
    result = home.run(*step, at=LATER)
    assert result.exit_code == os.EX_DATAERR
    assert "had data at the last run and is empty now" in result.err


def test_a_replay_begins_where_it_likes(stage: Stage, home: Installation) -> None:
    """With --at, a step goes on in an empty folder: the demo and tests begin again and again."""
    unmounted(home.data_dir)
    stage.run("collect", at=NOW)


def test_a_new_beginning_is_said_with_a_folder(home: Installation) -> None:
    """The line names the command, and the next run begins anew."""
    unmounted(home.data_dir)
    said = home.run("rotate").err
    folder = said.strip().rpartition("mkdir -p ")[2]
    Path(folder).mkdir(parents=True)
    home.run_well("rotate")


def test_a_mistyped_path_is_told(home: Installation) -> None:
    """If the configuration names another folder, which is empty, the line tells the old one."""
    text = home.config.read_text()
    home.config.write_text(text.replace(f'"{home.data_dir}"', f'"{home.data_dir}x"'))
    result = home.run("-v", "collect")
    assert result.exit_code == os.EX_DATAERR
    assert f"{home.data_dir}x has no data, which was in {home.data_dir}" in result.err
    home.config.write_text(text)
    home.run_well("publish", "--local")


def test_moved_data_is_no_loss(home: Installation) -> None:
    """If the user moves the data and says so in the configuration, nothing is told."""
    moved = home.data_dir.with_name("moved")
    home.data_dir.rename(moved)
    home.config.write_text(home.config.read_text().replace(str(home.data_dir), str(moved)))
    home.run_well("publish", "--local")


def test_another_data_directory_by_option_is_another_one(home: Installation) -> None:
    """--data-dir with an empty folder is no loss of the configured one's data."""
    other = str(home.data_dir.with_name("other"))
    arguments = ["--config", str(home.config), "--data-dir", other, "publish", "--local"]
    assert main(arguments) == 0
    shutil.rmtree(home.data_dir)
    assert home.run("publish", "--local").exit_code == os.EX_DATAERR


def test_without_a_place_for_notes_all_goes_on(
    home: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A user without a writable home has no note, and no failure."""
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", "", "relative"):
        monkeypatch.setenv("XDG_STATE_HOME", str(place))
        monkeypatch.setenv("HOME", str(tmp_path / "file"))
        home.run_well("publish", "--local")


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
