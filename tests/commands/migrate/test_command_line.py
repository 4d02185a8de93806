"""The command line of `migrate`: what it needs, and a dry run."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.commands.migrate.oldhome import NOW, migrate, points, write
from tests.support.installation import Installation


def test_without_a_terminal_nothing_is_asked(installation: Installation, old: Path) -> None:
    """A script has to say that it wants no questions."""
    result = installation.run("migrate", str(write(old / "daily.json", points())), at=NOW)
    assert result.exit_code == 2
    assert "--no-input" in result.err


def test_a_dry_run_tells_and_changes_nothing(installation: Installation, old: Path) -> None:
    """It needs no terminal, and does not even make the data directory."""
    path = write(old / "daily.json", points())
    result = installation.run("migrate", "--dry-run", str(path), at=NOW)
    assert result.exit_code == 0
    assert "power: 2 days would be taken" in result.out
    assert "Nothing was changed." in result.out
    assert not installation.data_dir.exists()


@pytest.mark.parametrize(
    ("arguments", "exit_code", "why"),
    [
        (["nowhere.json"], 65, "No such file"),
        ([], 2, "give files of points"),
        (["--series", "power", "daily.json"], 78, "is not NAME=UNIT"),
        (["--series", "x=W", "daily.json"], 78, "no file has x"),
        (["--from-config", "nowhere.json"], 65, "No such file"),
    ],
)
def test_a_wrong_command_line(
    installation: Installation,
    old: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: Sequence[str],
    exit_code: int,
    why: str,
) -> None:
    """The error is one line, and nothing is written."""
    write(old / "daily.json", points())
    monkeypatch.chdir(old)
    result = migrate(installation, *arguments)
    assert result.exit_code == exit_code
    assert why in result.err
    assert not installation.data_dir.exists()
