"""The answer to an HTTP request, its date, and what is in it if it is compressed."""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from powerstats_cli.core.periods import in_utc

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ANY_FORMAT: Final = zlib.MAX_WBITS | 32
MOST_UNPACKED: Final = 65_536
UNFINISHED: Final = "it ends too early"


class Reply(msgspec.Struct, frozen=True):
    """An answer that was read to its end; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytearray

    @property
    def date(self) -> datetime | None:
        """The time of the server's clock in whole seconds, None if the answer has no valid date."""
        return http_date(self.headers.get("date", ""))


def joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers by their names in lower case, several values of one name in one line."""
    merged: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        merged[key] = f"{merged[key]}, {value}" if key in merged else value
    return merged


def http_date(written: str) -> datetime | None:
    """Return the time that a header has, in UTC; None if it is none that a clock can show."""
    try:
        # The form in which a server has to write it: RFC 9110, 5.6.7.
        _, day, month, year, time, zone = written.split(" ")
        if zone == "GMT":
            number = MONTHS.index(month) + 1
            return in_utc(datetime.fromisoformat(f"{year}-{number:02}-{day}T{time}+00:00"))
    except ValueError:
        pass
    # Other forms are rare, and this import would take a thirtieth of the time of each run.
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(written)
        return in_utc(date if date.tzinfo else date.replace(tzinfo=UTC))
    except (ValueError, LookupError, OverflowError):
        return None


def unpacked(chunks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """Yield what was packed with gzip or deflate, in pieces of bounded size.

    Raises zlib.error, and EOFError if the end is missing.
    """
    unpacker, padding = None, b""
    for chunk in chunks:
        packed = chunk if unpacker else chunk.lstrip(padding)
        while packed:
            unpacker = unpacker or zlib.decompressobj(_form(packed, coding))
            yield unpacker.decompress(packed, MOST_UNPACKED)
            packed = unpacker.unconsumed_tail
            if unpacker.eof:
                # Another part may follow, and zeros may fill up the end.
                padding = b"\0"
                packed, unpacker = unpacker.unused_data.lstrip(padding), None
    if unpacker is not None:
        yield unpacker.flush()
        if not unpacker.eof:
            raise EOFError(UNFINISHED)


def _form(packed: bytes, coding: str) -> int:
    """Return zlib's number for gzip, or for deflate with its head, or without, as some send it."""
    has_head = packed[0] & 0x0F == zlib.DEFLATED and int.from_bytes(packed[:2]) % 31 == 0
    is_bare = coding == "deflate" and len(packed) > 1 and not has_head
    return -zlib.MAX_WBITS if is_bare else ANY_FORMAT
