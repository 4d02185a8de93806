"""Attack: earlier scripts left broken files, and `migrate` reads them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from benchmarks.campaign.attack import Trial, Try
from benchmarks.campaign.home import SECRETS
from benchmarks.campaign.judge import problem
from benchmarks.campaign.mutations import broken
from tests.commands.migrate import oldhome
from tests.faults.jobs import Job
from tests.faults.place import Runner
from tests.support.installation import Installation


@contextmanager
def broken_old_files(folder: Path) -> Iterator[Try]:
    """Break the points or the configuration that `migrate` reads."""
    with Runner() as runner:
        yield lambda random: _trial(runner, folder / str(random.random()), random)


def _trial(runner: Runner, folder: Path, random: Random) -> Trial:
    installation = Installation(folder, "http://127.0.0.1:9", {"power": "sensor.power"})
    points = json.dumps({"data_points": oldhome.points(days=0.3)}).encode()
    kind, wrong = broken(random, points)
    old = folder / "old"
    old.mkdir()
    (old / "daily.json").write_bytes(wrong)
    before = (old / "daily.json").read_bytes()
    dry = random.choice([["--dry-run"], []])
    command = ("migrate", "--no-input", *dry, str(old))
    job = Job(arguments=tuple(installation.arguments(*command, at=oldhome.NOW)))
    ended = runner.run(job)[0]
    said = problem(ended, secrets=SECRETS)
    if not said and (old / "daily.json").read_bytes() != before:
        said = "an old file was changed"
    return Trial(kind, ended, said)
