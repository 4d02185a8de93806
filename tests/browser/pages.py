"""A page, its requests, its messages and its errors."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from powerstats_cli.core.documents import Document
from tests.browser.sites import Site
from tests.page import expected
from tests.page.comparing import Shown, differences

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, CDPSession, ConsoleMessage, Locator, Page

TABS = tuple(expected.TABS)
PATIENCE = 5.0
# The browser itself writes this line if a file is missing or the network is gone.
LOAD_FAILED = "Failed to load resource"
WATCH = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`violates ${event.effectiveDirective}: ${event.blockedURI}`));
"""
COLLECT = """panel => JSON.stringify([...panel.querySelectorAll("[data-value]")]
  .filter(element => element.checkVisibility())
  .map(element => [element.dataset.value, element.dataset.raw ?? null, element.textContent]))"""
OPEN_ALL = """panel => {
  for (const details of panel.querySelectorAll("details")) details.open = true;
}"""
DRAWN = """id => {
  const panel = document.getElementById(`panel-${id}`);
  if (!panel || panel.hidden) return false;
  const plots = [...panel.querySelectorAll(".plot")].filter(plot => plot.checkVisibility());
  const last = panel.querySelector(".gaps");
  return last !== null && plots.every(plot => plot.querySelector("canvas"));
}"""
Found = TypeVar("Found")


def eventually(find: Callable[[], Found], within: float = PATIENCE) -> Found:
    """Return the first truthy result, or the last result if none is truthy in time."""
    deadline = time.monotonic() + within
    while not (found := find()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


@dataclass
class Tab:
    """A browser's tab with a dashboard in it."""

    site: Site
    page: "Page"
    context: "BrowserContext"
    allowed: tuple[str, ...] = ()
    problems: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Remember every message, error and request from now on."""
        self.context.add_init_script(WATCH)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("dialog", lambda dialog: self.problems.append(f"dialog: {dialog.message}"))

    def _said(self, message: "ConsoleMessage") -> None:
        if not any(allowed in message.text for allowed in self.allowed):
            self.problems.append(f"console: {message.text}")

    def faults(self) -> list[str]:
        """Return all errors, messages and requests to other servers."""
        own = (self.site.url, f"blob:{self.site.url}", "data:")
        foreign = [url for url in self.requests if not url.startswith(own)]
        return [*self.problems, *(f"asked for {url}" for url in foreign)]

    def go(self, tab: str = "", *, path: str = "") -> "Tab":
        """Open the dashboard at a tab."""
        self.page.goto(f"{self.site.url}{path}{f'#{tab}' if tab else ''}")
        return self

    def open(self, tab: str) -> "Locator":
        """Open a tab by a click and return its panel, drawn."""
        self.page.click(f"#tab-{tab}")
        return self.drawn(tab)

    def drawn(self, tab: str) -> "Locator":
        """Wait for a tab's charts and return its panel."""
        self.page.wait_for_function(DRAWN, arg=tab)
        return self.panel(tab)

    def panel(self, tab: str) -> "Locator":
        """Return a tab's panel."""
        return self.page.locator(f"#panel-{tab}")

    def text(self, key: str, tab: str = "today") -> str:
        """Return how a number is shown."""
        return self.panel(tab).locator(f'[data-value="{key}"]').first.inner_text()

    def notices(self, kind: str) -> list[str]:
        """Return the banners of a kind in the open tab."""
        return self.page.locator(f'[data-notice="{kind}"]:visible').all_inner_texts()

    def selected(self) -> str:
        """Return the open tab, as buttons, panels and the address have it."""
        open_ones: tuple[list[str], list[str]] = self.page.evaluate(
            """() => [
              [...document.querySelectorAll('[role="tab"][aria-selected="true"]')],
              [...document.querySelectorAll('[role="tabpanel"]')].filter(one => !one.hidden),
            ].map(all => all.map(one => one.id.replace(/^(tab|panel)-/, "")))"""
        )
        buttons, panels = open_ones
        assert len(buttons) == 1
        assert buttons == panels
        return buttons[0]

    def cdp(self) -> "CDPSession":
        """Return a line to the browser's own tools."""
        return self.context.new_cdp_session(self.page)

    def swipe(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Move a finger over the screen."""
        line = self.cdp()
        steps = 5
        for number in range(steps + 1):
            x = start[0] + (end[0] - start[0]) * number / steps
            y = start[1] + (end[1] - start[1]) * number / steps
            kind = "touchMove" if number else "touchStart"
            points = [{"x": x, "y": y}]
            line.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        line.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def shown(self, tab: str) -> list[Shown]:
        """Return every number of a tab: all charts and gaps there, all tables open."""
        panel = self.panel(tab)
        for more in panel.get_by_role("button", name=re.compile("Show all [0-9]")).all():
            more.click()
        panel.evaluate(OPEN_ALL)
        return [(key, raw, text) for key, raw, text in json.loads(panel.evaluate(COLLECT))]


def check(
    tab: Tab,
    name: str,
    roles: expected.Roles | None = None,
    documents: Mapping[str, Document] | None = None,
) -> expected.Numbers:
    """Assert that a tab shows every number of the files, and none besides."""
    documents = tab.site.documents() if documents is None else documents
    tier, numbers_of = expected.TABS[name]
    zone = ZoneInfo(documents[tier].timezone)
    wanted = numbers_of(documents, roles or expected.Roles())
    wrong: list[str] = ["nothing was compared"]

    def is_right() -> bool:
        nonlocal wrong
        wrong = differences(tab.shown(name), wanted, zone)
        return not wrong

    eventually(is_right, 3)
    assert not wrong, f"{name}: {len(wrong)} wrong\n" + "\n".join(wrong[:40])
    return wanted
