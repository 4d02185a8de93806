"""The directions of `sync`, the branches that it uses, and a new device."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from powerstats_cli.core.documents import TierName, encode
from powerstats_cli.core.periods import DAY, day_start
from powerstats_cli.demo.server import HomeAssistant
from tests.commands.sync.tiers import LONG_TERM, local, remote, send
from tests.github.fake import GitHub
from tests.github.fake.repository import GitRepository
from tests.github.homes import (
    AMSTERDAM,
    NOW,
    STRANGERS,
    TODAY,
    YESTERDAY,
    ZONE,
    Device,
    a_tier,
    decoded,
    messages,
    past,
)
from tests.support.homes import ENTITIES, steady_home
from tests.support.installation import TOKEN

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient"),
]
WAYS: list[tuple[str, tuple[TierName, ...]]] = [
    ("push", ()),
    ("push", ("monthly",)),
    ("push", ("yearly", "monthly")),
    ("fetch", ()),
    ("fetch", ("yearly",)),
    ("", ()),
]


@pytest.mark.parametrize(("direction", "named"), WAYS, ids=str)
def test_directions(
    repo: GitRepository, bare: Device, direction: str, named: tuple[TierName, ...]
) -> None:
    """The named files are pushed, fetched, or both; each side that is written has the merge."""
    ours = {tier: a_tier(tier, TODAY - 9 * DAY, YESTERDAY) for tier in LONG_TERM}
    theirs = {tier: a_tier(tier, TODAY - 14 * DAY, TODAY - 6 * DAY) for tier in LONG_TERM}
    united = {tier: encode(a_tier(tier, TODAY - 14 * DAY, YESTERDAY)) for tier in LONG_TERM}
    bare.put(*ours.values())
    send(repo, *theirs.values())
    before = len(repo.commits())
    bare.run_well("sync", *filter(None, [direction]), *named)
    meant = named or LONG_TERM
    for tier in LONG_TERM:
        is_sent = tier in meant and direction != "fetch"
        is_brought = tier in meant and direction != "push"
        assert remote(repo, tier) == (united[tier] if is_sent else encode(theirs[tier]))
        assert local(bare, tier) == (united[tier] if is_brought else encode(ours[tier]))
    commits = len(meant) if direction != "fetch" else 0
    assert len(repo.commits()) == before + commits
    assert STRANGERS.items() <= repo.files().items()


@pytest.mark.parametrize("command", [("sync",), ("sync", "push"), ("sync", "fetch")], ids=" ".join)
def test_nothing_new_is_one_request_a_file(
    github: GitHub, repo: GitRepository, device: Device, command: tuple[str, ...]
) -> None:
    """No commit is made, and no file is written.

    The journal of corrections and the folder of the years are asked for once.
    """
    device.run_well("sync")
    head, before = repo.head(), device.snapshot()
    stamps = {path: path.stat().st_mtime_ns for path in device.data_dir.glob("*ly.json")}
    github.log.clear()
    device.run_well(*command)
    assert [exchange.request.method for exchange in github.log] == ["GET"] * 4
    assert (repo.head(), device.snapshot()) == (head, before)
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps


@pytest.mark.parametrize("is_ours_newer", [False, True])
@pytest.mark.parametrize("direction", ["push", "fetch"])
def test_when_it_was_asked_is_no_news(
    repo: GitRepository, bare: Device, direction: str, *, is_ours_newer: bool
) -> None:
    """Files that differ only in `until` and `last_update` make no commit."""
    older, newer = past("monthly", 5), past("monthly", 5, until=YESTERDAY + DAY)
    bare.put(newer if is_ours_newer else older)
    head = send(repo, older if is_ours_newer else newer)
    bare.run_well("sync", direction, "monthly", at=NOW + 2 * DAY)
    assert repo.head() == head
    brought = direction == "fetch" or is_ours_newer
    assert local(bare, "monthly") == encode(newer if brought else older)


@pytest.mark.usefixtures("_sound")
@pytest.mark.parametrize(
    ("branch", "path"),
    [("main", "data"), ("main", ""), ("data", "deep/er"), ("homes/attic", "x y")],
)
@pytest.mark.parametrize("is_empty", [False, True])
def test_a_branch_is_made(
    github: GitHub, device: Device, branch: str, path: str, *, is_empty: bool
) -> None:
    """A repository's first commit is made too; the file has its configured path."""
    repo = github.create(files=None if is_empty else STRANGERS)
    device.configure(github={"branch": branch, "path": path})
    folder = f"{path}/" if path else ""
    device.run_well("sync", "push", "yearly")
    device.run_well("sync", "push")
    for tier in LONG_TERM:
        assert remote(repo, tier, folder, branch) == local(device, tier)
    assert messages(repo, branch)[:2] == [f"{tier}.json up to {YESTERDAY}" for tier in LONG_TERM]
    others = {} if is_empty and branch == "main" else STRANGERS
    if is_empty and branch != "main":
        others = {"README.md": repo.files("main")["README.md"]}
    assert repo.files(branch).keys() == {*others, *(f"{folder}{tier}.json" for tier in LONG_TERM)}
    if branch != "main":
        assert repo.files("main") == others


def test_nothing_anywhere_makes_nothing(repo: GitRepository, bare: Device) -> None:
    """There is no branch, file or commit, and no failure."""
    bare.configure(github={"branch": "data"})
    for direction in (["push"], ["fetch"], []):
        bare.run_well("sync", *direction)
    assert (repo.branches(), bare.snapshot()) == (["main"], {})


def test_a_lost_device_goes_on(github: GitHub, repo: GitRepository, tmp_path: Path) -> None:
    """After `sync fetch` a new device goes on after the newest day, and has the same year."""
    midnight = datetime(2025, 11, 20, tzinfo=AMSTERDAM)
    time = midnight
    assert STRANGERS.items() <= repo.files().items()
    home = steady_home(midnight, timedelta(hours=49))
    with HomeAssistant(home, token=TOKEN, clock=lambda: time) as server:
        lost, twin = (
            Device(tmp_path / name, server.url, ENTITIES, ZONE, server=github)
            for name in ("lost", "twin")
        )

        def run(*commands: str, at: timedelta, on: tuple[Device, ...]) -> None:
            nonlocal time
            for command in commands:
                time = midnight + at
                for device in on:
                    device.run_well(*command.split(), at=time)

        nightly = ("collect", "rotate", "aggregate weekly", "aggregate monthly", "aggregate yearly")
        run("collect", at=timedelta(hours=1), on=(lost, twin))
        run(*nightly, at=timedelta(days=1, minutes=15), on=(lost, twin))
        run("sync push", at=timedelta(days=1, minutes=20), on=(lost,))
        run("collect", at=timedelta(days=1, hours=9), on=(lost, twin))
        shutil.rmtree(lost.data_dir)
        run("sync fetch", "collect", at=timedelta(days=1, hours=10), on=(lost,))
        assert lost.document("yearly.json") == twin.document("yearly.json")
        assert set(lost.snapshot()) == {
            *("daily.json", "monthly.json", "yearly.json"),
            "years/2025.json",
        }
        first = min(lost.document("daily.json").points)
        assert first == day_start((midnight + DAY).date(), AMSTERDAM)
        run(*nightly, "sync push", at=timedelta(days=2, minutes=15), on=(lost,))
        run(*nightly, at=timedelta(days=2, minutes=15), on=(twin,))
        for tier in LONG_TERM:
            points = twin.document(f"{tier}.json").points
            assert len(points) == 2
            assert lost.document(f"{tier}.json").points == points
            assert decoded(remote(repo, tier)).points == points
