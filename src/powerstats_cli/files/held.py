"""All documents of the data directory, for a command that corrects them."""

from powerstats_cli.core import zones
from powerstats_cli.core.correcting import Held
from powerstats_cli.core.documents import Document
from powerstats_cli.files.store import Store


def held(files: Store) -> Held:
    """Return all documents, settled; raises UnreadableError for a broken one.

    A correction must change every copy of a value, so it needs them all.
    """
    daily = files.read(files.daily)
    days = {
        day: document
        for day in files.archived_days()
        if (document := files.read(files.archived(day))) is not None
    }
    if daily is not None and daily.day is not None:
        days[daily.day] = daily
    archived = {files.daily, *map(files.archived, files.archived_days())}
    tiers = [files.read(path) for path in files.paths() if path not in archived]
    return Held(
        days,
        daily.day if daily else None,
        [tier for tier in tiers if isinstance(tier, Document)],
        zones.zone(files.timezone),
    )
