"""The hours of Home Assistant's statistics that the ledger lacks."""

from collections.abc import Mapping
from datetime import date, datetime

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.energy.ledger_days import Keeping, first_day, new_ledger
from powerstats_cli.core.energy.ledger_filling import Filling, Key, day_values
from powerstats_cli.core.filling import Month, Stored
from powerstats_cli.core.periods import local_day
from powerstats_cli.core.series import Kind
from powerstats_cli.errors import UnreadableError
from powerstats_cli.files import ledgerfile, reading
from powerstats_cli.files.dayfiles import DayFiles
from powerstats_cli.files.store import Store
from powerstats_cli.homeassistant.months import LedgerPart
from powerstats_cli.settings import Settings


def lacking_hours(
    settings: Settings, files: Store, stored: Stored, kinds: Mapping[str, Kind], now: datetime
) -> Mapping[date, LedgerPart]:
    """Return what the ledger lacks, by month, nothing if none is kept.

    `kinds` are those of the series that have statistics; not all may be stored yet. Raises
    ConfigError for a mistake in its keys, and if a series cannot have its role.
    """
    keeping = ledgerfile.kept_series(settings, files, kinds)
    if not keeping.names:
        return {}
    try:
        ledger = ledgerfile.read(files)
    except UnreadableError:
        ledger = None  # it is set aside before anything is stored
    values = _day_values(settings, files, keeping, stored.newest)
    filling = Filling(keeping, stored.newest, values, settings.zone)
    before = ledger or new_ledger(settings.zone.key, now)
    lacking = filling.lacking(before, kinds.keys(), stored.asked, stored.until)
    return {first: LedgerPart(filling, days) for first, days in lacking.items()}


def _day_values(
    settings: Settings, files: Store, keeping: Keeping, newest: date
) -> Mapping[Key, Value | None]:
    """Return the energies of the days in the ledger's window, those made unknown with None."""
    first = first_day(keeping, newest)
    years = [year for year in files.stored_years() if year >= first.year]
    paths = [files.tier("monthly"), files.tier("yearly"), *map(files.year, years)]
    documents = (document for path in paths if (document := reading.or_skip(files, path)))
    journal = files.journal()
    emptied = {
        (local_day(start, settings.zone), name): None
        for start, name in (journal.emptied("day") if journal else ())
    }
    return {**day_values(documents, keeping.names, settings.zone), **emptied}


def store_hours(open_files: DayFiles, filling: Filling, month: Month) -> bool:
    """Put the hours of a month into the ledger; tell whether it has changed. The lock is held."""
    before = ledgerfile.open_ledger(open_files)
    after = filling.filled(before, month.ledger, month.kinds, open_files.now)
    return ledgerfile.write(open_files.files, after)
