"""Every number on every tab is the one that the files give."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.browser import expected
from tests.browser.chromium import Opener
from tests.browser.expected import Roles
from tests.browser.homes import DEMO_NOW, HOUSE, NOW, Home, Outage, Sensor, without
from tests.browser.pages import TABS, check
from tests.browser.sites import Site

SiteOf = Callable[..., Site]
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def check_all(
    opened: Opener,
    site: Site,
    now: datetime,
    roles: Roles,
    *,
    tabs: tuple[str, ...] = TABS,
    **options: Any,
) -> None:
    """Compare tabs, each opened by a click."""
    tab = opened(site, now=now, **options).go()
    for name in tabs:
        tab.open(name)
        check(tab, name, roles)


@pytest.mark.parametrize("name", TABS)
def test_the_demo_s_year(opened: Opener, demo: Site, name: str) -> None:
    """A house with outages, a power cut, a reset and a glitch."""
    tab = opened(demo, now=DEMO_NOW).go(name)
    tab.drawn(name)
    numbers = check(tab, name)
    assert len(numbers) > 100
    assert numbers["gaps"] or name == "today"


@pytest.mark.parametrize("name", TABS)
def test_an_ordinary_home(opened: Opener, house: Site, name: str) -> None:
    """Five series, nothing unknown."""
    tab = opened(house).go(name)
    tab.drawn(name)
    assert check(tab, name)["gaps"] == 0


@pytest.mark.parametrize(
    ("today", "last"),
    [
        pytest.param((2025, 3, 30), 23 * 6, id="spring"),
        pytest.param((2025, 10, 26), 25 * 6, id="autumn"),
    ],
)
def test_the_days_when_clocks_change(
    opened: Opener, site: SiteOf, today: tuple[int, int, int], last: int
) -> None:
    """As today, whole; the same day in the week, the month and the year after it."""
    midnight = datetime(*today, 22 if today[1] == 3 else 23, tzinfo=UTC)
    before_midnight = midnight - 90 * timedelta(seconds=1)
    # All of the day but its last interval.
    made = site(Home(now=before_midnight))
    points = made.document("daily").points
    assert len(points) == last - 1
    check_all(opened, made, before_midnight, Roles(), tabs=TABS[:1])

    after = before_midnight + timedelta(days=2)
    later = site(Home(now=after, days=100))
    day = expected.Grid(later.document("weekly")).by_day("power")[-2]
    assert len(day.cells) == last / 6
    check_all(opened, later, after, Roles())


def test_a_viewer_in_tokyo_sees_the_home_s_time(opened: Opener, house: Site, demo: Site) -> None:
    """Times and days are those of Amsterdam, wherever the browser is."""
    check_all(opened, demo, DEMO_NOW, Roles(), timezone_id="Asia/Tokyo")
    tab = opened(house, timezone_id="Asia/Tokyo").go()
    tab.drawn("today")
    assert "Saturday 22 November 2025" in tab.panel("today").inner_text().replace(",", "")
    assert "Europe/Amsterdam" in tab.page.locator("footer").inner_text()


@pytest.mark.parametrize(
    ("zone", "now"),
    [
        ("Asia/Kolkata", datetime(2025, 11, 22, 13, 5, tzinfo=UTC)),
        ("America/Santiago", datetime(2025, 9, 7, 21, 0, tzinfo=UTC)),  # no midnight that day
        ("Australia/Lord_Howe", datetime(2025, 4, 6, 8, 0, tzinfo=UTC)),  # half an hour twice
    ],
)
def test_homes_elsewhere(opened: Opener, site: SiteOf, zone: str, now: datetime) -> None:
    """Half-hour offsets and odd changes."""
    check_all(opened, site(Home(now=now, zone=zone, days=40)), now, Roles())


# --- gaps -------------------------------------------------------------------------------------


def test_gaps_are_listed_by_what_is_missing(opened: Opener, site: SiteOf) -> None:
    """A power cut takes the meter; without any data, everything is missing."""
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
    made = site(Home(outages=outages))
    check_all(opened, made, NOW, Roles())
    tab = opened(made).go()
    missing = ("energy,", "power,", "power", "factor,", "voltage")
    rows = tab.drawn("today").locator(".gaps tbody tr").all_inner_texts()
    assert [row.split() for row in rows] == [
        ["13:00", "1", "h", "Unknown", "solar"],
        ["10:00", "3", "min", "Power", "cut", "voltage"],
        ["06:00", "1", "h", "50", "min", "Power", "cut", *missing],
        ["03:00", "40", "min", "No", "data", "everything"],
    ]
    rows = tab.open("7-days").locator(".gaps tbody tr").all_inner_texts()
    kinds = [" ".join(row.split()) for row in rows]
    assert any("3 h No data everything" in kind for kind in kinds), kinds
    assert any("2 h Power cut" in kind for kind in kinds), kinds


def test_the_chart_has_no_line_where_nothing_is_known(opened: Opener, site: SiteOf) -> None:
    """Of the plot's pixels in the gap none has the line's colour; beside it some have."""
    day = datetime(2025, 11, 22, tzinfo=UTC)
    made = site(Home(outages=(Outage(day + 3 * HOUR, day + 8 * HOUR),)))
    tab = opened(made).go()
    tab.drawn("today")
    counts = (
        tab.panel("today")
        .locator('[data-chart="main"] canvas')
        .evaluate(
            """source => {
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [source.width, source.height];
          const brush = canvas.getContext("2d", {willReadFrequently: true});
          brush.drawImage(source, 0, 0);
          const over = source.parentElement.querySelector(".over").getBoundingClientRect();
          const box = source.getBoundingClientRect();
          const scale = canvas.width / box.width;
          const style = getComputedStyle(document.documentElement);
          const colour = style.getPropertyValue("--use").trim();
          const [r, g, b] = [1, 3, 5].map(i => parseInt(colour.slice(i, i + 2), 16));
          const count = (from, to) => {
            const x = (over.left - box.left + over.width * from) * scale;
            const width = over.width * (to - from) * scale;
            const {data} = brush.getImageData(x, 0, width, canvas.height);
            let found = 0;
            for (let i = 0; i < data.length; i += 4)
              if ([r, g, b].every((part, j) => Math.abs(data[i + j] - part) < 5)) found++;
            return found;
          };
          return [count(1.2 / 24, 3.8 / 24), count(4.2 / 24, 8.8 / 24), count(9.2 / 24, 14 / 24)];
        }"""
        )
    )
    assert counts[0] > 50
    assert counts[1] == 0
    assert counts[2] > 50


def test_a_home_that_is_new(opened: Opener, site: SiteOf) -> None:
    """Ten days of a year: what was before the first day is not unknown, it was not."""
    made = site(Home(days=10))
    check_all(opened, made, NOW, Roles())


# --- other series -----------------------------------------------------------------------------


def test_a_missing_series(opened: Opener, site: SiteOf) -> None:
    """The week lost its solar panels' and its meter's file entries."""
    documents = Home(days=100).documents()
    for name in ("weekly", "monthly"):
        documents[name] = without(documents[name], "energy", "voltage")
    check_all(opened, site(documents), NOW, Roles())


def test_a_series_of_which_nothing_was_ever_known(opened: Opener, site: SiteOf) -> None:
    """It is in the file, and in no point of it."""
    ever = (Outage(NOW - timedelta(days=800), NOW + timedelta(days=1), ("solar", "voltage")),)
    check_all(opened, site(Home(outages=ever, days=40)), NOW, Roles())


def test_one_minute_intervals(opened: Opener, site: SiteOf) -> None:
    """A whole day of them: 1,440 buckets."""
    end = datetime(2025, 11, 22, 22, 59, 40, tzinfo=UTC)
    made = site(Home(now=end, minutes=1), minutes=1)
    assert len(made.document("daily").points) == 1439
    tab = opened(made, now=end).go()
    tab.drawn("today")
    check(tab, "today")


TWENTY = (
    *HOUSE,
    Sensor("voltage_l2", "V", 229),
    Sensor("voltage_l3", "V", 230),
    Sensor("frequency", "Hz", 50),
    Sensor("gas", "m³", 812, "total_increasing"),
    Sensor("grid_balance", "kWh", 120, "total"),
    *(Sensor(f"socket {number} köln", level=40 + number) for number in range(10)),
)


def test_twenty_series(opened: Opener, site: SiteOf) -> None:
    """All of them, in charts of their own or together."""
    assert len(TWENTY) == 20
    check_all(opened, site(Home(sensors=TWENTY, days=70)), NOW, Roles())


@pytest.mark.parametrize(
    ("sensor", "roles"),
    [
        (Sensor("power"), Roles("power", "power", None, None)),
        (Sensor("living_room", "°C", 21), Roles("living_room", None, None, None)),
        (
            Sensor("energy", "kWh", 4218, "total_increasing"),
            Roles("energy", "energy", None, None),
        ),
        (Sensor("solar"), Roles("solar", None, None, "solar")),
        (Sensor("gas", "m³", 812, "total_increasing"), Roles("gas", None, None, None)),
        (Sensor("light", "", 3), Roles("light", None, None, None)),
    ],
    ids=lambda value: value.name if isinstance(value, Sensor) else "",
)
def test_one_series(opened: Opener, site: SiteOf, sensor: Sensor, roles: Roles) -> None:
    """Whatever it is."""
    check_all(opened, site(Home(sensors=(sensor,), days=40)), NOW, roles)


@pytest.mark.parametrize(
    "now",
    [
        datetime(2025, 11, 21, 23, 10, 30, tzinfo=UTC),
        datetime(2025, 11, 22, 0, 0, 30, tzinfo=UTC),
    ],
    ids=["one point", "one hour"],
)
def test_the_first_points_of_a_day(opened: Opener, site: SiteOf, now: datetime) -> None:
    """Nothing to compare, one thing to show."""
    check_all(opened, site(Home(now=now, days=1)), now, Roles())


def test_a_year_that_is_known_in_part_everywhere(opened: Opener, site: SiteOf) -> None:
    """Each day lost an hour: no day is the highest, no weekday has a mean."""
    midnight = datetime(2025, 11, 21, 23, tzinfo=UTC)
    outages = tuple(
        Outage(midnight - timedelta(days=day), midnight - timedelta(days=day) + HOUR)
        for day in range(400)
    )
    made = site(Home(outages=outages))
    check_all(opened, made, NOW, Roles(), tabs=TABS[1:])
    tab = opened(made).go("30-days")
    tab.drawn("30-days")
    assert tab.text("highest-day", "30-days") == "–"


# --- heat maps --------------------------------------------------------------------------------


def heat_table(made: Site, opened: Opener, name: str, key: str) -> list[list[float | None]]:
    """Return a heat map's table, the places of no bucket left out."""
    tab = opened(made, now=None).go(name)
    tab.drawn(name)
    chart = tab.panel(name).locator(f'[data-chart="{key}"]')
    chart.locator("summary").click()
    chart.locator("tbody tr").first.wait_for()
    rows = chart.locator("tbody").evaluate(
        """body => [...body.rows].map(row => [...row.querySelectorAll("td [data-value]")]
          .map(cell => cell.dataset.raw))"""
    )
    return [[float(raw) if raw else None for raw in row] for row in rows]


def squares(made: Site, opened: Opener, name: str, key: str) -> list[list[str]]:
    """Return how dark a heat map's squares are, row by row."""
    tab = opened(made, now=None).go(name)
    tab.drawn(name)
    found: list[list[str]] = (
        tab.panel(name)
        .locator(f'[data-chart="{key}"]')
        .evaluate(
            """figure => {
          const rows = [];
          for (const square of figure.querySelectorAll("[data-cell]"))
            (rows[square.dataset.row] ??= []).push(square.className === "blank" ? ""
              : square.style.getPropertyValue("--share"));
          return rows;
        }"""
        )
    )
    return found


@pytest.fixture(scope="module")
def autumn(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return the week of the long night, with a gap in it."""
    from tests.browser.sites import site_of

    now = datetime(2025, 10, 29, 12, tzinfo=UTC)
    gap = Outage(datetime(2025, 10, 24, 8, tzinfo=UTC), datetime(2025, 10, 25, 1, tzinfo=UTC))
    home = Home(now=now, outages=(gap,))
    return site_of(home.documents(), tmp_path_factory.mktemp("autumn"))


def test_the_week_s_heat_map(opened: Opener, autumn: Site) -> None:
    """A row a day, in order; the long night has one hour more."""
    rows = expected.heat(expected.Grid(autumn.document("weekly")), "power")
    assert heat_table(autumn, opened, "7-days", "hours") == rows
    assert sorted(map(len, rows)) == [24] * 6 + [25]
    most = max(value for row in rows for value in row if value is not None)
    shares = squares(autumn, opened, "7-days", "hours")
    for row, wanted in zip(shares, rows, strict=True):
        for share, value in zip(row, wanted, strict=True):
            assert (share == "") == (value is None)
            if value is not None:
                assert abs(float(share.rstrip("%")) - 100 * value / most) <= 0.51


def test_the_year_s_calendar(opened: Opener, autumn: Site) -> None:
    """A row a month, a square a day."""
    days = expected.calendar(expected.Grid(autumn.document("yearly")), "power")
    months: dict[str, list[float | None]] = {}
    for day, value in days:
        months.setdefault(f"{day:%Y-%m}", []).append(value)
    assert heat_table(autumn, opened, "365-days", "calendar") == list(months.values())
