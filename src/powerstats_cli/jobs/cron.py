"""The schedule in cron: a user's own crontab, or a file of the system's cron."""

import shutil
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from powerstats_cli.core.schedule import crontab
from powerstats_cli.core.schedule.instance import Instance, instance_of, serving
from powerstats_cli.core.schedule.setup import Setup
from powerstats_cli.errors import MissingError, RefusedError, UnreadableError
from powerstats_cli.files.systemerrors import os_errors
from powerstats_cli.jobs.accounts import own_name
from powerstats_cli.jobs.daemons import CronDaemon
from powerstats_cli.jobs.place import Place
from powerstats_cli.jobs.programs import last_line, run
from powerstats_cli.jobs.textfiles import decoded, encoded, read_text, write_text

# `crontab -l` of most crons says the first, BusyBox's the second.
NO_CRONTAB: Final = ("no crontab for", "can't open")
# The help of a `crontab` whose cron does not read /etc/cron.d, or not as Debian's does.
NO_FILES: Final = (b"BusyBox", b"dcron", b"dillon", b"fcron")
START_CRON: Final = (
    "start it: `systemctl enable --now cron`, on Alpine `rc-update add crond` and "
    "`rc-service crond start`, in a container `crond` or `cron`"
)
Daemons = Sequence[CronDaemon] | None
"""The cron daemons that run here, None if that is not known."""


def reads_files(program: str) -> bool:
    """Tell whether the cron of a program `crontab` is like Debian's.

    Such a cron runs files that name a user in each line, and knows the word @reboot.
    """
    if shutil.which(program) is None:
        return True
    told = run(program, "--help")
    return not any(word in told.stdout + told.stderr for word in NO_FILES)


class _Crontab(Place):
    """A text that holds our block; all its other lines belong to the user and stay as they are.

    `program` is the path or the name of the program `crontab`.
    """

    option = "--cron"
    program: str
    daemons: Daemons

    @abstractmethod
    def _text(self) -> str:
        """Return the whole text, "" if there is none."""

    @abstractmethod
    def _store(self, text: str) -> None:
        """Replace the whole text; "" deletes it."""

    def installed(self) -> Mapping[str, str]:
        block = crontab.find_block(self._text(), self.instance)
        return {"": block} if block else {}

    def serving(self) -> tuple[str, ...]:
        return _serving(self.installed().get("", ""))

    def others(self) -> Mapping[Instance, tuple[str, ...]]:
        others: dict[Instance, tuple[str, ...]] = {}
        for block in crontab.other_blocks(self._text(), self.instance):
            for other in filter(None, map(instance_of, crontab.words_of(block))):
                others[other] = _serving(block)
        return others

    def wanted(self, setup: Setup) -> Mapping[str, str]:
        knows_reboot = not setup.serve or reads_files(self.program)
        return {"": crontab.block(setup, with_user=self.is_systems, knows_reboot=knows_reboot)}

    def put(self, setup: Setup) -> Iterator[str]:
        before, block = self._text(), self.wanted(setup)[""]
        with self._named_errors():
            after = crontab.with_block(before, block, self.instance)
        if after == before:
            yield f"{self.name}: {self.stopped() or 'as it should be'}"
            return
        if shutil.which(self.program) is None:
            yield from crontab.block(setup, with_user=True).splitlines()
            message = (
                "there is no program crontab here: paste the lines above into /etc/crontab, or "
                "their commands into this machine's task scheduler (Synology: Control Panel, Task "
                "Scheduler), or use --systemd"
            )
            raise MissingError(message)
        self._store(after)
        yield f"{self.name}: {len(list(crontab.words_of(block)))} lines are in it"
        if setup.serve:
            when = "with this machine" if "@reboot" in block else "within ten minutes"
            yield f"the dashboard starts {when}; to start it now, as {setup.user}:"
            yield f"  nohup {crontab.command(setup, setup.serve)} >/dev/null 2>&1 &"
        if stopped := self.stopped():
            yield stopped

    def remove(self) -> Iterator[str]:
        with self._named_errors():
            rest = crontab.without_block(self._text(), self.instance)
        was_serving = self.serving()
        self._store(rest)
        yield f"{self.name}: our lines are out of it"
        if was_serving:
            yield "if the dashboard is up, it stays up until this machine stops"

    def stopped(self) -> str:
        return f"no cron daemon runs here: {START_CRON}" if self.daemons == [] else ""

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


def _serving(block: str) -> tuple[str, ...]:
    """Return the command `serve` in a block, without what only cron needs."""
    words = next(filter(None, map(serving, crontab.words_of(block))), ())
    return tuple(word for word in words if word not in {crontab.IF_DOWN, ">/dev/null"})


class CronFile(_Crontab):
    """A file of the system's cron, whose lines name the user that runs them."""

    is_systems = True

    def __init__(
        self, path: Path, program: str, instance: Instance, daemons: Daemons, *, is_root: bool
    ) -> None:
        """Take the path of the file and the program `crontab`, which shows that cron is there.

        Anyone but root may be kept from reading the file, and cannot change it.
        """
        self.path = path
        self._is_root = is_root
        self.program = program
        self.instance = instance
        self.daemons = daemons

    @property
    def name(self) -> str:
        """The path of the file."""
        return str(self.path)

    def user(self) -> str | None:
        """Return the sixth field of our lines."""
        entry = next(crontab.words_of(self.installed().get("", "")), ())
        return entry[5] if len(entry) > 5 else None

    def stopped(self) -> str:
        """Return why cron does not run the file: no daemon, BusyBox's, or a file it distrusts."""
        kinds = {daemon.is_busybox for daemon in self.daemons or ()}
        if kinds == {True} or not reads_files(self.program):
            return (
                f"BusyBox's cron does not read {self.path}: `powerstats schedule remove`, and "
                f"install again"
            )
        with os_errors(self.path):
            about, folder = self.path.stat(), self.path.parent.stat()
        if about.st_mode & 0o022 or about.st_uid != folder.st_uid:
            return (
                f"cron ignores {self.path}, for others can change it: "
                f"chown root {self.path}; chmod 644 {self.path}"
            )
        return super().stopped()

    def _text(self) -> str:
        try:
            return read_text(self.path) or ""
        except RefusedError:
            if self._is_root:
                raise
            return ""

    def _store(self, text: str) -> None:
        if text:
            write_text(self.path, text)
        else:
            with os_errors(self.path):
                self.path.unlink(missing_ok=True)


class OwnCrontab(_Crontab):
    """The crontab of a user: the current one, or, for root, the one that is given."""

    is_systems = False

    def __init__(
        self, program: str, instance: Instance, daemons: Daemons, of_user: str | None = None
    ) -> None:
        """Take the program `crontab`, which reads and writes it."""
        self.program = program
        self.instance = instance
        self.daemons = daemons
        self._of_user = of_user
        self._command = [program, *(["-u", of_user] if of_user else [])]

    @property
    def name(self) -> str:
        """The crontab, with the name of its user."""
        return f"the crontab of {self._of_user or own_name()}"

    def user(self) -> str | None:
        """Return the user whose crontab it is, None if it is the current user's."""
        return self._of_user

    def stopped(self) -> str:
        """Return why cron does not run the crontab: no daemon, or one that reads another folder."""
        for daemon in self.daemons or ():
            read = daemon.folder and daemon.folder / (self._of_user or own_name())
            if read is not None and not self._is_in(read):
                return (
                    f"cron reads {read}, and `crontab` has written to another file: "
                    f"let crond run without -c, or copy our lines there"
                )
        return super().stopped()

    def _is_in(self, path: Path) -> bool:
        """Tell whether our block is in the file that cron reads, or that is not for us to see."""
        try:
            text = path.read_text(errors="surrogateescape")
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return crontab.find_block(text, self.instance) != ""

    def _text(self) -> str:
        if shutil.which(self.program) is None:
            return ""
        listed = run(*self._command, "-l")
        if listed.returncode == 0:
            return decoded(listed.stdout)
        complaint = last_line(listed.stderr)
        # A crontab that cannot be read is not an empty one: to write it would delete its lines.
        if not any(words in complaint for words in NO_CRONTAB):
            message = f"{self.name} cannot be read: {complaint}"
            raise RefusedError(message)
        return ""

    def _store(self, text: str) -> None:
        options = ["-"] if text else ["-r"]
        done = run(*self._command, *options, given=encoded(text))
        if done.returncode:
            message = f"{self.name} cannot be written: {last_line(done.stderr)}"
            raise RefusedError(message)
