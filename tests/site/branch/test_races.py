"""Others write to the branch at the same time, and hour after hour."""

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from powerstats_cli.core.periods import DAY
from tests.github.fake import Fault, GitHub
from tests.github.fake.repository import GitRepository
from tests.github.faults import amid, meanwhile, on
from tests.github.homes import NOW, PAGES, STRANGERS, TODAY, Device, changed, device_at, past, power
from tests.site.branch.publishing import HISTORIES, hourly

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient", "_small_page"),
]


def racing(repo: GitRepository) -> Callable[[], object]:
    """Return a function that commits another file each time."""
    return lambda: repo.commit(PAGES, {f"race/{len(repo.commits(PAGES))}": b"theirs"})


# When another commits, between the reading of the branch and its move, and how often. A forced move
# has no such moment after its last look.
RACES = [
    ("keep", "GET /git/trees/", meanwhile, 1),
    ("keep", "POST /git/trees", meanwhile, 1),
    ("keep", "POST /git/commits", meanwhile, 4),
    ("keep", "PATCH /git/refs/", meanwhile, 1),
    ("keep", "PATCH /git/refs/", amid, 1),
    ("keep", "PATCH /git/refs/", amid, 4),
    ("keep", "PATCH /git/refs/", amid, 5),
    ("squash", "GET /git/trees/", meanwhile, 1),
    ("squash", "POST /git/trees", meanwhile, 4),
    ("squash", "POST /git/commits", meanwhile, 1),
    ("squash", "POST /git/commits", meanwhile, 5),
]


@pytest.mark.parametrize(("history", "moment", "kind", "times"), RACES)
def test_a_lost_race_starts_again(
    github: GitHub,
    repo: GitRepository,
    device: Device,
    history: str,
    moment: str,
    kind: Callable[[Callable[[], object]], Fault],
    times: int,
) -> None:
    """Ours comes after up to four commits of another; after the fifth, the next run tries again."""
    repo.commit(PAGES, STRANGERS)
    device.configure(publish={"history": history})
    method, path = moment.split()
    github.strike = on(method, path, kind(racing(repo)), times=times)
    if times == 5:
        device.fails(os.EX_TEMPFAIL, "publish", says=[PAGES, "octo/home", "5 times"])
        assert {"CNAME", "race/1", "race/5"} <= repo.files(PAGES).keys()
        assert "index.html" not in repo.files(PAGES)
    device.run_well("publish")
    theirs = {f"race/{number}": b"theirs" for number in range(1, times + 1)}
    assert repo.files(PAGES) == STRANGERS | theirs | device.site
    assert len(repo.commits(PAGES)) == 2 + times
    assert hourly(device, github) == 2


@HISTORIES
@pytest.mark.parametrize("path", ["/git/trees", "/git/refs"])
def test_two_make_the_branch_at_once(
    github: GitHub, repo: GitRepository, device: Device, history: str, path: str
) -> None:
    """The second commit builds on the first."""
    device.configure(publish={"history": history})
    theirs = meanwhile(lambda: repo.commit(PAGES, {"theirs": b"1"}))
    github.strike = on("POST", path, theirs)
    device.run_well("publish")
    assert repo.files(PAGES) == {"theirs": b"1"} | device.site


@pytest.mark.parametrize("branch", [PAGES, "main"])
def test_two_make_the_repository_at_once(github: GitHub, device: Device, branch: str) -> None:
    """Another's first commit in between stays."""
    repo = github.create()
    device.configure(github={"branch": "data"}, publish={"branch": branch})
    first = meanwhile(lambda: repo.commit("main", {"README.md": b"theirs"}))
    github.strike = on("PUT", "/contents/", first)
    device.run_well("publish")
    assert repo.files("main")["README.md"] == b"theirs"
    assert device.site.items() <= repo.files(branch).items()


@pytest.mark.usefixtures("_sound")
@HISTORIES
def test_two_devices_with_one_page(
    github: GitHub, repo: GitRepository, device: Device, tmp_path: Path, history: str
) -> None:
    """After each publish the branch has that device's files."""
    other = device_at(github, tmp_path / "other", publish={"history": history})
    device.configure(publish={"history": history})
    for number in range(3):
        for publisher in (device, other):
            publisher.put(
                past("monthly", 5 + number), past("yearly", 5, value=lambda _: power(7.0))
            )
            publisher.run_well("publish")
            assert repo.files(PAGES) == publisher.site
    assert len(repo.commits(PAGES)) == (1 if history == "squash" else 3)


@HISTORIES
def test_reads_that_lag(github: GitHub, repo: GitRepository, device: Device, history: str) -> None:
    """If GitHub shows the branch as before the last write, nothing is committed twice."""
    hourly(device, github, history=history)
    repo.lag = 3
    for number in range(3):
        device.put(changed("monthly", 30, number))
        device.run_well("publish")
        assert repo.files(PAGES) == device.site
    trees = [commit.tree for commit in repo.commits(PAGES)]
    assert len(trees) == len(set(trees)) == (1 if history == "squash" else 4)


@pytest.mark.usefixtures("_sound")
@pytest.mark.parametrize(("history", "length"), [("squash", 7), ("keep", 1)])
def test_hour_after_hour(
    github: GitHub, repo: GitRepository, device: Device, history: str, length: int
) -> None:
    """For days there is one commit for each change of data, or after another's one; those stay."""
    repo.commit(PAGES, STRANGERS)
    device.configure(publish={"history": history})
    others, changes, merges = dict(STRANGERS), 0, 0
    for hour in range(length * 24):
        if hour % 24 < 16:  # at night nothing happens
            device.put(changed("monthly", 30, hour))
            changes += 1
        if hour % 24 == 0:
            today = TODAY + hour // 24 * DAY
            device.put(past("yearly", 40 + hour // 24, before=today))
        if hour % 30 == 9:
            others[f"theirs/{hour}"] = b"1"
            repo.commit(PAGES, {f"theirs/{hour}": b"1"})
            merges += 1
        device.run_well("publish", at=NOW + timedelta(hours=hour))
    assert repo.files(PAGES) == others | device.site
    assert repo.files("main") == STRANGERS
    commits = repo.commits(PAGES)
    assert [each.message for each in commits].count("Another writer's") == merges + 1
    assert len(commits) == (1 + changes + merges if history == "keep" else 2 * (1 + merges))
    assert github.count() <= 2 + 9 * changes + 2 * (length * 24 - changes)
