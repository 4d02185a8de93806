"""Attack: a step is killed, or the disk refuses, at any operation on its files."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from signal import SIGKILL

from benchmarks.campaign.attack import Trial, Try
from benchmarks.campaign.home import SECRETS, Victim, loss, victim
from benchmarks.campaign.judge import GOOD, problem
from tests.faults.jobs import KILL
from tests.faults.life import NIGHT
from tests.faults.place import local

ERRORS = (
    KILL, KILL, KILL, errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES, errno.EDQUOT,
    errno.EMFILE, errno.ENOENT, errno.ESTALE, errno.EINVAL, errno.ENOTSUP,
)  # fmt: skip

CATCH_UP = (("collect",), local("2025-11-17 20:00:10"))


@contextmanager
def broken_disks(folder: Path) -> Iterator[Try]:
    """Strike one operation of a step; the same step again must give the undisturbed bytes."""
    with victim(folder) as home:
        yield lambda random: _trial(home, random)


def _trial(home: Victim, random: Random) -> Trial:
    place, life = home.place, home.life
    steps = [*zip(NIGHT, life.night, strict=False), (CATCH_UP, life.dawn)]
    (command, at), start = random.choice(steps)
    home.fresh(start)
    operations = place.step(*command, at=at).operations
    undisturbed = place.snapshot()
    home.fresh(start)
    strike, strike_at = random.choice(ERRORS), random.randrange(len(operations)) + 1
    ended = place.step(*command, at=at, strike_at=strike_at, strike=strike)
    left = place.snapshot()
    told = "killed" if strike == KILL else errno.errorcode[strike]
    fault = f"{' '.join(command)}: {told} at {operations[strike_at - 1]}"
    codes = {-SIGKILL} if strike == KILL else GOOD
    wrong = "" if strike == KILL and ended.exit_code == -SIGKILL else problem(ended, codes, SECRETS)
    wrong = wrong or loss(start, left, undisturbed)
    if not wrong:
        again = place.step(*command, at=at)
        if again.exit_code or place.snapshot() != undisturbed:
            wrong = f"the next run does not heal it: {again.exit_code} {again.err[:100]}"
    return Trial(fault, ended, wrong)
