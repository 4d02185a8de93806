"""Buckets and shares as short texts in a table."""

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.core.periods import Span
from powerstats_cli.core.scales import By

SECOND: Final = timedelta(seconds=1)


def label(span: Span, by: By, zone: ZoneInfo, *, with_year: bool) -> str:
    """Return what a bucket is of; an hour that comes twice has its offset."""
    start = span.start.astimezone(zone)
    last = (span.end - SECOND).astimezone(zone)
    year = f" {start:%Y}" if with_year else ""
    if by in {"interval", "hour"}:
        is_twice = start.replace(fold=0).utcoffset() != start.replace(fold=1).utcoffset()
        offset = f" {start:%z}" if is_twice else ""
        return f"{start:%d %b}{year}{start: %H:%M}{offset}"
    if by == "day":
        return f"{start:%a %d %b}{year}"
    if by == "week":
        return f"{start:%d %b}-{last:%d %b}{year}"
    if by == "quarter":
        return f"{start:%Y}-Q{(start.month + 2) // 3}"
    return f"{start:%b %Y}" if by == "month" else f"{start:%Y}"


def share(known: float | None, nothing: str) -> str:
    """Return a share in percent; what is known is 100 % only if all is."""
    if known is None:
        return nothing
    return "100%" if known == 1 else f"{min(100 * known, 99.9):.1f}%"
