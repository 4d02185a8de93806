"""One browser for all tests that look at a page, a context of its own for each page."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.browser.pages import Tab
from tests.browser.sites import Site
from tests.page.homes import NOW
from tests.support.needs import unable

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserType

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


class Opener(Protocol):
    """Opens a site in a context of its own."""

    def __call__(
        self,
        site: Site,
        *,
        now: datetime | None = NOW,
        allowed: tuple[str, ...] = (),
        **options: Any,
    ) -> Tab:
        """Return a tab with nothing in it yet."""


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Return a Chromium that is installed."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        unable("the dashboard's tests need Playwright: pip install playwright")
    with sync_playwright() as playwright, launched(playwright.chromium) as browser:
        yield browser


@contextmanager
def launched(kind: "BrowserType", *more: str) -> Iterator["Browser"]:
    """Yield a Chromium that is installed, started with more arguments."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        unable("the dashboard's tests need Chromium: apt-get install chromium")
    browser = kind.launch(executable_path=chromium, args=(*ARGUMENTS, *more))
    yield browser
    browser.close()


@pytest.fixture
def opened(browser: "Browser") -> Iterator[Opener]:
    """Open pages. No page may write to the console, or ask another server for anything."""
    tabs = []
    with ExitStack() as stack:

        def open_tab(
            site: Site,
            *,
            now: datetime | None = NOW,
            allowed: tuple[str, ...] = (),
            **options: Any,
        ) -> Tab:
            settings = {
                "locale": "en-GB",
                "timezone_id": "Europe/Amsterdam",
                "viewport": DESKTOP,
                "accept_downloads": True,
            }
            context = stack.enter_context(browser.new_context(**{**settings, **options}))
            context.set_default_timeout(10_000)
            tab = Tab(site, context.new_page(), context, allowed)
            tab.watch()
            if now:
                tab.page.clock.set_fixed_time(now)
            tabs.append(tab)
            return tab

        yield open_tab
        faults = [fault for tab in tabs for fault in tab.faults()]
    assert not faults, "\n".join(faults)
