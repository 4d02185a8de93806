"""`backfill` from Home Assistant's own statistics of a heat pump."""

from dataclasses import dataclass
from datetime import datetime
from math import fsum
from pathlib import Path
from typing import Any, Final

import pytest

from powerstats_cli.core.longterm import Conversion, by_hour, local_hours
from powerstats_cli.core.periods import DAY, day_start, days, hours
from powerstats_cli.core.series import Kind
from powerstats_cli.errors import TryAgainError
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.websocket import LongTerm
from tests.real.installed import installed
from tests.real.past import HOUR, MINUTE, PUMP_DAYS
from tests.real.server import IS_NEWEST, PUMP_ENERGY, PUMP_POWER, ZONE, RealHome
from tests.real.shared.seen import Own, Seen
from tests.support.installation import Installation
from tests.support.recordings import OLDEST, RELEASES, lacking, recorded

pytestmark = pytest.mark.homeassistant

ENTITIES: Final = {"power": PUMP_POWER, "energy": PUMP_ENERGY}
WHOLE_DAYS: Final = PUMP_DAYS - 2
HISTORY_DAYS: Final = 10  # `backfill` reads the last days from history


@dataclass(frozen=True)
class Pump:
    """The shared Home Assistant, asked about its heat pump only; its own hours by entity.

    They `begin` with imported ones; since `computed_since` they are computed from states.
    """

    home: RealHome
    now: datetime
    begin: datetime
    computed_since: datetime
    own: Own

    def own_hours(self, entity_id: str, key: str) -> dict[datetime, float]:
        """Return a column of its own statistics by the hour's start."""
        return {start: hour[key] for start, hour in self.own[entity_id].items()}

    def installed(self, folder: Path, timezone: str = ZONE.key) -> Installation:
        """Return an installation that asks it."""
        return installed(folder, self.home, ENTITIES, timezone)

    def filled(self, folder: Path, timezone: str = ZONE.key) -> Installation:
        """Return an installation on its first evening."""
        installation = self.installed(folder, timezone)
        for step in ("collect", "backfill"):
            installation.run_well(step, at=self.now)
        return installation


@pytest.fixture(scope="module")
def pump(seen: Seen) -> Pump:
    """Return the Home Assistant with the heat pump's own hours."""
    own = seen.home.hourly_statistics((PUMP_POWER, PUMP_ENERGY), seen.pump.begin, seen.pump.end)
    return Pump(seen.home, seen.now, seen.pump.begin, seen.pump.since, own)


@pytest.fixture(scope="module")
def filled(pump: Pump, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return an installation on its first evening."""
    return pump.filled(tmp_path_factory.mktemp("filled"))


@pytest.mark.parametrize("check", ["statistics", "history"])
def test_what_was_filled_agrees_with_it(pump: Pump, filled: Installation, check: str) -> None:
    """Its own sums, and the intervals that its recorder still has, computed anew."""
    result = filled.run("verify", check, "-v", at=pump.now)
    assert result.exit_code == 0, result.out + result.err
    assert "all agree" in result.out


def test_hours_are_home_assistants_own(pump: Pump) -> None:
    """The hours made of Home Assistant's rows are its own, to 1e-6 before rounding."""
    today = pump.now.astimezone(ZONE).date()
    with LongTerm(pump.home.url, pump.home.reader_token) as long_term:
        rows = long_term.hours([PUMP_POWER, PUMP_ENERGY], pump.begin, day_start(today, ZONE))
    own = pump.own_hours(PUMP_POWER, "mean")
    changes = pump.own_hours(PUMP_ENERGY, "change")
    power, energy = Kind("W", "measurement"), Kind("kWh", "total_increasing")
    hours_of_power = by_hour(rows[PUMP_POWER], Conversion(power))
    hours_of_energy = by_hour(rows[PUMP_ENERGY], Conversion(energy))
    count = 0
    for day in days(today - WHOLE_DAYS * DAY, today):
        for span, value in local_hours(hours_of_power, day, ZONE, power):
            assert value.mean == pytest.approx(own[span.start], abs=1e-6)
            assert value.kwh == pytest.approx(own[span.start] / 1000, abs=1e-9)
            count += 1
        for span, value in local_hours(hours_of_energy, day, ZONE, energy):
            assert value.change == pytest.approx(changes[span.start], abs=1e-6)
    assert count > WHOLE_DAYS * 23


def test_days_add_up(pump: Pump, filled: Installation) -> None:
    """Each day in the files is the sum of Home Assistant's own hours; history says the same."""
    today = pump.now.astimezone(ZONE).date()
    yearly = filled.document("yearly.json").points
    means, changes = pump.own_hours(PUMP_POWER, "mean"), pump.own_hours(PUMP_ENERGY, "change")
    sources = []
    for day in days(today - WHOLE_DAYS * DAY, today):
        point = yearly[day_start(day, ZONE)]
        spans = hours(day, ZONE)
        kwh = fsum(means[span.start] for span in spans) / 1000
        change = fsum(changes[span.start] for span in spans)
        is_history = point["power"].source is None
        # In history an hour begins with the state of its first second, which is the truth.
        assert point["power"].kwh == pytest.approx(kwh, abs=1e-4 if is_history else 1e-6), day
        assert point["energy"].change == pytest.approx(change, abs=1e-5), day
        assert point["power"].coverage == point["energy"].coverage == 1.0
        sources.append(point["power"].source)
    assert sources == ["statistics"] * (WHOLE_DAYS - HISTORY_DAYS) + [None] * HISTORY_DAYS


def test_weekly_hours_are_whole(pump: Pump, filled: Installation) -> None:
    """The last seven days are history, hour by hour Home Assistant's own to rounding."""
    own = pump.own_hours(PUMP_POWER, "mean")
    weekly = filled.document("weekly.json").points
    assert len(weekly) in {167, 168, 169}
    for start, point in weekly.items():
        assert point["power"].source is None
        assert point["power"].mean == pytest.approx(own[start], abs=0.001)


def test_a_zone_of_half_hours_keeps_the_total(pump: Pump, tmp_path: Path) -> None:
    """In India the days add up to the rows, of which the first and the last count half."""
    there = pump.filled(tmp_path, "Asia/Kolkata")
    points = there.document("yearly.json").points
    statistics = sorted(
        start for start, point in points.items() if point["energy"].source is not None
    )
    assert len(statistics) > WHOLE_DAYS - HISTORY_DAYS - 3
    begin, end = statistics[1], statistics[-1] + DAY
    changes = pump.own_hours(PUMP_ENERGY, "change")
    whole = fsum(change for start, change in changes.items() if begin <= start <= end - HOUR)
    halves = (changes[begin - 30 * MINUTE] + changes[end - 30 * MINUTE]) / 2
    total = fsum(points[start]["energy"].change or 0.0 for start in statistics[1:])
    assert total == pytest.approx(whole + halves, abs=1e-4)


@pytest.mark.parametrize("part", range(10))
def test_broken_off_and_taken_up_again(
    pump: Pump,
    filled: Installation,
    tmp_path: Path,
    part: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whichever request fails, the next run ends with the same bytes; collect's file stays."""
    there = pump.installed(tmp_path)
    there.run_well("collect", at=pump.now)
    daily = there.snapshot()["daily.json"]
    asked: list[str] = []
    ask, get = LongTerm._ask, HomeAssistant._get  # noqa: SLF001 - all requests pass there

    def breaks(real: Any) -> Any:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            asked.append("")
            if len(asked) == 1 + part * 4:
                message = "the network is gone"
                raise TryAgainError(message)
            return real(*arguments, **options)

        return wrapped

    with monkeypatch.context() as patch:
        patch.setattr(LongTerm, "_ask", breaks(ask))
        patch.setattr(HomeAssistant, "_get", breaks(get))
        assert there.run("backfill", at=pump.now).exit_code == 75
    there.run_well("backfill", at=pump.now)
    assert there.snapshot() == filled.snapshot()
    assert there.snapshot()["daily.json"] == daily


@pytest.mark.parametrize("release", RELEASES if IS_NEWEST else [OLDEST])
def test_it_answers_as_recorded(pump: Pump, release: str) -> None:
    """Its answers have the keys and types of the recorded ones, and maybe newer keys besides."""
    recording = recorded("statistics", release)
    spans = {
        "start_time": (pump.computed_since + DAY).isoformat(),
        "end_time": (pump.computed_since + DAY + 3 * HOUR).isoformat(),
    }
    metadata = pump.home.ask(recording["asked"]["metadata"])
    assert not lacking(by_id(metadata), by_id(recording["metadata"]))
    hours_of_pump = pump.home.ask(recording["asked"]["hours"] | spans)
    assert not lacking(hours_of_pump, recording["hours"])


def by_id(metadata: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the metadata of statistics by their ids: its order is no matter."""
    return {about["statistic_id"]: about for about in metadata}
