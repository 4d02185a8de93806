"""The tokens: from the environment, systemd's credentials, a file, or the configuration."""

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from powerstats_cli.errors import ConfigError
from powerstats_cli.lines import text
from powerstats_cli.settings import GitHubSettings, Settings, whole

HOMEASSISTANT_TOKEN: Final = "POWERSTATS_HOMEASSISTANT_TOKEN"  # noqa: S105 - its name
GITHUB_TOKEN: Final = "POWERSTATS_GITHUB_TOKEN"  # noqa: S105 - its name
# Where systemd puts what a service's LoadCredential names.
CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"


_AROUND: Final = " \t\r\n\"'`\u201c\u201d"
_SENT: Final = re.compile(r"^(?:authorization:\s*)?bearer\s+", re.IGNORECASE)


class Token(str):
    """A token that is not shown if a crash shows the arguments of a call."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return three stars instead of the token."""
        return "'***'"


def homeassistant_token(settings: Settings, environment: Mapping[str, str]) -> Token:
    """Return Home Assistant's token; raises ConfigError.

    The first of these counts: the environment, systemd's credentials, the file, the configuration.
    """
    home = settings.homeassistant
    return _token(home.token, home.token_file, HOMEASSISTANT_TOKEN, "homeassistant", environment)


def github_token(github: GitHubSettings, environment: Mapping[str, str]) -> Token:
    """Return GitHub's token, from the same places as Home Assistant's; raises ConfigError."""
    return _token(github.token, github.token_file, GITHUB_TOKEN, "github", environment)


def _token(
    written: str | None,
    file: str | None,
    variable: str,
    table: str,
    environment: Mapping[str, str],
) -> Token:
    source = f"{table}.token"
    token = environment.get(variable) or written
    file = _credential(table, environment) or file
    if environment.get(variable):
        source = f"${variable}"
    elif file:
        source = str(whole(file))
        try:
            token = read_text(Path(source))
        except (OSError, ValueError) as error:
            message = f"{table}.token_file: {source}: {getattr(error, 'strerror', error)}"
            raise ConfigError(message) from None
    if not (token or "").strip():
        message = f"{source}: no token; put one there, or set token_file, or ${variable}"
        raise ConfigError(message)
    return checked_token(token or "", source)


def checked_token(written: str, source: str) -> Token:
    """Return a token without the space, the quotes and the words that people put around it.

    Raises ConfigError, which names the source, if it is none.
    """
    token = written.strip().removeprefix("\ufeff")  # as Windows begins a text
    token = _SENT.sub("", token.strip(_AROUND)).strip(_AROUND)
    if not token:
        message = f"{source}: no token"
        raise ConfigError(message)
    if not re.fullmatch(r"[!-~]+", token):
        message = f"{source}: holds something other than a token"
        raise ConfigError(message)
    return Token(token)


def read_text(path: Path) -> str:
    """Return the text of a token's file; raises OSError, and ValueError if it is not in UTF-8."""
    return text(path.read_bytes())


def _credential(table: str, environment: Mapping[str, str]) -> str | None:
    folder = environment.get(CREDENTIALS)
    path = Path(folder, f"{table}.token") if folder else None
    return str(path) if path and path.is_file() else None


def readable_secrets(path: Path, settings: Settings) -> list[Path]:
    """Return the files with a token in them that other users of this machine can read."""
    github = settings.github
    has_token = settings.homeassistant.token or (github and github.token)
    secrets = [path] if has_token or "@" in (settings.network.proxy or "") else []
    return [secret for secret in (*secrets, *token_files(settings)) if _others_can_read(secret)]


def token_files(settings: Settings) -> list[Path]:
    """Return the configured files that contain only a token."""
    github = settings.github
    files = [settings.homeassistant.token_file, github.token_file if github else None]
    return [whole(file) for file in files if file]


def _others_can_read(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False
