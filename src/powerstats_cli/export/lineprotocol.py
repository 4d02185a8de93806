"""InfluxDB's line protocol, with stamps in milliseconds.

A bucket is stamped with its last second: that instant is in it whether an engine counts the start
of a span to it, as SQL and Flux do, or its end, as PromQL does.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from powerstats_cli.core.periods import SECOND, Span, micros
from powerstats_cli.core.pieces import Piece
from powerstats_cli.core.scales import By
from powerstats_cli.core.series import Kind
from powerstats_cli.export.fields import numbers

# In a tag's key or value these end it.
SPECIAL: Final = re.compile(r"[\\,= ]")


def lines(rows: Iterable[Piece], kinds: Mapping[str, Kind], by: By, home: str) -> Iterator[str]:
    """Yield a line for each bucket and series that has a value.

    Buckets of each length have a measurement of their own, so that no query adds one to its parts.
    """
    measurement = "powerstats" if by == "interval" else f"powerstats_{by}"
    heads = {name: _head(measurement, home, name, kind.unit) for name, kind in kinds.items()}
    for row in rows:
        stamp = stamped(row.span)
        for name, value in row.point.items():
            told = ",".join(f"{field}={number!r}" for field, number in numbers(value).items())
            yield f"{heads[name]} {told} {stamp}\n"


def stamped(span: Span) -> int:
    """Return the last second of a span, in milliseconds since 1970."""
    return micros(span.end - SECOND) // 1000


def _head(measurement: str, home: str, name: str, unit: str) -> str:
    tags = {"home": home, "sensor": name, **({"unit": unit} if unit else {})}
    return ",".join([measurement, *(f"{key}={_escaped(tag)}" for key, tag in tags.items())])


def _escaped(text: str) -> str:
    return SPECIAL.sub(lambda match: f"\\{match[0]}", text)
