"""The files of the branch: those of the site, and those of others."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import powerstats_cli
from powerstats_cli.core.documents import encode
from powerstats_cli.site import rendering as dashboard
from powerstats_cli.site.rendering import OWN_ASSET
from tests.github.fake import GitHub
from tests.github.fake.repository import GitRepository
from tests.github.homes import PAGES, STRANGERS, Device, changed, household, messages, past
from tests.site.branch.publishing import HISTORIES, PLACES, hourly, within

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient", "_small_page"),
]


@pytest.mark.usefixtures("_sound")
@HISTORIES
@pytest.mark.parametrize(
    ("is_empty", "branch", "most"), [(False, PAGES, 8), (True, PAGES, 10), (True, "main", 10)]
)
def test_a_branch_is_made(
    github: GitHub,
    device: Device,
    history: str,
    branch: str,
    most: int,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_empty: bool,
) -> None:
    """One commit has the site as its tree; an empty repository needs another commit before it."""
    monkeypatch.setattr(dashboard, "PAGE", Path(powerstats_cli.__file__).parent / "page")
    repo = github.create(files={} if is_empty else STRANGERS)
    device.configure(github={"branch": "data"})
    assert hourly(device, github, branch=branch, history=history) <= most
    made = repo.files(branch)
    readme = {"README.md": made.pop("README.md")} if branch == "main" else {}
    assert made == device.site
    assert {"index.html", ".nojekyll", "monthly.json", "yearly.json"} <= made.keys()
    is_kept = branch == "main" and history == "keep"
    assert messages(repo, branch) == [f"{len(made)} files", "First commit"][: 1 + is_kept]
    assert set(repo.branches()) == {"main", branch}
    if not is_empty:
        assert repo.files("main") == STRANGERS
    assert hourly(device, github) == 2
    assert repo.files(branch) == made | readme


@pytest.mark.usefixtures("_sound")
@PLACES
def test_files_of_others_stay(
    github: GitHub, repo: GitRepository, device: Device, history: str, folder: str
) -> None:
    """Files that powerstats did not make stay as they are, beside the site and elsewhere."""
    others = STRANGERS | within(folder, {"dashboard.mine.js": b"1", "daily.txt": b"2"})
    repo.commit(PAGES, others)
    old = repo.head(PAGES)
    main = repo.head("main")
    hourly(device, github, path=folder, history=history)
    assert repo.files(PAGES) == others | within(folder, device.site)
    assert repo.head("main") == main
    new = repo.commits(PAGES)
    assert [commit.sha for commit in new[1:]] == [old]
    assert hourly(device, github) == 2
    assert repo.head(PAGES) == new[0].sha


@pytest.mark.usefixtures("_sound")
def test_modes_and_links_of_others_stay(published: GitRepository, device: Device) -> None:
    """Executable files, links and submodules are still there after a commit."""
    sha = published.write("blob", b"index.html")
    index = f"120000 {sha}\tlink\n100755 {sha}\tbin/run\n160000 {'1' * 40}\tmodule\n"
    tree = f"{published.git('ls-tree', '-r', PAGES)}\n".replace(" blob ", " ")
    published.git("read-tree", "--empty")
    published.git("update-index", "--index-info", stdin=f"{tree}{index}".encode())
    written = published.git("write-tree")
    head = published.write_commit(written, [published.head(PAGES)], "Links").sha
    published.move(f"refs/heads/{PAGES}", head, published.head(PAGES))
    device.put(changed("monthly", 30))
    device.run_well("publish")
    listed = published.git("ls-tree", "-r", PAGES).splitlines()
    for mode, kind, path in (
        ("120000", "blob", "link"),
        ("100755", "blob", "bin/run"),
        ("160000", "commit", "module"),
    ):
        assert any(
            line.startswith(f"{mode} {kind}") and line.endswith(f"\t{path}") for line in listed
        )


@PLACES
def test_what_changed_is_sent_and_nothing_else(
    github: GitHub, device: Device, history: str, folder: str
) -> None:
    """After a change there are eight requests and one commit; without one, two and none."""
    repo = github.create(files=STRANGERS)
    hourly(device, github, path=folder, history=history)
    old = repo.head(PAGES)
    assert hourly(device, github) == 2
    assert repo.head(PAGES) == old
    device.put(changed("monthly", 30), past("yearly", 41))
    assert hourly(device, github) <= 8
    assert repo.files(PAGES) == within(folder, device.site)
    newest = repo.commits(PAGES)[0]
    assert newest.message == "monthly.json, yearly.json"
    assert newest.parents == (() if history == "squash" else (old,))


@pytest.mark.parametrize("changed", [("daily",), ("daily", "weekly"), ("monthly", "yearly")])
def test_an_upload_is_little_more_than_what_changed(
    github: GitHub, repo: GitRepository, device: Device, changed: tuple[str, ...]
) -> None:
    """It is at most a fifth larger than the changed files of five sensors."""
    device.put(*household())
    hourly(device, github)
    device.put(*(document for document in household(2) if document.tier in changed))
    github.log.clear()
    hourly(device, github)
    sizes = [len((device.data_dir / f"{tier}.json").read_bytes()) for tier in changed]
    sent = sum(len(exchange.request.body) for exchange in github.log)
    assert sum(sizes) < sent <= 1.2 * sum(sizes) + 300
    assert len(repo.commits(PAGES)) == 2


def test_more_files_than_are_listed(github: GitHub, repo: GitRepository, device: Device) -> None:
    """The exit code is 78 if GitHub does not list all files: an outdated one might be missed."""
    hourly(device, github, path="docs")
    repo.tree_limit = 3
    head = repo.head(PAGES)
    device.configure(publish={"path": "docs", "tiers": ["yearly"]})
    device.fails(os.EX_CONFIG, "publish", says=["octo/home", "of its own"])
    assert repo.head(PAGES) == head


@PLACES
def test_an_unpublished_tier_leaves_at_once(
    github: GitHub, repo: GitRepository, device: Device, history: str, folder: str
) -> None:
    """The next publish removes its file, and the page does not ask for it any more."""
    device.put(*household())
    hourly(device, github, path=folder, history=history)
    hourly(device, github, path=folder, history=history, tiers=["yearly"])
    left = {path.rpartition("/")[2] for path in repo.files(PAGES)}
    data = {name for name in left if name.endswith(".json") and not name.startswith("words.")}
    assert data == {".powerstats.json", "yearly.json"}
    page = within(folder, {"index.html": b""}).popitem()[0]
    assert b'data-tiers="yearly"' in repo.files(PAGES)[page]
    assert len(repo.commits(PAGES)) == (2 if history == "keep" else 1)
    assert hourly(device, github) == 2


def test_a_strangers_folder_is_no_file_of_ours(
    github: GitHub, repo: GitRepository, device: Device
) -> None:
    """A folder with the name of an unpublished tier stays."""
    folder = {"daily.json/mine": b"1", "dashboard.0123456789.js/mine": b"2"}
    repo.commit(PAGES, folder)
    hourly(device, github, tiers=["yearly"])
    assert repo.files(PAGES) == folder | device.site


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that installs a version of the page."""
    folder = tmp_path / "page"
    shutil.copytree(dashboard.PAGE, folder)
    monkeypatch.setattr(dashboard, "PAGE", folder)
    return lambda version: void((folder / "dashboard.js").write_text(f"// {version}\n"))


def void(_: object) -> None:
    """Drop a value."""


def scripts(repo: GitRepository) -> list[str]:
    """Return the contents of the branch's scripts."""
    files = repo.files(PAGES)
    names = [name for name in files if OWN_ASSET.fullmatch(name) and name.endswith(".js")]
    return sorted(files[name].decode()[3:-1] for name in names)


def test_old_scripts_leave_later(
    github: GitHub, repo: GitRepository, device: Device, versions: Callable[[str], None]
) -> None:
    """The commit that changes the page keeps the old script, which cached pages need."""
    versions("one")
    hourly(device, github)
    versions("two")
    assert hourly(device, github) <= 6
    assert scripts(repo) == ["one", "two"]
    versions("three")
    hourly(device, github)
    assert scripts(repo) == ["one", "three", "two"]
    device.put(changed("monthly", 30))
    hourly(device, github)
    assert scripts(repo) == ["three"]
    assert hourly(device, github) == 2
    assert len(repo.commits(PAGES)) == 4


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{",
        encode(past("monthly", 3))[:-3],
        encode(past("yearly", 3)),
        b"\xff\xfe",
        b"[" * 9999,
    ],
)
def test_a_broken_file_does_not_replace_a_good_one(
    published: GitRepository, device: Device, broken: bytes
) -> None:
    """The exit code is 65; the good file stays on the branch, the other files are published."""
    before = published.files(PAGES)
    (device.data_dir / "monthly.json").write_bytes(broken)
    device.put(past("yearly", 50))
    device.fails(os.EX_DATAERR, "publish", says=["monthly.json"])
    after = published.files(PAGES)
    assert after["monthly.json"] == before["monthly.json"]
    assert after["yearly.json"] == encode(past("yearly", 50)) != before["yearly.json"]
    assert (device.data_dir / "monthly.json").read_bytes() == broken
    device.put(changed("monthly", 30))
    device.run_well("publish")
    assert published.files(PAGES)["monthly.json"] == encode(changed("monthly", 30))


def test_a_missing_file_stays_there(published: GitRepository, device: Device) -> None:
    """The branch keeps a file that this device has lost."""
    before = published.files(PAGES)
    (device.data_dir / "monthly.json").unlink()
    device.run_well("publish")
    assert published.files(PAGES) == before


@pytest.mark.parametrize(
    ("old", "new"), [(b'"version":1', b'"version":2'), (b"Europe/Amsterdam", b"Europe/Berlin")]
)
def test_a_file_that_is_not_ours_stops_it(
    published: GitRepository, device: Device, old: bytes, new: bytes
) -> None:
    """The exit code is 78 if a file has a newer version or another zone; nothing is sent."""
    head = published.head(PAGES)
    path = device.data_dir / "monthly.json"
    path.write_bytes(path.read_bytes().replace(old, new))
    device.put(past("yearly", 50))
    device.fails(os.EX_CONFIG, "publish", says=["monthly.json"])
    assert published.head(PAGES) == head
