"""Disks that are full, read-only or dying, and folders of someone else."""

import errno
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from powerstats_cli.demo.homes import RecordedHome
from tests.faults.life import NIGHT, Life
from tests.faults.place import (
    STATE_FILE,
    Place,
    Runner,
    content,
    local,
    lost,
    new_place,
    one_line,
)

MIDNIGHT = local("2025-11-21 00:00:10")
NOBODY = 65534


@dataclass(frozen=True)
class Scenario:
    """A step of the night."""

    command: tuple[str, ...]
    at: datetime
    night: int


SCENARIOS = {
    "collect": Scenario(("collect",), MIDNIGHT, 0),
    "rotate": Scenario(("rotate",), MIDNIGHT, 0),
    "weekly": Scenario(("aggregate", "weekly"), local("2025-11-21 00:02:00"), 2),
}


@pytest.mark.parametrize(
    ("name", "code", "expected"),
    [
        ("collect", errno.ENOSPC, 75),
        ("rotate", errno.ENOSPC, 75),
        ("weekly", errno.ENOSPC, 75),
        ("rotate", errno.EIO, 75),
        ("collect", errno.EACCES, 77),
    ],
)
def test_any_operation_fails(place: Place, life: Life, name: str, code: int, expected: int) -> None:
    """If any operation fails: one line, nothing is lost, and the same step repairs all."""
    step = SCENARIOS[name]
    before = life.night[step.night]
    place.restore(before)
    undisturbed = place.step(*step.command, at=step.at)
    reference = place.snapshot()
    for number, operation in enumerate(undisturbed.operations, 1):
        place.restore(before)
        ended = place.step(*step.command, at=step.at, strike_at=number, strike=code)
        if STATE_FILE in operation or number >= len(undisturbed.operations) - 3:
            assert (ended.exit_code, ended.err) == (0, ""), operation
        elif operation.startswith("mkdir"):
            assert ended.exit_code in {0, expected}, operation  # the folder is there
        else:
            assert ended.exit_code == expected, (operation, ended)
            line = one_line(ended.err)
            assert os.strerror(code) in line
            assert ("make room" in line) == (code == errno.ENOSPC)
            assert str(place.data_dir) in line
        assert not lost(before, place.snapshot(), reference), operation
        assert not [left for left in place.snapshot() if left.endswith(".tmp")], operation
        place.well(*step.command, at=step.at)
        assert place.snapshot() == reference, operation


@pytest.mark.parametrize("limit", [300, 4096])
@pytest.mark.parametrize("name", SCENARIOS)
def test_no_file_may_grow(place: Place, life: Life, name: str, limit: int) -> None:
    """The system's own limit on a file's size stops a write half-way, as a full disk does."""
    step = SCENARIOS[name]
    before = life.night[step.night]
    place.restore(before)
    place.well(*step.command, at=step.at)
    reference = place.snapshot()
    place.restore(before)
    ended = place.step(*step.command, at=step.at, file_limit=limit)
    assert ended.exit_code == 75, ended
    assert "File too large" in one_line(ended.err)
    assert not lost(before, place.snapshot(), reference)
    place.well(*step.command, at=step.at)
    assert place.snapshot() == reference


# --- a real small disk --------------------------------------------------------------------------


@pytest.fixture
def small_disk(
    tmp_path: Path, runner: Runner, recorded_home: RecordedHome
) -> Iterator[tuple[Place, Path]]:
    """Return a place whose data directory is on a disk of 512 kB, and that disk's folder."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk needs the right to mount one")
    try:
        place = new_place(tmp_path / "place", runner, recorded_home)
        (disk / "data").mkdir()
        place.data_dir.symlink_to(disk / "data")
        with place.server:
            yield place, disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Leave no room on a disk; return the file that takes it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017 - how full is found by filling
    return filler


def test_full(small_disk: tuple[Place, Path], life: Life) -> None:
    """A full disk all night: each step exits with 75; with room again the next steps repair all."""
    place, disk = small_disk
    place.restore(life.evening)
    filler = fill(disk)
    for command, at in NIGHT:
        ended = place.step(*command, at=at)
        assert ended.exit_code in {0, 75}, ended
        if ended.exit_code or command == ("collect",):
            assert ended.exit_code == 75
            assert "No space left on device: make room" in one_line(ended.err)
        assert not lost(life.evening, place.snapshot())
    filler.unlink()
    for command, at in NIGHT:
        place.well(*command, at=max(at, NIGHT[-1][1]))
    place.well("rotate", at=NIGHT[-1][1])
    assert content(place.snapshot()) == content(life.morning)


def test_read_only(small_disk: tuple[Place, Path], life: Life) -> None:
    """A read-only disk all night: each step exits with 75; afterwards the next steps repair all."""
    place, disk = small_disk
    place.restore(life.evening)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        for command, at in NIGHT:
            ended = place.step(*command, at=at)
            if ended.exit_code or command[0] != "aggregate":
                assert ended.exit_code == 75, ended
                assert "Read-only file system" in one_line(ended.err)
            assert place.snapshot() == life.evening
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    for command, _ in NIGHT:
        place.well(*command, at=NIGHT[-1][1])
    place.well("rotate", at=NIGHT[-1][1])
    assert content(place.snapshot()) == content(life.morning)


def test_a_folder_of_someone_else(life: Life, runner: Runner, recorded_home: RecordedHome) -> None:
    """Exit code 77, and a line that says who must be allowed to write where."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        place = new_place(Path(folder) / "place", runner, recorded_home)
        place.restore(life.evening)
        folders = [place.data_dir, place.data_dir / "archive"]
        for each in folders:
            each.chmod(0o555)
        faults = {
            "user": NOBODY if os.geteuid() == 0 else None,
            "environment": {"POWERSTATS_HOMEASSISTANT_TOKEN": place.installation.token},
        }
        with place.server:
            for command, at in NIGHT[:2]:
                ended = place.step(*command, at=at, **faults)
                assert ended.exit_code == 77
                line = one_line(ended.err)
                assert "let the user that runs powerstats write there" in line
                assert str(place.data_dir) in line
                assert place.snapshot() == life.evening
            for each in folders:
                each.chmod(0o755)
            for command, at in NIGHT:
                place.well(*command, at=at)
        assert place.snapshot() == life.morning


def test_a_folder_that_cannot_be_made(
    tmp_path: Path, runner: Runner, recorded_home: RecordedHome
) -> None:
    """If a file has the name of the data directory, one line says so."""
    place = new_place(tmp_path, runner, recorded_home)
    place.data_dir.write_bytes(b"mine")
    with place.server:
        for command, at in NIGHT:
            ended = place.step(*command, at=at)
            assert ended.exit_code == 75
            assert str(place.data_dir) in one_line(ended.err)
    assert place.data_dir.read_bytes() == b"mine"


@pytest.mark.parametrize(
    "command",
    ["aggregate weekly", "aggregate monthly", "aggregate yearly", "rotate", "status --json"],
)
def test_an_archive_that_must_not_be_listed(
    life: Life, runner: Runner, recorded_home: RecordedHome, command: str
) -> None:
    """No step takes it for an empty one, which would make less of the tiers for good."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        place = new_place(Path(folder) / "place", runner, recorded_home)
        place.restore(life.night[2])
        archive = place.data_dir / "archive"
        for each in (place.data_dir, *place.data_dir.glob("*.json")):
            each.chmod(0o777)
        archive.chmod(0o333)
        job = place.job(
            *command.split(),
            at=NIGHT[-1][1],
            user=NOBODY if os.geteuid() == 0 else None,
            environment={"POWERSTATS_HOMEASSISTANT_TOKEN": place.installation.token},
        )
        with place.server:
            ended = runner.run(job)[0]
        archive.chmod(0o755)
        assert place.snapshot() == life.night[2]
    assert ended.exit_code == 77, ended
    assert f"{archive}: Permission denied" in ended.err + ended.out
