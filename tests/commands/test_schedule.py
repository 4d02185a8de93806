"""`schedule`: what cron and systemd are given, where it is put, and the pause that stops it all."""

import io
import json
import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from powerstats_cli import settings
from powerstats_cli.cli import main as cli
from powerstats_cli.commands.schedule import length
from powerstats_cli.core.schedule import crontab, systemd
from powerstats_cli.core.schedule.crontab import BEGIN, END
from powerstats_cli.core.schedule.setup import Setup
from powerstats_cli.core.schedule.steps import STEPS
from powerstats_cli.errors import ConfigError, UnreadableError
from powerstats_cli.jobs.machine import Machine
from tests.support.homes import Stage, staged, steady_home
from tests.support.installation import Installation, Result

ZONE = ZoneInfo("Europe/Amsterdam")
NASTY = r"""it's 100% "so" \%$HOME\;& x"""
NAME = pwd.getpwuid(os.geteuid()).pw_name


def unable(message: str) -> NoReturn:
    """Skip, or fail where what is missing has to be there."""
    if os.environ.get("CI"):
        pytest.fail(f"{message}, and CI needs it", pytrace=False)
    pytest.skip(message)


# --- cron's texts -------------------------------------------------------------------------------


def as_cron_reads(command: str) -> str:
    """Return what cron gives to the shell (crontab(5)): the rest after a % is its stdin."""
    given, characters = "", iter(command)
    for character in characters:
        if character == "%":
            return given
        given += character
        if character == "\\":
            following = next(characters, "")
            given = given[:-1] + following if following == "%" else given + following
    return given


def as_run(command: str) -> list[str]:
    """Return the words that a crontab's command has in the end."""
    given = as_cron_reads(command)
    script = f"set -- {given}; printf '%s\\0' \"$@\""
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


@hypothesis_settings(deadline=None)  # each example starts a shell
@given(st.lists(st.text(st.sampled_from("aä /%\\'\"$`;&#*~!()\u20ac"), min_size=1), min_size=1))
def test_a_path_comes_through_cron(words: list[str]) -> None:
    """Whatever a path has in it: cron's percent signs, the shell's quotes and words."""
    entry = next(crontab.entries(Setup((*words,))))
    assert as_run(entry.split(maxsplit=5)[5]) == [*words, "collect"]


@pytest.mark.parametrize(
    ("minutes", "entry_time", "on_calendar"),
    [
        (1, "* * * * *", "*-*-* *:*:00"),
        (5, "*/5 * * * *", "*-*-* *:00/5:00"),
        (10, "*/10 * * * *", "*-*-* *:00/10:00"),
        (60, "0 * * * *", "*-*-* *:00:00"),
    ],
)
def test_collect_follows_the_interval(minutes: int, entry_time: str, on_calendar: str) -> None:
    """It runs at the end of each collection interval."""
    setup = Setup(("powerstats",), "Europe/Amsterdam", minutes)
    assert next(crontab.entries(setup)) == f"{entry_time:<14}powerstats collect"
    timer = systemd.units(setup, of_user=False)["powerstats-collect.timer"]
    assert f"OnCalendar={on_calendar} Europe/Amsterdam\n" in timer


def test_the_systems_lines_name_the_user() -> None:
    """A line of /etc/cron.d has a sixth field."""
    setup = Setup(("/bin/powerstats",), user="pi")
    assert "0 0 * * *     pi  /bin/powerstats rotate" in crontab.entries(setup, with_user=True)


def test_sync_needs_a_repository() -> None:
    """The steps for GitHub are there with [github] only."""
    names = [step.name for step in Setup(("p",)).steps]
    assert [step.name for step in Setup(("p",), has_github=True).steps] == [
        *names,
        "sync monthly",
        "sync yearly",
    ]


@pytest.mark.parametrize("word", ["a\nb", "a\tb", "\udcff"])
def test_what_no_line_can_say_is_refused(word: str) -> None:
    """A path with a new line in it, or with no characters, has no place in a schedule."""
    setup = Setup((word,), user="pi")
    with pytest.raises(ConfigError):
        crontab.crontab(setup)
    with pytest.raises(ConfigError):
        systemd.units(setup, of_user=False)


others = st.lists(
    st.one_of(
        st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=20),
        st.sampled_from(
            ["", "\r", "* * * * * true", f" {BEGIN}", f"{END} ", BEGIN + "s", "MAILTO="]
        ),
    ).filter(lambda line: line not in {BEGIN, END}),
).map(lambda lines: "".join(f"{line}\n" for line in lines))


@given(others, others)
def test_other_lines_of_a_crontab_stay(above: str, below: str) -> None:
    """Put in, put in again, changed and taken out: nothing else differs by a byte."""
    old, new = (crontab.block(Setup((program,))) for program in ("old", "new"))
    assert crontab.with_block(above, old) == above + old
    assert crontab.with_block(above + old + below, old) == above + old + below
    assert crontab.with_block(above + old + below, new) == above + new + below
    assert crontab.with_block(above + old + below + old, new) == above + new + below
    assert crontab.without_block(above + old + below) == above + below
    assert crontab.find_block(above + old + below) == old
    assert crontab.find_block(above + below) == ""


@pytest.mark.parametrize("broken", [f"{BEGIN}\nx\n", f"x\n{END}\n", f"{BEGIN}\n{BEGIN}\n{END}\n"])
def test_a_marker_alone_is_told(broken: str) -> None:
    """Where our part ends is not guessed."""
    for change in (crontab.without_block, lambda text: crontab.with_block(text, "new")):
        with pytest.raises(UnreadableError, match="# powerstats"):
            change(broken)


def test_a_crontab_without_its_last_newline() -> None:
    """The line before ours gets an end."""
    assert crontab.with_block("x", "ours\n") == "x\nours\n"
    assert crontab.with_block("", "ours\n") == "ours\n"


# --- systemd's texts ----------------------------------------------------------------------------


def verified(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """Have systemd itself read the units of a folder."""
    if shutil.which("systemd-analyze") is None:
        unable("units are read by systemd itself: apt-get install systemd")
    done = subprocess.run(
        ["systemd-analyze", *options, *sorted(map(str, folder.iterdir()))],
        env={**os.environ, "XDG_RUNTIME_DIR": str(folder.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    if os.geteuid() != 0 and "Permission denied" in done.stderr:
        pytest.skip("where systemd does not run only root can ask it")
    return done


def written(folder: Path, setup: Setup, *, of_user: bool) -> Path:
    """Write units into a folder."""
    folder.mkdir()
    for name, text in systemd.units(setup, of_user=of_user).items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture(params=["plain", "100% a b;", NASTY])
def nasty(tmp_path: Path, request: pytest.FixtureRequest) -> Setup:
    """Return a setup with a repository, in paths of which less and less is harmless."""
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
    """Not one line of them is unknown to it, or wrong; it finds the program."""
    folder = written(tmp_path / "units", nasty, of_user=of_user)
    done = verified(folder, "verify", *(["--user"] if of_user else []))
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(folder.iterdir())) == 2 * len(STEPS)


def test_services_are_hardened(tmp_path: Path) -> None:
    """By systemd's own measure, of ten, a step is hardly exposed."""
    setup = Setup(("/usr/bin/powerstats",), user="pi", writes=("/var/lib/powerstats",))
    folder = written(tmp_path / "units", setup, of_user=False)
    for timer in folder.glob("*.timer"):
        timer.unlink()
    done = verified(folder, "security", "--offline=true", "--threshold=20", "--no-pager")
    assert done.returncode == 0, done.stdout


def test_a_service_gets_what_it_needs_and_no_more() -> None:
    """Of tokens, network and folders."""
    setup = Setup(
        ("/usr/bin/powerstats",),
        has_github=True,
        user="pi",
        writes=("/var/lib/powerstats",),
        tokens={"homeassistant": "/etc/ha", "github": "/etc/gh"},
    )
    units = systemd.units(setup, of_user=False)
    credentials = {
        name: found[1]
        for name, text in units.items()
        if (found := re.search("LoadCredential=(.*)", text))
    }
    assert credentials == {
        "powerstats-collect.service": "homeassistant.token:/etc/ha",
        "powerstats-publish.service": "github.token:/etc/gh",
        "powerstats-sync-push-monthly.service": "github.token:/etc/gh",
        "powerstats-sync-push-yearly.service": "github.token:/etc/gh",
    }
    online = {name for name, text in units.items() if "AF_INET" in text}
    assert online == set(credentials)
    offline = systemd.units(Setup(("/p",), user="pi"), of_user=False)["powerstats-publish.service"]
    assert "RestrictAddressFamilies=none" in offline
    for name, text in units.items():
        if name.endswith(".timer"):
            assert "Persistent=true\n" in text
        else:
            assert "ReadWritePaths=/var/lib/powerstats\n" in text
            assert "ProtectHome=true\n" in text


@pytest.mark.parametrize(
    ("path", "home", "tmp"),
    [
        ("/var/lib/powerstats", "true", True),
        ("/homes/pi", "true", True),
        ("/home/pi/power", "read-only", True),
        ("/root", "read-only", True),
        ("/tmp/power", "true", False),
    ],
)
def test_a_service_can_reach_its_files(path: str, home: str, tmp: bool) -> None:  # noqa: FBT001
    """Homes and /tmp are hidden from it, but where its own files are there."""
    for where in (Setup(("/p",), writes=(path,)), Setup(("/p",), reads=(path,)), Setup((path,))):
        text = systemd.units(where, of_user=False)["powerstats-rotate.service"]
        assert f"ProtectHome={home}\n" in text
        assert ("PrivateTmp=true\n" in text) == tmp


@pytest.mark.parametrize("table", ["homeassistant", "github"])
def test_a_token_of_systemd(table: str, tmp_path: Path) -> None:
    """It counts before the file's and after the environment's; without one all is as ever."""
    (tmp_path / "token").write_text("of-the-file")
    (tmp_path / "credentials").mkdir()
    config = tmp_path / "powerstats.toml"
    config.write_text(
        'timezone = "UTC"\n[homeassistant]\nurl = "http://127.0.0.1:1"\nentity_id = "a.b"\n'
        f'token_file = "{tmp_path}/token"\n[github]\nrepo = "a/b"\ntoken = "of-the-configuration"\n'
    )
    read = settings.load(config)

    def token(**environment: str) -> str:
        if table == "homeassistant":
            return settings.homeassistant_token(read, environment)
        return settings.github_token(read.known_github, environment)

    credentials = str(tmp_path / "credentials")
    without = "of-the-file" if table == "homeassistant" else "of-the-configuration"
    assert token() == token(CREDENTIALS_DIRECTORY=credentials) == without
    (tmp_path / "credentials" / f"{table}.token").write_text("of-systemd\n")
    assert token(CREDENTIALS_DIRECTORY=credentials) == "of-systemd"
    variable = f"POWERSTATS_{table.upper()}_TOKEN"
    assert token(CREDENTIALS_DIRECTORY=credentials, **{variable: "of-the-environment"}) == (
        "of-the-environment"
    )


# --- install, show, remove ----------------------------------------------------------------------

CRONTAB = """#!/bin/sh
# What Debian's does with one crontab, of whoever asks.
case "$1" in
    -l) cat "$0.tab" 2>/dev/null || { echo "no crontab for someone" >&2; exit 1; } ;;
    -r) rm "$0.tab" ;;
    -) cat > "$0.new"
       if [ -n "$(tail -c 1 "$0.new")" ]; then
           echo "new crontab file is missing newline before EOF, can't install." >&2; exit 1
       fi
       mv "$0.new" "$0.tab" ;;
esac
"""
SYSTEMCTL = """#!/bin/sh
# Notes what it is told, and makes and unmakes the links of enable and disable.
echo "$@" >> "$0.log"
folder="$0.system"
if [ "$1" = --user ]; then folder="$0.user"; shift; fi
verb="$1"; shift
mkdir -p "$folder/timers.target.wants"
for timer in "$@"; do
    case "$verb $timer" in
        *--now) ;;
        enable*) test -f "$folder/$timer" || { echo "Unit $timer does not exist." >&2; exit 1; }
                 ln -sf "../$timer" "$folder/timers.target.wants/$timer" ;;
        disable*) rm -f "$folder/timers.target.wants/$timer" ;;
    esac
done
"""


@dataclass
class Place:
    """A machine of folders and of programs that stand in for cron's and systemd's."""

    installation: Installation
    machine: Machine
    programs: Path
    patch: pytest.MonkeyPatch

    def run(self, *arguments: str) -> Result:
        """Run `powerstats schedule` on this machine."""
        self.patch.setattr(Machine, "this", classmethod(lambda _cls, _environment: self.machine))
        return self.installation.run("schedule", *arguments)

    def well(self, *arguments: str) -> str:
        """Run it well; return what it said."""
        result = self.run(*arguments)
        assert (result.exit_code, result.err) == (0, ""), result
        return result.out

    def change(self, **changes: object) -> None:
        """Be another machine."""
        self.machine = msgspec.structs.replace(self.machine, **changes)

    @property
    def tab(self) -> Path:
        """The crontab."""
        return self.programs / "crontab.tab"

    @property
    def told(self) -> list[str]:
        """What systemctl was told; it is forgotten then."""
        log = self.programs / "systemctl.log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Return a machine that has cron and systemd, and whose user is root."""
    programs = tmp_path / "programs"
    for folder in (programs, tmp_path / "cron.d", tmp_path / "run"):
        folder.mkdir()
    for name, text in (("crontab", CRONTAB), ("systemctl", SYSTEMCTL)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    installation = Installation(tmp_path / "home", "http://127.0.0.1:1", {"power": "sensor.power"})
    installation.data_dir.mkdir()
    machine = Machine(
        systemd_user=programs / "systemctl.user",
        is_root=True,
        cron_file=tmp_path / "cron.d" / "powerstats",
        systemd_system=programs / "systemctl.system",
        systemd_runs=tmp_path / "run",
        crontab=str(programs / "crontab"),
        systemctl=str(programs / "systemctl"),
    )
    return Place(installation, machine, programs, monkeypatch)


def commands(crontab: str, *, fields: int) -> list[list[str]]:
    """Return the words of a crontab's commands."""
    lines = [line for line in crontab.splitlines() if line and not line.startswith("#")]
    return [shlex.split(line)[fields:] for line in lines]


def test_prints_the_crontab_of_this_installation(place: Place) -> None:
    """Absolute paths, in a form that `crontab -` takes."""
    here = [sys.executable, "-m", "powerstats_cli", "--config", str(place.installation.config)]
    steps = [step for step in STEPS if not step.needs_github]
    assert commands(place.well(), fields=5) == [[*here, *step.command] for step in steps]


def test_a_script_is_named_as_it_was_called(place: Place) -> None:
    """A link to it, such as pipx makes, outlives the version behind it."""
    script = place.programs / "powerstats"
    script.symlink_to(sys.executable)
    place.patch.setattr(sys, "argv", [str(script)])
    assert f" {script} --config" in place.well()


def test_data_dir_on_the_command_line_is_kept(place: Place, tmp_path: Path) -> None:
    """The schedule is for the folder it was asked for."""
    place.patch.chdir(tmp_path)
    out = io.StringIO()
    with redirect_stdout(out):
        options = ["--config", "home/powerstats.toml", "--data-dir", "other"]
        assert cli.main([*options, "schedule"]) == 0
    assert (
        f"--config {tmp_path}/home/powerstats.toml --data-dir {tmp_path}/other " in out.getvalue()
    )


def test_a_file_in_cron_d(place: Place) -> None:
    """Root's is for the owner of the data directory; cron takes it; doing it twice is once."""
    umask = os.umask(0o002)
    try:
        told = place.well("install", "--cron")
    finally:
        os.umask(umask)
    assert told == f"{place.machine.cron_file}: 6 lines are in it\n"
    file = place.machine.cron_file
    assert file.stat().st_mode & 0o777 == 0o644
    text = file.read_text()
    assert [words[0] for words in commands(text, fields=5)] == [NAME] * 6
    assert "as it should be" in place.well("install", "--cron")
    assert file.read_text() == text
    assert place.well("show") == f"{file}: as it should be\n"
    assert [path.name for path in file.parent.iterdir()] == ["powerstats"]


def test_a_mailto_in_cron_d_stays(place: Place) -> None:
    """What someone wrote above our lines is theirs, also when ours go."""
    place.well("install", "--cron")
    file = place.machine.cron_file
    file.write_text("MAILTO=me@example.com\n" + file.read_text())
    place.installation.configure(data={"collection_interval_minutes": 5})
    assert "not as it should be" in place.well("show")
    place.well("install", "--cron")
    assert file.read_text().startswith("MAILTO=me@example.com\n")
    assert "*/5 * * * *" in file.read_text()
    place.well("remove")
    assert file.read_text() == "MAILTO=me@example.com\n"


def test_ones_own_crontab(place: Place) -> None:
    """Another user's goes between markers into the crontab, whose bytes stay."""
    place.change(is_root=False)
    before = b"# mine\n\nMAILTO=me\n* * * * *\techo caf\xe9 \\% # powerstats\n"
    place.tab.write_bytes(before)
    assert "6 lines are in it" in place.well("install", "--cron")
    assert place.tab.read_bytes().startswith(before + f"{BEGIN}\n".encode())
    whole = place.tab.read_bytes()
    place.well("install", "--cron")
    assert place.tab.read_bytes() == whole
    assert place.well("show") == f"the crontab of {NAME}: as it should be\n"
    assert place.well("remove") == f"the crontab of {NAME}: our lines are out of it\n"
    assert place.tab.read_bytes() == before
    assert not place.machine.cron_file.exists()


def test_without_a_crontab_before(place: Place) -> None:
    """One that holds nothing else comes and goes with our lines."""
    place.change(is_root=False)
    place.well("install", "--cron")
    assert place.tab.read_text().startswith(BEGIN)
    place.well("remove")
    assert not place.tab.exists()
    assert place.well("remove") == "nothing is installed\n"
    assert place.well("show").startswith("nothing is installed: ")


def test_lines_of_ones_own_are_told(place: Place) -> None:
    """Lines that were put there by hand are neither touched nor hidden."""
    place.change(is_root=False)
    place.tab.write_text("0 0 * * *     powerstats rotate\n")
    assert "not between our markers" in place.well("install", "--cron")
    assert "not between our markers" in place.well("remove")
    assert place.tab.read_text() == "0 0 * * *     powerstats rotate\n"


def test_a_crontab_that_cannot_be_read_is_not_replaced(place: Place) -> None:
    """An error is not taken for an empty crontab."""
    place.change(is_root=False)
    Path(place.machine.crontab).write_text("#!/bin/sh\necho 'you are not allowed' >&2\nexit 1\n")
    for command in (["install", "--cron"], ["remove"], ["show"]):
        result = place.run(*command)
        assert result.exit_code == os.EX_NOPERM
        assert "not allowed" in result.err


@pytest.mark.parametrize("of_user", [False, True])
def test_units(place: Place, of_user: bool) -> None:  # noqa: FBT001
    """They are written, known to systemd and switched on; taken out they leave nothing."""
    option = ["--user"] if of_user else []
    folder = place.machine.systemd_user if of_user else place.machine.systemd_system
    told = place.well("install", "--systemd", *option)
    assert f"{folder}: 6 services with timers are in it\n" in told
    names = [systemd.unit_name(step) for step in STEPS if not step.needs_github]
    timers = [f"{name}.timer" for name in names]
    says = " ".join(option)
    assert place.told == [
        f"{says} daemon-reload".strip(),
        f"{says} enable --now {' '.join(timers)}".strip(),
    ]
    assert place.well("show") == f"{folder}/powerstats-*: as it should be\n"
    stamps = {path: path.stat().st_mtime_ns for path in folder.glob("powerstats-*")}
    place.well("install", "--systemd", *option)
    assert stamps == {path: path.stat().st_mtime_ns for path in folder.glob("powerstats-*")}
    assert len(stamps) == 12
    assert place.told
    assert "6 services with timers are out of it" in place.well("remove")
    assert place.told == [
        f"{says} disable --now {' '.join(timers)}".strip(),
        f"{says} daemon-reload".strip(),
    ]
    assert [path.name for path in folder.rglob("*") if path.name != "timers.target.wants"] == []


def test_units_that_are_no_longer_wanted_go(place: Place) -> None:
    """Without [github] its timers are switched off."""
    config = place.installation.config
    without = config.read_text()
    config.write_text(without + '[github]\nrepo = "me/power"\ntoken = "x"\n')
    place.well("install", "--systemd")
    folder = place.machine.systemd_system
    assert (folder / "powerstats-sync-push-yearly.timer").exists()
    config.write_text(without)
    assert "not as it should be" in place.well("show")
    place.told  # noqa: B018 - forgotten
    place.well("install", "--systemd")
    first = place.told[0]
    assert first.startswith("disable --now powerstats-sync-push-monthly.timer ")
    assert not list(folder.rglob("*sync*"))


def test_without_systemd_at_work(place: Place, tmp_path: Path) -> None:
    """In a container, or an image that is made, what remains to be done is said."""
    place.change(systemd_runs=tmp_path / "nowhere")
    told = place.well("install", "--systemd")
    systemctl = place.machine.systemctl
    assert f"to be run: {systemctl} daemon-reload\n" in told
    assert f"to be run: {systemctl} enable --now powerstats-collect.timer " in told
    assert not place.told
    assert "not switched on yet" in place.well("show")
    place.well("remove")
    assert not list(place.machine.systemd_system.glob("powerstats*"))


def test_systemd_refuses(place: Place) -> None:
    """What systemctl says is passed on in a line."""
    Path(place.machine.systemctl).write_text("#!/bin/sh\necho 'Failed to connect' >&2\nexit 1\n")
    result = place.run("install", "--systemd", "--user")
    assert result.exit_code == os.EX_TEMPFAIL
    assert result.err.endswith("--user daemon-reload`: Failed to connect\n")


def test_two_schedules_are_told(place: Place) -> None:
    """Cron and systemd together would run each step twice; `remove` finds both."""
    place.well("install", "--cron")
    assert "runs twice" in place.well("install", "--systemd")
    assert "more than once" in place.well("show")
    told = place.well("remove")
    assert "our lines are out" in told
    assert "services with timers are out" in told


@pytest.mark.parametrize("arguments", [["--cron"], ["--systemd"]])
def test_the_folders_are_made(place: Place, arguments: Sequence[str]) -> None:
    """A service cannot write to a folder that is not there."""
    place.installation.data_dir.rmdir()
    place.well("install", *arguments, "--as-user", NAME)
    assert (place.installation.data_dir / "site").is_dir()


# --- what cannot work ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--cron", "--systemd"],
        ["--cron", "--user"],
        ["--user"],
        ["--systemd", "--user", "--as-user", NAME],
    ],
)
def test_which_schedule_must_be_said(place: Place, arguments: Sequence[str]) -> None:
    """One of cron and systemd, and options that go together: else 2."""
    result = place.run("install", *arguments)
    assert result.exit_code == 2
    assert len(result.err.splitlines()) == 1


def test_without_a_configuration(place: Place) -> None:
    """78, and nothing is installed; what is there can still be taken out."""
    place.well("install", "--cron")
    place.installation.config.unlink()
    for arguments in ([], ["show"], ["install", "--cron"], ["pause"], ["resume"]):
        assert place.run(*arguments).exit_code == os.EX_CONFIG
    assert "out of it" in place.well("remove")


REFUSED = {
    "no cron": ({"crontab": "no-such-program"}, ["--cron"], 69, "cron is not on this machine"),
    "not root": ({"is_root": False}, ["--systemd"], 77, "run it with sudo, or add --user"),
    "another's": ({"is_root": False}, ["--cron", "--as-user", "bin"], 77, "only root can"),
    "no user": ({}, ["--cron", "--as-user", "no-such-user"], 69, "no user no-such-user"),
}


@pytest.mark.parametrize(("machine", "options", "code", "says"), REFUSED.values(), ids=REFUSED)
def test_refused(
    place: Place, machine: dict[str, object], options: list[str], code: int, says: str
) -> None:
    """One line says what is in the way; nothing is installed."""
    place.change(**machine)
    result = place.run("install", *options)
    assert (result.exit_code, result.out, len(result.err.splitlines())) == (code, "", 1), result
    assert says in result.err
    place.change(crontab=str(place.programs / "crontab"))
    assert place.well("show").startswith("nothing is installed")


CONFIGURATIONS = {
    "token only in the shell": (
        'token_file = "{home}/token"\n',
        "",
        78,
        "homeassistant.token_file",
    ),
    "no such token file": ("/token", "/no-token", 78, "/no-token: No such file"),
    "relative": ('data_dir = "{home}/data"', 'data_dir = "data"', 78, "paths.data_dir: 'data'"),
    "no data directory": ("/data", "/not-yet", 78, "--as-user"),
}


@pytest.mark.parametrize(
    ("old", "new", "code", "says"), CONFIGURATIONS.values(), ids=CONFIGURATIONS
)
def test_what_cron_could_not_run_is_refused(
    place: Place, tmp_path: Path, old: str, new: str, code: int, says: str
) -> None:
    """A schedule that would fail every ten minutes is not installed."""
    place.patch.setenv("POWERSTATS_HOMEASSISTANT_TOKEN", "x")
    place.patch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    config = place.installation.config
    old = old.format(home=place.installation.folder)
    assert old in config.read_text()
    config.write_text(config.read_text().replace(old, new))
    result = place.run("install", "--cron")
    assert (result.exit_code, result.out) == (code, ""), result
    assert says in result.err
    assert not place.machine.cron_file.exists()


def test_a_program_that_cannot_be_run(place: Place) -> None:
    """It is tried, as whom and with what it would be run."""
    broken = place.programs / "powerstats"
    broken.write_text("#!/bin/sh\necho 'powerstats: not like this' >&2\nexit 70\n")
    broken.chmod(0o755)
    place.patch.setattr(sys, "argv", [str(broken)])
    result = place.run("install", "--cron")
    assert result.exit_code == os.EX_NOPERM
    assert f"{NAME} cannot run {broken}" in result.err
    assert "not like this" in result.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can install for another user")
def test_files_that_the_user_cannot_read(place: Place) -> None:
    """Root installs nothing for someone who could not run it."""
    place.installation.folder.chmod(0o700)
    result = place.run("install", "--cron", "--as-user", "daemon")
    assert result.exit_code == os.EX_NOPERM
    assert "daemon cannot " in result.err


def test_quiet(place: Place) -> None:
    """-q says nothing but failures."""
    place.patch.setattr(Machine, "this", classmethod(lambda _cls, _environment: place.machine))
    for arguments in (["install", "--cron"], ["remove"]):
        with redirect_stdout(io.StringIO()) as out:
            assert cli.main(["-q", *place.installation.arguments("schedule", *arguments)]) == 0
        assert out.getvalue() == ""


# --- pauses -------------------------------------------------------------------------------------

MIDNIGHT = datetime(2025, 11, 21, tzinfo=ZONE)
EVENING = MIDNIGHT - timedelta(hours=1)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STEP_COMMANDS = [step.command for step in STEPS]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Return a home that was collected until 23:00, with a repository that has no token."""
    with staged(steady_home(MIDNIGHT - DAY, 4 * DAY), tmp_path, EVENING) as stage:
        stage.run("collect", at=MIDNIGHT - DAY + HOUR)
        stage.run("collect", at=EVENING)
        yield stage


def status_of(stage: Stage, at: datetime) -> dict[str, object]:
    """Return what `status --json` says."""
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
    """Every step ends at once and well, says nothing, and is remembered as it was before."""
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
    """From its end on the steps run, and catch up."""
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
    """One without an end lasts until then; to end none is nothing."""
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
    """It is the first thing to see, and no step is overdue because of it."""
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
    """Nobody knows when it goes on."""
    stage.installation.run_well("schedule", "pause", at=EVENING)
    answer = status_of(stage, EVENING + 30 * DAY)
    assert (answer["ok"], answer["paused"], answer["paused_until"]) == (True, True, None)
    steps = answer["steps"]
    assert isinstance(steps, list)
    assert {step["due"] for step in steps} == {None}
    result = stage.installation.run("status", at=EVENING + 30 * DAY)
    assert "\npaused: `powerstats schedule resume`" in result.out


def test_after_a_pause_steps_have_until_they_are_due(stage: Stage) -> None:
    """A night in a pause is made up for by the next; then it is overdue."""
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
    """A pause does not whitewash a collector that was dead already."""
    assert overdue(stage, EVENING + HOUR) == ["collect"]
    stage.installation.run_well("schedule", "pause", "--for", "1d", at=EVENING + HOUR)
    assert overdue(stage, EVENING + 2 * HOUR) == ["collect"]


def test_a_pause_that_is_made_longer(stage: Stage) -> None:
    """The last word counts, and it still began when it did."""
    stage.installation.run_well("schedule", "pause", "--for", "10m", at=EVENING)
    stage.installation.run_well("schedule", "pause", "--for", "2h", at=EVENING + 5 * MINUTE)
    assert status_of(stage, EVENING + 2 * HOUR)["paused"] is True
    assert overdue(stage, EVENING + 2 * HOUR) == []


def test_a_pause_is_told_to_who_looks_on(stage: Stage) -> None:
    """`pause`, `resume` and `show` say how it is with -v."""
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
    """Its memory may be lost, and steps never stop because of that."""
    (stage.installation.data_dir / "state.json").write_bytes(broken)
    stage.run("collect", at=MIDNIGHT)
    assert stage.installation.document("daily.json").day == MIDNIGHT.date()


def test_a_pause_before_the_first_run(tmp_path: Path) -> None:
    """It can be made before there is any data; what never ran is not overdue then."""
    installation = Installation(tmp_path, "http://127.0.0.1:1", {"power": "sensor.power"})
    installation.run_well("schedule", "pause", at=EVENING)
    assert installation.run("status", at=EVENING).exit_code == 0


@pytest.mark.parametrize(
    ("written", "minutes"), [("90m", 90), ("2h", 120), ("1d", 1440), ("9999d", 9999 * 1440)]
)
def test_lengths(written: str, minutes: int) -> None:
    """Minutes, hours and days."""
    assert length(written) == minutes * MINUTE


@pytest.mark.parametrize("written", ["", "0h", "2", "h", "-1h", "1.5h", "2h30m", "99999d", "2 h"])
def test_what_is_no_length(stage: Stage, written: str) -> None:
    """2, and what one looks like."""
    with redirect_stderr(io.StringIO()) as err:
        arguments = stage.installation.arguments("schedule", "pause", "--for", written)
        assert cli.main(arguments) == 2
    assert "90m, 2h or 1d" in err.getvalue()
