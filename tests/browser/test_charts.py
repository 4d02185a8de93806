"""Charts that are read, zoomed and switched off; and drawn as big as their place is."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tests.browser.chromium import PHONE, Opener
from tests.browser.pages import Tab, check, eventually
from tests.browser.sites import Site
from tests.page import expected
from tests.page.homes import Home

if TYPE_CHECKING:
    from playwright.sync_api import Locator


def says(place: "Locator", text: str) -> bool:
    """Tell whether a place says just this."""
    return place.inner_text() == text


def read_at(tab: Tab, chart: str, number: int, of: int) -> None:
    """Put the mouse over the middle of a bucket."""
    panel = tab.page.locator('[role="tabpanel"]:visible')
    over = panel.locator(f'[data-chart="{chart}"] .over')
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box
    tab.page.mouse.move(box["x"] + box["width"] * (number + 0.5) / of, box["y"] + box["height"] / 2)


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
    tab.page.mouse.move(1, 1)
    assert eventually(partial(says, panel.locator('[data-chart="main"] .when'), ""))


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
        ("End", "18:10–18:20"),
        ("Home", "00:00–00:10"),
        ("Escape", ""),
    ):
        tab.page.keyboard.press(key)
        assert eventually(partial(says, when, times)), key


def test_a_finger_reads_a_chart_and_opens_no_tab(opened: Opener, house: Site) -> None:
    """Touching and moving over a plot shows its values."""
    tab = opened(house, viewport=PHONE, has_touch=True, is_mobile=True).go()
    plot = tab.drawn("today").locator('[data-chart="main"] .over')
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    middle = int(box["y"] + box["height"] / 2)
    left, right = int(box["x"] + box["width"] * 0.2), int(box["x"] + box["width"] * 0.6)
    tab.swipe((left, middle), (right, middle))
    when = tab.panel("today").locator('[data-chart="main"] .when')
    assert eventually(when.inner_text)
    assert tab.selected() == "today"


def test_zoom_and_back(opened: Opener, house: Site) -> None:
    """A span is marked with the mouse; tables show it; a button or a double click shows all."""
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
    marked = panel.locator('[data-chart="main"] .marked')
    assert marked.is_visible()
    tab.page.mouse.up()
    assert eventually(back.is_visible)
    assert not marked.is_visible()
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
    over.click()
    assert not back.is_visible(), "a click marks nothing"
    panel.get_by_role("button", name="Zoom in").click()
    assert eventually(back.is_visible)
    over.dblclick()
    assert not back.is_visible()


def test_a_series_is_switched_off_and_on(opened: Opener, house: Site) -> None:
    """Its line goes from the chart that it shares with others; everything else stays."""
    tab = opened(house).go()
    panel = tab.drawn("today")
    main = panel.locator('[data-chart="main"]')
    chip = panel.locator('.chip[data-series="solar"]')
    before = main.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    chip.click()
    assert chip.get_attribute("aria-pressed") == "false"
    assert "solar" not in main.locator(".reading").inner_text()
    assert main.locator("canvas").evaluate("canvas => canvas.toDataURL()") != before
    assert main.is_visible()
    chip.click()
    check(tab, "today")
    assert panel.locator('.chip[data-series="voltage"]').count() == 0, "its chart is its own"


# By how many pixels a canvas is larger or smaller than its place on the screen.
MISFITS = """panel => [...panel.querySelectorAll(".plot")].flatMap(plot => {
  const canvas = plot.querySelector("canvas");
  const sides = [plot.clientWidth, plot.clientHeight];
  const [width, height] = sides.map(side => side * devicePixelRatio);
  return [Math.abs(canvas.width - width), Math.abs(canvas.height - height)];
}).filter(pixels => pixels > 1)"""


def test_a_plot_is_drawn_as_big_as_its_place(opened: Opener, house: Site) -> None:
    """In a wider and a narrower window, with larger letters, on a finer screen."""
    tab = opened(house).go()
    panel = tab.drawn("today")

    def fits() -> bool:
        return not panel.evaluate(MISFITS)

    assert eventually(fits)
    for width in (1600, 500):
        tab.page.set_viewport_size({"width": width, "height": 900})
        assert eventually(fits), width
    tab.page.evaluate("document.documentElement.style.fontSize = '26px'")
    assert eventually(fits)
    # The height changes too: Chromium does not report new pixels alone.
    metrics = {"width": 500, "height": 800, "deviceScaleFactor": 2.5, "mobile": False}
    tab.cdp().send("Emulation.setDeviceMetricsOverride", metrics)
    assert tab.page.evaluate("devicePixelRatio") == 2.5
    assert eventually(fits)


def test_what_a_finger_reads_stands_above_the_curve(opened: Opener, house: Site) -> None:
    """The values of a bucket hide no part of the curve that they are of."""
    size = {"width": 360, "height": 780}
    tab = opened(house, viewport=size, has_touch=True, is_mobile=True).go()
    panel = tab.drawn("today")
    over = panel.locator('[data-chart="main"] .over').bounding_box()
    assert over
    tab.page.touchscreen.tap(over["x"] + over["width"] / 3, over["y"] + 30)
    reading = panel.locator('[data-chart="main"] .reading:not(.rest)')
    reading.wait_for()
    box = reading.bounding_box()
    assert box
    assert box["y"] + box["height"] <= over["y"]
    assert box["y"] > 0


def test_what_was_corrected_has_a_mark(opened: Opener, site: Callable[..., Site]) -> None:
    """In charts, squares and lists, beside the count that tells what the mark means."""
    made = site(Home())
    for name in ("weekly", "daily"):
        document = made.document(name)
        for at, point in list(document.points.items())[10:12]:
            document.points[at] = {
                series: msgspec.structs.replace(value, corrected="a2d00f231f31")
                for series, value in point.items()
            }
        made.put({name: document})
    tab = opened(made).go("7-days")
    panel = tab.drawn("7-days")
    colour = "getComputedStyle(document.documentElement).getPropertyValue('--warn').trim()"
    inked = """colour => [...document.querySelectorAll(".panel:not([hidden]) canvas")].map(one => {
      const [r, g, b] = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
      const {data} = one.getContext("2d").getImageData(0, 0, one.width, one.height);
      for (let i = 0; i < data.length; i += 4) {
        if (data[i] === r && data[i + 1] === g && data[i + 2] === b) return true;
      }
      return false;
    })"""
    charts = tab.page.evaluate(inked, tab.page.evaluate(colour))
    assert charts
    assert all(charts)
    assert panel.locator(".squares i.corrected").count() == 2
    assert panel.locator(".bars tbody tr", has=tab.page.locator(".corrected")).count() == 2
    assert panel.locator(".scale").first.inner_text().endswith("corrected by hand")
    assert "corrected by hand" in panel.locator(".gaps").inner_text()


def test_how_charts_are_used_is_told(opened: Opener, house: Site) -> None:
    """To a mouse and keys, or to fingers; closed, until somebody asks."""
    hint = opened(house).go("30-days").drawn("30-days").locator(".hint")
    assert not hint.locator("li").first.is_visible()
    hint.locator("summary").click()
    said = [text.split()[:2] for text in hint.locator("li").all_inner_texts()]
    assert said == [["Drag", "over"], ["A", "click"], ["Arrow", "keys"]]
    touch = opened(house, viewport=PHONE, has_touch=True, is_mobile=True).go().drawn("today")
    touch.locator(".hint summary").click()
    assert touch.locator(".hint li").all_inner_texts() == [
        "Stretch a chart with two fingers to choose a span: its sums stand below."
    ]
