"""A real Home Assistant that is slow: the longer the history, the longer an answer takes."""

from datetime import datetime
from pathlib import Path
from typing import Final

import pytest

from powerstats_cli import web
from powerstats_cli.commands import collect
from powerstats_cli.homeassistant import pace, reader
from tests.real.installed import installed
from tests.real.past import HOUR, INTERVAL, at
from tests.real.proxy import Proxy
from tests.real.server import POWER, VOLTAGE
from tests.real.shared.seen import Seen
from tests.support.installation import Installation

pytestmark = pytest.mark.homeassistant

# A minute is a second here, in all limits as well.
SCALE: Final = 60
SECONDS_AN_HOUR: Final = 20.0
AWAY: Final = 3 * HOUR
MOST_RUNS: Final = 8


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scale all limits of a run down."""
    for module, name in (
        (web, "REQUEST_TIMEOUT"),
        (reader, "REQUEST_TIMEOUT"),
        (pace, "GOOD_SECONDS"),
        (collect, "STOP_AFTER"),
        (collect, "RUN_SECONDS"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name) / SCALE)


def until(installation: Installation) -> datetime:
    """Return up to when everything is stored."""
    daily = installation.document("daily.json")
    return min(filter(None, map(daily.until, daily.series)))


@pytest.mark.usefixtures("impatient")
def test_each_run_comes_further(seen: Seen, tmp_path: Path) -> None:
    """Away for hours: a run stores what it gets in its time, and the next one goes on from there.

    In the end the points are those of one run that Home Assistant answers at once.
    """
    entities = {"power": POWER, "voltage": VOLTAGE}
    first = seen.past.start + at(29)
    now = first + AWAY
    at_once = installed(tmp_path / "at once", seen.home, entities)
    for run in (first, now):
        at_once.run_well("collect", at=run)
    there = installed(tmp_path / "slow", seen.home, entities)
    there.run_well("collect", at=first)
    with Proxy(seen.home) as proxy:
        proxy.seconds_an_hour = SECONDS_AN_HOUR / SCALE
        there.configure(url=proxy.url)
        reached = [until(there)]
        while reached[-1] < now - INTERVAL:
            result = there.run("collect", at=now)
            assert result.exit_code in {0, 75}, result
            reached.append(until(there))
            assert reached[-1] > reached[-2], result
            assert len(reached) <= MOST_RUNS
    assert len(reached) > 2
    assert there.points() == at_once.points()
