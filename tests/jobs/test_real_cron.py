"""The schedule under the real cron: its environment, its users, its mail."""

import os
import pwd
import re
import shlex
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from powerstats_cli.core.schedule.steps import STEPS
from powerstats_cli.demo.server import HomeAssistant
from tests.demo import faults
from tests.jobs.crons import (
    CRON,
    SECONDS,
    Cron,
    dashboard,
    end_dashboard,
    every_minute,
    is_up,
    needs_a_view,
    owned,
    powerstats,
    steps_of,
    wait_for,
)
from tests.support.homes import ENTITIES, steady_home
from tests.support.installation import TOKEN, Installation
from tests.support.needs import unable


@pytest.fixture
def cron(tmp_path: Path) -> Cron:
    """Return a cron; skip the test if it cannot run on this machine."""
    needs_a_view()
    if not CRON.exists():
        unable("the real cron runs the schedule: apt-get install cron")
    tmp_path.chmod(0o755)
    return Cron(tmp_path)


@pytest.mark.cron
def test_a_minute_of_cron(cron: Cron) -> None:
    """All steps run at once, as the owner of the data, and cron mails only a new failure.

    The schedule of one home is in /etc/cron.d, and every line runs every minute. Another home's
    Home Assistant is broken; its schedule is in a user's crontab, beside a second `collect`.
    """
    now = datetime.now(UTC)
    home = steady_home(now - timedelta(hours=2), timedelta(hours=3))
    clock = lambda: datetime.now(UTC)  # noqa: E731
    with (
        HomeAssistant(home, token=TOKEN, clock=clock) as server,
        HomeAssistant(home, token=TOKEN, clock=clock, answer=faults.status(500)) as broken,
        ExitStack() as held,
    ):
        folder = cron.folder / "it's 100% a home"
        well = Installation(folder, server.url, ENTITIES, data={"collection_interval_minutes": 1})
        owned(well, "daemon")
        cron.run("root", *powerstats(well, "schedule", "install", "--cron"))
        job = cron.jobs / "powerstats"
        job.write_text(every_minute(job.read_text()))

        failing = Installation(
            cron.folder / "failing", broken.url, ENTITIES, data={"collection_interval_minutes": 1}
        )
        owned(failing, "bin")
        again = shlex.join(powerstats(failing, "collect"))
        theirs = f"# mine\nMAILTO=someone\n* * * * * {again}\n* * * * * echo '100\\%'\n"
        cron.run("bin", "crontab", "-", given=theirs)
        serve = held.enter_context(dashboard(failing))
        cron.run("bin", *powerstats(failing, "schedule", "install", "--cron", *serve))

        with cron.running() as is_at_work:
            wait_for(partial(is_up, serve), SECONDS)
            names = {step.name for step in STEPS if not step.needs_github}
            wait_for(lambda: steps_of(well).keys() >= names and len(cron.mail()) >= 2, SECONDS)
            end_dashboard(failing)
            wait_for(lambda: not is_at_work(), SECONDS)
        asked = len(broken.requests)

        assert {step.get("exit_code", 0) for step in steps_of(well).values()} == {0}, steps_of(well)
        assert well.document("daily.json").points
        assert (well.data_dir / "site" / "index.html").exists()
        uid = pwd.getpwnam("daemon").pw_uid
        assert {path.lstat().st_uid for path in well.data_dir.rglob("*")} == {uid}

        theirs_sent = [mail for mail in cron.mail() if mail.endswith("\n\n100%\n")]
        (ours,) = [mail for mail in cron.mail() if mail not in theirs_sent]
        assert theirs_sent
        sender, _, mail = ours.partition("\n")
        head, _, body = mail.partition("\n\n")
        assert sender == "bin"
        assert "\nTo: someone\n" in head
        assert re.fullmatch(r"powerstats: collect: .* answered 500.*\n", body)
        assert asked >= 2
        assert steps_of(failing)["collect"]["exit_code"] == os.EX_TEMPFAIL

        cron.run("root", *powerstats(well, "schedule", "remove"))
        assert not list(cron.jobs.iterdir())
        cron.run("bin", *powerstats(failing, "schedule", "remove"))
        assert cron.run("bin", "crontab", "-l") == theirs
