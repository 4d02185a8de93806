"""A web root with pages of the user's own, below links, or where only copies do."""

import os
from pathlib import Path

import pytest

from powerstats_cli.core.documents import encode
from powerstats_cli.site import rendering
from tests.github.homes import changed, past
from tests.support.installation import Installation

PAGE = b"<!doctype html><title>The Millers</title><p>Welcome!</p>"
TAKEN: dict[str, dict[str, bytes]] = {
    "a site": {"index.html": PAGE, "icon.svg": b"<svg/>", "weekly.json": b'{"week": 47}'},
    "a page": {"index.html": PAGE},
    "another program's data": {"daily.json": b"[1, 2, 3]"},
    "another home's data": {"yearly.json": encode(past("yearly", 3))},
    "a program": {"index.php": b"<?php ?>"},
}


class Home(Installation):
    """An installation with a web root of its own."""

    root: Path

    def set_up(self, root: Path, publish: str = "") -> "Home":
        """Configure the web root and keys of [publish], and write two data files."""
        self.root = root
        text = self.config.read_text()
        self.config.write_text(f'{text}web_root = "{root}"\n[publish]\n{publish}\n')
        self.data_dir.mkdir(exist_ok=True, parents=True)
        self.put("monthly", encode(past("monthly", 30)))
        self.put("yearly", encode(past("yearly", 40)))
        return self

    def put(self, tier: str, raw: bytes) -> None:
        """Write a data file."""
        (self.data_dir / f"{tier}.json").write_bytes(raw)

    def files(self) -> dict[str, bytes]:
        """Return the bytes of all files of the web root, by name; links are followed."""
        return {path.name: path.read_bytes() for path in self.root.iterdir() if path.is_file()}

    def fails(self, code: int, *command: str, says: list[str]) -> None:
        """Run a command that fails with one line."""
        result = self.run("-v", *command)
        assert (result.exit_code, result.err.count("\n")) == (code, 1), result
        for word in says:
            assert word in result.err


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return an installation without a Home Assistant."""
    return Home(tmp_path / "home", "http://127.0.0.1:9", {"power": "sensor.power"})


@pytest.mark.parametrize("files", TAKEN.values(), ids=TAKEN)
def test_a_folder_with_others_files_is_not_taken(
    home: Home, tmp_path: Path, files: dict[str, bytes]
) -> None:
    """The exit code is 78, each file is named, nothing is touched; --adopt keeps them beside."""
    root = tmp_path / "www"
    root.mkdir()
    theirs = files | {"about.html": PAGE}
    for name, raw in theirs.items():
        (root / name).write_bytes(raw)
    home.set_up(root)
    says = [str(root), "has files", ", ".join(sorted(files)), "--adopt", "paths.web_root"]
    for _ in range(2):
        home.fails(os.EX_CONFIG, "publish", "--local", says=says)
    home.fails(os.EX_CONFIG, "serve", "--port", "0", says=says)
    assert home.files() == theirs
    home.run_well("publish", "--local", "--adopt")
    after = home.files()
    for name, raw in theirs.items():
        assert raw in {after.get(name), after.get(f"{name}.before-powerstats")}
    assert b"data-tiers" in after["index.html"]
    home.run_well("publish", "--local")
    assert home.files() == after


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_a_folder_or_a_link_of_others_stays(home: Home, tmp_path: Path, kind: str) -> None:
    """A folder or a link with the name of a data file is theirs; --adopt keeps it beside."""
    root = tmp_path / "www"
    root.mkdir()
    (tmp_path / "mine.json").write_bytes(b"[1]")
    if kind == "folder":
        (root / "monthly.json").mkdir()
        (root / "monthly.json/x").write_bytes(b"[1]")
    else:
        (root / "monthly.json").symlink_to("../mine.json")
    home.set_up(root)
    home.fails(os.EX_CONFIG, "publish", "--local", says=["hide: monthly.json;"])
    home.run_well("publish", "--local", "--adopt")
    aside = root / "monthly.json.before-powerstats"
    assert (aside / "x" if kind == "folder" else aside).read_bytes() == b"[1]"
    assert home.files()["monthly.json"] == encode(past("monthly", 30))


@pytest.mark.parametrize("name", ["index.html", "icon.svg", "monthly.json"])
def test_a_file_that_came_later_is_not_replaced(home: Home, tmp_path: Path, name: str) -> None:
    """A user's own file in the place of ours is theirs, although the list names it."""
    home.set_up(tmp_path / "www")
    home.run_well("publish", "--local")
    (home.root / name).unlink()
    (home.root / name).write_bytes(PAGE)
    home.fails(os.EX_CONFIG, "publish", "--local", says=[f"hide: {name};"])
    assert home.files()[name] == PAGE


def test_an_earlier_versions_folder_goes_on(home: Home, tmp_path: Path) -> None:
    """Without a list its page shows whose it is; an older script and an unpublished tier leave."""
    home.set_up(tmp_path / "www")
    home.run_well("publish", "--local")
    page = home.root / "index.html"
    page.write_bytes(page.read_bytes().replace(rendering.MARK, b""))
    (home.root / ".powerstats.json").unlink()
    (home.root / "icon.svg").write_bytes(b"<svg/>")
    (home.root / "dashboard.0123456789.js").write_bytes(b"// old")
    text = home.config.read_text()
    home.config.write_text(text.replace("[publish]", '[publish]\ntiers = ["yearly"]'))
    home.run_well("publish", "--local")
    files = home.files()
    assert {"dashboard.0123456789.js", "monthly.json"}.isdisjoint(files)
    assert files["icon.svg"] != b"<svg/>"
    assert not (home.root / "weekly.json").is_symlink()


def test_an_old_links_data_directory_has_moved(home: Home, tmp_path: Path) -> None:
    """A link that publish made leads to the new data directory after the next publish."""
    home.set_up(tmp_path / "www")
    home.run_well("publish", "--local")
    moved = tmp_path / "moved"
    home.data_dir.rename(moved)
    home.config.write_text(home.config.read_text().replace(str(home.data_dir), str(moved)))
    home.run_well("publish", "--local")
    assert home.files()["yearly.json"] == (moved / "yearly.json").read_bytes()


def test_another_data_directory_that_knows_less(home: Home, tmp_path: Path) -> None:
    """A mistyped data directory does not take the page's data away: the links stay, with 65."""
    home.set_up(tmp_path / "www")
    home.run_well("publish", "--local")
    before = home.files()
    text = home.config.read_text()
    home.config.write_text(text.replace(f'"{home.data_dir}"', f'"{home.data_dir}2"'))
    other = home.data_dir.with_name("data2")
    (other / "archive").mkdir(parents=True)
    home.run_well("publish", "--local")
    assert home.files() == before
    (other / "yearly.json").write_bytes(encode(past("yearly", 1)))
    home.fails(os.EX_DATAERR, "publish", "--local", says=["yearly.json in", "knows more"])
    assert home.files() == before
    home.run_well("publish", "--local", "--replace")
    assert home.files()["yearly.json"] == encode(past("yearly", 1))


def test_a_link_that_the_user_has_set_elsewhere(home: Home, tmp_path: Path) -> None:
    """A link of ours that leads to a user's own file by now is theirs."""
    home.set_up(tmp_path / "www")
    home.run_well("publish", "--local")
    (tmp_path / "mine.json").write_bytes(b"[1]")
    (home.root / "yearly.json").unlink()
    (home.root / "yearly.json").symlink_to("../mine.json")
    home.fails(os.EX_CONFIG, "publish", "--local", says=["hide: yearly.json;"])
    assert (home.root / "yearly.json").read_bytes() == b"[1]"


@pytest.mark.parametrize("linked", ["root", "data", "both"])
def test_links_lead_to_the_data_from_below_a_link(home: Home, tmp_path: Path, linked: str) -> None:
    """If a folder on the way is a link, the relative links still lead to the data."""
    deep = tmp_path / "srv/deep/er"
    deep.mkdir(parents=True)
    (tmp_path / "var").symlink_to(deep)
    if linked != "root":
        home.data_dir.symlink_to(deep / "data")
        (deep / "data").mkdir()
    home.set_up(tmp_path / ("site" if linked == "data" else "var") / "www")
    home.run_well("publish", "--local")
    assert (home.root / "yearly.json").is_symlink()
    assert home.files()["yearly.json"] == (home.data_dir / "yearly.json").read_bytes()
    home.run_well("publish", "--local")


# --- copies -----------------------------------------------------------------------------------


def test_copies_instead_of_links(home: Home, tmp_path: Path) -> None:
    """`publish.links = false` makes files of the links, and true makes links of the files."""
    home.set_up(tmp_path / "www")
    home.run_well("publish", "--local")
    text = home.config.read_text()
    home.config.write_text(text.replace("[publish]", "[publish]\nlinks = false"))
    home.run_well("publish", "--local")
    copy = home.root / "yearly.json"
    assert not copy.is_symlink()
    assert copy.read_bytes() == (home.data_dir / "yearly.json").read_bytes()
    home.put("yearly", encode(changed("yearly", 40)))
    home.run_well("publish", "--local")
    assert copy.read_bytes() == encode(changed("yearly", 40))
    home.config.write_text(text)
    home.run_well("publish", "--local")
    assert copy.is_symlink()


def test_a_copy_that_knows_more_stays(home: Home, tmp_path: Path) -> None:
    """An emptied data directory leaves the copies as they are, with 65 once it begins anew."""
    home.set_up(tmp_path / "www", "links = false")
    home.run_well("publish", "--local")
    before = home.files()
    (home.data_dir / "yearly.json").unlink()
    home.run_well("publish", "--local")
    assert home.files() == before
    home.put("yearly", encode(past("yearly", 1)))
    says = [f"yearly.json in {home.root} knows more", "--replace"]
    home.fails(os.EX_DATAERR, "publish", "--local", says=says)
    text = home.config.read_text()
    home.config.write_text(text.replace("links = false", "links = true"))
    home.fails(os.EX_DATAERR, "publish", "--local", says=says)
    assert home.files() == before
    home.run_well("publish", "--local", "--replace")
    assert home.files()["yearly.json"] == encode(past("yearly", 1))


def test_a_process_of_its_own(home: Home, tmp_path: Path) -> None:
    """As cron runs it: one line on stderr, 78 for others' pages, and 65 for lost data."""
    home.set_up(tmp_path / "www")
    home.root.mkdir()
    (home.root / "index.html").write_bytes(PAGE)
    env = {"XDG_STATE_HOME": str(tmp_path / "notes")}

    def ended(*command: str) -> tuple[int, str]:
        with home.start("publish", "--local", *command, env=env) as process:
            _, err = process.communicate(timeout=60)
        return process.returncode, err

    code, line = ended()
    assert (code, line.count("\n")) == (os.EX_CONFIG, 1)
    assert "has files that powerstats did not make" in line
    assert ended("--adopt") == (0, "")
    home.data_dir.rename(home.data_dir.with_name("unmounted"))
    code, line = ended()
    assert (code, line.count("\n")) == (os.EX_DATAERR, 1)
    assert "had data at the last run and is empty now" in line
    assert ended() == (os.EX_DATAERR, "")
