"""The question whether this device gets what a repository has of the home's past."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from powerstats_cli.commands.init.answers import Answers
from powerstats_cli.commands.init.wishes import DEFAULT_API, Wishes
from powerstats_cli.core import alignment, zones
from powerstats_cli.core.documents import Document
from powerstats_cli.core.pieces import kinds_in
from powerstats_cli.core.renaming import renamed
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import days_of
from powerstats_cli.errors import ConfigError, PowerstatsError
from powerstats_cli.files import reading
from powerstats_cli.files.store import Store
from powerstats_cli.github.client import Client
from powerstats_cli.github.repository import Repository
from powerstats_cli.secrets import Token, github_token
from powerstats_cli.settings import GitHubSettings
from powerstats_cli.terminal.dialogue import Dialogue
from powerstats_cli.terminal.words import count

LONG_TERM: Final = ("monthly", "yearly")


def ask_restore(
    answers: Answers, wishes: Wishes, dialogue: Dialogue, environment: Mapping[str, str]
) -> Answers:
    """Return the answers with whether the days that only the repository has are restored.

    The question is asked if the repository is a new one, or if this device has no long-term file.
    If the repository's files cannot be taken here, a line says why, and they stay where they are.
    """
    answers = msgspec.structs.replace(answers, restores=False)
    github, files = _github(answers, wishes), _files(answers)
    here = _here(files)
    if github is None or (here and not answers.repository):
        return answers
    try:
        token = answers.repository.token if answers.repository else None
        token = token or github_token(github, environment)
        there = _there(answers, wishes, github, token)
        _check_kinds({**_kinds(answers), **kinds_in(here)}, there, github)
    except PowerstatsError as error:
        dialogue.warn(f"nothing is restored from {github.repo}: {error}")
        return answers
    zone = zones.zone(answers.timezone)
    lacking = {day for one in there for day in days_of(one, zone)}.difference(
        *(days_of(one, zone) for one in here)
    )
    if not lacking:
        return answers
    restores = _is_wanted(lacking, github.repo, wishes, dialogue)
    return msgspec.structs.replace(answers, restores=restores)


def _is_wanted(lacking: set[date], repo: str, wishes: Wishes, dialogue: Dialogue) -> bool:
    past = f"{count(len(lacking), 'day')} up to {max(lacking)}"
    if dialogue.asks and wishes.restores is None:
        dialogue.done(f"{repo} has files of this home")
        restores = dialogue.confirm(f"restore {past}?", usual=True)
    else:
        restores = wishes.restores is not False
        if restores:
            dialogue.done(f"{past} are restored from {repo}")
    if not restores:
        dialogue.say(f"{past} stay in {repo} until `powerstats sync` brings them.")
    return restores


# --- the repository -----------------------------------------------------------------------------


def _github(answers: Answers, wishes: Wishes) -> GitHubSettings | None:
    """Return the repository as the configuration will have it."""
    present = answers.present.settings.github if answers.present else None
    if (new := answers.repository) is None:
        return present
    if present is None:
        return GitHubSettings(new.repo, api_url=wishes.github_api_url)
    is_told = wishes.github_api_url != DEFAULT_API
    api_url = wishes.github_api_url if is_told else present.api_url
    return msgspec.structs.replace(present, repo=new.repo, api_url=api_url)


def _there(
    answers: Answers, wishes: Wishes, github: GitHubSettings, token: Token
) -> Sequence[Document]:
    """Return the long-term files of the repository; raises the errors of one that is refused."""
    present = answers.present.settings if answers.present else None
    client = Client(
        github.api_url,
        github.repo,
        token,
        zone=zones.zone(answers.timezone),
        ca_file=github.ca_file,
        has_next_run=False,
        proxy=wishes.proxy or (present.network.proxy if present else None),
    )
    found = []
    with Repository(client) as repository:
        for tier in LONG_TERM:
            path = f"{github.path}/{tier}.json" if github.path else f"{tier}.json"
            if raw := repository.read_file(path, github.branch):
                found.append(_decoded(raw, path, answers))
    return found


def _decoded(raw: bytes, path: str, answers: Answers) -> Document:
    """Return a document under the present names; its errors are told with its path."""
    try:
        document = alignment.decoded(raw, timezone=answers.timezone)
    except PowerstatsError as error:
        message = f"{path}{'' if isinstance(error, ConfigError) else ':'} {error}"
        raise type(error)(message) from None
    present = answers.present
    return renamed(document, present.settings.homeassistant.renamed if present else {})


# --- this device --------------------------------------------------------------------------------


def _files(answers: Answers) -> Store:
    names = answers.present.settings.homeassistant.renamed if answers.present else {}
    return Store(answers.data_dir, answers.timezone, renamed=names)


def _here(files: Store) -> Sequence[Document]:
    """Return the long-term files of this device; each step says if one is of another time zone."""
    found = []
    for tier in LONG_TERM:
        try:
            document = reading.or_skip(files, files.tier(tier))
        except ConfigError:
            continue
        found += [document] if document else []
    return found


def _kinds(answers: Answers) -> dict[str, Kind]:
    return {one.name: one.kind for one in answers.kept if one.kind}


def _check_kinds(
    here: Mapping[str, Kind], there: Sequence[Document], github: GitHubSettings
) -> None:
    """Raise ConfigError if a series is of another kind there: no file could hold both."""
    for name, kind in kinds_in(there).items():
        if name in here and not here[name].fits(kind):
            message = (
                f"{name} is {kind.described} there, and {here[name].described} here: give the "
                f"sensor another name, or use another github.path than {github.path!r}"
            )
            raise ConfigError(message)
