"""The form of the data files: a `Document` and its bytes.

The same data gives the same bytes: series are sorted by name, points by time, and each point has a
line of its own, so the change of a day is a small diff. `data.schema.json` beside this module
describes the form for other programs.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Final, Literal, Protocol, TypeVar, cast
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core import units, zones
from powerstats_cli.core.buckets import Value, as_written, better
from powerstats_cli.core.series import Series
from powerstats_cli.errors import ConfigError, NewerError, UnreadableError
from powerstats_cli.lines import text

VERSION: Final = 1
TIMESTAMP: Final = "timestamp"
# Local days around a time in these years can be computed.
YEARS: Final = range(1900, 2200)

RolledUpTierName = Literal["weekly", "monthly", "yearly"]
TierName = Literal["daily", RolledUpTierName]
DocumentName = Literal[TierName, "year"]
"""The tiers that files say they are of; each calendar year has a file of its own."""
PublicName = Literal[TierName, "years", "money"]
"""The files that the dashboard may show."""
# A daily file's bucket is the configured interval.
BUCKETS: Final = {"weekly": "hour", "monthly": "day", "yearly": "day", "year": "day"}
Point = dict[str, Value]


class Latest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A series' last reading before the newest bucket's end."""

    timestamp: datetime
    value: float


class Document(msgspec.Struct, kw_only=True):
    """One data file. Instants are in UTC; the keys of `points` are the starts of their buckets.

    `strays` are the starts in the file at which no bucket begins, and `moved` has the values in
    `points` that come from them, each with the share of a bucket by which it lies elsewhere
    (`core.alignment`). The file that is written has neither.
    """

    tier: DocumentName
    timezone: str
    bucket: str
    last_update: datetime
    day: date | None = None
    series: dict[str, Series] = {}
    latest: dict[str, Latest] | None = None
    points: dict[datetime, Point] = {}
    strays: tuple[datetime, ...] = ()
    moved: dict[tuple[datetime, str], float] = {}

    def put(
        self,
        start: datetime,
        name: str,
        value: Value | None,
        *,
        taken: float = 0.0,
        decimals: int | None = None,
    ) -> bool:
        """Store a recomputed value unless its coverage is lower; tell whether anything changed.

        If a correction has taken the share `taken` of the bucket, a value that knows of it may know
        less by so much than a stored one that does not (`Value.corrected`). A measurement has so
        many `decimals`, by default those of the document's series.
        """
        written = value and as_written(value, decimals or self.decimals(name))
        return self.put_written(start, name, written, taken=taken)

    def put_written(
        self, start: datetime, name: str, written: Value | None, *, taken: float = 0.0
    ) -> bool:
        """Store a value as `put` does that is already rounded as in the files."""
        kept = self._better(start, name, written, taken)
        point = self.points.get(start)
        if kept is None or (point is not None and kept == point.get(name)):
            return False
        if point is None:
            point = self.points[start] = {}
        point[name] = kept
        if self.moved:
            self.moved.pop((start, name), None)
        return True

    def kept(
        self, start: datetime, name: str, value: Value | None, *, taken: float = 0.0
    ) -> Value | None:
        """Return the value that `put` would leave in a bucket."""
        written = value and as_written(value, self.decimals(name))
        return self._better(start, name, written, taken)

    def _better(
        self, start: datetime, name: str, written: Value | None, taken: float
    ) -> Value | None:
        """Return the stored value or the new one, which is rounded as in the files."""
        stored = self.value(start, name)
        allowed = self.moved.get((start, name), 0.0) if self.moved else 0.0
        if taken and written and stored and stored.corrected != written.corrected:
            allowed = max(allowed, taken)
        return better(stored, written, allowed)

    def decimals(self, name: str) -> int:
        """Return how many decimals the numbers of a measurement have."""
        series = self.series.get(name)
        return units.MEASUREMENT_DECIMALS if series is None else units.decimals(series.unit)

    def value(self, start: datetime, name: str) -> Value | None:
        """Return the value of a series in a bucket, None if nothing of it is known."""
        point = self.points.get(start)
        return None if point is None else point.get(name)

    def until(self, name: str) -> datetime | None:
        """Return the end of the last bucket for which a series was asked and answered."""
        return self.series[name].until if name in self.series else None


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    """A data file as its JSON is written."""

    version: int
    tier: DocumentName
    timezone: str
    bucket: str
    last_update: datetime
    series: dict[str, Series]
    data_points: list[dict[str, datetime | Value]]
    day: date | None = msgspec.field(default=None, name="date")
    latest: dict[str, Latest] | None = None


class _Head(msgspec.Struct):
    """The part of a data file that every version of the form has."""

    version: int
    timezone: str


class AnyHead(Protocol):
    """What every file says of itself."""

    @property
    def version(self) -> int:
        """The version of its form."""

    @property
    def timezone(self) -> str:
        """The name of its time zone."""


Written = TypeVar("Written", bound=AnyHead)
_decoder = msgspec.json.Decoder(_Written)
_head_decoder = msgspec.json.Decoder(_Head)
_encode = msgspec.json.Encoder().encode
_encode_lines = msgspec.json.Encoder().encode_lines
_MALFORMED: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
# Git LFS puts this in the place of a file, which is elsewhere then: git-lfs.com.
_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_BEGINNING: Final = re.compile(rb'\s*\{\s*"version":\s*\d+,\s*"tier":\s*"(\w+)"')


def bucket_name(minutes: int) -> str:
    """Return the name of a daily file's bucket that lasts so many minutes."""
    return f"{minutes}min"


def bucket_minutes(name: str) -> int:
    """Return the minutes of a daily file's bucket; raises UnreadableError for another name."""
    match = re.fullmatch(r"([1-9]\d?)min", name)
    if not match or 60 % int(match[1]):
        message = f"bucket {name!r} is no interval of minutes that divides the hour"
        raise UnreadableError(message)
    return int(match[1])


def is_series_name(name: str) -> bool:
    """Tell whether a series can have a name: not blank, printable, and not `timestamp`."""
    return bool(name.strip()) and name.isprintable() and name != TIMESTAMP


# --- bytes ------------------------------------------------------------------------------------


def encode(document: Document) -> bytes:
    """Return a document's bytes: a header of a few lines, then one point per line."""
    zone = zones.zone(document.timezone)
    last = f'"last_update":{json_of(in_local_time(document.last_update, zone))}'
    first = (
        f'{{"version":{VERSION},"tier":{json_of(document.tier)},'
        f'"timezone":{json_of(document.timezone)},"bucket":{json_of(document.bucket)},'
    )
    lines = [
        first,
        *([f' "date":"{document.day}",'] if document.day else []),
        f" {last},",
        f' "series":{{{_entries(document.series, zone)}}},',
        *([] if document.latest is None else [f' "latest":{{{_entries(document.latest, zone)}}},']),
        ' "data_points":[',
    ]
    points = _encode_lines(_written_points(document, zone)).removesuffix(b"\n")
    indented = b"\n  " + points.replace(b"\n", b",\n  ") if points else b""
    return "\n".join(lines).encode() + indented + b"\n ]}\n"


def _entries(named: dict[str, Any], zone: ZoneInfo) -> str:
    """Return `"name":{...}` for each entry, one per line, with local times."""
    parts = []
    for name in sorted(named):
        fields = {
            key: in_local_time(value, zone) if isinstance(value, datetime) else value
            for key, value in msgspec.structs.asdict(named[name]).items()
        }
        parts.append(f"{json_of(name)}:{json_of(fields)}")
    return ",\n  ".join(parts)


def _written_points(document: Document, zone: ZoneInfo) -> Iterator[dict[str, object]]:
    """Yield the points by time, each with its series by name."""
    points = document.points
    names = sorted(set().union(*points.values()))
    for start in sorted(points):
        point = points[start]
        written: dict[str, object] = {TIMESTAMP: in_local_time(start, zone)}
        written.update({name: point[name] for name in names if name in point})
        yield written


def in_local_time(instant: datetime, zone: ZoneInfo) -> str:
    """Return an instant as the files have it: local time to the second, with its offset."""
    return instant.astimezone(zone).isoformat(timespec="seconds")


def json_of(value: object) -> str:
    """Return a value as the files have it: JSON without a space."""
    return _encode(value).decode()


def decode(raw: bytes, *, timezone: str) -> Document:
    """Return the document that bytes hold.

    Raises UnreadableError if they do not have the form, and ConfigError if they have a newer
    version or another time zone than the configured one: such a file is intact, and this version
    must not change it.
    """
    return _from_written(written_in(raw, _decoder, timezone))


def written_in(raw: bytes, decoder: msgspec.json.Decoder[Written], timezone: str) -> Written:
    """Return a file as its JSON is written; raises the errors of `decode`."""
    raw = raw.removeprefix(BOM_UTF8)
    try:
        written = decoder.decode(raw)
    except _MALFORMED as error:
        _check_no_pointer(raw)
        _check_encoding(raw)
        # A newer version's file may look malformed to this version.
        _check_head(_head(raw), timezone)
        raise UnreadableError(str(error)) from None
    _check_head(written, timezone)
    if written.version != VERSION:
        message = f"version {written.version} never existed"
        raise UnreadableError(message)
    return written


def timezone_in(raw: bytes) -> str:
    """Return the time zone of a data file; raises UnreadableError if it is not whole."""
    return _head(raw).timezone


def tier_in(raw: bytes) -> str | None:
    """Return the tier of a data file, be it whole or not; None if the bytes are of another file."""
    beginning = _BEGINNING.match(raw)
    return beginning[1].decode() if beginning else None


def is_pointer(raw: bytes) -> bool:
    """Tell whether Git LFS has put a pointer in the place of a file."""
    return raw.startswith(_POINTER)


def _check_no_pointer(raw: bytes) -> None:
    if is_pointer(raw):
        message = (
            "it is a pointer of Git LFS, not the file: take its name out of .gitattributes, and "
            "commit the file itself"
        )
        raise UnreadableError(message)


def _check_encoding(raw: bytes) -> None:
    """Raise UnreadableError if a file is not in UTF-8."""
    try:
        text(raw)
    except ValueError as error:
        raise UnreadableError(str(error)) from None


def _head(raw: bytes) -> _Head:
    try:
        return _head_decoder.decode(raw)
    except _MALFORMED as error:
        raise UnreadableError(str(error)) from None


def _check_head(head: AnyHead, timezone: str) -> None:
    """Raise ConfigError if a file has a newer version or another time zone."""
    if head.version > VERSION:
        message = f"is of version {head.version}, this powerstats knows {VERSION}: upgrade it"
        raise NewerError(message)
    if not zones.is_same(head.timezone, timezone):
        message = (
            f"is in time zone {head.timezone}, the configuration says {timezone}: "
            f"set timezone back, or use another data_dir"
        )
        raise ConfigError(message)


def _from_written(written: _Written) -> Document:
    if written.tier == "daily":
        bucket_minutes(written.bucket)
    elif written.bucket != BUCKETS[written.tier]:
        message = f"bucket {written.bucket!r} does not belong to tier {written.tier}"
        raise UnreadableError(message)
    is_dated = written.day is not None and written.day.year in YEARS
    if (written.tier == "daily") != is_dated:
        message = f"date is {written.day} in tier {written.tier}"
        raise UnreadableError(message)
    points: dict[datetime, Point] = {}
    previous = datetime.min.replace(tzinfo=UTC)
    for number, fields in enumerate(written.data_points):
        start = utc_instant(fields.pop(TIMESTAMP, None), f"data_points[{number}].{TIMESTAMP}")
        if start <= previous:
            message = f"data_points[{number}].{TIMESTAMP} is not later than the one before it"
            raise UnreadableError(message)
        for name, value in fields.items():
            if not isinstance(value, Value) or not is_whole(value):
                message = f"data_points[{number}].{name} is neither a measurement nor a counter"
                raise UnreadableError(message)
        points[start] = cast("Point", fields)
        previous = start
    return Document(
        tier=written.tier,
        timezone=zones.current(written.timezone),
        bucket=written.bucket,
        day=written.day,
        last_update=utc_instant(written.last_update, "last_update"),
        series={
            name: msgspec.structs.replace(series, until=utc_instant(series.until, f"{name}.until"))
            for name, series in written.series.items()
        },
        latest=written.latest
        and {
            name: Latest(utc_instant(latest.timestamp, f"latest.{name}"), latest.value)
            for name, latest in written.latest.items()
        },
        points=points,
    )


def utc_instant(written: object, place: str) -> datetime:
    """Return an instant that a file has at a place in UTC; raises UnreadableError for no time."""
    if not isinstance(written, datetime) or written.tzinfo is None:
        message = f"{place} is no time with a UTC offset"
        raise UnreadableError(message)
    if written.year not in YEARS:
        message = f"{place} is out of range"
        raise UnreadableError(message)
    return written.astimezone(UTC)


def is_whole(value: Value) -> bool:
    """Tell whether a value has all the fields of a measurement, or all those of a counter.

    Home Assistant's statistics may have a counter's change without its state.
    """
    if value.change is None:
        return (
            value.mean is not None
            and value.min is not None
            and value.max is not None
            and value.state is None
            and (value.back is None or value.kwh is not None)
        )
    has_state = value.state is not None or value.source is not None
    return has_state and value.mean is None and value.kwh is None and value.back is None
