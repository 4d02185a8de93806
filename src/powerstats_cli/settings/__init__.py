"""The configuration: a TOML file, where it is, and how it is read.

Only `session` and the commands that write a configuration read the file. Everything else is given
its values as arguments.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from powerstats_cli.errors import ConfigError
from powerstats_cli.lines import text
from powerstats_cli.settings.checks import (
    MOST_RETENTION_DAYS,
    is_proxy,
    is_repository_name,
    is_zone,
    mistakes,
)
from powerstats_cli.settings.conversion import converted
from powerstats_cli.settings.places import home, whole
from powerstats_cli.settings.tables import (
    DataSettings,
    GitHubSettings,
    HomeAssistantSettings,
    PathSettings,
    Settings,
)

__all__ = [
    "ENVIRONMENT_PATH",
    "MOST_RETENTION_DAYS",
    "SEARCHED",
    "DataSettings",
    "Folders",
    "GitHubSettings",
    "HomeAssistantSettings",
    "PathSettings",
    "Settings",
    "find",
    "home",
    "is_proxy",
    "is_repository_name",
    "is_zone",
    "load",
    "new_file",
    "whole",
]

ENVIRONMENT_PATH: Final = "POWERSTATS_CONFIG"
SEARCHED: Final = (
    "powerstats.toml",
    "~/.config/powerstats/config.toml",
    "/etc/powerstats/config.toml",
)


def find(given: Path | None, environment: Mapping[str, str]) -> Path:
    """Return the path of the configuration file; raises ConfigError if there is none."""
    if given is not None:
        return given
    if environment.get(ENVIRONMENT_PATH):
        return Path(environment[ENVIRONMENT_PATH])
    for written in SEARCHED:
        below_home = written.removeprefix("~/")
        folder = home() if below_home != written else Path()
        if folder is not None and (candidate := folder / below_home).is_file():
            return candidate
    places = f"{', '.join(SEARCHED[:-1])} or {SEARCHED[-1]}"
    message = f"no configuration in {places}: run `powerstats init`, or pass --config"
    raise ConfigError(message)


class Folders(msgspec.Struct, frozen=True):
    """The folders of a new configuration and of its data if no option names others."""

    config: Path
    data_dir: Path

    @classmethod
    def of(cls, *, is_root: bool) -> "Folders":
        """Return the system's folders for root and a user without a home, else the user's own."""
        own = None if is_root else home()
        if own is None:
            return cls(Path("/etc/powerstats"), Path("/var/lib/powerstats"))
        return cls(own / ".config/powerstats", own / ".local/share/powerstats")


def new_file(given: Path | None, environment: Mapping[str, str], folders: Folders) -> Path:
    """Return the file that a new configuration is written to."""
    named = environment.get(ENVIRONMENT_PATH)
    path = given or (Path(named) if named else folders.config / "config.toml")
    return whole(str(path)).absolute()


def load(path: Path) -> Settings:
    """Return the settings in a file; raises ConfigError with the file and the path of the key."""
    written = _table(path)
    try:
        settings = converted(written, Settings)
    except ConfigError as error:
        message = f"{path}: {error}"
        raise ConfigError(message) from None
    for key, complaint in mistakes(settings):
        message = f"{path}: {key}: {complaint}"
        raise ConfigError(message)
    return settings


def _table(path: Path) -> dict[str, Any]:
    """Return the values in a TOML file; raises ConfigError."""
    import tomllib

    try:
        return tomllib.loads(text(path.read_bytes()))
    except FileNotFoundError:
        message = f"{path} is not there: run `powerstats init`, or correct the path"
        raise ConfigError(message) from None
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise ConfigError(message) from None
    except RecursionError:
        message = f"{path} is no TOML: its brackets are nested too deep"
        raise ConfigError(message) from None
    except ValueError as error:  # of TOML, of UTF-8, or of a number with thousands of digits
        message = f"{path} is no TOML: {error}"
        raise ConfigError(message) from None
