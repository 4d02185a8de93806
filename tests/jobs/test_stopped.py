"""A schedule that is written down and that nothing runs is told."""

import os
import shutil
from pathlib import Path

import pytest

from powerstats_cli.errors import RefusedError
from powerstats_cli.jobs.daemons import CronDaemon, cron_daemons
from powerstats_cli.jobs.textfiles import read_text
from tests.support.machines import NAME, FakeMachine, commands, processes

BUSYBOX_CRONTAB = """#!/bin/sh
# BusyBox's crontab for root: -u chooses the user.
[ "$1" = --help ] && { echo "BusyBox v1.36.1 () multi-call binary." >&2; exit 0; }
user=root
[ "$1" = -u ] && { user="$2"; shift 2; }
tab="$(dirname "$0")/../spool/$user"
case "$1" in
    -l) cat "$tab" 2>/dev/null || { echo "crontab: can't open '$user': none" >&2; exit 1; } ;;
    -r) rm "$tab" ;;
    -) cat > "$tab" ;;
esac
"""


@pytest.fixture
def busybox(fake: FakeMachine) -> FakeMachine:
    """Return root's machine with BusyBox's crontab."""
    (fake.programs / "crontab").write_text(BUSYBOX_CRONTAB)
    (fake.programs.parent / "spool").mkdir()
    return fake


def spool(fake: FakeMachine, user: str) -> Path:
    """Return the file of a user's crontab."""
    return fake.programs.parent / "spool" / user


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has the crontabs of others")
@pytest.mark.parametrize("user", ["root", "daemon"])
def test_root_with_busybox(busybox: FakeMachine, user: str) -> None:
    """Root writes into the crontab of the user that runs the steps, and finds it again there."""
    for parent in busybox.installation.folder.parents:
        parent.chmod(0o755) if parent.name.startswith(("pytest-", "test_", "popen")) else None
    for path in (busybox.installation.folder, *busybox.installation.folder.iterdir()):
        shutil.chown(path, user)
    busybox.patch.setattr("powerstats_cli.commands.schedule.check", lambda *_, **__: None)
    told = busybox.well("install", "--cron")
    assert told == f"the crontab of {user}: 6 lines are in it\n"
    assert not busybox.machine.cron_file.exists()
    lines = commands(spool(busybox, user).read_text(), fields=5)
    assert lines[0][-1] == "collect"
    assert busybox.well("show") == f"the crontab of {user}: as it should be\n"
    assert "starts within ten minutes; to start it now" in busybox.well(
        "install", "--cron", "--serve"
    )
    table = spool(busybox, user).read_text()
    assert "@reboot" not in table
    assert "serve --bind :: --port 8129 --if-down >/dev/null\n" in table
    assert busybox.well("show") == f"the crontab of {user}: as it should be\n"
    assert f"the crontab of {user}: our lines are out of it\n" in busybox.well("remove")
    assert not spool(busybox, user).exists()


def test_a_folder_of_crond_s_own(fake: FakeMachine, tmp_path: Path) -> None:
    """Crond -c reads another folder than `crontab` writes to."""
    fake.change(is_root=False)
    shutil.rmtree(fake.machine.proc)
    processes(fake.machine.proc, "/sbin/init", f"crond\0-f\0-c\0{tmp_path}/tabs")
    assert f"cron reads {tmp_path}/tabs/{NAME}, and" in fake.well("install", "--cron")
    assert "cron reads" in fake.well("show")
    (tmp_path / "tabs").mkdir()
    (tmp_path / "tabs" / NAME).write_text(fake.tab.read_text())
    assert fake.well("show").endswith(": as it should be\n")


def test_a_file_that_cron_ignores(fake: FakeMachine) -> None:
    """Cron runs no file that others can change."""
    fake.well("install", "--cron")
    fake.machine.cron_file.chmod(0o664)
    assert "cron ignores" in fake.well("show")
    fake.machine.cron_file.chmod(0o644)
    assert fake.well("show").endswith(": as it should be\n")


def test_no_cron_daemon(fake: FakeMachine) -> None:
    """Who installs is told at once, and `show` tells it, too."""
    shutil.rmtree(fake.machine.proc / "2")
    assert "no cron daemon runs here: start it" in fake.well("install", "--cron")
    assert "no cron daemon runs here" in fake.well("install", "--cron")
    assert "no cron daemon runs here" in fake.well("show")


def test_timers_that_are_off(fake: FakeMachine) -> None:
    """A timer that is not enabled, or that somebody has stopped, is told with the command."""
    fake.well("install", "--systemd")
    folder = fake.machine.systemd_system
    timer = next(folder.glob("*-rotate.timer")).name
    (folder / "timers.target.wants" / timer).unlink()
    assert fake.well("show").endswith(
        f"not switched on: {fake.machine.systemctl} enable --now {timer}\n"
    )
    fake.well("install", "--systemd")
    assert fake.well("show").endswith(": as it should be\n")
    (fake.programs / "systemctl.stopped").write_text(f"{timer}\n")
    assert fake.well("show").endswith(f"enable --now {timer}\n")


def test_a_user_who_logs_out(fake: FakeMachine) -> None:
    """Without lingering a user's own systemd ends with the last session."""
    (fake.machine.lingering / NAME).unlink()
    assert "loginctl enable-linger" in fake.well("install", "--systemd", "--user")
    assert "loginctl enable-linger" in fake.well("show")


@pytest.mark.parametrize("is_root", [True, False])
def test_no_program_crontab(fake: FakeMachine, is_root: bool) -> None:  # noqa: FBT001
    """The lines to paste are printed; what was pasted into /etc/crontab is found there."""
    fake.change(crontab="no-such-program", is_root=is_root)
    result = fake.run("install", "--cron")
    assert result.exit_code == os.EX_UNAVAILABLE
    assert "paste the lines above into /etc/crontab" in result.err
    assert len(result.err.splitlines()) == 1
    lines = commands(result.out, fields=5)
    assert [words[0] for words in lines] == [NAME] * 6
    assert fake.well("show").startswith("nothing is installed")
    fake.machine.system_crontab.write_text(f"# the system's\n{result.out}")
    assert fake.well("show") == f"{fake.machine.system_crontab}: as it should be\n"


DAEMONS = {
    "Debian's": (["/usr/sbin/cron\0-f"], [CronDaemon(is_busybox=False)]),
    "BusyBox's": (["busybox\0crond\0-f"], [CronDaemon(is_busybox=True)]),
    "cronie": (["/usr/sbin/crond\0-n"], [CronDaemon(is_busybox=False)]),
    "a folder of its own": (
        ["crond\0-c\0/etc/crontabs"],
        [CronDaemon(is_busybox=False, folder=Path("/etc/crontabs"))],
    ),
    "none": (["bash", "vi\0/etc/cron.d/powerstats", "crontab\0-e"], []),
}


@pytest.mark.parametrize(("commands", "found"), DAEMONS.values(), ids=DAEMONS)
def test_daemons(tmp_path: Path, commands: list[str], found: list[CronDaemon]) -> None:
    """A cron daemon is known by its command line."""
    assert cron_daemons(processes(tmp_path / "proc", "/sbin/init", *commands)) == found


def test_processes_that_cannot_be_seen(tmp_path: Path) -> None:
    """Without a view of others' processes nothing is said about cron."""
    assert cron_daemons(tmp_path) is None


def test_a_file_of_root_s_that_a_user_cannot_read(fake: FakeMachine) -> None:
    """On a hardened machine only root sees /etc/cron.d: for others there is nothing to see."""
    fake.change(is_root=False)

    def refused(path: Path) -> str | None:
        if path in {fake.machine.cron_file, fake.machine.system_crontab}:
            raise RefusedError(f"{path}: Permission denied")
        return read_text(path)

    fake.patch.setattr("powerstats_cli.jobs.cron.read_text", refused)
    fake.well("install", "--cron")
    assert fake.well("show").endswith(": as it should be\n")
    fake.well("remove")
    fake.change(is_root=True)
    assert fake.run("show").exit_code == os.EX_NOPERM
