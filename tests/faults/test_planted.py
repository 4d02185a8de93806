"""Root works in a folder of another user, who knows its names: no link there is followed."""

import os
import pwd
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.errors import PowerstatsError
from powerstats_cli.files.presence import Presence
from powerstats_cli.files.wholefiles import temporary_beside, write_bytes
from powerstats_cli.jobs.checks import make_folder
from tests.support.homes import staged, steady_home

MIDNIGHT = datetime(2025, 11, 20, tzinfo=ZoneInfo("Europe/Amsterdam"))
NOW = MIDNIGHT + timedelta(hours=3)
DAEMON = pwd.getpwnam("daemon")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders away")


def test_a_link_at_a_temporary_name(tmp_path: Path) -> None:
    """Every file that a step writes is written beside its name; a link there stays unread."""
    precious = tmp_path / "precious"
    precious.write_text("root's own")
    with staged(steady_home(MIDNIGHT, timedelta(days=2)), tmp_path / "home", NOW) as stage:
        data = stage.installation.data_dir
        stage.run("collect", at=NOW)
        stage.run("publish", at=NOW)
        written = [path for path in data.rglob("*") if path.is_file() and not path.is_symlink()]
        assert {"daily.json", "state.json", "index.html"} <= {path.name for path in written}
        for path in written:
            temporary_beside(path).symlink_to(precious)
            if path.parent != data:
                path.unlink()
        stage.time = NOW + timedelta(hours=1)
        stage.run("collect", at=stage.time)
        stage.run("publish", at=stage.time)
        assert stage.installation.run("schedule", "pause", "--for", "1h").exit_code == 0
        assert stage.installation.run("schedule", "resume").exit_code == 0
        assert all(path.is_file() and not path.is_symlink() for path in written)
    assert precious.read_text() == "root's own"
    assert not list(data.rglob(".*.tmp"))


def test_a_link_beside_the_note_of_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note in the user's folder of notes is written the same way."""
    precious = tmp_path / "precious"
    precious.write_text("root's own")
    monkeypatch.setattr(os, "getpid", lambda: 4711)
    note = tmp_path / "notes" / "one.json"
    note.parent.mkdir()
    for planted in (temporary_beside(note), note.with_suffix(".4711.tmp")):
        planted.symlink_to(precious)
    with staged(steady_home(MIDNIGHT, timedelta(days=1)), tmp_path / "home", NOW) as stage:
        stage.run("collect", at=NOW)
        presence = Presence(stage.installation.data_dir, stage.installation.config, "one", note)
        presence.remember(presence.place())
    assert note.is_file()
    assert precious.read_text() == "root's own"


def test_what_a_killed_writer_left_is_replaced(tmp_path: Path) -> None:
    """A temporary file of a killed writer is in nobody's way, and its mode is not kept."""
    left = temporary_beside(tmp_path / "file")
    left.write_text("half a")
    left.chmod(0o666)
    write_bytes(tmp_path / "file", b"whole")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"file": "whole"}
    assert not (tmp_path / "file").stat().st_mode & 0o022


@needs_root
def test_the_user_makes_its_own_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of the user root makes nothing, so nothing can be replaced by a link."""
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to others
        home = Path(folder)
        os.chown(home, DAEMON.pw_uid, DAEMON.pw_gid)
        monkeypatch.setattr(Path, "mkdir", lambda *_: pytest.fail("root made a folder there"))
        make_folder(home / "data" / "site", DAEMON)
        owners = {path.stat().st_uid for path in (home / "data", home / "data/site")}
        assert owners == {DAEMON.pw_uid}


@needs_root
def test_root_gives_no_link_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that the user cannot make is root's until it is given away, even in a race."""
    precious = tmp_path / "precious"
    precious.mkdir()
    make_folder(tmp_path / "data", DAEMON)
    assert (tmp_path / "data").stat().st_uid == DAEMON.pw_uid
    real_open = os.open

    def open_after_the_swap(path: Path, flags: int) -> int:
        Path(path).rmdir()
        Path(path).symlink_to(precious)
        return real_open(path, flags)

    monkeypatch.setattr(os, "open", open_after_the_swap)
    with pytest.raises(PowerstatsError):
        make_folder(tmp_path / "swapped", DAEMON)
    assert precious.stat().st_uid == 0
