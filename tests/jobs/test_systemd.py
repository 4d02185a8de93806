"""The schedule in systemd: which units are written, switched on and deleted."""

import os
from pathlib import Path

import pytest

from powerstats_cli.core.schedule.instance import Instance
from powerstats_cli.core.schedule.steps import STEPS
from powerstats_cli.core.schedule.systemd import unit_name
from tests.support.machines import FakeMachine


@pytest.mark.parametrize("of_user", [False, True])
def test_units(fake: FakeMachine, of_user: bool) -> None:  # noqa: FBT001
    """Units are written, loaded and switched on; `remove` leaves none of them."""
    option = ["--user"] if of_user else []
    folder = fake.machine.systemd_user if of_user else fake.machine.systemd_system
    told = fake.well("install", "--systemd", *option)
    assert f"{folder}: 6 services with timers are in it\n" in told
    instance = Instance(str(fake.installation.config))
    names = [unit_name(step.command, instance) for step in STEPS if not step.needs_github]
    timers = [f"{name}.timer" for name in names]
    prefix = " ".join(option)
    assert fake.calls() == [
        f"{prefix} daemon-reload".strip(),
        f"{prefix} enable --now {' '.join(timers)}".strip(),
    ]
    assert fake.well("show") == f"{folder}/powerstats-{instance.name}-*: as it should be\n"
    stamps = {path: path.stat().st_mtime_ns for path in folder.glob("powerstats-*")}
    fake.well("install", "--systemd", *option)
    assert stamps == {path: path.stat().st_mtime_ns for path in folder.glob("powerstats-*")}
    assert len(stamps) == 12
    assert fake.calls()
    assert "6 services with timers are out of it" in fake.well("remove")
    assert fake.calls() == [
        f"{prefix} disable --now {' '.join(timers)}".strip(),
        f"{prefix} daemon-reload".strip(),
    ]
    assert [path.name for path in folder.rglob("*") if path.name != "timers.target.wants"] == []


def test_units_that_are_no_longer_wanted_go(fake: FakeMachine) -> None:
    """After [github] is deleted, the timers that need it are switched off."""
    config = fake.installation.config
    without = config.read_text()
    config.write_text(without + '[github]\nrepo = "me/power"\ntoken = "x"\n')
    fake.well("install", "--systemd")
    folder = fake.machine.systemd_system
    name = f"powerstats-{Instance(str(config)).name}"
    assert (folder / f"{name}-sync-push-yearly.timer").exists()
    config.write_text(without)
    assert "not as it should be" in fake.well("show")
    fake.calls()
    fake.well("install", "--systemd")
    first = fake.calls()[0]
    assert first.startswith(f"disable --now {name}-sync-push-monthly.timer ")
    assert not list(folder.rglob("*sync*"))


def test_without_a_running_systemd(fake: FakeMachine, tmp_path: Path) -> None:
    """In a container, or while an image is built, the user is told which commands remain."""
    fake.change(systemd_runs=tmp_path / "nowhere")
    told = fake.well("install", "--systemd")
    systemctl = fake.machine.systemctl
    assert f"to be run: {systemctl} daemon-reload\n" in told
    name = f"powerstats-{Instance(str(fake.installation.config)).name}"
    assert f"to be run: {systemctl} enable --now {name}-collect.timer " in told
    assert not fake.calls()
    shown = fake.well("show")
    assert f"systemd does not run here; when it does: {systemctl} enable --now {name}-" in shown
    fake.well("remove")
    assert not list(fake.machine.systemd_system.glob("powerstats*"))


def test_systemd_refuses(fake: FakeMachine) -> None:
    """The error of systemctl becomes one line; without a systemd of the user nothing is written."""
    Path(fake.machine.systemctl).write_text("#!/bin/sh\necho 'Failed to connect' >&2\nexit 1\n")
    result = fake.run("install", "--systemd")
    assert result.exit_code == os.EX_TEMPFAIL
    assert result.err.endswith(" daemon-reload`: Failed to connect\n")
    result = fake.run("install", "--systemd", "--user")
    assert result.exit_code == os.EX_UNAVAILABLE
    assert "runs here (Failed to connect): log in as" in result.err
    assert not fake.machine.systemd_user.exists()
