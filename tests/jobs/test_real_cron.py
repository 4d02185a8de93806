"""The schedule under the real cron: its environment, its users, its mail."""

import json
import os
import pwd
import re
import shlex
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from powerstats_cli.core.schedule.steps import STEPS
from powerstats_cli.demo.server import HomeAssistant
from tests.demo import faults
from tests.support.homes import ENTITIES, steady_home
from tests.support.installation import TOKEN, Installation
from tests.support.needs import unable

ROOT = Path(__file__).parents[2]
# Cron looks once a minute, the last bucket needs some seconds, and a slow machine some more.
SECONDS = 90
POLL_SECONDS = 0.2
CRON = Path("/usr/sbin/cron")
MAILER = """#!/bin/sh
# Keeps each mail in a file instead of sending it.
mail=$(mktemp {folder}/XXXXXX)
{{ id -un; cat; }} > "$mail.part"
mv "$mail.part" "$mail"
"""


class Cron:
    """A cron that sees its own folders in the places of the machine's: only its own jobs are there.

    Its mounts are visible to itself only, so the machine's own cron is neither changed nor needed.
    """

    def __init__(self, folder: Path) -> None:
        """Make the folders that cron will see."""
        self.folder = folder
        self.jobs, self.mails = folder / "cron.d", folder / "mails"
        for name in ("cron.d", "crontabs", "mails", "run", "sbin"):
            (folder / name).mkdir()
        spool = Path("/var/spool/cron/crontabs").stat()
        os.chown(folder / "crontabs", spool.st_uid, spool.st_gid)
        (folder / "crontabs").chmod(stat.S_IMODE(spool.st_mode))
        self.mails.chmod(0o1777)
        shutil.copy(CRON, folder / "sbin")
        mailer = folder / "sbin" / "sendmail"
        mailer.write_text(MAILER.format(folder=self.mails))
        mailer.chmod(0o755)

    def command(self, *command: str) -> list[str]:
        """Return a command line that runs a command with cron's view of the file system."""
        view = "\n".join(["set -e", *self._mounts(), 'exec "$@"'])
        return ["unshare", "--mount", "/bin/sh", "-c", view, "view", *command]

    def run(self, user: str, *command: str, given: str = "") -> str:
        """Run a command with cron's view, as a user; it must succeed. Return its output."""
        identity = [
            "setpriv",
            f"--reuid={user}",
            f"--regid={user}",
            "--init-groups",
            "--inh-caps=-all",
        ]
        done = subprocess.run(
            self.command(*identity, "env", "-C", "/", *command),
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done
        return done.stdout

    @contextmanager
    def running(self) -> Iterator[Callable[[], bool]]:
        """Run cron; yield a function that tells whether one of its jobs runs at the moment."""
        process = subprocess.Popen(self.command(str(CRON), "-f"), env={"PATH": os.defpath})
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        try:
            yield lambda: bool(children.read_text().split())
        finally:
            process.terminate()
            process.wait(10)

    def mail(self) -> list[str]:
        """Return the mails: each has its sender in the first line, then its head and its text."""
        return [path.read_text() for path in self.mails.iterdir() if "." not in path.name]

    def _mounts(self) -> Iterator[str]:
        yield from self._reachable()
        for name, place in {
            "cron.d": "/etc/cron.d",
            "crontabs": "/var/spool/cron/crontabs",
            "run": "/run",
            "sbin": "/usr/sbin",
        }.items():
            yield f"mount --bind {shlex.quote(str(self.folder / name))} {place}"
        if Path("/etc/crontab").exists():
            yield "mount --bind /dev/null /etc/crontab"

    def _reachable(self) -> Iterator[str]:
        """Yield commands after which every user can reach the program and our folder."""
        needed = {Path(path).resolve() for path in (sys.base_prefix, sys.prefix, ROOT, self.folder)}
        shut: dict[Path, list[Path]] = {}
        for path in sorted(needed):
            for parent in reversed(path.parents):
                if not parent.stat().st_mode & stat.S_IXOTH:
                    shut.setdefault(parent, []).append(path)
                    break
        yield "mount -t tmpfs -o mode=755 none /mnt"
        for number, (parent, paths) in enumerate(shut.items()):
            for index, path in enumerate(paths):
                held = f"/mnt/{number}-{index}"
                yield f"mkdir {held}; mount --bind {shlex.quote(str(path))} {held}"
            yield f"mount -t tmpfs -o mode=755 none {shlex.quote(str(parent))}"
            for index, path in enumerate(paths):
                there = shlex.quote(str(path))
                yield f"mkdir -p {there}; mount --bind /mnt/{number}-{index} {there}"


@pytest.fixture
def cron(tmp_path: Path) -> Cron:
    """Return a cron; skip the test if it cannot run on this machine."""
    if os.geteuid() != 0:
        pytest.skip("a cron of its own needs root")
    if not CRON.exists() or shutil.which("crontab") is None:
        unable("the real cron runs the schedule: apt-get install cron")
    if subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine allows no mounts of its own to a process")
    tmp_path.chmod(0o755)
    return Cron(tmp_path)


def owned(installation: Installation, user: str) -> Installation:
    """Make a user the owner of an installation, and return it."""
    installation.data_dir.mkdir()
    for path in (installation.folder, *installation.folder.rglob("*")):
        shutil.chown(path, user)
    return installation


def steps_of(installation: Installation) -> Mapping[str, Mapping[str, object]]:
    """Return the last runs of the steps, by name."""
    state = installation.data_dir / "state.json"
    steps = json.loads(state.read_bytes())["steps"] if state.exists() else {}
    assert isinstance(steps, dict)
    return steps


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    """Wait until a condition holds; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(POLL_SECONDS)


def powerstats(installation: Installation, *command: str) -> Sequence[str]:
    """Return the command line of one of our commands."""
    return [sys.executable, "-m", "powerstats_cli", *installation.arguments(*command)]


@pytest.mark.cron
def test_a_minute_of_cron(cron: Cron) -> None:
    """All steps run at once, as the owner of the data, and cron mails only a new failure.

    The schedule of one home is in /etc/cron.d, and every line runs every minute. Another home's
    Home Assistant is broken; its schedule is in a user's crontab, beside a second `collect`.
    """
    now = datetime.now(UTC)
    home = steady_home(now - timedelta(hours=2), timedelta(hours=3))
    clock = lambda: datetime.now(UTC)  # noqa: E731
    every_minute = {"collection_interval_minutes": 1}
    with (
        HomeAssistant(home, token=TOKEN, clock=clock) as server,
        HomeAssistant(home, token=TOKEN, clock=clock, answer=faults.status(500)) as broken,
    ):
        folder = cron.folder / "it's 100% a home"
        well = Installation(folder, server.url, ENTITIES, data=every_minute)
        owned(well, "daemon")
        cron.run("root", *powerstats(well, "schedule", "install", "--cron"))
        job = cron.jobs / "powerstats"
        text, number = re.subn(
            r"^[\d*/]+ [\d*]+ \* \* \*", "* * * * *", job.read_text(), flags=re.MULTILINE
        )
        assert number == len([step for step in STEPS if not step.needs_github])
        job.write_text(text)

        failing = Installation(cron.folder / "failing", broken.url, ENTITIES, data=every_minute)
        owned(failing, "bin")
        again = shlex.join(powerstats(failing, "collect"))
        theirs = f"# mine\nMAILTO=someone\n* * * * * {again}\n* * * * * echo '100\\%'\n"
        cron.run("bin", "crontab", "-", given=theirs)
        cron.run("bin", *powerstats(failing, "schedule", "install", "--cron"))

        with cron.running() as is_at_work:
            names = {step.name for step in STEPS if not step.needs_github}
            wait_for(lambda: steps_of(well).keys() >= names and len(cron.mail()) >= 2, SECONDS)
            wait_for(lambda: not is_at_work(), SECONDS)
        asked = len(broken.requests)

        assert {step.get("exit_code", 0) for step in steps_of(well).values()} == {0}, steps_of(well)
        assert well.document("daily.json").points
        assert (well.data_dir / "site" / "index.html").exists()
        uid = pwd.getpwnam("daemon").pw_uid
        assert {path.lstat().st_uid for path in well.data_dir.rglob("*")} == {uid}

        theirs_sent = [mail for mail in cron.mail() if mail.endswith("\n\n100%\n")]
        (ours,) = [mail for mail in cron.mail() if mail not in theirs_sent]
        assert theirs_sent
        sender, _, mail = ours.partition("\n")
        head, _, body = mail.partition("\n\n")
        assert sender == "bin"
        assert "\nTo: someone\n" in head
        assert re.fullmatch(r"powerstats: collect: .* answered 500.*\n", body)
        assert asked >= 2
        assert steps_of(failing)["collect"]["exit_code"] == os.EX_TEMPFAIL

        cron.run("root", *powerstats(well, "schedule", "remove"))
        assert not list(cron.jobs.iterdir())
        cron.run("bin", *powerstats(failing, "schedule", "remove"))
        assert cron.run("bin", "crontab", "-l") == theirs
