"""The question for Home Assistant: its address, a token, and its time zone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import Final
from urllib.parse import urlsplit

import msgspec

from powerstats_cli.commands.init.tokens import TokenSources
from powerstats_cli.commands.init.wishes import Wishes
from powerstats_cli.core import zones
from powerstats_cli.core.address import above, without_page
from powerstats_cli.core.candidates.sensors import Entity
from powerstats_cli.errors import ConfigError, TryAgainError
from powerstats_cli.homeassistant.client import About, HomeAssistant
from powerstats_cli.secrets import HOMEASSISTANT_TOKEN, Token
from powerstats_cli.settings import is_zone
from powerstats_cli.terminal.dialogue import Dialogue

DEFAULT_URL: Final = "http://homeassistant.local:8123"
DEFAULT_PORT: Final = 8123
SECONDS: Final = 40.0


class Home(msgspec.Struct, frozen=True):
    """A Home Assistant that accepted a token, and all its entities."""

    url: str
    token: Token
    about: About
    entities: Sequence[Entity]


def ask_home(wishes: Wishes, dialogue: Dialogue, environment: Mapping[str, str]) -> Home:
    """Return a Home Assistant that accepted the token, asking for what no option gives.

    Raises the last failure after some tries, and the first if nobody is asked.
    """
    dialogue.heading("Home Assistant")
    given: Iterator[str | None] = chain(
        [wishes.url], repeat(None)
    )  # a wrong option is asked for the next time
    tokens = TokenSources(
        "--token-file",
        wishes.token_file,
        HOMEASSISTANT_TOKEN,
        environment.get(HOMEASSISTANT_TOKEN),
        wishes.token_path,
    ).tries(dialogue)
    greeted: str | None = None

    def attempt() -> Home:
        nonlocal greeted
        greeted = greeted or _ask_address(next(given), wishes, dialogue)
        token = next(tokens)()
        try:
            with connected(greeted, token, wishes) as home:
                return Home(greeted, token, home.about(), home.states())
        except TryAgainError:
            greeted = None  # the address may be another program's
            raise

    home = dialogue.until_right(attempt)
    about, count = home.about, len(home.entities)
    dialogue.done(f"Home Assistant {about.version}, {count} entities, time zone {about.time_zone}")
    return home


def _ask_address(given: str | None, wishes: Wishes, dialogue: Dialogue) -> str:
    if given is None:
        if not dialogue.asks:
            message = "no address: give Home Assistant's address with --url"
            raise ConfigError(message)
        given = dialogue.ask("Address", DEFAULT_URL)
    url = _greeted(address(given), wishes)
    dialogue.explain(
        f"Home Assistant answers. powerstats needs a token to read from it: make one under "
        f"Long-lived access tokens at\n  {url}/profile/security\n"
        f"Any user's token will do; best is one of a user who is no administrator."
    )
    return url


def _greeted(url: str, wishes: Wishes) -> str:
    """Return the address at which Home Assistant answers, the given one or one above it.

    A path may be where a proxy has put Home Assistant, or be that of one of its pages.
    """
    addresses = list(above(url))
    for candidate in addresses if len(addresses) > 1 else ():
        with connected(candidate, None, wishes) as home:
            if home.shows_itself():
                return candidate
    with connected(url, None, wishes) as home:
        home.greet()
    return url


def connected(url: str, token: Token | None, wishes: Wishes) -> HomeAssistant:
    """Return a connection to Home Assistant with what the options say."""
    ca_file = str(wishes.ca_file) if wishes.ca_file else None
    return HomeAssistant(url, token, ca_file=ca_file, seconds=SECONDS, has_next_run=False)


def address(written: str) -> str:
    """Return Home Assistant's address as scheme, host, port and path; raises ConfigError.

    A pasted address may have the path of a page, which is left out. Without a scheme it is
    http; http without a port and a path has Home Assistant's own port.
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
        message = "the address has a user name in it: leave it out, the token is enough"
        raise ConfigError(message)
    if port is None and parts.scheme == "http" and not parts.path.strip("/"):
        port = DEFAULT_PORT
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + (f":{port}" if port else "") + without_page(parts.path)


def timezone(wishes: Wishes, about: About, dialogue: Dialogue) -> str:
    """Return the option's time zone, or else Home Assistant's, by its current name.

    Raises ConfigError.
    """
    name = wishes.timezone or about.time_zone
    if not is_zone(name):
        message = f"{name!r} is no time zone, such as Europe/Amsterdam: give one by --timezone"
        raise ConfigError(message)
    if not zones.is_same(name, about.time_zone):
        dialogue.warn(f"time zone {name}, but Home Assistant has {about.time_zone}")
    return zones.current(name)
