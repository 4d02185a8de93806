"""`export`: the stored buckets of a period as text that other programs read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from powerstats_cli.clock import Clock
from powerstats_cli.core.periods import Span
from powerstats_cli.core.pieces import Piece
from powerstats_cli.core.ranges import EARLIEST, LATEST
from powerstats_cli.core.rows import chosen, rows
from powerstats_cli.core.scales import FINE, By
from powerstats_cli.core.series import Kind
from powerstats_cli.errors import PowerstatsError
from powerstats_cli.export import csv, jsonl, lineprotocol
from powerstats_cli.files.pieces import Stored, stored_of
from powerstats_cli.files.store import Store
from powerstats_cli.settings import Settings

Format = Literal["csv", "jsonl", "lp"]
ENDINGS: Final[Mapping[str, Format]] = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".lp": "lp",
}
EVERYTHING: Final = (Span(EARLIEST, LATEST),)


class Wish(msgspec.Struct, frozen=True):
    """What to export: a period, none for everything; the series, none for all; and the form.

    `home` is the label of the home in line protocol.
    """

    period: Sequence[Span] = ()
    by: By | None = None
    series: Sequence[str] = ()
    format: Format = "csv"
    is_wide: bool = False
    home: str = ""


def export(
    settings: Settings, files: Store, clock: Clock, wish: Wish
) -> tuple[Iterator[str], Sequence[PowerstatsError]]:
    """Return the lines, and the errors of files that could not be read, which are left out.

    The errors are complete when all lines are read; the files are read on the way. Raises
    MissingError if nothing is stored of the period, or not so fine; ValueError, with a line for the
    user, if nothing is stored of a series.
    """
    stored = stored_of(settings, files, wish.period or EVERYTHING, clock.now())
    kinds = stored.kinds()
    names = chosen(wish.series, kinds)
    wanted = {name: kinds[name] for name in names}
    by = wish.by or (_by(stored, names) if wish.period else "day")
    told = rows(stored.told(by, names), wanted)
    return _lines(stored, told, wanted, by, wish), stored.problems


def _by(stored: Stored, names: Sequence[str]) -> By:
    """Return the buckets of a period; who wants months or years of a long one says so."""
    by = stored.usual_by(names)
    return by if by in FINE else "day"


def _lines(
    stored: Stored, told: Iterable[Piece], kinds: Mapping[str, Kind], by: By, wish: Wish
) -> Iterator[str]:
    zone = stored.settings.zone
    if wish.format == "lp":
        return lineprotocol.lines(filter(stored.is_whole(by), told), kinds, by, wish.home)
    if wish.format == "jsonl":
        return jsonl.lines(told, kinds, zone)
    return (csv.wide if wish.is_wide else csv.long)(told, kinds, zone)


def format_of(output: Path | None, wanted: Format | None) -> Format:
    """Return the format that is wanted, or that a file's ending tells.

    Raises ValueError, with a line for the user, if neither tells it.
    """
    if wanted or output is None:
        return wanted or "csv"
    if output.suffix.lower() not in ENDINGS:
        message = f"{output.name} does not end with {', '.join(ENDINGS)}: add --format"
        raise ValueError(message)
    return ENDINGS[output.suffix.lower()]
