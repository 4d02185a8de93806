"""The schedule in systemd: services and timers in a folder of units."""

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from powerstats_cli.core.schedule.instance import Instance, instance_of, serving
from powerstats_cli.core.schedule.setup import Setup
from powerstats_cli.core.schedule.systemd import SERVE, unit_name, unit_names, units, words_of
from powerstats_cli.errors import MissingError, TryAgainError
from powerstats_cli.files.systemerrors import os_errors
from powerstats_cli.jobs.accounts import own_name
from powerstats_cli.jobs.place import Place
from powerstats_cli.jobs.programs import last_line, run
from powerstats_cli.jobs.textfiles import read_text, write_text

STOPPED: Final = frozenset({"inactive", "failed", "unknown"})


class Units(Place):
    """The services and timers in a folder of systemd, either the system's or one user's.

    If the system's systemd does not run here (while an image is built, say), the units are written
    all the same, and the user is told the commands that remain to be run.
    """

    def __init__(
        self,
        folder: Path,
        systemctl: str,
        instance: Instance,
        *,
        lingering: Path | None,
        is_running: bool,
    ) -> None:
        """Take the folder, the program `systemctl`, and whether systemd runs on this machine.

        For a user's own systemd, `lingering` is the file that lets it run without a login.
        """
        self.folder = folder
        self.instance = instance
        self.is_systems = self.gives_tokens = lingering is None
        self.option = "--systemd" if self.is_systems else "--systemd --user"
        self._lingering = lingering
        self._has_program = shutil.which(systemctl) is not None
        self._systemctl = [systemctl, *([] if self.is_systems else ["--user"])]
        self._is_running = is_running and self._has_program

    @property
    def name(self) -> str:
        """The pattern of the units' paths."""
        return f"{self.folder}/{unit_name(('*',), self.instance)}"

    def user(self) -> str | None:
        """Return the user whom the services name."""
        texts = self.installed().values()
        matches = (re.search("^User=(.*)$", text, re.MULTILINE) for text in texts)
        return next((match[1] for match in matches if match), None)

    def installed(self) -> Mapping[str, str]:
        """Return the texts of our units in the folder, by name."""
        texts = self._texts(unit_names(self.instance))
        first = self._texts(unit_names(None))
        ran = next(filter(None, map(_instance, first.values())), None)
        return texts if ran not in {None, self.instance} else {**first, **texts}

    def serving(self) -> tuple[str, ...]:
        """Return the command of the service that keeps the dashboard up."""
        text = self.installed().get(f"{unit_name(SERVE, self.instance)}.service", "")
        return serving(words_of(text))

    def others(self) -> Mapping[Instance, tuple[str, ...]]:
        """Return the instances of all other services in the folder."""
        others: dict[Instance, tuple[str, ...]] = {}
        for path in sorted(self.folder.glob("powerstats-*.service")):
            words = words_of(read_text(path) or "")
            other = instance_of(words)
            if other and other != self.instance:
                others[other] = serving(words) or others.get(other, ())
        return others

    def wanted(self, setup: Setup) -> Mapping[str, str]:
        """Return the texts of the units that should be there, by name."""
        return units(setup, of_user=not self.is_systems)

    def put(self, setup: Setup) -> Iterator[str]:
        """Write the units, delete those that are no longer wanted, and switch them on."""
        self._check_systemd()
        installed, wanted = self.installed(), self.wanted(setup)
        self._delete(name for name in installed if name not in wanted)
        with os_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        changed = [name for name, text in wanted.items() if installed.get(name) != text]
        for name in changed:
            write_text(self.folder / name, wanted[name])
        yield f"{self.folder}: {_counted(wanted)} in it"
        yield from self._call_or_tell("daemon-reload")
        yield from self._call_or_tell("enable", "--now", *_switched(wanted))
        served = f"{unit_name(SERVE, self.instance)}.service"
        if served in changed and served in installed:
            yield from self._call_or_tell("restart", served)

    def remove(self) -> Iterator[str]:
        """Switch the units off and delete them."""
        texts = self.installed()
        self._delete(list(texts))
        yield f"{self.folder}: {_counted(texts)} out of it"
        yield from self._call_or_tell("daemon-reload")

    def stopped(self) -> str:
        """Return why systemd does not run the units: it does not run, or they are switched off."""
        texts = self.installed()
        off = [name for name in _switched(texts) if not self._link(name, texts[name]).is_symlink()]
        if not self._is_running:
            reason = "systemd does not run here"
            if off:
                reason += f"; when it does: {self._enabling(off)}"
            return reason
        off = off or self._inactive(_switched(texts))
        return f"not switched on: {self._enabling(off)}" if off else ""

    def notes(self) -> Iterator[str]:
        """Yield that the units of a user who is not logged in do not run."""
        if self._lingering and self.installed() and not self._lingering.exists():
            yield (
                f"{self.name}: they run only while {own_name()} is logged in; to run them always: "
                f"loginctl enable-linger"
            )

    def _check_systemd(self) -> None:
        """Raise MissingError if no systemd would ever run the units."""
        if not self._has_program:
            message = "systemd is not on this machine: use --cron"
            raise MissingError(message)
        if self.is_systems:
            return
        if not self._is_running:
            message = "systemd does not run here: use --cron"
            raise MissingError(message)
        asked = run(*self._systemctl, "show-environment")
        if asked.returncode:
            message = (
                f"no systemd of {own_name()} runs here ({last_line(asked.stderr)}): log in as "
                f"{own_name()}, not by su or sudo, or use --cron"
            )
            raise MissingError(message)

    def _texts(self, names: Iterable[str]) -> dict[str, str]:
        texts = {name: read_text(self.folder / name) for name in names}
        return {name: text for name, text in texts.items() if text is not None}

    def _delete(self, names: Iterable[str]) -> None:
        texts = self._texts(names)
        if (switched := _switched(texts)) and self._is_running:
            self._call("disable", "--now", *switched)
        for name, text in texts.items():
            with os_errors(self.folder / name):
                self._link(name, text).unlink(missing_ok=True)
                (self.folder / name).unlink(missing_ok=True)

    def _call_or_tell(self, *arguments: str) -> Iterator[str]:
        """Call systemctl; if systemd does not run, yield the command for the user instead."""
        if self._is_running:
            self._call(*arguments)
        else:
            yield f"to be run: {' '.join([*self._systemctl, *arguments])}"

    def _call(self, *arguments: str) -> None:
        command = [*self._systemctl, *arguments]
        done = run(*command)
        if done.returncode:
            message = f"`{' '.join(command)}`: {last_line(done.stderr)}"
            raise TryAgainError(message)

    def _inactive(self, names: list[str]) -> list[str]:
        """Return the units that are switched on, and that someone or something has stopped."""
        states = run(*self._systemctl, "is-active", *names).stdout.decode().split()
        return [name for name, state in zip(names, states, strict=False) if state in STOPPED]

    def _enabling(self, names: Iterable[str]) -> str:
        return " ".join([*self._systemctl, "enable", "--now", *names])

    def _link(self, name: str, text: str) -> Path:
        """Return the path of the link that `enable` makes for a unit."""
        return self.folder / f"{_target(text)}.wants" / name


def _target(text: str) -> str:
    """Return what a unit is switched on for, "" if it is started by another unit only."""
    match = re.search("^WantedBy=(.*)$", text, re.MULTILINE)
    return match[1] if match else ""


def _switched(texts: Mapping[str, str]) -> list[str]:
    """Return the names of the units that are switched on: all timers, and the dashboard."""
    return [name for name, text in texts.items() if _target(text)]


def _counted(texts: Mapping[str, str]) -> str:
    timers = sum(name.endswith(".timer") for name in texts)
    served = " and the dashboard's service" if len(texts) > 2 * timers else ""
    return f"{timers} services with timers{served} are"


def _instance(text: str) -> Instance | None:
    return instance_of(words_of(text))
