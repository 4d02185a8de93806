"""The site in the web root: beside the data, and nothing else of the machine."""

import os
from pathlib import Path

import pytest

from powerstats_cli.site.rendering import Site
from powerstats_cli.site.webroot import update_web_root
from tests.site.home import NOW, TIERS, site_of
from tests.support.homes import Stage

DATA = {f"{tier}.json": f"{tier}.json" for tier in TIERS}


def test_data_is_as_fresh_as_the_files(stage: Stage) -> None:
    """The site's data files are links: the page shows a collect without another publish."""
    stage.installation.run_well("publish")
    site = site_of(stage.installation)
    assert (site / "daily.json").is_symlink()
    stage.installation.run_well("collect", at=NOW)
    assert (site / "daily.json").read_bytes() == stage.installation.snapshot()["daily.json"]
    assert not (site / "state.json").exists()
    assert not (site / "archive").exists()


def test_nothing_changed_writes_nothing(stage: Stage) -> None:
    """A second publish changes neither a file nor the folder."""
    stage.installation.run_well("publish")
    site = site_of(stage.installation)

    def stamps() -> dict[str, tuple[int, int]]:
        paths = [site, *site.iterdir()]
        return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_ino) for path in paths}

    before = stamps()
    stage.installation.run_well("publish")
    assert stamps() == before


def test_only_published_tiers_are_there(stage: Stage) -> None:
    """A tier that is no longer published leaves the site, and the page does not ask for it."""
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
    """A changed script gets a new name and replaces the old one; another's file stays."""
    old = Site({"index.html": b"old", "dashboard.0123456789.js": b"1"}, DATA)
    new = Site({"index.html": b"new", "dashboard.abcdef0123.js": b"2"}, DATA)
    update_web_root(old, tmp_path, tmp_path / "data")
    (tmp_path / "mine.html").write_text("mine")
    update_web_root(new, tmp_path, tmp_path / "data")
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {
        ".powerstats.json",
        "index.html",
        "dashboard.abcdef0123.js",
        "mine.html",
    }


def test_copies_if_links_are_not_possible(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system without links the site has copies, which each publish updates."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    stage.installation.run_well("publish")
    copy = site_of(stage.installation) / "daily.json"
    assert not copy.is_symlink()
    assert copy.read_bytes() == stage.installation.snapshot()["daily.json"]


def test_the_data_directory_is_no_web_root(stage: Stage) -> None:
    """A web root that is the data directory is refused: it would publish the archive."""
    text = stage.installation.config.read_text()
    data_dir = stage.installation.data_dir
    stage.installation.config.write_text(text + f'web_root = "{data_dir}"\n')
    result = stage.installation.run("publish")
    assert result.exit_code == os.EX_CONFIG
    assert "web_root" in result.err


def test_collect_refreshes_the_copies(stage: Stage) -> None:
    """A page with copies is as fresh as one with links; a file of others stays as it is."""
    config = stage.installation.config
    config.write_text(config.read_text() + "[publish]\nlinks = false\n")
    stage.run("publish", at=NOW)
    site = site_of(stage.installation)
    first = (site / "daily.json").read_bytes()
    (site / "weekly.json").write_bytes(b"mine")
    stage.installation.document("daily.json")
    daily = stage.installation.data_dir / "daily.json"
    assert first == daily.read_bytes()
    daily.unlink()
    stage.run("collect", at=NOW)
    assert daily.read_bytes() == (site / "daily.json").read_bytes()
    assert (site / "weekly.json").read_bytes() == b"mine"


def test_collect_leaves_a_copy_that_knows_more(stage: Stage) -> None:
    """It does its own work, and says so with 65."""
    config = stage.installation.config
    config.write_text(config.read_text() + "[publish]\nlinks = false\n")
    stage.run("publish", at=NOW)
    copy = site_of(stage.installation) / "daily.json"
    whole = copy.read_bytes()
    stage.time = NOW
    (stage.installation.data_dir / "daily.json").write_bytes(half(whole))
    result = stage.installation.run("-v", "collect", at=NOW)
    assert (result.exit_code, copy.read_bytes()) == (os.EX_DATAERR, whole)
    assert f"daily.json in {copy.parent} knows more than the data directory" in result.err


def half(raw: bytes) -> bytes:
    """Return a data file without its first six points."""
    lines = raw.splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if b"data_points" in line)
    return b"".join(lines[: start + 1] + lines[start + 7 :])


def test_years_are_published_if_they_are_asked_for(stage: Stage) -> None:
    """Each has a link to its file, the page has their list, and they go again."""
    home = stage.installation
    home.run_well("publish")
    site, years = site_of(home), home.data_dir / "years"
    years.mkdir(exist_ok=True)
    assert 'data-years=""' in (site / "index.html").read_text()
    for year in (2023, 2024):
        (years / f"{year}.json").write_text("{}")
    with home.config.open("a") as config:
        config.write('[publish]\ntiers = ["daily", "years"]\n')
    home.run_well("publish")
    assert {path.name for path in site.glob("*.json") if path.is_symlink()} == {
        *("daily.json", "year-2023.json", "year-2024.json"),
    }
    assert (site / "year-2024.json").samefile(years / "2024.json")
    page = (site / "index.html").read_text()
    assert 'data-tiers="daily years"' in page
    assert 'data-years="2023 2024"' in page
    home.config.write_text(home.config.read_text().replace(', "years"', ""))
    home.run_well("publish")
    assert not list(site.glob("year-*"))
    assert (years / "2024.json").read_text() == "{}"
