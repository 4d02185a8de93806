"""Where a new configuration and its data are put."""

import os
import pwd
from pathlib import Path

import pytest

from powerstats_cli import settings
from powerstats_cli.errors import ConfigError
from powerstats_cli.settings import Folders, home, new_file, whole
from tests.support.installation import Installation


def test_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The system's folders for root, the user's own for anyone else; a given file comes first."""
    monkeypatch.setenv("HOME", str(tmp_path))
    own, systems = Folders.of(is_root=False), Folders.of(is_root=True)
    assert new_file(None, {}, own) == tmp_path / ".config/powerstats/config.toml"
    assert own.data_dir == tmp_path / ".local/share/powerstats"
    assert new_file(None, {}, systems) == Path("/etc/powerstats/config.toml")
    assert systems.data_dir == Path("/var/lib/powerstats")
    elsewhere = {settings.ENVIRONMENT_PATH: "/elsewhere.toml"}
    assert new_file(None, elsewhere, own) == Path("/elsewhere.toml")
    assert new_file(Path("~/a.toml"), elsewhere, own) == tmp_path / "a.toml"


def test_a_user_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container: a given configuration is enough, and /etc has the one that is looked for.

    doctor looks at every part, and says of the schedule why there can be none.
    """
    installation = Installation(tmp_path, "http://127.0.0.1:1", {"power": "sensor.house_power"})
    installation.data_dir.mkdir()
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    monkeypatch.setattr(pwd, "getpwuid", lambda number: {}[number])
    assert home() is None
    assert Folders.of(is_root=False) == Folders.of(is_root=True)
    with pytest.raises(ConfigError, match=r"no configuration in .*: run `powerstats init`"):
        settings.find(None, {})
    with pytest.raises(ConfigError, match="this user has none: write the whole path"):
        whole("~/power")
    installation.run_well("rotate")
    said = installation.run("doctor", "--offline")
    assert (said.exit_code, said.err) == (1, "")
    for part in ("configuration", "secrets", "data", "schedule", "step collect", "GitHub"):
        assert f" {part} " in said.out
    assert "the user 12345 has no name" in said.out
    assert installation.run("schedule").exit_code == 69
