"""`schedule`: put the steps into cron or systemd, take them out of it, and pause them."""

import os
import pwd
import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core import runs
from powerstats_cli.core.runs import Pause
from powerstats_cli.core.schedule.setup import Setup
from powerstats_cli.core.schedule.steps import Asked
from powerstats_cli.errors import ConfigError, MissingError, RefusedError
from powerstats_cli.files.store import Store, os_errors, read_bytes, write_bytes
from powerstats_cli.jobs.places import Machine, Place, last_line, run
from powerstats_cli.settings import Settings

LENGTHS: Final = {"m": "minutes", "h": "hours", "d": "days"}
CRON_PATH: Final = "/usr/bin:/bin"
Account = pwd.struct_passwd


class Installation(msgspec.Struct, frozen=True):
    """What a schedule is made of: the words before a step, the configuration, whose it shall be.

    `data_dir` stands in for the configured one.
    """

    program: tuple[str, ...]
    config: Path
    settings: Settings
    account: Account
    data_dir: str | None = None

    @property
    def setup(self) -> Setup:
        """All that the schedule's texts say; raises ConfigError where a path is relative."""
        settings = self.settings
        home, github = settings.homeassistant, settings.github
        reads = [str(self.config), os.path.realpath(self.program[0]), sys.prefix, sys.base_prefix]
        if home.ca_file:
            reads.append(self._path("homeassistant.ca_file", home.ca_file))
        tokens: dict[Asked, str] = {}
        if home.token_file:
            tokens["homeassistant"] = self._path("homeassistant.token_file", home.token_file)
        if github and github.token_file:
            tokens["github"] = self._path("github.token_file", github.token_file)
        return Setup(
            program=self.program,
            timezone=settings.timezone,
            minutes=settings.data.collection_interval_minutes,
            has_github=github is not None,
            user=self.account.pw_name,
            writes=tuple(dict.fromkeys(self._written())),
            reads=tuple(reads),
            tokens=tokens,
        )

    def for_user(self, name: str) -> "Installation":
        """Return the same for another user; KeyError where there is none of that name."""
        return msgspec.structs.replace(self, account=pwd.getpwnam(name))

    def _written(self) -> Iterator[str]:
        paths = self.settings.paths
        data_dir = self.data_dir or self._path("paths.data_dir", paths.data_dir)
        yield data_dir
        yield self._path("paths.web_root", paths.web_root) if paths.web_root else f"{data_dir}/site"
        if paths.state_file:
            yield str(Path(self._path("paths.state_file", paths.state_file)).parent)

    def _path(self, key: str, written: str) -> str:
        """Return a configured path as the account's runs will find it."""
        if written.startswith("~/") and self.account.pw_uid != os.geteuid():
            return f"{self.account.pw_dir}/{written.removeprefix('~/')}"
        path = Path(written).expanduser()
        if not path.is_absolute():
            message = f"{key}: {written!r} depends on where a step is run: write the whole path"
            raise ConfigError(message)
        return str(path)


def own_program() -> tuple[str, ...]:
    """Return the words that run this program from anywhere."""
    script = os.path.abspath(sys.argv[0])  # noqa: PTH100 - a link to it stays one, as pipx has it
    if Path(script).name == "powerstats" and os.access(script, os.X_OK):
        return (script,)
    return (sys.executable, "-m", "powerstats_cli")


def own_account() -> Account:
    """Return the account that this runs as; raises MissingError where it has no name."""
    try:
        return pwd.getpwuid(os.geteuid())
    except KeyError:
        message = f"the user {os.geteuid()} has no name, so neither cron nor systemd knows it"
        raise MissingError(message) from None


def account_for(data_dir: Path, as_user: str | None, *, is_root: bool) -> Account:
    """Return whose a schedule shall be: of root's, the owner of the data directory.

    Raises MissingError, RefusedError, or ConfigError where that directory is not there.
    """
    own = own_account()
    if not is_root:
        if as_user not in {None, own.pw_name}:
            message = f"only root can install a schedule for {as_user}: run it with sudo"
            raise RefusedError(message)
        return own
    try:
        if as_user is not None:
            return pwd.getpwnam(as_user)
        return pwd.getpwuid(data_dir.stat().st_uid)
    except KeyError:
        message = f"there is no user {as_user}" if as_user else f"the owner of {data_dir} is gone"
        raise MissingError(message) from None
    except OSError:
        message = f"{data_dir} is not there yet: say with --as-user whose it shall be"
        raise ConfigError(message) from None


# --- the commands -------------------------------------------------------------------------------


def show(machine: Machine, wanted: Installation) -> Iterator[str]:
    """Yield what is installed where, and whether it is what would be installed now.

    `wanted` is for whoever runs this.
    """
    found = list(flaws(machine, wanted))
    for place, flaw in found:
        yield f"{place.name}: {flaw or 'as it should be'}"
    if not found:
        yield "nothing is installed: `powerstats schedule install --cron`, or --systemd"
    if len(found) > 1:
        yield "each step runs more than once: `powerstats schedule remove`, and install one again"
    for place in machine.places:
        yield from place.notes()


def flaws(machine: Machine, wanted: Installation) -> Iterator[tuple[Place, str]]:
    """Yield the places where a schedule is installed, and what is wrong with it, "" if nothing."""
    for place in machine.places:
        if place.installed():
            yield place, _flaw(place, wanted)


def _flaw(place: Place, wanted: Installation) -> str:
    user = place.user()
    try:
        setup = (wanted.for_user(user) if user else wanted).setup
    except KeyError:
        return f"for {user}, a user that there is not"
    if place.installed() == place.wanted(setup):
        return ""
    return f"not as it should be, `powerstats schedule install {place.option}` mends it"


def install(place: Place, wanted: Installation, machine: Machine) -> Iterator[str]:
    """Put the schedule into its place where that can work; yield what was done."""
    if place.is_systems and not machine.is_root:
        message = f"{place.name} is root's: run it with sudo, or add --user"
        raise RefusedError(message)
    setup = wanted.setup
    _check_tokens(wanted, setup, by_root=place.gives_tokens)
    _check_program(wanted.account, setup)
    for folder in setup.writes:
        _make(Path(folder), wanted.account)
        _check_access(wanted.account, "write", folder)
    yield from place.put(setup)
    for other in machine.places:
        if other.name != place.name and other.installed():
            yield f"also in {other.name}: so each step runs twice"
    yield from place.notes()


def remove(machine: Machine) -> Iterator[str]:
    """Take the schedule out of wherever it is; yield what was done."""
    found = [place for place in machine.places if place.installed()]
    for place in found:
        if place.is_systems and not machine.is_root:
            message = f"{place.name} is root's: run it with sudo"
            raise RefusedError(message)
        yield from place.remove()
    if not found:
        yield "nothing is installed"
    for place in machine.places:
        yield from place.notes()


def pause(settings: Settings, files: Store, clock: Clock, length: timedelta | None) -> Pause:
    """Have the steps do nothing for a while, or until `resume`."""
    now = clock.now()
    files.prepare()
    with files.lock():
        known = runs.decode(read_bytes(settings.state_file))
        lasts = known.pause is not None and known.pause.holds(now)
        since = known.pause.since if known.pause and lasts else now
        known.pause = Pause(since=since, until=now + length if length else None)
        write_bytes(settings.state_file, runs.encode(known))
    return known.pause


def resume(settings: Settings, files: Store, clock: Clock) -> bool:
    """End a pause; tell whether there was one."""
    now = clock.now()
    files.prepare()
    with files.lock():
        known = runs.decode(read_bytes(settings.state_file))
        if known.pause is None or not known.pause.holds(now):
            return False
        known.pause = Pause(since=known.pause.since, until=now)
        write_bytes(settings.state_file, runs.encode(known))
    return True


def length(written: str) -> timedelta:
    """Return how long 90m, 2h or 1d is; raises ValueError."""
    found = re.fullmatch(r"([1-9]\d{0,3})([mhd])", written)
    if not found:
        message = f"{written!r} is no length such as 90m, 2h or 1d"
        raise ValueError(message)
    return timedelta(**{LENGTHS[found[2]]: int(found[1])})


# --- what cannot work is refused ----------------------------------------------------------------


def _check_tokens(wanted: Installation, setup: Setup, *, by_root: bool) -> None:
    """Raise where a token is in the environment only, or is in a file that cannot be read."""
    settings = wanted.settings
    written: dict[Asked, str | None] = {"homeassistant": settings.homeassistant.token}
    if settings.github:
        written["github"] = settings.github.token
    for asked, token in written.items():
        if not token and asked not in setup.tokens:
            message = f"{asked}.token_file: is missing, and the environment's token is not there"
            raise ConfigError(f"{message} in a schedule")
    for asked, path in setup.tokens.items():
        if not Path(path).exists():
            message = f"{asked}.token_file: {path}: No such file or directory"
            raise ConfigError(message)
        if not by_root:
            _check_access(wanted.account, "read", path)


def _check_program(account: Account, setup: Setup) -> None:
    """Raise RefusedError where the account cannot run the program, or read the configuration."""
    command = (*setup.program, "schedule")
    try:
        tried = run(*command, environment=_environment(account), account=account)
    except OSError as error:
        why = error.strerror
    else:
        why = last_line(tried.stderr).removeprefix("powerstats: ")
        if not tried.returncode:
            return
    message = f"{account.pw_name} cannot run {' '.join(command)}: {why}"
    raise RefusedError(message)


def _check_access(account: Account, verb: str, path: str) -> None:
    test = ("/usr/bin/test", f"-{verb[0]}", path)
    if run(*test, environment=_environment(account), account=account).returncode:
        message = f"{account.pw_name} cannot {verb} {path}: let it, or install it for who can"
        raise RefusedError(message)


def _environment(account: Account) -> dict[str, str]:
    """Return what cron gives."""
    return {
        "HOME": account.pw_dir,
        "LOGNAME": account.pw_name,
        "PATH": CRON_PATH,
        "SHELL": "/bin/sh",
    }


def _make(folder: Path, account: Account) -> None:
    """Make a folder that is not there, and those above it, for the account."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        with os_errors(one):
            one.mkdir(exist_ok=True)
            if account.pw_uid != os.geteuid():
                os.chown(one, account.pw_uid, account.pw_gid)
