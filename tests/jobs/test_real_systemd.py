"""The schedule's units, read and rated by systemd itself."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from powerstats_cli.core.schedule import systemd
from powerstats_cli.core.schedule.setup import Setup
from powerstats_cli.core.schedule.steps import STEPS
from tests.support.needs import unable

NASTY = r"""it's 100% "so" \%$HOME\;& x"""


def verified(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """Have systemd itself check the units in a folder."""
    if shutil.which("systemd-analyze") is None:
        unable("systemd itself checks the units: apt-get install systemd")
    done = subprocess.run(
        ["systemd-analyze", *options, *sorted(map(str, folder.iterdir()))],
        env={**os.environ, "XDG_RUNTIME_DIR": str(folder.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    if os.geteuid() != 0 and "Permission denied" in done.stderr:
        pytest.skip("only root can use systemd-analyze while systemd does not run")
    return done


def written(folder: Path, setup: Setup, *, of_user: bool) -> Path:
    """Write units into a folder."""
    folder.mkdir()
    for name, text in systemd.units(setup, of_user=of_user).items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture(params=["plain", "100% a b;", NASTY])
def nasty(tmp_path: Path, request: pytest.FixtureRequest) -> Setup:
    """Return a setup with a repository, in a plain path and in two with special characters."""
    folder = tmp_path / request.param
    folder.mkdir()
    program = folder / "powerstats"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return Setup(
        (str(program), "--config", str(folder / "config.toml")),
        "Europe/Amsterdam",
        10,
        has_github=True,
        user="root",
        writes=(str(folder / "data"), "/srv/site"),
        tokens={"homeassistant": f"{folder}/token", "github": "/etc/powerstats/github.token"},
    )


@pytest.mark.parametrize("of_user", [False, True])
def test_systemd_reads_the_units(nasty: Setup, tmp_path: Path, of_user: bool) -> None:  # noqa: FBT001
    """Systemd knows every line of the units and finds the program."""
    folder = written(tmp_path / "units", nasty, of_user=of_user)
    done = verified(folder, "verify", *(["--user"] if of_user else []))
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(folder.iterdir())) == 2 * len(STEPS)


def test_services_are_hardened(tmp_path: Path) -> None:
    """Systemd rates the exposure of a step below 2, on its scale up to 10."""
    setup = Setup(("/usr/bin/powerstats",), user="pi", writes=("/var/lib/powerstats",))
    folder = written(tmp_path / "units", setup, of_user=False)
    for timer in folder.glob("*.timer"):
        timer.unlink()
    done = verified(folder, "security", "--offline=true", "--threshold=20", "--no-pager")
    assert done.returncode == 0, done.stdout
