"""Attack: GitHub's answers are broken."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

from benchmarks.campaign.attack import Trial, Try
from benchmarks.campaign.home import SECRETS, loss, repository
from benchmarks.campaign.judge import problem
from benchmarks.campaign.mutations import HEADERS, STATUSES, broken
from tests.faults.jobs import Job
from tests.faults.place import Runner, Snapshot
from tests.github.fake import Exchange, GitHub, GitRepository, no_fault
from tests.github.fake.api import Answer
from tests.github.homes import NOW, Device, past

COMMANDS = (
    ("sync",), ("sync", "push"), ("sync", "fetch"), ("publish",), ("status",), ("doctor",),
)  # fmt: skip
# Requests are repeated at once, so that a trial takes no minute.
QUICK = {"powerstats_cli.github.client:FIRST_WAIT": 0.0}


@contextmanager
def broken_repositories(folder: Path) -> Iterator[Try]:
    """Break the body, the status or a header of each answer with some chance."""
    with Runner() as runner, repository(folder, NOW) as (github, repo, device):
        device.put(past("monthly", 30), past("yearly", 40))
        files = device.snapshot()
        for command in ("sync", "publish"):
            runner.run(Job(arguments=tuple(device.arguments(command, at=NOW))))
        remote = repo.files()
        yield lambda random: _trial(runner, github, repo, device, files, remote, random)


def _trial(
    runner: Runner,
    github: GitHub,
    repo: GitRepository,
    device: Device,
    files: Snapshot,
    remote: Snapshot,
    random: Random,
) -> Trial:
    told = list[str]()

    def fault(exchange: Exchange) -> Answer | None:
        kind, answer = _changed(random, exchange.do())
        told.append(f"{exchange.request.method}: {kind}")
        return answer

    command = random.choice(COMMANDS)
    github.strike = lambda _request: fault if random.random() < 0.5 else None
    job = Job(arguments=tuple(device.arguments(*command, at=NOW)), values=QUICK)
    ended = runner.run(job)[0]
    github.strike = no_fault
    here, there = _data(device.snapshot()), _data(repo.files())
    wrong = problem(ended, secrets=SECRETS) or loss(files, here) or loss(_data(remote), there)
    return Trial(f"{', '.join(told[:3])}; {' '.join(command)}", ended, wrong)


def _changed(random: Random, answer: Answer) -> tuple[str, Answer | None]:
    chance = random.random()
    if chance < 0.65:
        kind, body = broken(random, answer.body)
        return kind, replace(answer, body=body)
    if chance < 0.8:
        name, value = random.choice(HEADERS)
        return f"{name}: {value[:20]}", replace(answer, headers={**answer.headers, name: value})
    if chance < 0.95:
        status = random.choice([status for status in STATUSES if status >= 200])
        echo = random.choice([answer.body, b'{"message": "Bearer ' + SECRETS[1].encode()[:38]])
        return f"status {status}", replace(answer, status=status, body=echo)
    return "dropped", None


def _data(files: Snapshot) -> Snapshot:
    """Return the data files without the page's, by their own names."""
    return {
        Path(name).name: raw
        for name, raw in files.items()
        if not name.startswith("site/") and Path(name).name in {"monthly.json", "yearly.json"}
    }
