"""File systems that cannot do everything, links among the data files, and other encodings."""

import errno
import fcntl
import json
import os
import stat
import tempfile
import threading
from pathlib import Path

import pytest

from powerstats_cli.errors import ConfigError, TryAgainError
from powerstats_cli.files import locking, wholefiles
from powerstats_cli.files.locking import locked
from tests.faults.life import NIGHT, Life
from tests.faults.place import Place, Runner, data, home, lost, new_place, one_line
from tests.support.installation import Installation

NOBODY = 65534
AT = NIGHT[-1][1]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Return an installation whose Home Assistant refuses connections."""
    made = Installation(tmp_path, "http://127.0.0.1:1", {"power": "sensor.house_power"})
    made.data_dir.mkdir()
    return made


def refuses(code: int) -> object:
    """Return a call of the system that always fails."""

    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    return refuse


# --- locks and syncs ----------------------------------------------------------------------------


@pytest.mark.parametrize("code", locking.NO_LOCKS)
def test_no_locks(
    code: int, installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Runs on one machine wait for each other all the same, each for those of its own folder."""
    monkeypatch.setattr(fcntl, "flock", refuses(code))
    monkeypatch.setattr(locking, "LOCK_TIMEOUT", 0.1)
    installation.run_well("rotate")
    with locked(installation.data_dir):
        with locked(tmp_path):
            result = installation.run("rotate")
        with (
            pytest.raises(TryAgainError, match="has been locked by another run"),
            locked(installation.data_dir / ".." / installation.data_dir.name),
        ):
            pass
    assert result.exit_code == 75
    installation.run_well("rotate")
    assert "has no locks" in " ".join(installation.run("doctor", "--offline").out.split())


def test_a_lock_that_is_waited_for(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run begins when the one before it has ended."""
    monkeypatch.setattr(fcntl, "flock", refuses(errno.ENOLCK))
    held, ends = threading.Event(), threading.Event()

    def hold() -> None:
        with locked(installation.data_dir):
            held.set()
            ends.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(20)
    threading.Timer(0.2, ends.set).start()
    installation.run_well("rotate")
    assert ends.is_set()
    thread.join()


@pytest.mark.parametrize("code", [errno.EIO, errno.EINTR, errno.EBADF])
def test_a_lock_that_fails(
    code: int, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other errors are told like those of every file."""
    monkeypatch.setattr(fcntl, "flock", refuses(code))
    result = installation.run("rotate")
    assert result.exit_code == 75
    assert os.strerror(code) in one_line(result.err)


@pytest.mark.parametrize("code", wholefiles.NO_SYNC)
def test_no_sync(code: int, place: Place, life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that cannot sync stores all the same, and doctor has a line about it."""
    place.restore(life.evening)
    monkeypatch.setattr(os, "fsync", refuses(code))
    for command, at in NIGHT:
        place.hand.now = at
        place.installation.run_well(*command, at=at)
    assert data(place.snapshot()) == data(life.morning)
    found = place.installation.run("doctor", "--offline")
    assert "does not say when a file is safe" in " ".join(found.out.split())


def test_a_sync_that_fails(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is broken is no disk without syncs."""
    monkeypatch.setattr(os, "fsync", refuses(errno.EIO))
    with pytest.raises(OSError, match="Input/output error"):
        wholefiles.sync_folder(installation.data_dir)


def test_a_file_system_that_can_do_all(installation: Installation) -> None:
    """There is no line about it."""
    out = " ".join(installation.run("doctor", "--offline").out.split())
    assert "file system" not in out


# --- links --------------------------------------------------------------------------------------


def linked(place: Place, folder: Path) -> list[Path]:
    """Move all data files elsewhere, and leave links to them."""
    links = [path for path in place.data_dir.rglob("*.json") if path.name != "state.json"]
    for path in links:
        target = folder / path.name
        target.write_bytes(path.read_bytes())
        path.unlink()
        path.symlink_to(target)
    return links


def test_data_files_that_are_links(place: Place, life: Life, tmp_path: Path) -> None:
    """They are written through, and stay links; the same is stored."""
    place.restore(life.evening)
    links = linked(place, tmp_path)
    for command, at in NIGHT:
        place.well(*command, at=at)
    kept = [path for path in links if path.exists()]
    assert kept
    assert all(path.is_symlink() for path in kept)
    assert data(place.snapshot()) == data(life.morning)
    assert not list(tmp_path.glob(".*.tmp"))


def test_a_broken_file_behind_a_link(place: Place, life: Life, tmp_path: Path) -> None:
    """It is set aside in the data directory, and the new file is where the link leads."""
    place.restore(life.evening)
    linked(place, tmp_path)
    (tmp_path / "weekly.json").write_bytes(b"{")
    ended = place.step("aggregate", "weekly", at=NIGHT[2][1])
    assert ended.exit_code == 65
    (aside,) = place.data_dir.glob("weekly.json.unreadable-*")
    assert (aside.read_bytes(), aside.is_symlink()) == (b"{", False)
    assert (place.data_dir / "weekly.json").is_symlink()
    assert json.loads((tmp_path / "weekly.json").read_bytes())["tier"] == "weekly"


def test_a_link_that_leads_nowhere(place: Place, life: Life, tmp_path: Path) -> None:
    """The disk behind it may be missing: nothing is written in its place."""
    place.restore(life.evening)
    daily = place.data_dir / "daily.json"
    daily.unlink()
    daily.symlink_to(tmp_path / "not mounted" / "daily.json")
    ended = place.step("collect", at=NIGHT[0][1])
    assert ended.exit_code == 75
    assert "not mounted" in one_line(ended.err)
    assert daily.is_symlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_another_users_link(place: Place, life: Life, tmp_path: Path) -> None:
    """Root does not write through it: it could lead anywhere."""
    place.restore(life.evening)
    theirs = tmp_path / "theirs"
    theirs.write_bytes((place.data_dir / "daily.json").read_bytes())
    before = theirs.read_bytes()
    daily = place.data_dir / "daily.json"
    daily.unlink()
    daily.symlink_to(theirs)
    os.lchown(daily, NOBODY, NOBODY)
    place.well("collect", at=NIGHT[0][1])
    assert theirs.read_bytes() == before
    assert not daily.is_symlink()


# --- another user's state file ------------------------------------------------------------------


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
@pytest.mark.parametrize("mode", [0o600, 0o000])
def test_roots_state_file(life: Life, runner: Runner, mode: int) -> None:
    """A user's steps and `status` do their work without it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        place = new_place(Path(folder) / "place", runner, home())
        place.restore(life.evening)
        (place.data_dir / "state.json").write_bytes(b"{}")
        for path in (place.data_dir, *place.data_dir.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        place.data_dir.chmod(0o1777)
        os.chown(place.data_dir, 0, 0)
        os.chown(place.data_dir / "state.json", 0, 0)
        (place.data_dir / "state.json").chmod(mode)
        token = {"POWERSTATS_HOMEASSISTANT_TOKEN": place.installation.token}
        with place.server:
            for command, at in NIGHT:
                ended = place.step(*command, at=at, user=NOBODY, environment=token)
                assert (ended.exit_code, ended.err) == (0, "")
            shown = place.step("status", "--json", at=AT, user=NOBODY)
        assert data(place.snapshot()) == data(life.morning)
        assert shown.exit_code == 77
        assert "state.json: Permission denied" in shown.out
        assert "yearly.json" in shown.out


@pytest.mark.parametrize("command", ["collect", "status", "rotate"])
def test_a_state_file_that_is_a_folder(place: Place, life: Life, command: str) -> None:
    """It stops nothing either."""
    place.restore(life.evening)
    (place.data_dir / "state.json").mkdir()
    ended = place.step(command, at=NIGHT[0][1])
    (place.data_dir / "state.json").rmdir()
    assert ended.exit_code == (75 if command == "status" else 0)


def test_a_pipe_is_not_replaced(tmp_path: Path) -> None:
    """No file is put in its place, and no half of one is left beside it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(ConfigError, match="is no file: name another one"):
        wholefiles.write_bytes(pipe, b"x")
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
@pytest.mark.parametrize(
    ("command", "code"), [("rotate", 0), ("status", 1), ("schedule pause", 78)]
)
def test_a_device_as_state_file(installation: Installation, command: str, code: int) -> None:
    """Root's /dev/null, here one of the test's own, stays what every other program needs."""
    null = installation.folder / "null"
    os.mknod(null, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    with installation.config.open("a") as config:
        config.write(f'state_file = "{null}"\n')
    assert installation.run(*command.split()).exit_code == code
    assert null.is_char_device()


# --- encodings ----------------------------------------------------------------------------------


def test_a_mark_before_the_text(place: Place, life: Life) -> None:
    """Windows' editors put it before UTF-8: it is skipped in each file."""
    place.restore(life.evening)
    config, token = place.installation.config, place.installation.token_file
    for path in (config, token, *place.data_dir.glob("*.json"), *place.data_dir.glob("*/*.json")):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    for command, at in NIGHT:
        place.well(*command, at=at)
    assert not lost(life.evening, place.snapshot(), life.morning)
    place.installation.configure()


@pytest.mark.parametrize(
    ("encoding", "word"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("latin-1", "not in UTF-8"),
    ],
)
@pytest.mark.parametrize("which", ["config", "token_file", "data"])
def test_another_encoding(place: Place, life: Life, which: str, encoding: str, word: str) -> None:
    """It is named, and a data file of it is set aside as it is."""
    place.restore(life.evening)
    path = place.data_dir / "weekly.json" if which == "data" else getattr(place.installation, which)
    text = path.read_text("utf-8")
    ends = {"config": "# Küche\n", "token_file": "ü", "data": ""}[which]
    if which == "data":
        text = text.replace('"power"', '"Küche"')
    path.write_bytes(f"{text}{ends}".encode(encoding))
    command = ("aggregate", "weekly") if which == "data" else ("collect",)
    ended = place.step(*command, at=NIGHT[2][1])
    place.installation.configure()
    assert ended.exit_code == (65 if which == "data" else 78)
    line = one_line(ended.err)
    assert word in line
    assert path.name in line
