"""Renamed repositories, other hosts, and other addresses of the API."""

import os
import shutil
from pathlib import Path

import pytest

from tests.github.fake import GitHub
from tests.github.fake.repository import GitRepository
from tests.github.faults import always, instead
from tests.github.homes import NOW, PAGES, STRANGERS, Device, device_at, past

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_small_page"),
]


@pytest.mark.parametrize("command", ["publish", "sync"])
def test_a_renamed_repository(
    github: GitHub, repo: GitRepository, device: Device, command: str
) -> None:
    """Its old name still works, for reads and writes."""
    github.rename(repo, "octo/house")
    for number in (5, 6):
        device.put(past("monthly", number))
        device.run_well(command)
    branch = PAGES if command == "publish" else "main"
    names = {"monthly.json": "monthly.json"} if command == "publish" else {"data/monthly.json": ""}
    assert repo.files(branch).keys() >= names.keys()
    assert {exchange.status for exchange in github.log} >= {301, 307}
    assert len(repo.commits(branch)) == (2 if command == "publish" else 4)


@pytest.mark.parametrize(
    ("status", "command"),
    [
        *((status, ("sync", "fetch", "yearly")) for status in (301, 302, 308)),
        (301, ("publish",)),
        (301, ("publish", "--dry-run")),
    ],
)
def test_another_host(
    github: GitHub,
    repo: GitRepository,
    device: Device,
    tmp_path: Path,
    status: int,
    command: tuple[str, ...],
) -> None:
    """The exit code is 78, and nothing goes to that host: no request and no token."""
    head = repo.head()
    with GitHub(tmp_path / "other", clock=lambda: NOW) as other:
        other.create(files=STRANGERS)
        location = f"{other.url}/repositories/1000001/contents"
        github.strike = always(instead(status, "Moved", location=location))
        device.fails(os.EX_CONFIG, *command, says=["redirects elsewhere", other.url])
        assert other.log == []
    assert repo.head() == head


def test_a_repository_renamed_to_another_host(
    github: GitHub, repo: GitRepository, device: Device, tmp_path: Path
) -> None:
    """A write does not go to another host either."""
    with GitHub(tmp_path / "other", clock=lambda: NOW) as other:
        other.create(files=STRANGERS)
        github.redirect_to = other.url
        github.rename(repo, "octo/house")
        device.fails(os.EX_CONFIG, "sync", "push", "monthly", says=["redirects elsewhere"])
        assert other.log == []


@pytest.mark.parametrize(
    "location",
    [
        "",
        "//elsewhere.example/x",
        "https://127.0.0.1:1/x",
        "http://[/",
        "http://127.0.0.1/x",
        "file:///x",
    ],
)
@pytest.mark.usefixtures("repo")
def test_a_place_that_is_none(github: GitHub, device: Device, location: str) -> None:
    """The exit code is 78 if a redirect leads to another scheme or port, or to no address."""
    github.strike = always(instead(307, "Moved", location=location))
    device.fails(os.EX_CONFIG, "sync", "push", "monthly", says=["redirects elsewhere"])
    assert github.count() == 1


@pytest.mark.usefixtures("repo")
def test_a_circle_ends(github: GitHub, device: Device) -> None:
    """The exit code is 78 if each address leads to the next without end."""
    github.strike = always(instead(307, "Moved", location="/again"))
    device.fails(os.EX_CONFIG, "sync", "push", "monthly", says=["again and again"])
    assert github.count() == 5


def test_an_enterprises_own_github(tmp_path: Path) -> None:
    """Its API is below a path, and every command works there."""
    with GitHub(tmp_path / "github", clock=lambda: NOW, base="/api/v3") as github:
        repo = github.create()
        device = device_at(github, tmp_path / "home")
        device.put(past("monthly", 3), past("yearly", 3))
        for command in ("sync", "publish", "sync", "publish"):
            device.run_well(command)
        assert {exchange.request.path[:24] for exchange in github.log} == {
            "/api/v3/repos/octo/home/",
            "/api/v3/repos/octo/home",
        }
        assert repo.files("main").keys() == {"data/monthly.json", "data/yearly.json"}
        assert repo.files(PAGES) == device.site
