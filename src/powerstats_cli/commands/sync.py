"""`sync`: monthly.json, yearly.json and the years merged with those in their repository.

Before them the journals of corrections are united, so that no stale file brings a wrong value back.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core import alignment, documents, journal
from powerstats_cli.core.blobs import blob_id
from powerstats_cli.core.corrections import settled
from powerstats_cli.core.documents import Document
from powerstats_cli.core.journal import EMPTY, Decoded, Journal
from powerstats_cli.core.merging import differs, merge
from powerstats_cli.core.outcome import Outcome
from powerstats_cli.core.renaming import renamed
from powerstats_cli.core.tiers import (
    YEAR,
    Tier,
    days_of,
    misfits,
    newest_closed_day,
    newest_until,
)
from powerstats_cli.errors import (
    ConfigError,
    NewerError,
    PowerstatsError,
    TryAgainError,
    UnreadableError,
)
from powerstats_cli.files.dayfiles import DayFiles
from powerstats_cli.files.store import Store, year_named
from powerstats_cli.files.wholefiles import read_bytes
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
    is_first: bool = False,
) -> Outcome:
    """Merge a tier's file with the repository's version of it; with yearly.json the years.

    The result goes into the local file if it `fetches`, and into the repository if it `pushes`. If
    another device wrote to the repository first, its version is read and merged again. A device
    without the file, and one that never synced and has its first day, always fetches: that restores
    what a lost device had.
    """
    files.prepare()
    way = _Way(settings, files, repository, clock, fetches, pushes, is_first)
    done = [_sync_file(way, tier, files.tier(tier.name))]
    problems: list[PowerstatsError] = []
    for place in _differing_years(way) if tier.name == "yearly" else ():
        try:
            done.append(_sync_file(way, YEAR, place))
        except (ConfigError, UnreadableError) as error:
            problems.append(error)
    told = [problem for outcome in done for problem in outcome.problems]
    return Outcome(
        "; ".join(outcome.summary for outcome in done),
        (*told, *problems),
        token_expires=repository.token_expires,
    )


class _Way(msgspec.Struct, frozen=True):
    """What one run merges, and which way the result goes."""

    settings: Settings
    files: Store
    repository: Repository
    clock: Clock
    fetches: bool
    pushes: bool
    is_first: bool


def _differing_years(way: _Way) -> Iterator[Path]:
    """Yield the files of the years that the repository has with other bytes, or not, or only it."""
    github, files = way.settings.known_github, way.files
    folder = files.name(files.years)
    path = f"{github.path}/{folder}" if github.path else folder
    theirs = way.repository.list_folder(path, github.branch)
    there = {year for name in theirs if (year := year_named(name)) is not None}
    for place in map(files.year, sorted(there | {*files.stored_years()})):
        raw = read_bytes(place)
        if raw is None or blob_id(raw) != theirs.get(place.name):
            yield place


def _sync_file(way: _Way, tier: Tier, place: Path) -> Outcome:
    """Merge one file with the repository's version of it."""
    settings, files, repository, clock = way.settings, way.files, way.repository, way.clock
    github = settings.known_github
    name = files.name(place)
    path = f"{github.path}/{name}" if github.path else name
    remote = f"{path} in {github.repo}"
    local = DayFiles(files, settings, clock.now())
    done: list[str] = []

    def attempt() -> str:
        """Fetch, merge and push once; return why nothing was done, if nothing was."""
        raw = repository.read_file(path, github.branch)
        if raw is None:
            repository.check_present()
        theirs = None if raw is None else _decoded(raw, place, files, remote, clock)
        with files.lock():
            remedy = f"{name} is made from {remote}" if theirs else f"{remote} is not there yet"
            ours = local.or_set_aside(place, remedy) if way.fetches else _read(files, place)
            is_lost = _is_new(ours, way) and not local.problems
            known = files.journal() or EMPTY
            merged = _merged(tier, ours, theirs, remote, settings, known)
            receives = way.fetches or is_lost
            is_news = receives and merged is not None and files.write(place, merged)
        if is_news and not done:
            done.append(_restored(merged, settings.zone) if is_lost and theirs else "fetched")
        if merged is None:
            return "not there yet, nor here"
        if not way.pushes or not differs(theirs, merged):
            return "not there yet" if theirs is None else "nothing new"
        repository.write_file(
            path,
            github.branch,
            documents.encode(merged),
            message=_commit_message(name, merged, settings.zone),
            replaces=raw,
        )
        done.append("pushed")
        return ""

    reason = repository.retry_conflicts(attempt, remote)
    summary = f"{remote}: {' and '.join(done) or reason}"
    return Outcome(summary, tuple(local.problems))


def _decoded(raw: bytes, place: Path, files: Store, remote: str, clock: Clock) -> Document:
    """Return the repository's document; raises an error if it cannot be merged."""
    try:
        document = alignment.decoded(raw, timezone=files.timezone)
        files.check_place(place, document)
    except (NewerError, UnreadableError) as error:
        message = f"{remote} is left alone: {error}"
        raise UnreadableError(message) from None
    except ConfigError as error:
        message = f"{remote} {error}"
        raise ConfigError(message) from None
    try:
        # A document from the future comes from a wrong clock, ours or another device's, and its
        # window would drop our days.
        clock.check_not_before(newest_until([document]))
    except TryAgainError as error:
        message = f"{remote} is left alone: {error}"
        raise TryAgainError(message) from None
    return document


def _read(files: Store, place: Path) -> Document | None:
    """Return the local document; raises UnreadableError that says how to restore the file."""
    try:
        return files.read(place)
    except UnreadableError as error:
        tier = place.stem if place == files.tier(place.stem) else "yearly"
        message = f"{error}: `powerstats sync fetch {tier}` brings back what was sent before"
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


def _is_new(ours: Document | None, way: _Way) -> bool:
    """Tell whether a device has nothing yet, or what the first night has made of its first day."""
    return ours is None or (way.is_first and len(days_of(ours, way.settings.zone)) == 1)


def _restored(merged: Document | None, zone: ZoneInfo) -> str:
    """Say what came back of a file that was not here."""
    if merged is None or not merged.points:
        return "restored"
    number, newest = len(days_of(merged, zone)), newest_closed_day([merged], zone)
    return f"restored {number} day{'s' * (number != 1)} up to {newest}"


def _commit_message(name: str, merged: Document, zone: ZoneInfo) -> str:
    newest = newest_closed_day([merged], zone)
    return name + (f" up to {newest}" if newest else "")
