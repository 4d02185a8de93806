"""GitHub Pages: whether it shows the branch that `publish` writes to, and what is there."""

from collections.abc import Iterator
from typing import Final

from powerstats_cli.core.findings import Finding, error, ok, skipped, warning
from powerstats_cli.errors import ConfigError, PowerstatsError
from powerstats_cli.github.repository import Repository
from powerstats_cli.github.shapes import Description, Pages
from powerstats_cli.session import Session
from powerstats_cli.site.branch import Destination, Difference, difference
from powerstats_cli.site.contents import Contents
from powerstats_cli.site.ownership import Consent
from powerstats_cli.site.rendering import PAGE_NAME

AREA: Final = "GitHub Pages"


def check_pages(
    session: Session, repository: Repository, description: Description
) -> Iterator[Finding]:
    """Yield whether anyone can see the page, and what keeps `publish` from writing it."""
    destination = Destination.of(session.settings)
    is_made = repository.head(destination.branch) is not None
    pages = repository.pages() if description.has_pages else None
    lacking = None
    if is_made:
        try:
            lacking = _lacking(session, repository, destination)
        except ConfigError as problem:
            yield error(AREA, str(problem))
            return
    for kept in lacking.kept if lacking else ():
        yield error(AREA, str(kept))
    if pages is not None and (flaw := _elsewhere(pages, destination, repository.name)):
        yield flaw
    elif not is_made:
        yield skipped(AREA, f"no branch {destination.branch} yet: powerstats publish makes it")
    elif not description.has_pages:
        yield warning(
            AREA,
            f"not switched on for {repository.name}",
            f"{_setting(destination)}; if you want no page, do nothing",
        )
    elif lacking and PAGE_NAME in lacking.new:
        yield warning(
            AREA, f"switched on, but branch {destination.branch} has no page", "powerstats publish"
        )
    elif description.private and (pages is None or pages.public):
        yield ok(AREA, f"anyone can see the page and its data, though {repository.name} is private")
    else:
        yield ok(AREA, "switched on")


def _lacking(
    session: Session, repository: Repository, destination: Destination
) -> Difference | None:
    """Return what `publish` would do, None if a data file here cannot be read.

    Raises ConfigError if others' files are in its way.
    """
    try:
        contents = Contents.of(session.settings, session.files)
    except PowerstatsError:
        return None  # the part about the files tells it
    return difference(repository, destination, contents, Consent())


def _elsewhere(pages: Pages, destination: Destination, repo: str) -> Finding | None:
    """Return what is wrong if GitHub Pages does not show the published folder, else None."""
    branch, source = destination.branch, pages.source
    if pages.is_of_a_workflow:
        return warning(
            AREA,
            f"a workflow builds the page of {repo}, not branch {branch}, where powerstats "
            f"publishes",
            _setting(destination),
        )
    if source is not None and source.branch != branch:
        return warning(
            AREA,
            f"the page of {repo} shows branch {source.branch}, powerstats publishes to {branch}",
            f"{_setting(destination)}, or set publish.branch to {source.branch}",
        )
    if source is not None and not _is_within(destination.folder, source.path):
        return warning(
            AREA,
            f"the page of {repo} shows folder {source.path} of branch {branch}, powerstats "
            f"publishes to /{destination.folder}",
            _setting(destination),
        )
    if pages.status == "errored":
        return warning(
            AREA,
            f"the last build of the page of {repo} failed",
            "the repository's Actions, pages build and deployment, tell why",
        )
    return None


def _setting(destination: Destination) -> str:
    folder = "/docs" if f"{destination.folder}/".startswith("docs/") else "/ (root)"
    return f"Settings, Pages, Deploy from a branch, {destination.branch}, {folder}"


def _is_within(folder: str, shown: str) -> bool:
    """Tell whether a folder of a branch is the shown one, `/` or `/docs`, or below it."""
    return f"/{folder}/".replace("//", "/").startswith(f"{shown}/".replace("//", "/"))
