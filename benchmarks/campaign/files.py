"""Attack: a data file is broken, and then a step or a command runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from benchmarks.campaign.attack import Trial, Try
from benchmarks.campaign.home import MORNING, SECRETS, STEPS, Victim, is_readable, loss, victim
from benchmarks.campaign.judge import problem
from benchmarks.campaign.mutations import broken


@contextmanager
def broken_files(folder: Path) -> Iterator[Try]:
    """Break one file of a night's end, and run one command."""
    with victim(folder) as home:
        yield lambda random: _trial(home, random)


def _trial(home: Victim, random: Random) -> Trial:
    files = home.life.morning
    name = random.choice([*files, "state.json"])
    raw = files.get(name, b'{"collect": {"started": "2025-11-20T23:50:10+01:00"}}')
    kind, wrong = broken(random, raw)
    command = random.choice(STEPS)
    home.fresh(files)
    (home.place.data_dir / name).write_bytes(wrong)
    ended = home.place.step(*command, at=MORNING)
    after = home.place.snapshot()
    fault = f"{name}: {kind}; {' '.join(command)}"
    return Trial(fault, ended, problem(ended, secrets=SECRETS) or _harm(name, wrong, files, after))


def _harm(name: str, wrong: bytes, files: dict[str, bytes], after: dict[str, bytes]) -> str:
    """Return what happened to the files, "" if nothing bad."""
    if name == "state.json":
        return loss(files, after)
    if not is_readable(name, wrong) and wrong not in after.values():
        return "the broken file's bytes are gone"
    whole = {other: raw for other, raw in files.items() if other != name}
    left = {other: raw for other, raw in after.items() if raw != wrong}
    return loss(whole, left)
