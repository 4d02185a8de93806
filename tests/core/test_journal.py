"""The journal: an entry proves itself, lines stand alone, and journals are united line by line."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import permutations
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import msgspec
import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.entries import Change, Entry, signed
from powerstats_cli.core.journal import Journal, decode, encode
from powerstats_cli.core.periods import Span
from powerstats_cli.errors import NewerError

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
START = datetime(2025, 11, 20, 9, 10, tzinfo=UTC)
STEP = timedelta(minutes=10)
SPIKE = Value(mean=996.243, min=102.1, max=1429.9, kwh=0.166041, coverage=1.0)
RIGHT = Value(mean=600.0, min=600.0, max=600.0, kwh=0.1, coverage=1.0)


def an_entry(
    number: int = 0, *, now: Value | None = None, why: str = "spike of the clamp", **other: object
) -> Entry:
    """Return the correction of the bucket with a number, made at a later time than others."""
    start = START + number * STEP
    entry = Entry(
        id="",
        at=datetime(2025, 11, 25, 12, tzinfo=UTC) + number * timedelta(seconds=1),
        do="value" if now else "unknown",
        series="power",
        start=start,
        end=start + STEP,
        why=why,
        changes=(Change("10min", start, SPIKE, now),),
    )
    return signed(msgspec.structs.replace(entry, **other), AMSTERDAM)


def a_journal(*entries: Entry) -> Journal:
    """Return a journal of entries."""
    journal = Journal()
    for entry in entries:
        journal = journal.with_entry(entry, AMSTERDAM)
    return journal


def an_undo(entry: Entry, number: int) -> Entry:
    """Return the entry that undoes another."""
    changes = tuple(
        Change(change.bucket, change.start, change.now, change.was) for change in entry.changes
    )
    return an_entry(
        number, do="undo", of=entry.id, start=entry.start, end=entry.end, changes=changes
    )


def test_a_line() -> None:
    """Its keys are in a fixed order, its times are local, and the id is of the rest of it."""
    entry = an_entry()
    (line,) = encode(a_journal(entry)).splitlines()
    rest = (
        b'"at":"2025-11-25T13:00:00+01:00","do":"unknown","series":"power",'
        b'"start":"2025-11-20T10:10:00+01:00","end":"2025-11-20T10:20:00+01:00",'
        b'"why":"spike of the clamp","changes":[{"bucket":"10min",'
        b'"start":"2025-11-20T10:10:00+01:00","was":{"mean":996.243,"min":102.1,"max":1429.9,'
        b'"kwh":0.166041,"coverage":1.0}}]}'
    )
    proof = sha256(b"{" + rest).hexdigest()[:12]
    assert entry.id == proof
    assert line == b'{"id":"' + proof.encode() + b'",' + rest


def test_the_stamp_is_in_the_new_values_and_not_in_the_id() -> None:
    """An undo keeps the stamps of the values that come back."""
    entry = an_entry(now=RIGHT)
    assert entry.changes[0].now == msgspec.structs.replace(RIGHT, corrected=entry.id)
    line = encode(a_journal(entry)).rstrip()
    without = line.replace(b',"corrected":"' + entry.id.encode() + b'"', b"")
    body = without.replace(b'"id":"' + entry.id.encode() + b'",', b"")
    assert entry.id == sha256(body).hexdigest()[:12]
    older = msgspec.structs.replace(RIGHT, corrected="0123456789ab")
    undo = an_entry(1, do="undo", of="0" * 12, changes=(Change("day", START, SPIKE, older),))
    assert undo.changes[0].now == older


@pytest.mark.parametrize("zone", ["UTC", "Europe/London", "Asia/Kathmandu", "America/St_Johns"])
@pytest.mark.parametrize("why", ["", 'the "clamp", {"corrected":"0123456789ab"}', "žluťoučký €"])
def test_what_is_written_is_read(zone: str, why: str) -> None:
    """Same entries, same bytes, in every zone, whatever the reason is."""
    entry = signed(an_entry(now=RIGHT, why=why), ZoneInfo(zone))
    raw = encode(Journal().with_entry(entry, ZoneInfo(zone)))
    read = decode(raw)
    assert not read.broken
    assert read.journal.entries == (entry,)
    assert encode(read.journal) == raw


def test_union() -> None:
    """It is associative, commutative and idempotent; entries are sorted by `at`, then by id."""
    entries = [an_entry(number % 4, why=str(number), at=START) for number in range(6)]
    parts = [a_journal(*entries[:3]), a_journal(*entries[2:5]), a_journal(entries[0], entries[5])]
    whole = encode(a_journal(*sorted(entries, key=lambda each: each.id)))
    for one, two, three in permutations(parts):
        assert encode(one.united(two).united(three)) == whole
        assert encode(one.united(two.united(three).united(one))) == whole
    assert [each.id for each in decode(whole).journal.entries] == sorted(
        each.id for each in entries
    )


def test_a_broken_line_takes_no_other_with_it() -> None:
    """Each single bit that flips anywhere in a line breaks this line and no other."""
    entries = [an_entry(0, now=RIGHT), an_entry(1), an_entry(2, now=RIGHT)]
    raw = encode(a_journal(*entries))
    lines = raw.splitlines(keepends=True)
    random = Random(1)
    begin = len(lines[0])
    for _ in range(2000):
        at = begin + random.randrange(len(lines[1]) - 1)
        bit = 1 << random.randrange(8)
        flipped = raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]
        read = decode(flipped)
        assert read.journal.entries == (entries[0], entries[2])
        assert 2 in read.broken


@pytest.mark.parametrize("cut", [1, 100, 300])
def test_half_a_line(cut: int) -> None:
    """The end of a file that is cut off is a broken line."""
    raw = encode(a_journal(an_entry(0), an_entry(1)))
    read = decode(raw[:-cut] if cut > 1 else raw[:-2])
    assert [len(read.journal.entries), read.broken] == [1, (2,)]


def test_a_stamp_that_is_not_the_entry_s_own() -> None:
    """The id does not prove a stamp, so another one in a new value breaks the line."""
    entry = an_entry(now=RIGHT)
    raw = encode(a_journal(entry))
    stamp = f'"corrected":"{entry.id}"'.encode()
    assert decode(raw.replace(stamp, b'"corrected":"0123456789ab"')).broken == (1,)


@pytest.mark.parametrize(
    "newer", [(b'"do":"unknown"', b'"do":"scale","factor":0.97'), (b'"why"', b'"by":"me","why"')]
)
def test_a_newer_entry(newer: tuple[bytes, bytes]) -> None:
    """Its id is right, so it is no broken line."""
    body = encode(a_journal(an_entry())).rstrip()[len('{"id":"0123456789ab",') :]
    body = b"{" + body.replace(*newer)
    proof = sha256(body).hexdigest()[:12].encode()
    line = b'{"id":"' + proof + b'",' + body[1:] + b"\n"
    with pytest.raises(NewerError, match="newer version: upgrade powerstats"):
        decode(line)
    assert decode(line.replace(proof, b"0" * 12)).broken == (1,)


def test_a_value_that_no_file_may_have_says_nothing() -> None:
    """A repository is open to others: an entry of theirs cannot make a data file unreadable."""
    half = Value(mean=1.0, coverage=1.0)
    read = decode(encode(a_journal(an_entry(now=half))))
    assert not read.broken
    assert read.journal.truths("10min", Span(START, START + STEP)) == {}


def test_the_truth_is_that_of_the_newest_entry() -> None:
    """After an undo it is what was there before, with the stamp of an older correction."""
    first = an_entry(0, now=RIGHT)
    second = an_entry(
        0,
        at=START + timedelta(days=9),
        changes=(Change("10min", START, first.changes[0].now),),
    )
    undo = an_undo(second, 30 * 24 * 3600)
    span = Span(START, START + STEP)
    key = (START, "power")

    def truth(*entries: Entry) -> Value | None:
        return a_journal(*entries).truths("10min", span)[key].value

    assert truth(first) == first.changes[0].now
    assert truth(second, first) is None
    assert truth(undo, second, first) == first.changes[0].now
    assert a_journal(undo, second, first).in_force == [first]


def test_a_bucket_is_free_once_nothing_in_force_has_corrected_it() -> None:
    """It was empty before, and is not to stay so for ever after the undo."""
    empty = an_entry(0, now=RIGHT, changes=(Change("10min", START, None, RIGHT),))
    span, key = Span(START, START + STEP), (START, "power")
    assert not a_journal(empty).truths("10min", span)[key].is_free
    journal = a_journal(empty, an_undo(empty, 9))
    assert journal.truths("10min", span)[key] == (journal.entries[1], None, True)


def test_the_line_in_the_documentation() -> None:
    """It is one that powerstats would write."""
    text = (Path(__file__).parents[2] / "docs/trust.md").read_text()
    (line,) = [line for line in text.splitlines() if line.startswith('{"id"')]
    read = decode(line.encode())
    assert (len(read.journal.entries), read.broken) == (1, ())
