"""The files of the tiers, rolled up from the archive and the finer tiers."""

from collections.abc import Container, Mapping
from contextlib import suppress
from datetime import date
from typing import Final

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core import zones
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import day_start, local_day
from powerstats_cli.core.tiers import Tier, aggregate, misfits, new_tier, newest_until
from powerstats_cli.errors import ConfigError, PowerstatsError, UnreadableError
from powerstats_cli.files import reading
from powerstats_cli.files.dayfiles import DayFiles
from powerstats_cli.files.store import Store
from powerstats_cli.files.yearfiles import last_years, store_days

WENT_ON: Final = "mend it or move it away; the step went on without it"


class RolledUp(msgspec.Struct):
    """The number of points of a tier, whether its file was changed, and the problems."""

    points: int
    changed: bool
    problems: list[PowerstatsError]


def open_tier(open_files: DayFiles, tier: Tier, remedy: str) -> Document:
    """Return a tier's document for writing, a new one if the file is missing or set aside."""
    stored = open_files.or_set_aside(open_files.files.tier(tier.name), remedy)
    zone = open_files.settings.zone
    today = day_start(local_day(open_files.now, zone), zone)
    return stored or new_tier(tier, zones.current(zone.key), today)


def roll_up(open_files: DayFiles, tier: Tier, clock: Clock) -> RolledUp:
    """Bring a tier's file up to date, to be used under the lock.

    With weekly.json the ledger is brought up to date, and with yearly.json the years.

    All archived days are rolled up each time, so missed nights and late readings are included.
    Problems of single files and series are part of the result. Raises TryAgainError if the clock is
    behind the newest stored bucket.
    """
    files, zone = open_files.files, open_files.settings.zone
    problems: list[PowerstatsError] = []
    before = open_tier(
        open_files,
        tier,
        f"{tier.name}.json was made again from the archive and the finer tiers; for older days "
        f"mend that file and put it in place of the new one",
    )
    archived, daily = closed_days(files, problems)
    finer = [
        document
        for name in tier.finer
        if (document := reading.or_tell(files, files.tier(name), problems, WENT_ON)) is not None
    ]
    if tier.name == "yearly" and not before.points:
        finer += last_years(files, problems)  # yearly.json was lost, or set aside
    clock.check_not_before(newest_until([daily] if daily else []))
    after = aggregate(
        tier,
        before,
        archive=archived,
        finer=finer,
        daily=daily,
        zone=zone,
        now=open_files.now,
        journal=files.journal(),
    )
    sources = [*([daily] if daily else []), *archived.values(), *finer]
    changed, unfit = False, misfits(before, sources)
    try:
        changed = bool(after.points) and files.write(files.tier(tier.name), after)
        if tier.name == "weekly":
            problems += _roll_up_ledger(open_files, archived, daily, unfit)
        if tier.name == "yearly":
            monthly = (document for document in finer if document.tier == "monthly")
            problems += store_days(open_files, [after, *monthly])
    except PowerstatsError as error:
        problems.append(error)
        return RolledUp(len(after.points), changed, [*open_files.problems, *problems])
    for name, how in unfit.items():
        message = f"{name} is {how}: give the series another name in the configuration"
        problems.append(ConfigError(message))
    return RolledUp(len(after.points), changed, [*open_files.problems, *problems])


def _roll_up_ledger(
    open_files: DayFiles,
    archived: Mapping[date, Document],
    daily: Document | None,
    unfit: Container[str],
) -> list[PowerstatsError]:
    from powerstats_cli.files import ledgerfile  # most runs need none of it

    return ledgerfile.roll_up(open_files, archived, daily, unfit)


def renew_ledger(open_files: DayFiles) -> None:
    """Make the archived days of the ledger anew, if it is whole; to be used under the lock.

    The next `aggregate` tells what is wrong with it.
    """
    from powerstats_cli.files import ledgerfile

    files = open_files.files
    with suppress(UnreadableError, ConfigError):
        if ledgerfile.read(files) is not None:
            archived, daily = closed_days(files, [])
            ledgerfile.roll_up(open_files, archived, daily)


def closed_days(
    files: Store, problems: list[PowerstatsError]
) -> tuple[dict[date, Document], Document | None]:
    """Return the documents of the archived days before daily.json's day, and that of daily.json."""
    daily = reading.or_tell(files, files.daily, problems, WENT_ON)
    archived = {}
    for day in files.archived_days():
        if daily is None or daily.day is None or day < daily.day:
            document = reading.or_tell(files, files.archived(day), problems, WENT_ON)
            if document is not None:
                archived[day] = document
    return archived, daily
