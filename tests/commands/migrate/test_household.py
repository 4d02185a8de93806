"""A real household's files: its energies, its holes and its wrong names."""

import os
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.commands.migrate.oldhome import daily_kwh, fingerprints, migrate_well
from tests.support.installation import Installation

KOLKATA = ZoneInfo("Asia/Kolkata")
# The README of the readings: kWh by the trapezoids of readings at most five minutes apart.
REAL_KWH = {
    13: 7.57, 14: 39.50, 15: 1.55, 16: 8.61, 17: 16.35,
    18: 30.94, 19: 11.12, 20: 20.92, 21: 29.60, 22: 13.42,
}  # fmt: skip
REAL_COVERAGE = {13: 0.672, 14: 0.999, 15: 0.045, 16: 0.604}


@pytest.mark.household
def test_a_real_household(tmp_path: Path) -> None:
    """The energies match the README, holes stay holes, series with wrong names are left out."""
    folder = os.environ.get("POWERSTATS_HOUSEHOLD")
    if not folder:
        pytest.skip("POWERSTATS_HOUSEHOLD does not name the folder of a household's readings")
    installation = Installation(
        tmp_path, "http://127.0.0.1:1", {"power": "sensor.power"}, timezone="Asia/Kolkata"
    )
    now = datetime(2025, 11, 24, 9, tzinfo=KOLKATA)
    before = fingerprints(Path(folder))
    told = migrate_well(installation, folder, at=now)
    found = daily_kwh(installation)
    assert [day.day for day in found] == list(REAL_KWH)
    for day, kwh in found.items():
        assert kwh == pytest.approx(REAL_KWH[day.day], abs=max(0.1, 0.01 * REAL_KWH[day.day])), day
    for start, point in installation.document("yearly.json").points.items():
        assert set(point) == {"power", "voltage"}
        number = start.astimezone(KOLKATA).day
        if number in REAL_COVERAGE:
            assert point["power"].coverage == pytest.approx(REAL_COVERAGE[number], abs=0.001)
    wiped = installation.archived(date(2025, 11, 22)).points
    assert datetime(2025, 11, 22, 13, 10, tzinfo=KOLKATA) in wiped  # 13:08:17 and a minute or two
    assert wiped[datetime(2025, 11, 22, 13, 10, tzinfo=KOLKATA)]["power"].coverage < 0.1
    assert "daily_energy: left out: looks mislabelled: equal to power in 99.8 %" in told
    assert "power_factor: left out: looks mislabelled: 4.5 to 9.9 is no power factor" in told
    assert "solar: left out: looks mislabelled: it only rises" in told
    files = installation.snapshot()
    migrate_well(installation, "--series", "solar=kWh", folder, at=now)
    solar = [p["solar"].change for p in installation.document("yearly.json").points.values()]
    assert solar[4:] == pytest.approx([20.1, 19.2, 20.9, 12.7, 19.9, 18.2], abs=0.11)
    assert installation.snapshot().keys() == files.keys()
    assert daily_kwh(installation) == found
    assert fingerprints(Path(folder)) == before
