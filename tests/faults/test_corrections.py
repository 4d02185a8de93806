"""`correct` may be killed, or find a full disk, at any operation: it is made whole, or not at all.

The journal is written first. If it is there, the next step that writes settles the rest.
"""

import errno
from collections.abc import Sequence
from signal import SIGKILL

import pytest

from powerstats_cli.core.journal import decode
from tests.faults.life import Life
from tests.faults.place import Place, Snapshot, content, data, local, one_line
from tests.support.installation import LEDGER

AT = local("2025-11-21 01:30:10")
NEXT = (("rotate",), local("2025-11-21 01:31:00"))
JOURNAL = "corrections.jsonl"
WORDS = {
    "unknown": ("unknown", "power", "2025-11-20T10:10", "--yes"),
    "value": ("value", "energy", "2025-11-20T10", "0.9kWh", "--yes"),
    "undo": ("undo", "{id}", "--yes"),
}


def ids(files: Snapshot) -> list[str]:
    """Return the ids in the journal; every line of it is whole."""
    read = decode(files.get(JOURNAL, b""))
    assert not read.broken
    return [entry.id for entry in read.journal.entries]


def prepared(place: Place, life: Life, name: str) -> tuple[Snapshot, Sequence[str]]:
    """Return the files at the start of a command, and its words."""
    place.restore(life.morning)
    words = WORDS[name]
    if name == "undo":
        assert place.step("correct", *WORDS["unknown"], at=AT).exit_code == 0
        words = tuple(word.format(id=ids(place.snapshot())[0]) for word in words)
    return place.snapshot(), words


def after_the_next_step(place: Place) -> Snapshot:
    """Return the files after a step that has nothing to do with corrections."""
    command, at = NEXT
    place.well(*command, at=at)
    return place.snapshot()


def documents(files: Snapshot) -> Snapshot:
    """Return the files that a step settles: the ledger is made anew by `aggregate`."""
    return {name: raw for name, raw in data(files).items() if name != LEDGER}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "strike"),
    [("unknown", "kill"), ("value", "kill"), ("undo", "kill"), ("unknown", "full")],
)
def test_struck_anywhere(place: Place, life: Life, name: str, strike: str) -> None:
    """Either no entry and the old files, or the entry, and the files as if nothing had happened."""
    before, words = prepared(place, life, name)
    undisturbed = place.step("correct", *words, at=AT)
    assert undisturbed.exit_code == 0, undisturbed
    made = ids(place.snapshot())
    reference = after_the_next_step(place)
    assert content(reference) != content(before)
    assert len(undisturbed.operations) >= 20
    is_kill = strike == "kill"
    for number, operation in enumerate(undisturbed.operations, 1):
        if is_kill and operation.startswith(("fsync", "open")):
            continue  # the files are those before the next operation
        place.restore(before)
        faults = {} if is_kill else {"strike": errno.ENOSPC}
        ended = place.step("correct", *words, at=AT, strike_at=number, **faults)
        if is_kill:
            assert ended.exit_code == -SIGKILL, operation
        else:
            assert ended.exit_code in {0, 75}, (operation, ended)
            if ended.exit_code:
                assert "make room" in one_line(ended.err)
            assert not [left for left in place.snapshot() if left.endswith(".tmp")], operation
        left = place.snapshot()
        if ids(left) == ids(before):
            assert content(left) == content(before), operation
            assert content(after_the_next_step(place)) == content(before), operation
        else:
            assert ids(left) == made, operation
            after = after_the_next_step(place)
            assert documents(after) == documents(reference), operation
            place.well("aggregate", "weekly", at=NEXT[1])
            assert content(place.snapshot())[LEDGER] == content(reference)[LEDGER], operation


def test_a_step_in_the_middle_of_the_night_settles_the_rest(place: Place, life: Life) -> None:
    """Whatever step comes next, every file is settled, also those that it does not write."""
    before, words = prepared(place, life, "unknown")
    operations = place.step("correct", *words, at=AT).operations
    settled = content(place.snapshot())
    journal = next(at for at, told in enumerate(operations, 1) if told == f"rename {JOURNAL}")
    for command in (("collect",), ("aggregate", "weekly"), ("rotate",)):
        place.restore(before)
        place.step("correct", *words, at=AT, strike_at=journal + 1)
        place.well(*command, at=AT)
        left = content(place.snapshot())
        for name in ("archive/2025-11-20.json", "weekly.json", "monthly.json", "yearly.json"):
            assert left[name] == settled[name], (command, name)
