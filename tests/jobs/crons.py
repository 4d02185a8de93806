"""A cron for the tests, with its own view of the machine's folders, and what its tests share."""

import http.client
import json
import os
import re
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from http import HTTPStatus
from pathlib import Path

import pytest

from powerstats_cli.core.schedule.steps import STEPS
from tests.support.installation import Installation
from tests.support.needs import unable

ROOT = Path(__file__).parents[2]
# Cron looks once a minute, the last bucket needs some seconds, and a slow machine some more.
SECONDS = 90
POLL_SECONDS = 0.2
CRON = Path("/usr/sbin/cron")
SPOOL = Path("/var/spool/cron/crontabs")
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

    daemon: tuple[str, ...] = (str(CRON), "-f")

    def __init__(self, folder: Path) -> None:
        """Make the folders that cron will see."""
        self.folder = folder
        self.jobs, self.mails = folder / "cron.d", folder / "mails"
        for name in ("cron.d", "crontabs", "mails", "run", "sbin"):
            (folder / name).mkdir()
        spool = SPOOL.stat()
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
        process = subprocess.Popen(self.command(*self.daemon), env={"PATH": os.defpath})
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


def every_minute(block: str) -> str:
    """Return a block of ours in which each step runs every minute."""
    text, number = re.subn(r"^[\d*/]+ [\d*]+ \* \* \*", "* * * * *", block, flags=re.MULTILINE)
    assert number >= len([step for step in STEPS if not step.needs_github])
    return text


def needs_a_view() -> None:
    """Skip a test if this machine gives no process a view of its own."""
    if os.geteuid() != 0:
        pytest.skip("a cron of its own needs root")
    if shutil.which("crontab") is None:
        unable("the tests need a place for cron's programs: apt-get install cron")
    if subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine allows no mounts of its own to a process")


def free_port() -> int:
    """Return a port of loopback that nothing listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def dashboard(installation: Installation) -> Iterator[list[str]]:
    """Yield the options that keep a dashboard up on loopback; end it afterwards."""
    try:
        yield ["--serve", "--bind", "127.0.0.1", "--port", str(free_port())]
    finally:
        end_dashboard(installation)


def end_dashboard(installation: Installation) -> None:
    """End the process that serves the dashboard of an installation."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if "serve" in words and str(installation.config) in words:
                os.kill(int(process.name), signal.SIGTERM)


def is_up(options: Sequence[str]) -> bool:
    """Tell whether the dashboard answers at the port of some options."""
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", int(options[-1]), timeout=5)) as asked:
            asked.request("GET", "/")
            return asked.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
