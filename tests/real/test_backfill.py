"""`backfill` against a real Home Assistant with 60 days of its own statistics."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from math import fsum
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from powerstats_cli.core.longterm import Conversion, by_hour, local_hours
from powerstats_cli.core.periods import DAY, day_start, days, hours
from powerstats_cli.core.series import Kind
from powerstats_cli.errors import TryAgainError
from powerstats_cli.homeassistant.client import HomeAssistant
from powerstats_cli.homeassistant.websocket import LongTerm
from tests.commands.test_backfill import shape
from tests.real.home import ENERGY, HOUR, MINUTE, POWER, SECOND, ZONE, RealHome, tool
from tests.support.installation import Installation

pytestmark = pytest.mark.homeassistant

SEEDED: Final = 60 * DAY
ENTITIES: Final = {"power": POWER, "energy": ENERGY}
RECORDING: Final = Path(__file__).parents[1] / "recordings/websocket/statistics.json"


@dataclass
class Seeded:
    """A Home Assistant with a past: a power and a counter, each a state every half an hour."""

    home: RealHome
    now: datetime
    begin: datetime
    own: dict[str, list[dict[str, Any]]]

    def own_hours(self, entity_id: str, key: str) -> dict[datetime, float]:
        """Return its own statistics by the hour's start."""
        return {
            datetime.fromtimestamp(each["start"] / 1000, UTC): each[key]
            for each in self.own[entity_id]
        }

    def installed(self, folder: Path, timezone: str = ZONE.key) -> Installation:
        """Return an installation that asks it."""
        token = self.home.reader_token
        return Installation(folder, self.home.url, ENTITIES, timezone=timezone, token=token)

    def filled(self, folder: Path, timezone: str = ZONE.key) -> Installation:
        """Return an installation on its first evening."""
        installation = self.installed(folder, timezone)
        for step in ("collect", "backfill"):
            installation.run_well(step, at=self.now)
        return installation


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """Return a running Home Assistant with the past in its recorder, and its own statistics."""
    tool()
    random = Random(20250401)
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    begin, reading = end - SEEDED + HOUR, 1000.0
    states: dict[str, list[tuple[datetime, str]]] = {POWER: [], ENERGY: []}
    for number in range((end - begin) // (30 * MINUTE)):
        at = begin + number * 30 * MINUTE + (7 * SECOND if number else 0 * SECOND)
        reading += random.uniform(0, 0.4)
        states[POWER].append((at, f"{random.uniform(80, 3000):.1f}"))
        states[ENERGY].append((at, f"{reading:.3f}"))
    home = RealHome(tmp_path_factory.mktemp("real") / "home")
    try:
        home.start()
        home.seed(states)
        home.rebuild_statistics()
        now = datetime.now(UTC).replace(microsecond=0)
        yield Seeded(home, now, begin, home.hourly_statistics(begin, end))
    finally:
        home.stop()


@pytest.fixture(scope="module")
def filled(seeded: Seeded, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return an installation on its first evening."""
    return seeded.filled(tmp_path_factory.mktemp("filled"))


def test_hours_are_home_assistants_own(seeded: Seeded) -> None:
    """What is made of its rows is what it says itself, to 1e-6 before rounding."""
    today = seeded.now.astimezone(ZONE).date()
    with LongTerm(seeded.home.url, seeded.home.reader_token) as long_term:
        rows = long_term.hours([POWER, ENERGY], seeded.begin, day_start(today, ZONE))
    own = seeded.own_hours(POWER, "mean")
    changes = seeded.own_hours(ENERGY, "change")
    power = Kind("W", "measurement")
    energy = Kind("kWh", "total_increasing")
    count = 0
    for day in days(today - 58 * DAY, today):
        for span, value in local_hours(by_hour(rows[POWER], Conversion(power)), day, ZONE, power):
            assert value.mean == pytest.approx(own[span.start], abs=1e-6)
            assert value.kwh == pytest.approx(own[span.start] / 1000, abs=1e-9)
            count += 1
        for span, value in local_hours(
            by_hour(rows[ENERGY], Conversion(energy)), day, ZONE, energy
        ):
            assert value.change == pytest.approx(changes[span.start], abs=1e-6)
    assert count > 58 * 23


def test_days_add_up(seeded: Seeded, filled: Installation) -> None:
    """Each day in the files is the sum of Home Assistant's own hours; history says the same."""
    today = seeded.now.astimezone(ZONE).date()
    yearly = filled.document("yearly.json").points
    means, changes = seeded.own_hours(POWER, "mean"), seeded.own_hours(ENERGY, "change")
    sources = []
    for day in days(today - 58 * DAY, today):
        point = yearly[day_start(day, ZONE)]
        spans = hours(day, ZONE)
        kwh = fsum(means[span.start] for span in spans) / 1000
        change = fsum(changes[span.start] for span in spans)
        is_history = point["power"].source is None
        # In history an hour begins with the state of its first second, as here it did in truth.
        assert point["power"].kwh == pytest.approx(kwh, abs=1e-4 if is_history else 1e-6), day
        assert point["energy"].change == pytest.approx(change, abs=1e-5), day
        assert point["power"].coverage == point["energy"].coverage == 1.0
        sources.append(point["power"].source)
    assert sources == ["statistics"] * 48 + [None] * 10


def test_weekly_hours_are_whole(seeded: Seeded, filled: Installation) -> None:
    """The last seven days are history, hour by hour Home Assistant's own to rounding."""
    own = seeded.own_hours(POWER, "mean")
    weekly = filled.document("weekly.json").points
    assert len(weekly) in {167, 168, 169}
    for start, point in weekly.items():
        assert point["power"].source is None
        assert point["power"].mean == pytest.approx(own[start], abs=0.001)


def test_a_zone_of_half_hours_keeps_the_total(seeded: Seeded, tmp_path: Path) -> None:
    """In India the days together count what the rows do, the first and the last one by halves."""
    there = seeded.filled(tmp_path, "Asia/Kolkata")
    points = there.document("yearly.json").points
    statistics = sorted(
        start for start, point in points.items() if point["energy"].source is not None
    )
    assert len(statistics) > 45
    begin, end = statistics[1], statistics[-1] + DAY
    changes = seeded.own_hours(ENERGY, "change")
    whole = fsum(change for start, change in changes.items() if begin <= start <= end - HOUR)
    halves = (changes[begin - 30 * MINUTE] + changes[end - 30 * MINUTE]) / 2
    total = fsum(points[start]["energy"].change or 0.0 for start in statistics[1:])
    assert total == pytest.approx(whole + halves, abs=1e-4)


@pytest.mark.parametrize("part", range(10))
def test_broken_off_and_taken_up_again(
    seeded: Seeded,
    filled: Installation,
    tmp_path: Path,
    part: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Wherever the network fails, the next run ends with the same bytes; collect's stay."""
    there = seeded.installed(tmp_path)
    there.run_well("collect", at=seeded.now)
    daily = there.snapshot()["daily.json"]
    asked: list[str] = []
    ask, get = LongTerm._ask, HomeAssistant._get  # noqa: SLF001 - where all requests pass

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
        assert there.run("backfill", at=seeded.now).exit_code == 75
    there.run_well("backfill", at=seeded.now)
    assert there.snapshot() == filled.snapshot()
    assert there.snapshot()["daily.json"] == daily


def test_the_recording_is_of_a_real_one(seeded: Seeded) -> None:
    """Its answers have the keys and types of those that are recorded."""
    recording = json.loads(RECORDING.read_text())
    asked = recording["asked"]
    start = seeded.begin + DAY
    spans = {"start_time": start.isoformat(), "end_time": (start + 3 * HOUR).isoformat()}
    for name, command in (("metadata", asked["metadata"]), ("hours", asked["hours"] | spans)):
        answer = json.loads(seeded.home.ask(command))
        found = answer if isinstance(answer, dict) else sorted(answer, key=str)
        expected = recording[name]
        expected = expected if isinstance(expected, dict) else sorted(expected, key=str)
        assert shape(found) == shape(expected)
