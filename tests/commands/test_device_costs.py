"""`flows --devices` with a tariff: what each device would have cost from the grid."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import pytest

from powerstats_cli.core.periods import DAY, days
from tests.commands.billing import COUNTER, PRICE, Home, at, told
from tests.support.installation import Installation

TODAY = date(2025, 11, 22)
NOW = at(TODAY, 14)
FIRST = TODAY - 12 * DAY
FLOWS = """
[flows]
import = ["low", "high"]
export = "feed"
solar = "sun"
devices = ["boiler", "car"]
[money]
currency = "EUR"
[zones]
night = ["00:00-06:00"]
[tariffs.mine]
from = 2025-11-02
"""
LINES = """
lines = [
  { name = "Energy", per = "import", rate = { night = 0.20, rest = 0.30 } },
  { name = "Tax", per = "house", rate = 0.10 },
  { name = "Fed in", per = "export", rate = 0.08 },
  { name = "Fixed", per = "month", rate = 9.0 },
  { name = "Demand", per = "kW month", rate = 4.0 },
  { name = "VAT", percent = 20 },
]
"""
BY_REGISTERS = 'lines = [{ name = "Low", per = "low", rate = 0.2 }]'
SPOT = (
    '\nlines = [{ name = "Spot", per = "import", price = "epex" }]\n[prices]\nepex = { step = 30 }'
)
ITS_OWN = """
lines = [
  { name = "Energy", per = "import", rate = 0.3 },
  { name = "Controlled load", per = "boiler", rate = 0.1 },
]
"""
LATER = 'until = 2025-11-15\nlines = [{ name = "Energy", per = "import", rate = 0.3 }]'


def boiler(local: datetime) -> float:
    """Return 0.3 kWh in each half hour from 05:00 to 07:00."""
    return 0.3 if local.hour in {5, 6} else 0.0


def home(folder: Path, config: str) -> Installation:
    """Return a home with two devices, one of which never runs, and some days of a price."""
    return Home(
        folder,
        NOW,
        list(days(FIRST, TODAY + DAY)),
        {**dict.fromkeys(["low", "high", "feed", "sun", "boiler", "car"], COUNTER), "epex": PRICE},
        {
            **dict.fromkeys(["low", "high", "feed", "sun"], lambda _: 0.15),
            "boiler": boiler,
            "car": lambda _: 0.0,
            "epex": lambda local: 0.25 if local.date() > TODAY - 5 * DAY else None,
        },
        FLOWS + config,
        minutes=30,
    ).installed()


def costs(installation: Installation, *period: str) -> Mapping[str, float | None]:
    """Return what `flows --devices --json` says of each device."""
    found = told(installation, "flows", "--devices", *period, now=NOW)
    assert found.get("currency", "EUR") == "EUR"
    return {row["name"]: row.get("from_grid", "-") for row in found["devices"]}


# A day of the boiler: 0.6 kWh by night and 0.6 kWh after it.
DAY_COST = (0.6 * 0.20 + 0.6 * 0.30 + 1.2 * 0.10) * 1.2


@pytest.mark.parametrize(
    ("period", "number"),
    [("2025-11-20", 1), ("2025-11-18..2025-11-21", 3), ("today", 1), ("2025-11-11..", 12)],
)
def test_a_device_costs_what_its_kwh_would_have_cost(
    tmp_path: Path, period: str, number: int
) -> None:
    """Zones, taxes and VAT count; what is fixed, a demand and what is fed in do not."""
    found = costs(home(tmp_path, LINES), period)
    assert found == {"boiler": pytest.approx(number * DAY_COST, abs=1e-4), "car": 0.0}


@pytest.mark.parametrize(
    ("config", "period", "cost"),
    [
        pytest.param(BY_REGISTERS, "2025-11-20", None, id="prices by registers of the meter"),
        pytest.param(LATER, "2025-11-12..2025-11-21", None, id="no tariff on some days"),
        pytest.param(SPOT, "2025-11-20", 0.3, id="a known price"),
        pytest.param(SPOT, "2025-11-12..2025-11-21", None, id="an unknown price"),
        pytest.param(ITS_OWN, "2025-11-20", 0.12, id="a price of its own"),
        pytest.param(LINES, "2025-11-20T05..2025-11-20T06", "-", id="a part of a day"),
    ],
)
def test_what_cannot_be_priced_has_no_amount(
    tmp_path: Path, config: str, period: str, cost: float | str | None
) -> None:
    """An unknown price, or days without a tariff, never become a number."""
    assert costs(home(tmp_path, config), period)["boiler"] == cost


def test_the_table_has_a_column_of_money(tmp_path: Path) -> None:
    """It fits into 60 columns."""
    lines = home(tmp_path, LINES).run("flows", "--devices", "2025-11-20", at=NOW).out.splitlines()
    assert lines[1].split() == ["Device", "kWh", "house", "from", "grid", "Known"]
    assert lines[2].split() == ["boiler", "1.20", "8.3%", f"{DAY_COST:.2f}", "100%"]
    assert max(map(len, lines)) <= 60


def test_a_mistake_in_a_tariff_is_told_beside_the_devices(tmp_path: Path) -> None:
    """The energies are shown all the same."""
    found = home(tmp_path, "lines = [{ name = 1 }]").run("flows", "--devices", at=NOW)
    assert found.exit_code == 78
    assert "boiler" in found.out
    assert "tariffs.mine" in found.err
