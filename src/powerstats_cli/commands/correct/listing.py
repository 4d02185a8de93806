"""The corrections that were made, as JSON for programs."""

import json
from collections.abc import Sequence
from typing import Final

import msgspec

from powerstats_cli.core.entries import Entry
from powerstats_cli.core.journal import Journal
from powerstats_cli.errors import PowerstatsError

JSON_VERSION: Final = 1


def as_json(entries: Sequence[Entry], journal: Journal, problem: PowerstatsError | None) -> str:
    """Return corrections as versioned JSON, the oldest first, without their changes."""
    document = {
        "version": JSON_VERSION,
        "corrections": [_correction(entry, journal) for entry in entries],
        "problems": [str(problem)] if problem else [],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _correction(entry: Entry, journal: Journal) -> dict[str, object]:
    undone = journal.undone.get(entry.id)
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "do": entry.do,
        "of": None if entry.of is msgspec.UNSET else entry.of,
        "series": entry.series,
        "start": entry.start.isoformat(),
        "end": entry.end.isoformat(),
        "why": entry.why,
        "changes": len(entry.changes),
        "undone_by": undone.id if undone else None,
    }
