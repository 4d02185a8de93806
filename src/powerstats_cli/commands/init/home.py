"""The questions for Home Assistant: its address, a token, and its time zone."""

from collections.abc import Iterator, Mapping
from itertools import chain, repeat

import msgspec

from powerstats_cli.commands.init.address import DEFAULT_URL, connected, found
from powerstats_cli.commands.init.answers import Answers, Server
from powerstats_cli.commands.init.tokens import TokenSources
from powerstats_cli.commands.init.wishes import Wishes
from powerstats_cli.core import zones
from powerstats_cli.errors import ConfigError, TryAgainError
from powerstats_cli.secrets import HOMEASSISTANT_TOKEN
from powerstats_cli.settings import is_zone
from powerstats_cli.terminal.dialogue import Dialogue


def ask_home(
    answers: Answers, wishes: Wishes, dialogue: Dialogue, environment: Mapping[str, str]
) -> Answers:
    """Return the answers with a Home Assistant that accepted the token.

    Asks for what no option gives. Raises the first failure if nobody is asked.
    """
    dialogue.heading("Home Assistant")
    # A wrong option is asked for the next time.
    given: Iterator[str | None] = chain([wishes.url], repeat(None))
    tokens = _sources(answers, wishes, environment).tries(dialogue)
    greeted: str | None = None

    def attempt() -> Server:
        nonlocal greeted
        greeted = greeted or _ask_address(next(given), answers, wishes, dialogue)
        token = next(tokens)()
        try:
            with connected(greeted, token.token, wishes) as home:
                about = home.about()
                entities = tuple(home.states())
                return Server(greeted, token.token, token.is_new, about, entities)
        except TryAgainError:
            greeted = None  # the address may be another program's
            raise

    server = dialogue.until_right(attempt)
    about, count = server.about, len(server.entities)
    dialogue.done(f"Home Assistant {about.version}, {count} entities, time zone {about.time_zone}")
    return msgspec.structs.replace(answers, server=server)


def _sources(answers: Answers, wishes: Wishes, environment: Mapping[str, str]) -> TokenSources:
    present = answers.present.settings if answers.present else None
    return TokenSources(
        "--token-file",
        wishes.token_file,
        HOMEASSISTANT_TOKEN,
        environment.get(HOMEASSISTANT_TOKEN),
        wishes.token_path,
        present,
    )


def _ask_address(given: str | None, answers: Answers, wishes: Wishes, dialogue: Dialogue) -> str:
    if given is None:
        if not dialogue.asks:
            message = "no address: give Home Assistant's address with --url"
            raise ConfigError(message)
        given = dialogue.ask("Address", _known_address(answers))
    url = found(given, wishes, dialogue)
    dialogue.explain(
        f"Home Assistant answers. powerstats needs a token to read from it: make one under "
        f"Long-lived access tokens at\n  {url}/profile/security\n"
        f"Any user's token will do; best is one of a user who is no administrator."
    )
    return url


def _known_address(answers: Answers) -> str:
    if answers.server:
        return answers.server.url
    return answers.present.settings.homeassistant.url if answers.present else DEFAULT_URL


def ask_timezone(answers: Answers, wishes: Wishes, dialogue: Dialogue) -> Answers:
    """Return the answers with the time zone: the option's, the configured one, or the home's.

    A person is asked only if Home Assistant's own is none. Raises ConfigError.
    """
    home = answers.found.about.time_zone
    present = answers.present.settings.timezone if answers.present else None
    given: Iterator[str | None] = chain([wishes.timezone or present or home], repeat(None))

    def attempt() -> str:
        name = next(given) or dialogue.ask("The home's time zone, such as Europe/Amsterdam")
        if not is_zone(name):
            message = f"{name!r} is no time zone, such as Europe/Amsterdam: give one by --timezone"
            raise ConfigError(message)
        return name

    name = dialogue.until_right(attempt)
    if not zones.is_same(name, home):
        dialogue.warn(f"time zone {name}, but Home Assistant has {home}")
    return msgspec.structs.replace(answers, timezone=zones.current(name))
