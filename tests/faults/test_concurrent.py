"""Many steps at once: nothing is lost, and a reader sees only whole files."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from powerstats_cli.core import documents
from powerstats_cli.core.energy import ledger
from tests.faults.life import NIGHT, Life
from tests.faults.place import Place, content, local, one_line
from tests.support.installation import LEDGER

MIDNIGHT = local("2025-11-21 00:00:10")


@contextmanager
def reader(folder: Path) -> Iterator[list[str]]:
    """Read every file again and again meanwhile; yield the list of those that were not whole."""
    broken: list[str] = []
    read = 0
    end = Event()

    def watch() -> None:
        nonlocal read
        while not end.is_set():
            for path in folder.rglob("*.json"):
                try:
                    raw = path.read_bytes()
                except FileNotFoundError:
                    continue
                if path.name == "state.json":
                    continue
                try:
                    decode = ledger.decode if path.name == LEDGER else documents.decode
                    decode(raw, timezone="Europe/Amsterdam")
                except Exception as error:  # noqa: BLE001 - whatever it is, the test tells
                    broken.append(f"{path}: {error}")
                read += 1

    thread = Thread(target=watch)
    thread.start()
    try:
        yield broken
    finally:
        end.set()
        thread.join()
    assert read > 100


def test_twenty_processes_at_midnight(place: Place, life: Life) -> None:
    """Ten collects and ten rotates, each in its own process, give the bytes of one of each."""
    place.restore(life.evening)
    for command in (("collect",), ("rotate",)):
        place.well(*command, at=MIDNIGHT)
    reference = place.snapshot()

    place.restore(life.evening)
    place.hand.now = MIDNIGHT
    with reader(place.data_dir) as broken:
        processes = [
            place.installation.start(["collect", "rotate"][number % 2], at=MIDNIGHT)
            for number in range(20)
        ]
        ended = [(*process.communicate(), process.returncode) for process in processes]
    assert ended == [("", "", 0)] * 20
    assert broken == []
    place.well("rotate", at=MIDNIGHT)
    assert place.snapshot() == reference


def test_everything_at_once_while_it_catches_up(place: Place, life: Life) -> None:
    """Collects that catch up, rotates and aggregates may all run at the same time."""
    end = local("2025-11-18 06:30:10")
    tiers = [("aggregate", tier) for tier in ("weekly", "monthly", "yearly")]
    place.restore(life.dawn)
    for command in (("collect",), *tiers):
        place.well(*command, at=end)
    reference = place.snapshot()

    place.restore(life.dawn)
    steps = [*[("collect",)] * 8, *[("rotate",)] * 6, *tiers, *tiers]
    with reader(place.data_dir) as broken:
        ended = place.runner.run(*(place.job(*step, at=end) for step in steps))
    assert [(one.exit_code, one.err) for one in ended] == [(0, "")] * len(steps)
    assert broken == []
    for tier in tiers:
        place.well(*tier, at=end)
    assert content(place.snapshot()) == content(reference)


@pytest.mark.parametrize("command", [step for step, _ in NIGHT[:3]], ids=" ".join)
def test_a_lock_that_is_held(place: Place, life: Life, command: tuple[str, ...]) -> None:
    """A step stops after a bounded wait with 75 and one line, and works once the lock is free."""
    number = [step for step, _ in NIGHT].index(command)
    at, before, after = NIGHT[number][1], life.night[number], life.night[number + 1]
    place.restore(before)
    descriptor = os.open(place.data_dir, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        values = {"powerstats_cli.files.locking:LOCK_TIMEOUT": 0.1}
        ended = place.step(*command, at=at, values=values)
    finally:
        os.close(descriptor)
    assert ended.exit_code == 75
    assert "locked by another run" in one_line(ended.err)
    assert place.snapshot() == before
    place.well(*command, at=at)
    assert place.snapshot() == after
