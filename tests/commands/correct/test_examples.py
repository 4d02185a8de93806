"""What `correct` does to the files, by examples; each is undone at the end."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from powerstats_cli.core.buckets import Value
from tests.commands.correct.place import (
    NIGHTLY,
    NOON,
    SPIKE,
    SPIKED,
    content,
    correct,
    home,
    journal,
    local,
    power,
    refused,
    value,
)
from tests.support.installation import Installation

HOUR = SPIKE.replace(minute=0)
ARCHIVED = f"archive/{SPIKED}.json"
TIERS = ("monthly.json", "yearly.json", "years/2025.json")


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """Return a home with a spike."""
    return home(tmp_path)


@pytest.fixture
def undone(place: Installation) -> Iterator[None]:
    """Undo everything at the end of a test, which gives the old files."""
    before = content(place)
    yield
    entries = journal(place).in_force
    for entry in reversed(entries):
        correct(place, "undo", entry.id)
    assert content(place) == before
    assert len(journal(place).undone) >= len(entries)
    for command in NIGHTLY:
        place.run_well(*command, at=NOON)
    assert content(place) == before


def stamped(value: Value, stamp: str) -> Value:
    """Return a value with a stamp."""
    return msgspec.structs.replace(value, corrected=stamp)


def verified(place: Installation) -> None:
    """Check that every file agrees with every other, before and after the nightly steps."""
    later = NOON + timedelta(minutes=5)  # an entry may be some seconds later than the clock
    for _ in range(2):
        result = place.run("verify", "files", "tiers", at=later)
        assert result.exit_code == 0, result
        before = place.snapshot()
        for command in NIGHTLY:
            place.run_well(*command, at=later)
        assert place.snapshot() == before


@pytest.mark.usefixtures("undone")
def test_a_spike_is_unknown(place: Installation) -> None:
    """The hour and the day lose exactly what the spike had, and know less."""
    day = value(place, "monthly.json", SPIKED)
    assert value(place, "weekly.json", HOUR) == Value(
        mean=10500.0, min=600.0, max=60000.0, kwh=10.5, coverage=1.0
    )
    stamp = correct(place, "unknown", "power", "2025-11-20T10:10", "--why", "spike")
    assert value(place, ARCHIVED, SPIKE) is None
    assert value(place, ARCHIVED, SPIKE, "energy") is not None
    hour = Value(mean=600.0, min=600.0, max=600.0, kwh=0.5, coverage=0.8333, corrected=stamp)
    assert value(place, "weekly.json", HOUR) == hour
    for name in TIERS:
        after = value(place, name, SPIKED)
        assert after is not None
        assert day is not None
        assert (after.kwh, after.coverage) == (round((day.kwh or 0) - 10, 6), 0.9931)
    verified(place)


@pytest.mark.usefixtures("undone")
def test_a_spike_gets_a_value(place: Installation) -> None:
    """Its bucket is known, with the stamp, and so is the hour."""
    stamp = correct(place, "value", "power", "2025-11-20T10:10", "600W")
    assert value(place, ARCHIVED, SPIKE) == stamped(power(600.0), stamp)
    assert value(place, "weekly.json", HOUR) == stamped(power(600.0, 60), stamp)
    verified(place)


@pytest.mark.usefixtures("undone")
def test_an_hour_gets_an_energy(place: Installation) -> None:
    """It is spread over the six buckets."""
    stamp = correct(place, "value", "power", "2025-11-20T10", "0.9kWh")
    for number in range(6):
        at = HOUR + number * timedelta(minutes=10)
        assert value(place, ARCHIVED, at) == stamped(power(900.0), stamp)
    assert value(place, "weekly.json", HOUR) == stamped(power(900.0, 60), stamp)
    verified(place)


@pytest.mark.usefixtures("undone")
def test_an_energy_that_cannot_be_divided_evenly(place: Installation) -> None:
    """The sum is the number: the last bucket takes what rounding leaves."""
    correct(place, "value", "power", "2025-11-20T10", "0.1 kWh")
    starts = [HOUR + number * timedelta(minutes=10) for number in range(6)]
    parts = [value(place, ARCHIVED, at) for at in starts]
    assert [part.kwh for part in parts if part] == [0.016667] * 5 + [0.016665]
    hour = value(place, "weekly.json", HOUR)
    assert hour is not None
    assert (hour.kwh, hour.mean) == (0.1, 100.0)


@pytest.mark.usefixtures("undone")
def test_another_meter_s_reading_is_unknown(place: Installation) -> None:
    """The counter loses what it has not counted; its reading goes on from the next bucket."""
    state = value(place, "weekly.json", HOUR, "energy")
    stamp = correct(place, "unknown", "energy", "2025-11-20T10:10")
    hour = value(place, "weekly.json", HOUR, "energy")
    assert state is not None
    assert hour == Value(change=0.5, state=state.state, coverage=0.8333, corrected=stamp)
    verified(place)


@pytest.mark.usefixtures("undone")
def test_a_counter_gets_a_change(place: Installation) -> None:
    """Each bucket keeps its reading; one without a reading has the last one before it."""
    before = {
        at: value(place, ARCHIVED, at, "energy")
        for at in (HOUR, SPIKE, SPIKE + timedelta(minutes=10))
    }
    correct(place, "unknown", "energy", "2025-11-20T10:20")
    stamp = correct(place, "value", "energy", "2025-11-20T10:10..2025-11-20T10:30", "300 Wh")
    for at in (SPIKE, SPIKE + timedelta(minutes=10)):
        old = before[SPIKE]
        assert old is not None
        assert value(place, ARCHIVED, at, "energy") == Value(
            change=0.15, state=old.state, coverage=1.0, corrected=stamp
        )
    verified(place)


@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize(
    ("day", "mean", "kwh"), [("2025-03-01", 500.0, 12.0), ("2025-03-30", 521.739, 12.0)]
)
def test_an_old_day(place: Installation, day: str, mean: float, kwh: float) -> None:
    """Of a day that only the year has the whole is corrected; the other has 23 hours."""
    stamp = correct(place, "value", "power", day, "12kWh")
    corrected = Value(mean=mean, min=mean, max=mean, kwh=kwh, coverage=1.0, corrected=stamp)
    for name in ("yearly.json", "years/2025.json"):
        assert value(place, name, local(day).date()) == corrected
    (entry,) = journal(place).entries
    assert [change.bucket for change in entry.changes] == ["day"]
    verified(place)


@pytest.mark.usefixtures("undone")
def test_only_the_last_correction_of_a_bucket_can_be_undone(place: Installation) -> None:
    """Two of one day touch the same day, so the later one is undone first."""
    first = correct(place, "unknown", "power", "2025-11-20T10:10")
    second = correct(place, "unknown", "power", "2025-11-20T12:00")
    assert f"undo {second} first" in refused(place, 65, "undo", first)
    undo = correct(place, "undo", second)
    assert f"{second} is undone already, by {undo}" in refused(place, 65, "undo", second)
    assert f"{undo} undoes {second}" in refused(place, 65, "undo", undo)
    other = correct(place, "unknown", "energy", "2025-11-20T12:00")
    correct(place, "undo", first)
    correct(place, "undo", other)


@pytest.mark.usefixtures("undone")
def test_today_so_far(place: Installation) -> None:
    """A day that is not over is corrected in its buckets; its hours are rolled up when it is."""
    stamp = correct(place, "unknown", "power", "2025-11-22T09")
    (entry,) = journal(place).entries
    assert {change.bucket for change in entry.changes} == {"10min"}
    assert value(place, "daily.json", local("2025-11-22 09:50")) is None
    assert value(place, "daily.json", local("2025-11-22 10:00")) == power(600.0)
    assert entry.id == stamp


def test_what_was_corrected_before_the_day_was_over_is_undone_after_it(
    place: Installation,
) -> None:
    """While its intervals are stored, the hours and the day come back with them."""
    reference = place.snapshot()
    night = local("2025-11-23 00:05")
    steps = [("rotate",), *NIGHTLY]
    for command in steps:
        place.run_well(*command, at=night)
    undisturbed = content(place)

    for name in place.snapshot().keys() - reference.keys():
        (place.data_dir / name).unlink()
    for name, raw in reference.items():
        (place.data_dir / name).write_bytes(raw)
    stamp = correct(place, "unknown", "power", "2025-11-22T10:10")
    for command in steps:
        place.run_well(*command, at=night)
    hour = value(place, "weekly.json", local("2025-11-22 10:00"))
    if hour is not None:  # the day is in the window once it was asked for to its end
        assert (hour.corrected, hour.coverage) == (stamp, 0.8333)
    correct(place, "undo", stamp, at=night)
    assert content(place) == undisturbed


def test_the_list(place: Installation) -> None:
    """It shows the corrections in order, and which are undone."""
    first = correct(place, "unknown", "power", "2025-11-20T10:10", "--why", "a spike\nof the clamp")
    second = correct(place, "value", "energy", "2025-11-19", "12")
    undo = correct(place, "undo", second, "--why", "wrong day")
    found = json.loads(place.run("correct", "list", "--json", at=NOON).out)
    assert [each["id"] for each in found["corrections"]] == [first, second, undo]
    assert found["corrections"][0] == {
        "id": first,
        "at": "2025-11-22T12:00:00+01:00",
        "do": "unknown",
        "of": None,
        "series": "power",
        "start": "2025-11-20T10:10:00+01:00",
        "end": "2025-11-20T10:20:00+01:00",
        "why": "a spike of the clamp",
        "changes": 3,
        "undone_by": None,
    }
    assert (found["corrections"][1]["undone_by"], found["corrections"][2]["of"]) == (undo, second)
    listed = place.run("correct", "list", "--series", "power", at=NOON).out
    assert first in listed
    assert second not in listed
    assert "a spike of the clamp" in listed
