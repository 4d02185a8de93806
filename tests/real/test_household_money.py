"""What ten days of a real household cost by a price of quarter-hours, beside its raw readings.

The readings are no part of this project: POWERSTATS_HOUSEHOLD names their folder.
"""

import os
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.server import HomeAssistant
from tests.commands.billing import told
from tests.real.test_household import FIRST_RUN, KOLKATA, LAST_RUN, ZONE, Readings, readings
from tests.support.installation import TOKEN, Installation

pytestmark = pytest.mark.household

# Amounts are written with 4 decimals.
ROUNDING = 1e-4
QUARTER = timedelta(minutes=15)
HOURLY = (9, 8, 7.5, 7.2, 7.5, 9, 12, 15, 14, 10, 6, 3, 2, 1, 3, 7, 11, 16, 21, 23, 19, 15, 12, 10)
MIDNIGHT = datetime(2025, 11, 13, tzinfo=KOLKATA)
CONFIG = """
[flows]
import = "power"
[prices]
market = { step = 15 }
[money]
currency = "EUR"
[tariffs.dynamic]
from = 2025-11-01
lines = [{ name = "Spot", per = "import", price = "market" }]
"""


def made_prices() -> dict[datetime, float]:
    """Return a price for each quarter-hour of the ten days: a market's day, with some chance."""
    chance = Random(1)
    found = {}
    at = MIDNIGHT
    while at < LAST_RUN + QUARTER:
        slope = (HOURLY[(at.hour + 1) % 24] - HOURLY[at.hour - 1]) / 2
        cents = HOURLY[at.hour] + slope * (at.minute / 60 - 0.375) + chance.gauss(0, 0.8)
        found[at] = round(cents / 100, 5)
        at += QUARTER
    return found


def cost_of(series: Readings, prices: dict[datetime, float]) -> dict[str, float]:
    """Return what each day cost: each reading of a power holds until the next."""
    found: dict[str, float] = {}
    edges = sorted(prices)
    place = 0
    for (at, value), (until, _) in pairwise([*series, (LAST_RUN, None)]):
        start = at
        while value is not None and start < until:
            while edges[place + 1] <= start:
                place += 1
            end = min(until, edges[place + 1])
            day = str(start.astimezone(KOLKATA).date())
            kwh = value * (end - start).total_seconds() / 3.6e6
            found[day] = found.get(day, 0.0) + kwh * prices[edges[place]]
            start = end
    return found


@pytest.mark.parametrize("minutes", [10, 15])
def test_quarter_hour_prices(tmp_path: Path, minutes: int) -> None:
    """Buckets of ten minutes are off by up to 0.1 % a day on average, those of 15 by nothing."""
    folder = os.environ.get("POWERSTATS_HOUSEHOLD")
    if not folder:
        pytest.skip("POWERSTATS_HOUSEHOLD does not name the folder of a household's readings")
    power, prices = readings(Path(folder))["power"], made_prices()
    home = RecordedHome(
        {
            "sensor.power": {"state_class": "measurement", "unit_of_measurement": "W"},
            "sensor.market": {"state_class": "total", "unit_of_measurement": "EUR/kWh"},
        },
        {
            "sensor.power": [
                Change(at, "unavailable" if value is None else repr(value)) for at, value in power
            ],
            "sensor.market": [
                Change(at + timedelta(seconds=4), f"{price:.5f}") for at, price in prices.items()
            ],
        },
        time_zone=ZONE,
    )
    now = FIRST_RUN
    with HomeAssistant(home, token=TOKEN, clock=lambda: now) as server:
        installation = Installation(
            tmp_path,
            server.url,
            {"power": "sensor.power", "market": "sensor.market"},
            timezone=ZONE,
            data={"retention_days": 30, "collection_interval_minutes": minutes},
            more=CONFIG,
        )
        installation.run_well("collect", at=now)
        now = LAST_RUN
        installation.run_well("collect", at=now)
        installation.run_well("rotate", at=now)
    found = told(installation, "cost", "--to", "2025-11-23", now=LAST_RUN)
    amounts = {row["start"][:10]: row["energy"] for row in found["rows"] if row["energy"]}
    expected = cost_of(power, prices)
    # The first run begins on the first day; of the third only an hour is known.
    wanted = [day for day in expected if "2025-11-14" <= day <= "2025-11-22" and day[-2:] != "15"]
    off = [abs(amounts[day] - expected[day]) for day in wanted]
    assert len(off) == 8
    if minutes == 15:
        assert max(off) <= ROUNDING
    shares = [each / expected[day] for each, day in zip(off, wanted, strict=True)]
    assert sum(shares) / len(shares) <= 0.001
