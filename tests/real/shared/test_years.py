"""`backfill` of three years of statistics, beside Home Assistant's own sums of each month."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from math import sin
from typing import Any, Final

import pytest

from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import DAY, HOUR, day_start, hours
from tests.real.installed import installed
from tests.real.server import PUMP_ENERGY, PUMP_POWER, ZONE
from tests.real.shared.seen import Seen
from tests.support.installation import Installation

pytestmark = pytest.mark.homeassistant

ENTITIES: Final = {"power": "sensor.three_years_power", "energy": "sensor.three_years_energy"}
KINDS: Final[Mapping[str, Mapping[str, object]]] = {
    "power": {"unit_of_measurement": "W", "state_class": "measurement"},
    "energy": {"unit_of_measurement": "kWh", "state_class": "total_increasing"},
}
YEARS: Final = 3
FIRST_STATE: Final = 1200.0


def watts(hour: int) -> float:
    """Return the power in an hour: more by day and in winter, and never the same."""
    return 700 + 300 * sin(hour / 24 * 6.283) + 250 * sin(hour / 8766 * 6.283) + hour * 37 % 101


def rows_of(first: date, end: datetime) -> dict[str, list[dict[str, object]]]:
    """Return the hours from a local day on, as Home Assistant takes them."""
    at, number, total = day_start(first, ZONE), 0, 0.0
    rows: dict[str, list[dict[str, object]]] = {"power": [], "energy": []}
    while at < end:
        power = watts(number)
        total += power / 1000
        start = at.astimezone(UTC).isoformat()
        rows["power"].append({"start": start, "mean": power, "min": power / 2, "max": 2 * power})
        rows["energy"].append({"start": start, "state": FIRST_STATE + total, "sum": total})
        at, number = at + HOUR, number + 1
    return rows


@pytest.fixture(scope="module")
def first(seen: Seen) -> date:
    """Return the first day of three years of statistics that Home Assistant has by now."""
    today = seen.now.astimezone(ZONE).date()
    begin = date(today.year - YEARS, today.month, 2)
    rows = rows_of(begin, day_start(today - 2 * DAY, ZONE))
    for name, like in (("power", PUMP_POWER), ("energy", PUMP_ENERGY)):
        seen.home.report(ENTITIES[name], "unknown", dict(KINDS[name]))
        seen.home.import_like(like, ENTITIES[name], rows[name])
    return begin


@pytest.fixture(scope="module")
def filled(
    first: date, seen: Seen, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Installation, date]:
    """Return an installation that is filled on its first evening."""
    installation = installed(tmp_path_factory.mktemp("years"), seen.home, ENTITIES)
    installation.run_well("backfill")
    return installation, first


def own_months(seen: Seen, since: date) -> dict[str, dict[date, dict[str, Any]]]:
    """Return Home Assistant's own months, by series and the month's first day."""
    answer = seen.home.ask(
        {
            "type": "recorder/statistics_during_period",
            "start_time": day_start(since.replace(day=1), ZONE).isoformat(),
            "statistic_ids": list(ENTITIES.values()),
            "period": "month",
        }
    )
    return {
        name: {
            datetime.fromtimestamp(row["start"] / 1000, ZONE).date(): row for row in answer[entity]
        }
        for name, entity in ENTITIES.items()
    }


def years_of(installation: Installation) -> dict[int, Document]:
    """Return the files of the years."""
    names = sorted(path.stem for path in (installation.data_dir / "years").glob("*.json"))
    return {int(name): installation.document(f"years/{name}.json") for name in names}


def test_months_are_home_assistants_own(seen: Seen, filled: tuple[Installation, date]) -> None:
    """The days of each whole month add up to its own sum, and to its own mean, to 0.1 %."""
    installation, first = filled
    sums: dict[str, defaultdict[date, float]] = {
        "power": defaultdict(float),
        "energy": defaultdict(float),
    }
    for year, document in years_of(installation).items():
        for start, point in document.points.items():
            day = start.astimezone(ZONE).date()
            assert day.year == year
            month = day.replace(day=1)
            sums["power"][month] += point["power"].kwh or 0.0
            sums["energy"][month] += point["energy"].change or 0.0
    own = own_months(seen, first)
    this_month = seen.now.astimezone(ZONE).date().replace(day=1)
    whole = [month for month in sorted(sums["power"]) if first < month < this_month]
    assert len(whole) >= 12 * YEARS - 3
    for month in whole:
        days = [month + number * DAY for number in range(31)]
        length = sum(len(hours(day, ZONE)) for day in days if day.month == month.month)
        mean = own["power"][month]["mean"]
        assert sums["power"][month] == pytest.approx(mean * length / 1000, rel=1e-3), month
        assert sums["energy"][month] == pytest.approx(own["energy"][month]["change"], rel=1e-3)


def test_years_begin_where_the_statistics_do(filled: tuple[Installation, date]) -> None:
    """All of it is there, from statistics, and yearly.json has its 365 days."""
    installation, first = filled
    years = years_of(installation)
    assert list(years) == list(range(first.year, first.year + YEARS + 1))
    assert min(years[first.year].points) == day_start(first, ZONE)
    values = [
        value
        for document in years.values()
        for point in document.points.values()
        for value in point.values()
    ]
    assert {value.source for value in values} == {"statistics"}
    assert {value.coverage for value in values} == {1.0}
    yearly = installation.document("yearly.json")
    assert len(yearly.points) in {363, 364}
    for start, point in yearly.points.items():
        assert years[start.astimezone(ZONE).year].points[start] == point


def test_a_second_run_changes_nothing(filled: tuple[Installation, date]) -> None:
    """It finds no more in Home Assistant, and writes no byte."""
    installation, _ = filled
    before = installation.snapshot()
    installation.run_well("backfill")
    changed = {name for name, raw in installation.snapshot().items() if before.get(name) != raw}
    assert not {name for name in changed if not name.startswith("backups/")}


def test_a_month_that_is_looked_for(seen: Seen, first: date) -> None:
    """The short answer says which entities have a row in the month, be it before the time asked."""
    from powerstats_cli.homeassistant.websocket import LongTerm

    ids = [*ENTITIES.values(), "sensor.never_there"]
    with LongTerm(seen.home.url, seen.home.reader_token) as long_term:
        start = day_start(first, ZONE)
        assert long_term.present(ids, start, start + HOUR) == set(ENTITIES.values())
        assert long_term.present(ids, start - 30 * DAY, start - 2 * DAY) == set()
        assert long_term.present(ids, start - DAY, start) == set(ENTITIES.values())
