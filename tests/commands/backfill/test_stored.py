"""`backfill` never replaces stored values, and its totals are right in every zone."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import fsum
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.periods import DAY, HOUR, day_start, days, hours
from tests.commands.backfill.place import (
    METADATA,
    NOW,
    OLDEST,
    TODAY,
    ZONE,
    Place,
    of_day,
    row,
)
from tests.support.homes import ENERGY, ENTITIES, POWER, VOLTAGE
from tests.support.installation import Installation
from tests.support.longterm_server import Statistics, about


def test_what_collect_has_is_never_replaced(place: Place) -> None:
    """Collected days keep every byte, although the statistics have them too."""
    begin = day_start(TODAY - 3 * DAY, ZONE)
    place.installation.run_well("collect", at=begin + timedelta(minutes=10, seconds=30))
    place.collect()
    place.installation.run_well("rotate", at=NOW)
    for tier in ("weekly", "monthly", "yearly"):
        place.installation.run_well("aggregate", tier, at=NOW)
    before = place.installation.snapshot()
    points = place.installation.points()
    place.backfill()
    after = place.installation.snapshot()
    for name in before:
        if name.startswith("archive/") or name == "daily.json":
            assert after[name] == before[name]
        elif name in points:
            assert all(point in place.installation.points()[name] for point in points[name])
    assert len(place.installation.document("yearly.json").points) == 365


def test_a_series_that_is_new_gets_its_past(place: Place) -> None:
    """A sensor that is added later gets its past, and the others stay unchanged."""
    place.installation.configure(entities={"power": POWER})
    place.collect()
    place.backfill()
    before = place.installation.points()
    place.installation.configure(entities=ENTITIES)
    place.collect()
    place.backfill()
    yearly = place.installation.document("yearly.json")
    assert all(point.keys() == ENTITIES.keys() for point in yearly.points.values())
    for name, points in place.installation.points().items():
        if name != "daily.json":
            assert [
                {key: point[key] for key in ("timestamp", "power")} for point in points
            ] == before[name]


def test_a_hole_is_filled(place: Place) -> None:
    """Days that were not collected and that the recorder has no more are filled."""
    place.server.keep = None
    place.server.plain.keep = None
    then = day_start(TODAY - 10 * DAY, ZONE)
    place.installation.run_well("collect", at=then + timedelta(hours=12, seconds=30))
    place.server.plain.keep = timedelta(days=3)
    place.collect()
    place.backfill()
    yearly = place.installation.document("yearly.json")
    sources = [of_day(yearly, TODAY - n * DAY)["power"].source for n in (1, 2, 5, 8, 10, 11)]
    assert sources == [None, None, "statistics", "statistics", None, "statistics"]


def test_a_sensor_without_statistics(place: Place) -> None:
    """A sensor without statistics gets its history, also of the recorder's oldest day."""
    metadata = {key: value for key, value in METADATA.items() if key != VOLTAGE}
    place.server.statistics = Statistics(metadata, row)
    place.collect()
    result = place.installation.run("-v", "backfill", at=NOW)
    assert result.exit_code == 0
    assert "Home Assistant keeps no statistics of voltage" in result.out
    yearly = place.installation.document("yearly.json")
    filled = [day for day in days(TODAY - 365 * DAY, TODAY) if "voltage" in of_day(yearly, day)]
    assert filled == list(days(OLDEST, TODAY))
    assert of_day(yearly, OLDEST)["voltage"].coverage < 1
    assert of_day(yearly, OLDEST)["power"].source == "statistics"


def test_statistics_that_do_not_fit_the_history_found(place: Place) -> None:
    """If nothing is stored yet, the history of this run decides the kind of a series."""
    metadata = {**METADATA, VOLTAGE: about("mWh", None, is_counter=False)}
    place.server.statistics = Statistics(metadata, row)
    place.installation.configure(entities={"voltage": VOLTAGE})
    result = place.installation.run("backfill", at=NOW)
    assert result.exit_code == 78
    assert "voltage: its statistics are measurement in kWh, stored as measurement in V" in (
        result.err
    )
    assert len(place.installation.document("yearly.json").points) == 5


def test_rows_that_no_home_can_have_are_left_out(place: Place) -> None:
    """A maximum of 655 MW, and a change of 735,000 kWh; the configured range is narrower."""
    broken = day_start(TODAY - 100 * DAY, ZONE).astimezone(UTC)

    def rows(entity_id: str, start: datetime) -> Mapping[str, float] | None:
        usual = row(entity_id, start)
        if usual is None or start != broken + 3 * HOUR:
            return usual
        return {
            **usual,
            **{ENERGY: {"change": 735e3}, VOLTAGE: {"min": 3.0}}.get(entity_id, {"max": 655e6}),
        }

    place.server.statistics = Statistics(METADATA, rows)
    with place.installation.config.open("a") as config:
        config.write("[homeassistant.plausible]\nvoltage = [90, 500]\n")
    place.backfill()
    values = of_day(place.installation.document("yearly.json"), TODAY - 100 * DAY)
    assert [round(value.coverage * 24) for value in values.values()] == [23, 23, 23]
    assert values["energy"].change == pytest.approx(23 * 0.25)
    assert (values["power"].max, values["voltage"].min) == (316.0, 220.0)


def test_a_series_of_another_unit_is_told(place: Place) -> None:
    """Statistics of another unit than the stored series are reported (78) and left out."""
    place.server.statistics = Statistics({**METADATA, VOLTAGE: METADATA[ENERGY]}, row)
    place.collect()
    result = place.installation.run("backfill", at=NOW)
    assert result.exit_code == 78
    assert "voltage: its statistics are total_increasing in kWh, stored as measurement in V" in (
        result.err
    )
    yearly = place.installation.document("yearly.json")
    assert len(yearly.points) == 365
    assert "voltage" not in of_day(yearly, TODAY - 100 * DAY)


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Australia/Adelaide", "Australia/Lord_Howe"])
def test_half_hours_keep_the_total(place: Place, tmp_path: Path, zone: str) -> None:
    """The days of a year have the total of its rows, with half a row at each end."""
    place.server.home.time_zone = zone
    there = Installation(tmp_path / "there", place.server.url, {"energy": ENERGY}, timezone=zone)
    place.server.plain.keep = timedelta(hours=1)
    there.run_well("backfill", at=NOW)
    yearly = there.document("yearly.json")
    local = ZoneInfo(zone)
    today = NOW.astimezone(local).date()
    length = (day_start(today, local) - day_start(today - 365 * DAY, local)) / HOUR
    assert len(yearly.points) == 365
    changes = [point["energy"].change or 0.0 for point in yearly.points.values()]
    assert fsum(changes) == pytest.approx(length * 0.25, abs=1e-4)
    weekly = there.document("weekly.json")
    assert len(weekly.points) == sum(len(hours(day, local)) for day in days(today - 7 * DAY, today))
    assert {point["energy"].coverage for point in weekly.points.values()} == {1.0}
