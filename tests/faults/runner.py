"""Runs jobs, each in a fresh process that is forked from one which has imported everything.

A line of JSON on stdin is a list of jobs that run at the same time; the answer is a line with the
end of each. Starting Python for each job would take most of the time of hundreds of runs.
"""

import encodings.idna
import gc
import importlib
import os
import resource
import sys
import tempfile
import time
import tomllib
import zoneinfo
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime, timedelta, tzinfo
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from powerstats_cli.cli import main as cli
from powerstats_cli.commands import aggregate, collect, rotate, status
from powerstats_cli.core import zones
from powerstats_cli.homeassistant import client as homeassistant
from powerstats_cli.transport import home
from tests.faults.jobs import KILL, Ended, Job
from tests.faults.strikes import Operations, kill, refuse

IMPORTED = (encodings.idna, tomllib, home, homeassistant, aggregate, collect, rotate, status)


def serve() -> None:
    """Answer each line until stdin ends."""
    _warm_up()
    gc.freeze()
    for line in sys.stdin:
        jobs = msgspec.json.decode(line, type=list[Job])
        with tempfile.TemporaryDirectory() as folder:
            folders = [Path(folder, str(number)) for number in range(len(jobs))]
            started = [_start(job, into) for job, into in zip(jobs, folders, strict=True)]
            begun = time.monotonic()
            ended = [_end(pid, into, begun) for pid, into in zip(started, folders, strict=True)]
        sys.stdout.write(msgspec.json.encode(ended).decode() + "\n")
        sys.stdout.flush()


def _warm_up() -> None:
    """Import everything that a first run imports."""
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        cli.main(["--version"])
        cli.main(["--config", "/nowhere", "rotate"])


def _start(job: Job, into: Path) -> int:
    into.mkdir(mode=0o777)
    pid = os.fork()
    if pid == 0:
        _run(job, into)
    return pid


def _end(pid: int, into: Path, begun: float) -> Ended:
    _, status, usage = os.wait4(pid, 0)
    done = into / "operations"
    return Ended(
        exit_code=os.waitstatus_to_exitcode(status),
        out=(into / "out").read_text("utf-8"),
        err=(into / "err").read_text("utf-8"),
        operations=tuple(done.read_text().splitlines()) if done.exists() else (),
        peak_mib=usage.ru_maxrss / 1024,
        seconds=time.monotonic() - begun,
    )


def _run(job: Job, into: Path) -> NoReturn:
    """Run a job in this process, which was forked for it."""
    code = os.EX_SOFTWARE
    try:
        for name, descriptor in (("out", 1), ("err", 2)):
            os.dup2(os.open(into / name, os.O_WRONLY | os.O_CREAT), descriptor)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        done = os.open(into / "operations", os.O_WRONLY | os.O_CREAT)
        operations = Operations(
            job.root, job.strike_at, kill if job.strike == KILL else refuse(job.strike)
        )
        _prepare(job)
        operations.watch()
        code = cli.main(job.arguments)
        os.write(done, "\n".join(operations.done).encode())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _prepare(job: Job) -> None:
    os.environ.update(job.environment)
    time.tzset()
    if "PYTHONTZPATH" in job.environment:
        zoneinfo.reset_tzpath()
        zoneinfo.ZoneInfo.clear_cache()
        zones.zone.cache_clear()
    for where, value in job.values.items():
        _put(where, value)
    if job.broken:
        _put(job.broken, _break)
    if job.clock:
        _put("powerstats_cli.clock:datetime", _showing(datetime.fromisoformat(job.clock)))
    if job.file_limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (job.file_limit, job.file_limit))
    if job.user is not None:
        os.setgroups([])
        os.setgid(job.user)
        os.setuid(job.user)


def _put(where: str, value: object) -> None:
    module, _, name = where.partition(":")
    holder: Any = importlib.import_module(module)
    *outer, last = name.split(".")
    for part in outer:
        holder = getattr(holder, part)
    assert hasattr(holder, last), where
    setattr(holder, last, value)


def _break(*args: object, **kwargs: object) -> NoReturn:
    raise RuntimeError("broken for a test", args, kwargs)


def _showing(start: datetime) -> type[datetime]:
    """Return a `datetime` class whose clock shows `start` now and goes on from there."""
    begun = time.monotonic()

    class Shown(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return (start + timedelta(seconds=time.monotonic() - begun)).astimezone(tz)

    return Shown


if __name__ == "__main__":
    serve()
