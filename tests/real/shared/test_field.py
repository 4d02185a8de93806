"""Meters with the faults that many homes report, beside Home Assistant's own statistics of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import fsum
from pathlib import Path

import pytest

from tests.real.past import HOUR, INTERVAL
from tests.real.shared.seen import Own, Seen
from tests.support.field import LENGTH, MISSING, VOLTAGE, Meter, meters, midnight
from tests.support.installation import Installation

pytestmark = pytest.mark.homeassistant

# Files have 6 decimals, and half a day is the sum of 72 values.
ROUNDING = 1e-4
LATE = timedelta(seconds=10)


@pytest.fixture(scope="module")
def found(seen: Seen) -> Sequence[Meter]:
    """Return the meters that the shared Home Assistant has."""
    found = meters(seen.past.days[-1])
    if not found:
        pytest.skip(MISSING)
    return found


@pytest.fixture(scope="module")
def start(seen: Seen) -> datetime:
    """Return when the histories begin."""
    return midnight(seen.past.days[-1])


@pytest.fixture(scope="module")
def own_hours(seen: Seen, found: Sequence[Meter], start: datetime) -> Own:
    """Return Home Assistant's own hours of the meters, in kWh."""
    ids = [meter.entity_id for meter in found]
    return seen.home.hourly_statistics(ids, start, start + LENGTH)


def collected(
    folder: Path, seen: Seen, found: Sequence[Meter], runs: Sequence[datetime]
) -> dict[str, dict[datetime, float]]:
    """Return what was counted of each meter by some runs, by the start of the bucket."""
    entities = {meter.series: meter.entity_id for meter in found} | {"voltage": VOLTAGE}
    token = seen.home.reader_token
    there = Installation(folder, seen.home.url, entities, timezone="UTC", token=token)
    for run in runs:
        there.run_well("collect", at=run + LATE)
    points = there.document("daily.json").points.items()
    return {
        name: {at: point[name].change or 0.0 for at, point in points if name in point}
        for name in entities
    }


@pytest.fixture(scope="module")
def regular(
    seen: Seen, found: Sequence[Meter], start: datetime, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[datetime, float]]:
    """Return what was counted by a run every ten minutes."""
    runs = [start + number * INTERVAL for number in range(1, LENGTH // INTERVAL + 1)]
    return collected(tmp_path_factory.mktemp("regular"), seen, found, runs)


@pytest.fixture(scope="module")
def late(
    seen: Seen, found: Sequence[Meter], start: datetime, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[datetime, float]]:
    """Return what was counted by one late run."""
    return collected(tmp_path_factory.mktemp("late"), seen, found, [start + LENGTH])


def own_energy(hours: Mapping[datetime, Mapping[str, float]]) -> float:
    """Return what Home Assistant itself counted."""
    return hours[max(hours)]["sum"]


def test_as_right_as_home_assistants_own(
    found: Sequence[Meter],
    regular: Mapping[str, Mapping[datetime, float]],
    late: Mapping[str, Mapping[datetime, float]],
    own_hours: Own,
) -> None:
    """Each meter's energy is right, whether runs are regular or late, if need be against its own.

    The table shows right, regular, late, and Home Assistant's own.
    """
    table = [
        (
            meter,
            fsum(regular[meter.series].values()),
            fsum(late[meter.series].values()),
            own_energy(own_hours[meter.entity_id]),
        )
        for meter in found
    ]
    for meter, ours, ours_late, own in table:
        right = f"{meter.low:g}" if meter.low == meter.high else f"{meter.low:g} to {meter.high:g}"
        print(f"{meter.name:76} {right:>10} {ours:8.4f} {ours_late:8.4f} {own:14.4f}")
    for meter, ours, ours_late, own in table:
        assert meter.error(ours) < ROUNDING, meter.name
        assert meter.error(ours_late) < ROUNDING, meter.name
        assert meter.error(ours) <= meter.error(own) + ROUNDING, meter.name


def test_hours_are_home_assistants_own(
    found: Sequence[Meter],
    regular: Mapping[str, Mapping[datetime, float]],
    start: datetime,
    own_hours: Own,
) -> None:
    """If Home Assistant's own energy is right, each hour is its own."""
    right = [
        meter for meter in found if meter.error(own_energy(own_hours[meter.entity_id])) < ROUNDING
    ]
    assert len(right) > len(found) / 3
    for meter in right:
        ours, own = regular[meter.series], own_hours[meter.entity_id]
        before = 0.0
        for hour in (start + number * HOUR for number in range(LENGTH // HOUR)):
            counted = fsum(change for at, change in ours.items() if hour <= at < hour + HOUR)
            by_now = own[hour]["sum"]
            assert counted == pytest.approx(by_now - before, abs=ROUNDING), (meter.name, hour)
            before = by_now
