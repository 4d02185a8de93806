"""Statistics that were imported into Home Assistant: a mean alone, or a sum alone, is stored."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.periods import DAY, HOUR, day_span, days
from powerstats_cli.core.series import Series
from powerstats_cli.core.tiers import TIERS, new_tier
from tests.commands.backfill.place import (
    METADATA,
    NOW,
    OLDEST,
    TODAY,
    ZONE,
    Place,
    of_day,
    row,
    written,
)
from tests.core.histories import BEGIN, State, at
from tests.core.simulation import Box, Past, opened
from tests.core.simulation import Place as Recorder
from tests.support.longterm_server import Statistics


def alone(entity_id: str, start: datetime) -> Mapping[str, float] | None:
    """Return a mean without min and max, a change without state."""
    known = row(entity_id, start)
    return known and {key: known[key] for key in ("mean", "change") if key in known}


def some_alone(entity_id: str, start: datetime) -> Mapping[str, float] | None:
    """Return whole rows at first, then rows of one number, and in between hours of each."""
    number = start.toordinal() * 24 + start.hour
    return (alone if number % 3 else row)(entity_id, start)


def test_means_alone_and_sums_alone(place: Place) -> None:
    """Every day is filled; what was not imported is not made up, but for min and max."""
    place.server.statistics = Statistics(METADATA, alone)
    place.collect()
    place.backfill()
    yearly = place.installation.document("yearly.json")
    for day in days(TODAY - 365 * DAY, OLDEST):
        values = of_day(yearly, day)
        assert values.keys() == {"power", "voltage", "energy"}, day
        power, energy = values["power"], values["energy"]
        assert (power.source, power.coverage) == ("statistics", 1.0)
        assert power.min is not None
        assert power.mean is not None
        assert power.max is not None
        assert 300 <= power.min <= power.mean <= power.max <= 306
        assert (energy.source, energy.state) == ("statistics", None)
        hours = day_span(day, ZONE).length / HOUR
        assert energy.change == pytest.approx(0.25 * hours)
    weekly = place.installation.document("weekly.json")
    first = written(weekly, OLDEST - DAY, "energy")
    assert [value.state for value in first] == [None] * len(first)


def test_the_same_energy_as_whole_rows(place: Place) -> None:
    """Means and changes do not depend on what else a row has."""
    place.collect()
    before = place.installation.snapshot()
    found = []
    for rows in (row, alone, some_alone):
        for name, raw in before.items():
            (place.installation.data_dir / name).write_bytes(raw)
        for name in ("weekly", "monthly", "yearly"):
            (place.installation.data_dir / f"{name}.json").unlink(missing_ok=True)
        for day in place.installation.data_dir.glob("archive/*"):
            day.unlink()
        place.server.statistics = Statistics(METADATA, rows)
        place.backfill()
        points = place.installation.document("yearly.json").points
        found.append(
            {
                start: (point["power"].mean, point["power"].kwh, point["energy"].change)
                for start, point in points.items()
            }
        )
    assert found[0] == found[1] == found[2]


def test_a_second_run_and_the_night_change_nothing(place: Place) -> None:
    """What has no state goes through roll-ups and is not filled again."""
    place.server.statistics = Statistics(METADATA, some_alone)
    place.collect()
    place.backfill()
    files = place.installation.snapshot()
    points = place.installation.points()
    place.backfill()
    assert place.installation.snapshot() == files
    for tier in ("weekly", "monthly", "yearly"):
        place.installation.run_well("aggregate", tier, at=NOW)
    assert place.installation.points() == points


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """Return a server whose home can be exchanged."""
    with opened() as recorder:
        yield recorder


@pytest.mark.parametrize("has_state", [True, False])
def test_a_bucket_without_a_reading_ends_the_search_for_one(
    recorder: Recorder, *, has_state: bool
) -> None:
    """Imported statistics may have no state: to count on from an older one would count twice."""
    states = [State(at(-1), 103.0), State(at(0.25), 103.5), State(at(0.5), 104.0)]
    past = Past({"energy": states}, [], 30)
    recorder.show(past.home)
    with Box(recorder, past.entities) as box:
        monthly = new_tier(TIERS["monthly"], box.zone, BEGIN)
        monthly.series["energy"] = Series("kWh", "total_increasing", BEGIN)
        monthly.put(BEGIN - 2 * DAY, "energy", Value(change=1, state=100, coverage=1))
        state = 102.0 if has_state else None
        value = Value(change=2, state=state, coverage=1, source="statistics")
        monthly.put(BEGIN - DAY, "energy", value)
        box.files.prepare()
        box.files.write(box.files.tier("monthly"), monthly)
        box.collect(BEGIN + HOUR + timedelta(seconds=7))
        daily = box.files.read(box.files.daily)
        assert daily is not None
        booked = sum(point["energy"].change or 0 for point in daily.points.values())
    assert booked == pytest.approx(2.0 if has_state else 1.0)
