"""The simulated house is the same each time, whole, and true to its own power."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import pairwise
from math import isfinite
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerstats_cli.demo import events
from powerstats_cli.demo.events import Event
from powerstats_cli.demo.homes import Change
from powerstats_cli.demo.house import House
from powerstats_cli.demo.sensors import (
    BATTERY,
    BATTERY_CHARGE,
    CAR,
    DEVICES,
    DISHWASHER,
    ENERGY,
    ENTITIES,
    GRID,
    GRID_EXPORT,
    GRID_IMPORT,
    HEAT_PUMP,
    KITCHEN,
    METER,
    POWER,
    POWER_FACTOR,
    PRICE,
    SOLAR,
    VOLTAGE,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LAST = date(2024, 11, 4)
FIRST = LAST - timedelta(days=20)  # the clocks change on 27 October
TICK = timedelta(microseconds=1)
ROUNDING_KWH = 0.0005
START = datetime(2024, 10, 14, 22, tzinfo=UTC)
END = datetime(2024, 11, 4, 23, tzinfo=UTC)
WHOLE = END - START


@cache
def house() -> House:
    """Return the house that the tests look at."""
    return House(AMSTERDAM, FIRST, LAST)


@cache
def all_changes(entity_id: str) -> Sequence[Change]:
    """Return all states of a sensor."""
    return house().changes(entity_id, START - TICK, END)


def event(name: str) -> Event:
    """Return one of the house's events."""
    return house().events[name]


def texts(entity_id: str, start: datetime, end: datetime) -> list[str]:
    """Return a sensor's states in [start, end)."""
    return [change.state for change in house().changes(entity_id, start - TICK, end)]


def integral_of_states(entity_id: str, start: datetime, end: datetime) -> float:
    """Integrate a power sensor's numeric states over [start, end), in its unit times hours."""
    changes = [change for change in all_changes(entity_id) if change.at < end]
    ends = [change.at for change in changes[1:]] + [end]
    return sum(
        float(change.state) * max(until - max(change.at, start), timedelta()) / timedelta(hours=1)
        for change, until in zip(changes, ends, strict=True)
        if isfinite(_number(change.state))
    )


instants = st.integers(0, WHOLE // TICK).map(lambda micros: START + micros * TICK)


def test_the_same_on_every_machine() -> None:
    """A day's states are the same as when this test was written."""
    start = datetime(2024, 11, 2, 23, tzinfo=UTC)
    day = [
        (entity_id, change.at.isoformat(), change.state)
        for entity_id in ENTITIES
        for change in House(AMSTERDAM, FIRST, LAST).changes(
            entity_id, start, start + timedelta(days=1)
        )
    ]
    digest = sha256(json.dumps(day).encode()).hexdigest()[:16]
    assert digest == "36766e0513f1e750"


def test_order_of_asking_does_not_matter() -> None:
    """Days asked for backwards are the days asked for forwards."""
    other = House(AMSTERDAM, FIRST, LAST)
    edges = [START - TICK + timedelta(days=10, hours=7 * part) for part in range(30)]
    joined: dict[str, list[Change]] = {entity_id: [] for entity_id in ENTITIES}
    for span in reversed(list(pairwise(edges))):
        for entity_id in reversed(ENTITIES):
            joined[entity_id][:0] = other.changes(entity_id, *span)
    for entity_id in ENTITIES:
        assert joined[entity_id] == list(house().changes(entity_id, edges[0], edges[-1]))


@pytest.mark.parametrize("entity_id", ENTITIES)
def test_states_ascend_and_end_with_the_last_day(entity_id: str) -> None:
    """No two states of a sensor at once, none outside the house's days."""
    times = [change.at for change in all_changes(entity_id)]
    assert all(earlier < later for earlier, later in pairwise(times))
    assert START <= times[0] < START + timedelta(seconds=10)
    assert house().before(entity_id, END + timedelta(days=3)) == all_changes(entity_id)[-1]
    assert house().before(entity_id, START - TICK) is None


@settings(deadline=None)  # the first example makes the days
@given(at=instants, entity_id=st.sampled_from(ENTITIES))
def test_open_at_both_ends(at: datetime, entity_id: str) -> None:
    """A change exactly at the start or end is not given; the newest before is the newest."""
    before = house().before(entity_id, at)
    if before is None:
        assert at < all_changes(entity_id)[0].at
        return
    assert house().changes(entity_id, before.at, at + TICK) == []
    later = house().changes(entity_id, before.at, at + timedelta(hours=30))
    if later:
        assert house().changes(entity_id, before.at, later[0].at) == []
        assert house().before(entity_id, later[0].at) == later[0]


@pytest.mark.parametrize(
    ("entity_id", "low", "high"),
    [
        (POWER, 0, 9000),
        (VOLTAGE, 207, 253),
        (POWER_FACTOR, 50, 100),
        (SOLAR, 0, 4.2),
        (GRID, -4200, 9000),
        (BATTERY, -2500, 2500),
        (BATTERY_CHARGE, 10, 100),
        (PRICE, -0.2, 0.4),
    ],
)
def test_values_are_plausible(entity_id: str, low: float, high: float) -> None:
    """All numbers are in the range of such a sensor, and they are not all alike."""
    numbers = {_number(change.state) for change in all_changes(entity_id)}
    finite = {number for number in numbers if isfinite(number)}
    assert low <= min(finite) < max(finite) <= high
    assert len(finite) > 5


@pytest.mark.parametrize(("entity_id", "least"), [(VOLTAGE, 0.5), (POWER_FACTOR, 2.0)])
def test_a_meter_reports_what_moved(entity_id: str, least: float) -> None:
    """On an uneventful day its voltage and power factor are reported only if they moved so far."""
    start = datetime(2024, 11, 3, tzinfo=AMSTERDAM).astimezone(UTC)
    numbers = [float(text) for text in texts(entity_id, start, start + timedelta(days=1))]
    moves = [abs(after - before) for before, after in pairwise(numbers)]
    assert min(moves) >= least - 1e-9
    assert len(numbers) > 100


def test_a_change_every_few_minutes() -> None:
    """By day the power changes every 2 to 4 minutes or when something switches, by night less."""
    day = len(
        texts(POWER, datetime(2024, 11, 3, 9, tzinfo=UTC), datetime(2024, 11, 3, 15, tzinfo=UTC))
    )
    night = len(
        texts(POWER, datetime(2024, 11, 3, 0, tzinfo=UTC), datetime(2024, 11, 3, 5, tzinfo=UTC))
    )
    assert 6 * 60 / 4 < day < 6 * 60
    assert night / 5 < 0.8 * day / 6


def test_the_sun_sets() -> None:
    """Nothing comes from the roof at night, and something by day, more in summer."""
    year = House(AMSTERDAM, date(2024, 1, 1), date(2024, 12, 31))

    def yield_of(first: datetime) -> float:
        return year.true_energy_kwh(SOLAR, first, first + timedelta(days=28))

    midnight = year.before(SOLAR, datetime(2024, 7, 1, 23, tzinfo=UTC))
    assert midnight is not None
    assert midnight.state == "0.000"
    winter, summer = (
        yield_of(datetime(2024, 1, 2, tzinfo=UTC)),
        yield_of(datetime(2024, 6, 2, tzinfo=UTC)),
    )
    assert 0 < 4 * winter < summer


@pytest.mark.parametrize(
    ("entity_id", "per_kwh"),
    [(POWER, 1000), (SOLAR, 1), (GRID, 1000), (BATTERY, 1000), (DISHWASHER, 1000)],
)
def test_true_energy_is_the_integral_of_the_states(entity_id: str, per_kwh: int) -> None:
    """It is computed without the states and equals theirs, but while Home Assistant was down."""
    cut = event(events.POWER_CUT)
    for start, end in ((START, cut.start), (cut.end + timedelta(minutes=1), END)):
        shown = integral_of_states(entity_id, start, end) / per_kwh
        assert house().true_energy_kwh(entity_id, start, end) == pytest.approx(shown, abs=1e-6)
    assert house().true_energy_kwh(entity_id, cut.start, cut.end) == 0


@pytest.mark.parametrize("entity_id", [POWER, SOLAR, BATTERY])
def test_the_last_value_seems_to_hold_in_a_power_cut(entity_id: str) -> None:
    """The states go on showing it, though nobody can know the value."""
    cut = event(events.POWER_CUT)
    assert integral_of_states(entity_id, cut.start, cut.end) != 0


@settings(deadline=None)  # the first example makes the days
@given(
    st.lists(instants, min_size=3, max_size=3), st.sampled_from([POWER, SOLAR, ENERGY, GRID, CAR])
)
def test_true_energies_add_up(times: list[datetime], entity_id: str) -> None:
    """The energies of two adjacent spans add up to that of their union."""
    start, middle, end = sorted(times)
    parts = [
        house().true_energy_kwh(entity_id, start, middle),
        house().true_energy_kwh(entity_id, middle, end),
    ]
    assert sum(parts) == pytest.approx(house().true_energy_kwh(entity_id, start, end), abs=1e-9)


@settings(deadline=None)  # the first example makes the days
@given(st.lists(instants, min_size=2, max_size=2))
def test_what_the_house_draws_is_what_flows_to_it(times: list[datetime]) -> None:
    """House = import + solar - export + discharge - charge, over any span."""
    flows = house().true_flows_kwh(*sorted(times))
    assert balance_of(flows) == pytest.approx(flows["house"], abs=1e-9)
    assert min(flows.values()) >= 0


def balance_of(flows: Mapping[str, float]) -> float:
    """Return what the flows leave to the house."""
    given = flows["import"] + flows["solar"] + flows["discharge"]
    return given - flows["export"] - flows["charge"]


def test_the_year_balances() -> None:
    """Over a year all flows are there, the battery loses some, the devices are parts of all."""
    year = House(AMSTERDAM, LAST - timedelta(days=364), LAST)
    start, end = END - timedelta(days=364), END
    flows = year.true_flows_kwh(start, end)
    assert balance_of(flows) == pytest.approx(flows["house"], abs=1e-6)
    assert flows["house"] == pytest.approx(year.true_energy_kwh(ENERGY, start, end), abs=1e-9)
    assert 0.8 < flows["discharge"] / flows["charge"] < 0.92
    devices = {name: year.true_energy_kwh(name, start, end) for name in DEVICES}
    assert min(flows[name] for name in ("import", "export", "solar", "charge")) > 1000
    assert min(devices.values()) > 100
    assert devices[DISHWASHER] < devices[KITCHEN]
    assert sum(devices.values()) - devices[DISHWASHER] < flows["house"]


@pytest.mark.parametrize("entity_id", [GRID_IMPORT, GRID_EXPORT, HEAT_PUMP, CAR, KITCHEN])
def test_other_counters_only_count(entity_id: str) -> None:
    """They never fall, and count what flowed to the last watt-hour."""
    numbers = [(change.at, _number(change.state)) for change in all_changes(entity_id)]
    numeric = [(at, number) for at, number in numbers if isfinite(number)]
    assert all(earlier[1] <= later[1] for earlier, later in pairwise(numeric))
    (first, begin), (last, end) = numeric[0], numeric[-1]
    truth = house().true_energy_kwh(entity_id, first, last)
    assert end - begin == pytest.approx(truth, abs=2 * ROUNDING_KWH + 1e-6)


def test_the_price_changes_by_the_quarter_of_an_hour() -> None:
    """It changes some seconds late; it is lowest about noon, highest in the evening, and differs.

    In the hour that comes twice it has eight prices.
    """
    late = timedelta(seconds=10)
    for change in all_changes(PRICE):
        since = timedelta(minutes=change.at.minute % 15, seconds=change.at.second)
        assert since < late or not isfinite(_number(change.state)) or _restarts(change)
    assert len(texts(PRICE, *_hours(datetime(2024, 10, 27, tzinfo=UTC), 2))) == 8
    summer = House(AMSTERDAM, date(2025, 6, 1), date(2025, 6, 30))
    prices: dict[int, list[float]] = {}
    for change in summer.changes(PRICE, datetime(2025, 6, 1, 0, tzinfo=UTC), END.replace(2026)):
        hour = change.at.astimezone(AMSTERDAM).hour
        prices.setdefault(hour, []).append(_number(change.state))
    means = {hour: sum(found) / len(found) for hour, found in prices.items()}
    assert min(means, key=lambda hour: means[hour]) in range(11, 16)
    assert max(means, key=lambda hour: means[hour]) in range(18, 22)
    assert 0 < sum(price < 0 for found in prices.values() for price in found) < 30 * 96 / 3


def _restarts(change: Change) -> bool:
    cut = event(events.POWER_CUT)
    return cut.end <= change.at < cut.end + timedelta(minutes=1)


def _hours(start: datetime, count: int) -> tuple[datetime, datetime]:
    return start, start + timedelta(hours=count)


def test_true_energy_of_what_measures_none() -> None:
    """A sensor that measures neither power nor energy has no true energy."""
    with pytest.raises(ValueError, match="measures no energy"):
        house().true_energy_kwh(VOLTAGE, START, END)


def test_counter_is_the_integral_of_power() -> None:
    """Each reading but the glitch is the energy since the first reading or the reset, rounded."""
    reset = event(events.COUNTER_RESET).start
    used, since = 4218.0, START
    for change in all_changes(ENERGY):
        used += house().true_energy_kwh(ENERGY, since, change.at)
        since = change.at
        if reset <= change.at < reset + timedelta(seconds=1):
            used = 0
        reading = _number(change.state)
        if isfinite(reading) and not _glitches(change):
            assert reading == pytest.approx(used, abs=ROUNDING_KWH + 1e-6)
    assert len(all_changes(ENERGY)) > 10_000


def test_counter_only_rises_but_at_events() -> None:
    """The counter falls twice: at its reset and at its glitch."""
    numbers = [(change.at, _number(change.state)) for change in all_changes(ENERGY)]
    numeric = [(at, number) for at, number in numbers if isfinite(number)]
    falls = [later[0] for earlier, later in pairwise(numeric) if later[1] < earlier[1]]
    starts = [event(name).start for name in (events.COUNTER_RESET, events.COUNTER_GLITCH)]
    assert [at.replace(microsecond=0) for at in falls] == starts


def _number(text: str) -> float:
    return float("nan") if text in {"unavailable", "unknown"} else float(text)


def _glitches(change: Change) -> bool:
    glitch = event(events.COUNTER_GLITCH)
    return glitch.start <= change.at < glitch.end


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (events.UNAVAILABLE, "unavailable"),
        (events.SOLAR_OFFLINE, "unavailable"),
        (events.COUNTER_GLITCH, "0.000"),
        (events.UNKNOWN_VOLTAGE, "unknown"),
        (events.ODD_POWER_FACTOR, "nan"),
    ],
)
def test_event_shows_its_state(name: str, shown: str) -> None:
    """Its sensors, and no others, show one state from its start to its end, then numbers again."""
    start, end, entities = event(name).start, event(name).end, event(name).entities
    for entity_id in entities:
        assert texts(entity_id, start, end) == [shown]
        (back,) = texts(entity_id, end, end + timedelta(seconds=0.01))
        assert _number(back) > 0
    for entity_id in set(ENTITIES) - set(entities):
        assert shown not in texts(entity_id, start, end + timedelta(minutes=5))


def test_power_cut_takes_home_assistant_down() -> None:
    """It leaves no state; after the start come unknown and unavailable, then numbers."""
    cut = event(events.POWER_CUT)
    assert not house().is_up(cut.start)
    assert not house().is_up(cut.end - TICK)
    assert house().is_up(cut.end)
    assert house().starts == [START, cut.end]
    shown = set()
    for entity_id in ENTITIES:
        assert texts(entity_id, cut.start, cut.end) == []
        first, second = house().changes(entity_id, cut.end, cut.end + timedelta(seconds=10))
        shown.add(first.state)
        assert first.at - cut.end < timedelta(seconds=3.01)
        assert isfinite(float(second.state))
    assert shown == {"unknown", "unavailable"}


def test_network_outage_loses_nothing() -> None:
    """The house cannot be reached, and records on."""
    outage = event(events.NETWORK_OUTAGE)
    assert not house().is_up(outage.start)
    assert house().is_up(outage.end)
    assert outage.end - outage.start == timedelta(hours=5)
    assert len(texts(POWER, outage.start, outage.end)) > 100


def test_meter_counts_on_when_nobody_reads_it() -> None:
    """The counter returns with the energy used meanwhile; the power meanwhile is not known."""
    gap = event(events.UNAVAILABLE)
    assert house().true_energy_kwh(POWER, gap.start, gap.end) == 0
    used = house().true_energy_kwh(ENERGY, gap.start, gap.end)
    before = house().before(ENERGY, gap.start)
    after = house().before(ENERGY, gap.end + timedelta(seconds=1))
    assert before is not None
    assert after is not None
    assert used > 0
    assert float(after.state) - float(before.state) >= used - 2 * ROUNDING_KWH


def test_unknown_spans_are_those_without_numbers() -> None:
    """Each span of unknown value begins and ends with a state, except that a power cut begins."""
    for entity_id in METER:
        begins = {
            change.at for change in all_changes(entity_id) if not isfinite(_number(change.state))
        }
        spans = house().unknown(entity_id)
        cut = event(events.POWER_CUT)
        assert {start for start, _ in spans} - {cut.start} == {
            at for at in begins if not cut.start <= at < cut.end + timedelta(minutes=1)
        }
        changed = {change.at for change in all_changes(entity_id)}
        assert all(end in changed for _, end in spans)


@pytest.mark.parametrize(
    ("zone", "first", "hours"),
    [
        ("Europe/Amsterdam", date(2024, 10, 27), 25),
        ("Europe/Amsterdam", date(2024, 3, 31), 23),
        ("Australia/Lord_Howe", date(2024, 10, 6), 23.5),
    ],
)
def test_days_are_local(zone: str, first: date, hours: float) -> None:
    """A house of one day lasts as long as that day."""
    short = House(ZoneInfo(zone), first, first)
    midnight = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    end = midnight + timedelta(hours=hours)
    times = [change.at for change in short.changes(POWER, midnight - TICK, end + timedelta(days=2))]
    assert midnight <= times[0]
    assert end - timedelta(minutes=7) < times[-1] < end


def test_a_zone_without_that_day() -> None:
    """Apia had no 30 December 2011: the house goes on with the next day."""
    apia = House(ZoneInfo("Pacific/Apia"), date(2011, 12, 29), date(2011, 12, 31))
    start = datetime(2011, 12, 29, 10, tzinfo=UTC)
    times = [change.at for change in apia.changes(POWER, start - TICK, start + timedelta(days=4))]
    assert start + timedelta(hours=47) < times[-1] < start + timedelta(hours=48)


def test_holiday_week_uses_little() -> None:
    """Nobody cooks, washes or heats in the holidays."""
    long = House(AMSTERDAM, LAST - timedelta(days=60), LAST)
    away = long.events[events.HOLIDAY]
    week = timedelta(days=7)
    used = [
        long.true_energy_kwh(ENERGY, away.start + n * week, away.end + n * week) for n in (0, 1)
    ]
    assert used[0] < 0.6 * used[1]


def test_no_device_runs_while_nobody_is_there() -> None:
    """What ran at midnight is off once the holiday has begun."""
    long = House(AMSTERDAM, LAST - timedelta(days=60), LAST)
    away, day = long.events[events.HOLIDAY], timedelta(days=1)
    for name in DEVICES:
        assert long.true_energy_kwh(name, away.start + day, away.end - day) == 0


def test_fast_enough_for_the_demo() -> None:
    """Twenty days of states take a fraction of a second: a year fits into seconds."""
    began = process_time()
    fresh = House(AMSTERDAM, FIRST, LAST)
    count = sum(
        len(fresh.changes(POWER, START + timedelta(days=n), START + timedelta(days=n + 1)))
        for n in range(20)
    )
    assert count > 10_000
    assert process_time() - began < 2
