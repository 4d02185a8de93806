"""The schedule under BusyBox's own crond and crontab: there is no /etc/cron.d for it."""

import json
import pwd
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from powerstats_cli.core.schedule.instance import Instance
from powerstats_cli.core.schedule.steps import STEPS
from powerstats_cli.demo.server import HomeAssistant
from tests.jobs.crons import (
    SECONDS,
    Cron,
    dashboard,
    every_minute,
    is_up,
    needs_a_view,
    owned,
    powerstats,
    steps_of,
    wait_for,
)
from tests.support.homes import ENTITIES, steady_home
from tests.support.installation import TOKEN, Installation
from tests.support.needs import unable

BUSYBOX = shutil.which("busybox")
CRONTAB = shutil.which("crontab")


class BusyBox(Cron):
    """BusyBox's crond, and its crontab in the place of the machine's."""

    def __init__(self, folder: Path) -> None:
        """Put BusyBox into a folder, as Alpine has it: everyone may run crontab."""
        super().__init__(folder)
        self.program = folder / "bin" / "busybox"
        self.program.parent.mkdir()
        shutil.copy(str(BUSYBOX), self.program)
        self.program.chmod(0o4755)
        (self.program.parent / "crond").symlink_to(self.program)
        self.daemon = (str(self.program.parent / "crond"), "-f")

    def _mounts(self) -> Iterator[str]:
        yield from super()._mounts()
        yield f"mount --bind {self.program} {CRONTAB}"


@pytest.fixture
def busybox(tmp_path: Path) -> BusyBox:
    """Return BusyBox's cron; skip the test if it cannot run on this machine."""
    needs_a_view()
    if BUSYBOX is None:
        unable("BusyBox's cron runs the schedule: apt-get install busybox-static")
    tmp_path.chmod(0o755)
    return BusyBox(tmp_path)


def crontab(cron: Cron, user: str) -> str:
    """Return a user's crontab."""
    return cron.run(user, "crontab", "-l")


def findings(cron: Cron, user: str, installation: Installation) -> list[tuple[str, str]]:
    """Return the level and text of what doctor finds of the schedule."""
    told = cron.run(user, *powerstats(installation, "doctor", "--offline", "--json"))
    found = json.loads(told)["findings"]
    return [(each["level"], each["text"]) for each in found if each["area"] == "schedule"]


def has_run(installation: Installation, names: set[str]) -> bool:
    """Tell whether each of the steps has run."""
    return steps_of(installation).keys() >= names


@pytest.mark.cron
def test_a_minute_of_busybox(busybox: BusyBox) -> None:
    """Root installs two homes: each runs as the owner of its data, and `remove` takes one only.

    A line in /etc/cron.d would never run. A percent sign means nothing to BusyBox's crond.
    """
    now = datetime.now(UTC)
    home = steady_home(now - timedelta(hours=2), timedelta(hours=3))
    clock = partial(datetime.now, UTC)
    with HomeAssistant(home, token=TOKEN, clock=clock) as server, ExitStack() as held:
        interval = {"collection_interval_minutes": 1}
        theirs, ours = (
            Installation(busybox.folder / name, server.url, ENTITIES, data=interval)
            for name in ("it's 100% a home", "root's")
        )
        serve = held.enter_context(dashboard(ours))
        owned(theirs, "daemon")
        ours.data_dir.mkdir()
        busybox.run("daemon", "crontab", "-", given="# mine\n")
        install = ("schedule", "install", "--cron")
        told = busybox.run("root", *powerstats(theirs, *install))
        assert "6 lines are in it" in told
        assert "7 lines are in it" in busybox.run("root", *powerstats(ours, *install, *serve))
        assert not list(busybox.jobs.iterdir())
        for user in ("daemon", "root"):
            given = every_minute(crontab(busybox, user))
            busybox.run(user, "crontab", "-", given=given)
        names = {step.name for step in STEPS if not step.needs_github}
        with busybox.running():
            for installation in (theirs, ours):
                wait_for(partial(has_run, installation, names), SECONDS)
            wait_for(partial(is_up, serve), SECONDS)
            busybox.run("root", *powerstats(theirs, *install))
            ((level, text),) = findings(busybox, "daemon", theirs)
            assert (level, text.partition(";")[0]) == (
                "ok",
                "the crontab of daemon is as it should be",
            )
            assert "collect last ran by it" in text
        for user, installation in (("daemon", theirs), ("root", ours)):
            steps = steps_of(installation)
            assert {step.get("exit_code", 0) for step in steps.values()} == {0}, steps
            assert all("unattended" in step for step in steps.values())
            uid = pwd.getpwnam(user).pw_uid
            owners = {path.lstat().st_uid for path in installation.data_dir.rglob("*")}
            assert owners == {uid}

        told = busybox.run("root", *powerstats(theirs, "schedule", "remove"))
        assert "the crontab of daemon: our lines are out of it" in told
        assert f"also has the schedule of {ours.config}" in told
        assert crontab(busybox, "daemon") == "# mine\n"
        assert Instance(str(ours.config)).name in crontab(busybox, "root")
