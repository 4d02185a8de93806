"""`rotate`: close every day before today, and delete old archived days that every tier has."""

from collections.abc import Callable, Sequence
from datetime import date

from powerstats_cli.clock import Clock
from powerstats_cli.core import archive
from powerstats_cli.core.documents import Document
from powerstats_cli.core.outcome import Outcome
from powerstats_cli.core.periods import local_day
from powerstats_cli.core.tiers import TIERS, newest_closed_day, newest_until
from powerstats_cli.errors import ConfigError, PowerstatsError, UnreadableError
from powerstats_cli.files import reading
from powerstats_cli.files.dayfiles import DayFiles, write_days
from powerstats_cli.files.store import Store
from powerstats_cli.settings import Settings


def rotate(settings: Settings, files: Store, clock: Clock) -> Outcome:
    """Archive the days before today and delete archived days past their retention.

    The clock only decides which day is today; a clock behind the newest stored bucket raises
    TryAgainError.
    """
    files.prepare()
    with files.lock():
        open_files = DayFiles(files, settings, clock.now())
        daily = open_files.daily()
        if daily is None:
            return Outcome("no day to close", tuple(open_files.problems))
        clock.check_not_before(newest_until([daily]))
        today = local_day(open_files.now, settings.zone)
        try:
            days = open_files.open_today(daily, today)
            open_files.ask_again(days[today])
            write_days(files, days, today)
            gone, problems = _retire(settings, files, days[today])
        except PowerstatsError as error:
            return Outcome("", (*open_files.problems, error))
    closed = f"closed {daily.day}" if len(days) > 1 else "no day to close"
    summary = closed + (f", deleted {len(gone)} archived days" if gone else "")
    return Outcome(summary, (*open_files.problems, *problems))


def _retire(
    settings: Settings, files: Store, daily: Document
) -> tuple[list[date], list[PowerstatsError]]:
    """Delete the archived days that may be deleted; return them, and the errors of broken files."""
    newest = newest_closed_day([daily], settings.zone)
    old = [
        day
        for day in files.archived_days()
        if newest is not None and (newest - day).days >= settings.data.retention_days
    ]
    gone: list[date] = []
    problems: list[PowerstatsError] = []
    if newest is None or not old:
        return gone, problems
    tiers = {}
    for name in TIERS:
        remedy = f"`powerstats aggregate {name}` rebuilds it; no archived day was deleted"
        document = reading.or_tell(files, files.tier(name), problems, remedy)
        if document is not None:
            tiers[name] = document
    is_in_ledger = _ledger(settings, files, [daily, *tiers.values()], newest, problems)
    for day in old:
        remedy = "mend it, or delete it if its day is not needed"
        archived = reading.or_tell(files, files.archived(day), problems, remedy)
        if (
            archived is not None
            and archive.may_go(
                archived,
                day,
                newest=newest,
                tiers=tiers,
                zone=settings.zone,
                journal=files.journal(),
            )
            and is_in_ledger(archived, day)
        ):
            files.delete(files.archived(day))
            gone.append(day)
    return gone, problems


def _ledger(
    settings: Settings,
    files: Store,
    documents: Sequence[Document],
    newest: date,
    problems: list[PowerstatsError],
) -> Callable[[Document, date], bool]:
    """Return a function that tells whether the ledger, if one is kept, has an archived day."""
    from powerstats_cli.core.energy.ledger_days import holds, new_ledger
    from powerstats_cli.files import ledgerfile
    from powerstats_cli.settings.keeping import keeping

    try:
        wanted = keeping(settings, documents)
        stored = ledgerfile.read(files) if wanted.names else None
    except UnreadableError as error:
        message = f"{error}: `powerstats aggregate weekly` rebuilds it; no archived day was deleted"
        problems.append(UnreadableError(message))
        return lambda _, __: False
    except ConfigError as error:
        message = f"{error}: no archived day was deleted"
        problems.append(ConfigError(message))
        return lambda _, __: False
    ledger = stored or new_ledger(settings.zone.key, documents[0].last_update)
    journal = files.journal()
    return lambda archived, day: holds(
        ledger, archived, day, wanted, newest=newest, journal=journal
    )
