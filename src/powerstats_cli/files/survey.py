"""A survey of the data directory for `status` and `doctor`; nothing is changed."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from powerstats_cli.core import runs
from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.ledger import Ledger
from powerstats_cli.core.energy.roles import Roles
from powerstats_cli.core.health import GitHubHealth, Survey
from powerstats_cli.core.runs import Runs
from powerstats_cli.core.tiers import TIERS
from powerstats_cli.errors import ConfigError, PowerstatsError, UnreadableError
from powerstats_cli.files import ledgerfile
from powerstats_cli.files.store import Store
from powerstats_cli.files.wholefiles import listed, read_bytes
from powerstats_cli.settings import Settings
from powerstats_cli.settings.roles import home_roles


def survey(settings: Settings, files: Store) -> tuple[Survey, tuple[PowerstatsError, ...]]:
    """Return a survey of settings and files, and the errors of files that could not be read.

    Raises ConfigError if a file has another time zone or a newer version.
    """
    documents, problems = _documents(files)
    paths, unlisted = listing(files)
    state, unread = _state(settings.state_file)
    ledger, broken = _ledger(files)
    roles, unfit = _roles(settings, list(documents.values()))
    return (
        Survey(
            names=list(settings.entities),
            minutes=settings.data.collection_interval_minutes,
            zone=settings.zone,
            documents=documents,
            sizes=_sizes(files, paths),
            archived=[] if unlisted else files.archived_days(),
            years=[] if unlisted else files.stored_years(),
            aside=set_aside(files, paths),
            github=_github(settings, state.token_expires),
            runs=state.steps,
            pause=state.pause,
            roles=roles,
            corrected=corrected(files),
            ledger=ledger,
        ),
        (*problems, *broken, *broken_journal(files), *unlisted, *unfit, *unread),
    )


def corrected(files: Store) -> tuple[datetime, ...]:
    """Return when each correction in force was made, the oldest first."""
    journal = files.journal()
    return tuple(entry.at for entry in journal.in_force) if journal else ()


def broken_journal(files: Store) -> tuple[PowerstatsError, ...]:
    """Return the error of a journal with broken lines, none if all are whole."""
    complaint = files.complaint()
    return (complaint,) if complaint else ()


def _roles(
    settings: Settings, documents: Sequence[Document]
) -> tuple[Roles, tuple[PowerstatsError, ...]]:
    """Return the roles of the series, none and the error if a series cannot have its role."""
    try:
        return home_roles(settings, documents), ()
    except ConfigError as error:
        return Roles(), (error,)


def _state(path: Path) -> tuple[Runs, tuple[PowerstatsError, ...]]:
    """Return what the state file says, nothing if it is another user's and must not be read."""
    try:
        return runs.decode(read_bytes(path)), ()
    except PowerstatsError as error:
        return Runs(), (error,)


def _documents(files: Store) -> tuple[dict[str, Document], tuple[PowerstatsError, ...]]:
    """Return the documents by tier, and the errors of those that could not be read."""
    documents: dict[str, Document] = {}
    problems: list[PowerstatsError] = []
    for tier in ("daily", *TIERS):
        try:
            document = files.read(files.tier(tier))
        except UnreadableError as error:
            problems.append(error)
            continue
        if document is not None:
            documents[tier] = document
    return documents, tuple(problems)


def _ledger(files: Store) -> tuple[Ledger | None, tuple[PowerstatsError, ...]]:
    """Return the ledger, none and the error if it could not be read."""
    try:
        return ledgerfile.read(files), ()
    except UnreadableError as error:
        return None, (error,)


def listing(files: Store) -> tuple[list[Path], list[PowerstatsError]]:
    """Return what is in the directory and its folders, and the errors of those that say nothing."""
    paths: list[Path] = []
    problems: list[PowerstatsError] = []
    for folder in (files.data_dir, files.archive, files.years):
        try:
            paths += [folder / name for name in listed(folder)]
        except PowerstatsError as error:
            problems.append(error)
    return paths, problems


def set_aside(files: Store, paths: Iterable[Path]) -> list[str]:
    """Return the names of the broken files that were set aside."""
    return [files.name(path) for path in paths if ".unreadable-" in path.name]


def _sizes(files: Store, paths: Iterable[Path]) -> dict[str, int]:
    """Return the sizes of the data files in bytes, by name."""
    sizes = {}
    for path in paths:
        if path.suffix != ".json":
            continue
        with suppress(FileNotFoundError):  # a step may just have deleted it
            sizes[files.name(path)] = path.stat().st_size
    return sizes


def _github(settings: Settings, token_expires: datetime | None) -> GitHubHealth | None:
    if settings.github is None:
        return None
    return GitHubHealth(
        repository=settings.github.repo,
        branch=settings.publish.branch,
        public=settings.publish.tiers,
        token_expires=token_expires,
    )
