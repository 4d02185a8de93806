"""The ledger's file: read with the present names, written whole, and rolled up from the archive."""

from collections.abc import Container, Mapping
from contextlib import suppress
from datetime import date
from typing import Final

from powerstats_cli.core import zones
from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.ledger import RESERVED, Ledger, decode, encode
from powerstats_cli.core.energy.ledger_days import Keeping, aggregated, misfits, new_ledger
from powerstats_cli.core.periods import day_start, local_day
from powerstats_cli.core.regrouping import regrouped
from powerstats_cli.core.series import Kind
from powerstats_cli.core.tiers import TIERS, newest_closed_day
from powerstats_cli.errors import ConfigError, PowerstatsError, UnreadableError
from powerstats_cli.files.dayfiles import DayFiles
from powerstats_cli.files.store import Store
from powerstats_cli.files.wholefiles import read_bytes, through_link, write_bytes
from powerstats_cli.settings import Settings
from powerstats_cli.settings.keeping import keeping

REMEDY: Final = (
    "it was made again from the archive; `powerstats backfill` fills in what Home Assistant still "
    "has"
)


def read(files: Store) -> Ledger | None:
    """Return the ledger with the present names of its series, None if there is no file.

    Raises UnreadableError and ConfigError with the file's name (see `documents.decode`).
    """
    raw = read_bytes(files.ledger)
    return None if raw is None else decoded(files, raw)


def or_tell(files: Store, problems: list[PowerstatsError], remedy: str) -> Ledger | None:
    """Return the ledger, None if it is broken: then add the problem, with its remedy."""
    try:
        return read(files)
    except UnreadableError as error:
        message = f"{error}: {remedy}"
        problems.append(UnreadableError(message))
        return None


def decoded(files: Store, raw: bytes) -> Ledger:
    """Return the ledger of a file's bytes; raises as `read`."""
    try:
        ledger = decode(raw, timezone=files.timezone)
    except UnreadableError as error:
        message = f"{files.ledger.name} could not be read: {error}"
        raise UnreadableError(message) from None
    except ConfigError as error:
        message = f"{files.ledger.name} {error}"
        raise type(error)(message) from None
    if not files.renamed:
        return ledger
    from powerstats_cli.core.renaming import renamed_ledger  # few homes have any

    return renamed_ledger(ledger, files.renamed)


def write(files: Store, ledger: Ledger) -> bool:
    """Write the ledger if it differs from the file; tell whether it did."""
    raw = encode(ledger)
    if raw == read_bytes(files.ledger):
        return False
    write_bytes(through_link(files.ledger), raw)
    return True


def open_ledger(open_files: DayFiles) -> Ledger:
    """Return the ledger for writing, a new one if the file is missing or set aside."""
    files, zone = open_files.files, open_files.settings.zone
    try:
        stored = read(files)
    except UnreadableError as error:
        open_files.set_aside(files.ledger, error, REMEDY)
        stored = None
    today = local_day(open_files.now, zone)
    return stored or new_ledger(zone.key, day_start(today, zone))


def kept_series(
    settings: Settings, files: Store, kinds: Mapping[str, Kind] | None = None
) -> Keeping:
    """Return what the ledger keeps, by the configuration and those files that can be read.

    `kinds` are those of series that may not be stored yet.

    Raises ConfigError for a mistake in the ledger's keys, and if a series cannot have its role.
    """
    documents: list[Document] = []
    for path in (files.daily, *map(files.tier, TIERS)):
        with suppress(UnreadableError, ConfigError):  # the step that writes the file reports it
            documents += filter(None, [files.read(path)])
    return keeping(settings, documents, kinds)


def roll_up(
    open_files: DayFiles,
    archive: Mapping[date, Document],
    daily: Document | None,
    told: Container[str] = (),
) -> list[PowerstatsError]:
    """Bring the ledger up to date with the archive; to be used under the lock.

    Without a series to keep no file is made, and without a day to keep it is removed. Return the
    problems of the configuration and of single series, besides those that `open_files` has; that
    the series `told` have become another thing was said already.
    """
    files = open_files.files
    try:
        wanted = kept_series(open_files.settings, files)
        if not wanted.days:
            if files.ledger.exists():
                files.delete(files.ledger)
            return []
        before = _rolled_up(open_files, wanted, archive, daily)
    except PowerstatsError as error:
        return [error]
    unfit = _misfitting(before, archive, wanted) if before else {}
    return [
        *_nameless(wanted),
        *(
            ConfigError(f"{name} is {how}: give the series another name in the configuration")
            for name, how in unfit.items()
            if name not in told
        ),
    ]


def _rolled_up(
    open_files: DayFiles,
    wanted: Keeping,
    archive: Mapping[date, Document],
    daily: Document | None,
) -> Ledger | None:
    """Write the ledger with the archived days; return the one before, None if none is kept."""
    files, zone = open_files.files, zones.zone(open_files.files.timezone)
    newest = newest_closed_day([*([daily] if daily else []), *archive.values()], zone)
    if newest is None or not (wanted.names or files.ledger.exists()):
        return None
    before = open_ledger(open_files)
    whole = regrouped(archive, daily, newest, zone)
    after = aggregated(
        before, whole, wanted, newest=newest, now=open_files.now, journal=files.journal()
    )
    if after.days or files.ledger.exists():
        write(files, after)
    return before


def _nameless(wanted: Keeping) -> list[PowerstatsError]:
    """Return an error for each series that has the name of a key of the ledger's days."""
    return [
        ConfigError(f"{name}: no series of ledger.json can have this name: give it another one")
        for name in RESERVED
        if name in wanted.energy or name in wanted.prices
    ]


def _misfitting(
    before: Ledger, archive: Mapping[date, Document], wanted: Keeping
) -> Mapping[str, str]:
    """Return each series that has become another thing than in the ledger, and both kinds."""
    return {
        name: how
        for document in archive.values()
        for name, how in misfits(before, document).items()
        if name in wanted.names
    }
