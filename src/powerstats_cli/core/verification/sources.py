"""What a plan of mending is made of, and what it says."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.documents import Document
from powerstats_cli.core.energy.ledger import Ledger
from powerstats_cli.core.journal import Journal
from powerstats_cli.core.outcome import joined

MOST_DAYS: Final = 3
BACKFILL: Final = "`powerstats backfill` asks Home Assistant for what is lacking"


class Sources(msgspec.Struct, frozen=True):
    """All that a plan is made of.

    `documents` are the aligned files that could be read, `broken` the bytes of the others, `aside`
    those of the files that were set aside, `copies` the documents in the repository; all by name.
    `rewritten` are the readable files whose bytes are not what powerstats writes. `minutes` is the
    configured interval.
    """

    documents: Mapping[str, Document]
    zone: ZoneInfo
    now: datetime
    minutes: int
    broken: Mapping[str, bytes] = {}
    aside: Mapping[str, bytes] = {}
    copies: Mapping[str, Document] = {}
    rewritten: Sequence[str] = ()
    unfinished: Sequence[str] = ()
    journal: Journal | None = None


class Step(msgspec.Struct, frozen=True):
    """A file to be written, or to be deleted if it has no content, and what that mends."""

    file: str
    text: str
    document: Document | None = None
    ledger: Ledger | None = None

    @property
    def is_deletion(self) -> bool:
        """Tell whether the file is to be deleted."""
        return self.document is None and self.ledger is None


class Left(msgspec.Struct, frozen=True):
    """What cannot be mended by this, and what can be done; a file may be `lost` as a whole."""

    file: str
    text: str
    is_lost: bool = False


class Plan(msgspec.Struct, frozen=True):
    """The steps in the order in which they are to be done, and what is left."""

    steps: tuple[Step, ...]
    left: tuple[Left, ...]


Files = dict[str, Document]
Notes = dict[str, list[str]]
"""What is mended of each file, in words."""
Key = tuple[datetime, str]
"""A bucket's start, and a series."""
Dropped = dict[str, set[Key]]
"""The values that were taken out of each file."""


def some(days: Sequence[date] | Sequence[str]) -> str:
    """Return some days as an enumeration."""
    if len(days) <= MOST_DAYS:
        return joined(map(str, days))
    return f"{days[0]} and {len(days) - 1} more days"


def values(number: int) -> str:
    """Return a number of values in words."""
    return f"{number} value{'' if number == 1 else 's'}"
