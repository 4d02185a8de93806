"""Buckets, shares and changes as short texts in a table."""

import math
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.core.periods import Span
from powerstats_cli.core.scales import By
from powerstats_cli.core.series import Kind
from powerstats_cli.core.units import MEASUREMENT_DECIMALS

SECOND: Final = timedelta(seconds=1)
# An amount of which so much is known stands without its share.
ALL_KNOWN: Final = 0.9995
# A sum of many parts differs by less than this from what it is.
NOISE: Final = 1e-9
# So many decimals of a price are shown.
PRICE_SHOWN: Final = 4


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


def decimal(number: float, kind: Kind, usual: int) -> str:
    """Return a number with the usual decimals, a price with four: it is a part of the money."""
    return f"{number:.{usual if kind.decimals == MEASUREMENT_DECIMALS else PRICE_SHOWN}f}"


def share(part: float | None, nothing: str) -> str:
    """Return a share in percent to a tenth; all is 100 %, nothing is 0 %, and no other share is.

    The page writes each number as this does.
    """
    if part is None:
        return nothing
    size = abs(part)
    if size < NOISE:
        return "0%"
    # Numbers in JSON have six decimals: rounded to these first, they read the same as whole ones.
    tenths = _rounded(_rounded(size * 1e6) / 1000)
    if size < 1 - NOISE:
        tenths = min(max(tenths, 1), 999)
    sign = "-" if part < 0 else ""
    return f"{sign}100%" if tenths == 1000 else f"{sign}{tenths / 10:.1f}%"


def change(part: float | None, nothing: str) -> str:
    """Return a change in whole percents with its sign; the page writes each number as this does."""
    if part is None:
        return nothing
    percents = _rounded(abs(part) * 100)
    return f"{percents if part > 0 else -percents:+d}%" if percents else "0%"


def _rounded(number: float) -> int:
    """Return the nearest integer of a positive number, the greater one of two."""
    return math.floor(number + 0.5)
