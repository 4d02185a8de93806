"""The schedule in cron: a user's own crontab, or a file in /etc/cron.d."""

import shutil
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from powerstats_cli.core.schedule import crontab
from powerstats_cli.core.schedule.setup import Setup
from powerstats_cli.errors import MissingError, RefusedError, UnreadableError
from powerstats_cli.files.store import os_errors
from powerstats_cli.jobs.accounts import own_name
from powerstats_cli.jobs.place import Place
from powerstats_cli.jobs.programs import last_line, run
from powerstats_cli.jobs.textfiles import decoded, encoded, read_text, write_text

# `crontab -l` of most crons says the first, BusyBox's the second.
NO_CRONTAB: Final = ("no crontab for", "can't open")


class _Crontab(Place):
    """A text that holds our block; all its other lines belong to the user and stay as they are.

    `program` is the path or the name of the program `crontab`.
    """

    option = "--cron"
    program: str

    @abstractmethod
    def _text(self) -> str:
        """Return the whole text, "" if there is none."""

    @abstractmethod
    def _store(self, text: str) -> None:
        """Replace the whole text; "" deletes it."""

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
                f"{self.name} has lines for powerstats that are not between our markers: if the "
                f"schedule is installed, delete them"
            )

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """Put the name of the crontab before the message of an UnreadableError."""
        try:
            yield
        except UnreadableError as error:
            message = f"{self.name}: {error}"
            raise UnreadableError(message) from None


class CronFile(_Crontab):
    """The file in /etc/cron.d, whose lines name the user that runs them."""

    is_systems = True

    def __init__(self, path: Path, program: str) -> None:
        """Take the path of the file and the program `crontab`, which shows that cron is there."""
        self.path = path
        self.program = program

    @property
    def name(self) -> str:
        """The path of the file."""
        return str(self.path)

    def user(self) -> str | None:
        """Return the sixth field of our lines."""
        lines = self.installed().get("", "").split("\n")
        entry = next((line for line in lines if line and not line.startswith("#")), "").split()
        return entry[5] if len(entry) > 5 else None

    def _text(self) -> str:
        return read_text(self.path) or ""

    def _store(self, text: str) -> None:
        if text:
            write_text(self.path, text)
        else:
            with os_errors(self.path):
                self.path.unlink(missing_ok=True)


class OwnCrontab(_Crontab):
    """The crontab of the current user."""

    is_systems = False

    def __init__(self, program: str) -> None:
        """Take the program `crontab`, which reads and writes it."""
        self.program = program

    @property
    def name(self) -> str:
        """The crontab, with the name of its user."""
        return f"the crontab of {own_name()}"

    def user(self) -> None:
        """Return None: the crontab is the current user's."""

    def _text(self) -> str:
        if shutil.which(self.program) is None:
            return ""
        listed = run(self.program, "-l")
        if listed.returncode == 0:
            return decoded(listed.stdout)
        complaint = last_line(listed.stderr)
        # A crontab that cannot be read is not an empty one: to write it would delete its lines.
        if not any(words in complaint for words in NO_CRONTAB):
            message = f"{self.name} cannot be read: {complaint}"
            raise RefusedError(message)
        return ""

    def _store(self, text: str) -> None:
        done = run(self.program, "-", given=encoded(text)) if text else run(self.program, "-r")
        if done.returncode:
            message = f"{self.name} cannot be written: {last_line(done.stderr)}"
            raise RefusedError(message)
