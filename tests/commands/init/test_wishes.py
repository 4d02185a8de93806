"""What the command line says, and its defaults."""

from pathlib import Path

import pytest

from powerstats_cli import settings
from powerstats_cli.commands.init.wishes import Folders, configuration


def test_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Root sets up the machine, anyone else themselves; a given file counts before."""
    monkeypatch.setenv("HOME", str(tmp_path))
    own, systems = Folders.of(is_root=False), Folders.of(is_root=True)
    assert configuration(None, {}, own) == tmp_path / ".config/powerstats/config.toml"
    assert own.data_dir == tmp_path / ".local/share/powerstats"
    assert configuration(None, {}, systems) == Path("/etc/powerstats/config.toml")
    assert systems.data_dir == Path("/var/lib/powerstats")
    elsewhere = {settings.ENVIRONMENT_PATH: "/elsewhere.toml"}
    assert configuration(None, elsewhere, own) == Path("/elsewhere.toml")
    assert configuration(Path("~/a.toml"), elsewhere, own) == tmp_path / "a.toml"
