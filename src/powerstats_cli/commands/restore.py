"""`sync fetch --as-of`: the long-term files as the repository had them at a local midnight."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core import alignment
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import day_start
from powerstats_cli.core.tiers import days_of, newest_closed_day
from powerstats_cli.errors import ConfigError, MissingError, UnreadableError
from powerstats_cli.files.backups import make_copy
from powerstats_cli.files.store import Store
from powerstats_cli.github.repository import Repository
from powerstats_cli.settings import Settings


class Earlier(msgspec.Struct, frozen=True):
    """A file as it was, and a line that says what it holds."""

    name: str
    document: Document
    text: str


def earlier(
    names: Sequence[str], day: date, settings: Settings, repository: Repository
) -> list[Earlier]:
    """Return files as the repository's branch had them at the beginning of a local day.

    Raises MissingError if one of them was not there yet.
    """
    github, zone = settings.known_github, settings.zone
    found = []
    for name in names:
        path = f"{github.path}/{name}" if github.path else name
        commit = repository.last_change(path, github.branch, day_start(day, zone))
        raw = repository.read_file(path, commit) if commit else None
        if raw is None:
            repository.check_present()
            message = f"{path} was not in {github.repo} yet at the beginning of {day}"
            raise MissingError(message)
        document = _decoded(raw, f"{path} of {day} in {github.repo}", settings.timezone)
        found.append(Earlier(name, document, _held(name, document, zone)))
    return found


def _decoded(raw: bytes, place: str, timezone: str) -> Document:
    try:
        return alignment.decoded(raw, timezone=timezone)
    except UnreadableError as error:
        message = f"{place} is left alone: {error}"
        raise UnreadableError(message) from None
    except ConfigError as error:
        message = f"{place} {error}"
        raise ConfigError(message) from None


def _held(name: str, document: Document, zone: ZoneInfo) -> str:
    number, newest = len(days_of(document, zone)), newest_closed_day([document], zone)
    return f"{name}: {number} day{'s' * (number != 1)} up to {newest}"


def put_back(files: Store, wanted: Sequence[Earlier], now: datetime) -> str:
    """Replace the files, after a copy of all; return the copy's name, empty if there was nothing.

    Corrections of the journal stay in force, and so do the present names of renamed series.
    """
    files.prepare()
    with files.lock():
        copy = make_copy(files, now)
        for each in wanted:
            files.write(files.data_dir / each.name, files.as_here(each.document))
    return files.name(copy) if copy else ""
