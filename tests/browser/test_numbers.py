"""The page shows every number that its scripts find; tests/page checks these number by number."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.browser.chromium import Opener
from tests.browser.pages import TABS, check
from tests.browser.sites import Site
from tests.page import expected
from tests.page.homes import DEMO_NOW, HOUSE, Home, Outage, Sensor

SiteOf = Callable[..., Site]


def test_the_demo_s_year(opened: Opener, demo: Site) -> None:
    """A house with outages, a power cut, a reset and a glitch, seen from Tokyo."""
    tab = opened(demo, now=DEMO_NOW, timezone_id="Asia/Tokyo").go()
    for name in TABS:
        tab.open(name)
        numbers = check(tab, name)
        assert len(numbers) > 100
        assert numbers["gaps"] or name == "today"
    assert "Europe/Amsterdam" in tab.page.locator("header").inner_text()


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
        assert panel.locator('img, script, b b, [onerror], [href]:not([href^="#"])').count() == 0


# Counts the pixels of the line in three parts of a plot.
LINE_PIXELS = """source => {
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


def test_the_chart_has_no_line_where_nothing_is_known(opened: Opener, site: SiteOf) -> None:
    """In the gap no pixel of the plot has the line's colour; beside it some have."""
    day = datetime(2025, 11, 22, tzinfo=UTC)
    gap = Outage(day + timedelta(hours=3), day + timedelta(hours=8))
    tab = opened(site(Home(outages=(gap,)))).go()
    canvas = tab.drawn("today").locator('[data-chart="main"] canvas')
    before, inside, after = canvas.evaluate(LINE_PIXELS)
    assert before > 50
    assert inside == 0
    assert after > 50


SQUARES = """figure => {
  const rows = [];
  for (const square of figure.querySelectorAll("[data-cell]"))
    (rows[square.dataset.row] ??= []).push(square.className === "blank" ? ""
      : square.style.getPropertyValue("--share"));
  return rows;
}"""
SQUARE_TABLE = """body => [...body.rows].map(row => [...row.querySelectorAll("td [data-value]")]
  .map(cell => cell.dataset.raw))"""


def test_squares_are_as_dark_as_their_values(opened: Opener, site: SiteOf) -> None:
    """A row a day, in order; the long night has one hour more; the table has the same."""
    gap = Outage(datetime(2025, 10, 24, 8, tzinfo=UTC), datetime(2025, 10, 25, 1, tzinfo=UTC))
    made = site(Home(now=datetime(2025, 10, 29, 12, tzinfo=UTC), outages=(gap,)))
    rows = expected.heat(expected.Grid(made.document("weekly")), "energy")
    tab = opened(made, now=None).go("7-days")
    chart = tab.drawn("7-days").locator('[data-chart="hours"]')
    most = max(value for row in rows for value in row if value is not None)
    for row, wanted in zip(chart.evaluate(SQUARES), rows, strict=True):
        for share, value in zip(row, wanted, strict=True):
            assert (share == "") == (value is None)
            if value is not None:
                assert abs(float(share.rstrip("%")) - 100 * value / most) <= 0.51
    chart.locator("summary").click()
    chart.locator("tbody tr").first.wait_for()
    table = chart.locator("tbody").evaluate(SQUARE_TABLE)
    assert [[float(raw) if raw else None for raw in row] for row in table] == rows
