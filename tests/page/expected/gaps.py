"""Unknown time, as the page lists it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.page.expected.grid import Grid, Numbers, iso

MINUTE = timedelta(minutes=1)


@dataclass
class Gap:
    """Unknown time: the buckets it touches, and how much of them it is."""

    start: datetime
    end: datetime
    length: timedelta
    missing: list[str]
    is_all: bool
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
        gone = {name for gap in before for name in gap.missing}
        for part in _apart(unknown) if is_daily else [unknown] if unknown else []:
            is_all = len(part) == len(expected) > 1
            fresh = [length for name, length in part.items() if name not in gone]
            length = max(fresh if is_all and fresh else part.values())
            is_whole = span.length - length < span.length * 0.00005
            same = [g for g in before if (g.missing, g.is_all) == (list(part), is_all)]
            last = next(iter(same), None)
            if last and (not is_daily or is_whole or last.is_whole):
                last.end, last.length, last.is_whole = span.end, last.length + length, is_whole
            else:
                found.append(Gap(span.start, span.end, length, list(part), is_all, is_whole))
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


def gap_list(grid: Grid) -> Numbers:
    """Return the gaps as they are listed, the newest first, and how long the short ones are."""
    found = gaps(grid)
    rounding = 0.00005
    short = [g for g in found if g.length + rounding * (g.end - g.start) < 10 * MINUTE]
    listed = [gap for gap in found if gap not in short]
    numbers: Numbers = {"gaps": len(listed)}
    if short:
        length = sum((gap.length for gap in short), timedelta(0))
        numbers |= {
            "gaps-short": len(short),
            "gaps-short-length": round(length.total_seconds()),
        }
    for number, gap in enumerate(reversed(listed)):
        numbers |= {
            f"gap-{number}-start": iso(gap.start),
            f"gap-{number}-length": round(gap.length.total_seconds()),
            f"gap-{number}-missing": " ".join(gap.missing),
        }
    return numbers
