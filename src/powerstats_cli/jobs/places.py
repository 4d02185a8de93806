"""Where a machine keeps its jobs: crontabs, and the units of systemd."""

import os
import pwd
import re
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from powerstats_cli.core.schedule import crontab, systemd
from powerstats_cli.core.schedule.setup import Setup
from powerstats_cli.core.schedule.steps import STEPS
from powerstats_cli.errors import MissingError, RefusedError, TryAgainError, UnreadableError
from powerstats_cli.files.store import os_errors, read_bytes, write_bytes

PROGRAM_SECONDS: Final = 60
NO_CRONTAB: Final = ("no crontab for", "can't open")  # most crons' words; BusyBox's


class Machine(msgspec.Struct, frozen=True):
    """A machine's folders for jobs, and the programs that see to them."""

    systemd_user: Path
    is_root: bool = False
    cron_file: Path = Path("/etc/cron.d/powerstats")
    systemd_system: Path = Path("/etc/systemd/system")
    systemd_runs: Path = Path("/run/systemd/system")
    crontab: str = "crontab"
    systemctl: str = "systemctl"

    @classmethod
    def this(cls, environment: Mapping[str, str]) -> "Machine":
        """Return the one that this runs on."""
        config = environment.get("XDG_CONFIG_HOME") or "~/.config"
        folder = Path(config).expanduser() / "systemd/user"
        return cls(systemd_user=folder, is_root=os.geteuid() == 0)

    @property
    def cron(self) -> "Place":
        """Where cron has the jobs of whoever runs this: root's are the system's."""
        return CronFile(self) if self.is_root else OwnCrontab(self)

    @property
    def places(self) -> "tuple[Place, ...]":
        """Everywhere jobs can be, one's own places first."""
        own = (OwnCrontab(self), Units(self, of_user=True))
        return (*own, CronFile(self), Units(self, of_user=False))


class Place(ABC):
    """Where the schedule can be installed.

    `option` is how `install` is told of it. One that is the system's only root can change. Where it
    `gives_tokens` it is root that reads the files with tokens, for whoever runs the steps.
    """

    option: str
    is_systems: bool
    gives_tokens: bool = False

    @property
    @abstractmethod
    def name(self) -> str:
        """What messages call it."""

    @abstractmethod
    def user(self) -> str | None:
        """Return for whom it is installed; None: for whoever runs this."""

    @abstractmethod
    def installed(self) -> Mapping[str, str]:
        """Return what is there of ours, by name; nothing where nothing is."""

    @abstractmethod
    def wanted(self, setup: Setup) -> Mapping[str, str]:
        """Return what should be there."""

    @abstractmethod
    def put(self, setup: Setup) -> Iterator[str]:
        """Install it; yield what was done."""

    @abstractmethod
    def remove(self) -> Iterator[str]:
        """Take it out; yield what was done."""

    @abstractmethod
    def notes(self) -> Iterator[str]:
        """Yield what else there is to know of it."""


# --- cron -------------------------------------------------------------------------------------


class _Crontab(Place):
    """A text with a part of ours, whose other parts are none of our business."""

    option = "--cron"

    def __init__(self, machine: Machine) -> None:
        self.program = machine.crontab

    @abstractmethod
    def _text(self) -> str:
        """Return the whole text, "" where there is none."""

    @abstractmethod
    def _store(self, text: str) -> None:
        """Replace the whole text; "" is none."""

    def installed(self) -> Mapping[str, str]:
        block = crontab.find_block(self._text())
        return {"": block} if block else {}

    def wanted(self, setup: Setup) -> Mapping[str, str]:
        return {"": crontab.block(setup, with_user=self.is_systems)}

    def put(self, setup: Setup) -> Iterator[str]:
        if shutil.which(self.program) is None:
            message = "cron is not on this machine: install it, or use --systemd"
            raise MissingError(message)
        before = self._text()
        with self._named_errors():
            after = crontab.with_block(before, self.wanted(setup)[""])
        if after == before:
            yield f"{self.name}: as it should be"
            return
        self._store(after)
        yield f"{self.name}: {len(setup.steps)} lines are in it"

    def remove(self) -> Iterator[str]:
        with self._named_errors():
            rest = crontab.without_block(self._text())
        self._store(rest)
        yield f"{self.name}: our lines are out of it"

    def notes(self) -> Iterator[str]:
        if crontab.runs_steps_outside_block(self._text()):
            yield (
                f"{self.name} has lines for powerstats that are not between our markers: where the "
                f"schedule is installed, delete them"
            )

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except UnreadableError as error:
            message = f"{self.name}: {error}"
            raise UnreadableError(message) from None


class CronFile(_Crontab):
    """The file in /etc/cron.d."""

    is_systems = True

    def __init__(self, machine: Machine) -> None:
        """Take its path."""
        super().__init__(machine)
        self.path = machine.cron_file

    @property
    def name(self) -> str:
        """Its path."""
        return str(self.path)

    def user(self) -> str | None:
        """Return the sixth field of its lines."""
        lines = self.installed().get("", "").split("\n")
        entry = next((line for line in lines if line and not line.startswith("#")), "").split()
        return entry[5] if len(entry) > 5 else None

    def _text(self) -> str:
        return _decoded(read_bytes(self.path) or b"")

    def _store(self, text: str) -> None:
        if text:
            _write(self.path, text)
        else:
            with os_errors(self.path):
                self.path.unlink(missing_ok=True)


class OwnCrontab(_Crontab):
    """The crontab of the user that runs this."""

    is_systems = False

    @property
    def name(self) -> str:
        """Whose it is."""
        return f"the crontab of {_own_name()}"

    def user(self) -> None:
        """Return None: it is one's own."""

    def _text(self) -> str:
        if shutil.which(self.program) is None:
            return ""
        listed = run(self.program, "-l")
        if listed.returncode == 0:
            return _decoded(listed.stdout)
        said = last_line(listed.stderr)
        # To take one that cannot be read for none would be its end.
        if not any(words in said for words in NO_CRONTAB):
            message = f"{self.name} cannot be read: {said}"
            raise RefusedError(message)
        return ""

    def _store(self, text: str) -> None:
        done = run(self.program, "-", given=_encoded(text)) if text else run(self.program, "-r")
        if done.returncode:
            message = f"{self.name} cannot be written: {last_line(done.stderr)}"
            raise RefusedError(message)


# --- systemd ----------------------------------------------------------------------------------


class Units(Place):
    """The services and timers in a folder of systemd, the system's or one user's."""

    def __init__(self, machine: Machine, *, of_user: bool) -> None:
        """Take the folder; without systemd at work, what to run is told."""
        self.folder = machine.systemd_user if of_user else machine.systemd_system
        self.option = "--systemd --user" if of_user else "--systemd"
        self.is_systems = self.gives_tokens = not of_user
        self._systemctl = [machine.systemctl, *(["--user"] if of_user else [])]
        self._is_at_work = bool(shutil.which(machine.systemctl)) and machine.systemd_runs.is_dir()

    @property
    def name(self) -> str:
        """The pattern of their paths."""
        return f"{self.folder}/powerstats-*"

    def user(self) -> str | None:
        """Return the services' user."""
        found = (re.search("^User=(.*)$", text, re.MULTILINE) for text in self.installed().values())
        return next((user[1] for user in found if user), None)

    def installed(self) -> Mapping[str, str]:
        """Return the units that are there, by name."""
        found = {name: read_bytes(self.folder / name) for name in _all_names()}
        return {name: _decoded(raw) for name, raw in found.items() if raw is not None}

    def wanted(self, setup: Setup) -> Mapping[str, str]:
        """Return the units that should be there."""
        return systemd.units(setup, of_user=not self.is_systems)

    def put(self, setup: Setup) -> Iterator[str]:
        """Write the units, take those out that are too many, and switch the timers on."""
        installed, wanted = self.installed(), self.wanted(setup)
        self._drop(name for name in installed if name not in wanted)
        with os_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        for name, text in wanted.items():
            if installed.get(name) != text:
                _write(self.folder / name, text)
        timers = _timers(wanted)
        yield f"{self.folder}: {len(timers)} services with timers are in it"
        yield from self._told("daemon-reload")
        yield from self._told("enable", "--now", *timers)
        if not self.is_systems:
            user = _own_name()
            yield f"while {user} is not logged in they run only after: loginctl enable-linger"

    def remove(self) -> Iterator[str]:
        """Switch the timers off and delete all units."""
        names = list(self.installed())
        self._drop(names)
        yield f"{self.folder}: {len(_timers(names))} services with timers are out of it"
        yield from self._told("daemon-reload")

    def notes(self) -> Iterator[str]:
        """Yield which timers are not switched on."""
        off = [name for name in _timers(self.installed()) if not self._wanting(name).is_symlink()]
        if off:
            yield f"not switched on yet: {' '.join([*self._systemctl, 'enable', '--now', *off])}"

    def _drop(self, names: Iterable[str]) -> None:
        names = list(names)
        timers = _timers(names)
        if timers and self._is_at_work:
            self._call("disable", "--now", *timers)
        for name in names:
            with os_errors(self.folder / name):
                self._wanting(name).unlink(missing_ok=True)
                (self.folder / name).unlink(missing_ok=True)

    def _told(self, *arguments: str) -> Iterator[str]:
        """Have systemd do something, or where it is not at work yield the command for it."""
        if self._is_at_work:
            self._call(*arguments)
        else:
            yield f"to be run: {' '.join([*self._systemctl, *arguments])}"

    def _call(self, *arguments: str) -> None:
        command = [*self._systemctl, *arguments]
        done = run(*command)
        if done.returncode:
            message = f"`{' '.join(command)}`: {last_line(done.stderr)}"
            raise TryAgainError(message)

    def _wanting(self, name: str) -> Path:
        """Return the link that `enable` makes."""
        return self.folder / "timers.target.wants" / name


def _all_names() -> Iterator[str]:
    for step in STEPS:
        yield f"{systemd.unit_name(step)}.service"
        yield f"{systemd.unit_name(step)}.timer"


def _timers(names: Iterable[str]) -> list[str]:
    return [name for name in names if name.endswith(".timer")]


# --- programs and files -------------------------------------------------------------------------


def run(
    *command: str,
    given: bytes = b"",
    environment: Mapping[str, str] | None = None,
    account: pwd.struct_passwd | None = None,
) -> "subprocess.CompletedProcess[bytes]":
    """Run another program, as another account where one is given; what it says is in English.

    Raises OSError where it cannot be run, TryAgainError where it does not end.
    """
    user = group = groups = None
    if account is not None and account.pw_uid != os.geteuid():
        user, group = account.pw_uid, account.pw_gid
        groups = os.getgrouplist(account.pw_name, group)
    try:
        return subprocess.run(  # noqa: S603 - no shell is between
            command,
            input=given,
            env={**os.environ, "LC_ALL": "C"} if environment is None else environment,
            user=user,
            group=group,
            extra_groups=groups,
            cwd="/",
            capture_output=True,
            timeout=PROGRAM_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        message = f"{' '.join(command)} has not ended after {PROGRAM_SECONDS} s"
        raise TryAgainError(message) from None


def last_line(said: bytes) -> str:
    """Return the last line of what a program said of its failure."""
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it did not say why"


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner can write, whatever the umask: cron insists."""
    before = os.umask(0o022)
    try:
        write_bytes(path, _encoded(text))
    finally:
        os.umask(before)


def _decoded(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
