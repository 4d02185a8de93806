"""`github`: the copies in the repository, and what is on the branch of the page."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Final

from powerstats_cli.checker.stored import Stored
from powerstats_cli.core import alignment, runs
from powerstats_cli.core.documents import Document
from powerstats_cli.core.renaming import renamed
from powerstats_cli.core.verification.copies import CHECK, copies
from powerstats_cli.core.verification.differences import Difference
from powerstats_cli.core.verification.results import Result
from powerstats_cli.errors import ConfigError, PowerstatsError, UnreadableError
from powerstats_cli.files.store import Store
from powerstats_cli.files.wholefiles import read_bytes
from powerstats_cli.github.repository import Repository
from powerstats_cli.settings import Settings
from powerstats_cli.site.branch import Destination, difference
from powerstats_cli.site.contents import Contents
from powerstats_cli.site.ownership import Consent, data_file

NAMES: Final = ("monthly.json", "yearly.json")
PENDING: Final = "the next publish sends it"


def check_github(
    settings: Settings, files: Store, stored: Stored, repository: Repository
) -> Result:
    """Compare the long-term files with their copies, and the page with what would be sent."""
    with repository:
        compared = 0
        differences: list[Difference] = []
        problems: list[PowerstatsError] = []
        for name in (*NAMES, *filter(is_year, stored.documents)):
            try:
                for found in _compared(settings, stored, repository, name):
                    compared += 1
                    differences += [found] if found else []
            except UnreadableError as problem:
                problems.append(problem)
        differences += _page(settings, files, stored, repository)
    text = f"{compared:,} days compared with {repository.name}, and the page with its branch"
    return Result(CHECK, text, tuple(differences), tuple(problems))


def is_year(name: str) -> bool:
    """Tell whether a name is that of a calendar year's file."""
    return name.startswith("years/")


def kept_copies(
    settings: Settings, repository: Repository, names: Iterable[str]
) -> dict[str, Document]:
    """Return the repository's documents of the named files, as far as they are there and whole."""
    copies = {}
    for name in names:
        if name in NAMES or is_year(name):
            with suppress(UnreadableError):
                copy = _copy(settings, repository, name)
                if copy is not None:
                    copies[name] = copy
    return copies


def _compared(
    settings: Settings, stored: Stored, repository: Repository, name: str
) -> Iterator[Difference | None]:
    theirs, ours = _copy(settings, repository, name), stored.documents.get(name)
    if theirs is None:
        repository.check_present()
    repo = settings.known_github.repo
    if theirs is not None and ours is not None:
        yield from copies(name, ours, theirs, repo, settings.zone)
    elif theirs is not None or ours is not None:
        where = "here" if theirs is None else f"in {repo}"
        yield Difference(check=CHECK, file=name, text=f"it is only {where}")


def _copy(settings: Settings, repository: Repository, name: str) -> Document | None:
    """Return the repository's document of a file, None if it is not there."""
    github = settings.known_github
    path = f"{github.path}/{name}" if github.path else name
    raw = repository.read_file(path, github.branch)
    if raw is None:
        return None
    document = _decoded(raw, f"{path} in {github.repo}", settings.timezone)
    return renamed(document, settings.homeassistant.renamed)


def _decoded(raw: bytes, place: str, timezone: str) -> Document:
    try:
        return alignment.decoded(raw, timezone=timezone)
    except UnreadableError as error:
        message = f"{place} could not be read: {error}"
        raise UnreadableError(message) from None
    except ConfigError as error:
        message = f"{place} {error}"
        raise ConfigError(message) from None


def _page(
    settings: Settings, files: Store, stored: Stored, repository: Repository
) -> Iterator[Difference]:
    """Yield the files on the branch of the page that are not those that `publish` would send."""
    destination = Destination.of(settings)
    if repository.head(destination.branch) is None:
        return
    lacking = difference(repository, destination, Contents.of(settings, files), Consent())
    published = _last_publish(settings)
    for name in lacking.names:
        document = stored.documents.get(data_file(name) or name)
        is_later = document is not None and (published is None or document.last_update > published)
        yield Difference(
            check=CHECK,
            file=name,
            text=f"on branch {destination.branch} it is not what publish would send",
            explained=PENDING if is_later else "",
        )


def _last_publish(settings: Settings) -> datetime | None:
    try:
        steps = runs.decode(read_bytes(settings.state_file)).steps
    except PowerstatsError:
        return None
    return steps["publish"].succeeded if "publish" in steps else None
