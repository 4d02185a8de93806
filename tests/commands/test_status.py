"""`status`: it says what is well, and what is not well, since when and why."""

import io
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from powerstats_cli.commands.status import status
from powerstats_cli.core.health import Health
from powerstats_cli.core.schedule.steps import AGGREGATES, NIGHTLY, Step
from powerstats_cli.demo.homes import Change
from powerstats_cli.session import Options, opened
from powerstats_cli.terminal.report import show
from tests.support.homes import Stage, staged, steady_home

ZONE = ZoneInfo("Europe/Amsterdam")
MIDNIGHT = datetime(2025, 11, 20, tzinfo=ZONE)
DAYS = 3
NOW = MIDNIGHT + timedelta(days=DAYS - 1, hours=10, minutes=3)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a home after two nights of the schedule and a `collect` this morning."""
    home = steady_home(MIDNIGHT, timedelta(days=DAYS))
    with staged(home, tmp_path_factory.mktemp("status"), NOW) as stage:
        stage.run("collect", at=MIDNIGHT + timedelta(hours=8))
        stage.night(MIDNIGHT + timedelta(days=1))
        stage.night(MIDNIGHT + timedelta(days=2))
        stage.run("collect", at=NOW)
        yield stage


def health(stage: Stage, now: datetime) -> Health:
    """Return the installation's health at a time; every file must be readable."""
    session = opened(Options(config=stage.installation.config, at=now.isoformat()))
    found, problems = status(session.settings, session.files, session.clock)
    assert not problems
    return found


def shown(stage: Stage, now: datetime, *, width: int = 80, encoding: str = "utf-8") -> str:
    """Return what is printed into a pipe that counts as so many columns wide."""
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    show(Console(file=out, width=width), health(stage, now), ())
    out.seek(0)
    return out.read()


def test_all_is_well(stage: Stage) -> None:
    """If all steps ran, `status` has no complaint and exits with 0."""
    result = stage.installation.run("status", at=NOW)
    assert (result.exit_code, result.err) == (0, "")
    assert "all is well" in result.out
    assert "overdue" not in result.out


def test_collection_is_overdue_after_two_intervals(stage: Stage) -> None:
    """Two intervals after the newest bucket all is well; a second later `collect` is overdue."""
    until = NOW - timedelta(minutes=3)
    assert not health(stage, until + timedelta(minutes=20)).is_stale
    late = health(stage, until + timedelta(minutes=20, seconds=1))
    assert [step.name for step in late.steps if step.is_stale] == ["collect"]
    assert late.steps[0].stale_since == until


@pytest.mark.parametrize("step", AGGREGATES, ids=lambda step: step.name)
def test_a_nightly_step_is_overdue_half_an_hour_late(step: Step, tmp_path: Path) -> None:
    """A tier that lacks a closed day is overdue half an hour past its step's time."""
    with staged(steady_home(MIDNIGHT, timedelta(days=2)), tmp_path, NOW) as stage:
        stage.run("collect", at=MIDNIGHT + timedelta(hours=20))
        next_midnight = MIDNIGHT + timedelta(days=1)
        stage.run("collect", at=next_midnight + timedelta(minutes=50, seconds=10))
        for tier in ("weekly", "monthly", "yearly"):
            if tier != step.tier:
                stage.run("aggregate", tier, at=next_midnight + timedelta(minutes=51))
        due = next_midnight + step.after_midnight
        assert not health(stage, due + timedelta(minutes=30)).is_stale
        late = health(stage, due + timedelta(minutes=30, seconds=1))
        assert [one.name for one in late.steps if one.is_stale] == [step.name]
        assert "never run" in next(one.why for one in late.steps if one.is_stale)


def test_rotate_is_overdue_if_yesterday_is_still_open(stage: Stage) -> None:
    """`status` tells of a day that was not closed, and since when it should have been."""
    tomorrow = MIDNIGHT + timedelta(days=DAYS)
    late = health(stage, tomorrow + timedelta(minutes=31))
    rotate = next(step for step in late.steps if step.name == "rotate")
    assert rotate.is_stale
    assert rotate.stale_since == tomorrow


def test_an_unknown_hour_is_no_dead_collector(tmp_path: Path) -> None:
    """`collect` is not overdue if Home Assistant answers, though the state was unavailable."""
    home = steady_home(MIDNIGHT, timedelta(hours=1))
    for entity in home.sensors:
        change = home.before(entity, NOW)
        assert change
        gone = type(change)(change.at + timedelta(seconds=1), "unavailable")
        home._changes[entity].append(gone)  # noqa: SLF001 - the home's own list
    with staged(home, tmp_path, NOW) as stage:
        now = MIDNIGHT + timedelta(hours=6, minutes=1)
        stage.run("collect", at=now)
        known = health(stage, now)
        assert not known.is_stale
        assert all(series.known == pytest.approx(1 / 6, abs=0.01) for series in known.series)
        assert "16" in shown(stage, now)


def test_failure_says_why(stage: Stage) -> None:
    """A step that fails shows its last error, and since when it fails."""
    url = stage.installation.url
    try:
        stage.installation.configure(url="http://127.0.0.1:1")
        later = NOW + timedelta(minutes=40)
        assert stage.installation.run("collect", at=later).exit_code == os.EX_TEMPFAIL
        result = stage.installation.run("status", at=later)
    finally:
        stage.installation.configure(url=url)
        stage.run("collect", at=NOW)
    assert result.exit_code == 1
    assert "Connection refused" in result.out
    assert "failed (75)" in result.out
    assert "overdue since 10:00" in result.out


@pytest.mark.parametrize(
    ("minutes", "why"),
    [(41, "its last run failed: "), (90, "it failed and has not run again, is cron running? ")],
)
def test_failure_is_told_from_a_cron_that_is_dead(stage: Stage, minutes: int, why: str) -> None:
    """A run that failed a minute ago did run; after one that failed an hour ago others lack."""
    url = stage.installation.url
    try:
        stage.installation.configure(url="http://127.0.0.1:1")
        stage.installation.run("collect", at=NOW + timedelta(minutes=40))
        result = stage.installation.run("status", at=NOW + timedelta(minutes=minutes))
    finally:
        stage.installation.configure(url=url)
        stage.run("collect", at=NOW)
    assert f"collect has been overdue since 10:00: {why}" in result.out
    assert "Connection refused" in result.out


def test_a_run_that_had_nothing_to_store_did_run(stage: Stage) -> None:
    """A series that was never read is overdue, though collect ran well a minute ago."""
    entities = stage.installation.entities
    try:
        stage.installation.configure(entities={**entities, "more": "sensor.more"})
        line = next(step for step in health(stage, NOW).steps if step.name == "collect").why
        much_later = health(stage, NOW + timedelta(hours=1)).steps[0].why
    finally:
        stage.installation.configure(entities=entities)
    assert line.startswith("it runs well")
    assert much_later.endswith("is cron running?")


@pytest.mark.parametrize("width", [80, 120])
def test_fits_the_terminal(stage: Stage, width: int) -> None:
    """No line is wider than the terminal, and no text is cut."""
    text = shown(stage, NOW, width=width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "…" not in text


def test_without_unicode(stage: Stage) -> None:
    """A console with the characters of ASCII only gets the same table in ASCII."""
    text = shown(stage, NOW, encoding="ascii")
    assert text.isascii()
    assert "############" in text


def test_piped_has_no_escapes(stage: Stage) -> None:
    """Output into a file or a mail is plain text."""
    assert "\x1b" not in stage.installation.run("status", at=NOW).out


def test_no_color(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR leaves a terminal without colours."""
    monkeypatch.setenv("NO_COLOR", "1")
    out = io.StringIO()
    show(Console(file=out, width=80, force_terminal=True), health(stage, NOW), ())
    assert not re.search(r"\x1b\[(?:\d+;)*3\d", out.getvalue())
    monkeypatch.delenv("NO_COLOR")
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=True, color_system="standard")
    show(console, health(stage, NOW), ())
    assert re.search(r"\x1b\[(?:\d+;)*3\d", out.getvalue())


def test_nothing_there_yet(tmp_path: Path) -> None:
    """Before the first `collect` all files are missing, and a line says where to look."""
    with staged(steady_home(MIDNIGHT, timedelta(hours=1)), tmp_path, NOW) as stage:
        result = stage.installation.run("status", at=NOW)
    assert result.exit_code == 1
    assert "not there yet" in result.out
    assert "never ran" in result.out
    assert "powerstats schedule show" in result.out


def test_broken_file_is_65(stage: Stage) -> None:
    """A file that cannot be read is named and stays as it is; the exit code is 65."""
    path = stage.installation.data_dir / "monthly.json"
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    try:
        result = stage.installation.run("status", at=NOW)
        assert path.read_bytes() == whole[:-20]
    finally:
        path.write_bytes(whole)
    assert result.exit_code == os.EX_DATAERR
    assert "monthly.json could not be read" in result.out


def test_json_contract(stage: Stage) -> None:
    """Other programs rely on this form."""
    result = stage.installation.run("status", "--json", at=NOW)
    assert result.exit_code == 0
    answer = json.loads(result.out)
    assert answer["version"] == 1
    assert answer["ok"] is True
    assert answer["now"] == "2025-11-22T10:03:00+01:00"
    assert answer["timezone"] == "Europe/Amsterdam"
    assert answer["problems"] == answer["set_aside"] == []
    assert (answer["paused"], answer["paused_until"]) == (False, None)
    power = answer["series"][0]
    assert power == {
        "name": "power",
        "unit": "W",
        "latest": {"timestamp": "2025-11-22T09:59:07+01:00", "value": 1200.0},
        "until": "2025-11-22T10:00:00+01:00",
        "known_today": 1.0,
        "kwh_today": pytest.approx(9.0, abs=0.01),
        "stale": False,
    }
    daily = answer["files"][0]
    assert daily == {
        "name": "daily.json",
        "size": (stage.installation.data_dir / "daily.json").stat().st_size,
        "points": 60,
        "start": "2025-11-22T00:00:00+01:00",
        "end": "2025-11-22T10:00:00+01:00",
        "known": 1.0,
    }
    assert [one["name"] for one in answer["files"][1:]] == [
        "weekly.json",
        "monthly.json",
        "yearly.json",
        "archive",
        "years",
        "ledger.json",
    ]
    assert answer["steps"][1] == {
        "name": "rotate",
        "last": {
            "ended": "2025-11-22T00:00:20+01:00",
            "exit_code": 0,
            "message": "",
            "succeeded": "2025-11-22T00:00:20+01:00",
            "failing_since": None,
        },
        "due": "2025-11-23T00:00:00+01:00",
        "stale": False,
        "stale_since": None,
    }
    assert [one["name"] for one in answer["steps"]] == [
        "collect",
        *(step.name for step in NIGHTLY),
        "publish",
    ]


def test_all_sensors_are_silent(tmp_path: Path) -> None:
    """If no sensor has had a number for a day, `status` fails, though every step runs well."""
    last = MIDNIGHT + timedelta(hours=10)
    home = steady_home(MIDNIGHT, timedelta(hours=10))
    for changes in home._changes.values():  # noqa: SLF001 - the home's own list
        changes.append(Change(last.astimezone(UTC), "unavailable"))
    with staged(home, tmp_path, NOW) as stage:
        stage.run("collect", at=MIDNIGHT + timedelta(hours=8))
        stage.night(MIDNIGHT + timedelta(days=1))
        stage.run("collect", at=last + timedelta(hours=23, minutes=50))
        assert not health(stage, last + timedelta(hours=23, minutes=50)).is_stale
        stage.night(MIDNIGHT + timedelta(days=2))
        now = last + timedelta(hours=40)
        stage.run("collect", at=now)
        found = health(stage, now)
        assert (found.is_stale, found.silent_since) == (True, last)
        assert not any(step.is_stale for step in found.steps)
        line = "no sensor has had a number since 20 Nov 10:00: find out in Home Assistant why"
        assert line in shown(stage, now, width=200)
        result = stage.installation.run("status", "--json", at=now)
        answer = json.loads(result.out)
        assert (result.exit_code, answer["ok"]) == (1, False)
        assert answer["silent_since"] == "2025-11-20T10:00:00+01:00"
