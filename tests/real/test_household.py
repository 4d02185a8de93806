"""Ten days of a real household, replayed: the times of the runs make no difference to the files.

The readings are no part of this project: POWERSTATS_HOUSEHOLD names their folder.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.server import HomeAssistant
from tests.support.installation import TOKEN, Installation

pytestmark = pytest.mark.household

ZONE = "Asia/Kolkata"
KOLKATA = ZoneInfo(ZONE)
SERIES = {
    "power": ("W", "measurement"),
    "voltage": ("V", "measurement"),
    "solar": ("kWh", "total_increasing"),
    "power_factor": (None, "measurement"),
    "daily_energy": ("W", "measurement"),
}
TIERS = ("weekly", "monthly", "yearly")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
# If two readings are further apart than this, the collector was away in between.
HOLE = HOUR
SPACING = 2 * MINUTE
FIRST_RUN = datetime(2025, 11, 13, 9, 3, 11, tzinfo=KOLKATA)
LAST_RUN = datetime(2025, 11, 23, 1, 0, 8, tzinfo=KOLKATA)

Readings = list[tuple[datetime, float | None]]


def readings(folder: Path) -> dict[str, Readings]:
    """Return each series' readings, None for the integer 0 that stands for no number."""
    found: dict[str, Readings] = {name: [] for name in SERIES}
    previous: datetime | None = None
    for path in sorted(folder.glob("????-??-??.json")):
        for point in json.loads(path.read_text("ascii")):
            at = datetime.fromisoformat(point["timestamp"]).replace(tzinfo=KOLKATA).astimezone(UTC)
            for name, series in found.items():
                if previous is not None and at - previous > HOLE:
                    series.append((previous + SPACING, None))
                value = point[name]
                series.append((at, None if isinstance(value, int) else value))
            previous = at
    return found


@dataclass
class Household:
    """The replayed home, its clock, and the readings it is made of."""

    readings: dict[str, Readings]
    server: HomeAssistant = field(init=False)
    now: datetime = FIRST_RUN

    def __post_init__(self) -> None:
        """Make the server."""
        sensors = {
            f"sensor.{name}": {
                "state_class": state_class,
                **({"unit_of_measurement": unit} if unit else {}),
            }
            for name, (unit, state_class) in SERIES.items()
        }
        changes = {
            f"sensor.{name}": [
                Change(at, "unavailable" if value is None else repr(value)) for at, value in series
            ]
            for name, series in self.readings.items()
        }
        home = RecordedHome(sensors, changes, time_zone=ZONE)
        self.server = HomeAssistant(home, token=TOKEN, clock=lambda: self.now)


@pytest.fixture(scope="module")
def household() -> Iterator[Household]:
    """Yield the home, answering."""
    folder = os.environ.get("POWERSTATS_HOUSEHOLD")
    if not folder:
        pytest.skip("POWERSTATS_HOUSEHOLD does not name the folder of a household's readings")
    home = Household(readings(Path(folder)))
    with home.server:
        yield home


def nightly(installation: Installation, night: date) -> None:
    """Run a night's steps at the times of the schedule."""
    midnight = datetime(night.year, night.month, night.day, tzinfo=KOLKATA)
    installation.run_well("rotate", at=midnight + timedelta(seconds=3))
    for minutes, tier in zip((2, 5, 15), TIERS, strict=True):
        installation.run_well("aggregate", tier, at=midnight + minutes * MINUTE)


def replay(
    household: Household, folder: Path, runs: Sequence[datetime], *, nights: bool
) -> Installation:
    """Run the commands at the given times, with the nightly steps in between or at the end only."""
    installation = Installation(
        folder,
        household.server.url,
        {name: f"sensor.{name}" for name in SERIES},
        timezone=ZONE,
        data={"retention_days": 30},
    )
    day = FIRST_RUN.date()
    for now in sorted({FIRST_RUN, *runs, LAST_RUN}):
        if nights and now.date() > day:
            nightly(installation, now.date())
        day = now.date()
        household.now = now
        installation.run_well("collect", at=now)
    if not nights:
        installation.run_well("rotate", at=LAST_RUN)
    for tier in TIERS:
        installation.run_well("aggregate", tier, at=LAST_RUN)
    return installation


def some_times(random: Random) -> list[datetime]:
    """Return random times of runs, with outages of up to three days in between."""
    found = [FIRST_RUN]
    while found[-1] < LAST_RUN:
        away = random.choice([20 * MINUTE, 3 * HOUR, 9 * HOUR, 30 * HOUR, 70 * HOUR])
        seconds = random.uniform(5, away.total_seconds())
        found.append(found[-1] + timedelta(seconds=round(seconds, 1)))
    return [now for now in found if now < LAST_RUN]


def regular(first: datetime, last: datetime) -> list[datetime]:
    """Return the times of a run every ten minutes, 7 s late."""
    start = first.replace(minute=0, second=7, microsecond=0)
    return [start + number * 10 * MINUTE for number in range(1, (last - first) // (10 * MINUTE))]


def points(installation: Installation) -> dict[str, list[bytes]]:
    """Return the lines of data points of each file, as bytes."""
    return {
        name: [line for line in raw.split(b"\n") if line.startswith(b'  {"timestamp"')]
        for name, raw in installation.snapshot().items()
    }


@pytest.fixture(scope="module")
def late(household: Household, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return an installation after one run on the first day and one at the end."""
    return replay(household, tmp_path_factory.mktemp("late"), [], nights=False)


@pytest.mark.parametrize("seed", range(8))
def test_runs_at_random_store_the_same(
    household: Household, late: Installation, tmp_path: Path, seed: int
) -> None:
    """Outages of the collector and odd times of its runs change no data point."""
    random = Random(seed)
    random_runs = replay(household, tmp_path, some_times(random), nights=bool(seed % 2))
    assert points(random_runs) == points(late)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        # The two-minute readings of two collectors at once, into the long hole and out of it.
        (datetime(2025, 11, 13, 20, tzinfo=KOLKATA), datetime(2025, 11, 15, 3, tzinfo=KOLKATA)),
        # A wiped afternoon, power cuts, and the counter's reset before midnight.
        (datetime(2025, 11, 22, 4, tzinfo=KOLKATA), datetime(2025, 11, 23, 1, tzinfo=KOLKATA)),
    ],
)
def test_regular_runs_store_the_same(
    household: Household, late: Installation, tmp_path: Path, first: datetime, last: datetime
) -> None:
    """A run each ten minutes over a part, and random ones elsewhere, store the same points."""
    runs = [*regular(first, last), *some_times(Random(first.day))]
    assert points(replay(household, tmp_path, runs, nights=True)) == points(late)


def test_what_is_stored_agrees(late: Installation) -> None:
    """Each file by itself, and hours and days with the finer files: power cuts, holes, resets."""
    result = late.run("verify", "files", "tiers", "-v", at=LAST_RUN)
    assert result.exit_code == 0, result.out
    assert result.out.count("all agree") == 2, result.out


def test_what_is_computed_anew_is_the_same(late: Installation) -> None:
    """Each interval of the archived days, to the last digit."""
    result = late.run("verify", "history", "-v", at=LAST_RUN)
    assert result.exit_code == 0, result.out + result.err
    assert "intervals of 10 days computed anew; all agree" in result.out, result.out


def test_the_files_are_full(late: Installation) -> None:
    """Every day is there, in the archive and in the tiers, and most of it is known."""
    names = set(late.snapshot())
    days = [date(2025, 11, 13) + timedelta(days=number) for number in range(10)]
    assert names == {
        "daily.json",
        *(f"archive/{day}.json" for day in days),
        *(f"{tier}.json" for tier in TIERS),
        "years/2025.json",
        "ledger.json",
    }
    assert len(late.document("weekly.json").points) == 7 * 24 - 9  # the hole ends at 9:22
    assert len(late.document("yearly.json").points) == len(days)


# --- the numbers, found without the package ---------------------------------------------------


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return a day of a zone without clock changes."""
    start = datetime(day.year, day.month, day.day, tzinfo=KOLKATA)
    return start, start + 24 * HOUR


def energy_of(series: Readings, start: datetime, end: datetime) -> float:
    """Return the kWh of a power in W, each reading holding until the next."""
    joules = 0.0
    for (at, value), (until, _) in pairwise([*series, (LAST_RUN, None)]):
        seconds = (min(until, end) - max(at, start)).total_seconds()
        if value is not None and seconds > 0:
            joules += value * seconds
    return joules / 3.6e6


def made_on(series: Readings, start: datetime, end: datetime) -> float:
    """Return the sum of the rises of a counter that starts from zero each night."""
    numbers = [(at, value) for at, value in series if value is not None]
    return sum(
        after if after < before else after - before
        for (_, before), (at, after) in pairwise(numbers)
        if start <= at < end
    )


@pytest.mark.parametrize("name", ["power", "daily_energy"])
def test_daily_energy_is_the_integral(household: Household, late: Installation, name: str) -> None:
    """Each day's kWh agree with the readings' own step function to a ten-thousandth of a kWh."""
    document = late.document("yearly.json")
    assert len(document.points) == 10
    for start, point in document.points.items():
        day = start.astimezone(KOLKATA).date()
        expected = energy_of(household.readings[name], *day_bounds(day))
        stored = point[name].kwh
        assert stored is not None
        assert stored == pytest.approx(expected, abs=1e-4), day
        # Hours add up to their day, and intervals too.
        parts = [
            archived[name].kwh or 0.0
            for archived in late.archived(day).points.values()
            if name in archived
        ]
        assert sum(parts) == pytest.approx(stored, abs=1e-5)
    for day in {start.astimezone(KOLKATA).date() for start in late.document("weekly.json").points}:
        first, last = day_bounds(day)
        hours = [
            point[name].kwh or 0.0
            for start, point in late.document("weekly.json").points.items()
            if first <= start < last and name in point
        ]
        assert sum(hours) == pytest.approx(
            document.points[first.astimezone(UTC)][name].kwh, abs=1e-5
        )


def test_solar_energy_is_what_was_made(household: Household, late: Installation) -> None:
    """Each day's solar change is the sum of the rises; a reading after a reset is all rise."""
    for start, point in late.document("yearly.json").points.items():
        day = start.astimezone(KOLKATA).date()
        expected = made_on(household.readings["solar"], *day_bounds(day))
        assert point["solar"].change == pytest.approx(expected, abs=1e-6), day
        assert expected > 0 or day == date(2025, 11, 15)
