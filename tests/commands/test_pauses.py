"""`schedule pause` and `resume`: no step runs meanwhile, and none is overdue because of it."""

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.cli import main as cli
from powerstats_cli.core.schedule.steps import STEPS
from tests.support.homes import Stage, staged, steady_home
from tests.support.installation import Installation

ZONE = ZoneInfo("Europe/Amsterdam")
MIDNIGHT = datetime(2025, 11, 21, tzinfo=ZONE)
EVENING = MIDNIGHT - timedelta(hours=1)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STEP_COMMANDS = [step.command for step in STEPS]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Return a home that was collected until 23:00."""
    with staged(steady_home(MIDNIGHT - DAY, 4 * DAY), tmp_path, EVENING) as stage:
        stage.run("collect", at=MIDNIGHT - DAY + HOUR)
        stage.run("collect", at=EVENING)
        yield stage


def status_of(stage: Stage, at: datetime) -> dict[str, object]:
    """Return the answer of `status --json`."""
    result = stage.installation.run("status", "--json", at=at)
    answer = json.loads(result.out)
    assert isinstance(answer, dict)
    assert result.exit_code == int(not answer["ok"])
    return answer


def overdue(stage: Stage, at: datetime) -> list[str]:
    """Return the names of the steps that are overdue."""
    steps = status_of(stage, at)["steps"]
    assert isinstance(steps, list)
    return [step["name"] for step in steps if step["stale"]]


def test_a_pause(stage: Stage) -> None:
    """Every step succeeds at once and does nothing; its last run stays the one before the pause."""
    installation = stage.installation
    with installation.config.open("a") as config:
        config.write('[github]\nrepo = "me/power"\napi_url = "http://127.0.0.1:1"\n')
    installation.run_well("schedule", "pause", "--for", "2h", at=EVENING)
    state = (installation.data_dir / "state.json").read_bytes()
    before, asked = installation.snapshot(), len(stage.server.requests)
    for command in STEP_COMMANDS:
        stage.run(*command, at=EVENING + HOUR)
    assert installation.snapshot() == before
    assert len(stage.server.requests) == asked
    assert (installation.data_dir / "state.json").read_bytes() == state
    for command in STEP_COMMANDS:
        with redirect_stdout(io.StringIO()) as out:
            arguments = installation.arguments(*command, at=EVENING + HOUR)
            assert cli.main(["-v", *arguments]) == 0
        told = out.getvalue()
        assert len(told.splitlines()) == 1
        assert "paused until 2025-11-21 01:00: `powerstats schedule resume` ends it" in told


def test_a_pause_is_over_by_itself(stage: Stage) -> None:
    """The first run after the pause collects what it left out."""
    installation = stage.installation
    installation.run_well("schedule", "pause", "--for", "90m", at=EVENING)
    stage.run("collect", at=EVENING + 90 * MINUTE - timedelta(seconds=1))
    assert installation.document("daily.json").day == EVENING.date()
    stage.run("collect", at=EVENING + 90 * MINUTE)
    assert installation.document("daily.json").day == MIDNIGHT.date()
    assert len(installation.archived(EVENING.date()).points) == 144
    answer = status_of(stage, EVENING + 90 * MINUTE)
    assert (answer["ok"], answer["paused"], answer["paused_until"]) == (True, False, None)


def test_resume_ends_a_pause(stage: Stage) -> None:
    """A pause without an end lasts until `resume`; without a pause `resume` does nothing."""
    installation = stage.installation
    installation.run_well("schedule", "pause", at=EVENING)
    stage.run("collect", at=MIDNIGHT + 20 * HOUR)
    assert installation.document("daily.json").day == EVENING.date()
    for _ in range(2):
        installation.run_well("schedule", "resume", at=MIDNIGHT + 20 * HOUR)
    stage.run("collect", at=MIDNIGHT + 20 * HOUR)
    assert installation.document("daily.json").day == MIDNIGHT.date()
    stage.run("aggregate", "weekly", at=MIDNIGHT + 20 * HOUR)
    assert len(installation.document("weekly.json").points) == 24


def test_status_shows_a_pause(stage: Stage) -> None:
    """`status` shows the pause first, and calls no step overdue because of it."""
    installation = stage.installation
    installation.run_well("schedule", "pause", "--for", "1d", at=EVENING)
    later = EVENING + 12 * HOUR
    result = installation.run("status", at=later)
    assert result.exit_code == 0
    first, second, *_ = result.out.splitlines()
    assert first.endswith(" paused")
    assert second == "paused until 2025-11-21 23:00: `powerstats schedule resume` ends it"
    assert "overdue" not in result.out
    answer = status_of(stage, later)
    assert (answer["paused"], answer["paused_until"]) == (True, "2025-11-21T23:00:00+01:00")
    steps, series = answer["steps"], answer["series"]
    assert isinstance(steps, list)
    assert isinstance(series, list)
    assert {step["name"]: step["due"] for step in steps}["rotate"] == "2025-11-22T00:00:00+01:00"
    assert not any(one["stale"] for one in [*steps, *series])


def test_a_pause_without_end_has_nothing_due(stage: Stage) -> None:
    """No step has a due time, for the pause may end at any time."""
    stage.installation.run_well("schedule", "pause", at=EVENING)
    answer = status_of(stage, EVENING + 6 * DAY)
    assert (answer["ok"], answer["paused"], answer["paused_until"]) == (True, True, None)
    steps = answer["steps"]
    assert isinstance(steps, list)
    assert {step["due"] for step in steps} == {None}
    result = stage.installation.run("status", at=EVENING + 6 * DAY)
    assert "\npaused: `powerstats schedule resume`" in result.out


def test_a_pause_that_somebody_forgot(stage: Stage) -> None:
    """After a week `status` fails and each step warns: Home Assistant forgets soon."""
    installation, at = stage.installation, EVENING + 12 * DAY
    installation.run_well("schedule", "pause", at=EVENING)
    answer = status_of(stage, at)
    assert (answer["ok"], answer["paused_since"]) == (False, "2025-11-20T23:00:00+01:00")
    assert not overdue(stage, at)
    shown = installation.run("status", at=at)
    assert "1 thing needs you" in shown.out
    assert "paused since 2025-11-20 23:00: Home Assistant forgets after about 10 days" in shown.out
    first, again = (installation.run("collect", at=at + number * MINUTE) for number in (0, 10))
    assert (first.exit_code, first.out) == (0, "")
    assert first.err.startswith("powerstats: warning: paused since 2025-11-20 23:00: ")
    assert (again.exit_code, again.err) == (0, "")
    assert installation.run("rotate", at=at + DAY + 11 * MINUTE).err == first.err
    installation.run_well("schedule", "resume", at=at)
    assert status_of(stage, at)["paused"] is False


def test_after_a_pause_steps_have_until_they_are_due(stage: Stage) -> None:
    """A step that a pause left out may wait for its next due time; then it is overdue."""
    installation = stage.installation
    installation.run_well("schedule", "pause", "--for", "10h", at=EVENING)
    resumed = EVENING + 10 * HOUR
    assert overdue(stage, resumed + 10 * MINUTE) == []
    assert "collect" in overdue(stage, resumed + 41 * MINUTE)
    stage.run("collect", at=resumed + 10 * MINUTE)
    assert overdue(stage, resumed + 20 * MINUTE) == []
    stage.run("collect", at=resumed + 5 * HOUR)
    assert overdue(stage, resumed + 5 * HOUR) == []
    next_night = MIDNIGHT + DAY
    stage.run("collect", at=next_night)
    assert overdue(stage, next_night + 10 * MINUTE) == []
    stage.run("collect", at=next_night + 30 * MINUTE)
    assert overdue(stage, next_night + 33 * MINUTE) == ["aggregate weekly"]


def test_what_was_overdue_before_a_pause_still_is(stage: Stage) -> None:
    """A pause does not hide that `collect` had stopped before it."""
    assert overdue(stage, EVENING + HOUR) == ["collect"]
    stage.installation.run_well("schedule", "pause", "--for", "1d", at=EVENING + HOUR)
    assert overdue(stage, EVENING + 2 * HOUR) == ["collect"]


def test_a_pause_that_is_made_longer(stage: Stage) -> None:
    """The new end counts, and the beginning stays."""
    stage.installation.run_well("schedule", "pause", "--for", "10m", at=EVENING)
    stage.installation.run_well("schedule", "pause", "--for", "2h", at=EVENING + 5 * MINUTE)
    assert status_of(stage, EVENING + 2 * HOUR)["paused"] is True
    assert overdue(stage, EVENING + 2 * HOUR) == []


def test_verbose_tells_of_a_pause(stage: Stage) -> None:
    """With -v `pause`, `resume` and `show` say whether there is a pause."""
    installation = stage.installation

    def told(*command: str) -> str:
        with redirect_stdout(io.StringIO()) as out:
            assert cli.main(["-v", *installation.arguments("schedule", *command, at=EVENING)]) == 0
        return out.getvalue()

    assert told("resume") == "there was no pause\n"
    assert told("pause").startswith("paused: ")
    assert told("show").startswith("paused: ")
    assert told("resume") == "the next runs catch up\n"


@pytest.mark.parametrize("broken", [b"{", b'{"pause":{"since":"2025-11-20T23:00:00"}}'])
def test_a_broken_state_file_is_no_pause(stage: Stage, broken: bytes) -> None:
    """If the state file is broken, the steps run."""
    (stage.installation.data_dir / "state.json").write_bytes(broken)
    stage.run("collect", at=MIDNIGHT)
    assert stage.installation.document("daily.json").day == MIDNIGHT.date()


def test_a_pause_before_the_first_run(tmp_path: Path) -> None:
    """A pause can begin before there is any data; then no step is overdue."""
    installation = Installation(tmp_path, "http://127.0.0.1:1", {"power": "sensor.power"})
    installation.run_well("schedule", "pause", at=EVENING)
    assert installation.run("status", at=EVENING).exit_code == 0


@pytest.mark.parametrize("written", ["0h", "two hours"])
def test_what_is_no_length(stage: Stage, written: str) -> None:
    """A wrong length exits with 2, and nothing is paused."""
    with redirect_stderr(io.StringIO()) as err:
        arguments = stage.installation.arguments("schedule", "pause", "--for", written)
        assert cli.main(arguments) == 2
    assert f"--for: {written!r} is " in err.getvalue()
