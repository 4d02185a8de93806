"""A home that is well, for the tests of `doctor`."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from powerstats_cli.cli.options import installation_of
from powerstats_cli.jobs.machine import Machine
from powerstats_cli.session import Options, opened
from tests.commands.doctor.patient import DAYS, MIDNIGHT, NOW, Patient
from tests.github.fake import GitHub, Pages
from tests.support.homes import staged, steady_home
from tests.support.machines import NAME, machine_of


@pytest.fixture
def patient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Patient]:
    """Return a home that is well: two nights, a morning, published and sent."""
    monkeypatch.setenv("TZ", "Europe/Amsterdam")
    time.tzset()
    home = steady_home(MIDNIGHT, timedelta(days=DAYS))
    with (
        GitHub(tmp_path / "github", clock=lambda: NOW) as github,
        staged(home, tmp_path / "home", NOW) as stage,
    ):
        github.create("me/power").pages = Pages("https://me.github.io/power/", public=True)
        with stage.installation.config.open("a") as config:
            config.write(
                f'[github]\nrepo = "me/power"\napi_url = "{github.url}"\ntoken = "{github.token}"\n'
            )
        stage.installation.config.chmod(0o600)
        stage.run("collect", at=MIDNIGHT + timedelta(hours=8))
        stage.night(MIDNIGHT + timedelta(days=1))
        stage.night(MIDNIGHT + timedelta(days=2))
        for command in (["collect"], ["publish"], ["sync", "push"]):
            stage.run(*command, at=NOW)
        machine = machine_of(tmp_path / "machine")
        monkeypatch.setattr(Machine, "this", classmethod(lambda _cls, _environment: machine))
        session = opened(Options(config=stage.installation.config))
        wanted = installation_of(session)
        list(machine.cron(wanted.instance, NAME).put(wanted.setup))
        yield Patient(stage, github, machine, monkeypatch)
    monkeypatch.undo()
    time.tzset()
