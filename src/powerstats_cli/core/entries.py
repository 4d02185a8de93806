"""Corrections as lines of the journal: an entry proves itself by its id.

The changes of an entry are decoded when they are needed: a journal may have hundreds of entries,
and a run of `collect` mostly needs the changes of none.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, cached_property
from importlib import import_module
from typing import Any, Final, Literal, cast
from zoneinfo import ZoneInfo

import msgspec

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import in_local_time, is_whole
from powerstats_cli.core.periods import YEARS, Span
from powerstats_cli.errors import NewerError

ID_DIGITS: Final = 12
Do = Literal["unknown", "value", "again", "undo"]

_HEAD: Final = b'{"id":"'
_STAMP: Final = b',"corrected":"'
_NOW: Final = b'"now":{'
_HEX: Final = b"0123456789abcdef"


class Change(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A bucket of the documents with this `bucket`: its value before, and its value from then on.

    None stands for nothing known.
    """

    bucket: str
    start: datetime
    was: Value | None = None
    now: Value | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A correction of a series over `[start, end)`, made `at` a time; an undo is `of` another."""

    id: str
    at: datetime
    do: Do
    of: str | msgspec.UnsetType = msgspec.UNSET
    series: str
    start: datetime
    end: datetime
    why: str
    changes: Sequence[Change]

    def touches(self, span: Span) -> bool:
        """Tell whether the entry corrects something in a span."""
        return self.start < span.end and span.start < self.end


class _Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry as it is written, whose changes are not decoded yet: most are never needed."""

    id: str
    at: datetime
    do: Do
    of: str | msgspec.UnsetType = msgspec.UNSET
    series: str
    start: datetime
    end: datetime
    why: str
    changes: msgspec.Raw


class _Changes(Sequence[Change]):
    """The changes of a line, decoded when they are needed."""

    def __init__(self, raw: msgspec.Raw) -> None:
        self._raw = raw

    @cached_property
    def _decoded(self) -> tuple[Change, ...]:
        """The changes; one that no file may have says nothing."""
        try:
            changes = _changes_decoder.decode(self._raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            message = "corrections.jsonl has an entry of a newer version: upgrade powerstats"
            raise NewerError(message) from None
        return tuple(change for change in changes if _is_sound(change))

    def __getitem__(self, index: Any) -> Any:
        return self._decoded[index]

    def __len__(self) -> int:
        return len(self._decoded)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._decoded == tuple(other)

    def __hash__(self) -> int:
        return hash(self._decoded)


_decoder = msgspec.json.Decoder(_Line)
_changes_decoder = msgspec.json.Decoder(tuple[Change, ...])
_encode = msgspec.json.Encoder().encode


def signed(entry: Entry, zone: ZoneInfo) -> Entry:
    """Return an entry with its id, and with the id as the stamp of its new values.

    The values of an undo keep the stamps that they have.
    """
    found = digest(_body(entry, zone))
    if entry.do == "undo":
        return msgspec.structs.replace(entry, id=found)
    changes = tuple(
        msgspec.structs.replace(
            change, now=change.now and msgspec.structs.replace(change.now, corrected=found)
        )
        for change in entry.changes
    )
    return msgspec.structs.replace(entry, id=found, changes=changes)


def read_line(line: bytes) -> Entry | None:
    """Return the entry of a line, None if the line is broken."""
    begin, end = len(_HEAD), len(_HEAD) + ID_DIGITS
    found, rest = line[begin:end], line[end + 2 :]
    own = _STAMP + found + b'"'
    is_whole_head = line.startswith(_HEAD) and line[end : end + 2] == b'",'
    # Most stamps are the entry's own, and are left out at once.
    parts = rest.split(own)
    if not is_whole_head or digest(b"{" + b"".join(parts)) != found.decode("latin-1"):
        return None
    try:
        decoded = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # The id proves that it is as somebody wrote it.
        message = "has an entry of a newer version: upgrade powerstats"
        raise NewerError(message) from None
    # The id does not prove the stamps, but each new value must have it.
    if decoded.do != "undo" and len(parts) - 1 != rest.count(_NOW):
        return None
    times = (decoded.at, decoded.start, decoded.end)
    if not all(time.tzinfo is not None and time.year in YEARS for time in times):
        return None
    return Entry(
        id=decoded.id,
        at=decoded.at,
        do=decoded.do,
        of=decoded.of,
        series=decoded.series,
        # In UTC they are quickly compared with the span of a file.
        start=decoded.start.astimezone(UTC),
        end=decoded.end.astimezone(UTC),
        why=decoded.why,
        changes=_Changes(decoded.changes),
    )


def _is_sound(change: Change) -> bool:
    """Tell whether a change says what a file may have."""
    values = [value for value in (change.was, change.now) if value]
    is_in_time = change.start.tzinfo is not None and change.start.year in YEARS
    return is_in_time and all(map(is_whole, values))


def line_of(entry: Entry, zone: ZoneInfo) -> bytes:
    """Return an entry's line."""
    return b'{"id":"' + entry.id.encode() + b'",' + _body(entry, zone)[1:]


def _body(entry: Entry, zone: ZoneInfo) -> bytes:
    """Return an entry as JSON without its id."""
    of = {} if entry.of is msgspec.UNSET else {"of": entry.of}
    return _encode(
        {
            "at": in_local_time(entry.at, zone),
            "do": entry.do,
            **of,
            "series": entry.series,
            "start": in_local_time(entry.start, zone),
            "end": in_local_time(entry.end, zone),
            "why": entry.why,
            "changes": [_written(change, zone) for change in entry.changes],
        }
    )


def _written(change: Change, zone: ZoneInfo) -> dict[str, object]:
    values = {"was": change.was, "now": change.now}
    return {
        "bucket": change.bucket,
        "start": in_local_time(change.start, zone),
        **{name: value for name, value in values.items() if value is not None},
    }


def digest(body: bytes) -> str:
    """Return the id of an entry, made of its JSON without the id and without any stamp.

    It is empty if a stamp is none.
    """
    sha256 = _sha256()
    if _STAMP not in body:
        return str(sha256(body).hexdigest()[:ID_DIGITS])
    parts = body.split(_STAMP)
    for part in parts[1:]:
        if part[:ID_DIGITS].strip(_HEX) or part[ID_DIGITS : ID_DIGITS + 1] != b'"':
            return ""
    rest = (part[ID_DIGITS + 1 :] for part in parts[1:])
    return str(sha256(b"".join([parts[0], *rest])).hexdigest()[:ID_DIGITS])


@cache
def _sha256() -> Callable[[bytes], Any]:
    """Return Python's own SHA-256; hashlib starts OpenSSL, which takes longer than all the rest."""
    for module in ("_sha2", "_sha256", "hashlib"):
        with suppress(ImportError):
            return cast("Callable[[bytes], Any]", import_module(module).sha256)
    raise AssertionError
