"""A branch with pages of the user's own: nothing of theirs is replaced, hidden, deleted or lost."""

import os
import shutil

import pytest

from powerstats_cli.core.documents import encode
from powerstats_cli.site import branch, rendering
from tests.github.fake import GitHub
from tests.github.fake.repository import GitRepository
from tests.github.homes import PAGES, Device, changed, device_at, messages, past
from tests.site.branch.publishing import HISTORIES, hourly, within

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient", "_small_page", "_sound"),
]
PAGE = b"<!doctype html><title>The Millers</title><p>Welcome!</p>"
TAKEN: dict[str, dict[str, bytes]] = {
    "a site": {"index.html": PAGE, "icon.svg": b"<svg/>", "weekly.json": b'{"week": 47}'},
    "a page": {"index.html": PAGE},
    "an icon": {"icon.svg": b"<svg/>"},
    "a manifest": {"manifest.webmanifest": b"{}"},
    "another program's data": {"daily.json": b"[1, 2, 3]"},
    "another home's data": {"yearly.json": encode(past("yearly", 3))},
    "a folder": {"monthly.json/2025.csv": b"1"},
    "a pointer": {
        "yearly.json": b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n"
    },
    "a site of Jekyll": {"_config.yml": b"title: Millers\n", "index.md": b"# Welcome\n"},
    "a program": {"index.php": b"<?php ?>"},
    "another list": {".powerstats.json": b"[]", "index.html": PAGE},
}


@pytest.mark.parametrize("files", TAKEN.values(), ids=TAKEN)
@pytest.mark.parametrize(("history", "folder"), [("keep", ""), ("squash", "docs")])
def test_a_place_with_others_files_is_not_taken(
    github: GitHub,
    repo: GitRepository,
    device: Device,
    files: dict[str, bytes],
    history: str,
    folder: str,
) -> None:
    """The exit code is 78, each file is named, and nothing is sent; --adopt takes the place."""
    theirs = {"CNAME": b"millers.example\n"} | within(folder, files)
    head = repo.commit(PAGES, theirs, "Our site")
    device.configure(publish={"history": history, "path": folder})
    named = {name.partition("/")[0] for name in files} - {".powerstats.json"}
    for command in (["publish"], ["publish", "--dry-run"], ["publish", "--replace"]):
        device.fails(
            os.EX_CONFIG,
            *command,
            says=["branch gh-pages of octo/home has files", ", ".join(sorted(named)), "--adopt"],
        )
    assert repo.head(PAGES) == head
    assert github.count("POST") == github.count("PATCH") == 0
    device.run_well("publish", "--adopt")
    kept = {name: raw for name, raw in theirs.items() if "monthly.json/" not in name}
    assert repo.files(PAGES).items() >= within(folder, device.site).items()
    assert repo.files(PAGES).keys() == kept.keys() | within(folder, device.site).keys()
    assert repo.commits(PAGES)[1].sha == head
    assert repo.read_commit(head).message == "Our site"
    device.put(changed("monthly", 30))
    assert hourly(device, github) <= 9
    assert [commit.sha for commit in repo.commits(PAGES)][-1] == head


def test_what_is_in_no_ones_way_stays(github: GitHub, repo: GitRepository, device: Device) -> None:
    """An empty file, a .nojekyll and files of other names are no reason to stop."""
    theirs = {".nojekyll": b"", "icon.svg": b"", "about.html": PAGE, "README.md": b"# Us\n"}
    repo.commit(PAGES, theirs)
    hourly(device, github)
    assert repo.files(PAGES) == theirs | {"icon.svg": device.site["icon.svg"]} | {
        name: raw for name, raw in device.site.items() if name != ".nojekyll"
    }
    assert hourly(device, github) == 2


@pytest.mark.parametrize("name", ["index.html", "icon.svg", "monthly.json"])
def test_a_page_that_came_later_is_not_replaced(
    published: GitRepository, device: Device, name: str
) -> None:
    """A user's own file in the place of ours is theirs, although the list names it."""
    head = published.commit(PAGES, {name: PAGE}, "Mine now")
    device.put(changed("monthly", 30), changed("yearly", 40))
    device.fails(os.EX_CONFIG, "publish", says=[f"replace or hide: {name};"])
    assert published.head(PAGES) == head
    device.run_well("publish", "--adopt")
    assert published.files(PAGES)[name] == device.site[name]
    assert published.commits(PAGES)[1].sha == head


def test_an_unpublished_tier_of_others_stays(
    github: GitHub, published: GitRepository, device: Device
) -> None:
    """A file with the name of a tier that was never published there is not deleted."""
    hourly(device, github, tiers=["yearly"])
    published.commit(PAGES, {"weekly.json": b'{"week": 47}', "daily.json": b"mine"})
    device.put(changed("yearly", 40))
    device.run_well("publish")
    files = published.files(PAGES)
    assert (files["weekly.json"], files["daily.json"]) == (b'{"week": 47}', b"mine")
    assert "monthly.json" not in files


# --- places that an earlier version made ------------------------------------------------------


def earlier(repo: GitRepository, device: Device, *, message: str = "10 files") -> None:
    """Make the branch as a version without a list has left it, in one commit."""
    files = {name: raw for name, raw in device.site.items() if name != ".powerstats.json"}
    files |= {"index.html": files["index.html"].replace(rendering.MARK, b"<meta name=x>")}
    files |= {"icon.svg": b"<svg/>", "dashboard.0123456789.js": b"// old"}
    head = repo.ref(f"refs/heads/{PAGES}")
    if head:
        repo.move(f"refs/heads/{PAGES}", None, head)
    repo.commit(PAGES, files, message)


@HISTORIES
def test_an_earlier_versions_place_goes_on(
    github: GitHub, repo: GitRepository, device: Device, history: str
) -> None:
    """Its page shows whose it is: it is brought up to date without a word, and gets a list."""
    device.run_well("publish", "--local")
    earlier(repo, device)
    old = repo.head(PAGES)
    hourly(device, github, history=history)
    files = repo.files(PAGES)
    assert files.pop("dashboard.0123456789.js") == b"// old"
    assert files | {".powerstats.json": b""} == device.site | {".powerstats.json": b""}
    assert messages(repo, PAGES)[1:] == (["10 files"] if history == "keep" else [])
    assert (old in [commit.sha for commit in repo.commits(PAGES)]) == (history == "keep")
    device.put(changed("monthly", 30))
    hourly(device, github)
    assert repo.files(PAGES) == device.site


def test_an_earlier_message_is_no_proof(repo: GitRepository, device: Device) -> None:
    """A commit in a place that never was ours is another's, whatever its message says."""
    head = repo.commit(PAGES, {"index.html": PAGE}, "10 files")
    device.configure(publish={"history": "squash"})
    device.run_well("publish", "--adopt")
    assert [commit.sha for commit in repo.commits(PAGES)][1:] == [head]


# --- squash -----------------------------------------------------------------------------------


def test_only_our_own_commits_are_squashed(
    github: GitHub, repo: GitRepository, device: Device
) -> None:
    """Those after another's newest commit become one; what others committed stays in history."""
    repo.commit(PAGES, {"a": b"1"}, "Theirs 1")
    for number in range(3):
        device.put(changed("monthly", 30, number))
        hourly(device, github)
    repo.commit(PAGES, {"b": b"1"}, "Theirs 2")
    for number in range(3, 6):
        device.put(changed("monthly", 30, number))
        hourly(device, github)
    before = messages(repo, PAGES)
    assert len(before) == 8
    device.put(changed("monthly", 30, 9))
    assert hourly(device, github, history="squash") <= 10
    # Commits below another's one cannot be changed without changing that one.
    assert messages(repo, PAGES) == ["monthly.json", *before[before.index("Theirs 2") :]]
    assert repo.files(PAGES) == {"a": b"1", "b": b"1"} | device.site


def test_an_amended_commit_is_anothers(github: GitHub, repo: GitRepository, device: Device) -> None:
    """If somebody amends our commit, it is theirs from then on."""
    hourly(device, github, history="squash")
    head = repo.read_commit(repo.head(PAGES))
    assert head.author.name != head.committer.name == "powerstats"
    amended = repo.write_commit(head.tree, [], head.message, head.author).sha
    repo.move(f"refs/heads/{PAGES}", amended, head.sha)
    device.put(changed("monthly", 30))
    hourly(device, github)
    assert [commit.sha for commit in repo.commits(PAGES)][1:] == [amended]


def lengthen(repo: GitRepository, number: int) -> None:
    """Commit as powerstats did, so many times."""
    made = repo.read_commit(repo.head(PAGES))
    for _ in range(number):
        head = repo.head(PAGES)
        sha = repo.write_commit(made.tree, [head], "9 files", made.author, made.committer).sha
        repo.move(f"refs/heads/{PAGES}", sha, head)


def test_a_long_history_is_squashed_in_a_few_requests(
    github: GitHub, repo: GitRepository, device: Device
) -> None:
    """After a change from keep to squash all of our commits go, a hundred with each request."""
    hourly(device, github)
    lengthen(repo, 250)
    device.put(changed("monthly", 30))
    assert hourly(device, github, history="squash") <= 12
    assert messages(repo, PAGES) == ["monthly.json"]


def test_a_very_long_history_is_squashed_run_by_run(
    github: GitHub, repo: GitRepository, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run looks at so many commits as it has time for, and the next one goes on."""
    monkeypatch.setattr(branch, "MOST_COMMITS", 100)
    hourly(device, github)
    lengthen(repo, 249)
    for number, left in enumerate((151, 52, 1)):
        device.put(changed("monthly", 30, number))
        hourly(device, github, history="squash")
        assert len(messages(repo, PAGES)) == left


# --- what knows more stays --------------------------------------------------------------------


def test_an_emptied_data_directory_takes_nothing_away(
    published: GitRepository, device: Device
) -> None:
    """A device that begins anew leaves files that know more, with 65, and says what is missing."""
    before = published.files(PAGES)
    for tier in ("monthly", "yearly"):
        (device.data_dir / f"{tier}.json").unlink()
    device.fails(os.EX_DATAERR, "publish", says=["has no data file"])
    assert published.files(PAGES) == before
    device.put(past("monthly", 1), past("yearly", 1), past("weekly", 0))
    for _ in range(2):
        result = device.run("-v", "publish")
        assert result.exit_code == os.EX_DATAERR
        lines = result.err.splitlines()
        assert len(lines) == 2
        assert "yearly.json on branch gh-pages of octo/home knows more" in lines[1]
        assert "(power: 2025-10-15 to 2025-11-22)" in lines[1]
        assert "--replace" in lines[1]
    after = published.files(PAGES)
    assert after == before | {"weekly.json": encode(past("weekly", 0))}
    assert "left as it is there: yearly.json" in device.run("publish", "--dry-run").out
    device.run_well("publish", "--replace")
    assert published.files(PAGES)["yearly.json"] == encode(past("yearly", 1))
    device.run_well("publish")


def test_the_published_file_is_the_way_back(published: GitRepository, device: Device) -> None:
    """Put into the data directory, it is a data file, and publish is content."""
    device.put(past("yearly", 1))
    device.fails(os.EX_DATAERR, "publish", says=["put it into the data directory"])
    (device.data_dir / "yearly.json").write_bytes(published.files(PAGES)["yearly.json"])
    device.run_well("publish")


@pytest.mark.parametrize(
    ("theirs", "says"),
    [
        (encode(past("yearly", 40)).replace(b'"version":1', b'"version":2'), "version 2"),
        (encode(past("yearly", 40)).replace(b"Europe/Amsterdam", b"Asia/Tokyo"), "Asia/Tokyo"),
        (encode(past("yearly", 40))[:-9], "truncated"),
        (TAKEN["a pointer"]["yearly.json"], "Git LFS"),
    ],
)
def test_a_published_file_that_cannot_be_compared_stays(
    published: GitRepository, device: Device, theirs: bytes, says: str
) -> None:
    """It may know more: it is left as it is, with 65, and the others are published."""
    published.commit(PAGES, {"yearly.json": theirs})
    device.put(changed("monthly", 30))
    device.fails(os.EX_DATAERR, "publish", says=["yearly.json", "left as it is", says])
    files = published.files(PAGES)
    assert files["yearly.json"] == theirs
    assert files["monthly.json"] == encode(changed("monthly", 30))
    device.run_well("publish", "--replace")
    assert published.files(PAGES)["yearly.json"] == device.site["yearly.json"]


def test_two_devices_do_not_take_days_from_each_other(
    github: GitHub,
    published: GitRepository,
    device: Device,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A device that knows less says so until it has caught up."""
    other = device_at(github, tmp_path_factory.mktemp("other"))
    other.put(past("monthly", 30), past("yearly", 12))
    other.fails(os.EX_DATAERR, "publish", says=["yearly.json"])
    assert published.files(PAGES)["yearly.json"] == device.site["yearly.json"]
    other.put(past("yearly", 41))
    other.run_well("publish")
    device.put(past("yearly", 41))
    device.run_well("publish")


def test_a_path_that_is_a_file(repo: GitRepository, device: Device) -> None:
    """The exit code is 78 if publish.path leads through a file of the branch."""
    head = repo.commit(PAGES, {"docs": b"a file"})
    device.configure(publish={"path": "docs/power"})
    device.fails(os.EX_CONFIG, "publish", says=["docs of octo/home is a file", "publish.path"])
    assert repo.head(PAGES) == head
