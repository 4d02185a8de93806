"""`sync`: monthly.json and yearly.json merged with those in their repository.

Before them the journals of corrections are united, so that no stale file brings a wrong value back.
"""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from powerstats_cli.clock import Clock
from powerstats_cli.core import alignment, documents, journal
from powerstats_cli.core.corrections import settled
from powerstats_cli.core.documents import Document
from powerstats_cli.core.journal import EMPTY, Decoded, Journal
from powerstats_cli.core.merging import differs, merge
from powerstats_cli.core.outcome import Outcome
from powerstats_cli.core.renaming import renamed
from powerstats_cli.core.tiers import Tier, misfits, newest_closed_day, newest_until
from powerstats_cli.errors import (
    ConfigError,
    NewerError,
    PowerstatsError,
    TryAgainError,
    UnreadableError,
)
from powerstats_cli.files.dayfiles import DayFiles
from powerstats_cli.files.store import Store
from powerstats_cli.github.repository import Repository
from powerstats_cli.settings import Settings


def carry(
    settings: Settings, files: Store, repository: Repository, *, pushes: bool
) -> Sequence[PowerstatsError]:
    """Unite the journal with the repository's; return the errors of broken lines there.

    The union is written here, and if it `pushes`, there. Raises ConfigError if a newer version, or
    a home in another time zone, wrote the repository's.
    """
    github = settings.known_github
    name = files.name(files.corrections)
    path = f"{github.path}/{name}" if github.path else name
    remote = f"{path} in {github.repo}"
    problems: list[PowerstatsError] = []

    def attempt() -> None:
        problems.clear()
        raw = repository.read_file(path, github.branch)
        theirs = _entries(raw or b"", remote, settings.zone)
        if theirs.broken:
            lines = ", ".join(map(str, theirs.broken))
            message = f"{remote} is broken in line {lines}, which is left out: Git has it as it was"
            problems.append(UnreadableError(message))
        with files.lock():
            files.mend()
            ours = files.journal() or EMPTY
            union = ours.united(theirs.journal)
            if union is not ours:
                files.record(union)
        content = journal.encode(union)
        if pushes and content and content != raw:
            number = len(union.entries)
            message = f"{name}: {number} correction{'s' * (number != 1)}"
            repository.write_file(path, github.branch, content, message=message, replaces=raw)

    files.prepare()
    repository.retry_conflicts(attempt, remote)
    return tuple(problems)


def _entries(raw: bytes, remote: str, zone: ZoneInfo) -> Decoded:
    """Return the repository's journal; raises ConfigError if it is not one for this home."""
    try:
        theirs = journal.decode(raw)
    except NewerError as error:
        message = f"{remote} {error}"
        raise NewerError(message) from None
    if any(
        each.at.utcoffset() != each.at.astimezone(zone).utcoffset()
        for each in theirs.journal.entries
    ):
        message = f"{remote} is of a home in another time zone: use another repository or path"
        raise ConfigError(message)
    return theirs


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
            known = files.journal() or EMPTY
            merged = _merged(tier, ours, theirs, remote, settings, known)
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
    known: Journal,
) -> Document | None:
    """Return the merge of both documents, or the only one; raises ConfigError for a misfit.

    It is settled by the `known` corrections, as ours is.
    """
    if theirs is not None:
        theirs = settled(renamed(theirs, settings.homeassistant.renamed), known, settings.zone)
    if ours is None or theirs is None:
        return ours or theirs
    for name, misfit in misfits(ours, [theirs]).items():
        message = f"{remote}: {name} is {misfit}: give the series another name, or use another path"
        raise ConfigError(message)
    return settled(merge(tier, ours, theirs, settings.zone, known), known, settings.zone)


def _commit_message(merged: Document, zone: ZoneInfo) -> str:
    newest = newest_closed_day([merged], zone)
    return f"{merged.tier}.json" + (f" up to {newest}" if newest else "")
