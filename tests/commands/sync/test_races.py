"""Another device writes at the same time."""

import os
import shutil
from collections.abc import Callable

import pytest

from powerstats_cli.core.documents import encode
from tests.commands.sync.tiers import local, remote, send
from tests.github.fake import Fault, GitHub
from tests.github.fake.repository import GitRepository
from tests.github.faults import amid, instead, meanwhile, on
from tests.github.homes import Device, decoded, past, power

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient"),
]


@pytest.mark.parametrize(
    ("kind", "times", "committed"),
    [
        (meanwhile, 1, "another file"),
        (amid, 1, "another file"),
        (amid, 4, "another file"),
        (amid, 5, "another file"),
        (meanwhile, 4, "the same file"),
        (meanwhile, 5, "the same file"),
        (amid, 4, "the same file"),
    ],
)
def test_a_lost_race_starts_again(
    github: GitHub,
    repo: GitRepository,
    device: Device,
    kind: Callable[[Callable[[], object]], Fault],
    times: int,
    committed: str,
) -> None:
    """Another's commit during our write stays; after five, the next run tries again."""
    theirs: dict[str, bytes] = {}

    def commit() -> None:
        if committed == "another file":
            theirs[f"theirs/{len(theirs)}"] = b"1"
            repo.commit(files=theirs)
        else:
            number = len(repo.commits()) + 40
            send(repo, past("yearly", number, value=lambda _: power(5.0, 0.5)))

    github.strike = on("PUT", "/contents/", kind(commit), times=times)
    is_race = kind is amid or committed == "the same file"
    if times == 5 and is_race:
        before = device.snapshot()
        device.fails(os.EX_TEMPFAIL, "sync", "push", "yearly", says=["data/yearly.json", "5 times"])
        assert device.snapshot() == before
    device.run_well("sync", "push", "yearly")
    merged = decoded(remote(repo, "yearly"))
    assert past("yearly", 40).points.items() <= merged.points.items()
    if committed == "the same file":
        assert len(merged.points) == 40 + times
    assert theirs.items() <= repo.files().items()


@pytest.mark.parametrize("write", ["PUT /contents/", "POST /git/refs"])
def test_two_make_the_branch_at_once(
    github: GitHub, repo: GitRepository, device: Device, write: str
) -> None:
    """The second device merges into the first one's branch."""
    device.configure(github={"branch": "data"})

    def other() -> None:
        repo.commit("data", {"data/yearly.json": encode(past("yearly", 90))})

    method, path = write.split()
    github.strike = on(method, path, meanwhile(other))
    device.run_well("sync", "push", "yearly")
    assert decoded(remote(repo, "yearly", branch="data")).points == past("yearly", 90).points


def test_a_branch_that_is_missing_in_other_words(
    github: GitHub, repo: GitRepository, device: Device
) -> None:
    """A 404 means that there is no repository only if the branch is there."""
    device.configure(github={"branch": "data"})
    github.strike = on("PUT", "/contents/", instead(404, "Not Found"))
    device.run_well("sync", "push", "yearly")
    assert remote(repo, "yearly", branch="data") == local(device, "yearly")
    device.put(past("yearly", 50))
    github.strike = on("PUT", "/contents/", instead(404, "Not Found"))
    device.fails(os.EX_UNAVAILABLE, "sync", "push", "yearly", says=["no such repository"])


def test_another_makes_the_branch_after_a_404(
    github: GitHub, repo: GitRepository, device: Device
) -> None:
    """The branch is missing at the write, and another makes it before we do."""
    device.configure(github={"branch": "data"})
    other = meanwhile(lambda: repo.commit("data", {"theirs": b"1"}))
    github.strike = on("GET", "/branches/data", other)
    device.run_well("sync", "push", "yearly")
    assert remote(repo, "yearly", branch="data") == local(device, "yearly")
    assert repo.files("data").keys() >= {"theirs"}


@pytest.mark.usefixtures("_sound")
@pytest.mark.parametrize("lag", [1, 2, 3])
def test_reads_that_lag(github: GitHub, repo: GitRepository, device: Device, lag: int) -> None:
    """If GitHub shows the file as before the last write, nothing is lost or doubled."""
    repo.lag = lag
    for number in range(3):
        device.put(past("yearly", 40 + number))
        device.run_well("sync", "push", "yearly")
        assert remote(repo, "yearly") == encode(past("yearly", 40 + number))
    assert len(repo.commits()) == 4
    assert github.count("PUT") <= 3 * (1 + lag)
