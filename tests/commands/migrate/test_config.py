"""The configuration that an old one becomes."""

import json
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from powerstats_cli import secrets, settings
from powerstats_cli.cli import main as cli
from tests.commands.migrate.oldhome import TOKEN, fingerprints, points, write
from tests.support.installation import Result

GITHUB_TOKEN = "ghp_s3ntinel_of_the_repository"
OLD: Mapping[str, Any] = {
    "homeassistant": {
        "url": "http://home.local:8123/",
        "token": TOKEN,
        "entity_id": "sensor.house_power",
    },
    "github": {
        "token": GITHUB_TOKEN,
        "repo_owner": "me",
        "repo_name": "power",
        "branch": "trunk",
        "data_file": "data/power.json",
    },
    "data": {"retention_days": 9, "collection_interval_minutes": 5, "timezone": "Asia/Kolkata"},
    "admin": {"username": "admin", "password_hash": "s3cret-hash"},
    "paths": {"data_dir": "/var/www/html", "state_file": "/etc/monitor.conf"},
}
NEW: Mapping[str, Any] = {
    "home_assistant": {
        "url": "home.local:8123",
        "token": TOKEN,
        "entities": {"power": "sensor.a", "voltage": {"entity_id": "sensor.b"}, "x": "sensor.a"},
    },
    "github": {"token": GITHUB_TOKEN, "repo": "https://github.com/me/power.git"},
}


class Place:
    """A folder in which an old configuration becomes a new one."""

    def __init__(self, folder: Path) -> None:
        """Take an empty folder."""
        self.folder = folder
        self.config = folder / "etc" / "powerstats.toml"
        self.data_dir = folder / "data"

    def run(self, old: object, *arguments: str, capsys: pytest.CaptureFixture[str]) -> Result:
        """Migrate a configuration as a script does."""
        path = write(self.folder / "config.json", old)
        before = fingerprints(self.folder)["config.json"]
        words = ["--data-dir", str(self.data_dir), "migrate", "--from-config", str(path)]
        exit_code = cli.main([*words, "--to-config", str(self.config), "--no-input", *arguments])
        out, err = capsys.readouterr()
        assert fingerprints(self.folder)["config.json"] == before
        assert not any(secret in out + err for secret in (TOKEN, GITHUB_TOKEN, "s3cret-hash"))
        return Result(exit_code, out, err)


def test_old_keys_become_new_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A single entity is the power; each token gets a file that only its owner can read."""
    place = Place(tmp_path)
    result = place.run(OLD, capsys=capsys)
    assert result.exit_code == 0, result
    new = settings.load(place.config)
    assert new.timezone == "Asia/Kolkata"
    assert new.homeassistant.url == "http://home.local:8123"
    assert new.entities == {"power": "sensor.house_power"}
    assert new.github is not None
    assert (new.github.repo, new.github.branch) == ("me/power", "trunk")
    assert new.github.path == "powerstats"
    assert (new.data.retention_days, new.data.collection_interval_minutes) == (9, 5)
    assert new.data_dir == place.data_dir
    assert secrets.homeassistant_token(new, {}) == TOKEN
    assert secrets.github_token(new.github, {}) == GITHUB_TOKEN
    for token in place.config.parent.glob("*.token"):
        assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert TOKEN not in place.config.read_text()
    assert "admin.password_hash" in result.out
    assert "paths.data_dir" in result.out
    files = fingerprints(place.config.parent)
    assert place.run(OLD, capsys=capsys).exit_code == 0
    assert fingerprints(place.config.parent) == files


def test_newer_keys_become_new_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two names of one sensor make one series; the time zone can come from the command line."""
    place = Place(tmp_path)
    result = place.run(NEW, "--timezone", "Europe/Amsterdam", capsys=capsys)
    assert result.exit_code == 0, result
    new = settings.load(place.config)
    assert new.homeassistant.url == "http://home.local:8123"
    assert new.entities == {"power": "sensor.a", "voltage": "sensor.b"}
    assert new.github is not None
    assert (new.github.repo, new.github.path) == ("me/power", "data")
    assert "x is the same sensor as power: left out" in result.out


def test_configuration_and_points_at_once(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The times of the points are in the new zone; a dry run says what would be written."""
    place = Place(tmp_path)
    path = str(write(old / "daily.json", points()))
    dry = place.run(OLD, "--dry-run", path, capsys=capsys)
    assert dry.exit_code == 0, dry
    assert "would be written" in dry.out
    assert "power: 2 days would be taken" in dry.out
    assert not place.config.parent.exists()
    assert not place.data_dir.exists()
    assert place.run(OLD, path, capsys=capsys).exit_code == 0
    text = (place.data_dir / "yearly.json").read_text()
    assert '"timestamp":"2025-11-20T00:00:00+05:30"' in text


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda c: c["homeassistant"].pop("url"), "homeassistant.url: is missing"),
        (lambda c: c["homeassistant"].pop("entity_id"), "no entity is configured"),
        (lambda c: c["homeassistant"].update(url=5), "homeassistant.url: is no text"),
        (lambda c: c["homeassistant"].update(entities={"a": 5}), "a: is no entity id"),
        (lambda c: c["homeassistant"].update(token="two words"), "something other than a token"),
        (lambda c: c["data"].pop("timezone"), "has no time zone"),
        (lambda c: c["data"].update(timezone="Mars"), "'Mars' is no time zone"),
        (lambda c: c["github"].update(repo="a b/c"), "'a b/c' is no repository"),
    ],
)
def test_a_configuration_that_cannot_be_taken_over(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[Any], object],
    why: str,
) -> None:
    """The error is one line with the old file and the key, exit code 78; nothing is written."""
    changed = json.loads(json.dumps(OLD))
    change(changed)
    place = Place(tmp_path)
    result = place.run(changed, capsys=capsys)
    assert (result.exit_code, result.out) == (78, "")
    assert result.err.count("\n") == 1
    assert str(tmp_path / "config.json") in result.err
    assert why in result.err
    assert not place.config.parent.exists()


def test_an_existing_configuration_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The configuration and its tokens are only overwritten with --force."""
    place = Place(tmp_path)
    place.config.parent.mkdir()
    place.config.write_text("# mine\n")
    result = place.run(OLD, capsys=capsys)
    assert result.exit_code == 78
    assert "--force" in result.err
    assert os.listdir(place.config.parent) == ["powerstats.toml"]  # noqa: PTH208
    assert place.run(OLD, "--force", capsys=capsys).exit_code == 0
    assert settings.load(place.config).timezone == "Asia/Kolkata"
