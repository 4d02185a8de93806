"""The house is what the grid, the sun and a battery leave to it."""

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given, strategies

from powerstats_cli.core.buckets import Value, as_written, measure
from powerstats_cli.core.energy.flows import (
    Amount,
    Plan,
    balance,
    drawn,
    planned,
    self_consumption,
    self_sufficiency,
)
from tests.core.energy import homes
from tests.core.energy.homes import COUNTER, POWER, counted, plan_of, roles
from tests.core.histories import MINUTE_US, State, at, history_of

FULL = roles(
    {"oven": "kitchen"},
    imports="i",
    export="e",
    solar="s",
    charge="c",
    discharge="d",
    devices="hp kitchen oven",
)
DAY = {
    "i": counted(4.2),
    "s": counted(12.5),
    "e": counted(6.1),
    "d": counted(3.0),
    "c": counted(3.4),
    "hp": counted(2.1),
    "kitchen": counted(3.3),
    "oven": counted(0.9),
}
WHOLE = plan_of(FULL, counters=" ".join(DAY))


def kwh(amount: Amount | None) -> float | None:
    """Return an amount's energy, rounded as in the files."""
    return amount and round(amount.kwh, 6) + 0.0


def watts(*parts: tuple[float, int]) -> Value:
    """Return a power's bucket of ten minutes, out of watts and the minutes for which they held."""
    states, time = [], at(0)
    for power, minutes in parts:
        states.append(State(time, power))
        time += minutes * MINUTE_US
    value = measure(history_of(states), at(0), at(1 / 6), is_power=True)
    written = value and as_written(value)
    assert written is not None
    return written


@pytest.mark.parametrize(
    ("grid", "imported", "exported"),
    [
        (watts((1200.0, 4), (-1800.0, 3), (300.0, 3)), 0.095, 0.09),
        (watts((-600.0, 10)), 0.0, 0.1),
        (watts((600.0, 10)), 0.1, 0.0),
        # Stored without `back`: all of it went one way, or it is not known which.
        (Value(mean=-600.0, min=-700.0, max=-500.0, kwh=-0.1, coverage=1.0), 0.0, 0.1),
        (Value(mean=600.0, min=0.0, max=700.0, kwh=0.1, coverage=1.0), 0.1, 0.0),
        (Value(mean=30.0, min=-1800.0, max=1200.0, kwh=0.005, coverage=1.0), None, None),
    ],
)
@pytest.mark.parametrize("sign", ["", "-"])
def test_one_power_of_the_grid_has_both_ways(
    grid: Value, imported: float | None, exported: float | None, sign: str
) -> None:
    """A mean forgets the ways; turned around they change places; their difference stays known."""
    found = balance(plan_of(roles(grid=f"{sign}grid"), powers="grid"), {"grid": grid})
    ways = (kwh(found.flows["import"]), kwh(found.flows["export"]))
    assert ways == ((exported, imported) if sign else (imported, exported))
    assert kwh(found.house) == pytest.approx(-(grid.kwh or 0) if sign else grid.kwh)


@pytest.mark.parametrize("sign", ["", "-"])
def test_one_power_of_a_battery_has_both_ways(sign: str) -> None:
    """It is above zero if the battery feeds the house; the sign is turned for others."""
    plan = plan_of(roles(grid="grid", battery=f"{sign}battery"), powers="grid battery")
    point = {"grid": homes.drawn(1.0), "battery": homes.drawn(-0.3, 0.5)}
    found = balance(plan, point)
    ways = (kwh(found.flows["discharge"]), kwh(found.flows["charge"]))
    assert ways == ((0.5, 0.2) if sign else (0.2, 0.5))
    assert kwh(found.house) == (1.3 if sign else 0.7)


def test_the_house_is_what_the_flows_leave() -> None:
    """House = import + solar - export + discharge - charge, and its shares."""
    found = balance(WHOLE, DAY)
    assert kwh(found.house) == 10.2
    assert self_consumption(12.5, 6.1) == pytest.approx(0.512)
    assert self_sufficiency(10.2, 4.2) == pytest.approx(0.5882, abs=5e-5)


def test_a_house_that_is_measured_is_what_its_meter_says() -> None:
    """The balance then is only there to compare."""
    plan = plan_of(roles(imports="i", solar="s", house="h"), counters="i s h")
    found = balance(plan, {"i": counted(4.0), "s": counted(6.0), "h": counted(9.9)})
    assert (kwh(found.house), kwh(found.balanced)) == (9.9, 10.0)


def test_a_device_within_another_is_tracked_once() -> None:
    """Only the outermost devices are subtracted from the house."""
    found = balance(WHOLE, DAY)
    assert kwh(found.untracked) == 4.8
    assert {name: kwh(amount) for name, amount in found.devices.items()} == {
        "hp": 2.1,
        "kitchen": 3.3,
        "oven": 0.9,
    }


def test_counters_count() -> None:
    """A role's energy is that of its counters if it has any, and nothing is mixed within it."""
    two_tariffs = {"t1": counted(0.312), "t2": counted(0.045), "power": homes.drawn(0.36)}
    for given_roles in (
        roles(imports="t1 t2", grid="power"),
        roles(imports="t1 power t2"),
        roles(imports="power t2 t1"),
    ):
        found = balance(plan_of(given_roles, counters="t1 t2", powers="power"), two_tariffs)
        assert kwh(found.flows["import"]) == 0.357


def test_powers_draw() -> None:
    """A curve is that of a role's powers if it has any; else that of its counters."""
    kinds = {"t1": COUNTER, "grid": POWER, "s": COUNTER, "s_power": POWER, "h": COUNTER}
    given_roles = roles(imports="t1", grid="grid", solar="s s_power", house="h")
    point = {
        "t1": counted(0.3),
        "grid": homes.drawn(0.36),
        "s": counted(0.1),
        "s_power": homes.drawn(0.12),
        "h": counted(0.5),
    }
    counts, draws = (balance(plan(given_roles, kinds), point) for plan in (planned, drawn))
    assert (kwh(counts.flows["import"]), kwh(counts.flows["solar"])) == (0.3, 0.1)
    assert (kwh(draws.flows["import"]), kwh(draws.flows["solar"])) == (0.36, 0.12)
    assert kwh(draws.house) == 0.5


def test_each_way_of_the_grid_has_its_own_meter() -> None:
    """A counter of one way comes before the power; the other way is that of the power."""
    plan = plan_of(roles(imports="i", grid="grid"), counters="i", powers="grid")
    found = balance(plan, {"i": counted(1.0), "grid": homes.drawn(0.6, 0.3)})
    assert (kwh(found.flows["import"]), kwh(found.flows["export"])) == (1.0, 0.3)
    assert kwh(found.house) == 0.7


@pytest.mark.parametrize(
    ("imported", "solar", "known"),
    [(0.98, 0.97, 0.97), (0.98, 0.96, 0.96), (0.98, 0.9599, None), (0.98, 0.9, None)],
)
def test_a_sum_is_known_of_one_time(imported: float, solar: float, known: float | None) -> None:
    """Terms that are known to shares which differ by more than 0.02 are not added."""
    plan = plan_of(roles(imports="i", solar="s"), counters="i s")
    house = balance(plan, {"i": counted(1.0, imported), "s": counted(1.0, solar)}).house
    assert (house and house.coverage) == known


def test_a_sum_is_never_below_zero_when_shown_as_a_share() -> None:
    """Meters tick apart: the sum stays below zero, the share is cut."""
    found = balance(WHOLE, DAY | {"s": counted(0.4), "e": counted(0.5)})
    assert round(found.flows["solar"].kwh - found.flows["export"].kwh, 6) == -0.1  # type: ignore[union-attr]
    assert self_consumption(0.4, 0.5) == 0.0
    assert self_sufficiency(0.4, 0.5) == 0.0
    assert self_sufficiency(0.4, -0.1) == 1.0
    assert self_consumption(0.0, 0.0) is None
    assert self_sufficiency(-0.1, 0.0) is None


def test_two_inverters_are_added_up() -> None:
    """If one of them is unknown, the sun is."""
    plan = plan_of(roles(solar="south west"), powers="south west")
    both = {"south": homes.drawn(2.0), "west": homes.drawn(1.5)}
    assert kwh(balance(plan, both).flows["solar"]) == 3.5
    assert balance(plan, {"south": homes.drawn(2.0)}).flows["solar"] is None


@pytest.mark.parametrize(
    ("named", "has_house", "tells_sufficiency"),
    [
        ({"imports": "i"}, True, True),
        ({"grid": "p"}, True, True),
        ({"solar": "s"}, False, False),
        ({"export": "e", "solar": "s"}, False, False),
        ({"solar": "s", "battery": "p"}, True, True),
        ({"house": "h"}, True, False),
        ({"house": "h", "solar": "s"}, True, False),
        ({"house": "h", "imports": "i"}, True, True),
        ({"devices": "h"}, False, False),
        ({}, False, False),
    ],
)
def test_what_can_be_told(
    named: Mapping[str, str],
    has_house: bool,  # noqa: FBT001
    tells_sufficiency: bool,  # noqa: FBT001
) -> None:
    """The sun alone does not tell what the house takes; a house's meter not what was bought."""
    plan = plan_of(roles({}, **named), counters="i e s h", powers="p")
    assert (plan.has_house, plan.tells_sufficiency) == (has_house, tells_sufficiency)
    point = {name: counted(1.0) for name in "iesh"} | {"p": homes.drawn(1.0)}
    assert (balance(plan, point).house is not None) == has_house


# --- properties -------------------------------------------------------------------------------

energies = strategies.integers(0, 10_000_000).map(lambda number: number / 1e6)
ways = strategies.sampled_from(["counters", "power"])


@given(
    bought=energies, sold=energies, sun=energies, stored=energies, drawn_off=energies, grid=ways,
    battery=ways,
)  # fmt: skip
def test_what_comes_in_goes_out(
    bought: float, sold: float, sun: float, stored: float, drawn_off: float, grid: str, battery: str
) -> None:
    """House + export + charge = import + solar + discharge, however each of them is measured."""
    by_power = {role for role, way in (("grid", grid), ("battery", battery)) if way == "power"}
    named = {"solar": "s"}
    named |= {"grid": "g"} if "grid" in by_power else {"imports": "i", "export": "e"}
    named |= {"battery": "-b"} if "battery" in by_power else {"charge": "c", "discharge": "d"}
    point = {
        "s": counted(sun),
        "i": counted(bought),
        "e": counted(sold),
        "g": homes.drawn(bought - sold, sold),
        "c": counted(stored),
        "d": counted(drawn_off),
        "b": homes.drawn(stored - drawn_off, drawn_off),
    }
    found = balance(plan_of(roles({}, **named), counters="s i e c d", powers="g b"), point)
    house, flows = found.house, {flow: kwh(amount) or 0.0 for flow, amount in found.flows.items()}
    assert house is not None
    assert house.kwh == pytest.approx(bought + sun - sold + drawn_off - stored, abs=1e-9)
    assert flows["import"] == pytest.approx(bought, abs=1e-6)
    assert flows["charge"] == pytest.approx(stored, abs=1e-6)


@given(seed=strategies.integers(0, 2**32))
def test_the_order_of_series_does_not_matter(seed: int) -> None:
    """Series of a role may be named in any order, in a role and in a point."""
    random = Random(seed)
    names = [f"s{number}" for number in range(6)]
    point = {name: counted(random.random(), random.choice([1.0, 0.99, 0.97])) for name in names}

    def found(order: list[str], values: Mapping[str, Value]) -> object:
        plan: Plan = plan_of(
            roles(imports=" ".join(order[:3]), solar=" ".join(order[3:])), counters=" ".join(order)
        )
        return balance(plan, values)

    in_order = found(names, point)
    shuffled = [*random.sample(names[:3], 3), *random.sample(names[3:], 3)]
    assert found(shuffled, dict(random.sample(list(point.items()), 6))) == in_order


@given(seed=strategies.integers(0, 2**32))
def test_a_thing_that_is_measured_twice_counts_once(seed: int) -> None:
    """Powers beside the counters of a role change nothing."""
    random = Random(seed)
    point = {name: counted(random.random()) for name in ("i", "e", "s", "c", "d")}
    point |= {name: homes.drawn(random.random(), random.random()) for name in ("grid", "b", "sp")}
    once = roles(imports="i", export="e", solar="s", charge="c", discharge="d")
    twice = roles(
        imports="i", export="e", grid="grid", solar="sp s", charge="c", discharge="d", battery="-b"
    )
    plans = [plan_of(each, counters="i e s c d", powers="grid b sp") for each in (once, twice)]
    assert balance(plans[0], point) == balance(plans[1], point)
