"""The whole lines of a broken file."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from random import Random
from zoneinfo import ZoneInfo

import msgspec
import pytest

from powerstats_cli.core.archive import new_day
from powerstats_cli.core.documents import Document, encode
from powerstats_cli.core.tiers import TIERS, new_tier
from powerstats_cli.core.verification.salvage import Salvaged, day_in, salvaged
from tests.core.verification.homes import home

ZONE = ZoneInfo("Europe/Amsterdam")
DAY = date(2025, 11, 12)
NAME = f"archive/{DAY}.json"
FILES = home(ZONE, date(2025, 10, 24), 30)
RAW = {name: encode(document) for name, document in FILES.items()}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def salvage(name: str, raw: bytes, known: str = "monthly.json") -> Salvaged:
    """Return what is whole; the series are also in another file."""
    tier = TIERS.get(name.removesuffix(".json"))
    empty = new_tier(tier, ZONE.key, NOW) if tier else new_day(DAY, ZONE, 10)
    empty.latest = None
    return salvaged(raw, empty, FILES[known].series if known else {}, ZONE)


def is_part(document: Document, whole: Document) -> bool:
    """Tell whether all values of a document are in another one."""
    return all(
        whole.value(start, name) == value
        for start, point in document.points.items()
        for name, value in point.items()
    )


@pytest.mark.parametrize("name", [NAME, "weekly.json", "monthly.json", "yearly.json"])
@pytest.mark.parametrize("known", ["", "monthly.json"])
def test_a_whole_file(name: str, known: str) -> None:
    """All of it comes back."""
    found = salvage(name, RAW[name], known)
    assert encode(found.document) == RAW[name]
    assert (found.whole, found.broken) == (len(FILES[name].points), ())


def zeroed(raw: bytes) -> bytes:
    """Return bytes of which a block of 4 kB was lost."""
    return raw[:3000] + bytes(4096) + raw[7096:]


def cut(raw: bytes) -> bytes:
    """Return two thirds of the bytes."""
    return raw[: len(raw) * 2 // 3]


def without_head(raw: bytes) -> bytes:
    """Return bytes that begin in the middle of a point."""
    return raw[2000:]


def flipped(raw: bytes) -> bytes:
    """Return bytes with five bits turned."""
    numbers, broken = Random(7), bytearray(raw)
    for _ in range(5):
        broken[numbers.randrange(1000, len(raw))] ^= 0x40
    return bytes(broken)


@pytest.mark.parametrize(
    ("breaks", "least"), [(zeroed, 0.5), (cut, 0.6), (without_head, 0.7), (flipped, 0.8)]
)
@pytest.mark.parametrize("name", [NAME, "monthly.json"])
def test_a_broken_file(name: str, breaks: Callable[[bytes], bytes], least: float) -> None:
    """Whole lines stay, and nothing is in it that was not there."""
    found = salvage(name, breaks(RAW[name]))
    assert is_part(found.document, FILES[name])
    assert found.whole >= least * len(FILES[name].points) > found.whole * least
    kinds = {name: series.kind for name, series in FILES[name].series.items()}
    assert {name: series.kind for name, series in found.document.series.items()} == kinds


def test_a_value_that_does_not_hold_is_left_out() -> None:
    """The rest of its line stays, and the line counts as broken."""
    raw = RAW["monthly.json"].replace(b'"kwh":1', b'"kwh":9', 1)
    found = salvage("monthly.json", raw)
    assert is_part(found.document, FILES["monthly.json"])
    assert (found.whole, len(found.broken)) == (29, 1)
    assert len(found.document.points) == 30
    assert found.broken[0] in found.document.points


WHOLE = '{"mean":1.0,"min":1.0,"max":1.0,"coverage":1.0}'
MIDNIGHT = "2025-11-12T00:00:00+01:00"


@pytest.mark.parametrize(
    ("time", "name", "value"),
    [
        ("2025-11-12T00:05:00+01:00", "voltage", WHOLE),
        ("2025-11-13T00:00:00+01:00", "voltage", WHOLE),
        ("2025-11-12T00:00:00", "voltage", WHOLE),
        ("0001-01-01T00:00:00+01:00", "voltage", WHOLE),
        (MIDNIGHT, "volts", WHOLE),
        (MIDNIGHT, "meter", WHOLE),
        (MIDNIGHT, "voltage", '{"mean":1.0,"coverage":1.0}'),
        (MIDNIGHT, "voltage", '{"mean":1.0,'),
        (MIDNIGHT, "voltage", "7"),
        ("\udcff", "voltage", WHOLE),
    ],
)
def test_lines_of_nothing(time: str, name: str, value: str) -> None:
    """Off the grid, of another day, without an offset, of no series, of another kind, broken."""
    line = f'  {{"timestamp":"{time}","{name}":{value}}},'
    found = salvage(NAME, line.encode(errors="surrogateescape"))
    assert (found.document.points, found.whole, len(found.broken)) == ({}, 0, 1)


def test_another_form_of_json() -> None:
    """A file that another program has written anew, and that lacks something."""
    fields = msgspec.json.decode(RAW["monthly.json"])
    del fields["version"]
    raw = msgspec.json.format(msgspec.json.encode(fields), indent=4)
    found = salvage("monthly.json", raw, "")
    assert encode(found.document) == RAW["monthly.json"]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\0" * 9000, b"[]", b'{"data_points":{}}', b"\xff\xfe{\x00", b"null"]
)
def test_nothing_at_all(raw: bytes) -> None:
    """Garbage has no whole line."""
    found = salvage("monthly.json", raw)
    assert (found.document.points, found.whole) == ({}, 0)


def test_the_day_of_a_file() -> None:
    """It is that of its first point, if the header is lost."""
    assert day_in(without_head(RAW[NAME]), ZONE) == DAY
    assert day_in(b"{}", ZONE) is None
