"""The schedule's units, read and rated by systemd itself."""

import os
import re
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.periods import day_start
from powerstats_cli.core.schedule import systemd
from powerstats_cli.core.schedule.setup import Setup
from powerstats_cli.core.schedule.steps import NIGHTLY, STEPS
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
        serve=("serve", "--bind", "::", "--port", "8129"),
    )


@pytest.mark.parametrize("of_user", [False, True])
def test_systemd_reads_the_units(nasty: Setup, tmp_path: Path, of_user: bool) -> None:  # noqa: FBT001
    """Systemd knows every line of the units and finds the program."""
    folder = written(tmp_path / "units", nasty, of_user=of_user)
    done = verified(folder, "verify", *(["--user"] if of_user else []))
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(folder.iterdir())) == 2 * len(STEPS) + 1


# A night in which clocks go forward at midnight, and one in which they do not.
NIGHTS = {
    "Atlantic/Azores": (date(2027, 3, 28), True),
    "America/Havana": (date(2027, 3, 14), True),
    "Africa/Cairo": (date(2027, 4, 30), True),
    "America/Santiago": (date(2027, 9, 5), True),
    "Europe/Amsterdam": (date(2027, 3, 28), False),
}


@pytest.mark.parametrize(("timezone", "night"), NIGHTS.items(), ids=NIGHTS)
def test_a_night_without_midnight(timezone: str, night: tuple[date, bool]) -> None:
    """Each nightly step runs within the first 90 minutes of the day, as systemd reckons."""
    if shutil.which("systemd-analyze") is None:
        unable("systemd itself reckons the times: apt-get install systemd")
    day, lacks_midnight = night
    begin = day_start(day, ZoneInfo(timezone))
    assert (begin.astimezone(ZoneInfo(timezone)).hour == 1) == lacks_midnight
    units = systemd.units(Setup(("/p",), timezone), of_user=False)
    for step in NIGHTLY:
        when = re.search(
            "^OnCalendar=(.*)$", units[f"powerstats-{'-'.join(step.command)}.timer"], re.MULTILINE
        )
        assert when
        base = f"{begin - timedelta(hours=12):%Y-%m-%d %H:%M:%S} UTC"
        told = subprocess.run(
            ["systemd-analyze", "calendar", f"--base-time={base}", when[1]],
            env={**os.environ, "TZ": "UTC"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        elapse = re.search(r"Next elapse: \w+ (.*) UTC", told)
        assert elapse, told
        next_run = datetime.fromisoformat(elapse[1]).replace(tzinfo=UTC)
        assert timedelta(0) <= next_run - begin < timedelta(minutes=90)


def test_services_are_hardened(tmp_path: Path) -> None:
    """Systemd rates the exposure of a step below 2, on its scale up to 10."""
    setup = Setup(
        ("/usr/bin/powerstats",),
        user="pi",
        writes=("/var/lib/powerstats",),
        serve=("serve", "--bind", "::"),
    )
    folder = written(tmp_path / "units", setup, of_user=False)
    for timer in folder.glob("*.timer"):
        timer.unlink()
    done = verified(folder, "security", "--offline=true", "--threshold=20", "--no-pager")
    assert done.returncode == 0, done.stdout
