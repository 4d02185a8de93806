"""A write whose answer is lost is done once."""

import os
import shutil

import pytest

from tests.github.fake import Exchange, Fault, GitHub
from tests.github.fake.api import Answer
from tests.github.fake.repository import GitRepository
from tests.github.faults import (
    after,
    bad_gateway,
    cut,
    dropped,
    garbled,
    instead,
    meanwhile,
    on,
    secondary_limit,
    strike_at,
    too_many,
)
from tests.github.homes import PAGES, STRANGERS, Device, changed, json_of

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_small_page"),
]
# Each is done at GitHub.
LOST: dict[str, Fault] = {
    "dropped": after(dropped),
    "502": after(bad_gateway),
    "cut": cut,
}
WRITES = (
    "PUT /contents/README",
    "POST /git/blobs",
    "POST /git/trees",
    "POST /git/commits",
    "POST /git/refs",
    "PATCH /git/refs",
)


@pytest.mark.parametrize(
    ("write", "history"), [*((write, "keep") for write in WRITES), (WRITES[-1], "squash")]
)
@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
@pytest.mark.usefixtures("_impatient")
def test_a_publish_whose_answer_is_lost(
    github: GitHub, device: Device, history: str, write: str, fault: Fault
) -> None:
    """No write is in the branch's history twice."""
    repo = github.create(files=None if write.startswith("PUT") else STRANGERS)
    device.configure(publish={"history": history})
    expected = 1
    if write.startswith("PATCH"):
        repo.commit(PAGES, {"before": b"1"})
        expected += 1
    github.strike = strike_at(write, fault)
    device.run_well("publish")
    assert github.count(*write.split()) == 2 + write.endswith("blobs")
    files = repo.files(PAGES)
    files.pop("before", None)
    assert files == device.site
    assert len(repo.commits(PAGES)) == expected
    assert len(repo.commits("main")) == 1


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
@pytest.mark.parametrize("state", ["empty", "no branch", "no file", "a file"])
@pytest.mark.usefixtures("_impatient")
def test_a_sync_whose_answer_is_lost(
    github: GitHub, device: Device, fault: Fault, state: str
) -> None:
    """A file is committed once; a branch and a repository's first commit are made once too."""
    repo = github.create(files=None if state == "empty" else STRANGERS)
    branch = "main" if state != "no branch" else "data"
    device.configure(github={"branch": branch})
    if state == "a file":
        repo.commit(branch, {"data/monthly.json": json_of(3)})
    before = len(repo.commits(branch)) if branch in repo.branches() else 0
    expected = {"empty": 1, "no branch": 2}.get(state, before + 1)
    for write in ("PUT /contents/data", "POST /git/refs"):
        github.strike = strike_at(write, fault)
        device.run_well("sync", "push", "monthly")
    assert repo.files(branch, "data") == {
        "data/monthly.json": (device.data_dir / "monthly.json").read_bytes()
    }
    assert len(repo.commits(branch)) == expected


@pytest.mark.parametrize("write", [*WRITES, "PUT /contents/data"])
@pytest.mark.usefixtures("_impatient")
def test_an_answer_that_says_nothing(github: GitHub, device: Device, write: str) -> None:
    """Half a JSON is no answer: the next run finds what was done, and does not repeat it."""
    repo = github.create(files=None if write.startswith("PUT") else STRANGERS)
    if write.startswith("PATCH"):
        repo.commit(PAGES, {"before": b"1"})
    command = ("sync", "push", "monthly") if write.endswith("data") else ("publish",)
    branch = "main" if write.endswith("data") else PAGES
    github.strike = strike_at(write, garbled)
    result = device.run(*command)
    assert result.exit_code in {0, os.EX_TEMPFAIL}
    device.run_well(*command)
    commits = [commit.tree for commit in repo.commits(branch)]
    assert len(set(commits)) == len(commits) == 1 + write.startswith("PATCH")


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
@pytest.mark.usefixtures("_impatient")
def test_a_forced_move_is_not_done_twice(
    github: GitHub, repo: GitRepository, device: Device, fault: Fault
) -> None:
    """If its answer is lost and another commits on top, that commit stays."""
    device.configure(publish={"history": "squash"})
    device.run_well("publish")
    device.put(changed("monthly", 30))

    def lost(exchange: Exchange) -> Answer | None:
        answer = fault(exchange)
        repo.commit(PAGES, {"theirs": b"1"})
        return answer

    github.strike = on("PATCH", "/git/refs/", lost)
    device.run_well("publish")
    assert repo.files(PAGES) == {"theirs": b"1"} | device.site


@pytest.mark.parametrize(
    "fault", [dropped, instead(500), too_many(0), secondary_limit(retry_after="0")]
)
@pytest.mark.usefixtures("_impatient")
def test_a_forced_move_that_waits_looks_again(
    github: GitHub, repo: GitRepository, device: Device, fault: Fault
) -> None:
    """Another's commit during the wait stays."""
    device.configure(publish={"history": "squash"})
    device.run_well("publish")
    device.put(changed("monthly", 30))
    theirs = meanwhile(lambda: repo.commit(PAGES, {"theirs": b"1"}), fault)
    github.strike = on("PATCH", "/git/refs/", theirs)
    device.run_well("publish")
    assert repo.files(PAGES) == {"theirs": b"1"} | device.site
    others, ours = [each.message for each in repo.commits(PAGES)[1:]]
    assert (others, ours.split()[1]) == ("Another writer's", "files")
