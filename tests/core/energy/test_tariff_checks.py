"""What `doctor` says of a counter whose energy is priced late."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from powerstats_cli.core.documents import Point
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.flows import drawn, planned
from powerstats_cli.core.energy.hours import parsed
from powerstats_cli.core.energy.tariff_checks import late
from powerstats_cli.core.energy.tariffs import Tariff
from tests.core.energy.homes import COUNTER, POWER, counted, roles
from tests.core.energy.homes import drawn as power
from tests.core.energy.tariffing import NL, line
from tests.core.energy.test_checks import FIRST, days_of

ZONED: dict[str, Any] = {"rate": {"peak": 0.5, "rest": 0.3}}


def contract(**keys: Any) -> Contract:
    """Return the contract of a home with one line."""
    lines = (line(**keys), line(per="month", rate=5.0))
    tariff = Tariff(since=date(2025, 1, 1), lines=lines)
    zones = {"peak": (parsed("17:00-20:00"),)}
    return Contract(
        timezone=NL, currency="EUR", bill_from=FIRST, zones=zones, tariffs={"a": tariff}
    )


def hourly(_: int, at: int) -> float:
    """Return the kWh of ten minutes of a counter that comes once an hour."""
    return 0.6 * (at == 0)


def even(_hour: int, _at: int) -> float:
    """Return the kWh of ten minutes of a counter that comes often."""
    return 0.1


@pytest.mark.parametrize(
    ("step", "keys", "series"),
    [
        (hourly, ZONED, ["i"]),
        (even, ZONED, []),
        (hourly, {"price": "epex"}, ["i"]),
        (hourly, {"rate": 0.3}, []),
        (hourly, {"rate": 0.3, "only": "peak"}, ["i"]),
        (hourly, {"rate": 0.3, "less": "export", "within": 60}, ["i"]),
        (hourly, {"rate": 0.3, "less": "export", "within": "bill"}, []),
        (hourly, {**ZONED, "per": "register"}, ["register"]),
        (hourly, {"per": "kW month", "rate": 4.0}, []),
    ],
)
def test_a_counter_that_comes_seldom(
    step: Callable[[int, int], float], keys: dict[str, Any], series: list[str]
) -> None:
    """It is told if a line prices its energy by the time, and only then."""

    def home(hour: int, at: int) -> Point:
        kwh = step(hour, at) * (1 + hour * 0.037)
        return {"i": counted(kwh), "register": counted(kwh)}

    given, kinds = roles(imports="i"), {"i": COUNTER, "register": COUNTER}
    pieces = [piece for day in days_of(home).values() for piece in day]
    plans = planned(given, kinds), drawn(given, kinds)
    found = list(late(contract(**keys), FIRST, *plans, pieces))
    says = "changes only once an hour, so its energy is priced up to an hour late"
    assert [finding.text for finding in found] == [f"{each} {says}" for each in series]


def test_with_a_power_beside_it() -> None:
    """The check of the roles says that the counter is to be left out."""

    def home(hour: int, at: int) -> Point:
        more = 1 + hour * 0.037
        return {"i": counted(hourly(hour, at) * more), "grid": power(0.1 * more)}

    given, kinds = roles(imports="i", grid="grid"), {"i": COUNTER, "grid": POWER}
    pieces = [piece for day in days_of(home).values() for piece in day]
    plans = planned(given, kinds), drawn(given, kinds)
    assert list(late(contract(**ZONED), FIRST, *plans, pieces)) == []
