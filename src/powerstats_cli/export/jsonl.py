"""JSON lines: an object for each bucket and series, with the fields that it has."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.documents import in_local_time
from powerstats_cli.core.pieces import Piece
from powerstats_cli.core.series import Kind
from powerstats_cli.export.fields import fields

_ENCODER: Final = msgspec.json.Encoder()


def lines(rows: Iterable[Piece], kinds: Mapping[str, Kind], zone: ZoneInfo) -> Iterator[str]:
    """Yield a line for each bucket and series that has a value."""
    for row in rows:
        start, end = (in_local_time(at, zone) for at in row.span)
        for name, value in row.point.items():
            unit = kinds[name].unit
            told = {
                "start": start,
                "end": end,
                "series": name,
                **({"unit": unit} if unit else {}),
                **fields(value),
            }
            yield _ENCODER.encode(told).decode() + "\n"
