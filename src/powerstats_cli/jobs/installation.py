"""The facts that a schedule is made of, and whether the installed schedule agrees with them."""

import os
import pwd
import stat
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from powerstats_cli.core import zones
from powerstats_cli.core.schedule.instance import Instance, instance_of
from powerstats_cli.core.schedule.setup import Setup
from powerstats_cli.core.schedule.steps import Asked
from powerstats_cli.jobs.accounts import Account
from powerstats_cli.jobs.machine import Machine
from powerstats_cli.jobs.place import Place
from powerstats_cli.settings import Settings, whole

# Where systemd looks for time zones.
ZONEINFO: Final = Path("/usr/share/zoneinfo")


class Installation(msgspec.Struct, frozen=True):
    """The facts that a schedule is made of.

    `program` holds the words before a step's command, `config` is the path of the configuration
    file, and `account` runs the steps. `data_dir` replaces the configured one if it is given.
    """

    program: tuple[str, ...]
    config: Path
    settings: Settings
    account: Account
    data_dir: str | None = None

    @property
    def instance(self) -> Instance:
        """The installation among others on the machine."""
        return instance_of(self.program) or Instance(str(self.config), self.data_dir)

    @property
    def setup(self) -> Setup:
        """All that the schedule's texts say."""
        return Setup(
            program=self.program,
            timezone=_known_to_systemd(self.settings.timezone),
            minutes=self.settings.data.collection_interval_minutes,
            has_github=self.settings.github is not None,
            has_monitor=self.settings.monitoring.healthcheck_url is not None,
            user=self.account.pw_name,
            reads=tuple(self._read()),
            tokens=dict(self._tokens()),
            unsafe=frozenset(self._unsafe()),
            writes=tuple(dict.fromkeys(self._written())),
        )

    def for_user(self, name: str) -> "Installation":
        """Return the same for another user; raises KeyError if there is no such user."""
        return msgspec.structs.replace(self, account=pwd.getpwnam(name))

    def _written(self) -> Iterator[str]:
        """Yield the folders that the steps write to."""
        paths = self.settings.paths
        data_dir = self.data_dir or self._path(paths.data_dir)
        yield data_dir
        yield self._path(paths.web_root) if paths.web_root else f"{data_dir}/site"
        if paths.state_file:
            yield str(Path(self._path(paths.state_file)).parent)

    def _read(self) -> Iterator[str]:
        """Yield what else the steps open: the configuration, the program, a certificate."""
        yield from (str(self.config), os.path.realpath(self.program[0]))
        yield from (sys.prefix, sys.base_prefix)
        github = self.settings.github
        ca_files = [self.settings.homeassistant.ca_file, self.settings.monitoring.ca_file]
        for ca_file in [*ca_files, github.ca_file if github else None]:
            if ca_file:
                yield self._path(ca_file)

    def _tokens(self) -> Iterator[tuple[Asked, str]]:
        """Yield the paths of the token files, by the service that the token is for."""
        home, github = self.settings.homeassistant, self.settings.github
        if home.token_file:
            yield "homeassistant", self._path(home.token_file)
        if github and github.token_file:
            yield "github", self._path(github.token_file)

    def _unsafe(self) -> Iterator[Asked]:
        """Yield whose token another user could replace by a link to a file that only root reads."""
        for asked, path in self._tokens():
            if self.account.pw_uid and not is_only_roots(Path(path)):
                yield asked

    def _path(self, written: str) -> str:
        """Return the absolute path that a configured path is for the account's runs."""
        if written.startswith("~/") and self.account.pw_uid != os.geteuid():
            return f"{self.account.pw_dir}/{written.removeprefix('~/')}"
        return str(whole(written))


def is_only_roots(path: Path) -> bool:
    """Tell whether nobody but root can replace a file, or a folder or link on the way to it."""
    try:
        real = path.resolve(strict=True)
        found = {each: each.lstat() for each in (path, *path.parents, real, *real.parents)}
    except OSError:
        return False
    return all(
        about.st_uid == 0 and (stat.S_ISLNK(about.st_mode) or not _others_write(about.st_mode))
        for about in found.values()
    )


def _others_write(mode: int) -> bool:
    """Tell whether others can write; in a sticky folder nobody can replace a file of root's."""
    return bool(mode & 0o022) and not (stat.S_ISDIR(mode) and mode & stat.S_ISVTX)


def _known_to_systemd(timezone: str) -> str:
    """Return the name of a zone that systemd knows: its edition may be older than Python's.

    Newer systems have the old names in a package that may not be installed.
    """
    names = zones.names(timezone)
    return next((name for name in names if (ZONEINFO / name).is_file()), names[0])


def own_program() -> tuple[str, ...]:
    """Return the words that run this program, whatever the current folder is."""
    script = os.path.abspath(sys.argv[0])  # noqa: PTH100 - a link to it stays one, as pipx has it
    if Path(script).name == "powerstats" and os.access(script, os.X_OK):
        return (script,)
    return (sys.executable, "-m", "powerstats_cli")


class Installed(msgspec.Struct, frozen=True):
    """A place with the schedule: what is wrong with its texts, and why nothing runs it, or ""."""

    place: Place
    flaw: str
    stopped: str

    @property
    def described(self) -> str:
        """A line about the place."""
        wrong = "; ".join(filter(None, (self.flaw, self.stopped)))
        return f"{self.place.name}: {wrong or 'as it should be'}"


def installed(machine: Machine, wanted: Installation) -> Iterator[Installed]:
    """Yield each place with the schedule of an installation."""
    for place in machine.places(wanted.instance):
        if place.installed():
            yield Installed(place, _flaw(place, wanted), place.stopped())


def _flaw(place: Place, wanted: Installation) -> str:
    user = place.user()
    try:
        setup = (wanted.for_user(user) if user else wanted).setup
    except KeyError:
        return f"for {user}, a user that does not exist"
    setup = replace(setup, serve=place.serving())
    if place.installed() == place.wanted(setup):
        return ""
    return f"not as it should be, `powerstats schedule install {place.option}` mends it"
