"""What tests of more than one folder use."""

from tests.browser.chromium import browser, opened

__all__ = ["browser", "opened"]
