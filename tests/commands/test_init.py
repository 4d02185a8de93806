"""`init`: from nothing to a history, by options as a script and at a terminal as a person."""

import io
import os
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from powerstats_cli import settings
from powerstats_cli.cli import main as cli
from powerstats_cli.commands.init import Folders, address, configuration
from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.demo.server import Answer, HomeAssistant
from powerstats_cli.errors import ConfigError
from powerstats_cli.jobs.machine import Machine
from tests.github.fake import GitHub, Token
from tests.support.installation import Result
from tests.support.terminal import Terminal

TOKEN = "s3ntinel-T0ken.of_the-home"
GITHUB_TOKEN = "github_pat_s3ntinel_of_the_repository"
HOUSE = {
    "power": "sensor.house_power",
    "voltage": "sensor.house_voltage",
    "energy": "sensor.house_energy",
}
PLUG = "sensor.fridge_plug_power"
OUTDOOR = "sensor.outdoor"
SENSORS: Mapping[str, Mapping[str, object]] = {
    OUTDOOR: {"unit_of_measurement": "°C", "friendly_name": "Out\x1b[31mdoor"},
    PLUG: {"unit_of_measurement": "W", "device_class": "power", "state_class": "measurement"},
    HOUSE["power"]: {
        "unit_of_measurement": "kW",
        "device_class": "power",
        "state_class": "measurement",
        "friendly_name": "[bold]House[/bold] \x1b[2Jpower",
    },
    HOUSE["voltage"]: {
        "unit_of_measurement": "V",
        "device_class": "voltage",
        "state_class": "measurement",
    },
    HOUSE["energy"]: {
        "unit_of_measurement": "kWh",
        "device_class": "energy",
        "state_class": "total_increasing",
    },
}


def now() -> datetime:
    """Return the time, as the program sees it."""
    return datetime.now(UTC)


@dataclass
class Place:
    """An empty folder, and a Home Assistant to set powerstats up for there."""

    folder: Path
    server: HomeAssistant
    env: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """Where the configuration goes."""
        return self.folder / "config" / "config.toml"

    @property
    def token_file(self) -> Path:
        """Where the token goes."""
        return self.config.with_name("homeassistant.token")

    @property
    def data_dir(self) -> Path:
        """Where the data go."""
        return self.folder / "data"

    def file(self, text: str = TOKEN) -> str:
        """Return the path of a file with a token, somewhere else."""
        path = self.folder.parent / "given"
        path.write_text(f"{text}\n")
        return str(path)

    def arguments(self, *options: str) -> list[str]:
        """Return init's command line."""
        return ["--config", str(self.config), "init", "--data-dir", str(self.data_dir), *options]

    def run(self, *options: str) -> Result:
        """Run init as a script does."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            exit_code = cli.main(self.arguments("--no-input", *options))
        return self.checked(Result(exit_code, out.getvalue(), err.getvalue()))

    def run_with_home(self, *options: str) -> Result:
        """Run init as a script does, with the address and the token."""
        return self.run("--url", self.server.url, "--token-file", self.file(), *options)

    def sit_down(self, *options: str) -> Terminal:
        """Run init at a terminal."""
        return Terminal(self.arguments(*options), {"HOME": str(self.folder)}, self.folder)

    def checked(self, result: Result) -> Result:
        """Return a result that shows no token."""
        assert TOKEN not in result.out + result.err
        assert GITHUB_TOKEN not in result.out + result.err
        return result

    def settings(self) -> settings.Settings:
        """Return what was written, as every command reads it."""
        return settings.load(self.config)

    def is_untouched(self) -> bool:
        """Tell whether nothing was written."""
        return not any(self.folder.iterdir())


@pytest.fixture(autouse=True)
def only_what_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the environment's tokens and configuration out of the tests."""
    for variable in (
        settings.HOMEASSISTANT_TOKEN,
        settings.GITHUB_TOKEN,
        settings.ENVIRONMENT_PATH,
    ):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Return a place with a home that has been at work for some hours, and now."""
    begin = now() - timedelta(hours=30)
    changes: dict[str, list[Change]] = {entity_id: [] for entity_id in SENSORS}
    for minute in range(60 * 40):
        at = begin + timedelta(minutes=minute)
        changes[HOUSE["power"]].append(Change(at, f"0.{400 + minute % 7}"))
        changes[HOUSE["voltage"]].append(Change(at, f"{228 + minute % 5}"))
        changes[HOUSE["energy"]].append(Change(at, f"{1000 + minute * 0.01:.2f}"))
    changes[PLUG].append(Change(begin, "4.2"))
    changes[OUTDOOR].append(Change(begin, "unavailable"))
    home = RecordedHome(SENSORS, changes, time_zone="Europe/Vienna")
    folder = tmp_path / "place"
    folder.mkdir()
    with HomeAssistant(home, token=TOKEN, clock=now) as server:
        yield Place(folder, server)


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    """Return a GitHub with a repository."""
    with GitHub(tmp_path / "github", clock=now, token=GITHUB_TOKEN) as server:
        server.create("me/power", private=True)
        yield server


def mode(path: Path) -> int:
    """Return a file's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


def rest(path: Path) -> list[str]:
    """Return the names of what is in a folder."""
    return sorted(one.name for one in path.iterdir())


# --- as a script --------------------------------------------------------------------------------


def test_the_suggested_sensors(place: Place) -> None:
    """Address and token are enough: a configuration that loads, a token file, the first data."""
    result = place.run_with_home()
    assert (result.exit_code, result.err) == (0, "")
    written = place.settings()
    assert written.timezone == "Europe/Vienna"
    assert written.homeassistant.url == place.server.url
    assert written.entities == HOUSE
    assert written.data_dir == place.data_dir
    assert written.github is None
    assert place.token_file.read_text() == f"{TOKEN}\n"
    assert settings.homeassistant_token(written, {}) == TOKEN
    assert mode(place.token_file) == 0o600
    assert mode(place.config.parent) == 0o700
    assert rest(place.config.parent) == ["config.toml", "homeassistant.token"]
    assert (place.data_dir / "daily.json").is_file()
    for said in (str(place.config), *HOUSE.values(), "powerstats status", "schedule install"):
        assert said in result.out


def test_the_file_is_short_and_says_only_what_differs(place: Place) -> None:
    """It can be read, and changed, by hand."""
    place.run_with_home("--no-collect")
    text = place.config.read_text()
    assert len(text.splitlines()) < 20
    assert set(tomllib.loads(text)) == {"timezone", "homeassistant", "paths"}
    assert rest(place.data_dir) == []


@pytest.mark.parametrize("way", ["file", "stdin", "environment"])
def test_ways_to_give_the_token(place: Place, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file, stdin or the environment, never the command line."""
    options = {"file": ["--token-file", place.file()], "stdin": ["--token-file", "-"]}
    if way == "stdin":
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{TOKEN}\n"))
    if way == "environment":
        monkeypatch.setenv(settings.HOMEASSISTANT_TOKEN, TOKEN)
    result = place.run("--url", place.server.url, *options.get(way, []), "--no-collect")
    assert result.exit_code == 0
    assert place.token_file.read_text() == f"{TOKEN}\n"


def test_every_answer_is_an_option(place: Place) -> None:
    """Names, sensors that would not be suggested, and another time zone."""
    result = place.run_with_home(
        *("--entity", "cold=sensor.fridge_plug_power", "--entity", f"a b={OUTDOOR}"),
        *("--timezone", "Europe/Amsterdam", "--schedule", "none", "--no-collect"),
    )
    assert result.exit_code == 0
    assert place.settings().entities == {"cold": PLUG, "a b": OUTDOOR}
    assert place.settings().timezone == "Europe/Amsterdam"
    assert "Home Assistant has Europe/Vienna" in result.out
    assert f"{OUTDOOR} has no number just now" in result.out
    assert "none of these" not in result.out  # a power is among them


def test_nothing_that_changes_often_is_told(place: Place) -> None:
    """Without a voltage or a power a power cut cannot be seen well."""
    result = place.run_with_home("--entity", f"energy={HOUSE['energy']}", "--no-collect")
    assert "none of these changes often" in result.out


@pytest.mark.parametrize(
    ("options", "exit_code", "says"),
    [
        (["--url", "127.0.0.1:1"], 75, "Connection refused"),
        (["--url", "http://me:pw@home"], 78, "user name"),
        (["--url", "ftp://home"], 78, "no address"),
        (["--entity", "power"], 78, "NAME=ENTITY_ID"),
        (["--entity", "a=sensor.b", "--entity", "a=sensor.c"], 78, "twice"),
        (["--entity", "power=sensor.none"], 69, "has no sensor.none"),
        (["--entity", f"timestamp={PLUG}"], 78, "cannot have this name"),
        (["--timezone", "Mars/Base"], 78, "no time zone"),
        (["--token-file", "/nowhere"], 78, "/nowhere: No such file"),
        (["--github-repo", "power"], 78, "no repository"),
        (["--github-repo", "me/power"], 78, "--github-token-file"),
        (["--schedule", "hourly"], 2, "hourly"),
    ],
)
def test_what_cannot_be(place: Place, options: list[str], exit_code: int, says: str) -> None:
    """One line with the failure's own code, and nothing is written."""
    result = place.run_with_home(*options)
    assert (result.exit_code, result.out.count("Traceback")) == (exit_code, 0)
    assert says in result.err
    assert len(result.err.splitlines()) == 1
    assert place.is_untouched()


@pytest.mark.parametrize(
    ("options", "says"), [([], "--url"), (["--url", "home"], "")], ids=["address", "token"]
)
def test_what_is_missing_is_named(place: Place, options: list[str], says: str) -> None:
    """Without somebody to ask the option is."""
    result = place.run(*(options and ["--url", place.server.url]))
    assert result.exit_code == 78
    assert (says or "--token-file") in result.err
    assert place.is_untouched()


@pytest.mark.parametrize(
    ("token", "exit_code"), [("wrong", 77), ("", 78), ("two\nlines", 78), ("w\u00fcrong", 78)]
)
def test_a_wrong_token(place: Place, token: str, exit_code: int) -> None:
    """77 where Home Assistant refuses it; what is no token is not sent."""
    result = place.run("--url", place.server.url, "--token-file", place.file(token))
    assert result.exit_code == exit_code
    assert len(result.err.splitlines()) == 1
    assert not token or token not in result.err
    assert place.is_untouched()


def test_the_address_is_tried_without_the_token(place: Place) -> None:
    """A request that lacks one counts as somebody's try to get in: none is made."""
    sent: list[tuple[str, str | None]] = []

    def watched(request: Request, reply: Reply) -> Reply:
        sent.append((request.path, request.headers.get("authorization")))
        return reply

    place.server.answer = watched
    assert place.run_with_home("--no-collect").exit_code == 0
    assert sent == [
        ("/manifest.json", None),
        ("/api/config", f"Bearer {TOKEN}"),
        ("/api/states", f"Bearer {TOKEN}"),
    ]


def saying(status: int, body: bytes, **headers: str) -> Answer:
    """Answer all with the same."""
    return lambda _request, _reply: Reply(status, body, headers=headers)


@pytest.mark.parametrize(
    ("answer", "exit_code"),
    [
        (saying(302, b"", Location="https://elsewhere/"), 78),
        (saying(200, b"<html>a router</html>"), 75),
        (saying(200, b'{"version": 1}'), 75),
        (saying(404, b"nothing here"), 75),
        (saying(503, b"starting"), 75),
        (saying(403, b"banned"), 77),
    ],
)
def test_no_home_assistant(place: Place, answer: Answer, exit_code: int) -> None:
    """Whatever else answers is told, and nothing is written."""
    place.server.answer = answer
    result = place.run_with_home()
    assert (result.exit_code, result.out) == (exit_code, "")
    assert len(result.err.splitlines()) == 1
    assert place.is_untouched()


@pytest.mark.parametrize("body", [b"{}", b'[{"state": 1}]', b"[1]", b"\xff", b"[" * 100_000])
def test_states_that_are_none(place: Place, body: bytes) -> None:
    """A list of nonsense is a line, too."""

    def answer(request: Request, reply: Reply) -> Reply:
        return Reply(200, body) if request.path == "/api/states" else reply

    place.server.answer = answer
    result = place.run_with_home()
    assert (result.exit_code, len(result.err.splitlines())) == (75, 1)
    assert place.is_untouched()


def test_no_sensor_that_fits(place: Place) -> None:
    """69, and the option that names one."""
    place.server.answer = lambda request, reply: (
        Reply(200, b"[]") if request.path == "/api/states" else reply
    )
    result = place.run_with_home()
    assert result.exit_code == 69
    assert "--entity" in result.err


def test_a_configuration_is_not_overwritten(place: Place) -> None:
    """78 and --force; the same again is fine then, with other names."""
    assert place.run_with_home("--no-collect").exit_code == 0
    before = place.config.read_bytes()
    result = place.run_with_home("--entity", f"p={PLUG}")
    assert (result.exit_code, result.out) == (78, "")
    assert "--force" in result.err
    assert place.config.read_bytes() == before
    assert place.run_with_home("--entity", f"p={PLUG}", "--force").exit_code == 0
    assert place.settings().entities == {"p": PLUG}


def test_a_token_file_is_not_overwritten(place: Place) -> None:
    """Nor is another's token beside it; one that is the same is made safe."""
    place.config.parent.mkdir()
    place.token_file.write_text("another")
    result = place.run_with_home("--no-collect")
    assert result.exit_code == 78
    assert str(place.token_file) in result.err
    assert rest(place.config.parent) == ["homeassistant.token"]
    place.token_file.write_text(f"{TOKEN}\n")
    place.token_file.chmod(0o644)
    own = ("--url", place.server.url, "--token-file", str(place.token_file), "--no-collect")
    assert place.run(*own).exit_code == 0
    assert mode(place.token_file) == 0o600


@pytest.mark.parametrize("broken", ["fsync", "settings", "replace"])
@pytest.mark.parametrize("existed", [False, True])
def test_a_failure_while_writing_takes_all_back(
    place: Place,
    broken: str,
    existed: bool,  # noqa: FBT001 - a parameter of the test
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A full disk at any file leaves what was there before, and nothing else."""
    if existed:
        place.run_with_home("--no-collect")
        place.token_file.write_text("before")
    before = {path: path.read_bytes() for path in place.folder.rglob("*") if path.is_file()}
    count = 0

    def fails(*_: object) -> None:
        nonlocal count
        count += 1
        if count == 2:
            raise OSError(28, "No space left on device")

    def cannot_load(_path: Path) -> None:
        message = "of all things"
        raise ConfigError(message)

    if broken == "fsync":
        monkeypatch.setattr(os, "fsync", fails)
    elif broken == "replace":
        replace = Path.replace

        def replacing(path: Path, target: Path) -> Path:
            fails()
            return replace(path, target)

        monkeypatch.setattr(Path, "replace", replacing)
    else:
        monkeypatch.setattr(settings, "load", cannot_load)
    result = place.run_with_home("--force", "--no-collect")
    assert result.exit_code in {75, 78}
    assert len(result.err.splitlines()) == 1
    after = {path: path.read_bytes() for path in place.folder.rglob("*") if path.is_file()}
    assert after == before
    assert place.is_untouched() or existed


def test_a_step_that_fails_is_told_and_all_else_stays(place: Place) -> None:
    """The configuration is whole: the exit code is the first run's, and the next steps are told."""

    def answer(request: Request, reply: Reply) -> Reply:
        return Reply(503, b"busy") if "history" in request.path else reply

    place.server.answer = answer
    result = place.run_with_home()
    assert result.exit_code == 75
    assert "collect: " in result.err
    assert "What to do next" in result.out
    assert place.settings().entities == HOUSE


def test_quiet(place: Place) -> None:
    """With -q success says nothing."""
    arguments = place.arguments("--no-input", "--url", place.server.url)
    with redirect_stdout(io.StringIO()) as out:
        assert cli.main(["-q", *arguments, "--token-file", place.file()]) == 0
    assert out.getvalue() == ""
    assert (place.data_dir / "daily.json").is_file()


def test_the_global_data_dir(place: Place) -> None:
    """--data-dir before the command counts, too, and is written down."""
    options = ["--config", str(place.config), "--data-dir", str(place.data_dir), "init"]
    with redirect_stdout(io.StringIO()):
        exit_code = cli.main(
            [*options, "--no-input", "--url", place.server.url, "--token-file", place.file()]
        )
    assert exit_code == 0
    assert place.settings().data_dir == place.data_dir
    assert (place.data_dir / "daily.json").is_file()


def test_without_a_terminal_nobody_is_asked(place: Place) -> None:
    """A script that forgot --no-input is told so."""
    done = subprocess.run(
        [sys.executable, "-m", "powerstats_cli", *place.arguments()],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "--no-input" in done.stderr
    assert place.is_untouched()


def test_the_schedule_is_installed(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Into cron, once there are a configuration and data."""
    table, crontab = tmp_path / "table", tmp_path / "crontab"
    crontab.write_text(f'#!/bin/sh\n[ "$1" = -l ] && {{ cat {table}; exit; }}\ncat > {table}\n')
    crontab.chmod(0o755)
    table.touch()
    machine = Machine(
        systemd_user=tmp_path / "user",
        cron_file=tmp_path / "cron.d",
        systemd_system=tmp_path / "system",
        crontab=str(crontab),
    )
    monkeypatch.setattr(Machine, "this", lambda _environment: machine)
    result = place.run_with_home("--schedule", "cron")
    assert (result.exit_code, result.err) == (0, "")
    assert f"--config {place.config} collect" in table.read_text()
    assert "schedule install" not in result.out


# --- GitHub -------------------------------------------------------------------------------------


def with_github(github: GitHub, file: Path, token: str = GITHUB_TOKEN) -> list[str]:
    """Return the options for a repository."""
    file.write_text(token)
    options = {"--github-repo": "me/power", "--github-token-file": str(file)}
    options["--github-api-url"] = github.url
    return [word for option in options.items() for word in option]


def test_a_repository(place: Place, github: GitHub, tmp_path: Path) -> None:
    """Permission and expiry are told, and that anyone can see a page; nothing is committed."""
    result = place.run_with_home(*with_github(github, tmp_path / "other"), "--no-collect")
    assert (result.exit_code, result.err) == (0, "")
    written = place.settings()
    assert written.github is not None
    assert (written.github.repo, written.github.api_url) == ("me/power", github.url)
    assert settings.github_token(written.github, {}) == GITHUB_TOKEN
    assert mode(place.config.with_name("github.token")) == 0o600
    expires = now() + timedelta(days=30)
    assert f"{expires:%b %Y}" in result.out
    for said in ("the token may write", "anyone can see, though me/power is private", "publish"):
        assert said in result.out
    assert github.repositories[0].is_empty


@pytest.mark.parametrize(
    ("token", "repo", "exit_code", "says"),
    [
        ("wrong", "me/power", 77, "refused the token"),
        ("reads", "me/power", 77, "Contents: read and write"),
        (GITHUB_TOKEN, "me/none", 69, "no such repository"),
    ],
)
def test_a_repository_that_cannot_be_written_to(
    place: Place, github: GitHub, tmp_path: Path, token: str, repo: str, exit_code: int, says: str
) -> None:
    """One line with the failure's own code, and nothing is written."""
    github.tokens["reads"] = Token(contents="read")
    options = with_github(github, tmp_path / "other", token)
    result = place.run_with_home(*options, "--github-repo", repo)
    assert result.exit_code == exit_code
    assert says in result.err
    assert len(result.err.splitlines()) == 1
    assert place.is_untouched()


# --- at a terminal ------------------------------------------------------------------------------


def test_a_person(place: Place) -> None:
    """A wrong address, a wrong token, then the right ones; what is suggested is taken."""
    with place.sit_down("--no-backfill") as terminal:
        terminal.answer("Address", "127.0.0.1:1")
        assert "Connection refused" in terminal.wait_for("Address")
        terminal.wait_for(": ")
        terminal.type(f"{place.server.url}/lovelace/0")
        terminal.answer("Token", "wrong")
        assert "refused the token" in terminal.wait_for("Token")
        terminal.wait_for(": ")
        terminal.type(TOKEN)
        shown = terminal.wait_for("Which")
        terminal.answer("[1-3]")
        terminal.answer("Use GitHub?")
        assert place.is_untouched()
        terminal.answer("cron, systemd or none", "none")
        assert terminal.end() == 0
    assert "1  [bold]House[/bold]" in shown
    assert "0.40" in shown
    assert "\x1b" not in terminal.shown
    assert TOKEN not in terminal.shown
    assert "wrong\n" not in terminal.shown
    assert place.settings().entities == HOUSE
    assert mode(place.token_file) == 0o600
    assert "values stored" in terminal.shown
    assert max(map(len, shown.splitlines())) <= 80
    requests = [path for path in place.server.requests if path == "/api/config"]
    assert len(requests) == 2


def test_another_choice(place: Place, github: GitHub) -> None:
    """Numbers, a name of one's own, a sensor that is not listed; GitHub after a wrong token."""
    given = ("--url", place.server.url, "--token-file", place.file(), "--schedule", "none")
    with place.sit_down(*given, "--github-api-url", github.url, "--no-collect") as terminal:
        terminal.answer("Which", "9")
        assert "from 1 to 4" in terminal.wait_for("Which")
        terminal.wait_for(": ")
        terminal.type(f"2 fridge=4 {OUTDOOR}")
        terminal.answer(f"A name for {OUTDOOR} [outdoor]")
        terminal.answer("Use GitHub?", "y")
        terminal.answer("Repository", "https://github.com/me/power")
        terminal.answer("Token", "wrong")
        terminal.answer("Repository")
        terminal.answer("Token", GITHUB_TOKEN)
        assert terminal.end() == 0
    assert GITHUB_TOKEN not in terminal.shown
    assert place.settings().entities == {
        "voltage": HOUSE["voltage"],
        "fridge": PLUG,
        "outdoor": OUTDOOR,
    }
    assert place.settings().known_github.repo == "me/power"
    assert not (place.data_dir / "daily.json").exists()


@pytest.mark.parametrize("at", ["Address", "Token", "Which", "Use GitHub?", "Who runs them"])
@pytest.mark.parametrize("by", ["Ctrl-C", "Ctrl-D"])
def test_leaving_half_way(place: Place, at: str, by: str) -> None:
    """130, and no trace of the answers so far."""
    answers = {
        "Address": place.server.url,
        "Token": TOKEN,
        "Which": "",
        "Use GitHub?": "",
        "Who runs them": "",
    }
    with place.sit_down() as terminal:
        for question, answer in answers.items():
            if question == at:
                break
            terminal.answer(question, answer)
        terminal.wait_for(at)
        terminal.wait_for(": ")
        terminal.press(by, until="Nothing was written.")
        assert terminal.end() == 130
    assert "Traceback" not in terminal.shown
    assert place.is_untouched()


def test_what_is_there_stays_unless_told(place: Place) -> None:
    """No is the default; with yes, the token that is there is as good as a new one."""
    place.run_with_home("--no-collect", "--entity", f"p={PLUG}")
    before = place.config.read_bytes()
    with place.sit_down() as terminal:
        terminal.answer("Overwrite it?")
        assert terminal.end() == 0
    assert "Nothing was changed." in terminal.shown
    assert place.config.read_bytes() == before
    with place.sit_down("--no-collect", "--schedule", "none") as terminal:
        terminal.answer("Overwrite it?", "y")
        terminal.answer("Address", place.server.url)
        terminal.answer("Enter takes that in homeassistant.token")
        terminal.answer("Which", "1")
        terminal.answer("Use GitHub?")
        assert terminal.end() == 0
    assert place.settings().entities == {"power": HOUSE["power"]}
    assert place.token_file.read_text() == f"{TOKEN}\n"


def test_after_some_tries_it_ends(place: Place) -> None:
    """Nobody is asked for ever: the last failure's code, and nothing is written."""
    with place.sit_down("--url", place.server.url) as terminal:
        for _ in range(6):
            terminal.answer("Token", "wrong")
        assert terminal.end() == 77
    assert place.is_untouched()


# --- addresses and folders ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("homeassistant.local", "http://homeassistant.local:8123"),
        (" HomeAssistant.local/ ", "http://homeassistant.local:8123"),
        ("192.168.1.5", "http://192.168.1.5:8123"),
        ("192.168.1.5:80", "http://192.168.1.5:80"),
        ("http://home", "http://home:8123"),
        ("HTTP://home:8123//", "http://home:8123"),
        ("http://home:8123/lovelace/0?edit=1#top", "http://home:8123"),
        ("https://home.example.org", "https://home.example.org"),
        ("https://home.example.org:8443/profile/security", "https://home.example.org:8443"),
        ("[fe80::1]", "http://[fe80::1]:8123"),
    ],
)
def test_an_address(written: str, expected: str) -> None:
    """What is typed or pasted becomes what the configuration wants."""
    assert address(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "",
        "http://",
        "ftp://home",
        "home:99999",
        "home:0",
        "two words",
        "me:secret@home",
        "[::1",
        "é",
    ],
)
def test_no_address(written: str) -> None:
    """What cannot be one is refused, without showing what may be a password."""
    with pytest.raises(ConfigError) as refused:
        address(written)
    assert "secret" not in str(refused.value)


def test_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Root sets up the machine, anyone else themselves; a given file counts before."""
    monkeypatch.setenv("HOME", str(tmp_path))
    own, systems = Folders.of(is_root=False), Folders.of(is_root=True)
    assert configuration(None, {}, own) == tmp_path / ".config/powerstats/config.toml"
    assert own.data_dir == tmp_path / ".local/share/powerstats"
    assert configuration(None, {}, systems) == Path("/etc/powerstats/config.toml")
    assert systems.data_dir == Path("/var/lib/powerstats")
    elsewhere = {settings.ENVIRONMENT_PATH: "/elsewhere.toml"}
    assert configuration(None, elsewhere, own) == Path("/elsewhere.toml")
    assert configuration(Path("~/a.toml"), elsewhere, own) == tmp_path / "a.toml"
