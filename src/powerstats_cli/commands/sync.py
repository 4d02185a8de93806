"""`sync`: monthly.json and yearly.json merged with those in their repository."""

from zoneinfo import ZoneInfo

from powerstats_cli.clock import Clock
from powerstats_cli.core import alignment, documents
from powerstats_cli.core.documents import Document
from powerstats_cli.core.merging import differs, merge
from powerstats_cli.core.outcome import Outcome
from powerstats_cli.core.renaming import renamed
from powerstats_cli.core.tiers import Tier, misfits, newest_closed_day, newest_until
from powerstats_cli.errors import (
    ConfigError,
    NewerError,
    TryAgainError,
    UnreadableError,
)
from powerstats_cli.files.dayfiles import DayFiles
from powerstats_cli.files.store import Store
from powerstats_cli.github.repository import Repository
from powerstats_cli.settings import Settings


def sync(
    tier: Tier,
    settings: Settings,
    files: Store,
    repository: Repository,
    clock: Clock,
    *,
    fetches: bool,
    pushes: bool,
) -> Outcome:
    """Merge a tier's file with the repository's version of it.

    The result goes into the local file if it `fetches`, and into the repository if it `pushes`. If
    another device wrote to the repository first, its version is read and merged again.
    """
    github = settings.known_github
    name = f"{tier.name}.json"
    path = f"{github.path}/{name}" if github.path else name
    remote = f"{path} in {github.repo}"
    local = DayFiles(files, settings, clock.now())
    done: list[str] = []

    def attempt() -> str:
        """Fetch, merge and push once; return why nothing was done, if nothing was."""
        raw = repository.read_file(path, github.branch)
        if raw is None:
            repository.check_present()
        theirs = None if raw is None else _decoded(raw, tier, remote, settings.timezone, clock)
        with files.lock():
            remedy = f"{name} is made from {remote}" if theirs else f"{remote} is not there yet"
            ours = _ours(local, tier, remedy) if fetches else _read(files, tier)
            merged = _merged(tier, ours, theirs, remote, settings)
            is_news = fetches and merged is not None and files.write(files.tier(tier.name), merged)
        if is_news and not done:
            done.append("fetched")
        if merged is None:
            return "not there yet, nor here"
        if not pushes or not differs(theirs, merged):
            return "not there yet" if theirs is None else "nothing new"
        repository.write_file(
            path,
            github.branch,
            documents.encode(merged),
            message=_commit_message(merged, settings.zone),
            replaces=raw,
        )
        done.append("pushed")
        return ""

    files.prepare()
    reason = repository.retry_conflicts(attempt, remote)
    summary = f"{remote}: {' and '.join(done) or reason}"
    return Outcome(summary, tuple(local.problems), token_expires=repository.token_expires)


def _decoded(raw: bytes, tier: Tier, remote: str, timezone: str, clock: Clock) -> Document:
    """Return the repository's document; raises an error if it cannot be merged."""
    try:
        document = alignment.decoded(raw, timezone=timezone)
    except (NewerError, UnreadableError) as error:
        message = f"{remote} is left alone: {error}"
        raise UnreadableError(message) from None
    except ConfigError as error:
        message = f"{remote} {error}"
        raise ConfigError(message) from None
    if document.tier != tier.name:
        message = f"{remote} is left alone: it holds {document.tier}"
        raise UnreadableError(message)
    try:
        # A document from the future comes from a wrong clock, ours or another device's, and its
        # window would drop our days.
        clock.check_not_before(newest_until([document]))
    except TryAgainError as error:
        message = f"{remote} is left alone: {error}"
        raise TryAgainError(message) from None
    return document


def _ours(local: DayFiles, tier: Tier, remedy: str) -> Document | None:
    """Return the local document for writing; a broken file is set aside."""
    return local.or_set_aside(local.files.tier(tier.name), remedy)


def _read(files: Store, tier: Tier) -> Document | None:
    """Return the local document; raises UnreadableError that says how to restore the file."""
    try:
        return files.read(files.tier(tier.name))
    except UnreadableError as error:
        message = f"{error}: `powerstats sync fetch {tier.name}` brings back what was sent before"
        raise UnreadableError(message) from None


def _merged(
    tier: Tier,
    ours: Document | None,
    theirs: Document | None,
    remote: str,
    settings: Settings,
) -> Document | None:
    """Return the merge of both documents, or the only one; raises ConfigError for a misfit."""
    theirs = theirs and renamed(theirs, settings.homeassistant.renamed)
    if ours is None or theirs is None:
        return ours or theirs
    for name, misfit in misfits(ours, [theirs]).items():
        message = f"{remote}: {name} is {misfit}: give the series another name, or use another path"
        raise ConfigError(message)
    return merge(tier, ours, theirs, settings.zone)


def _commit_message(merged: Document, zone: ZoneInfo) -> str:
    newest = newest_closed_day([merged], zone)
    return f"{merged.tier}.json" + (f" up to {newest}" if newest else "")
