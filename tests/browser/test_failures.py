"""Files that are missing, broken, old or out of reach; and what comes back by itself."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from powerstats_cli.core.periods import day_start
from powerstats_cli.core.tiers import TIERS
from tests.browser.chromium import Opener
from tests.browser.homes import NOW, Home, Outage, replaced
from tests.browser.pages import LOAD_FAILED, TABS, Tab, check, eventually
from tests.browser.sites import Site, site_of

SiteOf = Callable[..., Site]
MINUTE = timedelta(minutes=1)
FILES = {"today": "daily", "7-days": "weekly", "30-days": "monthly", "365-days": "yearly"}
COMMANDS = {"today": "powerstats collect"} | {
    tab: f"powerstats aggregate {tier}" for tab, tier in FILES.items() if tier in TIERS
}


def timed(opened: Opener, site: Site, *allowed: str, now: datetime = NOW) -> Tab:
    """Return a tab whose clock the test moves on."""
    tab = opened(site, now=None, allowed=(LOAD_FAILED, *allowed))
    tab.page.clock.install(time=now)
    return tab


def pass_time(tab: Tab, seconds: int) -> None:
    """Let time pass in a tab, timers included."""
    tab.page.clock.run_for(seconds * 1000)


def test_no_data_yet(opened: Opener, tmp_path: Path) -> None:
    """Each tab says so, and which command makes its file; then it is there by itself."""
    site = site_of({}, tmp_path)
    tab = timed(opened, site).go()
    for name in TABS:
        tab.page.click(f"#tab-{name}")
        panel = tab.panel(name)
        panel.get_by_text("No data yet").wait_for()
        assert panel.locator("code").inner_text() == COMMANDS[name]
        assert tab.page.locator(".age").inner_text() == "No data yet"
        assert not tab.notices("problem")
    site.put(Home().documents())
    tab.page.click("#tab-today")
    pass_time(tab, 70)
    tab.drawn("today")
    check(tab, "today")


@pytest.mark.parametrize("name", TABS)
def test_a_file_without_a_point(opened: Opener, site: SiteOf, name: str) -> None:
    """As a first run leaves it, just after midnight."""
    documents = Home().documents()
    empty = documents[FILES[name]]
    empty.points = {}
    empty.latest = {} if empty.day else None
    if empty.day:
        midnight = day_start(empty.day, ZoneInfo(empty.timezone))
        empty.series = {key: replace(one, until=midnight) for key, one in empty.series.items()}
    tab = opened(site(documents)).go(name)
    tab.panel(name).get_by_text("No data yet").wait_for()
    assert COMMANDS[name] in tab.panel(name).inner_text()
    for other in {"7-days": ["today"], "365-days": ["30-days"]}.get(name, []):
        tab.open(other)
        check(tab, other)


def test_a_day_without_a_number(opened: Opener, site: SiteOf) -> None:
    """Asked for and answered, and nothing known since midnight: no run is missing."""
    documents = Home().documents()
    documents["daily"].points = {}
    tab = opened(site(documents)).go()
    tab.panel("today").get_by_text("Nothing known yet").wait_for()
    assert "powerstats collect" not in tab.panel("today").inner_text()


def test_a_file_without_a_series(opened: Opener, site: SiteOf) -> None:
    """No sensor has answered yet."""
    documents = Home(sensors=()).documents()
    tab = opened(site(documents)).go()
    for name in TABS:
        tab.page.click(f"#tab-{name}")
        tab.panel(name).get_by_text("No data yet").wait_for()


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda raw: raw[: len(raw) // 2],
    "empty": lambda _: b"",
    "html": lambda _: b"<html>captive portal</html>",
    "another form": lambda _: b'{"version":1,"hello":[]}',
    "a list": lambda _: b"[1,2]",
    "null": lambda _: b"null",
    "newer": lambda raw: raw.replace(b'"version":1', b'"version":2'),
    "no zone": lambda raw: raw.replace(b"Europe/Amsterdam", b"Mars/Olympus"),
    "no time": lambda raw: raw.replace(b'"timestamp":"2025', b'"timestamp":"x', 3),
    "points of nothing": lambda raw: (
        raw.partition(b'"data_points"')[0] + b'"data_points":[null,3,"x"]}'
    ),
}


@pytest.mark.parametrize("name", ["today", "365-days"])
def test_a_broken_file_is_said_and_recovers(opened: Opener, site: SiteOf, name: str) -> None:
    """From the start nothing can be shown; once there was something, it stays."""
    made = site(Home(days=40))
    path = made.data_dir / f"{FILES[name]}.json"
    whole, documents = path.read_bytes(), made.documents()
    replaced(path, BROKEN["cut"](whole))
    tab = timed(opened, made).go(name)
    assert eventually(lambda: tab.notices("problem"))
    assert path.name in tab.notices("problem")[0]

    replaced(path, whole)
    pass_time(tab, 65)
    tab.drawn(name)
    assert eventually(lambda: not tab.notices("problem"))
    check(tab, name)

    replaced(path, BROKEN["cut"](whole))
    pass_time(tab, 605)
    assert eventually(lambda: tab.notices("problem"))
    assert "before" in tab.notices("problem")[0]
    check(tab, name, documents=documents)

    replaced(path, whole)
    tab.page.get_by_role("button", name="Try now").click()
    assert eventually(lambda: not tab.notices("problem"))


@pytest.mark.parametrize("name", ["today", "365-days"])
def test_whatever_is_broken_is_said(opened: Opener, site: SiteOf, name: str) -> None:
    """In words that name the file; never in half of a page."""
    made = site(Home(days=40))
    path = made.data_dir / f"{FILES[name]}.json"
    whole = path.read_bytes()
    tab = opened(made, allowed=(LOAD_FAILED,))
    for fault, broken in BROKEN.items():
        replaced(path, broken(whole))
        tab.page.goto("about:blank")
        tab.go(name)
        assert eventually(lambda: tab.notices("problem")), fault
        assert path.name in tab.notices("problem")[0], fault
        assert tab.panel(name).locator(".card").count() == 0, fault


def test_out_of_reach_and_back(opened: Opener, site: SiteOf) -> None:
    """Without network it keeps what it had, and tries again; back online, at once."""
    made = site(Home())
    tab = timed(opened, made).go()
    tab.drawn("today")
    tab.context.set_offline(True)
    pass_time(tab, 150)
    assert eventually(lambda: tab.notices("problem"))
    assert "reached" in tab.notices("problem")[0]
    check(tab, "today")
    later = Home(now=NOW + 30 * MINUTE)
    made.put(later.documents())
    tab.context.set_offline(False)
    assert eventually(lambda: not tab.notices("problem"))
    check(tab, "today")


@pytest.mark.parametrize("status", [500, 503, 403])
def test_a_server_in_trouble(opened: Opener, house: Site, status: int) -> None:
    """Its answer is said."""
    tab = timed(opened, house)
    tab.page.route("**/daily.json", lambda route: route.fulfill(status=status, body="no"))
    tab.go()
    assert eventually(lambda: tab.notices("problem"))
    assert str(status) in tab.notices("problem")[0]
    tab.page.unroute("**/daily.json")
    pass_time(tab, 65)
    tab.drawn("today")
    check(tab, "today")


def test_a_file_that_goes_away(opened: Opener, site: SiteOf) -> None:
    """What was there stays."""
    made = site(Home())
    documents = made.documents()
    tab = timed(opened, made).go()
    tab.drawn("today")
    (made.data_dir / "daily.json").unlink()
    pass_time(tab, 150)
    assert eventually(lambda: tab.notices("problem"))
    check(tab, "today", documents=documents)


def test_today_keeps_itself_fresh(opened: Opener, site: SiteOf) -> None:
    """New points come without a click; a zoom and a series switched off stay as they are."""
    made = site(Home())
    tab = timed(opened, made).go()
    panel = tab.drawn("today")
    panel.locator('.chip[data-series="power_factor"]').click()
    panel.get_by_role("button", name="Zoom in").click()
    made.put(Home(now=NOW + 10 * MINUTE).documents())
    before = tab.text("energy-today")
    pass_time(tab, 130)
    assert eventually(lambda: tab.text("energy-today") != before)
    assert panel.locator('.chip[data-series="power_factor"]').get_attribute("aria-pressed") == (
        "false"
    )
    assert panel.locator('[data-action="back"]').is_visible()
    panel.locator('.chip[data-series="power_factor"]').click()
    panel.locator('[data-action="back"]').click()
    check(tab, "today")


def test_nothing_is_asked_for_while_nobody_looks(opened: Opener, site: SiteOf) -> None:
    """A hidden page rests."""
    tab = timed(opened, site(Home())).go()
    tab.drawn("today")
    tab.page.evaluate(
        """() => {
          Object.defineProperty(document, "visibilityState", {get: () => window.seen ?? "hidden"});
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    before = len(tab.requests)
    pass_time(tab, 3600)
    assert len(tab.requests) == before
    tab.page.evaluate(
        "() => { window.seen = 'visible'; document.dispatchEvent(new Event('visibilitychange')); }"
    )
    assert eventually(lambda: len(tab.requests) > before)


def test_over_midnight_the_next_day_begins(opened: Opener, site: SiteOf) -> None:
    """Yesterday's file is replaced by one of another day, and shown as that."""
    midnight = datetime(2025, 11, 22, 23, tzinfo=UTC)
    made = site(Home(now=midnight - MINUTE))
    tab = timed(opened, made, now=midnight - MINUTE).go()
    tab.drawn("today")
    assert "22 November" in tab.panel("today").inner_text()
    made.put(Home(now=midnight + 31 * MINUTE).documents())
    pass_time(tab, 31 * 60)
    assert eventually(lambda: "23 November" in tab.panel("today").inner_text())
    check(tab, "today")


# --- how old it is ----------------------------------------------------------------------------


def stale(opened: Opener, made: Site, name: str, now: datetime) -> list[str]:
    """Return the stale banner of a tab at a time."""
    tab = opened(made, now=now).go(name)
    tab.drawn(name)
    return tab.notices("stale")


def test_today_is_stale_after_two_publish_periods(opened: Opener, house: Site) -> None:
    """By `until`."""
    until = house.document("daily").series["power"].until
    assert not stale(opened, house, "today", until + 119 * MINUTE)
    (banner,) = stale(opened, house, "today", until + 121 * MINUTE)
    assert "powerstats collect" in banner


@pytest.mark.parametrize("name", TABS[1:])
def test_closed_days_are_stale_when_the_next_is_overdue(
    opened: Opener, house: Site, name: str
) -> None:
    """The next day is closed at its end, and published some time after it."""
    tomorrow = datetime(2025, 11, 22, 23, tzinfo=UTC)
    assert not stale(opened, house, name, tomorrow + 119 * MINUTE)
    (banner,) = stale(opened, house, name, tomorrow + 121 * MINUTE)
    assert COMMANDS[name] in banner


def test_an_unknown_hour_is_no_dead_collector(opened: Opener, site: SiteOf) -> None:
    """Of the last three hours nothing is known, but they were asked for."""
    until = Home().until
    made = site(Home(outages=(Outage(until - 180 * MINUTE, until),)))
    assert not stale(opened, made, "today", NOW)
    tab = opened(made).go()
    panel = tab.drawn("today")
    check(tab, "today")
    assert "3 h" in panel.locator(".gaps").inner_text()
    assert "Unknown now" in panel.inner_text()


def test_the_header_says_how_old_the_data_is(opened: Opener, house: Site) -> None:
    """In words, and up to when."""
    tab = opened(house).go()
    tab.drawn("today")
    age = tab.page.locator(".age")
    assert age.inner_text() == "Data until 18:20, 4 minutes ago"
    until = house.document("daily").series["power"].until
    assert age.get_attribute("data-raw") == f"{until:%Y-%m-%dT%H:%M:%S.000Z}"
    tab.open("7-days")
    assert "21 Nov" in age.inner_text()


def test_the_age_grows_while_one_looks(opened: Opener, house: Site) -> None:
    """And the banner comes by itself."""
    tab = timed(opened, house).go()
    tab.drawn("today")
    pass_time(tab, 2 * 3600)
    assert eventually(lambda: "2 hours ago" in tab.page.locator(".age").inner_text())
    assert eventually(lambda: tab.notices("stale"))
