"""Files that are missing, broken, old or out of reach, and how the page recovers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from powerstats_cli.core.periods import day_start
from powerstats_cli.core.tiers import TIERS
from tests.browser.chromium import Opener
from tests.browser.pages import LOAD_FAILED, TABS, Tab, check, eventually
from tests.browser.sites import Site, site_of
from tests.page.homes import NOW, Home, replaced

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


def test_files_without_a_point(opened: Opener, site: SiteOf) -> None:
    """As the first runs leave them: each tab names its command, and that is no problem."""
    documents = Home().documents()
    for document in documents.values():
        document.points = {}
        if document.day:
            document.latest = {}
            midnight = day_start(document.day, ZoneInfo(document.timezone))
            document.series = {
                key: replace(one, until=midnight) for key, one in document.series.items()
            }
    tab = opened(site(documents)).go()
    for name in TABS:
        tab.page.click(f"#tab-{name}")
        tab.panel(name).get_by_text("No data yet").wait_for()
        assert COMMANDS[name] in tab.panel(name).inner_text()
        assert not tab.notices("problem")
    # Asked for since midnight, and answered, but nothing is known: no run is missing.
    documents = Home().documents()
    documents["daily"].points = {}
    tab = opened(site(documents)).go()
    tab.panel("today").get_by_text("Nothing known yet").wait_for()
    assert "powerstats collect" not in tab.panel("today").inner_text()


def test_a_broken_file_is_said_and_recovers(opened: Opener, site: SiteOf) -> None:
    """From the start nothing can be shown; once there was something, it stays."""
    name = "365-days"
    made = site(Home(days=40))
    path = made.data_dir / f"{FILES[name]}.json"
    whole, documents = path.read_bytes(), made.documents()
    cut = whole[: len(whole) // 2]
    replaced(path, cut)
    tab = timed(opened, made).go(name)
    assert eventually(lambda: tab.notices("problem"))
    assert path.name in tab.notices("problem")[0]
    assert tab.panel(name).locator(".card").count() == 0
    assert tab.page.locator(".age").inner_text() == "No data"

    replaced(path, whole)
    pass_time(tab, 65)
    tab.drawn(name)
    assert eventually(lambda: not tab.notices("problem"))
    check(tab, name)

    replaced(path, cut)
    pass_time(tab, 605)
    assert eventually(lambda: tab.notices("problem"))
    assert "before" in tab.notices("problem")[0]
    check(tab, name, documents=documents)

    replaced(path, whole)
    tab.page.get_by_role("button", name="Try now").click()
    assert eventually(lambda: not tab.notices("problem"))


def test_out_of_reach_and_back(opened: Opener, site: SiteOf) -> None:
    """Without a network the page keeps its data and tries again; back online, it asks at once."""
    made = site(Home())
    tab = timed(opened, made).go()
    tab.drawn("today")
    check(tab, "today")  # What makes tables is fetched when the first one is opened.
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


def test_today_keeps_itself_fresh(opened: Opener, site: SiteOf) -> None:
    """New points come without a click; a zoom and a series switched off stay as they are."""
    made = site(Home())
    tab = timed(opened, made).go()
    panel = tab.drawn("today")
    panel.locator('.chip[data-series="solar"]').click()
    panel.get_by_role("button", name="Zoom in").click()
    made.put(Home(now=NOW + 10 * MINUTE).documents())
    before = tab.text("house")
    pass_time(tab, 130)
    assert eventually(lambda: tab.text("house") != before)
    assert panel.locator('.chip[data-series="solar"]').get_attribute("aria-pressed") == ("false")
    assert panel.locator('[data-action="back"]').is_visible()
    panel.locator('.chip[data-series="solar"]').click()
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
    assert "22 November" in tab.page.locator(".here").inner_text()
    made.put(Home(now=midnight + 31 * MINUTE).documents())
    pass_time(tab, 31 * 60)
    assert eventually(lambda: "23 November" in tab.page.locator(".here").inner_text())
    check(tab, "today")


def test_the_age_is_said_and_grows_while_one_looks(opened: Opener, house: Site) -> None:
    """In words, and up to when; the banner comes by itself."""
    tab = timed(opened, house).go()
    tab.drawn("today")
    age = tab.page.locator(".age")
    assert age.inner_text() == "Data until 18:20, 4 minutes ago"
    until = house.document("daily").series["power"].until
    assert age.get_attribute("data-raw") == f"{until:%Y-%m-%dT%H:%M:%S.000Z}"
    tab.open("7-days")
    assert "21 Nov" in age.inner_text()
    tab.open("today")
    pass_time(tab, 2 * 3600)
    assert eventually(lambda: "2 hours ago" in age.inner_text())
    assert eventually(lambda: tab.notices("stale"))
    assert "powerstats collect" in tab.notices("stale")[0]


def test_closed_days_whose_part_of_the_script_cannot_be_had(opened: Opener, site: SiteOf) -> None:
    """The tab says so, and comes by itself once the part can be fetched."""
    tab = timed(opened, site(Home())).go()
    tab.drawn("today")
    part = "**/later.closed.*.js"
    tab.page.route(part, lambda route: route.abort())
    tab.page.click("#tab-7-days")
    panel = tab.panel("7-days")
    assert eventually(lambda: "cannot be reached" in panel.inner_text())
    tab.open("today")
    tab.page.click("#tab-7-days")
    tab.page.unroute(part)
    pass_time(tab, 6)
    tab.drawn("7-days")
