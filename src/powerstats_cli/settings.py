"""The configuration: a TOML file, where it is, and the checks of its values.

Only `session` and the commands that write a configuration read the file. Everything else is given
its values as arguments.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from math import isfinite
from pathlib import Path
from typing import Final, Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from powerstats_cli.core.address import without_page
from powerstats_cli.core.documents import TierName, is_series_name
from powerstats_cli.core.series import StateClass
from powerstats_cli.errors import ConfigError

ENVIRONMENT_PATH: Final = "POWERSTATS_CONFIG"
SEARCHED: Final = (
    "powerstats.toml",
    "~/.config/powerstats/config.toml",
    "/etc/powerstats/config.toml",
)
MOST_RETENTION_DAYS: Final = 30
MOST_SETTLE_SECONDS: Final = 300


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file, in which an unknown key is an error."""


class HomeAssistantSettings(_Table, frozen=True):
    """The address of Home Assistant, its token, and the entity id of each series.

    `plausible` has a series' lowest and highest number, of a counter in kW; `state_class` overrides
    the sensor's own.
    """

    url: str
    token: str | None = None
    token_file: str | None = None
    ca_file: str | None = None
    entity_id: str | None = None
    entities: dict[str, str] = {}
    plausible: dict[str, tuple[float, float]] = {}
    state_class: dict[str, StateClass] = {}


class GitHubSettings(_Table, frozen=True):
    """The repository that keeps the long-term files."""

    repo: str
    branch: str = "main"
    path: str = "data"
    token: str | None = None
    token_file: str | None = None
    api_url: str = "https://api.github.com"


class PublishSettings(_Table, frozen=True):
    """The files that the dashboard shows to anyone, and the branch they are published on."""

    tiers: tuple[TierName, ...] = get_args(TierName)
    branch: str = "gh-pages"
    path: str = ""
    history: Literal["keep", "squash"] = "keep"


class DataSettings(_Table, frozen=True):
    """The length of a bucket, the days the archive keeps, and the wait for the recorder."""

    collection_interval_minutes: int = 10
    retention_days: int = 7
    settle_seconds: int = 6


class MonitoringSettings(_Table, frozen=True):
    """The health check that is told about each run."""

    healthcheck_url: str | None = None


class PathSettings(_Table, frozen=True):
    """The folders and files on this machine; `~` is the home directory."""

    data_dir: str = "/var/lib/powerstats"
    web_root: str | None = None
    state_file: str | None = None


class Settings(_Table, frozen=True):
    """The whole configuration, checked, with the values as they are written in the file."""

    timezone: str
    homeassistant: HomeAssistantSettings
    github: GitHubSettings | None = None
    publish: PublishSettings = PublishSettings()
    data: DataSettings = DataSettings()
    paths: PathSettings = PathSettings()
    monitoring: MonitoringSettings = MonitoringSettings()

    @property
    def zone(self) -> ZoneInfo:
        """The home's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def entities(self) -> Mapping[str, str]:
        """The entity ids, by the name of their series in the data files."""
        if self.homeassistant.entity_id:
            return {"power": self.homeassistant.entity_id}
        return self.homeassistant.entities

    @property
    def known_github(self) -> GitHubSettings:
        """The repository of the long-term files; raises ConfigError if none is configured."""
        if self.github is None:
            message = (
                'the configuration has no [github]: give it repo = "me/powerstats-data" and a '
                "token_file"
            )
            raise ConfigError(message)
        return self.github

    @property
    def data_dir(self) -> Path:
        """The folder of the data files."""
        return Path(self.paths.data_dir).expanduser()

    @property
    def web_root(self) -> Path:
        """The folder of the dashboard."""
        written = self.paths.web_root
        return Path(written).expanduser() if written else self.data_dir / "site"

    @property
    def state_file(self) -> Path:
        """The file that remembers how runs went."""
        written = self.paths.state_file
        return Path(written).expanduser() if written else self.data_dir / "state.json"

    @property
    def settle(self) -> timedelta:
        """How long Home Assistant's recorder may still be writing after the end of a bucket."""
        return timedelta(seconds=self.data.settle_seconds)


# --- reading ----------------------------------------------------------------------------------


def find(given: Path | None, environment: Mapping[str, str]) -> Path:
    """Return the path of the configuration file; raises ConfigError if there is none."""
    if given is not None:
        return given
    if environment.get(ENVIRONMENT_PATH):
        return Path(environment[ENVIRONMENT_PATH])
    for path in SEARCHED:
        if (candidate := Path(path).expanduser()).is_file():
            return candidate
    message = f"no configuration: {', '.join(SEARCHED)} are not there; write one, or pass --config"
    raise ConfigError(message)


class Folders(msgspec.Struct, frozen=True):
    """The folders of a new configuration and of its data if no option names others."""

    config: Path
    data_dir: Path

    @classmethod
    def of(cls, *, is_root: bool) -> "Folders":
        """Return the system's folders for root, and folders of the user's own for anyone else."""
        if is_root:
            return cls(Path("/etc/powerstats"), Path("/var/lib/powerstats"))
        home = Path.home()
        return cls(home / ".config/powerstats", home / ".local/share/powerstats")


def new_file(given: Path | None, environment: Mapping[str, str], folders: Folders) -> Path:
    """Return the file that a new configuration is written to."""
    named = environment.get(ENVIRONMENT_PATH)
    path = given or (Path(named) if named else folders.config / "config.toml")
    return path.expanduser().absolute()


def load(path: Path) -> Settings:
    """Return the settings in a file; raises ConfigError with the file and the path of the key."""
    import tomllib

    try:
        text = path.read_bytes().decode()
        written = tomllib.loads(text)
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise ConfigError(message) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path} is no TOML: {error}"
        raise ConfigError(message) from None
    try:
        settings = msgspec.convert(written, Settings)
    except msgspec.ValidationError as error:
        message = f"{path}: {_with_path_first(str(error))}"
        raise ConfigError(message) from None
    for key, complaint in _complaints(settings):
        message = f"{path}: {key}: {complaint}"
        raise ConfigError(message)
    return settings


def _with_path_first(message: str) -> str:
    """Turn msgspec's "problem - at `$.path`" into "path: problem"."""
    problem, _, path = message.partition(" - at `$")
    path = path.rstrip("`").lstrip(".")
    if match := re.fullmatch(r"Object (?:contains|missing) (\w+) field `(.*)`", problem):
        kind, field = match.groups()
        problem = "unknown key" if kind == "unknown" else "is missing"
        path = f"{path}.{field}" if path else field
    return f"{path}: {problem}" if path else problem


def _complaints(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield each key whose value has the right type and cannot be used, and why it cannot."""
    if not is_zone(settings.timezone):
        yield "timezone", f"{settings.timezone!r} is no time zone, such as Europe/Amsterdam"
    yield from _home_complaints(settings.homeassistant, settings.entities)
    if settings.github:
        yield from _github_complaints(settings.github, settings.publish)
    url = settings.monitoring.healthcheck_url
    if url is not None and not _is_address(url):
        yield "monitoring.healthcheck_url", f"{_shown(url)} is no address"
    data = settings.data
    if data.collection_interval_minutes < 1 or 60 % data.collection_interval_minutes:
        yield "data.collection_interval_minutes", "must divide 60"
    if not 1 <= data.retention_days <= MOST_RETENTION_DAYS:
        yield "data.retention_days", f"must be from 1 to {MOST_RETENTION_DAYS}"
    if not 0 <= data.settle_seconds <= MOST_SETTLE_SECONDS:
        yield "data.settle_seconds", f"must be from 0 to {MOST_SETTLE_SECONDS}"


def _home_complaints(
    home: HomeAssistantSettings, entities: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    if not _is_address(home.url):
        example = "such as http://homeassistant.local:8123"
        yield "homeassistant.url", f"{_shown(home.url)} is no address, {example}"
    elif (url := _without_page(home.url)) is not None:
        yield "homeassistant.url", f"{home.url!r} is the address of a page: write {url}"
    if home.token and home.token_file:
        yield "homeassistant.token", "token and token_file are both given; keep one"
    if home.entity_id and home.entities:
        yield "homeassistant.entities", "entity_id and entities are both given; keep one"
    if not entities:
        yield "homeassistant.entities", "no entity is configured"
    for name, entity_id in entities.items():
        key = f"homeassistant.entities.{name}"
        if not is_series_name(name):
            yield key, "a series cannot have this name"
        if not re.fullmatch(r"[a-z0-9_]+\.[a-z0-9_]+", entity_id):
            yield key, f"{entity_id!r} is no entity id, such as sensor.house_power"
    yield from _sensor_complaints(home, entities)


def _sensor_complaints(
    home: HomeAssistantSettings, entities: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for table, names in (("plausible", home.plausible), ("state_class", home.state_class)):
        for name in names:
            if name not in entities:
                yield f"homeassistant.{table}.{name}", "no series of this name is configured"
    for name, (low, high) in home.plausible.items():
        if not (isfinite(low) and isfinite(high) and low < high):
            yield f"homeassistant.plausible.{name}", "must be a lower and a higher number"


def _github_complaints(
    github: GitHubSettings, publish: PublishSettings
) -> Iterator[tuple[str, str]]:
    if not _is_address(github.api_url):
        yield "github.api_url", f"{_shown(github.api_url)} is no address"
    if not is_repository_name(github.repo):
        yield "github.repo", f"{github.repo!r} is no repository, such as me/powerstats-data"
    if github.token and github.token_file:
        yield "github.token", "token and token_file are both given; keep one"
    for key, branch in (("github.branch", github.branch), ("publish.branch", publish.branch)):
        if not re.fullmatch(r"\w[\w./-]*", branch, re.ASCII) or ".." in branch:
            yield key, f"{branch!r} is no branch, such as main"
    for key, path in (("github.path", github.path), ("publish.path", publish.path)):
        if path and not all(re.fullmatch(r"(?!\.+$)[\w. -]+", part) for part in path.split("/")):
            yield key, f"{path!r} is no folder of a repository, such as docs/power"
    if (publish.branch, publish.path) == (github.branch, github.path):
        # The published monthly.json and yearly.json would replace the files that `sync` merges.
        yield "publish.path", "is the same as github.path, on the same branch: change one of them"
    if publish.history == "squash" and publish.branch == github.branch:
        yield "publish.history", f"squash would drop the history of the data on {github.branch}"


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_port_usable = parts.port != 0
    except ValueError:
        return False
    is_plain = parts.username is None and not parts.query and not parts.fragment
    is_http = parts.scheme in {"http", "https"}
    return is_http and bool(parts.hostname) and is_port_usable and is_plain


def _without_page(url: str) -> str | None:
    """Return the address of Home Assistant itself if that of a page of it is given, else None."""
    path = urlsplit(url).path
    kept = without_page(path, is_sure=True)
    is_page = kept.count("/") < len(list(filter(None, path.split("/"))))
    return url.removesuffix(path) + kept if is_page else None


def _shown(url: str) -> str:
    """Return an address for a message, without a password or a token that may be in it."""
    return repr(re.sub(r"//.*@", "//***@", re.sub(r"[?#].*", "?***", url)))


def is_repository_name(name: str) -> bool:
    """Tell whether a name is an owner's and a repository's, such as me/powerstats-data."""
    return re.fullmatch(r"[\w.-]+/[\w.-]+", name, re.ASCII) is not None


def is_zone(name: str) -> bool:
    """Tell whether a name is a time zone of the tz database, such as Europe/Amsterdam."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
