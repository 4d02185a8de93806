"""`doctor`: a well home has nothing to complain of, and each planted fault is named, it alone."""

import json
import os
import re
import shutil
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.cli.options import installation_of
from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.jobs.machine import Machine
from powerstats_cli.session import Options, opened
from tests.github.fake import GitHub, Token
from tests.github.repository import Pages
from tests.support.homes import ENERGY, POWER, Stage, staged, steady_home
from tests.support.machines import machine_of

ZONE = ZoneInfo("Europe/Amsterdam")
MIDNIGHT = datetime(2025, 11, 18, tzinfo=ZONE)
DAYS = 3
NOW = MIDNIGHT + timedelta(days=DAYS - 1, hours=10, minutes=3)
Disk = namedtuple("Disk", "free")  # noqa: PYI024 - one field, as shutil's own has it


@dataclass
class Patient:
    """A home, its files and its repository, of which a test breaks one thing."""

    stage: Stage
    github: GitHub
    machine: Machine
    monkeypatch: pytest.MonkeyPatch

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.stage.installation.data_dir

    @property
    def home(self) -> RecordedHome:
        """The simulated home."""
        home = self.stage.server.home
        assert isinstance(home, RecordedHome)
        return home

    def configure(self, old: str, new: str) -> None:
        """Change the configuration, which has to have what is changed."""
        config = self.stage.installation.config
        text = config.read_text()
        assert old in text
        config.write_text(text.replace(old, new))

    def edit(self, name: str, pattern: str, new: str) -> None:
        """Change the first place in a data file that has a pattern."""
        path = self.data / name
        text, count = re.subn(pattern, new, path.read_text(), count=1)
        assert count
        path.write_text(text)

    def findings(self, at: datetime = NOW, *options: str) -> list[dict[str, str]]:
        """Return what `doctor --json` says; the exit code has to agree."""
        self.stage.time = at
        result = self.stage.installation.run("doctor", "--json", *options, at=at)
        answer = json.loads(result.out)
        levels = [finding["level"] for finding in answer["findings"]]
        assert answer["version"] == 1
        assert answer["ok"] == ("error" not in levels)
        assert (result.exit_code, result.err) == (int(not answer["ok"]), "")
        return list(answer["findings"])


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
        list(machine.cron.put(installation_of(session).setup))
        yield Patient(stage, github, machine, monkeypatch)
    monkeypatch.undo()
    time.tzset()


def wrong(findings: list[dict[str, str]]) -> list[tuple[str, str]]:
    """Return the area and level of what is neither well nor skipped."""
    return [
        (finding["area"], finding["level"])
        for finding in findings
        if finding["level"] in {"warning", "error"}
    ]


def test_all_is_well(patient: Patient) -> None:
    """Every part is looked at, and none complained of; a person is told the same."""
    findings = patient.findings()
    assert not wrong(findings), findings
    areas = {finding["area"] for finding in findings if finding["level"] == "ok"}
    assert areas >= {
        *("configuration", "secrets", "Home Assistant", "clock", "time zone", "recorder"),
        *("sensor power", "sensor voltage", "sensor energy", "data", "files", "dashboard"),
        *("schedule", "step collect", "step rotate", "step publish", "step sync yearly"),
        *("GitHub", "GitHub Pages"),
    }
    result = patient.stage.installation.run("doctor", at=NOW)
    assert (result.exit_code, result.err) == (0, "")
    assert "all is well" in result.out
    assert patient.github.token not in result.out


def test_offline_asks_nobody(patient: Patient) -> None:
    """Home Assistant and GitHub are skipped, and get no request."""
    asked, exchanged = len(patient.stage.server.requests), len(patient.github.log)
    findings = patient.findings(NOW, "--offline")
    assert not wrong(findings)
    skipped = [finding["area"] for finding in findings if finding["level"] == "skipped"]
    assert {"Home Assistant", "GitHub"} <= set(skipped)
    assert (len(patient.stage.server.requests), len(patient.github.log)) == (asked, exchanged)


def test_nothing_is_changed(patient: Patient) -> None:
    """Looking leaves the files, the state and the repository as they are."""
    before = {path: path.read_bytes() for path in patient.data.rglob("*") if path.is_file()}
    repository = patient.github.repositories[0]
    heads = {branch: repository.head(branch) for branch in repository.branches()}
    patient.findings()
    after = {path: path.read_bytes() for path in patient.data.rglob("*") if path.is_file()}
    assert before == after
    assert heads == {branch: repository.head(branch) for branch in repository.branches()}


# --- the faults -----------------------------------------------------------------------------------


def _unknown_key(patient: Patient) -> None:
    patient.configure("[data]", "[data]\nretention = 3")


def _readable_token(patient: Patient) -> None:
    patient.stage.installation.token_file.chmod(0o644)


def _nobody_at_home(patient: Patient) -> None:
    patient.configure(patient.stage.server.url, "http://127.0.0.1:1")


def _wrong_token(patient: Patient) -> None:
    patient.stage.installation.token_file.write_text("another")


def _other_zone_at_home(patient: Patient) -> None:
    patient.home.time_zone = "Europe/Lisbon"


def _other_zone_here(patient: Patient) -> None:
    patient.monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()


def _slow_clock_at_home(patient: Patient) -> None:
    patient.stage.server.clock = lambda: NOW - timedelta(minutes=5)


def _no_such_sensor(patient: Patient) -> None:
    patient.configure(POWER, "sensor.pwoer")


def _unrecorded_sensor(patient: Patient) -> None:
    patient.home.recorded = set(patient.home.sensors) - {ENERGY}


def _other_unit(patient: Patient) -> None:
    sensors = dict(patient.home.sensors)
    sensors[POWER] = {"unit_of_measurement": "VA", "state_class": "measurement"}
    patient.home.sensors = sensors


def _unavailable_sensor(patient: Patient) -> None:
    at = (NOW - timedelta(minutes=2)).astimezone(UTC)
    changes = patient.home._changes[POWER]  # noqa: SLF001 - the home's own list
    changes[:] = [change for change in changes if change.at < at] + [Change(at, "unavailable")]


def _short_memory(patient: Patient) -> None:
    patient.stage.server.keep = timedelta(hours=20)


def _foreign_file(patient: Patient) -> None:
    os.chown(patient.data / "yearly.json", 12345, 12345)


def _full_disk(patient: Patient) -> None:
    patient.monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(free=5_000_000))


def _broken_tier(patient: Patient) -> None:
    (patient.data / "weekly.json").write_text("{")


def _broken_day(patient: Patient) -> None:
    path = next((patient.data / "archive").glob("*.json"))
    path.write_bytes(path.read_bytes()[:-40])


def _newer_file(patient: Patient) -> None:
    patient.edit("yearly.json", '"version":1', '"version":7')


def _file_set_aside(patient: Patient) -> None:
    (patient.data / "daily.json.unreadable-20251119T102004Z").write_text("{")


def _tiers_at_odds(patient: Patient) -> None:
    patient.edit("monthly.json", r'"power":{"mean":\d+', '"power":{"mean":44')


def _no_schedule(patient: Patient) -> None:
    patient.machine.cron_file.unlink()


def _edited_schedule(patient: Patient) -> None:
    path = patient.machine.cron_file
    path.write_text(path.read_text().replace("rotate", "rotate # never", 1))


def _failing_step(patient: Patient) -> None:
    patient.edit("state.json", r'"publish": {', '"publish": {"exit_code": 75, "message": "full",')


def _old_page(patient: Patient) -> None:
    patient.edit("site/index.html", "<title>", "<title>Old ")


def _wrong_github_token(patient: Patient) -> None:
    patient.configure(patient.github.token, "github_pat_another")


def _reading_github_token(patient: Patient) -> None:
    patient.github.tokens[patient.github.token] = Token(contents="read", pages="read")


def _old_github_token(patient: Patient) -> None:
    patient.github.tokens[patient.github.token] = Token(expires=NOW + timedelta(days=3))


def _no_such_repository(patient: Patient) -> None:
    patient.configure("me/power", "me/pwoer")


def _pages_off(patient: Patient) -> None:
    patient.github.repositories[0].pages = None


FAULTS: list[tuple[Callable[[Patient], None], str, str, str]] = [
    (_unknown_key, "configuration", "error", "data.retention: unknown key"),
    (_readable_token, "secrets", "warning", "chmod o="),
    (_nobody_at_home, "Home Assistant", "error", "Connection refused"),
    (_wrong_token, "Home Assistant", "error", "refused the token"),
    (_other_zone_at_home, "time zone", "warning", "Europe/Lisbon"),
    (_other_zone_here, "time zone", "warning", "timedatectl set-timezone Europe/Amsterdam"),
    (_slow_clock_at_home, "clock", "error", "later than Home Assistant's clock"),
    (_no_such_sensor, "sensor power", "error", "sensor.pwoer is not in Home Assistant"),
    (_unrecorded_sensor, "sensor energy", "error", "include it under recorder:"),
    (_other_unit, "sensor power", "error", "is in VA now, stored in W"),
    (_unavailable_sensor, "sensor power", "warning", "has had no number for 2 min"),
    (_short_memory, "recorder", "warning", "purge_keep_days"),
    (_full_disk, "data", "error", "5 MB are free"),
    (_broken_tier, "files", "error", "weekly.json could not be read"),
    (_broken_day, "files", "error", "archive/2025-11-"),
    (_newer_file, "files", "error", "yearly.json is of version 7"),
    (_file_set_aside, "files", "warning", "daily.json.unreadable-20251119T102004Z was set aside"),
    (_tiers_at_odds, "files", "warning", "power on 2025-11-18 differs"),
    (_no_schedule, "schedule", "warning", "powerstats schedule install --cron"),
    (_edited_schedule, "schedule", "warning", "`powerstats schedule install --cron` mends it"),
    (_failing_step, "step publish", "error", "fails: full"),
    (_old_page, "dashboard", "warning", "powerstats publish"),
    (_wrong_github_token, "GitHub", "error", "refused the token"),
    (_reading_github_token, "GitHub", "error", "Contents: read and write"),
    (_old_github_token, "GitHub", "warning", "expires 23 Nov 2025"),
    (_no_such_repository, "GitHub", "error", "me/pwoer: no such repository"),
    (_pages_off, "GitHub Pages", "warning", "Deploy from a branch"),
]


@pytest.mark.parametrize(
    ("plant", "area", "level", "said"),
    FAULTS,
    ids=[fault[0].__name__.strip("_") for fault in FAULTS],
)
def test_a_fault_is_named_and_no_other(
    patient: Patient, plant: Callable[[Patient], None], area: str, level: str, said: str
) -> None:
    """Exactly one line is wrong, and says what to do."""
    plant(patient)
    findings = patient.findings()
    assert wrong(findings) == [(area, level)], findings
    told = next(finding for finding in findings if finding["level"] == level)
    assert said in f"{told['text']}: {told['remedy']}"


def test_a_step_that_cron_forgot(patient: Patient) -> None:
    """What is overdue is named with what is known of why."""
    late = patient.findings(NOW + timedelta(minutes=40))
    assert wrong(late) == [("step collect", "error")]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user(patient: Patient) -> None:
    """A run as root leaves files behind that cron's user cannot write."""
    _foreign_file(patient)
    findings = patient.findings()
    assert wrong(findings) == [("data", "error")]
    assert "chown --reference" in str(findings)
