"""The cron daemons that run on this machine, as far as the current user can see them."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec

# The daemons of Debian, cronie and BusyBox, fcron, bcron and containers.
NAMES: Final = frozenset({"cron", "crond", "fcron", "bcron-sched", "supercronic"})
# systemd-cron is no daemon: it makes timers of systemd out of crontabs.
GENERATED: Final = Path("/run/systemd/generator/cron.target")
BUSYBOX: Final = "busybox"


class CronDaemon(msgspec.Struct, frozen=True):
    """A cron daemon, and the folder of crontabs that its command line names, if it names one."""

    is_busybox: bool
    folder: Path | None = None


def cron_daemons(proc: Path) -> list[CronDaemon] | None:
    """Return the cron daemons, None if the current user cannot see the processes of others."""
    try:
        (proc / "1" / "cmdline").read_bytes()
    except OSError:
        return None
    if GENERATED.exists():
        return [CronDaemon(is_busybox=False)]
    return list(_running(proc))


def _running(proc: Path) -> Iterator[CronDaemon]:
    for process in proc.glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:  # it has just ended
            continue
        called = [Path(word).name for word in words[:2]]
        if called[0] in NAMES or (called[0] == BUSYBOX and NAMES & set(called[1:])):
            yield CronDaemon(
                is_busybox=BUSYBOX in {called[0], _program(process)},
                folder=_folder(words),
            )


def _program(process: Path) -> str:
    """Return the name of the program file of a process, "" if that is not for us to see."""
    try:
        return (process / "exe").readlink().name.partition(".")[0]
    except OSError:
        return ""


def _folder(words: list[str]) -> Path | None:
    """Return the folder after the option -c of BusyBox's crond."""
    after = dict(pairwise(words)).get("-c")
    return Path(after) if after and after.startswith("/") else None
