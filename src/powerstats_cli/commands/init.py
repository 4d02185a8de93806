"""`init`: a configuration out of a few questions, each answer tried at once, and a first run."""

import math
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from powerstats_cli import settings
from powerstats_cli.core import candidates
from powerstats_cli.core.candidates import Candidate, Entity, Pick
from powerstats_cli.core.documents import TIMESTAMP
from powerstats_cli.core.energy.roles import Role, lively
from powerstats_cli.core.outcome import joined
from powerstats_cli.errors import (
    ConfigError,
    MissingError,
    PowerstatsError,
    RefusedError,
    TryAgainError,
)
from powerstats_cli.files.store import read_bytes
from powerstats_cli.files.together import Content, make_folder, undone_on_failure, write_together
from powerstats_cli.github.client import GitHub
from powerstats_cli.homeassistant.client import About, HomeAssistant
from powerstats_cli.jobs.machine import Machine
from powerstats_cli.settings import GITHUB_TOKEN, HOMEASSISTANT_TOKEN
from powerstats_cli.terminal.dialogue import Dialogue
from powerstats_cli.terminal.report import is_ascii

DEFAULT_URL: Final = "http://homeassistant.local:8123"
DEFAULT_PORT: Final = 8123
DEFAULT_API: Final = "https://api.github.com"
STDIN: Final = "-"
SECONDS: Final = 40.0
MOST_LISTED: Final = 30
ALL: Final = "all"
EXIT_INTERRUPTED: Final = 130
HEAD: Final = "# Made by `powerstats init`. Every key is explained in docs/configuration.md.\n\n"

Schedule = Literal["cron", "systemd", "none"]
SCHEDULES: Final[Mapping[str, Schedule]] = {
    "cron": "cron",
    "systemd": "systemd",
    "none": "none",
}
Run = Callable[[Sequence[str]], int]
_Answer = TypeVar("_Answer")


class Wishes(msgspec.Struct, frozen=True):
    """What the command line says; what it does not is asked for, or suggested.

    `scheduler` is what this machine has, to suggest where the schedule is asked for; `backfills`
    None offers a past at a terminal.
    """

    config: Path
    data_dir: Path
    url: str | None = None
    ca_file: Path | None = None
    token_file: str | None = None
    entities: Mapping[str, str] = {}
    timezone: str | None = None
    github_repo: str | None = None
    github_token_file: str | None = None
    github_api_url: str = DEFAULT_API
    schedule: Schedule | None = None
    scheduler: Schedule = "none"
    asks: bool = True
    collects: bool = True
    backfills: bool | None = None
    overwrites: bool = False


class Folders(msgspec.Struct, frozen=True):
    """Where the configuration and the data go where nothing else is said."""

    config: Path
    data_dir: Path

    @classmethod
    def of(cls, *, is_root: bool) -> "Folders":
        """Return the system's for root, one's own for anyone else."""
        if is_root:
            return cls(Path("/etc/powerstats"), Path("/var/lib/powerstats"))
        home = Path.home()
        return cls(home / ".config/powerstats", home / ".local/share/powerstats")


def configuration(given: Path | None, environment: Mapping[str, str], folders: Folders) -> Path:
    """Return which file the configuration becomes."""
    written = environment.get(settings.ENVIRONMENT_PATH)
    path = given or (Path(written) if written else folders.config / "config.toml")
    return path.expanduser().absolute()


def entities(written: Sequence[str]) -> dict[str, str]:
    """Return entity ids by name out of NAME=ENTITY_ID; raises ConfigError."""
    found: dict[str, str] = {}
    for word in written:
        name, _, entity_id = word.rpartition("=")
        if not name or name in found:
            what = "names a sensor twice" if name else "is not NAME=ENTITY_ID"
            message = f"--entity {word} {what}"
            raise ConfigError(message)
        found[name] = entity_id
    return found


def scheduler(machine: Machine) -> Schedule:
    """Return what can run the steps on a machine."""
    if shutil.which(machine.crontab):
        return "cron"
    return "systemd" if machine.systemd_runs.is_dir() else "none"


class _Secret:
    """A token, which no traceback and no f-string shows."""

    def __init__(self, value: str) -> None:
        self.value = value

    @property
    def content(self) -> Content:
        """What its file holds."""
        return Content(f"{self.value}\n".encode(), is_secret=True)


class _Home(msgspec.Struct, frozen=True):
    """A Home Assistant that let us in."""

    url: str
    token: _Secret
    about: About
    entities: Sequence[Entity]


class _Repository(msgspec.Struct, frozen=True):
    """A repository that the token may write to."""

    repo: str
    token: _Secret


class _Declined(Exception):  # noqa: N818 - an answer, no error
    """Whoever was asked wants to leave things as they are."""


def init(wishes: Wishes, run: Run, console: Console, environment: Mapping[str, str]) -> int:
    """Ask, try, write, and run for the first time; `run` is the program's entry point.

    Nothing is written before the last answer. Returns the first exit code of what is run.
    """
    dialogue = Dialogue(console, asks=wishes.asks, is_ascii=is_ascii(console))
    setup = _Setup(wishes, dialogue, environment)
    try:
        files = setup.files()
    except _Declined:
        dialogue.say("Nothing was changed.")
        return 0
    except (KeyboardInterrupt, EOFError):
        dialogue.say("\nNothing was written.")
        raise
    _write(files, wishes)
    dialogue.done(f"Configuration: {wishes.config}")
    dialogue.done(f"Data: {wishes.data_dir}")
    return setup.first_run(run, has_github=wishes.config.with_name("github.token") in files)


# --- questions --------------------------------------------------------------------------------


class _Setup:
    """The way from the wishes to the files: what an option does not say is asked for."""

    def __init__(self, wishes: Wishes, dialogue: Dialogue, environment: Mapping[str, str]) -> None:
        self.wishes = wishes
        self.dialogue = dialogue
        self.environment = environment
        self.schedule: Schedule = wishes.schedule or "none"
        self.overwrites = wishes.overwrites
        self.url: str | None = None
        self.repo = ""
        self._taken: set[str] = set()

    def once(self, option: str, value: _Answer | None) -> _Answer | None:
        """Return an option's value the first time: what was wrong with it is asked for then."""
        is_new = option not in self._taken
        self._taken.add(option)
        return value if is_new or not self.wishes.asks else None

    # --- the whole

    def files(self) -> dict[Path, Content]:
        """Return what to write where, the configuration last; raises _Declined."""
        self._may_overwrite(self.wishes.config, None)
        self.dialogue.explain(
            "powerstats keeps a history of a home's power, out of Home Assistant. This asks for "
            "what it needs, and writes nothing before the last answer; Ctrl-C leaves all as it is."
        )
        folder = self.wishes.config.parent
        home = self._home()
        timezone = self._timezone(home.about)
        entities = self._entities(home)
        repository = self._repository(ZoneInfo(timezone))
        self._ask_for_schedule()
        token_file, github_token_file = folder / "homeassistant.token", folder / "github.token"
        files = {token_file: home.token.content}
        if repository:
            files[github_token_file] = repository.token.content
        for path, content in files.items():
            self._may_overwrite(path, content.raw)
        where: dict[str, object] = {"url": home.url, "token_file": str(token_file)}
        if self.wishes.ca_file:
            where["ca_file"] = str(self.wishes.ca_file.absolute())
        tables: dict[str, object] = {
            "timezone": timezone,
            "homeassistant": {**where, "entities": entities},
        }
        if repository:
            github = {"repo": repository.repo, "token_file": str(github_token_file)}
            if self.wishes.github_api_url != DEFAULT_API:
                github["api_url"] = self.wishes.github_api_url
            tables["github"] = github
        tables["paths"] = {"data_dir": str(self.wishes.data_dir)}
        files[self.wishes.config] = Content(_toml(tables))
        return files

    def _may_overwrite(self, path: Path, raw: bytes | None) -> None:
        """Raise ConfigError, or _Declined, where other bytes are there and shall stay."""
        there = read_bytes(path)
        if there in {None, raw} or self.overwrites:
            return
        if not self.wishes.asks:
            message = f"{path} is there already: add --force to overwrite it"
            raise ConfigError(message)
        if not self.dialogue.confirm(f"{path} is there already. Overwrite it?"):
            raise _Declined
        self.overwrites = True  # what is beside it, too

    # --- Home Assistant

    def _home(self) -> _Home:
        self.dialogue.heading("Home Assistant")
        home = self.dialogue.until_right(self._entered)
        about, count = home.about, len(home.entities)
        known = f"{about.version}, {count} entities, time zone {about.time_zone}"
        self.dialogue.done(_printable(f"Home Assistant {known}"))
        return home

    def _entered(self) -> _Home:
        url = self.url or self._address()
        present = self.wishes.config.with_name("homeassistant.token")
        token = self._token("--token-file", self.wishes.token_file, HOMEASSISTANT_TOKEN, present)
        try:
            with self._connected(url, token) as home:
                return _Home(url, token, home.about(), home.states())
        except TryAgainError:
            self.url = None  # it may be another's address
            raise

    def _address(self) -> str:
        written = self.once("--url", self.wishes.url)
        if written is None:
            if not self.wishes.asks:
                message = "no address: give Home Assistant's with --url"
                raise ConfigError(message)
            written = self.dialogue.ask("Address", DEFAULT_URL)
        url = address(written)
        with self._connected(url, None) as home:
            home.greet()
        self.dialogue.explain(
            f"It answers. powerstats reads with a token: make one under Long-lived access tokens "
            f"at\n  {url}/profile/security\n"
            f"Any user's will do: best that of one who is no administrator."
        )
        self.url = url
        return url

    def _connected(self, url: str, token: _Secret | None) -> HomeAssistant:
        ca_file = str(self.wishes.ca_file) if self.wishes.ca_file else None
        return HomeAssistant(url, token.value if token else None, ca_file=ca_file, seconds=SECONDS)

    def _token(self, option: str, file: str | None, variable: str, present: Path) -> _Secret:
        """Return a token: a file's, the environment's, or one that is asked for.

        Whoever is asked can have that of an earlier time, which nobody can look up any more.
        """
        file = self.once(option, file)
        given = self.once(variable, self.environment.get(variable))
        if file is not None and not (file == STDIN and self.wishes.asks):
            return _secret_of(file)
        if given:
            return _secret(given, f"${variable}")
        if not self.wishes.asks:
            message = f"no token: give a file with {option}, or - for stdin, or ${variable}"
            raise ConfigError(message)
        has_one = present.is_file() and self.once(str(present), present) is not None
        hint = f"; Enter takes that in {present.name}" if has_one else ""
        typed = self.dialogue.ask_hidden(f"Token (not shown{hint})")
        if has_one and not typed:
            return _secret_of(str(present))
        return _secret(typed, "what was typed")

    def _timezone(self, about: About) -> str:
        name = self.wishes.timezone or about.time_zone
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            message = f"{name!r} is no time zone, such as Europe/Amsterdam: give one by --timezone"
            raise ConfigError(message) from None
        if name != about.time_zone:
            self.dialogue.warn(f"time zone {name}, where Home Assistant has {about.time_zone}")
        return name

    # --- sensors

    def _entities(self, home: _Home) -> dict[str, str]:
        known = {entity.entity_id: entity for entity in home.entities}
        listed = candidates.fitting(home.entities)
        suggestion = candidates.suggested(listed)
        # What is suggested comes first, so that its numbers are easy.
        listed = [*suggestion.values(), *(one for one in listed if one not in suggestion.values())]
        if self.wishes.entities:
            chosen = dict(self.wishes.entities)
            self._check(chosen, known)
        elif self.wishes.asks:
            self.dialogue.heading("Sensors")
            self._show(listed, suggestion)
            chosen = self.dialogue.until_right(lambda: self._asked(listed, suggestion, known))
        else:
            chosen = {role: one.entity_id for role, one in suggestion.items()}
            if not chosen:
                message = "no sensor of Home Assistant's fits: name one with --entity NAME=ID"
                raise MissingError(message)
        if self.wishes.asks:
            self.dialogue.done(f"{joined(chosen)} {'is' if len(chosen) == 1 else 'are'} kept")
        else:
            for name, entity_id in chosen.items():
                self.dialogue.done(f"{name}: {entity_id}")
        roles = {one.entity_id: one.role for one in listed}
        if not lively([roles.get(entity_id, "") for entity_id in chosen.values()]):
            self.dialogue.warn(
                "none of these changes often, as a voltage does: how long Home Assistant was at "
                "work before a power cut will not be known well"
            )
        return chosen

    def _show(self, listed: Sequence[Candidate], suggestion: Mapping[Role, Candidate]) -> None:
        if not listed:
            self.dialogue.say(
                "None of its sensors is of a power, an energy, a voltage or a current."
            )
            return
        self._print_table(listed[:MOST_LISTED], suggestion)
        if len(listed) > MOST_LISTED:
            self.dialogue.say(f"… and {len(listed) - MOST_LISTED} more: `{ALL}` lists them")
        witness = lively(suggestion)
        if witness:
            self.dialogue.explain(
                f"Keep the {witness}: it changes often, so its last change before a power cut "
                f"tells how long Home Assistant was at work."
            )
        self.dialogue.explain(
            "Type numbers, such as 1 3; attic=3 names one. Enter takes those suggested."
        )

    def _print_table(
        self, listed: Sequence[Candidate], suggestion: Mapping[Role, Candidate]
    ) -> None:
        roles = {one.entity_id: role for role, one in suggestion.items()}
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("", justify="right", no_wrap=True)
        table.add_column("Sensor", overflow="fold")
        table.add_column("Now", justify="right", no_wrap=True)
        table.add_column("Suggested as", no_wrap=True)
        for number, one in enumerate(listed, start=1):
            table.add_row(
                Text(str(number), "bold"),
                Text.assemble(_printable(one.entity.name), "\n", (one.entity_id, "dim")),
                Text(_now(one.entity)),
                Text(roles.get(one.entity_id, ""), "green"),
            )
        self.dialogue.console.print(table)

    def _asked(
        self,
        listed: Sequence[Candidate],
        suggestion: Mapping[Role, Candidate],
        known: Mapping[str, Entity],
    ) -> dict[str, str]:
        default = [Pick(one.entity_id, role) for role, one in suggestion.items()]
        numbers = f"1-{len(default)}" if len(default) > 1 else "1" * len(default)
        while (answer := self.dialogue.ask("Which", numbers)) == ALL:
            self._print_table(listed, suggestion)
        try:
            picks = candidates.picks(answer, listed, known.keys(), default)
        except ValueError as error:
            raise ConfigError(str(error)) from None
        if not picks:
            message = "at least one is needed: a number, or an entity id"
            raise ConfigError(message)
        chosen: dict[str, str] = {}
        named = {pick.name for pick in picks if pick.name}
        for pick in picks:
            name = pick.name
            if name is None:
                name = candidates.default_name(pick.entity_id, listed, named | chosen.keys())
                name = self.dialogue.ask(f"A name for {pick.entity_id}", name)
            if name in chosen:
                message = f"{name}: two sensors cannot have one name"
                raise ConfigError(message)
            chosen[name] = pick.entity_id
        self._check(chosen, known)
        return chosen

    def _check(self, chosen: Mapping[str, str], known: Mapping[str, Entity]) -> None:
        for name, entity_id in chosen.items():
            if not name.strip() or name == TIMESTAMP or not name.isprintable():
                message = f"{name!r}: a sensor's history cannot have this name"
                raise ConfigError(message)
            if entity_id not in known:
                message = f"{name}: Home Assistant has no {entity_id}"
                raise MissingError(message)
            if math.isnan(known[entity_id].value):
                self.dialogue.warn(f"{entity_id} has no number just now")

    # --- GitHub

    def _repository(self, zone: ZoneInfo) -> _Repository | None:
        if self.wishes.github_repo is None:
            if not self.wishes.asks:
                return None
            self.dialogue.heading("GitHub (if you like)")
            self.dialogue.explain(
                "A repository can keep the long-term files, and show the dashboard on GitHub "
                "Pages. That page anyone can see, even where the repository is private."
            )
            if not self.dialogue.confirm("Use GitHub?"):
                return None
        try:
            return self.dialogue.until_right(lambda: self._tried(zone))
        except _Declined:
            self.dialogue.say("GitHub is left out.")
        except PowerstatsError as error:
            if not self.wishes.asks:
                raise
            self.dialogue.warn(f"GitHub is left out: {error}")
        return None

    def _tried(self, zone: ZoneInfo) -> _Repository:
        repo = self._repository_name()
        present = self.wishes.config.with_name("github.token")
        option = "--github-token-file"
        token = self._token(option, self.wishes.github_token_file, GITHUB_TOKEN, present)
        with GitHub(self.wishes.github_api_url, repo, token.value, zone=zone) as github:
            about = github.about()
            github.check_writable()
            self.dialogue.done(f"{repo}: {_permission(github.token_expires, zone)}")
        self.dialogue.warn(
            "`powerstats publish` makes a page for GitHub Pages that anyone can see"
            + (f", though {repo} is private" if about.private else "")
        )
        return _Repository(repo, token)

    def _repository_name(self) -> str:
        """Return a repository's name; raises _Declined where there shall be none."""
        written = self.once("--github-repo", self.wishes.github_repo)
        if written is None:
            question = "Repository, such as me/powerstats-data, or none"
            written = self.dialogue.ask(question, self.repo or "none")
            if written == "none":
                raise _Declined
        repo = written.removeprefix("https://github.com/").removesuffix("/").removesuffix(".git")
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", repo, re.ASCII):
            message = f"{repo!r} is no repository, such as me/powerstats-data"
            raise ConfigError(message)
        if not self.repo:
            self.dialogue.explain(
                "Make a token for this repository only, with the permission Contents: read and "
                "write, at\n  https://github.com/settings/personal-access-tokens/new"
            )
        self.repo = repo
        return repo

    # --- the schedule

    def _ask_for_schedule(self) -> None:
        if self.wishes.schedule is not None or not self.wishes.asks:
            return
        self.dialogue.heading("Schedule")
        self.dialogue.explain("Every ten minutes a run collects, and a few at night sum up.")
        self.schedule = self.dialogue.until_right(self._asked_schedule)

    def _asked_schedule(self) -> Schedule:
        answer = self.dialogue.ask("Who runs them: cron, systemd or none", self.wishes.scheduler)
        if answer not in SCHEDULES:
            message = f"{answer}: cron, systemd or none"
            raise ConfigError(message)
        return SCHEDULES[answer]

    # --- the first run

    def first_run(self, run: Run, *, has_github: bool) -> int:
        """Collect, backfill and install the schedule, as far as wished; tell what to do next."""
        steps: list[list[str]] = []
        if self.wishes.collects:
            steps.append(["collect"])
        if self.wishes.backfills:
            steps.append(["backfill", "--yes"])
        elif self._offers_backfill:
            steps.append(["backfill"])  # lists what it would fill, and asks
        if self.schedule != "none":
            steps.append(["schedule", "install", *self._place(self.schedule)])
        first_code = 0
        for step in steps:
            if self.wishes.asks:
                self.dialogue.say(f"\npowerstats {' '.join(step)}", "bold")
            exit_code = run(["--config", str(self.wishes.config), *step])
            if exit_code == EXIT_INTERRUPTED:
                return exit_code
            if step != ["backfill"]:  # that was only an offer
                first_code = first_code or exit_code
        self._tell_what_next(has_github=has_github)
        return first_code

    @property
    def _offers_backfill(self) -> bool:
        return self.wishes.asks and self.wishes.collects and self.wishes.backfills is None

    @staticmethod
    def _place(schedule: Schedule) -> list[str]:
        is_own = schedule == "systemd" and os.geteuid() != 0
        return [f"--{schedule}", *(["--user"] if is_own else [])]

    def _tell_what_next(self, *, has_github: bool) -> None:
        nexts = {
            "status": "what is there, and what is due",
            "backfill": "the past year, out of Home Assistant's own statistics",
            "serve": "the dashboard, on this machine",
            "doctor": "what is wrong, and what to do about it",
        }
        if has_github:
            nexts["publish"] = "the dashboard onto GitHub Pages, for anyone to see"
        if self.schedule == "none":
            nexts["schedule install --cron"] = "has cron run the steps; or --systemd"
        self.dialogue.say("\nWhat to do next", "bold")
        if not _is_found(self.wishes.config, self.environment):
            self.dialogue.say(
                "  powerstats does not look there by itself; tell it, or give each --config:"
            )
            self.dialogue.say(
                f"  export {settings.ENVIRONMENT_PATH}={shlex.quote(str(self.wishes.config))}"
            )
        width = max(len(command) for command in nexts)
        for command, what in nexts.items():
            self.dialogue.say(f"  powerstats {command:<{width}}  {what}")


# --- answers ----------------------------------------------------------------------------------


def address(written: str) -> str:
    """Return Home Assistant's address out of what somebody typed or pasted; raises ConfigError.

    Without a scheme it is http, and http without a port means Home Assistant's own.
    """
    text = written.strip()
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "http", text
    try:
        parts = urlsplit(f"{scheme.lower()}://{rest}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = urlsplit("")
    is_name = host is not None and re.fullmatch(r"[\w.:%-]+", host, re.ASCII)
    if parts.scheme not in {"http", "https"} or not is_name or host is None or port == 0:
        message = f"that is no address, such as {DEFAULT_URL}"
        raise ConfigError(message)
    if parts.username is not None:
        message = "the address has a user name in it: leave that out, a token does its work"
        raise ConfigError(message)
    if port is None and parts.scheme == "http":
        port = DEFAULT_PORT
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + (f":{port}" if port else "")


def _secret_of(file: str) -> _Secret:
    if file == STDIN:
        return _secret(sys.stdin.readline(), "stdin")
    try:
        written = Path(file).expanduser().read_text(encoding="ascii", errors="replace")
    except OSError as error:
        message = f"{file}: {error.strerror}"
        raise ConfigError(message) from None
    return _secret(written, file)


def _secret(written: str, source: str) -> _Secret:
    token = written.strip()
    if not re.fullmatch(r"[!-~]+", token):
        what = "holds something else than a token" if token else "no token"
        message = f"{source}: {what}"
        raise ConfigError(message)
    return _Secret(token)


def _now(entity: Entity) -> str:
    if math.isnan(entity.value):
        return "-"
    unit = _printable(entity.unit or "")
    return f"{entity.value:.7g} {unit}".strip()


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


def _permission(expires: datetime | None, zone: ZoneInfo) -> str:
    until = f"until {expires.astimezone(zone):%d %b %Y}" if expires else "without an end"
    return f"the token may write to it, {until}"


def _is_found(config: Path, environment: Mapping[str, str]) -> bool:
    """Tell whether every command finds the configuration by itself."""
    try:
        return settings.find(None, environment).resolve() == config.resolve()
    except ConfigError:
        return False


def _toml(tables: Mapping[str, object]) -> bytes:
    import tomli_w

    return (HEAD + tomli_w.dumps(tables)).encode()


def _write(files: Mapping[Path, Content], wishes: Wishes) -> None:
    """Write all files, the configuration last; a failure takes back what was done until then."""
    with undone_on_failure() as undo:
        make_folder(wishes.config.parent, undo, mode=0o700)
        make_folder(wishes.data_dir, undo)
        if not os.access(wishes.data_dir, os.W_OK):
            message = f"{wishes.data_dir}: cannot be written to: give another --data-dir"
            raise RefusedError(message)
        write_together(files, undo, lambda staged: settings.load(staged[wishes.config]))
