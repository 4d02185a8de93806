"""The question for a repository at GitHub, which may be left out."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain, repeat
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.commands.init.answers import Answers, WritableRepository
from powerstats_cli.commands.init.tokens import TokenSources
from powerstats_cli.commands.init.wishes import Wishes
from powerstats_cli.core import zones
from powerstats_cli.errors import ConfigError
from powerstats_cli.github.client import Client
from powerstats_cli.github.repository import Repository
from powerstats_cli.secrets import GITHUB_TOKEN, Token
from powerstats_cli.settings import is_repository_name
from powerstats_cli.terminal.dialogue import Dialogue


class _NoRepositoryError(Exception):
    """The answer is that there shall be no repository."""


def ask_repository(
    answers: Answers, wishes: Wishes, dialogue: Dialogue, environment: Mapping[str, str]
) -> Answers:
    """Return the answers with a repository that the token may write to, if GitHub is wanted.

    One that is configured already stays. If nobody is asked, a failure is raised.
    """
    present = answers.present.settings.github if answers.present else None
    if present and wishes.github_repo is None:
        dialogue.done(f"GitHub: {present.repo}, as it is configured")
        return answers
    if wishes.github_repo is None and not _wants_github(dialogue):
        return msgspec.structs.replace(answers, repository=None)
    try:
        found = _ask(wishes, dialogue, environment, zones.zone(answers.timezone))
    except _NoRepositoryError:
        dialogue.say("GitHub is left out.")
        found = None
    return msgspec.structs.replace(answers, repository=found)


def _wants_github(dialogue: Dialogue) -> bool:
    if not dialogue.asks:
        return False
    dialogue.heading("GitHub (optional)")
    dialogue.explain(
        "A repository can keep the long-term files, and show the dashboard on GitHub Pages. "
        "Anyone can see that page, even if the repository is private."
    )
    return dialogue.confirm("Use GitHub?")


def _ask(
    wishes: Wishes, dialogue: Dialogue, environment: Mapping[str, str], zone: ZoneInfo
) -> WritableRepository:
    given: Iterator[str | None] = chain(
        [wishes.github_repo], repeat(None)
    )  # a wrong option is asked for the next time
    tokens = TokenSources(
        "--github-token-file",
        wishes.github_token_file,
        GITHUB_TOKEN,
        environment.get(GITHUB_TOKEN),
        wishes.github_token_path,
    ).tries(dialogue)
    last = ""

    def attempt() -> WritableRepository:
        nonlocal last
        written = next(given)
        repo = _repository_name(_asked_name(last, dialogue) if written is None else written)
        if not last:
            dialogue.explain(
                "Make a token for this repository only, with the permission Contents: read and "
                "write, at\n  https://github.com/settings/personal-access-tokens/new"
            )
        last = repo
        token = next(tokens)().token
        _check(wishes, repo, token, dialogue, zone)
        return WritableRepository(repo, token)

    return dialogue.until_right(attempt)


def _asked_name(last: str, dialogue: Dialogue) -> str:
    """Return the repository that is typed; raises _NoRepositoryError."""
    none = "none"
    written = dialogue.ask("Repository, such as me/powerstats-data, or none", last or none)
    if written == none:
        raise _NoRepositoryError
    return written


def _repository_name(written: str) -> str:
    """Return owner and name, of a name or of an address; raises ConfigError."""
    repo = written.removeprefix("https://github.com/").removesuffix("/").removesuffix(".git")
    if not is_repository_name(repo):
        message = f"{repo!r} is no repository, such as me/powerstats-data"
        raise ConfigError(message)
    return repo


def _check(wishes: Wishes, repo: str, token: Token, dialogue: Dialogue, zone: ZoneInfo) -> None:
    """Raise if the token may not write to the repository; tell until when it may."""
    client = Client(
        wishes.github_api_url, repo, token, zone=zone, has_next_run=False, proxy=wishes.proxy
    )
    with Repository(client) as github:
        about = github.description()
        github.check_writable()
        dialogue.done(f"{repo}: {_permission(github.token_expires, zone)}")
    dialogue.warn(
        "`powerstats publish` makes a page for GitHub Pages that anyone can see"
        + (f", though {repo} is private" if about.private else "")
    )


def _permission(expires: datetime | None, zone: ZoneInfo) -> str:
    until = f"until {expires.astimezone(zone):%d %b %Y}" if expires else "and does not expire"
    return f"the token may write to it, {until}"
