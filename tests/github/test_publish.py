"""`publish` at GitHub: one commit or none, nobody else's file touched, no race lost for good."""

import os
import shutil
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import powerstats_cli
from powerstats_cli.core.documents import encode
from powerstats_cli.core.periods import DAY
from powerstats_cli.site import rendering as dashboard
from tests.github.fake import Fault, GitHub, Token
from tests.github.fake.objects import Pages
from tests.github.fake.repository import GitRepository
from tests.github.faults import amid, meanwhile, on
from tests.github.homes import (
    NOW,
    PAGES,
    STRANGERS,
    TODAY,
    Device,
    device_at,
    household,
    messages,
    past,
    power,
)

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient", "_small_page"),
]

HISTORIES = pytest.mark.parametrize("history", ["keep", "squash"])
PLACES = pytest.mark.parametrize(
    ("history", "folder"), [("keep", ""), ("keep", "docs"), ("squash", "my pages/power")]
)


def within(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files by their path when they are in a folder."""
    return {f"{folder}/{name}" if folder else name: raw for name, raw in files.items()}


def hourly(device: Device, github: GitHub, **settings: Any) -> int:
    """Publish well and return how many requests that took."""
    if settings:
        device.configure(publish=settings)
    before = github.count()
    device.run_well("publish")
    return github.count() - before


@pytest.fixture
def published(device: Device, github: GitHub, repo: GitRepository) -> GitRepository:
    """Return a repository with the device's site and files of others on its branch for Pages."""
    repo.commit(PAGES, STRANGERS, "Before")
    hourly(device, github)
    return repo


# --- the first time ---------------------------------------------------------------------------


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
    """In one commit, whose tree is the site; an empty repository needs another one before it."""
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
    """Whatever powerstats did not make stays as it is, with its mode, beside it and elsewhere."""
    others = STRANGERS | within(folder, {"dashboard.mine.js": b"1", "daily.txt": b"2"})
    repo.commit(PAGES, others)
    old = repo.head(PAGES)
    main = repo.head("main")
    hourly(device, github, path=folder, history=history)
    assert repo.files(PAGES) == others | within(folder, device.site)
    assert repo.head("main") == main
    new = repo.commits(PAGES)
    assert [it.sha for it in new[1:]] == ([old] if history == "keep" else [])
    assert hourly(device, github) == 2
    assert repo.head(PAGES) == new[0].sha


@pytest.mark.usefixtures("_sound")
def test_modes_and_links_of_others_stay(published: GitRepository, device: Device) -> None:
    """What a tree can hold besides plain files is still there after a commit."""
    sha = published.write("blob", b"index.html")
    index = f"120000 {sha}\tlink\n100755 {sha}\tbin/run\n160000 {'1' * 40}\tmodule\n"
    tree = f"{published.git('ls-tree', '-r', PAGES)}\n".replace(" blob ", " ")
    published.git("read-tree", "--empty")
    published.git("update-index", "--index-info", stdin=f"{tree}{index}".encode())
    written = published.git("write-tree")
    head = published.write_commit(written, [published.head(PAGES)], "Links").sha
    published.move(f"refs/heads/{PAGES}", head, published.head(PAGES))
    device.put(past("monthly", 29))
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


# --- again ------------------------------------------------------------------------------------


@PLACES
def test_what_changed_is_sent_and_nothing_else(
    github: GitHub, device: Device, history: str, folder: str
) -> None:
    """Two of the files changed: six requests, one commit; nothing changed: two and none."""
    repo = github.create(files=STRANGERS)
    hourly(device, github, path=folder, history=history)
    old = repo.head(PAGES)
    assert hourly(device, github) == 2
    assert repo.head(PAGES) == old
    device.put(past("monthly", 29), past("yearly", 41))
    assert hourly(device, github) <= 6
    assert repo.files(PAGES) == within(folder, device.site)
    newest = repo.commits(PAGES)[0]
    assert newest.message == "monthly.json, yearly.json"
    assert newest.parents == (() if history == "squash" else (old,))


@pytest.mark.parametrize("changed", [("daily",), ("daily", "weekly"), ("monthly", "yearly")])
def test_an_upload_is_little_more_than_what_changed(
    github: GitHub, repo: GitRepository, device: Device, changed: tuple[str, ...]
) -> None:
    """A fifth more at most, for files of five sensors."""
    device.put(*household())
    hourly(device, github)
    device.put(*(it for it in household(2) if it.tier in changed))
    github.log.clear()
    hourly(device, github)
    sizes = [len((device.data_dir / f"{tier}.json").read_bytes()) for tier in changed]
    sent = sum(len(it.request.body) for it in github.log)
    assert sum(sizes) < sent <= 1.2 * sum(sizes) + 300
    assert len(repo.commits(PAGES)) == 2


def test_more_files_than_are_listed(github: GitHub, repo: GitRepository, device: Device) -> None:
    """78 where GitHub does not list all files: what has to leave might not be seen."""
    hourly(device, github, path="docs")
    repo.tree_limit = 3
    head = repo.head(PAGES)
    device.configure(publish={"path": "docs", "tiers": ["yearly"]})
    device.fails(os.EX_CONFIG, "publish", says=["octo/home", "of its own"])
    assert repo.head(PAGES) == head


# --- what leaves ------------------------------------------------------------------------------


@PLACES
def test_an_unpublished_tier_leaves_at_once(
    github: GitHub, repo: GitRepository, device: Device, history: str, folder: str
) -> None:
    """It is gone with the next publish, and the page does not ask for it any more."""
    device.put(*household())
    hourly(device, github, path=folder, history=history)
    hourly(device, github, path=folder, history=history, tiers=["yearly"])
    left = {path.rpartition("/")[2] for path in repo.files(PAGES)}
    assert {name for name in left if name.endswith(".json")} == {"yearly.json"}
    page = within(folder, {"index.html": b""}).popitem()[0]
    assert b'data-tiers="yearly"' in repo.files(PAGES)[page]
    assert len(repo.commits(PAGES)) == (2 if history == "keep" else 1)
    assert hourly(device, github) == 2


def test_a_strangers_folder_is_no_file_of_ours(
    github: GitHub, repo: GitRepository, device: Device
) -> None:
    """A folder that is called as an unpublished tier stays."""
    folder = {"daily.json/mine": b"1", "dashboard.0123456789.js/mine": b"2"}
    repo.commit(PAGES, folder)
    hourly(device, github, tiers=["yearly"])
    assert repo.files(PAGES) == folder | device.site


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what installs a version of the page."""
    folder = tmp_path / "page"
    shutil.copytree(dashboard.PAGE, folder)
    monkeypatch.setattr(dashboard, "PAGE", folder)
    return lambda version: void((folder / "dashboard.js").write_text(f"// {version}\n"))


def void(_: object) -> None:
    """Drop a value."""


def scripts(repo: GitRepository) -> list[str]:
    """Return what the branch's scripts say."""
    files = repo.files(PAGES)
    return sorted(files[name].decode()[3:-1] for name in files if name.endswith(".js"))


def test_old_scripts_leave_later(
    github: GitHub, repo: GitRepository, device: Device, versions: Callable[[str], None]
) -> None:
    """Not in the commit that brings another page, of which caches have the old one, but after."""
    versions("one")
    hourly(device, github)
    versions("two")
    assert hourly(device, github) <= 6
    assert scripts(repo) == ["one", "two"]
    versions("three")
    hourly(device, github)
    assert scripts(repo) == ["one", "three", "two"]
    device.put(past("monthly", 29))
    hourly(device, github)
    assert scripts(repo) == ["three"]
    assert hourly(device, github) == 2
    assert len(repo.commits(PAGES)) == 4


# --- local files that are not as they should be -----------------------------------------------


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
    """65 and its name; the good one stays there, the others are published."""
    before = published.files(PAGES)
    (device.data_dir / "monthly.json").write_bytes(broken)
    device.put(past("yearly", 50))
    device.fails(os.EX_DATAERR, "publish", says=["monthly.json"])
    after = published.files(PAGES)
    assert after["monthly.json"] == before["monthly.json"]
    assert after["yearly.json"] == encode(past("yearly", 50)) != before["yearly.json"]
    assert (device.data_dir / "monthly.json").read_bytes() == broken
    device.put(past("monthly", 28))
    device.run_well("publish")
    assert published.files(PAGES)["monthly.json"] == encode(past("monthly", 28))


def test_a_missing_file_stays_there(published: GitRepository, device: Device) -> None:
    """What this device has lost the branch still has."""
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
    """78 where a file is of a newer version or of another zone; nothing is sent."""
    head = published.head(PAGES)
    path = device.data_dir / "monthly.json"
    path.write_bytes(path.read_bytes().replace(old, new))
    device.put(past("yearly", 50))
    device.fails(os.EX_CONFIG, "publish", says=["monthly.json"])
    assert published.head(PAGES) == head


# --- races ------------------------------------------------------------------------------------


def racing(repo: GitRepository) -> Callable[[], object]:
    """Return what commits another file each time it is called."""
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
    """Another's commits are under ours, four times; after the fifth the next run tries again."""
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
    assert len(repo.commits(PAGES)) == (1 if history == "squash" else 2 + times)
    assert hourly(device, github) == 2


@HISTORIES
@pytest.mark.parametrize("path", ["/git/trees", "/git/refs"])
def test_two_make_the_branch_at_once(
    github: GitHub, repo: GitRepository, device: Device, history: str, path: str
) -> None:
    """Who comes second builds on the first."""
    device.configure(publish={"history": history})
    theirs = meanwhile(lambda: repo.commit(PAGES, {"theirs": b"1"}))
    github.strike = on("POST", path, theirs)
    device.run_well("publish")
    assert repo.files(PAGES) == {"theirs": b"1"} | device.site


@pytest.mark.parametrize("branch", [PAGES, "main"])
def test_two_make_the_repository_at_once(github: GitHub, device: Device, branch: str) -> None:
    """Another's first commit comes between: it stays."""
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
    """Each brings what it has; the last one's files are there, whole."""
    other = device_at(github, tmp_path / "other", publish={"history": history})
    device.configure(publish={"history": history})
    for number in range(3):
        for one in (device, other):
            one.put(past("monthly", 5 + number), past("yearly", 5, value=lambda _: power(7.0)))
            one.run_well("publish")
            assert repo.files(PAGES) == one.site
    assert len(repo.commits(PAGES)) == (1 if history == "squash" else 3)


@HISTORIES
def test_reads_that_lag(github: GitHub, repo: GitRepository, device: Device, history: str) -> None:
    """Where GitHub shows the branch as it was before the last write, nothing is committed twice."""
    hourly(device, github, history=history)
    repo.lag = 3
    for number in range(3):
        device.put(past("monthly", 10 + number))
        device.run_well("publish")
        assert repo.files(PAGES) == device.site
    trees = [it.tree for it in repo.commits(PAGES)]
    assert len(trees) == len(set(trees)) == (1 if history == "squash" else 4)


# --- what is said -----------------------------------------------------------------------------


def test_a_dry_run_changes_nothing(
    github: GitHub, published: GitRepository, device: Device
) -> None:
    """It says which files are new, changed or to be removed, and how large they are."""
    device.put(*household())
    (device.data_dir / "yearly.json").write_bytes(b"{")
    device.configure(publish={"tiers": ["daily", "weekly", "yearly"]})
    before, head = device.everything(), published.head(PAGES)
    github.log.clear()
    result = device.run("publish", "--dry-run")
    assert (result.exit_code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "left as it is there: yearly.json could not be read: Input data was truncated",
        "would be sent to octo/home, branch gh-pages, in one commit:",
        f"  new      daily.json  ({size(device, 'daily')})",
        f"  new      weekly.json  ({size(device, 'weekly')})",
        f"  changed  index.html  ({len(published.files(PAGES)['index.html']) / 1000:.1f} kB)",
        "  removed  monthly.json",
    ]
    assert {it.request.method for it in github.log} == {"GET"}
    assert (device.everything(), published.head(PAGES)) == (before, head)


def size(device: Device, tier: str) -> str:
    """Return how large a file is."""
    return f"{(device.data_dir / f'{tier}.json').stat().st_size / 1000:.1f} kB"


def test_a_dry_run_before_the_first(github: GitHub, device: Device) -> None:
    """A branch, and a repository with something in it, are not needed for it; it makes neither."""
    repo = github.create()
    before = device.everything()
    result = device.run("publish", "--dry-run")
    assert "  new      index.html" in result.out
    assert (repo.branches(), device.everything()) == ([], before)
    device.run_well("publish")
    assert device.run("publish", "--dry-run").out == (
        "nothing would be sent: octo/home, branch gh-pages has it all\n"
    )


def test_a_dry_run_fails_as_the_real_one(github: GitHub, device: Device) -> None:
    """69 where there is no repository."""
    device.fails(os.EX_UNAVAILABLE, "publish", "--dry-run", says=["octo/home"])
    assert github.count() == 2


def test_local_talks_to_nobody(github: GitHub, repo: GitRepository, device: Device) -> None:
    """The page is in the web root, and GitHub was not asked; the token is not needed."""
    device.github_token_file.unlink()
    device.run_well("publish", "--local")
    assert device.site.keys() >= {"index.html", "yearly.json"}
    assert (github.count(), repo.branches()) == (0, ["main"])


def test_the_address_of_the_page(github: GitHub, repo: GitRepository, device: Device) -> None:
    """With -v it is said; where the token may not see it, or Pages is off, publish still works."""
    assert "not switched on" in device.run("-v", "publish").out
    repo.pages = Pages("https://octo.github.io/home/")
    assert device.run("-v", "publish").out == (
        "publish: all is in octo/home, branch gh-pages: https://octo.github.io/home/\n"
    )
    github.tokens[github.token] = Token(repositories=[repo], pages="none")
    repo.private = True
    result = device.run("-v", "publish")
    assert (result.exit_code, result.err) == (0, "")
    assert "may not see its address" in result.out
    assert github.count("GET", "/pages") == 3


def test_without_a_repository_it_stays_local(github: GitHub, device: Device) -> None:
    """No [github] is no fault."""
    config = device.config.read_text()
    device.config.write_text(config[: config.index("[github]")])
    device.run_well("publish")
    assert "index.html" in device.site
    device.fails(os.EX_CONFIG, "publish", "--dry-run", says=["[github]"])
    assert github.count() == 0


def test_the_datas_history_is_not_squashed(
    github: GitHub, repo: GitRepository, device: Device
) -> None:
    """78 where the branch of the data is the one to be squashed; nothing is asked."""
    head = repo.head()
    device.configure(publish={"branch": "main", "history": "squash"})
    device.fails(os.EX_CONFIG, "publish", says=["publish.history"])
    assert (repo.head(), github.count()) == (head, 0)


@pytest.mark.parametrize("folder", ["", "data"])
def test_the_datas_files_are_not_replaced(
    github: GitHub, repo: GitRepository, device: Device, folder: str
) -> None:
    """78 where page and data have the same place: what others merged there would be lost."""
    device.configure(github={"path": folder}, publish={"branch": "main", "path": folder})
    head = repo.head()
    for command in (("publish",), ("publish", "--dry-run")):
        device.fails(os.EX_CONFIG, *command, says=["publish.path", "github.path"])
    assert (repo.head(), github.count()) == (head, 0)
    device.configure(publish={"branch": "main", "path": "elsewhere"})
    device.run_well("publish")
    assert repo.files(path="elsewhere") == within("elsewhere", device.site)


# --- a week -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("_sound")
@pytest.mark.parametrize(("history", "length"), [("squash", 7), ("keep", 1)])
def test_hour_after_hour(
    github: GitHub, repo: GitRepository, device: Device, history: str, length: int
) -> None:
    """For days one commit where data changed, none where not; others' commits stay."""
    repo.commit(PAGES, STRANGERS)
    device.configure(publish={"history": history})
    others, changes, merges = dict(STRANGERS), 0, 0
    for hour in range(length * 24):
        if hour % 24 < 16:  # at night nothing happens
            device.put(past("monthly", 3, value=lambda _, hour=hour: power(hour)))
            changes += 1
        if hour % 24 == 0:
            device.put(past("yearly", 3, before=TODAY + hour // 24 * DAY))
        if hour % 30 == 9:
            others[f"theirs/{hour}"] = b"1"
            repo.commit(PAGES, {f"theirs/{hour}": b"1"})
            merges += 1
        device.run_well("publish", at=NOW + timedelta(hours=hour))
    assert repo.files(PAGES) == others | device.site
    assert repo.files("main") == STRANGERS
    assert len(repo.commits(PAGES)) == (1 + changes + merges if history == "keep" else 1)
    assert github.count() <= 2 + 6 * changes + 2 * (length * 24 - changes)
