"""A data file by itself: what was written holds, and what breaks it is named."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.documents import Document, decode, encode
from powerstats_cli.core.verification.differences import Difference
from powerstats_cli.core.verification.form import File, differences
from powerstats_cli.errors import PowerstatsError
from tests.core.verification.homes import home

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def looked_at(name: str, raw: bytes, zone: ZoneInfo = AMSTERDAM) -> list[Difference]:
    """Return what does not hold in a file's bytes."""
    document = decode(raw, timezone=zone.key)
    return list(differences(File(name, raw, document), zone, NOW))


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Amsterdam", date(2025, 10, 24)),  # a day of 25 hours
        ("Europe/Amsterdam", date(2025, 3, 28)),  # a day of 23 hours
        ("Australia/Lord_Howe", date(2025, 4, 4)),  # half an hour
        ("Asia/Kolkata", date(2025, 7, 1)),
        ("America/Santiago", date(2025, 9, 5)),  # a day that begins at one
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_wrong_with_what_is_written(zone: str, first: date, seed: int) -> None:
    """Rounding, gaps, two directions and clock changes are no differences."""
    for name, document in home(ZoneInfo(zone), first, 9, seed).items():
        assert looked_at(name, encode(document), ZoneInfo(zone)) == []


FILES = {name: encode(each) for name, each in home(AMSTERDAM, date(2025, 11, 10), 5).items()}
DAY = "archive/2025-11-12.json"


def replaced(pattern: str, by: str | Callable[[re.Match[str]], str]) -> Callable[[str], str]:
    """Return an edit of the first match in a text."""

    def edit(text: str) -> str:
        edited, number = re.subn(pattern, by, text, count=1)
        assert number
        return edited

    return edit


def later(text: str) -> str:
    """Move the first point's time by two minutes."""
    return replaced(r'(\{"timestamp":"[^"]*):00\+', r"\1:30+")(text)


@pytest.mark.parametrize(
    ("name", "edit", "words"),
    [
        ("yearly.json", replaced(r'"version":1,', '"version": 1,'), "its bytes are not those"),
        ("yearly.json", replaced(r"\n\Z", "\n\n"), "its bytes are not those"),
        (DAY, replaced(r'"last_update":"2025', '"last_update":"2035'), "last_update 2035"),
        (DAY, replaced(r'"until":"2025', '"until":"2035'), "until 2035"),
        (DAY, later, "no 10min of 2025-11-12 begins then"),
        ("weekly.json", later, "no hour begins then"),
        ("yearly.json", replaced(r'"timestamp":"2025-11-10', '"timestamp":"2024-11-10'), "before"),
        (DAY, replaced(r'"voltage":\{"unit"', '"volts":{"unit"'), "it has points, and no unit"),
        (DAY, replaced(r'"max":2\d\d\.\d', '"max":111.1'), "is not between"),
        (DAY, replaced(r'"kwh":', '"kwh":7'), "mean x coverage x length"),
        ("weekly.json", replaced(r'"kwh":', '"kwh":7'), "mean x coverage x length"),
        (DAY, replaced(r'(T01:.*)"state":10', r'\1"state":90'), "the reading is not the one"),
        (
            "yearly.json",
            replaced(r'2025-11-11(.*)"state":10', r'2025-11-11\1"state":90'),
            "reading",
        ),
        (DAY, replaced(r'"change":(.*)\n(.*)"change":', r'"change":\1\n\2"change":4'), "reading"),
    ],
)
def test_what_does_not_hold_is_named(name: str, edit: Callable[[str], str], words: str) -> None:
    """Each fault is told with its file, and nothing else is named beside it but its effects."""
    found = looked_at(name, edit(FILES[name].decode()).encode())
    assert any(words in each.text for each in found), found
    assert {each.file for each in found} == {name}


def test_a_difference_has_both_numbers() -> None:
    """The energy that is stored, and the one that mean, coverage and length give."""
    edit = replaced(r'"kwh":0\.', '"kwh":3.')
    [found] = looked_at(DAY, edit(FILES[DAY].decode()).encode())
    assert found.difference == pytest.approx(3.0, abs=1e-4)
    assert found.unit == "kWh"
    assert found.series in {"power", "grid"}
    assert found.bucket.startswith("2025-11-12T00:")


def test_a_renamed_zone_is_no_difference() -> None:
    """A file of Europe/Kiev stays as it is until it is written again."""
    [(name, document)] = list(home(ZoneInfo("Europe/Kyiv"), date(2025, 6, 1), 1).items())[:1]
    raw = encode(document).replace(b"Europe/Kyiv", b"Europe/Kiev")
    assert looked_at(name, raw, ZoneInfo("Europe/Kyiv")) == []


def flipped(raw: bytes, numbers: Random) -> bytes:
    """Return bytes with one bit of them turned."""
    broken = bytearray(raw)
    broken[numbers.randrange(len(raw))] ^= 1 << numbers.randrange(8)
    return bytes(broken)


def test_a_single_bit_that_turns() -> None:
    """It is found in more than nine of ten cases by this check alone."""
    numbers, found = Random(17), Counter[bool]()
    raw = FILES["weekly.json"]
    for _ in range(400):
        try:
            found[bool(looked_at("weekly.json", flipped(raw, numbers)))] += 1
        except PowerstatsError:
            found[True] += 1
    assert found[False] < 40


def test_a_document_without_points() -> None:
    """A home that has no number yet has nothing wrong."""
    empty = Document(tier="weekly", timezone=AMSTERDAM.key, bucket="hour", last_update=NOW)
    assert looked_at("weekly.json", encode(empty)) == []
    empty.last_update += timedelta(seconds=1)
    [found] = looked_at("weekly.json", encode(empty))
    assert found.text == "last_update 2026-01-01T01:00+01:00 is to come"
