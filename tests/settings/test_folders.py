"""Where a new configuration and its data are put."""

from pathlib import Path

import pytest

from powerstats_cli import settings
from powerstats_cli.settings import Folders, new_file


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
