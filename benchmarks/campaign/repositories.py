"""Attack: GitHub's answers are broken."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from benchmarks.campaign.attack import Trial, Try
from benchmarks.campaign.home import SECRETS, loss, repository
from benchmarks.campaign.judge import problem
from benchmarks.campaign.mutations import HEADERS, STATUSES, broken
from tests.faults.jobs import Ended, Job
from tests.faults.place import Runner, Snapshot
from tests.github.fake import Exchange, GitHub, GitRepository, no_fault
from tests.github.fake.api import Answer
from tests.github.homes import NOW, Device, past

COMMANDS = (
    ("sync",), ("sync", "push"), ("sync", "fetch"), ("publish",), ("status",), ("doctor",),
)  # fmt: skip
# Requests are repeated at once, and a server that says nothing more is left after a second.
QUICK = {
    "powerstats_cli.github.client:FIRST_WAIT": 0.0,
    "powerstats_cli.web:REQUEST_TIMEOUT": 1.0,
}


@dataclass(frozen=True)
class _Place:
    """A device and its repository, and what was in them before the first trial."""

    runner: Runner
    github: GitHub
    repo: GitRepository
    device: Device
    files: Snapshot
    refs: Mapping[str, str]

    def fresh(self) -> None:
        """Put both back; what the last trial told would otherwise be told only once a day."""
        for name in self.repo.refs().keys() - self.refs.keys():
            self.repo.git("update-ref", "-d", name)
        for name, commit in self.refs.items():
            self.repo.git("update-ref", name, commit)
        for name, raw in self.files.items():
            (self.device.data_dir / name).write_bytes(raw)
        (self.device.data_dir / "state.json").unlink(missing_ok=True)

    def run(self, *command: str) -> Ended:
        """Run a command."""
        arguments = tuple(self.device.arguments(*command, at=NOW))
        return self.runner.run(Job(arguments=arguments, values=QUICK))[0]

    def remote(self) -> Snapshot:
        """Return the files of all branches, by branch and name."""
        return {
            f"{branch}:{name}": raw
            for branch in self.repo.branches()
            for name, raw in self.repo.files(branch).items()
        }


@contextmanager
def broken_repositories(folder: Path) -> Iterator[Try]:
    """Break the body, the status or a header of each answer with some chance."""
    with Runner() as runner, repository(folder, NOW) as (github, repo, device):
        device.put(past("monthly", 30), past("yearly", 40))
        files = device.snapshot()
        place = _Place(runner, github, repo, device, files, {})
        for command in ("sync", "publish"):
            place.run(command)
        place = replace(place, refs=repo.refs("refs/heads/"))
        yield lambda random: _trial(place, random)


def _trial(place: _Place, random: Random) -> Trial:
    told = list[str]()

    def fault(exchange: Exchange) -> Answer | None:
        kind, answer = _changed(random, exchange.do())
        told.append(f"{exchange.request.method}: {kind}")
        return answer

    place.fresh()
    remote, command = place.remote(), random.choice(COMMANDS)
    place.github.strike = lambda _request: fault if random.random() < 0.5 else None
    ended = place.run(*command)
    place.github.strike = no_fault
    wrong = problem(ended, secrets=SECRETS)
    wrong = wrong or loss(place.files, _local(place.device.snapshot()))
    for branch in place.repo.branches():
        wrong = wrong or loss(_of(branch, remote), _of(branch, place.remote()))
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


def _local(files: Snapshot) -> Snapshot:
    """Return the data files without the page."""
    return {name: raw for name, raw in files.items() if not name.startswith("site/")}


def _of(branch: str, files: Snapshot) -> Snapshot:
    """Return a branch's data files, by their own names."""
    return {
        Path(name).name: raw
        for name, raw in files.items()
        if name.startswith(f"{branch}:") and Path(name).name in {"monthly.json", "yearly.json"}
    }
