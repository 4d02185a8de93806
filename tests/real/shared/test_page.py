"""The whole way of the readings, from Home Assistant to the page on GitHub."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.browser.chromium import Opener
from tests.browser.pages import TABS, check
from tests.browser.sites import Site, served
from tests.github.fake import GitHub
from tests.real.installed import installed
from tests.real.shared.seen import Seen
from tests.support.installation import Installation

pytestmark = pytest.mark.homeassistant


def test_from_home_assistant_to_the_page_at_github(
    seen: Seen,
    collected: Installation,
    tmp_path: Path,
    opened: Opener,
) -> None:
    """The repository ends up with the files and with a page that shows each number of them."""
    home = installed(tmp_path / "home", seen.home)
    shutil.copytree(collected.data_dir, home.data_dir)
    with GitHub(tmp_path / "github", clock=lambda: datetime.now(UTC)) as github:
        repository = github.create("me/power")
        with home.config.open("a") as config:
            config.write(f'[github]\nrepo = "me/power"\napi_url = "{github.url}"\n')
            config.write(f'token = "{github.token}"\n[publish]\npath = "docs"\n')
        home.config.chmod(0o600)
        home.run_well("publish")
        home.run_well("sync", "push")
        repository.fsck()
        page, kept = repository.files("gh-pages", "docs"), repository.files("main", "data")

    data = home.snapshot()
    long_term = {name for name in data if name.startswith(("monthly", "yearly", "years/"))}
    assert len(long_term) >= 3
    assert kept == {f"data/{name}": data[name] for name in long_term}
    pages = tmp_path / "pages"
    pages.mkdir()
    for name, content in page.items():
        (pages / name.removeprefix("docs/")).write_bytes(content)
    site = Site(pages, pages, served(pages))
    assert site.documents().keys() == {"daily", "weekly", "monthly", "yearly"}
    tab = opened(site, now=None).go()
    today, *others = TABS
    # No state of today is seeded, and in the day's first minutes none was asked for.
    assert re.search("(Nothing known|No data) yet", tab.panel(today).inner_text())
    for name in others:
        tab.open(name)
        assert check(tab, name)["gaps"]
