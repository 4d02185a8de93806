"""The schedule in systemd: services and timers in a folder of units."""

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from powerstats_cli.core.schedule.setup import Setup
from powerstats_cli.core.schedule.steps import STEPS
from powerstats_cli.core.schedule.systemd import unit_name, units
from powerstats_cli.errors import TryAgainError
from powerstats_cli.files.store import os_errors
from powerstats_cli.jobs.accounts import own_name
from powerstats_cli.jobs.place import Place
from powerstats_cli.jobs.programs import last_line, run
from powerstats_cli.jobs.textfiles import read_text, write_text


class Units(Place):
    """The services and timers in a folder of systemd, either the system's or one user's.

    If systemd does not run here (in a container, say), the units are written all the same, and the
    user is told the commands that remain to be run.
    """

    def __init__(self, folder: Path, systemctl: str, *, of_user: bool, is_running: bool) -> None:
        """Take the folder, the program `systemctl`, and whether systemd runs on this machine."""
        self.folder = folder
        self.option = "--systemd --user" if of_user else "--systemd"
        self.is_systems = self.gives_tokens = not of_user
        self._systemctl = [systemctl, *(["--user"] if of_user else [])]
        self._is_running = is_running and shutil.which(systemctl) is not None

    @property
    def name(self) -> str:
        """The pattern of the units' paths."""
        return f"{self.folder}/powerstats-*"

    def user(self) -> str | None:
        """Return the user whom the services name."""
        texts = self.installed().values()
        matches = (re.search("^User=(.*)$", text, re.MULTILINE) for text in texts)
        return next((match[1] for match in matches if match), None)

    def installed(self) -> Mapping[str, str]:
        """Return the texts of our units in the folder, by name."""
        texts = {name: read_text(self.folder / name) for name in _all_names()}
        return {name: text for name, text in texts.items() if text is not None}

    def wanted(self, setup: Setup) -> Mapping[str, str]:
        """Return the texts of the units that should be there, by name."""
        return units(setup, of_user=not self.is_systems)

    def put(self, setup: Setup) -> Iterator[str]:
        """Write the units, delete those that are no longer wanted, and switch the timers on."""
        installed, wanted = self.installed(), self.wanted(setup)
        self._delete(name for name in installed if name not in wanted)
        with os_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        for name, text in wanted.items():
            if installed.get(name) != text:
                write_text(self.folder / name, text)
        timers = _timers(wanted)
        yield f"{self.folder}: {len(timers)} services with timers are in it"
        yield from self._call_or_tell("daemon-reload")
        yield from self._call_or_tell("enable", "--now", *timers)
        if not self.is_systems:
            yield (
                f"they run only while {own_name()} is logged in; to run them always: "
                f"loginctl enable-linger"
            )

    def remove(self) -> Iterator[str]:
        """Switch the timers off and delete all units."""
        names = list(self.installed())
        self._delete(names)
        yield f"{self.folder}: {len(_timers(names))} services with timers are out of it"
        yield from self._call_or_tell("daemon-reload")

    def notes(self) -> Iterator[str]:
        """Yield the command that switches on the timers that are off."""
        off = [name for name in _timers(self.installed()) if not self._link(name).is_symlink()]
        if off:
            yield f"not switched on yet: {' '.join([*self._systemctl, 'enable', '--now', *off])}"

    def _delete(self, names: Iterable[str]) -> None:
        names = list(names)
        timers = _timers(names)
        if timers and self._is_running:
            self._call("disable", "--now", *timers)
        for name in names:
            with os_errors(self.folder / name):
                self._link(name).unlink(missing_ok=True)
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

    def _link(self, timer: str) -> Path:
        """Return the path of the link that `enable` makes."""
        return self.folder / "timers.target.wants" / timer


def _all_names() -> Iterator[str]:
    for step in STEPS:
        yield f"{unit_name(step)}.service"
        yield f"{unit_name(step)}.timer"


def _timers(names: Iterable[str]) -> list[str]:
    return [name for name in names if name.endswith(".timer")]
