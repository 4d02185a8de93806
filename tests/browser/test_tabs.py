"""Tabs, themes, and the requests of the page."""

import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.browser.chromium import PHONE, Opener
from tests.browser.pages import TABS, Tab, check, eventually
from tests.browser.sites import Site, site_of
from tests.page import expected
from tests.page.homes import Home


def test_a_click_opens_a_tab_and_the_address_says_so(opened: Opener, house: Site) -> None:
    """Each file is fetched when its tab is first opened, and the back button goes back."""
    tab = opened(house).go()
    tab.drawn("today")
    assert tab.selected() == "today"
    files = [url.rpartition("/")[2] for url in tab.requests]
    assert files.count("daily.json") == 1
    assert not {"monthly.json", "yearly.json"} & set(files)
    for name in TABS:
        tab.open(name)
        assert tab.selected() == name
        assert tab.page.url.endswith(f"#{name}")
    files = [url.rpartition("/")[2] for url in tab.requests]
    assert {name: files.count(f"{name}.json") for name in ("weekly", "monthly", "yearly")} == {
        "weekly": 1,
        "monthly": 1,
        "yearly": 1,
    }
    tab.page.go_back()
    assert eventually(lambda: tab.selected() == "30-days")


def test_the_hash_opens_a_tab(opened: Opener, house: Site) -> None:
    """At once, and when it changes; any other hash is that of the first tab."""
    tab = opened(house)
    for name in TABS:
        tab.page.goto("about:blank")
        tab.go(name).drawn(name)
        assert tab.selected() == name
    tab.page.evaluate("location.hash = 'today'")
    tab.drawn("today")
    assert tab.selected() == "today"
    tab.page.evaluate("location.hash = 'nothing-of-the-kind'")
    assert tab.selected() == "today"


def test_arrows_home_and_end_move_between_tabs(opened: Opener, house: Site) -> None:
    """One stop for Tab, arrows in it, round the ends; the focus stays on the open tab."""
    tab = opened(house).go()
    tab.drawn("today")
    tab.page.focus("#tab-today")
    for key, name in (
        ("ArrowRight", "7-days"),
        ("ArrowRight", "30-days"),
        ("End", "365-days"),
        ("ArrowRight", "today"),
        ("ArrowLeft", "365-days"),
        ("Home", "today"),
    ):
        tab.page.keyboard.press(key)
        assert eventually(partial(is_selected, tab, name)), (key, name)
        assert tab.page.evaluate("document.activeElement.id") == f"tab-{name}"
    stops = tab.page.locator('[role="tab"]').evaluate_all("all => all.map(tab => tab.tabIndex)")
    assert stops == [0, -1, -1, -1]


def is_selected(tab: Tab, name: str) -> bool:
    """Tell whether a tab is open."""
    return tab.selected() == name


def test_a_swipe_opens_the_next_tab(opened: Opener, house: Site) -> None:
    """To the left the next, to the right the one before; not downwards, not past the ends."""
    tab = opened(house, viewport=PHONE, has_touch=True, is_mobile=True).go()
    tab.drawn("today")
    # Above the chart, which a finger reads.
    tab.swipe((60, 160), (340, 170))
    assert tab.selected() == "today"
    tab.swipe((340, 160), (60, 170))
    assert eventually(lambda: tab.selected() == "7-days")
    tab.drawn("7-days")
    tab.swipe((300, 400), (200, 250))
    assert tab.selected() == "7-days"
    tab.page.evaluate("scrollTo(0, 0)")
    tab.swipe((60, 160), (340, 170))
    assert eventually(lambda: tab.selected() == "today")


# --- themes -----------------------------------------------------------------------------------


PICTURE = "canvas => canvas.toDataURL()"


def page_colour(tab: Tab) -> tuple[int, ...]:
    """Return the page's background."""
    colour = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    return tuple(int(part) for part in re.findall(r"\d+", colour)[:3])


def is_dark(tab: Tab) -> bool:
    """Tell whether the page is dark."""
    return sum(page_colour(tab)) < 200


def test_the_system_s_theme_and_the_switch(opened: Opener, house: Site) -> None:
    """As the system has it, also when it changes, until the reader chose; that is remembered."""
    tab = opened(house, color_scheme="light").go()
    canvas = tab.drawn("today").locator('[data-chart="main"] canvas')
    assert not is_dark(tab)
    light = canvas.evaluate(PICTURE)
    tab.page.emulate_media(color_scheme="dark")
    assert eventually(lambda: is_dark(tab))
    assert eventually(lambda: canvas.evaluate(PICTURE) != light), "the chart is drawn anew"
    choose(tab, "light")
    assert not is_dark(tab)
    tab.page.reload()
    tab.drawn("today")
    assert not is_dark(tab)
    choose(tab, "dark")
    assert is_dark(tab)
    tab.page.reload()
    tab.drawn("today")
    assert is_dark(tab)
    tab.page.emulate_media(color_scheme="light")
    assert is_dark(tab)
    choose(tab, "system")
    assert not is_dark(tab)


def choose(tab: Tab, theme: str) -> None:
    """Choose a theme in the menu; escape closes it."""
    tab.page.click("#menu summary")
    tab.page.select_option("#theme", theme)
    tab.page.keyboard.press("Escape")
    assert not tab.page.locator("#theme").is_visible()


# --- what is published ------------------------------------------------------------------------


def test_tabs_of_what_is_not_published_are_not_there(opened: Opener, tmp_path: Path) -> None:
    """Nor are their files, and nobody asks for them."""
    made = {name: Home().documents()[name] for name in ("weekly", "yearly")}
    site = site_of(made, tmp_path, tiers=("weekly", "yearly"))
    tab = opened(site).go("today")
    tab.drawn("7-days")
    assert tab.page.locator('[role="tab"]').all_inner_texts() == ["7 Days", "365 Days"]
    check(tab, "7-days")
    tab.page.keyboard.press("Tab")
    tab.open("365-days")
    check(tab, "365-days")
    asked = {url.rpartition("/")[2].partition("#")[0] for url in tab.requests}
    assert not {"daily.json", "monthly.json"} & asked
    assert not (tmp_path / "site/daily.json").exists()


def test_it_works_under_any_path(opened: Opener, house: Site, tmp_path: Path) -> None:
    """As a GitHub project's pages have it; the server is any."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    (tmp_path / "someone").mkdir()
    (tmp_path / "someone/home").symlink_to(house.web_root, target_is_directory=True)
    handler = partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/someone/home/"
        tab = opened(Site(house.data_dir, house.web_root, url)).go()
        for name in TABS:
            tab.open(name)
        tab.open("today")
        check(tab, "today")
        assert all(request.startswith(url) for request in tab.requests)
        tab.context.close()
        server.shutdown()


def test_it_can_be_put_on_a_home_screen(opened: Opener, house: Site) -> None:
    """The manifest and its icons are there."""
    tab = opened(house).go()
    tab.drawn("today")
    manifest = tab.page.evaluate(
        """async () => {
          const url = document.querySelector('link[rel="manifest"]').href;
          const manifest = await (await fetch(url)).json();
          const icons = await Promise.all(manifest.icons.map(async icon =>
            (await fetch(new URL(icon.src, url))).headers.get("content-type")));
          return {...manifest, icons};
        }"""
    )
    assert manifest["display"] == "standalone"
    assert set(manifest["icons"]) <= {"image/png", "image/svg+xml"}
    assert "image/png" in manifest["icons"]
    errors = tab.cdp().send("Page.getAppManifest")["errors"]
    assert errors == []


def test_numbers_and_dates_are_the_reader_s(opened: Opener, house: Site) -> None:
    """A German reader has commas, an American one twelve hours."""
    german = opened(house, locale="de-DE").go("7-days")
    german.drawn("7-days")
    total = expected.week(house.documents(), expected.Roles())["house"]
    assert isinstance(total, float)
    assert german.text("house", "7-days") == f"{total:.2f}".replace(".", ",")
    assert "Nov." in german.text("highest-day-date", "7-days")
    american = opened(house, locale="en-US").go()
    american.drawn("today")
    assert re.search(r"^[1-9]\d?:\d\d (AM|PM)", american.text("max-time").replace("\u202f", " "))
