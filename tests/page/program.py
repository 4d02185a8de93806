"""Runs the page's scripts under Node: they tell what the page would show of a home's files."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from powerstats_cli.core import documents as forms
from powerstats_cli.core.documents import Document
from tests.page import expected
from tests.page.comparing import Shown, differences
from tests.page.homes import NOW, TIER_NAMES, home_of
from tests.support.needs import unable

SCRIPT: Final = Path(__file__).with_name("shown.js")
TABS: Final = tuple(expected.TABS)
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Page:
    """The content of each tab, and the documents that it comes from."""

    documents: Mapping[str, Document]
    tabs: Mapping[str, Any]

    def numbers(self, tab: str) -> list[Shown]:
        """Return every number of a tab: its key, its exact value, its text."""
        return [(key, raw, text) for key, raw, text in self.tabs[tab]["numbers"]]

    def text(self, key: str, tab: str) -> str:
        """Return how a number is written."""
        return next(text for name, _, text in self.numbers(tab) if name == key)

    def notices(self, tab: str) -> list[str]:
        """Return the notices that the data is old."""
        return [notice["text"] for notice in self.tabs[tab]["notices"]]


def page_of(
    documents: Mapping[str, Document],
    *,
    now: datetime = NOW,
    tiers: Sequence[str] = TIER_NAMES,
    publish: timedelta = HOUR,
    timezone: str = "Europe/Amsterdam",
) -> Page:
    """Run the page's scripts over documents, for a British reader in a time zone."""
    node = shutil.which("node")
    if not node:
        unable("the page's arithmetic is tested by Node 20 or newer, which is not there")
    files = {name: forms.encode(document) for name, document in documents.items()}
    request = {
        "files": {name: raw.decode() for name, raw in files.items()},
        "published": list(tiers),
        "now": now.timestamp() * 1000,
        "publish": publish / timedelta(milliseconds=1),
        "home": home_of(documents),
    }
    ended = subprocess.run(
        [node, str(SCRIPT)],
        input=json.dumps(request),
        env={**os.environ, "LC_ALL": "en_GB.UTF-8", "TZ": timezone},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    # The order of series is that of the files.
    read = {
        name: forms.decode(raw, timezone=documents[name].timezone) for name, raw in files.items()
    }
    return Page(read, json.loads(ended.stdout))


def check(
    page: Page,
    *,
    roles: expected.Roles | None = None,
    tabs: Sequence[str] = TABS,
) -> dict[str, expected.Numbers]:
    """Assert that tabs show every number of the files and no other; return them by tab."""
    found, wrong = {}, []
    for name in tabs:
        tier, numbers_of = expected.TABS[name]
        found[name] = numbers_of(page.documents, roles or expected.Roles())
        zone = ZoneInfo(page.documents[tier].timezone)
        faults = differences(page.numbers(name), found[name], zone)
        wrong += [f"{name}: {fault}" for fault in faults]
    assert not wrong, f"{len(wrong)} wrong\n" + "\n".join(wrong[:40])
    return found
