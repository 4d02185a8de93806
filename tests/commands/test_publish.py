"""`publish` and `serve`: the site beside the data, and nothing else of the machine."""

import http.client
import os
import re
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.site import rendering as dashboard
from powerstats_cli.site.rendering import Site, put, render
from tests.support.homes import Stage, staged, steady_home
from tests.support.installation import Installation

MIDNIGHT = datetime(2025, 11, 20, tzinfo=ZoneInfo("Europe/Amsterdam"))
NOW = MIDNIGHT + timedelta(hours=3)
TIERS = ("daily", "weekly", "monthly", "yearly")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Return a home with three hours of today."""
    with staged(steady_home(MIDNIGHT, timedelta(hours=3)), tmp_path, NOW) as stage:
        stage.run("collect", at=NOW)
        yield stage


def site_of(installation: Installation) -> Path:
    """Return the site's folder."""
    return installation.data_dir / "site"


def test_the_page_names_what_is_there(stage: Stage) -> None:
    """Page, script, style, icon and manifest lie side by side, named relatively."""
    stage.installation.run_well("publish")
    site = site_of(stage.installation)
    page = (site / "index.html").read_text()
    assert "{{" not in page
    named = set(re.findall(r'(?:src|href)="([^"#]+)"', page))
    assert {Path(name).suffix for name in named} >= {".js", ".css", ".svg", ".webmanifest"}
    for name in named:
        assert (site / name).is_file(), name


def test_data_is_as_fresh_as_the_files(stage: Stage) -> None:
    """The site's data files are links: a collect shows without another publish."""
    stage.installation.run_well("publish")
    site = site_of(stage.installation)
    assert (site / "daily.json").is_symlink()
    stage.installation.run_well("collect", at=NOW)
    assert (site / "daily.json").read_bytes() == stage.installation.snapshot()["daily.json"]
    assert not (site / "state.json").exists()
    assert not (site / "archive").exists()


def test_nothing_changed_writes_nothing(stage: Stage) -> None:
    """A second publish leaves every file and the folder alone."""
    stage.installation.run_well("publish")
    site = site_of(stage.installation)

    def stamps() -> dict[str, tuple[int, int]]:
        paths = [site, *site.iterdir()]
        return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_ino) for path in paths}

    before = stamps()
    stage.installation.run_well("publish")
    assert stamps() == before


def test_only_published_tiers_are_there(stage: Stage) -> None:
    """A tier that is no longer published leaves the site, and the page knows."""
    stage.installation.run_well("publish")
    with stage.installation.config.open("a") as config:
        config.write('[publish]\ntiers = ["monthly", "yearly"]\n')
    stage.installation.run_well("publish")
    site = site_of(stage.installation)
    assert not (site / "daily.json").is_symlink()
    assert not (site / "weekly.json").is_symlink()
    assert (site / "yearly.json").is_symlink()
    assert 'data-tiers="monthly yearly"' in (site / "index.html").read_text()


def test_a_new_version_replaces_the_old_assets(tmp_path: Path) -> None:
    """A changed script comes under a new name; the old one goes, a stranger's file stays."""
    old = Site({"index.html": b"old", "dashboard.0123456789.js": b"1"}, TIERS)
    new = Site({"index.html": b"new", "dashboard.abcdef0123.js": b"2"}, TIERS)
    put(old, tmp_path, tmp_path / "data")
    (tmp_path / "mine.html").write_text("mine")
    put(new, tmp_path, tmp_path / "data")
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {
        "index.html",
        "dashboard.abcdef0123.js",
        "mine.html",
    }


def test_copies_where_links_are_not_possible(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system without links the site has copies, brought up to date by each publish."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    stage.installation.run_well("publish")
    copy = site_of(stage.installation) / "daily.json"
    assert not copy.is_symlink()
    assert copy.read_bytes() == stage.installation.snapshot()["daily.json"]


def test_the_data_directory_is_no_web_root(stage: Stage) -> None:
    """A web root that is the data directory would publish the archive: refused."""
    text = stage.installation.config.read_text()
    data_dir = stage.installation.data_dir
    stage.installation.config.write_text(text + f'web_root = "{data_dir}"\n')
    result = stage.installation.run("publish")
    assert result.exit_code == os.EX_CONFIG
    assert "web_root" in result.err


def test_the_script_is_named_by_its_content(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Another script has another name, so no cache mixes versions."""

    def script(content: str) -> str:
        (tmp_path / "dashboard.html").write_text("{{script}}")
        (tmp_path / "dashboard.css").write_text("")
        (tmp_path / "dashboard.js").write_text(content)
        return render(TIERS, 10).files["index.html"].decode()

    monkeypatch.setattr(dashboard, "PAGE", tmp_path)
    assert script("1") == script("1") != script("2")


@contextmanager
def served(
    installation: Installation, ending: signal.Signals
) -> Iterator[http.client.HTTPConnection]:
    """Serve an installation's dashboard in a process of its own, and end it by a signal."""
    process = installation.start("serve", "--port", "0", env={"PYTHONUNBUFFERED": "1"})
    assert process.stdout
    try:
        ready, _, _ = select.select([process.stdout], [], [], 20)
        assert ready, "no address within 20 s"
        address = re.search(r"http://([\d.]+):(\d+)/", process.stdout.readline())
        assert address
        with closing(http.client.HTTPConnection(address[1], int(address[2]), timeout=10)) as site:
            yield site
    finally:
        process.send_signal(ending)
        try:
            assert process.wait(10) == 0
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        finally:
            process.communicate()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serve_shows_the_site_and_nothing_else(stage: Stage, ending: signal.Signals) -> None:
    """Page and data are served on loopback; archive, state, hidden files and listings are not."""
    with served(stage.installation, ending) as connection:
        assert connection.host == "127.0.0.1"

        def get(path: str) -> http.client.HTTPResponse:
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            return response

        assert get("/").status == 200
        daily = get("/daily.json")
        assert (daily.status, daily.headers["Cache-Control"]) == (200, "no-cache")
        script = re.search(
            r"dashboard\.\w+\.js", (site_of(stage.installation) / "index.html").read_text()
        )
        assert script
        assert "immutable" in get(f"/{script[0]}").headers["Cache-Control"]
        for path in ("/../daily.json", "/%2e%2e/state.json", "/state.json", "/archive/", "/.x"):
            assert get(path).status == 404, path
