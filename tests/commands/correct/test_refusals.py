"""What `correct` refuses, with one line, and without changing a byte."""

from datetime import timedelta
from pathlib import Path

import pytest

from powerstats_cli.core.journal import Journal
from tests.commands.correct.place import NOON, SPIKED, correct, home, journal, local, refused
from tests.support.installation import Installation

REFUSALS = {
    # the time
    "inside a bucket": (2, "unknown power 2025-11-20T10:13", "the nearest is 2025-11-20T10:10"),
    "an hour of an old day": (2, "unknown power 2025-03-01T10", "the nearest is 2025-03-01"),
    "across old days": (
        2,
        "unknown power 2025-03-01T10..2025-03-02T10",
        "the nearest is 2025-03-01..2025-03-03",
    ),
    "no time": (2, "unknown power tuesday", "no period"),
    "no end": (2, "unknown power 2025-11-20..", "needs both ends"),
    "backwards": (2, "unknown power 2025-11-20..2025-11-19", "is not after"),
    "never came": (2, "unknown power 2025-03-30T02:30", "never came"),
    "not closed": (
        75,
        "unknown power 2025-11-22T10:50..2025-11-22T11:00",
        "10:50 is read again until 12:20: correct it after that",
    ),
    "the present": (75, "unknown power 2025-11-22T11:50", "is read again until 13:20"),
    "tomorrow": (69, "unknown power 2025-11-23", "2025-11-23 is in no file"),
    "before everything": (69, "unknown power 2025-02-01", "there are days from 2025-03-01 on"),
    # the series
    "no such series": (69, "unknown solar 2025-11-20", "there are energy, power"),
    # the number
    "no number": (2, "value power 2025-11-20T10 much", "'much' is no number"),
    "a comma": (2, "value power 2025-11-20T10 0,9kWh", "'0,9kWh' is no number"),
    "volts": (2, "value power 2025-11-20T10 230V", "power is kept in W"),
    "watts of a counter": (2, "value energy 2025-11-20T10 600W", "energy is kept in kWh"),
    "more than a home has": (2, "value power 2025-11-20T10 2MW", "is not plausible for power"),
    "faster than a meter": (2, "value energy 2025-11-20T10:10 999kWh", "5994 kW is not plausible"),
    "backwards counter": (2, "value energy 2025-11-20T10 -1", "is not plausible for energy"),
    # the journal
    "no such id": (69, "undo 0123456789ab", "no correction has the id 0123456789ab"),
    "a long reason": (2, f"unknown power 2025-11-20 --why {'x' * 201}", "more than 200"),
}


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """Return a home."""
    return home(tmp_path)


def test_refusals(place: Installation) -> None:
    """Each has its exit code and says what to do."""
    for name, (code, words, line) in REFUSALS.items():
        assert line in refused(place, code, *words.split()), name


def test_without_a_terminal_it_needs_yes(place: Installation) -> None:
    """Nobody can be asked; `--dry-run` asks nothing, and changes nothing."""
    before = place.snapshot()
    result = place.run("correct", "unknown", "power", "2025-11-20T10:10", at=NOON)
    assert (result.exit_code, result.out) == (2, "")
    assert "there is no terminal to ask at: add --yes" in result.err
    dry = place.run("correct", "unknown", "power", "2025-11-20T10:10", "--dry-run", at=NOON)
    assert (dry.exit_code, dry.err) == (0, "")
    assert "60000.0 W" in dry.out
    assert place.snapshot() == before


def test_nothing_to_change_makes_no_entry(place: Installation) -> None:
    """A value that is there already, and a bucket of which nothing is known."""
    for words in (
        ["value", "power", "2025-11-20T09:00", "600W"],
        ["unknown", "power", "2025-03-05"],
    ):
        result = place.run("correct", *words, "--yes", at=NOON)
        assert (result.exit_code, result.err) == (0, "")
        assert "Nothing would change" in result.out
    assert journal(place) == Journal()


def test_a_broken_file_is_mended_first(place: Installation) -> None:
    """A correction must reach every copy of a value, so none may be unreadable."""
    path = place.data_dir / "yearly.json"
    path.write_bytes(path.read_bytes()[:300])
    assert "yearly.json could not be read" in refused(place, 65, "unknown", "power", str(SPIKED))


def test_a_clock_that_stands_still_does_not_mix_the_order(place: Installation) -> None:
    """An entry is later than every other, whatever the clock says."""
    ids = [
        correct(
            place,
            "unknown",
            "power",
            f"2025-11-20T1{number}",
            at=NOON - number * timedelta(hours=9),
        )
        for number in range(4)
    ]
    assert [entry.id for entry in journal(place).entries] == ids


def test_an_hour_that_comes_twice(tmp_path: Path) -> None:
    """The hour is both of them; a bucket is one of them, by its offset."""
    place = home(tmp_path)
    line = refused(place, 2, "unknown", "power", "2025-10-26T02:10", at=local("2025-11-22 12:00"))
    assert "comes twice: correct 2025-10-26T02:10+02:00 and 2025-10-26T02:10+01:00" in line
