"""A number is read in the unit of its own state, never in a neighbour's."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.periods import micros
from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.server import HomeAssistant
from powerstats_cli.homeassistant.states import Attributes, Expected, Item, numbers, recorded
from tests.support.installation import TOKEN, Installation

SENSOR, VOLTAGE = "sensor.house", "sensor.house_voltage"
MINUTE: Final = timedelta(minutes=1)
VOLTS: Final = {"unit_of_measurement": "V", "state_class": "measurement"}


def at(clock: str) -> datetime:
    """Return a time of the day, in UTC."""
    return datetime.fromisoformat(f"2025-11-22T{clock}+00:00")


def unit(unit: str | None, state_class: str | None = "measurement") -> dict[str, Any]:
    """Return the attributes of a sensor."""
    attributes = {"unit_of_measurement": unit, "state_class": state_class}
    return {key: value for key, value in attributes.items() if value is not None}


W, KW, PERCENT, NOTHING = unit("W"), unit("kW"), unit("%"), unit(None)
KWH, WH = unit("kWh", "total_increasing"), unit("Wh", "total_increasing")

State = tuple[str, str, Mapping[str, Any]]


@dataclass
class House:
    """A home with one sensor of given states, and a voltage that changes every minute."""

    server: HomeAssistant
    there: Installation
    clock: list[datetime]

    def collect(self, *clocks: str) -> list[tuple[int, str]]:
        """Collect at some times; return each exit code and its error lines."""
        ended = []
        for clock in clocks:
            self.clock[0] = at(clock) + timedelta(seconds=10)
            result = self.there.run("-v", "collect", at=self.clock[0])
            ended.append((result.exit_code, result.err))
        return ended

    def every(self, start: str, end: str, minutes: int = 10) -> list[tuple[int, str]]:
        """Collect every few minutes from a time to another."""
        number = (at(end) - at(start)) // (minutes * MINUTE) + 1
        times = (at(start) + place * minutes * MINUTE for place in range(number))
        return self.collect(*(f"{time:%H:%M:%S}" for time in times))

    @property
    def values(self) -> dict[str, Value]:
        """The stored values of the sensor, by the time of the bucket."""
        points = self.there.document("daily.json").points
        return {f"{at:%H:%M}": point["it"] for at, point in points.items() if "it" in point}


Opens = Callable[..., AbstractContextManager[House]]


@pytest.fixture
def house(tmp_path: Path) -> Opens:
    """Return a function that opens a house with given states of the sensor."""

    @contextmanager
    def opened(states: Sequence[State], more: str = "") -> Iterator[House]:
        changes = {
            SENSOR: [Change(at(clock), state, attributes) for clock, state, attributes in states],
            VOLTAGE: [
                Change(at("00:00:00") + number * MINUTE, str(230 + number % 3))
                for number in range(1440)
            ],
        }
        home = RecordedHome({SENSOR: states[-1][2], VOLTAGE: VOLTS}, changes)
        clock = [at("00:00:00")]
        with HomeAssistant(home, token=TOKEN, clock=lambda: clock[0]) as server:
            entities = {"it": SENSOR, "voltage": VOLTAGE}
            there = Installation(tmp_path, server.url, entities, timezone="UTC")
            there.config.write_text(there.config.read_text() + more)
            yield House(server, there, clock)

    return opened


RUNS: Final = [("10:00:00", "12:00:00", 10), ("12:00:00", "12:00:00", 10)]
ids = pytest.mark.parametrize(("start", "end", "minutes"), RUNS, ids=["regular", "late"])


@ids
def test_w_becomes_kw(house: Opens, start: str, end: str, minutes: int) -> None:
    """An upgrade or a user changes the unit from W to kW: the power stays the same."""
    with house([("08:00:00", "1001", W), ("10:03:00", "1.001", KW)]) as home:
        assert all(code == 0 for code, _ in home.every(start, end, minutes))
        assert {value.mean for value in home.values.values()} == {1001.0}
        assert {value.coverage for value in home.values.values()} == {1.0}


@ids
@pytest.mark.parametrize("zero", ["0", "0.0"])
def test_the_unit_changes_while_nothing_flows(
    house: Opens, start: str, end: str, minutes: int, zero: str
) -> None:
    """Zero is zero in any unit; the number after it is compared with the number before it."""
    states = [
        ("08:00:00", "1500", W),
        ("09:50:00", "0", W),
        ("10:03:00", zero, KW),
        ("10:30:00", "1.5", KW),
    ]
    with house(states) as home:
        home.every(start, end, minutes)
        assert home.values["10:20"].mean == 0.0
        assert home.values["10:40"].mean == 1500.0


@ids
def test_no_unit_until_the_source_is_back(house: Opens, start: str, end: str, minutes: int) -> None:
    """A number without a unit is unknown if its series has a unit."""
    states = [("08:00:00", "500", W), ("10:02:00", "0.5", NOTHING), ("10:13:00", "510", W)]
    with house(states) as home:
        assert all(code == 0 for code, _ in home.every(start, end, minutes))
        assert home.values["10:00"].mean == 500.0
        assert home.values["10:00"].coverage == pytest.approx(0.2)
        assert home.values["10:10"].mean == 510.0
        assert home.values["10:10"].coverage == pytest.approx(0.7)


@ids
def test_another_unit_for_three_minutes_after_a_start(
    house: Opens, start: str, end: str, minutes: int
) -> None:
    """If a meter in kWh reports Wh for a while, its change stays right."""
    states = [
        ("08:00:00", "512.0", KWH),
        ("10:01:00", "unavailable", {}),
        ("10:02:00", "512100", WH),
        ("10:05:00", "512.2", KWH),
        ("11:00:00", "513.0", KWH),
    ]
    with house(states) as home:
        assert all(code == 0 for code, _ in home.every(start, end, minutes))
        booked = sum(value.change or 0.0 for value in home.values.values())
        assert booked == pytest.approx(1.0, abs=1e-6)


@ids
def test_another_dimension_is_told_and_left_out(
    house: Opens, start: str, end: str, minutes: int
) -> None:
    """A load in percent is no power: it is unknown and reported; then the series goes on."""
    states = [("08:00:00", "1200", W), ("10:03:00", "3.9", PERCENT), ("11:03:00", "1300", W)]
    with house(states) as home:
        ended = dict(zip(range(20), home.every(start, end, minutes), strict=False))
        values = home.values
        assert {value.mean for value in values.values()} == {1200.0, 1300.0}
        assert values["10:00"].coverage == pytest.approx(0.3)
        assert not {"10:10", "10:30", "10:50"} & values.keys()
        assert values["11:30"].mean == 1300.0
        if len(ended) > 1:
            assert [code for code, _ in ended.values()] == [0] + [78] * 7 + [0] * 5
            assert "it: now in %, stored as measurement in W" in ended[2][1]


AMPERE = unit("A")


@pytest.mark.parametrize("minutes", [10, 120, 300])
@pytest.mark.parametrize(("watts", "amperes"), [("1345", "5.25"), ("1200", "10.9")])
@pytest.mark.parametrize("back", ["12:15:00", "17:30:00"], ids=["for ten minutes", "for hours"])
def test_watts_become_amperes(
    house: Opens, watts: str, amperes: str, back: str, minutes: int
) -> None:
    """No ampere is stored as a watt, told or not; a sensor that was set back goes on."""
    states = [("08:00:00", watts, W), ("12:05:00", amperes, AMPERE), (back, watts, W)]
    with house(states) as home:
        home.every("10:00:00", "12:00:00")
        ended = home.every("12:10:00", "18:40:00", minutes)
        assert {value.mean for value in home.values.values()} == {float(watts)}
        assert home.values["12:00"].coverage == pytest.approx(0.5)
        assert "12:10" in home.values or back != "12:15:00"
        assert home.collect("18:50:00", "19:00:00")[-1] == (0, "")
        assert any("now in A, stored as measurement in W" in line for _, line in ended)


@pytest.mark.parametrize("changes_at", ["10:30:00", "13:30:00", "17:10:00"])
@pytest.mark.parametrize(
    ("state", "attributes"), [("5.25", unit("A")), ("0.9", KW)], ids=["another dimension", "kW"]
)
def test_a_unit_that_changes_unseen_inside_a_long_window(
    house: Opens, changes_at: str, state: str, attributes: Mapping[str, Any]
) -> None:
    """The next piece's first state says another unit: the piece before it is read again."""
    states = [("08:00:00", "90", W), (changes_at, state, attributes)]
    with house(states) as home:
        home.collect("10:00:00", "18:00:00")
        after = {value.mean for clock, value in home.values.items() if clock >= changes_at[:5]}
        before = {value.mean for clock, value in home.values.items() if clock < changes_at[:5]}
        assert before == {90.0}
        assert after == ({900.0} if attributes == KW else set())


def test_a_new_series_is_in_the_unit_it_has_first(house: Opens) -> None:
    """A sensor may have no unit before its first number; numbers without a unit are unknown."""
    states = [("08:00:00", "0.4", NOTHING), ("09:00:00", "0.5", KW), ("10:00:00", "600", W)]
    with house(states) as home:
        assert home.collect("11:00:00") == [(0, "")]
        assert home.there.document("daily.json").series["it"].unit == "W"
        assert "08:30" not in home.values
        assert home.values["09:30"].mean == 500.0
        assert home.values["10:30"].mean == 600.0


def test_a_megawatt_is_no_power(house: Opens) -> None:
    """655 MW for 15 s are unknown for 15 s."""
    states = [
        ("08:00:00", "400", W),
        ("10:03:00", "655350000", W),
        ("10:03:15", "410", W),
    ]
    with house(states) as home:
        home.every("10:00:00", "11:00:00")
        value = home.values["10:00"]
        assert value.max == 410.0
        assert value.coverage == pytest.approx(1 - 15 / 600, abs=1e-4)
        assert sum(value.kwh or 0.0 for value in home.values.values()) < 2


def test_a_range_of_ones_own(house: Opens) -> None:
    """`plausible` narrows it, in the unit that the series is kept in."""
    more = "[homeassistant.plausible]\nit = [0, 9000]\n"
    states = [("08:00:00", "0.4", KW), ("10:03:00", "9.5", KW), ("10:04:00", "-0.1", KW)]
    with house([*states, ("10:06:00", "0.6", KW)], more) as home:
        home.every("10:00:00", "10:30:00")
        assert (home.values["10:00"].min, home.values["10:00"].max) == (400.0, 600.0)
        assert home.values["10:00"].coverage == pytest.approx(0.7)


def test_a_state_class_of_ones_own(house: Opens) -> None:
    """A meter with a missing or wrong state class is counted if the settings give the right one."""
    more = '[homeassistant.state_class]\nit = "total_increasing"\n'
    states = [("08:00:00", "10.0", unit("kWh")), ("10:03:00", "10.4", unit("kWh"))]
    with house(states, more) as home:
        home.every("10:00:00", "10:30:00")
        assert home.values["10:00"].change == pytest.approx(0.4)
        assert home.there.document("daily.json").series["it"].state_class == "total_increasing"


@pytest.mark.parametrize(
    ("states", "extra"),
    [
        ([("08:00:00", "500", W), ("10:33:00", "620", W)], 0),
        ([("08:00:00", "500", W), ("10:33:00", "unavailable", W), ("10:35:00", "520", W)], 1),
    ],
    ids=["a quiet hour", "an outage"],
)
def test_one_request_is_enough_but_where_it_matters(
    house: Opens, states: Sequence[State], extra: int
) -> None:
    """Only the uncertain sensor is asked for again, alone and with all attributes."""
    with house(states) as home:
        home.collect("10:30:00")
        home.server.requests.clear()
        home.collect("10:40:00")
        assert len(home.server.requests) == 1 + extra
        if extra:
            assert "minimal_response" not in home.server.requests[-1]
            assert VOLTAGE not in home.server.requests[-1]


TOTAL, INCREASING = unit("kWh", "total"), unit("kWh", "total_increasing")


@ids
@pytest.mark.parametrize(
    ("before", "after"), [(INCREASING, TOTAL), (TOTAL, INCREASING)], ids=["to total", "from total"]
)
def test_the_state_class_changes_by_an_upgrade(
    house: Opens,
    start: str,
    end: str,
    minutes: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """Both are counters: the series goes on, no run fails, and its days add up."""
    states = [
        ("08:00:00", "100.0", before),
        ("10:00:00", "101.0", before),
        ("10:03:00", "101.1", after),
        ("11:00:00", "103.0", after),
    ]
    with house(states) as home:
        assert all(code == 0 for code, _ in home.every(start, end, minutes))
        booked = sum(value.change or 0.0 for value in home.values.values())
        assert booked == pytest.approx(3.0, abs=1e-6)
        for step in (["rotate"], ["aggregate", "weekly"], ["aggregate", "yearly"]):
            home.there.run_well(*step, at=at("12:00:00") + timedelta(days=1))
        day = next(iter(home.there.document("yearly.json").points.values()))
        assert day["it"].change == pytest.approx(3.0, abs=1e-6)


def test_a_unit_that_changes_without_the_number() -> None:
    """The state is as old as its number, from before the window; its unit holds from its report."""
    start = at("10:00:00")
    power = Attributes(unit_of_measurement="W")
    states = [
        Item("1.5", SENSOR, power, start, start),
        Item("1.5", SENSOR, Attributes("kW"), at("09:00:00"), at("10:30:00")),
        Item("1.6", SENSOR, Attributes("kW"), at("10:40:00"), at("10:40:00")),
    ]
    found = recorded(states, numbers(states), start, Expected(unit="W"))
    assert list(found.history.values) == [1.5, 1500.0, 1600.0]
    expected = [micros(at(clock)) for clock in ("10:00:00", "10:30:00", "10:40:00")]
    assert list(found.history.times) == expected
