"""GitHub: whether the token may write to the repository, until when, and GitHub Pages."""

from collections.abc import Iterator

from powerstats_cli import secrets
from powerstats_cli.core.findings import Finding, error, ok, skipped, warning
from powerstats_cli.core.health import TOKEN_WARNING
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.github.client import Client
from powerstats_cli.github.repository import Repository
from powerstats_cli.github.shapes import Description
from powerstats_cli.session import Session

AREA = "GitHub"


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
        )
        with Repository(client) as repository:
            description = repository.description()
            yield from _token(session, repository)
            yield _pages(session.settings.publish.branch, repository, description)
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


def _pages(branch: str, repository: Repository, description: Description) -> Finding:
    area = "GitHub Pages"
    if repository.head(branch) is None:
        return skipped(area, f"no branch {branch} yet: powerstats publish makes it")
    if not description.has_pages:
        return warning(
            area,
            f"not switched on for {repository.name}",
            f"Settings, Pages, Deploy from a branch, {branch}; if you want no page, do nothing",
        )
    if description.private:
        return ok(
            area, f"anyone can see the page and its data, though {repository.name} is private"
        )
    return ok(area, "switched on")
