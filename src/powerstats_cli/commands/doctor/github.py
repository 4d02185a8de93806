"""GitHub: whether the token may write to the repository, until when, and what is there."""

from collections.abc import Iterator
from typing import Final

from powerstats_cli import secrets
from powerstats_cli.commands.doctor.pages import check_pages
from powerstats_cli.core import documents
from powerstats_cli.core.findings import Finding, error, ok, skipped, warning
from powerstats_cli.core.health import TOKEN_WARNING
from powerstats_cli.errors import ConfigError, PowerstatsError, UnreadableError
from powerstats_cli.github.client import Client
from powerstats_cli.github.repository import Repository
from powerstats_cli.session import Session

AREA: Final = "GitHub"
KEPT: Final = ("monthly", "yearly")


def check_repository(session: Session) -> Iterator[Finding]:
    """Yield what is found at GitHub; a failure to ask it is the last finding."""
    configured = session.settings.github
    if configured is None:
        yield skipped(AREA, "not configured")
        return
    try:
        token = secrets.github_token(configured, session.environment)
        client = Client(
            configured.api_url,
            configured.repo,
            token,
            zone=session.settings.zone,
            has_next_run=False,
            ca_file=configured.ca_file,
            proxy=session.settings.network.proxy,
        )
        with Repository(client) as repository:
            description = repository.description()
            yield from _token(session, repository)
            yield from _rules(session, repository)
            yield from _kept_files(session, repository)
            yield from check_pages(session, repository, description)
    except PowerstatsError as problem:
        yield error(AREA, str(problem))


def _token(session: Session, repository: Repository) -> Iterator[Finding]:
    repository.check_writable()
    yield ok(AREA, f"the token may write to {repository.name}")
    expires = repository.token_expires
    if expires is None:
        return
    line = f"the token expires {expires.astimezone(session.settings.zone):%d %b %Y}"
    if expires - session.clock.now() <= TOKEN_WARNING:
        yield warning(AREA, line, "make a new one and put it in its place")
    else:
        yield ok(AREA, line)


def _rules(session: Session, repository: Repository) -> Iterator[Finding]:
    """Yield each branch whose rules may refuse what powerstats sends; asking changes nothing."""
    settings = session.settings
    branches = {settings.known_github.branch: "github", settings.publish.branch: "publish"}
    for branch, table in branches.items():
        head = repository.head(branch)
        if head is not None and head.is_protected:
            yield warning(
                AREA,
                f"branch {branch} of {repository.name} is protected: its rules may refuse what "
                f"powerstats sends",
                f"let the owner of the token bypass them (Settings, Rules), or set {table}.branch "
                f"to another branch",
            )


def _kept_files(session: Session, repository: Repository) -> Iterator[Finding]:
    """Yield each long-term file in the repository that `sync` cannot merge."""
    github = session.settings.known_github
    for tier in KEPT:
        path = f"{github.path}/{tier}.json".removeprefix("/")
        raw = repository.read_file(path, github.branch)
        try:
            if raw is not None:
                documents.decode(raw, timezone=session.settings.timezone)
        except (ConfigError, UnreadableError) as problem:
            yield error(AREA, f"{path} in {repository.name} cannot be merged: {problem}")
