"""All the years that Home Assistant has statistics of, a month a request, and on after a kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event

import pytest

from powerstats_cli.commands.backfill import EMPTY_MONTHS
from powerstats_cli.core.periods import DAY, HOUR, day_start, hours
from powerstats_cli.demo.homes import RecordedHome
from tests.commands.backfill.place import NOW, TODAY, ZONE, Place
from tests.support.homes import ENERGY, POWER, SENSORS
from tests.support.installation import TOKEN, Installation
from tests.support.longterm_server import LongTermHome, Rows, Statistics, about

FIRST = date(2022, 3, 2)
ENTITIES = {"power": POWER, "energy": ENERGY}


def since(first: date, **absent: tuple[date, date]) -> Rows:
    """Return the rows since a day: 100 to 800 W by the month, and as much energy.

    Of an entity in `absent` there are none in a time.
    """
    begin = day_start(first, ZONE)

    def row(entity_id: str, start: datetime) -> Mapping[str, float] | None:
        name = entity_id.partition(".")[2]
        at, until = absent.get(name, (date.max, date.max))
        day = start.astimezone(ZONE).date()
        if start < begin or start >= NOW or at <= day < until:
            return None
        watts = watts_in(day)
        if entity_id == ENERGY:
            return {"state": (start - begin) / HOUR, "change": watts / 1000}
        return {"mean": watts, "min": watts - 50, "max": watts + 50}

    return row


def watts_in(day: date) -> float:
    """Return the power in a month."""
    return 100.0 + 50.0 * (day.year * 12 + day.month) % 700


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Yield a home with statistics since 2022-03-02, and nothing in its recorder."""
    metadata = {
        POWER: about("W", "power", is_counter=False),
        ENERGY: about("kWh", "energy", is_counter=True),
    }
    sensors = {each: SENSORS[each] for each in metadata}
    home = RecordedHome(sensors, {each: [] for each in sensors})
    with LongTermHome(home, Statistics(metadata, since(FIRST)), TOKEN, lambda: NOW) as server:
        yield Place(server, Installation(tmp_path / "here", server.url, ENTITIES))


def years_of(installation: Installation) -> list[str]:
    """Return the names of the years that are stored."""
    return sorted(path.stem for path in (installation.data_dir / "years").glob("*.json"))


def requests(place: Place) -> int:
    """Return how often statistics were asked for."""
    return place.server.exchanges.count("recorder/statistics_during_period")


def test_all_years_on_the_first_evening(place: Place) -> None:
    """Each year begins where the statistics do, and its months have Home Assistant's sums."""
    place.backfill()
    home = place.installation
    assert years_of(home) == ["2022", "2023", "2024", "2025"]
    assert len(home.document("yearly.json").points) == 365
    first = home.document("years/2022.json")
    assert min(first.points) == day_start(FIRST, ZONE)
    sums: dict[tuple[int, int], list[float]] = {}
    for year in years_of(home):
        stored = home.document(f"years/{year}.json")
        assert stored.bucket == "day"
        for start, point in stored.points.items():
            assert {value.source for value in point.values()} == {"statistics"}
            assert {value.coverage for value in point.values()} == {1.0}
            day = start.astimezone(ZONE).date()
            added = sums.setdefault((day.year, day.month), [0.0, 0.0])
            added[0] += point["power"].kwh or 0.0
            added[1] += point["energy"].change or 0.0
    assert len(sums) == 38
    for (number, month), found in sums.items():
        day, expected = max(date(number, month, 1), FIRST), 0.0
        while day.month == month and day < TODAY:
            expected += len(hours(day, ZONE)) * watts_in(day) / 1000
            day += DAY
        assert found == pytest.approx([expected, expected], rel=1e-6)
    until = home.document("years/2022.json").series["power"].until
    assert until == day_start(date(2023, 1, 1), ZONE)


def test_a_second_run_asks_only_whether_there_is_more(place: Place) -> None:
    """It looks into the year before the first row, and changes no byte."""
    place.backfill()
    before, asked = place.installation.snapshot(), requests(place)
    place.backfill()
    # The month in which the statistics begin lacks a day.
    assert requests(place) - asked <= EMPTY_MONTHS + 2
    assert place.installation.snapshot() == before


def test_so_many_years(place: Place) -> None:
    """--years says how many before the present one; 0 is none but those of yearly.json."""
    place.installation.run_well("backfill", "--years", "0", at=NOW)
    assert years_of(place.installation) == ["2024", "2025"]
    start = day_start(TODAY - 365 * DAY, ZONE)
    assert min(place.installation.document("years/2024.json").points) == start
    place.installation.run_well("backfill", "--years", "2", at=NOW)
    assert years_of(place.installation) == ["2023", "2024", "2025"]
    first = min(place.installation.document("years/2023.json").points)
    assert first == day_start(date(2023, 1, 1), ZONE)


def test_a_time_without_rows(place: Place) -> None:
    """Half a year without any is no end, and one sensor may lack what the others have."""
    gap = (date(2022, 9, 1), date(2023, 3, 1))
    place.server.statistics = Statistics(
        place.server.statistics.metadata,
        since(FIRST, power=gap, energy=(date(2000, 1, 1), date(2023, 3, 1))),
    )
    place.backfill()
    year = place.installation.document("years/2022.json")
    assert min(year.points) == day_start(FIRST, ZONE)
    assert max(year.points) == day_start(date(2022, 8, 31), ZONE)
    assert year.series.keys() == {"power"}


def test_stored_days_stay(place: Place) -> None:
    """A day in a year is never replaced; a series that is new gets its past."""
    home = place.installation
    home.configure(entities={"power": POWER})
    place.backfill()
    before = {name: home.document(f"years/{name}.json") for name in years_of(home)}
    home.configure(entities={"power": POWER, "energy": ENERGY})
    place.backfill()
    for name, year in before.items():
        after = home.document(f"years/{name}.json")
        assert all(point.keys() == {"power", "energy"} for point in after.points.values())
        for start, point in year.points.items():
            assert after.value(start, "power") == point["power"]


def test_killed_and_on(place: Place, tmp_path: Path) -> None:
    """Months that were stored stay, are whole, and are not asked for again."""
    twin = Installation(tmp_path / "twin", place.server.url, ENTITIES)
    twin.run_well("backfill", at=NOW)
    whole, asked, home = twin.snapshot(), requests(place), place.installation
    reached, last = Event(), 2 * len(place.server.exchanges) - 15
    place.server.fault = lambda number: reached.set() if number >= last else None
    process = home.start("backfill", at=NOW)
    assert reached.wait(60)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    left = home.snapshot()
    assert "years/2022.json" not in left
    stored = home.document("years/2023.json").points
    assert stored
    assert stored.items() <= twin.document("years/2023.json").points.items()
    before = requests(place)
    place.backfill()
    assert home.snapshot() == whole
    assert requests(place) - before < asked - 20


# Ten are as few MiB; the simulated home takes minutes for them.
YEARS = int(os.environ.get("POWERSTATS_YEARS", "2"))
# A process inherits the greatest size of the one that starts it, but not its own status.
MEASURED = """
import pathlib, re, sys
from powerstats_cli.cli import main
code = main.main(sys.argv[1:])
status = pathlib.Path("/proc/self/status").read_text()
print(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1], file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.thorough
def test_years_of_twenty_sensors(tmp_path: Path) -> None:
    """They fit into 64 MiB, in a process of its own, as many as they may be."""
    ids = [f"sensor.power_{number}" for number in range(20)]
    metadata = {each: about("W", "power", is_counter=False) for each in ids}
    begin = datetime(NOW.year - YEARS, 4, 10, tzinfo=UTC)

    def row(entity_id: str, start: datetime) -> Mapping[str, float] | None:
        if not begin <= start < NOW:
            return None
        watts = 100.0 + len(entity_id) + start.timestamp() // 3600 % 997 / 3
        return {"mean": watts, "min": watts / 2, "max": watts * 3}

    home = RecordedHome({}, {})
    with LongTermHome(home, Statistics(metadata, row), TOKEN, lambda: NOW) as server:
        entities = {each.partition(".")[2]: each for each in ids}
        place = Installation(tmp_path, server.url, entities, ZONE.key)
        ran = subprocess.run(
            [sys.executable, "-c", MEASURED, *place.arguments("backfill", at=NOW)],
            capture_output=True,
            text=True,
            check=False,
            timeout=400,
        )
    assert ran.returncode == 0, ran.stderr
    peak = int(ran.stderr.split()[-1]) * 1024
    assert len(years_of(place)) == YEARS + 1
    print(f"{peak / 2**20:.1f} MiB for {YEARS} years")
    assert peak < 64 * 2**20, f"{peak / 2**20:.0f} MiB"
