"""Tabs, themes, charts that are read and zoomed, and what the page asks the server for."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.browser import expected
from tests.browser.chromium import DESKTOP, PHONE, Opener
from tests.browser.homes import HOUSE, Home, Sensor, asked_until
from tests.browser.pages import TABS, Tab, check, eventually
from tests.browser.sites import Site, site_of

if TYPE_CHECKING:
    from playwright.sync_api import Locator

SiteOf = Callable[..., Site]


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


@pytest.mark.parametrize("name", TABS)
def test_the_hash_opens_a_tab(opened: Opener, house: Site, name: str) -> None:
    """At once, and when it changes."""
    tab = opened(house).go(name)
    tab.drawn(name)
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


def says(place: "Locator", text: str) -> bool:
    """Tell whether a place says just this."""
    return place.inner_text() == text


def swipe(tab: Tab, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Draw a finger over the screen."""
    line = tab.cdp()
    steps = 5
    for number in range(steps + 1):
        x = start[0] + (end[0] - start[0]) * number / steps
        y = start[1] + (end[1] - start[1]) * number / steps
        kind = "touchMove" if number else "touchStart"
        line.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    line.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_swipe_opens_the_next_tab(opened: Opener, house: Site) -> None:
    """To the left the next, to the right the one before; not downwards, not past the ends."""
    tab = opened(house, viewport=PHONE, has_touch=True, is_mobile=True).go()
    tab.drawn("today")
    swipe(tab, (60, 300), (340, 310))
    assert tab.selected() == "today"
    swipe(tab, (340, 300), (60, 310))
    assert eventually(lambda: tab.selected() == "7-days")
    tab.drawn("7-days")
    swipe(tab, (300, 400), (200, 250))
    assert tab.selected() == "7-days"
    swipe(tab, (60, 300), (340, 310))
    assert eventually(lambda: tab.selected() == "today")


def test_a_finger_reads_a_chart_and_opens_no_tab(opened: Opener, house: Site) -> None:
    """Touching and moving over a plot shows its values."""
    tab = opened(house, viewport=PHONE, has_touch=True, is_mobile=True).go()
    plot = tab.drawn("today").locator('[data-chart="main"] .over')
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    middle = int(box["y"] + box["height"] / 2)
    left, right = int(box["x"] + box["width"] * 0.2), int(box["x"] + box["width"] * 0.6)
    swipe(tab, (left, middle), (right, middle))
    when = tab.panel("today").locator('[data-chart="main"] .when')
    assert eventually(when.inner_text)
    assert tab.selected() == "today"


# --- charts -----------------------------------------------------------------------------------


def test_hovering_reads_one_bucket_in_every_chart(opened: Opener, house: Site) -> None:
    """The same time everywhere, and the values that the file has for it."""
    tab = opened(house).go()
    panel = tab.drawn("today")
    grid = expected.Grid(house.document("daily"))
    number = 70
    read_at(tab, "main", number, len(grid.spans))
    span = grid.spans[number]
    zone = ZoneInfo("Europe/Amsterdam")
    times = f"{span.start.astimezone(zone):%H:%M}–{span.end.astimezone(zone):%H:%M}"
    assert eventually(lambda: set(panel.locator(".reading .when").all_inner_texts()) == {times})
    for key, name, unit in (
        ("main", "power", "W"),
        ("series-voltage", "voltage", "V"),
        ("series-power_factor", "power_factor", "%"),
    ):
        value = grid.cells(name)[number].value
        assert value
        assert value.mean
        assert value.min
        assert value.max
        digits = 0 if unit == "W" else 1
        said = panel.locator(f'[data-chart="{key}"] .reading b').first.inner_text()
        found = [float(text) for text in re.findall(r"[\d.]+", said.replace(",", ""))]
        wanted = [value.mean, value.min, value.max]
        assert found == pytest.approx(wanted, abs=0.5001 * 10**-digits), said
        assert unit in said


def read_at(tab: Tab, chart: str, number: int, of: int) -> None:
    """Put the mouse over the middle of a bucket."""
    panel = tab.page.locator('[role="tabpanel"]:visible')
    over = panel.locator(f'[data-chart="{chart}"] .over')
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box
    tab.page.mouse.move(box["x"] + box["width"] * (number + 0.5) / of, box["y"] + box["height"] / 2)


def test_the_keyboard_reads_a_chart(opened: Opener, house: Site) -> None:
    """Arrows go from bucket to bucket, escape leaves."""
    tab = opened(house).go()
    panel = tab.drawn("today")
    panel.locator('[data-chart="main"] .plot').focus()
    when = panel.locator('[data-chart="series-voltage"] .when')
    for key, times in (
        ("ArrowRight", "00:00–00:10"),
        ("ArrowRight", "00:10–00:20"),
        ("ArrowLeft", "00:00–00:10"),
        ("End", "23:50–00:00"),
        ("Home", "00:00–00:10"),
        ("Escape", ""),
    ):
        tab.page.keyboard.press(key)
        assert eventually(partial(says, when, times)), key


def test_zoom_and_back(opened: Opener, house: Site) -> None:
    """Drawn with the mouse; the tables show what is in view; one button shows all again."""
    tab = opened(house).go()
    panel = tab.drawn("today")
    back = panel.locator('[data-action="back"]')
    assert not back.is_visible()
    over = panel.locator('[data-chart="main"] .over')
    box = over.bounding_box()
    assert box
    y = box["y"] + 40
    tab.page.mouse.move(box["x"] + box["width"] * 6 / 24 + 2, y)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + box["width"] * 8 / 24, y)
    tab.page.mouse.move(box["x"] + box["width"] * 9 / 24 - 2, y)
    tab.page.mouse.up()
    assert eventually(back.is_visible)
    chart = panel.locator('[data-chart="series-voltage"]')
    chart.locator("summary").click()
    assert eventually(lambda: chart.locator("tbody tr").count() == 18)
    assert chart.locator("tbody th").first.inner_text() == "06:00"
    back.click()
    until = house.document("daily").series["power"].until
    midnight = expected.Grid(house.document("daily")).start
    buckets = (until - midnight) // timedelta(minutes=10)
    assert eventually(lambda: chart.locator("tbody tr").count() == buckets)
    assert not back.is_visible()


def test_a_series_is_switched_off_and_on(opened: Opener, house: Site) -> None:
    """Its chart goes, or its line in a shared chart; everything else stays."""
    tab = opened(house).go()
    panel = tab.drawn("today")
    chip = panel.locator('.chip[data-series="voltage"]')
    chip.click()
    assert chip.get_attribute("aria-pressed") == "false"
    assert not panel.locator('[data-chart="series-voltage"]').is_visible()
    chip.click()
    assert panel.locator('[data-chart="series-voltage"] canvas').is_visible()
    solar = panel.locator('.chip[data-series="solar"]')
    solar.click()
    main = panel.locator('[data-chart="main"]')
    assert "solar" not in main.locator(".reading").inner_text()
    assert main.is_visible()
    solar.click()
    check(tab, "today")


def test_series_named_in_html_are_text(opened: Opener, site: SiteOf) -> None:
    """Nothing of a name is markup, anywhere."""
    names = (
        "<img src=x onerror=alert(1)>",
        "\"&'<b>",
        "</script><script>alert(2)</script>",
        "a href=javascript:alert(3)",
        "__proto__",
        "constructor",
        "=1+1",
    )
    sensors = (*HOUSE, *(Sensor(name, level=50) for name in names))
    tab = opened(site(Home(sensors=sensors, days=40))).go()
    for name in TABS:
        panel = tab.open(name)
        check(tab, name)
        text = " ".join(panel.inner_text().split())
        assert all(" ".join(one.replace("_", " ").split()) in text for one in names), name
        assert panel.locator("img, script, b b, [onerror], [href]").count() == 0


# --- themes -----------------------------------------------------------------------------------


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
    tab.drawn("today")
    assert not is_dark(tab)
    tab.page.emulate_media(color_scheme="dark")
    assert eventually(lambda: is_dark(tab))
    button = tab.page.locator("#theme")
    button.click()
    assert not is_dark(tab)
    tab.page.reload()
    tab.drawn("today")
    assert not is_dark(tab)
    tab.page.emulate_media(color_scheme="light")
    assert not is_dark(tab)
    labels = set()
    for _ in range(3):
        labels.add(str(button.get_attribute("aria-label")))
        button.click()
    assert len(labels) > 1
    themes = tab.page.evaluate("document.documentElement.dataset.theme")
    assert themes in {"light", "dark"}


def test_charts_take_the_theme_s_colours(opened: Opener, house: Site) -> None:
    """The canvas is drawn again."""
    tab = opened(house).go()
    panel = tab.drawn("today")
    picture = "canvas => canvas.toDataURL()"
    canvas = panel.locator('[data-chart="main"] canvas')
    before = canvas.evaluate(picture)
    tab.page.click("#theme")
    assert eventually(lambda: canvas.evaluate(picture) != before)


def test_the_other_system_theme_can_be_chosen(opened: Opener, house: Site) -> None:
    """On a light system the first click makes it dark."""
    tab = opened(house, color_scheme="light").go()
    tab.drawn("today")
    tab.page.click("#theme")
    assert is_dark(tab)


# --- what is published ------------------------------------------------------------------------


def test_tabs_of_what_is_not_published_are_not_there(opened: Opener, tmp_path: Path) -> None:
    """Nor are their files, and nobody asks for them."""
    site = site_of(Home().documents(), tmp_path, tiers=("weekly", "yearly"))
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


def test_comparisons_need_what_they_compare_with(opened: Opener, tmp_path: Path) -> None:
    """Where weekly.json is not published, today is compared with nothing."""
    site = site_of(Home().documents(), tmp_path, tiers=("daily", "monthly"))
    tab = opened(site).go()
    text = tab.drawn("today").inner_text()
    assert "Yesterday" not in text
    assert "known" in tab.open("30-days").inner_text()
    assert "30 days before" not in tab.panel("30-days").inner_text()


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
    total = expected.week(house.documents(), expected.Roles())["total"]
    assert isinstance(total, float)
    assert german.text("total", "7-days") == f"{total:.2f}".replace(".", ",")
    assert "Nov." in german.text("highest-day-date", "7-days")
    american = opened(house, locale="en-US").go()
    american.drawn("today")
    assert re.search(r"\d\d:\d\d (AM|PM)", american.text("max-today-time").replace("\u202f", " "))


def test_lagging_series_are_named(opened: Opener, site: SiteOf) -> None:
    """One that was not answered for hours, while the others were."""
    documents = Home().documents()
    until = documents["daily"].series["power"].until
    late = until - timedelta(hours=3)
    documents["daily"] = asked_until(documents["daily"], late, "solar")
    for start in [start for start in documents["daily"].points if start >= late]:
        documents["daily"].points[start].pop("solar")
    tab = opened(site(documents), viewport=DESKTOP).go()
    tab.drawn("today")
    assert any("solar" in notice for notice in tab.notices("stale"))
    check(tab, "today")
