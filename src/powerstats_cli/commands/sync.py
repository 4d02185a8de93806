"""`sync`: monthly.json and yearly.json to and from their repository, merged, never overwritten."""

from zoneinfo import ZoneInfo

from powerstats_cli.clock import Clock
from powerstats_cli.core import documents
from powerstats_cli.core.documents import Document
from powerstats_cli.core.merging import differs, merge
from powerstats_cli.core.outcome import Outcome
from powerstats_cli.core.tiers import Tier, misfits, newest_closed_day, newest_until
from powerstats_cli.errors import (
    ConfigError,
    NewerError,
    TryAgainError,
    UnreadableError,
)
from powerstats_cli.files.dayfiles import DayFiles
from powerstats_cli.files.store import Store
from powerstats_cli.github.client import GitHub
from powerstats_cli.settings import Settings


def sync(
    tier: Tier,
    settings: Settings,
    files: Store,
    github: GitHub,
    clock: Clock,
    *,
    fetches: bool,
    pushes: bool,
) -> Outcome:
    """Merge a tier with the repository's, into the local file, the repository's, or both.

    Whoever comes first in a race, the other starts again from what is there then.
    """
    place = settings.known_github
    name = f"{tier.name}.json"
    path = f"{place.path}/{name}" if place.path else name
    where = f"{path} in {place.repo}"
    local = DayFiles(files, settings, clock.now())
    done: list[str] = []

    def attempt() -> str:
        raw = github.file(path, place.branch)
        if raw is None:
            github.default_branch()  # says whether there is such a repository at all
        theirs = None if raw is None else _decoded(raw, tier, where, settings.timezone, clock)
        with files.lock():
            remedy = f"{name} is made from {where}" if theirs else f"{where} is not there yet"
            ours = local.read(files.tier(tier.name), remedy) if fetches else _read(files, tier)
            merged = _merged(tier, ours, theirs, where, settings)
            is_news = fetches and merged is not None and files.write(files.tier(tier.name), merged)
        if is_news and not done:
            done.append("brought")
        if merged is None:
            return "not there yet, nor here"
        if not pushes or not differs(theirs, merged):
            return "not there yet" if theirs is None else "nothing new"
        github.put_file(
            path,
            place.branch,
            documents.encode(merged),
            message=_message(merged, settings.zone),
            replaces=raw,
        )
        done.append("sent")
        return ""

    files.prepare()
    otherwise = github.until_won(attempt, where)
    summary = f"{where}: {' and '.join(done) or otherwise}"
    return Outcome(summary, tuple(local.problems), token_expires=github.token_expires)


def _decoded(raw: bytes, tier: Tier, where: str, timezone: str, clock: Clock) -> Document:
    """Return the repository's document; one that cannot be merged is left alone."""
    try:
        document = documents.decode(raw, timezone=timezone)
    except (NewerError, UnreadableError) as error:
        message = f"{where} is left alone: {error}"
        raise UnreadableError(message) from None
    except ConfigError as error:
        message = f"{where} {error}"
        raise ConfigError(message) from None
    if document.tier != tier.name:
        message = f"{where} is left alone: it holds {document.tier}"
        raise UnreadableError(message)
    try:
        # Its window would drop our days, and is another device's wrong clock's, or ours is wrong.
        clock.check_not_before(newest_until([document]))
    except TryAgainError as error:
        message = f"{where} is left alone: {error}"
        raise TryAgainError(message) from None
    return document


def _read(files: Store, tier: Tier) -> Document | None:
    try:
        return files.read(files.tier(tier.name))
    except UnreadableError as error:
        message = f"{error}: `powerstats sync fetch {tier.name}` brings back what was sent before"
        raise UnreadableError(message) from None


def _merged(
    tier: Tier,
    ours: Document | None,
    theirs: Document | None,
    where: str,
    settings: Settings,
) -> Document | None:
    if ours is None or theirs is None:
        return ours or theirs
    for name, how in misfits(ours, [theirs]).items():
        message = f"{where}: {name} is {how}: give the series another name, or use another path"
        raise ConfigError(message)
    return merge(tier, ours, theirs, settings.zone)


def _message(merged: Document, zone: ZoneInfo) -> str:
    newest = newest_closed_day([merged], zone)
    return f"{merged.tier}.json" + (f" up to {newest}" if newest else "")
