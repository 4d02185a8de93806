"""Unknown time, as the page lists it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from powerstats_cli.core.documents import Document
from tests.page.expected.grid import Grid, Numbers, iso

MINUTE = timedelta(minutes=1)
QUANTITIES = re.compile(
    "power.?factor|apparent.?power|reactive.?power|power|voltage|current|energy|frequency"
    "|cos.?phi|consumption|[^a-z0-9]"
)


@dataclass
class Gap:
    """Unknown time: the buckets it touches, and how much of them it is."""

    start: datetime
    end: datetime
    length: timedelta
    missing: list[str]
    kind: str
    is_whole: bool


def gaps(grid: Grid) -> list[Gap]:
    """Return a window's gaps in order."""
    found: list[Gap] = []
    columns = {name: grid.cells(name) for name in grid.document.series}
    asked = {name: grid.asked(name) for name in columns}
    is_daily = grid.document.bucket == "day"
    for number, span in enumerate(grid.spans):
        expected = [n for n, (start, end) in asked.items() if start <= span.start < end]
        unknown = {
            name: span.length - columns[name][number].known
            for name in expected
            if span.length - columns[name][number].known >= span.length * 0.00005
        }
        before = [gap for gap in found if gap.end == span.start]
        for part in _apart(unknown) if is_daily else [unknown] if unknown else []:
            length = max(part.values())
            is_whole = span.length - length < span.length * 0.00005
            kind = _kind(list(part), expected, grid.document)
            last = next((g for g in before if (g.missing, g.kind) == (list(part), kind)), None)
            if last and (not is_daily or is_whole or last.is_whole):
                last.end, last.length, last.is_whole = span.end, last.length + length, is_whole
            else:
                found.append(Gap(span.start, span.end, length, list(part), kind, is_whole))
    return found


def _apart(unknown: Mapping[str, timedelta]) -> list[dict[str, timedelta]]:
    """Return a day's unknown times, those of about one length together."""
    groups: list[dict[str, timedelta]] = []
    for name, length in unknown.items():
        for group in groups:
            first = next(iter(group.values()))
            if abs(length - first) <= max(10 * MINUTE, first / 10):
                group[name] = length
                break
        else:
            groups.append({name: length})
    return groups


def _kind(missing: list[str], expected: list[str], document: Document) -> str:
    if missing == expected:
        return "No data"
    meters: dict[str, set[str]] = {}
    for name in expected:
        meters.setdefault(QUANTITIES.sub("", name.lower()), set()).add(name)
    is_meter = any(len(meter) > 1 and meter <= set(missing) for meter in meters.values())
    is_voltage = all(document.series[name].unit == "V" for name in missing)
    return "Power cut" if is_meter or is_voltage else "Unknown"


def gap_list(grid: Grid) -> Numbers:
    """Return the gaps as they are listed, the newest first."""
    found = gaps(grid)
    numbers: Numbers = {"gaps": len(found)}
    for number, gap in enumerate(reversed(found)):
        numbers |= {
            f"gap-{number}-start": iso(gap.start),
            f"gap-{number}-length": round(gap.length.total_seconds()),
            f"gap-{number}-missing": " ".join(gap.missing),
        }
    return numbers
