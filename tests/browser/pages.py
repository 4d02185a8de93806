"""A page that is watched: what it asks for, what it says, what goes wrong in it."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from math import isclose
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from powerstats_cli.core.documents import Document
from tests.browser import expected
from tests.browser.sites import Site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, CDPSession, ConsoleMessage, Locator, Page

TABS = tuple(expected.TABS)
PATIENCE = 5.0
# The browser's own line where a file is missing or the network is gone; no page can keep it back.
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
Shown = tuple[str, str | None, str]
Found = TypeVar("Found")


def eventually(find: Callable[[], Found], within: float = PATIENCE) -> Found:
    """Return what is found as soon as it is truthy; what it was at last, where it never is."""
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
        """Return what no page of ours may do."""
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

    def shown(self, tab: str) -> list[Shown]:
        """Return every number of a tab: all tables open, all gaps listed."""
        panel = self.panel(tab)
        panel.evaluate(OPEN_ALL)
        more = panel.get_by_role("button", name=re.compile("Show all [0-9]"))
        if more.count():
            more.click()
        return [(key, raw, text) for key, raw, text in json.loads(panel.evaluate(COLLECT))]


# --- comparing --------------------------------------------------------------------------------


def differences(tab: Tab, name: str, wanted: expected.Numbers, zone: ZoneInfo) -> list[str]:
    """Return where a tab's numbers are not those of the files."""
    found: dict[str, Shown] = {}
    wrong = []
    for shown in tab.shown(name):
        if shown[0].startswith("heat-"):
            continue  # by their places: see test_numbers
        if shown[0] in found and found[shown[0]][1] != shown[1]:
            wrong.append(f"{shown[0]} is shown as {found[shown[0]][1]} and as {shown[1]}")
        found[shown[0]] = shown
    wrong += [f"{key} is not shown" for key in wanted.keys() - found.keys()]
    wrong += [f"{key} = {found[key][2]} is shown" for key in found.keys() - wanted.keys()]
    for key in wanted.keys() & found.keys():
        _, raw, text = found[key]
        if not is_same(wanted[key], raw):
            wrong.append(f"{key} is {raw!r}, not {wanted[key]!r}")
        elif not key.endswith("-missing") and (fault := misprint(wanted[key], text, key, zone)):
            wrong.append(f"{key} is shown as {text!r}: {fault}")
    return sorted(wrong)


def is_same(wanted: expected.Raw, raw: str | None) -> bool:
    """Tell whether the page's own value is the computed one."""
    if wanted is None:
        return raw == ""
    if isinstance(wanted, str):
        return raw == wanted
    return bool(raw) and isclose(float(raw or "nan"), wanted, rel_tol=1e-9, abs_tol=1e-9)


NUMBER = re.compile(r"[-+\u2212]?[\d,]*\d(?:\.\d+)?")
LENGTH = re.compile(r"(\d+)\s*(day|h|min|s)")
SECONDS = {"day": 86400, "h": 3600, "min": 60, "s": 1}


def misprint(value: expected.Raw, text: str, key: str, zone: ZoneInfo) -> str | None:
    """Tell how a text (in British English) does not say a value."""
    if value is None:
        return None if text in {"–", ""} else "unknown is a dash"
    if not text:
        return None if key.endswith("-today") else "nothing"
    if isinstance(value, str):
        return _wrong_time(value, text, zone)
    if key.endswith("-length"):
        return _wrong_length(value, text)
    if re.fullmatch(r"\d+ of \d+ days", text):
        return None
    return _wrong_number(value, text, key)


def _wrong_number(value: float, text: str, key: str) -> str | None:
    """Tell how a text does not say a number."""
    number = NUMBER.search(text)
    if number is None:
        return "no number"
    is_known = re.search("(^|-)known(-|$)", key) is not None
    is_share = is_known or key.endswith("-change")
    if is_share and "%" not in text:
        return "a share is in %"
    written = number[0].replace(",", "").replace("\u2212", "-")
    digits = Decimal(1).scaleb(-len(written.partition(".")[2]))
    exact = Decimal(repr(value)) * (100 if is_share else 1)
    if is_known:  # never 100 % of what is not whole
        share = min(exact, Decimal("99.9")) if value < 1 else exact
        rounded = share.quantize(digits, ROUND_FLOOR)
        is_said = abs(rounded - Decimal(written)) <= (digits if value < 1 else 0)
    else:
        is_said = exact.quantize(digits, ROUND_HALF_UP) == Decimal(written)
    return None if is_said else f"not {exact}"


def _wrong_length(seconds: float, text: str) -> str | None:
    """Tell how a text does not say a length of time."""
    said = sum(int(count) * SECONDS[unit] for count, unit in LENGTH.findall(text))
    least = 3600 if "day" in text else 60 if seconds >= 60 else 1
    return None if abs(said - seconds) < least else f"not {seconds} s"


def _wrong_time(value: str, text: str, zone: ZoneInfo) -> str | None:
    """Tell how a text does not say a time, in the home's zone."""
    if "T" in value:
        at = datetime.fromisoformat(value).astimezone(UTC).astimezone(zone)
    else:
        at = datetime.fromisoformat(value)
    clock, day = f"{at:%H:%M}", f"{at.day} {at:%b}"
    is_said = clock in text or (day in text and ":" not in text)
    if re.search("[A-Z]", text.partition(",")[0]) and ":" in text:
        is_said = clock in text and ("UTC" in text or "GMT" in text or day in text)
    return None if is_said else f"not {clock} on {day}"


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
        wrong = differences(tab, name, wanted, zone)
        return not wrong

    eventually(is_right, 3)
    assert not wrong, f"{name}: {len(wrong)} wrong\n" + "\n".join(wrong[:40])
    return wanted
