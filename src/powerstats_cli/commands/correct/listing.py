"""The corrections that were made, as JSON for programs."""

import json
from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.documents import in_local_time
from powerstats_cli.core.entries import Entry
from powerstats_cli.core.journal import Journal
from powerstats_cli.errors import PowerstatsError

JSON_VERSION: Final = 1


def as_json(
    entries: Sequence[Entry], journal: Journal, problem: PowerstatsError | None, zone: ZoneInfo
) -> str:
    """Return corrections as versioned JSON, the oldest first, without their changes."""
    document = {
        "version": JSON_VERSION,
        "corrections": [_correction(entry, journal, zone) for entry in entries],
        "problems": [str(problem)] if problem else [],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _correction(entry: Entry, journal: Journal, zone: ZoneInfo) -> dict[str, object]:
    undone = journal.undone.get(entry.id)
    return {
        "id": entry.id,
        "at": in_local_time(entry.at, zone),
        "do": entry.do,
        "of": None if entry.of is msgspec.UNSET else entry.of,
        "series": entry.series,
        "start": in_local_time(entry.start, zone),
        "end": in_local_time(entry.end, zone),
        "why": entry.why,
        "changes": len(entry.changes),
        "undone_by": undone.id if undone else None,
    }
