"""`publish`: what it says, and what it needs."""

import os
import re
import shutil

import pytest

from tests.github.fake import GitHub, Token
from tests.github.fake.objects import Pages
from tests.github.fake.repository import GitRepository
from tests.github.homes import PAGES, Device, household
from tests.site.branch.publishing import within

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_impatient", "_small_page"),
]


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
    page = result.out.splitlines().pop(4)
    assert re.fullmatch(r"  changed  index\.html  \(\d\.\d kB\)", page)
    assert result.out.splitlines() == [
        "left as it is there: yearly.json could not be read: Input data was truncated",
        "would be sent to octo/home, branch gh-pages, in one commit:",
        f"  new      daily.json  ({size(device, 'daily')})",
        f"  new      weekly.json  ({size(device, 'weekly')})",
        page,
        "  removed  monthly.json",
    ]
    assert {exchange.request.method for exchange in github.log} == {"GET"}
    assert (device.everything(), published.head(PAGES)) == (before, head)


def size(device: Device, tier: str) -> str:
    """Return how large a file is."""
    return f"{(device.data_dir / f'{tier}.json').stat().st_size / 1000:.1f} kB"


def test_a_dry_run_before_the_first(github: GitHub, device: Device) -> None:
    """It needs neither a branch nor a first commit, and makes neither."""
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
    """The exit code is 69 if there is no repository."""
    device.fails(os.EX_UNAVAILABLE, "publish", "--dry-run", says=["octo/home"])
    assert github.count() == 2


def test_local_talks_to_nobody(github: GitHub, repo: GitRepository, device: Device) -> None:
    """The page is in the web root, and GitHub was not asked; the token is not needed."""
    device.github_token_file.unlink()
    device.run_well("publish", "--local")
    assert device.site.keys() >= {"index.html", "yearly.json"}
    assert (github.count(), repo.branches()) == (0, ["main"])


def test_the_address_of_the_page(github: GitHub, repo: GitRepository, device: Device) -> None:
    """-v shows it; if the token may not see it, or Pages is off, publish still works."""
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
    """A configuration without [github] is no failure."""
    config = device.config.read_text()
    device.config.write_text(config[: config.index("[github]")])
    device.run_well("publish")
    assert "index.html" in device.site
    device.fails(os.EX_CONFIG, "publish", "--dry-run", says=["[github]"])
    assert github.count() == 0


def test_the_datas_history_is_not_squashed(
    github: GitHub, repo: GitRepository, device: Device
) -> None:
    """The exit code is 78 if the data's branch would be squashed; nothing is asked."""
    head = repo.head()
    device.configure(publish={"branch": "main", "history": "squash"})
    device.fails(os.EX_CONFIG, "publish", says=["publish.history"])
    assert (repo.head(), github.count()) == (head, 0)


@pytest.mark.parametrize("folder", ["", "data"])
def test_the_datas_files_are_not_replaced(
    github: GitHub, repo: GitRepository, device: Device, folder: str
) -> None:
    """The exit code is 78 if page and data have the same folder: merged data would be lost."""
    device.configure(github={"path": folder}, publish={"branch": "main", "path": folder})
    head = repo.head()
    for command in (("publish",), ("publish", "--dry-run")):
        device.fails(os.EX_CONFIG, *command, says=["publish.path", "github.path"])
    assert (repo.head(), github.count()) == (head, 0)
    device.configure(publish={"branch": "main", "path": "elsewhere"})
    device.run_well("publish")
    assert repo.files(path="elsewhere") == within("elsewhere", device.site)
