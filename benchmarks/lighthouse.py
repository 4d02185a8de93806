"""The page's marks by Lighthouse, as on a phone: the demo's home and one of 25 sensors.

Lighthouse is no part of the packages of this project, because it brings two hundred others. npx
fetches this version of it when it is asked for the first time.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

from powerstats_cli.clock import utc_now
from tests.browser.sites import Site, site_at, site_of
from tests.page.homes import HOUSE, Home, Sensor, simulated

# The last one that runs on Node 20.
LIGHTHOUSE: Final = "lighthouse@12.8.2"
SCORES: Final = {"performance": 95, "accessibility": 100, "best-practices": 100}
# Each with what one unit of Lighthouse's is in the unit that is shown.
MOST: Final = {
    "cumulative-layout-shift": ("CLS", 0.02, "", 1.0),
    "largest-contentful-paint": ("LCP", 1.8, " s", 0.001),
    "total-blocking-time": ("TBT", 100.0, " ms", 1.0),
}
FLAGS: Final = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"


@dataclass(frozen=True)
class Mark:
    """A figure of a home's page, its limit as it is shown, and whether it is kept."""

    home: str
    name: str
    found: str
    limit: str
    is_over: bool


def sites(folder: Path, at: datetime) -> Iterator[tuple[str, Site]]:
    """Yield the simulated home of the demo, and one with many sensors."""
    home = simulated(folder / "demo", 46, at)
    yield "the demo", site_at(home)
    many = (*HOUSE, *(Sensor(f"sensor_{number}", level=40 + number) for number in range(20)))
    yield "25 sensors", site_of(replace(Home(), now=at, sensors=many).documents(), folder / "many")


def report(site: Site, chromium: str, folder: Path) -> dict[str, Any]:
    """Return what Lighthouse finds in one visit."""
    path = folder / "lighthouse.json"
    command = [
        "npx",
        "--yes",
        LIGHTHOUSE,
        site.url,
        "--quiet",
        "--output=json",
        f"--output-path={path}",
        f"--only-categories={','.join(SCORES)}",
        f"--chrome-flags={FLAGS}",
    ]
    done = subprocess.run(
        command,
        env={**os.environ, "CHROME_PATH": chromium},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stderr[-2000:]}\nLighthouse did not run: see above")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def marks(rounds: int) -> Iterator[Mark]:
    """Yield the marks of both homes: medians of some visits."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium or not shutil.which("npx"):
        sys.exit("Lighthouse needs Chromium and npx: apt-get install chromium npm")
    with tempfile.TemporaryDirectory(prefix="powerstats-lighthouse-") as place:
        for home, site in sites(Path(place), utc_now()):
            yield from _of(home, [report(site, chromium, Path(place)) for _ in range(rounds)])


def _of(home: str, reports: list[dict[str, Any]]) -> Iterator[Mark]:
    for category, least in SCORES.items():
        score = median(100 * one["categories"][category]["score"] for one in reports)
        name = category.replace("-", " ")
        yield Mark(home, name, f"{score:.0f}", f"≥ {least}", score < least)
    for audit, (name, most, unit, size) in MOST.items():
        value = median(size * one["audits"][audit]["numericValue"] for one in reports)
        yield Mark(home, name, f"{value:.3g}{unit}", f"≤ {most:g}{unit}", value > most)
    for category in ("accessibility", "best-practices"):
        for ref in reports[0]["categories"][category]["auditRefs"]:
            audit = reports[0]["audits"][ref["id"]]
            if audit["score"] not in {1, None} and ref["weight"]:
                yield Mark(home, f"  {audit['title']}", "fails", "", is_over=True)
