"""One run of a step: what the step is given, how its end is reported and remembered."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from powerstats_cli import secrets, settings
from powerstats_cli.clock import Clock
from powerstats_cli.core import runs
from powerstats_cli.core.outcome import Outcome
from powerstats_cli.core.periods import YEARS
from powerstats_cli.core.runs import Pause
from powerstats_cli.errors import PowerstatsError, UnreadableError
from powerstats_cli.files.presence import Presence
from powerstats_cli.files.store import Store
from powerstats_cli.files.wholefiles import read_bytes, through_link, write_bytes
from powerstats_cli.lines import one_line
from powerstats_cli.settings import Settings
from powerstats_cli.streams import drop

if TYPE_CHECKING:
    from powerstats_cli.monitoring import Healthcheck

SECRETS_STEP = "secrets"
PAUSE_STEP = "pause"


class Options(msgspec.Struct, frozen=True):
    """The options that stand before the command on the command line."""

    config: Path | None = None
    data_dir: Path | None = None
    at: str | None = None
    verbosity: int = 0


class Session(msgspec.Struct, frozen=True):
    """The configuration, the files and the clock that every command works with."""

    options: Options
    config: Path
    settings: Settings
    files: Store
    clock: Clock
    environment: Mapping[str, str]

    def reopened(self) -> "Session":
        """Return the session with the configuration as it is now."""
        return opened(self.options)

    def run(self, step: str, work: Callable[[], Outcome], *, may_be_empty: bool = False) -> int:
        """Run a step, report and remember how it went, and return its exit code; 0 in a pause.

        A step that may not be run on an empty data directory is not run if that had data before.
        """
        if self.skips(step):
            return 0
        monitor = self._monitor()
        if monitor:
            monitor.start(step)
        try:
            if not may_be_empty:
                self._check_presence()
            outcome = work()
        except PowerstatsError as error:
            outcome = Outcome("", (error,))
        outcome = msgspec.structs.replace(outcome, problems=(*outcome.problems, *self.files.told()))
        message = "; ".join(str(problem) for problem in outcome.problems)
        if monitor:
            monitor.end(step, outcome.exit_code, message)
        is_news = self._remember(step, outcome.exit_code, message, outcome.token_expires)
        if is_news or self._tells_all:
            for problem in outcome.problems:
                say(f"{step}: {problem}")
        self._warn_of_readable_secrets()
        if outcome.summary and not outcome.problems:
            self.tell(f"{step}: {outcome.summary}")
        return outcome.exit_code

    def _check_presence(self) -> None:
        try:
            self.check_presence()
        except UnreadableError:
            with suppress(OSError):  # the state file is there, and remembers what was told
                self.files.data_dir.mkdir(parents=True, exist_ok=True)
            raise

    def check_presence(self) -> None:
        """Raise UnreadableError if the data directory has lost its data since the last run."""
        try:
            remembered = runs.decode(read_bytes(self.settings.state_file)).data
        except PowerstatsError:
            remembered = None  # the step itself reports it
        self._presence.check(remembered)

    @property
    def _presence(self) -> Presence:
        """Return the data directory and its note; a replay of the past needs none."""
        is_option = self.options.data_dir is not None
        presence = Presence.of(
            self.files.data_dir, self.config, self.environment, is_option=is_option
        )
        return msgspec.structs.replace(presence, note=None) if self.clock.at else presence

    def _monitor(self) -> "Healthcheck | None":
        """Return the monitor to tell about a run, None without one or with `--at`."""
        url = self.settings.monitoring.healthcheck_url
        if url is None or self.clock.at is not None:
            return None
        from powerstats_cli.monitoring import Healthcheck

        settings = self.settings
        return Healthcheck(url, ca_file=settings.monitoring.ca_file, proxy=settings.network.proxy)

    def pause(self) -> Pause | None:
        """Return the pause that lasts now, if there is one."""
        try:
            pause = runs.decode(read_bytes(self.settings.state_file)).pause
        except PowerstatsError:
            return None  # the step itself reports it
        return pause if pause and pause.holds(self.clock.now()) else None

    def has_succeeded(self, step: str) -> bool:
        """Tell whether a step has ever ended well on this device, as far as it remembers."""
        try:
            run = runs.decode(read_bytes(self.settings.state_file)).steps.get(step)
        except PowerstatsError:
            return False
        return run is not None and run.succeeded is not None

    def skips(self, step: str) -> bool:
        """Tell whether a step does nothing because of a pause; say so on a terminal."""
        pause = self.pause()
        if pause is None:
            return False
        zone = self.settings.zone
        self.tell(f"{step}: {pause.in_words(zone)}")
        if pause.is_long(self.clock.now()) and (
            self._remember(PAUSE_STEP, 0, pause.complaint(zone)) or self._tells_all
        ):
            say(f"warning: {pause.complaint(zone)}")
        return True

    def tell(self, line: str) -> None:
        """Print a line about a success: on a terminal, and to cron only with `--verbose`."""
        if self._tells_success:
            print(one_line(line))

    @contextmanager
    def progress(self) -> Iterator[Callable[[datetime], None]]:
        """Give a function that shows on a terminal how far a long step has come; then erase it."""
        zone, shown = self.settings.zone, ""

        def show(reached: datetime) -> None:
            nonlocal shown
            shown = f"{reached.astimezone(zone):%Y-%m-%d %H:%M}"
            print(f"\r{shown} ", end="", file=sys.stderr, flush=True)

        is_shown = sys.stderr.isatty() and self.options.verbosity >= 0
        try:
            yield show if is_shown else lambda _: None
        finally:
            if shown:
                print(f"\r{' ' * len(shown)}\r", end="", file=sys.stderr, flush=True)

    @property
    def _tells_all(self) -> bool:
        return self.options.verbosity > 0 or sys.stderr.isatty()

    @property
    def _tells_success(self) -> bool:
        verbosity = self.options.verbosity
        return verbosity > 0 or (verbosity == 0 and sys.stdout.isatty())

    @property
    def _is_unattended(self) -> bool:
        """Tell whether cron, systemd or a similar program has started this: it has no terminal."""
        if self.clock.at is not None:
            return False
        try:
            os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
        except OSError:
            return True
        return False

    def _remember(
        self, step: str, exit_code: int, message: str, token_expires: datetime | None = None
    ) -> bool:
        """Write down how a step went; tell whether its message is news. Raises nothing."""
        now, path = self.clock.now(), self.settings.state_file
        place = self._presence.place()
        self._presence.remember(place)
        try:
            with self.files.lock():
                memory = runs.decode(read_bytes(path))
                before = memory.steps.get(step)
                memory.steps[step] = runs.recorded(
                    before, now, exit_code, message, is_unattended=self._is_unattended
                )
                memory.token_expires = token_expires or memory.token_expires
                memory.data = place or memory.data
                write_bytes(through_link(path), runs.encode(memory), durable=False)
        except PowerstatsError:
            return True  # a message that cannot be remembered is printed each time
        return runs.is_news(before, now, exit_code, message)

    def _warn_of_readable_secrets(self) -> None:
        readable = secrets.readable_secrets(self.config, self.settings)
        if not readable or self.options.verbosity < 0:
            return
        names = " ".join(str(path) for path in readable)
        message = f"others on this machine can read a token: chmod o= {names}"
        if self._remember(SECRETS_STEP, 0, message) or self._tells_all:
            say(f"warning: {message}")


def opened(options: Options) -> Session:
    """Read the configuration and return the session of a command.

    Raises ConfigError, and ValueError if `--at` is not a time.
    """
    environment = os.environ
    path = settings.find(options.config, environment)
    configured = settings.load(path)
    if options.data_dir is not None:
        paths = msgspec.structs.replace(configured.paths, data_dir=str(options.data_dir))
        configured = msgspec.structs.replace(configured, paths=paths)
    clock = Clock(_instant(options.at, configured) if options.at else None)
    renamed = configured.homeassistant.renamed
    return Session(
        options=options,
        config=path,
        settings=configured,
        files=Store(configured.data_dir, configured.timezone, clock, renamed),
        clock=clock,
        environment=environment,
    )


def say(line: str) -> None:
    """Print a line about a failure on stderr; if that is full, the exit code has to do."""
    try:
        print(f"powerstats: {one_line(line)}", file=sys.stderr, flush=True)
    except OSError:
        drop(sys.stderr)


def _instant(written: str, configured: Settings) -> datetime:
    """Return the time that `--at` gives, in UTC; raises ValueError if it is none."""
    instant = datetime.fromisoformat(written)
    if instant.year not in YEARS:
        message = f"its year must be from {YEARS.start} to {YEARS.stop - 1}"
        raise ValueError(message)
    local = instant if instant.tzinfo else instant.replace(tzinfo=configured.zone)
    return local.astimezone(UTC)
