"""The address of Home Assistant: as it was typed, and where a Home Assistant answers indeed."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from powerstats_cli import lookup
from powerstats_cli.commands.init.wishes import Wishes
from powerstats_cli.core.address import above, without_page
from powerstats_cli.errors import ConfigError, PowerstatsError, TooMuchError, TryAgainError
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.secrets import Token
from powerstats_cli.terminal.dialogue import Dialogue
from powerstats_cli.transport import CONNECT_TIMEOUT

DEFAULT_URL: Final = "http://homeassistant.local:8123"
DEFAULT_PORT: Final = 8123
SECONDS: Final = 40.0
IP_ADDRESS: Final = re.compile(r"[\d.]+|.*:.*")


def connected(url: str, token: Token | None, wishes: Wishes) -> HomeAssistant:
    """Return a connection to Home Assistant with what the options say."""
    ca_file = str(wishes.ca_file) if wishes.ca_file else None
    return HomeAssistant(url, token, ca_file=ca_file, seconds=SECONDS, has_next_run=False)


def address(written: str) -> str:
    """Return Home Assistant's address as scheme, host, port and path; raises ConfigError.

    A pasted address may have the path of a page, which is left out. Without a scheme it is
    http; http without a port and a path has Home Assistant's own port.
    """
    text = written.strip().strip("\"'<>").strip()
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
        message = "the address has a user name in it: leave it out, the token is enough"
        raise ConfigError(message)
    if port is None and parts.scheme == "http" and not parts.path.strip("/"):
        port = DEFAULT_PORT
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + (f":{port}" if port else "") + without_page(parts.path)


def found(written: str, wishes: Wishes, dialogue: Dialogue) -> str:
    """Return the address at which a Home Assistant answers: the one that is typed, or near it.

    A path may be where a proxy has put Home Assistant, or be that of one of its pages. If there is
    none, the same machine is tried by https instead of http, and the other way. Raises the error of
    the address that is typed, or that of a certificate.
    """
    url = address(written)
    _check_name(url)
    errors: list[PowerstatsError] = []
    for candidate in (url, *_others(url, is_bare="://" not in written)):
        try:
            answering = _answering(candidate, wishes)
        except PowerstatsError as error:
            errors.append(error)
            if isinstance(error, TooMuchError):
                break  # a machine that is not there, or asleep: another try would take as long
        else:
            if errors:
                dialogue.warn(f"{url}: {errors[0]}")
                dialogue.say(f"  {answering} answers, and is taken instead")
            return answering
    of_certificate = [error for error in errors if "certificate" in str(error)]
    raise (of_certificate or errors)[0]


def _answering(url: str, wishes: Wishes) -> str:
    """Return the address at which Home Assistant answers, the given one or one above it."""
    addresses = list(above(url))
    for candidate in addresses if len(addresses) > 1 else ():
        with connected(candidate, None, wishes) as home:
            if home.shows_itself():
                return candidate
    with connected(url, None, wishes) as home:
        home.greet()
    return url


def _others(url: str, *, is_bare: bool) -> Iterator[str]:
    """Yield the addresses of the same machine that may have been meant."""
    parts = urlsplit(url)
    host, path = parts.netloc.removesuffix(f":{parts.port}"), parts.path
    if parts.scheme == "http":
        yield f"https://{parts.netloc}{path}"
        if is_bare and not IP_ADDRESS.fullmatch(parts.hostname or ""):
            yield f"https://{host}{path}"
    elif parts.port:
        yield f"http://{parts.netloc}{path}"
    else:
        yield f"https://{host}:{DEFAULT_PORT}{path}"
        yield f"http://{host}:{DEFAULT_PORT}{path}"


def _check_name(url: str) -> None:
    """Raise TryAgainError if this machine cannot look the name up."""
    host = urlsplit(url).hostname or ""
    try:
        lookup.addresses(host, DEFAULT_PORT, CONNECT_TIMEOUT)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        if host.endswith(".local"):
            message = (
                f"{host} cannot be found ({why}): many machines do not know .local names; give "
                f"Home Assistant's IP address, such as http://192.168.1.20:8123, which it shows "
                f"under Settings, System, Network"
            )
        else:
            message = (
                f"{host} cannot be found ({why}): correct the name, or give Home Assistant's IP "
                f"address, such as http://192.168.1.20:8123"
            )
        raise TryAgainError(message) from None
