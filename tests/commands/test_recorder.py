"""A recorder that stands still or is late: nothing is stored that it has not written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.demo.recorder import EPOCH, Recorder
from powerstats_cli.demo.releases import V2026_11
from powerstats_cli.demo.server import HomeAssistant
from tests.support.installation import TOKEN, Installation

POWER, VOLTAGE, LIGHT = "sensor.house_power", "sensor.house_voltage", "sensor.light"
SENSORS: Final = {
    POWER: {"unit_of_measurement": "W", "device_class": "power", "state_class": "measurement"},
    VOLTAGE: {"unit_of_measurement": "V", "device_class": "voltage", "state_class": "measurement"},
    LIGHT: {"unit_of_measurement": "lx", "state_class": "measurement"},
}
MINUTE: Final = timedelta(minutes=1)


def at(clock: str) -> datetime:
    """Return a time of the day, in UTC."""
    return datetime.fromisoformat(f"2025-11-22T{clock}:00+00:00").astimezone(UTC)


def minutely(start: datetime, end: datetime, *values: str) -> list[Change]:
    """Return a change a minute in `[start, end)`."""
    return [
        Change(start + number * MINUTE, values[number % len(values)])
        for number in range((end - start) // MINUTE)
    ]


@dataclass
class House:
    """A home whose recorder can stand still: it has `written`, or everything if that is None."""

    server: HomeAssistant
    there: Installation
    written: RecordedHome | None = None
    now: datetime = EPOCH

    def answer(self, request: Request, usual: Reply) -> Reply | None:
        """Answer a request for history from `written`."""
        if self.written is None or not request.path.startswith("/api/history"):
            return usual
        url = urlsplit(request.path)
        recorder = Recorder(self.written, V2026_11, self.now, EPOCH)
        start = unquote(url.path).rpartition("/")[2]
        return Reply(200, recorder.history(start, parse_qs(url.query, keep_blank_values=True)))

    def collect(self, clock: str) -> tuple[int, str]:
        """Collect ten seconds after a time; return the exit code and the error lines."""
        self.now = at(clock) + timedelta(seconds=10)
        self.server.requests.clear()
        result = self.there.run("-v", "collect", at=self.now)
        return result.exit_code, result.err

    def values(self, name: str) -> dict[str, Value]:
        """Return the stored values of a series, by the time of the bucket."""
        points = self.there.document("daily.json").points
        return {f"{start:%H:%M}": point[name] for start, point in points.items() if name in point}


Opens = Callable[..., AbstractContextManager[House]]


@pytest.fixture
def house(tmp_path: Path) -> Opens:
    """Return a function that opens a house with given changes."""

    @contextmanager
    def opened(
        changes: Mapping[str, Sequence[Change]], entities: Mapping[str, str]
    ) -> Iterator[House]:
        houses: list[House] = []
        with HomeAssistant(
            RecordedHome(SENSORS, changes),
            token=TOKEN,
            clock=lambda: houses[0].now,
            answer=lambda request, usual: next(iter(houses)).answer(request, usual),
        ) as server:
            there = Installation(tmp_path, server.url, entities, timezone="UTC")
            houses.append(House(server, there))
            yield houses[0]

    return opened


def stopped(changes: Mapping[str, Sequence[Change]], clock: str) -> RecordedHome:
    """Return a home whose recorder wrote nothing more from a time on."""
    return RecordedHome(
        SENSORS,
        {
            entity_id: [change for change in states if change.at < at(clock)]
            for entity_id, states in changes.items()
        },
    )


ENTITIES: Final = {"power": POWER, "voltage": VOLTAGE}
LIVELY: Final = {
    POWER: [*minutely(at("08:00"), at("10:02"), "499", "501"), Change(at("10:02"), "2500")],
    VOLTAGE: minutely(at("08:00"), at("16:00"), "229", "231", "230"),
}


def test_a_recorder_that_stands_still(house: Opens) -> None:
    """Nothing is stored meanwhile, the line says since when, and later rows are read."""
    with house(LIVELY, ENTITIES) as home:
        assert home.collect("10:00") == (0, "")
        home.written = stopped(LIVELY, "10:02")
        home.collect("10:10")
        for clock in ("10:20", "11:00", "12:50"):
            code, line = home.collect(clock)
            assert code == 75, clock
            assert "recorder has written nothing since 2025-11-22 10:01" in line
            assert "10:10" not in home.values("power")
            assert home.there.document("daily.json").until("power") == at("10:10")
        home.written = None
        assert home.collect("13:10") == (0, "")
        values = home.values("power")
        assert values["10:00"].mean == pytest.approx((2 * 500 + 8 * 2500) / 10, abs=0.5)
        assert {values[clock].mean for clock in ("10:10", "11:30", "12:50")} == {2500.0}
        assert all(value.coverage == 1.0 for value in values.values())


def test_status_says_that_collect_ran_and_why_it_failed(house: Opens) -> None:
    """After hours without a bucket, `status` shows the last run's line, and nothing about cron."""
    with house(LIVELY, ENTITIES) as home:
        home.collect("10:00")
        home.written = stopped(LIVELY, "10:02")
        for clock in ("10:10", "10:20", "12:50"):
            home.collect(clock)
        told = home.there.run("status", at=at("12:51"))
    assert told.exit_code == 1
    assert (
        "collect has been overdue since 10:10: its last run failed: Home Assistant's recorder has "
        "written nothing since 2025-11-22 10:01" in told.out
    )
    assert "cron" not in told.out


def test_status_tells_of_a_sensor_that_the_recorder_leaves_out(house: Opens) -> None:
    """The other sensors are stored; `status` shows the line about the one that is left out."""
    changes = {**LIVELY, LIGHT: minutely(at("06:00"), at("16:00"), "17", "18")}
    written = {**changes, POWER: [change for change in changes[POWER] if change.at < at("10:02")]}
    with house(changes, ENTITIES) as home:
        home.collect("10:00")
        home.written = RecordedHome(SENSORS, written)
        for clock in ("10:10", "10:20", "12:50"):
            home.collect(clock)
        told = home.there.run("status", at=at("12:51"))
    assert told.exit_code == 1
    assert "its last run failed: power (sensor.house_power): not recorded" in told.out


def test_it_stands_still_while_nobody_collects(
    house: Opens,
) -> None:
    """After hours without runs, only the rows from before the recorder's death are stored."""
    with house(LIVELY, ENTITIES) as home:
        assert home.collect("09:00") == (0, "")
        home.written = stopped(LIVELY, "10:02")
        code, line = home.collect("15:00")
        assert code == 75
        assert "since 2025-11-22 10:01" in line
        assert max(home.values("power")) in {"09:50", "10:00"}
        home.written = None
        assert home.collect("15:10") == (0, "")
        assert home.values("power")["14:00"].mean == 2500.0


def test_a_migration_answers_as_if_nothing_was_recorded(
    house: Opens,
) -> None:
    """If sensors were stored ten minutes ago, an empty history does not mean "not recorded"."""
    with house(LIVELY, ENTITIES) as home:
        home.collect("10:00")
        home.written = RecordedHome(SENSORS, {})
        before = home.there.snapshot()
        code, line = home.collect("10:10")
        assert code == 75
        assert "recorder has written nothing since" in line
        assert home.there.snapshot() == before


@pytest.mark.parametrize("entities", [{"power": POWER}, ENTITIES], ids=["alone", "among others"])
def test_the_recorder_leaves_a_sensor_out(house: Opens, entities: Mapping[str, str]) -> None:
    """A sensor that is no longer recorded still has its last state in every answer."""
    changes = {
        POWER: [
            *minutely(at("06:00"), at("08:00"), "104", "105"),
            *minutely(at("08:00"), at("16:00"), "1999", "2000"),
        ],
        VOLTAGE: minutely(at("06:00"), at("16:00"), "229", "231", "230"),
        LIGHT: minutely(at("06:00"), at("16:00"), "17", "18"),
    }
    written = {**changes, POWER: [change for change in changes[POWER] if change.at < at("08:00")]}
    with house(changes, entities) as home:
        home.collect("08:00")
        home.written = RecordedHome(SENSORS, written)
        home.collect("08:10")
        for clock in ("08:20", "09:00", "11:00"):
            code, line = home.collect(clock)
            assert code == 69, clock
            assert f"power ({POWER}): not recorded by Home Assistant" in line
        assert max(home.values("power")) <= "08:00"
        if "voltage" in entities:
            assert max(home.values("voltage")) == "10:50"


def seldom(minutes: int, *values: str) -> list[Change]:
    """Return a change every so many minutes from 05:01 on."""
    begin = at("05:01")
    number = (at("16:00") - begin) // (minutes * MINUTE)
    return [
        Change(begin + index * minutes * MINUTE, values[index % len(values)])
        for index in range(number)
    ]


LEFT_OUT: Final = {
    "every 7 minutes": seldom(7, "104", "105"),
    "every 25 minutes": seldom(25, "104", "105"),
    "every 150 minutes": seldom(150, "104", "105"),
    "once": [Change(at("05:01"), "104"), Change(at("08:23"), "2000")],
    "once, to nothing": [Change(at("05:01"), "104"), Change(at("08:23"), "unavailable")],
}


@pytest.mark.parametrize("minutes", [10, 60, 240])
@pytest.mark.parametrize("how", LEFT_OUT)
def test_a_sensor_that_changes_seldom_is_left_out(house: Opens, how: str, minutes: int) -> None:
    """However seldom it changes, its last recorded state is stored only as long as it holds."""
    changes = {
        POWER: LEFT_OUT[how],
        VOLTAGE: minutely(at("05:00"), at("16:00"), "229", "231", "230"),
        LIGHT: minutely(at("05:00"), at("16:00"), "17", "18"),
    }
    written = {**changes, POWER: [change for change in changes[POWER] if change.at < at("08:00")]}
    lost = min(change.at for change in changes[POWER] if change.at >= at("08:00"))
    with house(changes, ENTITIES) as home:
        home.collect("08:00")
        home.written = RecordedHome(SENSORS, written)
        clock, codes = at("08:00") + minutes * MINUTE, []
        while clock <= at("14:00"):
            code, line = home.collect(f"{clock:%H:%M}")
            assert clock <= lost + 10 * MINUTE or code == 69, clock
            assert not code or f"power ({POWER}): not recorded by Home Assistant" in line
            codes.append(code)
            clock += minutes * MINUTE
        last = max(at(start) for start in home.values("power"))
        assert last < lost
        assert max(home.values("voltage")) == f"{clock - (minutes + 10) * MINUTE:%H:%M}"
        home.written = None
        home.collect("14:10")
        expected = {"once": 2000.0, "once, to nothing": None}.get(how, 104.5)
        stored = home.values("power").get("13:00")
        assert (stored and stored.mean) == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize("minutes", [10, 60, 240])
def test_a_dead_recorder_while_a_sensor_changes_seldom(house: Opens, minutes: int) -> None:
    """One sensor that has not changed does not vouch for the others."""
    changes = {
        POWER: [Change(at("05:00"), "500")],
        VOLTAGE: seldom(25, "229", "231", "230"),
        LIGHT: minutely(at("05:00"), at("16:00"), "17", "18"),
    }
    entities = {"a power": POWER, "voltage": VOLTAGE}
    with house(changes, entities) as home:
        home.collect("08:00")
        home.written = stopped(changes, "08:00")
        clock = at("08:00") + max(minutes, 30) * MINUTE
        while clock <= at("14:00"):
            code, line = home.collect(f"{clock:%H:%M}")
            assert code == 75, clock
            assert "recorder has written nothing since" in line
            clock += minutes * MINUTE
        assert max(home.values("voltage")) <= "08:00"
        home.written = None
        assert home.collect("14:10") == (0, "")
        assert home.values("a power")["13:50"].mean == 500.0


@pytest.mark.parametrize("clock", ["10:30", "11:30", "16:00"])
def test_a_late_run_finds_a_sensor_that_is_left_out(house: Opens, clock: str) -> None:
    """No run saw when the sensor became silent; a late run compares every silent sensor."""
    changes = {
        POWER: minutely(at("06:00"), at("17:00"), "1999", "2000"),
        VOLTAGE: minutely(at("06:00"), at("17:00"), "229", "231", "230"),
        LIGHT: minutely(at("06:00"), at("17:00"), "17", "18"),
    }
    written = {**changes, POWER: [change for change in changes[POWER] if change.at < at("10:02")]}
    with house(changes, ENTITIES) as home:
        home.collect("10:00")
        home.written = RecordedHome(SENSORS, written)
        home.collect("10:10")
        code, line = home.collect(clock)
        assert code == 69
        assert f"power ({POWER}): not recorded by Home Assistant" in line
        assert max(home.values("voltage")) == f"{at(clock) - 10 * MINUTE:%H:%M}"
        assert max(home.values("power")) <= "10:00"


def test_a_quiet_home_is_stored(house: Opens) -> None:
    """With a good recorder, each quiet sensor costs one more short request, and no line is told."""
    changes = {
        POWER: [Change(at("07:00"), "500"), Change(at("09:00"), "510")],
        VOLTAGE: [Change(at("07:00"), "230")],
    }
    with house(changes, ENTITIES) as home:
        home.collect("09:10")
        assert home.collect("10:30") == (0, "")
        assert home.values("power")["10:20"].mean == 510.0
        assert len(home.server.requests) <= 7
        assert home.collect("10:40") == (0, "")
        assert len(home.server.requests) == 3


def test_what_was_reported_just_now_may_still_be_written(
    house: Opens,
) -> None:
    """The recorder writes every few seconds: a change just now does not mean that it is dead."""
    changes = {
        POWER: [Change(at("08:00"), "500"), Change(at("10:20") + timedelta(seconds=8), "900")],
        VOLTAGE: [Change(at("08:00"), "230")],
    }
    with house(changes, ENTITIES) as home:
        home.collect("10:10")
        home.written = stopped(changes, "10:20")
        assert home.collect("10:20")[0] == 0
        assert home.values("power")["10:10"].mean == 500.0
