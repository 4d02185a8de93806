"""Sensors of prices: which are offered, and the minutes for which their prices hold."""

import json
from collections.abc import Mapping
from math import nan
from typing import Any

import pytest

from powerstats_cli.core.candidates.charges import Charge, charges, feeds_in, paid_for
from powerstats_cli.core.candidates.dashboard import Priced, decoded, prices
from powerstats_cli.core.candidates.prices import changes_of, price_sensors, step_of
from powerstats_cli.core.candidates.selection import Kept
from powerstats_cli.core.candidates.sensors import Entity
from powerstats_cli.core.history import History
from powerstats_cli.core.series import Kind

MINUTE = 60_000_000
HOUR = 60 * MINUTE


@pytest.mark.parametrize(
    ("entity_id", "unit", "is_offered"),
    [
        ("sensor.nordpool_kwh_nl_eur_3_10_021", "EUR/kWh", True),
        ("sensor.entso_e_current_electricity_market_price", "€/MWh", True),
        ("sensor.octopus_energy_electricity_21l_current_rate", "GBP/kWh", True),
        ("sensor.energy_price", "ct/kWh", True),
        ("input_number.price", "EUR/kWh", True),
        ("sensor.octopus_energy_electricity_21l_next_rate", "GBP/kWh", False),
        ("sensor.entso_e_lowest_energy_price", "€/MWh", False),
        ("sensor.average_price_today", "EUR/kWh", False),
        ("sensor.energy_cost", "EUR", False),
        ("sensor.price", None, False),
        ("sensor.heat", "kWh", False),
    ],
)
def test_what_is_offered(entity_id: str, unit: str | None, is_offered: bool) -> None:  # noqa: FBT001
    """Prices of now, whatever money; those of another moment are not offered."""
    entity = Entity(entity_id, "", 0.2, unit)
    assert price_sensors([entity], "EUR") == [entity] * is_offered


def test_the_likeliest_comes_first() -> None:
    """Gas and what is fed in come after, and what has no number before them."""
    ids = ["sensor.gas_price", "sensor.export_price", "sensor.price", "sensor.current_price"]
    entities = [Entity(each, "", 0.2, "EUR/kWh") for each in ids]
    entities.append(Entity("sensor.spot", "", nan, "EUR/kWh"))
    found = [each.entity_id for each in price_sensors(entities, "EUR")]
    assert found == [
        "sensor.current_price",
        "sensor.price",
        "sensor.spot",
        "sensor.gas_price",
        "sensor.export_price",
    ]


def history(*states: tuple[int, float]) -> History:
    """Return a history of states, each after some µs."""
    found = History()
    for at, value in states:
        found.append(at, value)
    return found


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ([number * 15 * MINUTE + 4_000_000 for number in range(1, 90)], 15),
        ([number * HOUR - 30_000_000 for number in range(1, 20)], 60),
        ([number * 30 * MINUTE for number in range(1, 20)], 30),
        ([number * 5 * MINUTE for number in range(1, 20)], 5),
        ([30 * MINUTE, 330 * MINUTE, 1470 * MINUTE, 1770 * MINUTE], 30),  # twice a day
        ([*(number * HOUR for number in range(1, 20)), 400 * MINUTE + 7 * MINUTE], 60),
        ([number * 7 * MINUTE for number in range(1, 20)], 5),
        ([HOUR, 2 * HOUR], None),
        ([], None),
    ],
)
def test_the_step(changes: list[int], step: int | None) -> None:
    """The longest at whose multiples nearly all changes are; a few seconds do not matter."""
    assert step_of(changes, 0) == step


def test_steps_tile_the_local_hour() -> None:
    """In Kathmandu, which is 5:45 from UTC, the hours begin at a quarter past of UTC."""
    changes = [number * HOUR + 15 * MINUTE for number in range(9)]
    assert step_of(changes, 5 * HOUR + 45 * MINUTE) == 60


def test_a_restart_is_no_change() -> None:
    """A price that comes back is the one that it was."""
    found = history((0, 0.1), (9, nan), (12, 0.1), (20, 0.2), (25, nan), (30, 0.3))
    assert changes_of(found) == [20, 30]


# --- the dashboard --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            {
                "flow_from": [
                    {"stat_energy_from": "sensor.t1", "number_energy_price": 0.2},
                    {"stat_energy_from": "sensor.t2", "entity_energy_price": "sensor.price"},
                    {"stat_energy_from": "sensor.t3", "stat_cost": "sensor.cost"},
                ],
                "flow_to": [{"stat_energy_to": "sensor.out", "number_energy_price": 0.07}],
            },
            [
                Priced("sensor.t1", "import", 0.2),
                Priced("sensor.t2", "import", None, "sensor.price"),
                Priced("sensor.out", "export", 0.07),
            ],
        ),
        (
            {
                "stat_energy_from": "sensor.t1",
                "stat_energy_to": "sensor.out",
                "number_energy_price": 1,
                "entity_energy_price_export": "sensor.sold",
            },
            [
                Priced("sensor.t1", "import", 1.0),
                Priced("sensor.out", "export", None, "sensor.sold"),
            ],
        ),
    ],
    ids=["2024.3", "2026.11"],
)
def test_prices_of_both_releases(source: Mapping[str, Any], expected: list[Priced]) -> None:
    """A flow without a price is left out."""
    raw = json.dumps({"energy_sources": [{"type": "grid", **source}, {"type": "solar"}]}).encode()
    assert prices(decoded(raw)) == expected


COUNTER, POWER = Kind("kWh", "total_increasing"), Kind("W", "measurement")
DAY_METER = Kept("day", "sensor.t1", COUNTER, "import")
NIGHT_METER = Kept("night", "sensor.t2", COUNTER, "import")
GRID = Kept("grid", "sensor.grid", POWER, "grid")
IMPORTED = Kept("bought", "sensor.bought", POWER, "import")


@pytest.mark.parametrize(
    ("kept", "rates", "expected"),
    [
        ((DAY_METER, NIGHT_METER), (0.2, 0.2), [Charge("import", 0.2)]),
        ((DAY_METER, NIGHT_METER), (0.2, 0.3), [Charge("day", 0.2), Charge("night", 0.3)]),
        ((DAY_METER, GRID), (0.2, None), [Charge("import", 0.2)]),
        ((DAY_METER, IMPORTED), (0.2, None), [Charge("import", 0.2)]),
        ((DAY_METER, NIGHT_METER), (0.2, None), []),
        ((DAY_METER,), (0.0, None), []),
        ((GRID,), (0.2, 0.2), []),
    ],
)
def test_charges(kept: tuple[Kept, ...], rates: tuple[Any, Any], expected: list[Charge]) -> None:
    """All counters of import have to have a price; powers beside them count nothing."""
    priced = [
        Priced(f"sensor.t{number}", "import", rate)
        for number, rate in enumerate(rates, start=1)
        if rate is not None
    ]
    assert charges(priced, kept, "import") == expected


@pytest.mark.parametrize(
    ("roles", "pays", "feeds"),
    [
        (["import", "export", "solar"], "import", True),
        (["grid"], "import", True),
        (["house"], "house", False),
        (["house", "devices"], "house", False),
        (["house", "solar"], None, False),
        (["devices"], None, False),
        ([None], None, False),
    ],
)
def test_what_is_paid_for(roles: list[Any], pays: str | None, feeds: bool) -> None:  # noqa: FBT001
    """Import; the house only if nothing else feeds it."""
    kept = tuple(Kept(str(number), "sensor.x", POWER, role) for number, role in enumerate(roles))
    assert (paid_for(kept), feeds_in(kept)) == (pays, feeds)
