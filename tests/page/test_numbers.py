"""Every number on every tab is the one that the files give."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from powerstats_cli.core.periods import day_start
from tests.page import expected
from tests.page.expected import Roles
from tests.page.homes import HOUSE, NOW, ZONE, Home, Outage, Sensor, asked_until, without
from tests.page.program import TABS, check, page_of

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def test_an_ordinary_home() -> None:
    """Five series, nothing unknown."""
    numbers = check(page_of(Home().documents()))
    assert [tab["gaps"] for tab in numbers.values()] == [0] * 4
    assert all(len(tab) > 400 for tab in numbers.values())


def test_a_viewer_in_tokyo_sees_the_home_s_time() -> None:
    """Times and days are those of Amsterdam, wherever the browser is."""
    page = page_of(Home().documents(), timezone="Asia/Tokyo")
    check(page)
    assert "Saturday 22 November 2025" in page.tabs["today"]["text"].replace(",", "")


@pytest.mark.parametrize(
    ("today", "last"),
    [
        pytest.param((2025, 3, 30), 23 * 6, id="spring"),
        pytest.param((2025, 10, 26), 25 * 6, id="autumn"),
    ],
)
def test_the_days_when_clocks_change(today: tuple[int, int, int], last: int) -> None:
    """As today, whole; the same day in the week, the month and the year after it."""
    midnight = datetime(*today, 22 if today[1] == 3 else 23, tzinfo=UTC)
    before_midnight = midnight - 90 * timedelta(seconds=1)
    # All of the day but its last interval.
    documents = Home(now=before_midnight).documents()
    assert len(documents["daily"].points) == last - 1
    check(page_of(documents, now=before_midnight), tabs=TABS[:1])

    after = before_midnight + timedelta(days=2)
    later = Home(now=after, days=100).documents()
    day = expected.Grid(later["weekly"]).by_day("power")[-2]
    assert len(day.cells) == last / 6
    check(page_of(later, now=after))


@pytest.mark.parametrize(
    ("zone", "now"),
    [
        ("Asia/Kolkata", datetime(2025, 11, 22, 13, 5, tzinfo=UTC)),
        ("America/Santiago", datetime(2025, 9, 7, 21, 0, tzinfo=UTC)),  # no midnight that day
        ("Australia/Lord_Howe", datetime(2025, 4, 6, 8, 0, tzinfo=UTC)),  # half an hour twice
    ],
)
def test_homes_elsewhere(zone: str, now: datetime) -> None:
    """Half-hour offsets and odd changes."""
    check(page_of(Home(now=now, zone=zone, days=40).documents(), now=now))


def test_one_minute_intervals() -> None:
    """A whole day of them: 1,440 buckets."""
    end = datetime(2025, 11, 22, 22, 59, 40, tzinfo=UTC)
    documents = Home(now=end, minutes=1).documents()
    assert len(documents["daily"].points) == 1439
    check(page_of(documents, now=end))


# --- what is known ----------------------------------------------------------------------------


def test_gaps_are_listed_by_what_is_missing() -> None:
    """Everything at once is a power cut; some series alone are unknown; short gaps are counted."""
    day = datetime(2025, 11, 22, tzinfo=UTC)
    meter = ("power", "voltage", "energy", "power_factor")
    outages = (
        Outage(day + 2 * HOUR, day + 2 * HOUR + 40 * MINUTE),
        Outage(day + 5 * HOUR, day + 6 * HOUR + 50 * MINUTE, meter),
        Outage(day + 9 * HOUR, day + 9 * HOUR + 3 * MINUTE, ("voltage",)),
        Outage(day + 12 * HOUR, day + 13 * HOUR, ("solar",)),
        Outage(day - 50 * HOUR, day - 47 * HOUR),
        Outage(day - 30 * HOUR, day - 28 * HOUR, meter),
        Outage(day - 240 * HOUR, day - 120 * HOUR, ("solar",)),
        Outage(day - 2000 * HOUR, day - 1900 * HOUR),
    )
    page = page_of(Home(outages=outages).documents())
    check(page)
    assert page.tabs["today"]["gaps"] == [
        ["13:00", "1 h", "solar unknown"],
        ["06:00", "1 h 50 min", "energy, power, power factor, voltage unknown"],
        ["03:00", "40 min", "Power cut"],
    ]
    assert "1 gap shorter than 10 min: 3 min in all" in page.tabs["today"]["text"].replace("\n", "")
    kinds = [row[1:] for row in page.tabs["7-days"]["gaps"]]
    assert ["3 h", "Power cut"] in kinds
    assert ["2 h", "energy, power, power factor, voltage unknown"] in kinds
    # When in a day it was is not known of the days of a year.
    assert {row[-1] for row in page.tabs["365-days"]["gaps"]} >= {"No data", "solar unknown"}


def test_an_unknown_hour_is_no_dead_collector() -> None:
    """Nothing is known of the last three hours, but they were asked for."""
    until = Home().until
    page = page_of(Home(outages=(Outage(until - 180 * MINUTE, until),)).documents())
    check(page)
    assert not page.notices("today")
    assert [row[1:] for row in page.tabs["today"]["gaps"]] == [["3 h", "No data"]]
    assert "Last known" in page.tabs["today"]["text"]


def test_a_home_that_is_new() -> None:
    """Ten days of a year: the time before the first day is not unknown, it is not there."""
    check(page_of(Home(days=10).documents()))


def test_a_year_that_is_known_in_part_everywhere() -> None:
    """Each day lost an hour: no day is the highest, no weekday has a mean."""
    midnight = datetime(2025, 11, 21, 23, tzinfo=UTC)
    outages = tuple(
        Outage(midnight - timedelta(days=day), midnight - timedelta(days=day) + HOUR)
        for day in range(400)
    )
    page = page_of(Home(outages=outages).documents())
    check(page, tabs=TABS[1:])
    assert page.text("highest-day", "30-days") == "–"


@pytest.mark.parametrize(
    "now",
    [
        datetime(2025, 11, 21, 23, 10, 30, tzinfo=UTC),
        datetime(2025, 11, 22, 0, 0, 30, tzinfo=UTC),
    ],
    ids=["one point", "one hour"],
)
def test_the_first_points_of_a_day(now: datetime) -> None:
    """Nothing to compare, one thing to show."""
    check(page_of(Home(now=now, days=1).documents(), now=now))


def test_lagging_series_are_named() -> None:
    """One that was not answered for hours, while the others were."""
    documents = Home().documents()
    until = documents["daily"].series["power"].until
    late = until - timedelta(hours=3)
    documents["daily"] = asked_until(documents["daily"], late, "solar")
    for start in [start for start in documents["daily"].points if start >= late]:
        documents["daily"].points[start].pop("solar")
    page = page_of(documents)
    check(page)
    assert page.notices("today") == ["The last answer about solar is of Sat 22 Nov, 15:20."]


@pytest.mark.parametrize(("empty", "other"), [("weekly", "today"), ("yearly", "30-days")])
def test_an_empty_file_is_compared_with_nothing(empty: str, other: str) -> None:
    """It has no points yet; the tab that would compare with it has all of its own numbers."""
    documents = Home().documents()
    documents[empty].points = {}
    check(page_of(documents), tabs=[other])


def test_a_day_that_has_just_begun_is_empty() -> None:
    """A first run just after midnight leaves a file without a point; all else is as it was."""
    documents = Home().documents()
    daily = documents["daily"]
    assert daily.day
    midnight = day_start(daily.day, expected.Grid(daily).zone)
    daily.points, daily.latest = {}, {}
    daily.series = {name: replace(one, until=midnight) for name, one in daily.series.items()}
    page = page_of(documents)
    assert page.tabs["today"]["empty"]["title"] == "No data yet"
    check(page, tabs=TABS[1:])


def test_files_without_a_series_are_empty() -> None:
    """No sensor has answered yet."""
    page = page_of(Home(sensors=()).documents())
    assert [tab["empty"]["title"] for tab in page.tabs.values()] == ["No data yet"] * 4


def test_comparisons_need_what_they_compare_with() -> None:
    """If weekly.json is not published, today is compared with nothing."""
    documents = Home().documents()
    published = {name: documents[name] for name in ("daily", "monthly")}
    page = page_of(published, tiers=("daily", "monthly"))
    check(page, tabs=["today", "30-days"])
    assert list(page.tabs) == ["today", "30-days"]
    assert "yesterday" not in page.tabs["today"]["text"].lower()
    assert "days before" not in page.tabs["30-days"]["text"]


# --- other series -----------------------------------------------------------------------------


def test_a_missing_series() -> None:
    """The week lost its solar panels' and its meter's file entries."""
    documents = Home(days=100).documents()
    for name in ("weekly", "monthly"):
        documents[name] = without(documents[name], "energy", "voltage")
    check(page_of(documents))


def test_a_series_of_which_nothing_was_ever_known() -> None:
    """It is in the file, and in no point of it."""
    ever = (Outage(NOW - timedelta(days=800), NOW + timedelta(days=1), ("solar", "voltage")),)
    check(page_of(Home(outages=ever, days=40).documents()))


TWENTY = (
    *HOUSE,
    Sensor("voltage_l2", "V", 229),
    Sensor("voltage_l3", "V", 230),
    Sensor("frequency", "Hz", 50),
    Sensor("gas", "m³", 812, "total_increasing"),
    Sensor("grid_balance", "kWh", 120, "total"),
    *(Sensor(f"socket {number} köln", level=40 + number) for number in range(10)),
)
# The page is told that sockets are devices, since their names say so.
TWENTY_ROLES = Roles(devices=tuple(sorted(one.name for one in TWENTY if "socket" in one.name)))


def test_twenty_series() -> None:
    """All of them, in charts of their own or together."""
    assert len(TWENTY) == 20
    check(page_of(Home(sensors=TWENTY, days=70).documents()), roles=TWENTY_ROLES)


@pytest.mark.parametrize(
    ("sensor", "roles"),
    [
        (Sensor("power"), Roles("power", "power", None, None)),
        (Sensor("living_room", "°C", 21), Roles("living_room", None, None, None, None)),
        (
            Sensor("energy", "kWh", 4218, "total_increasing"),
            Roles("energy", "energy", None, None, None),
        ),
        (Sensor("solar"), Roles("solar", None, None, "solar", None)),
        (Sensor("gas", "m³", 812, "total_increasing"), Roles("gas", None, None, None, None)),
        (Sensor("light", "", 3), Roles("light", None, None, None, None)),
    ],
    ids=lambda value: value.name if isinstance(value, Sensor) else "",
)
def test_one_series(sensor: Sensor, roles: Roles) -> None:
    """A power, a temperature, a meter, the sun, gas, and one without a unit."""
    check(page_of(Home(sensors=(sensor,), days=40).documents()), roles=roles)


# --- squares ----------------------------------------------------------------------------------


def autumn() -> Home:
    """Return a home in the week of the long night, with a gap in it."""
    gap = Outage(datetime(2025, 10, 24, 8, tzinfo=UTC), datetime(2025, 10, 25, 1, tzinfo=UTC))
    return Home(now=datetime(2025, 10, 29, 12, tzinfo=UTC), zone=ZONE, outages=(gap,))


def test_the_week_s_heat_map() -> None:
    """A row a day, in order; the long night has one hour more."""
    documents = autumn().documents()
    rows = expected.heat(expected.Grid(documents["weekly"]), "energy")
    assert page_of(documents).tabs["7-days"]["heats"] == {"hours": rows}
    assert sorted(map(len, rows)) == [24] * 6 + [25]


def test_the_year_s_calendar() -> None:
    """A row a month, a square a day."""
    documents = autumn().documents()
    days = expected.calendar(expected.Grid(documents["yearly"]), "energy")
    months: dict[str, list[float | None]] = {}
    for day, value in days:
        months.setdefault(f"{day:%Y-%m}", []).append(value)
    assert page_of(documents).tabs["365-days"]["heats"] == {"calendar": list(months.values())}
