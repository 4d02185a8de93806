"""A data file that is published already, beside the one that is to take its place."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.core import documents, zones
from powerstats_cli.core.documents import Document
from powerstats_cli.core.merging import lacking
from powerstats_cli.core.periods import local_day
from powerstats_cli.errors import ConfigError, UnreadableError

MOST_NAMES: Final = 3
REPLACE: Final = "`powerstats publish --replace` replaces it"


class NotOursError(Exception):
    """A file with the name of a data file is no data file of powerstats."""


def _described(more: Sequence[tuple[datetime, str]], zone: ZoneInfo) -> str:
    """Return the series and the days of buckets: power, voltage: 2025-11-16 to 2025-11-20."""
    names = sorted({name for _, name in more})
    first, last = (local_day(min(more)[0], zone), local_day(max(more)[0], zone))
    days = f"{first}" if first == last else f"{first} to {last}"
    others = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{', '.join(names[:MOST_NAMES])}{others}: {days}"


def is_data(name: str, content: bytes) -> bool:
    """Tell whether a file is, or was, the data file whose name it has."""
    tier = documents.tier_in(content)
    is_whole = name == f"{tier}.json" or (tier == "year" and name.startswith("year-"))
    return is_whole or documents.is_pointer(content) or not content.strip()


def check_no_loss(
    name: str,
    where: str,
    ours: bytes,
    theirs: bytes,
    as_here: Callable[[Document], Document] | None,
) -> None:
    """Raise UnreadableError if the published file is not to be replaced: it may know more.

    `where` says where it is published. `as_here` gives a document the names and the corrections of
    this home: what was taken out by a correction is not lost. Raises NotOursError if it is
    another's file.
    """
    if not is_data(name, theirs):
        raise NotOursError(name)
    if not theirs.strip():
        return
    try:
        timezone = documents.timezone_in(ours)
        stored, published = (documents.decode(each, timezone=timezone) for each in (ours, theirs))
        if as_here:
            stored, published = as_here(stored), as_here(published)
    except (ConfigError, UnreadableError) as error:
        message = f"{name} {where} is left as it is: {error}; {REPLACE}"
        raise UnreadableError(message) from None
    zone = zones.zone(timezone)
    more = list(lacking(stored, published, zone))
    if more:
        message = (
            f"{name} {where} knows more than the data directory ({_described(more, zone)}), and is "
            f"left as it is: put it into the data directory while no step runs, or {REPLACE}"
        )
        raise UnreadableError(message)
