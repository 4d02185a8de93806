"""The mails of cron: each failure once a day, and the key of a wrong setting."""

import os
import pty
import subprocess
import sys
from datetime import timedelta

import pytest

from powerstats_cli.demo.server import as_usual
from tests.demo import faults
from tests.faults.life import NIGHT, Life
from tests.faults.place import STATE_FILE, Place, local, one_line

AT = local("2025-11-20 23:50:10")
MINUTES = timedelta(minutes=10)


@pytest.fixture
def failing(place: Place, life: Life) -> Place:
    """Return an installation whose Home Assistant answers 500."""
    place.restore(life.before_evening)
    place.server.answer = faults.status(500)
    return place


def test_a_failure_is_told_once_a_day(failing: Place) -> None:
    """Every run exits with 75; the line is printed again after a day."""
    told = [failing.step("collect", at=AT + number * 12 * MINUTES) for number in range(26)]
    assert {ended.exit_code for ended in told} == {75}
    assert [number for number, ended in enumerate(told) if ended.err] == [0, 12, 24]
    assert one_line(told[12].err) == one_line(told[0].err)


def test_a_failure_is_told_when_it_changes(failing: Place) -> None:
    """Another failure is printed, and so is the same one after a success."""
    assert failing.step("collect", at=AT).err
    assert not failing.step("collect", at=AT + MINUTES).err
    failing.server.answer = faults.status(401)
    refused = failing.step("collect", at=AT + 2 * MINUTES)
    assert (refused.exit_code, "401" in refused.err) == (77, True)
    assert not failing.step("collect", at=AT + 3 * MINUTES).err
    failing.server.answer = as_usual
    failing.well("collect", at=AT + 4 * MINUTES)
    failing.server.answer = faults.status(401)
    assert failing.step("collect", at=AT + 5 * MINUTES).err


def test_each_step_has_its_own_failures(failing: Place) -> None:
    """A failure that `collect` has printed is still printed by `rotate`."""
    failing.step("collect", at=AT)
    (failing.data_dir / "daily.json").write_bytes(b"")
    assert failing.step("rotate", at=AT).err
    (failing.data_dir / "daily.json").write_bytes(b"")
    assert "daily.json" in failing.step("collect", at=AT + MINUTES).err


def test_a_clock_that_is_wrong_by_more_each_time_is_one_failure(place: Place, life: Life) -> None:
    """A line that differs only in its numbers is not printed again."""
    place.restore(life.before_evening)
    told = []
    for minutes in (20, 30, 40):
        place.hand.now = AT
        told.append(place.runner.run(place.job("collect", at=AT + timedelta(minutes=minutes)))[0])
    assert [(ended.exit_code, bool(ended.err)) for ended in told] == [
        (75, True),
        (75, False),
        (75, False),
    ]


def test_verbose_tells_all(failing: Place) -> None:
    """With -v a failure is printed each time, and a success says what was done."""
    for number in range(3):
        assert one_line(failing.step("-v", "collect", at=AT + number * MINUTES).err)
    failing.server.answer = as_usual
    ended = failing.step("-v", "collect", at=AT + 4 * MINUTES)
    assert ended.err == ""
    assert ended.out.startswith("collect: ")
    assert "2025-11-21 00:30" in ended.out


def test_a_terminal_is_told_all(failing: Place) -> None:
    """At a terminal a failure is printed each time."""
    for _ in range(2):
        ours, theirs = pty.openpty()
        command = failing.installation.arguments("collect", at=AT)
        with os.fdopen(ours, "rb", buffering=0) as terminal:
            code = subprocess.run(
                [sys.executable, "-m", "powerstats_cli", *command],
                stderr=theirs,
                stdout=subprocess.DEVNULL,
                check=False,
            ).returncode
            os.close(theirs)
            assert code == 75
            assert b"answered 500" in terminal.read(4096)


BROKEN_STATES: dict[str, bytes | None] = {
    "deleted": None,
    "empty": b"",
    "broken": b'{"steps": {"collect": {"ended": "2025-',
    "no UTF-8": b'{"steps": {"\xff": {}}}',
    "a list": b"[]",
    "deep": b'{"steps":' + b"[" * 100_000,
    "in the future": b'{"steps":{"collect":{"ended":"2099-01-01T00:00:00Z","exit_code":75,'
    b'"message":"x","told_at":"2099-01-01T00:00:00Z"}}}',
    "without an offset": b'{"steps":{"collect":{"ended":"2025-11-20T00:00:00","exit_code":75,'
    b'"message":"x","told_at":"2025-11-20T00:00:00"}}}',
}


@pytest.mark.parametrize("state", BROKEN_STATES.values(), ids=BROKEN_STATES)
def test_the_state_file_never_matters(place: Place, life: Life, state: bytes | None) -> None:
    """With any content of the state file, the steps work, and a failure is printed."""
    place.restore(life.evening if state is None else {**life.evening, STATE_FILE: state})
    for command, at in NIGHT:
        place.well(*command, at=at)
    assert place.snapshot() == life.morning
    if state is not None:
        (place.data_dir / STATE_FILE).write_bytes(state)
    place.server.answer = faults.status(500)
    later = NIGHT[-1][1] + MINUTES
    assert "500" in one_line(place.step("collect", at=later).err)


def test_a_state_file_that_cannot_be_written(place: Place, life: Life) -> None:
    """If the state file cannot be written, the steps work, and a failure is printed each time."""
    place.restore({**life.evening, f"{STATE_FILE}/x": b""})
    for command, at in NIGHT:
        place.well(*command, at=at)
    (place.data_dir / STATE_FILE / "x").unlink()
    (place.data_dir / STATE_FILE).rmdir()
    assert place.snapshot() == life.morning
    (place.data_dir / STATE_FILE).mkdir()
    place.server.answer = faults.status(500)
    for number in (1, 2):
        ended = place.step("collect", at=NIGHT[-1][1] + number * MINUTES)
        assert (ended.exit_code, "500" in ended.err) == (75, True)


# --- usage and configuration --------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["aggregate"],
        ["aggregate", "hourly"],
        ["collect", "--no-such-option"],
        ["collect", "today"],
        ["--at", "yesterday", "collect"],
        ["--at", "2025-13-01", "collect"],
        ["--at"],
    ],
)
def test_usage(place: Place, arguments: list[str]) -> None:
    """A wrong command line exits with 2 and prints one line."""
    job = place.job()
    ended = place.runner.run(type(job)(arguments=(*job.arguments, *arguments)))[0]
    assert ended.exit_code == 2
    assert ended.out == ""
    one_line(ended.err)


CONFIGURATIONS = {
    "unknown key": ("[data]", "[data]\nretention = 7", "data.retention: unknown key"),
    "unknown table": ("[data]", "[dada]", "dada: unknown key"),
    "wrong type": ("retention_days = 2", 'retention_days = "2"', "data.retention_days: "),
    "a float": ("retention_days = 2", "retention_days = 2.5", "data.retention_days: "),
    "out of range": ("retention_days = 2", "retention_days = 0", "data.retention_days: must"),
    "interval": (
        "retention_days = 2",
        "collection_interval_minutes = 7",
        "data.collection_interval_minutes: must divide 60",
    ),
    "missing zone": ('timezone = "Europe/Amsterdam"\n', "", "timezone: is missing"),
    "no such zone": ("Europe/Amsterdam", "Europe/Atlantis", "timezone: 'Europe/Atlantis' is no"),
    "a path as zone": ("Europe/Amsterdam", "../../etc/passwd", "timezone: "),
    "missing url": ("url = ", "ca_file = ", "homeassistant.url: is missing"),
    "url without scheme": ("http://127", "127", "homeassistant.url: "),
    "url with a bad port": ("http://127.0.0.1:", "http://127.0.0.1:9", "homeassistant.url: "),
    "no entity id": ("sensor.house_power", "house power", "homeassistant.entities.power: "),
    "the name timestamp": ('"power" =', '"timestamp" =', "homeassistant.entities.timestamp: "),
    "both tokens": ("token_file = ", 'token = "x"\ntoken_file = ', "homeassistant.token: "),
    "no TOML": ("[data]", "[data", "is no TOML: "),
    "twice": ("[data]", "[data]\n[data]", "is no TOML: "),
    "a missing token file": ("/token", "/no-such-token", "homeassistant.token_file: "),
    "a missing certificate": (
        'url = "http://',
        'ca_file = "/no-such.pem"\nurl = "https://',
        "homeassistant.ca_file: ",
    ),
}


@pytest.mark.parametrize(("old", "new", "word"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_configuration(place: Place, life: Life, old: str, new: str, word: str) -> None:
    """A wrong configuration exits with 78 and prints one line with the key."""
    place.restore(life.before_evening)
    config = place.installation.config
    text = config.read_text()
    assert old in text
    config.write_text(text.replace(old, new))
    ended = place.step("collect", at=AT)
    assert ended.exit_code == 78, ended
    assert word in one_line(ended.err)
    assert place.snapshot() == life.before_evening


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b""], ids=["missing", "binary", "empty"])
def test_no_configuration(place: Place, content: bytes | None) -> None:
    """Without a configuration a command exits with 78 and names the file."""
    config = place.installation.config
    config.unlink()
    if content is not None:
        config.write_bytes(content)
    ended = place.step("collect", at=AT)
    assert ended.exit_code == 78
    assert str(config) in one_line(ended.err)


def test_a_token_that_others_can_read(place: Place, life: Life) -> None:
    """If others can read the token, a warning says once a day which chmod to run."""
    place.restore(life.before_evening)
    place.installation.token_file.chmod(0o644)
    try:
        first = place.step("collect", at=AT)
        second = place.step("collect", at=AT + MINUTES)
    finally:
        place.installation.token_file.chmod(0o600)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert f"chmod o= {place.installation.token_file}" in one_line(first.err)
    assert second.err == ""
    assert place.snapshot() != life.before_evening
    place.well("collect", at=AT + 2 * MINUTES)
