"""The weight of the dashboard, and the time until its charts and tabs show on a slow processor.

The browser is Debian's Chromium, slowed down four times by its own tools; times are medians.
"""

import argparse
import gzip
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks import lighthouse
from powerstats_cli.site import rendering as dashboard
from tests.browser.chromium import ARGUMENTS
from tests.browser.sites import Site, site_of
from tests.page.homes import TIER_NAMES, Home

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROUNDS: Final = 9
SLOWER: Final = 4
MOST_BYTES: Final = 45_000
MOST_FIRST_CHART_MS: Final = 300
MOST_SWITCH_MS: Final = 100
# A day of 1,440 points and five series, complete except its last minute.
END: Final = datetime(2025, 11, 22, 22, 59, 40, tzinfo=UTC)
TABS: Final = ("7-days", "30-days", "365-days", "today")
# A chart is drawn in the task that adds its canvas; the observer runs after it, then the frame.
WATCH: Final = """
window.drawn = window.seen = 0;
new MutationObserver(() => {
  if (window.drawn || !document.querySelector(".plot canvas")) return;
  window.drawn = -1;
  queueMicrotask(() => { window.drawn = performance.now(); });
  requestAnimationFrame(() => setTimeout(() => {
    window.seen = performance.now();
    console.debug("seen");
  }));
}).observe(document, {childList: true, subtree: true});
"""
FIRST_CHART: Final = """() => {
  const response = performance.getEntriesByType("resource")
    .find(({name}) => name.endsWith("/daily.json"));
  return [window.drawn - response.responseEnd, window.seen - response.responseEnd];
}"""
# From the click to the frame that shows the tab with its first chart.
SWITCH: Final = """id => new Promise(resolve => {
  const began = performance.now();
  document.getElementById(`tab-${id}`).click();
  const panel = document.getElementById(`panel-${id}`);
  const look = () => panel.hidden || !panel.querySelector(".plot canvas")
    ? requestAnimationFrame(look)
    : setTimeout(() => resolve(performance.now() - began));
  requestAnimationFrame(look);
})"""
# The same for days that are opened after others; the page itself has listened first.
MOVE: Final = """hash => new Promise(resolve => {
  const began = performance.now();
  addEventListener("hashchange", () => requestAnimationFrame(() =>
    setTimeout(() => resolve(performance.now() - began))), {once: true});
  location.hash = hash;
})"""
MOVES: Final = {
    "a day, from another": ("2025-11-19", "2025-11-20"),
    "a day, from today": ("today", "2025-11-21"),
    "a month, from another": ("2025-07", "2025-08"),
    "a month, from its year": ("365-days", "2025-09"),
    "a span, chosen by the address": ("365-days", "365-days/2025-03-01..2025-06-01"),
}


def weights() -> dict[str, int]:
    """Return how many bytes page, script, style and the largest language are, packed by gzip."""
    site = dashboard.render(TIER_NAMES, 10)
    wanted = {"index": "page", "dashboard": "script", "intl": "worker", "words": "words"}
    found: dict[str, int] = {}
    for name, content in site.files.items():
        stem = name.removeprefix("later.").partition(".")[0]
        kind = "style" if name.endswith(".css") else wanted.get(stem)
        if kind:
            found[kind] = max(len(gzip.compress(content, 9, mtime=0)), found.get(kind, 0))
    return found


def measured(browser: "Browser", site: Site) -> Iterator[tuple[str, float]]:
    """Yield the times of one visit: each tab opened first, then opened again."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    try:
        page = context.new_page()
        # Playwright's own clock would also stop the clock that measures.
        page.add_init_script(f"Date.now = () => {END.timestamp() * 1000:.0f}")
        page.add_init_script(WATCH)
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        # wait_for_function would first run Playwright's own script there, which takes 50 ms.
        with page.expect_console_message(lambda message: message.text == "seen"):
            page.goto(site.url)
        drawn, seen = page.evaluate(FIRST_CHART)
        yield "first chart drawn after daily.json", float(drawn)
        yield "first chart on the screen", float(seen)
        _settle(page)
        for kind in ("first", "again"):
            for tab in TABS:
                time = float(page.evaluate(SWITCH, tab))
                if kind == "again":
                    yield f"tab {tab}", time
                elif tab != "today":
                    yield f"tab {tab} for the first time", time
                _settle(page)
        for name, (start, end) in MOVES.items():
            for _ in range(2):  # The first time it may fetch a file.
                page.evaluate(MOVE, start)
                _settle(page)
                time = float(page.evaluate(MOVE, end))
                _settle(page)
            yield name, time
    finally:
        context.close()


def _settle(page: "Page") -> None:
    """Wait until every chart is drawn and no request is open."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function(
        """() => [...document.querySelectorAll(".panel:not([hidden]) .plot")]
          .every(plot => plot.querySelector("canvas"))"""
    )


def times(rounds: int) -> dict[str, list[float]]:
    """Return the times of several visits, by name; the first visit is left out."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        sys.exit("The page is measured in Chromium, which is not there: apt-get install chromium")
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="powerstats-page-") as folder:
        home = replace(Home(), now=END, minutes=1)
        site = site_of(home.documents(), Path(folder), minutes=1)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            for number in range(rounds + 1):
                for name, time in measured(browser, site):
                    if number:
                        found.setdefault(name, []).append(time)
            browser.close()
    return found


def limit_of(name: str) -> int:
    """Return the limit of a measurement in milliseconds, 0 if it has none."""
    if "drawn" in name:
        return MOST_FIRST_CHART_MS
    # A tab that is opened for the first time fetches its file first.
    return 0 if "first" in name else MOST_SWITCH_MS


def main() -> int:
    """Measure, show, and return 1 if a figure is over its limit."""
    parser = argparse.ArgumentParser(prog="page", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often (default: 9)")
    parser.add_argument(
        "--lighthouse", type=int, default=1, help="how often Lighthouse visits (default: 1; 0: not)"
    )
    options = parser.parse_args()
    table = Table(box=box.SIMPLE_HEAD, title="The page", title_justify="left")
    for heading, justify in (("", "left"), ("found", "right"), ("limit", "left"), ("", "left")):
        table.add_column(heading, justify="right" if justify == "right" else "left")
    is_fine = True

    def row(name: str, found: str, limit: str = "", *, is_over: bool = False) -> None:
        nonlocal is_fine
        is_fine = is_fine and not is_over
        verdict = "[bold red]OVER[/]" if is_over else "[green]ok[/]" if limit else ""
        table.add_row(name, found, limit, verdict)

    packed = weights()
    for name, size in packed.items():
        row(f"{name}, gzip", f"{size / 1000:.2f} kB")
    together = sum(packed.values())
    limit = f"≤ {MOST_BYTES / 1000:.0f} kB"
    is_over = together > MOST_BYTES
    row("together, in the largest language", f"{together / 1000:.2f} kB", limit, is_over=is_over)
    for name, all_times in times(options.rounds).items():
        most = limit_of(name)
        middle = median(all_times)
        row(
            f"{name}, {SLOWER} x slower",
            f"{middle:.0f} ms ({min(all_times):.0f}\u2013{max(all_times):.0f})",
            f"≤ {most} ms" if most else "",
            is_over=bool(most) and middle > most,
        )
    for mark in lighthouse.marks(options.lighthouse) if options.lighthouse else ():
        name = f"Lighthouse, {mark.home}: {mark.name}"
        row(name, mark.found, mark.limit, is_over=mark.is_over)
    Console(width=None if sys.stdout.isatty() else 120).print(table)
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
