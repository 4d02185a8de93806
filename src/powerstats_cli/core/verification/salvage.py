"""The whole lines of a broken data file.

Each point and each series has a line of its own, so what broke one line took no other with it. A
line counts if it decodes alone, if a bucket of the file begins at its time, and if its numbers
belong together.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value, better
from powerstats_cli.core.documents import (
    TIMESTAMP,
    Document,
    Latest,
    Point,
    bucket_minutes,
    is_series_name,
    is_whole,
)
from powerstats_cli.core.periods import YEARS, local_day
from powerstats_cli.core.series import Series
from powerstats_cli.core.verification.form import bucket_hours, is_sound
from powerstats_cli.errors import UnreadableError

_POINT: Final = re.compile(rb'\s*(\{"timestamp":.*\})(?:,|\]\})?\s*')
_BEGINS_POINT: Final = re.compile(rb'\s*\{"timestamp"')
_TIME: Final = re.compile(rb'"timestamp":"([^"]{19,32})"')
_ENTRY: Final = re.compile(rb'\s*(?:"(?:series|latest)":\{)?"([^"\\]+)":(\{[^{}]*\})[},]*')
_BUCKET: Final = re.compile(rb'"bucket":\s*"(\d+min)"')
_LAST_UPDATE: Final = re.compile(rb'"last_update":\s*"([^"]{19,32})"')
_point_decoder = msgspec.json.Decoder(dict[str, datetime | Value])
_series_decoder = msgspec.json.Decoder(Series)
_latest_decoder = msgspec.json.Decoder(Latest)
_Entry = TypeVar("_Entry")
_MALFORMED: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Salvaged(msgspec.Struct, frozen=True):
    """The document of the whole lines, how many there are, and the times of the broken ones.

    The time of a broken line is None if that broke, too.
    """

    document: Document
    whole: int
    broken: tuple[datetime | None, ...]

    @property
    def lines(self) -> int:
        """The number of points that the file had, as far as it can be told."""
        return self.whole + len(self.broken)


class _Parts(msgspec.Struct, frozen=True):
    """The pieces of a file that are decoded one by one: series, last readings, points."""

    series: Mapping[str, bytes]
    latest: Mapping[str, bytes]
    points: Sequence[bytes]


def salvaged(raw: bytes, empty: Document, known: Mapping[str, Series], zone: ZoneInfo) -> Salvaged:
    """Return what is whole in a broken file.

    `empty` is the document that the file would be without a point: its tier, day and bucket; and
    `known` are the series that other files have, for those whose own line is broken.
    """
    parts = _parts(raw)
    document = _head(raw, parts, empty)
    series = _entries(parts.series, _series_decoder)
    kinds = {name: series.get(name) or known[name] for name in series.keys() | known.keys()}
    broken: list[datetime | None] = []
    whole = 0
    for line in parts.points:
        start, point, is_whole_line = _point(line, document, kinds, zone)
        if is_whole_line:
            whole += 1
        else:
            broken.append(_time(line))
        if start is None or not point:
            continue
        stored = document.points.setdefault(start, {})
        for name, value in point.items():
            stored[name] = better(value, stored.get(name)) or value
    document.points = {start: document.points[start] for start in sorted(document.points)}
    told = series.keys() & known.keys() if known else series.keys()
    names = set().union(*document.points.values()) | told
    document.series = {name: kinds[name] for name in sorted(names)}
    return Salvaged(document, whole, tuple(broken))


def _head(raw: bytes, parts: _Parts, empty: Document) -> Document:
    """Return the document without a point, with what its header still tells."""
    document = msgspec.structs.replace(empty, series={}, points={})
    bucket = _BUCKET.search(raw)
    if empty.tier == "daily" and bucket and _is_bucket(bucket[1].decode()):
        document.bucket = bucket[1].decode()
    written = _LAST_UPDATE.search(raw)
    last_update = _instant(written[1]) if written else None
    document.last_update = last_update or empty.last_update
    if empty.latest is not None:
        document.latest = _entries(parts.latest, _latest_decoder)
    return document


def _is_bucket(name: str) -> bool:
    try:
        bucket_minutes(name)
    except UnreadableError:
        return False
    return True


def _parts(raw: bytes) -> _Parts:
    """Return a file's pieces: by its lines, or, if it is JSON in another form, by that."""
    lines = raw.split(b"\n")
    points = [line for line in lines if _BEGINS_POINT.match(line)]
    if not points:
        try:
            whole = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
            return _Parts(
                _pieces(whole.get("series")),
                _pieces(whole.get("latest")),
                msgspec.json.decode(whole["data_points"], type=list[msgspec.Raw]),
            )
        except (*_MALFORMED, KeyError):
            pass
    found = filter(None, map(_ENTRY.fullmatch, lines))
    entries = {match[1].decode(errors="replace"): match[2] for match in found}
    return _Parts(entries, entries, points)


def _pieces(raw: msgspec.Raw | None) -> Mapping[str, bytes]:
    return {} if raw is None else msgspec.json.decode(raw, type=dict[str, msgspec.Raw])


def _entries(
    pieces: Mapping[str, bytes], decoder: msgspec.json.Decoder[_Entry]
) -> dict[str, _Entry]:
    """Return the pieces that are whole entries of a kind."""
    entries: dict[str, _Entry] = {}
    for name, piece in pieces.items():
        with suppress(*_MALFORMED):
            entries[name] = decoder.decode(piece)
    return entries


def _point(
    line: bytes, document: Document, kinds: Mapping[str, Series], zone: ZoneInfo
) -> tuple[datetime | None, Point, bool]:
    """Return the start and the sound values of a line, and whether these are all of its values."""
    match = _POINT.fullmatch(line)
    try:
        fields = _point_decoder.decode(match[1] if match else line)
    except _MALFORMED:
        return None, {}, False
    start = fields.pop(TIMESTAMP, None)
    if not isinstance(start, datetime) or not _is_in(start, document, zone):
        return None, {}, False
    start = start.astimezone(UTC)
    hours = bucket_hours(document.bucket, start, zone)
    point: Point = {
        name: value
        for name, value in fields.items()
        if hours and isinstance(value, Value) and _fits(name, value, kinds, hours)
    }
    return start, point, len(point) == len(fields)


def _fits(name: str, value: Value, kinds: Mapping[str, Series], hours: float) -> bool:
    """Tell whether a value is one of its series, and its numbers belong together."""
    return (
        name in kinds
        and is_series_name(name)
        and is_whole(value)
        and (value.change is not None) == kinds[name].kind.is_counter
        and is_sound(value, hours)
    )


def _is_in(start: datetime, document: Document, zone: ZoneInfo) -> bool:
    if start.tzinfo is None or start.year not in YEARS:
        return False
    return document.day is None or local_day(start.astimezone(UTC), zone) == document.day


def _time(line: bytes) -> datetime | None:
    match = _TIME.search(line)
    return _instant(match[1]) if match else None


def _instant(written: bytes) -> datetime | None:
    try:
        instant = datetime.fromisoformat(written.decode("ascii"))
    except ValueError:
        return None
    return instant.astimezone(UTC) if instant.tzinfo and instant.year in YEARS else None


def day_in(raw: bytes, zone: ZoneInfo) -> date | None:
    """Return the local day of the first point of a broken day's file, None if there is none."""
    times = (_time(line) for line in _parts(raw).points)
    first = next((time for time in times if time is not None), None)
    return None if first is None else local_day(first, zone)
