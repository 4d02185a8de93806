"""A real Home Assistant that is slow: the longer the history, the longer an answer takes."""

from datetime import datetime
from pathlib import Path
from typing import Final

import pytest

from powerstats_cli import web
from powerstats_cli.commands import collect
from powerstats_cli.homeassistant import pace, reader
from tests.real.installed import installed
from tests.real.past import HOUR, INTERVAL
from tests.real.proxy import Proxy
from tests.real.server import POWER, VOLTAGE
from tests.real.shared.seen import Seen
from tests.support.installation import Installation

pytestmark = pytest.mark.homeassistant

# A minute is a second here, in all limits as well.
SCALE: Final = 60
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
    return min(series.until for series in installation.document("daily.json").series.values())


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("seconds_an_hour", "away"), [(6, 33), (20, 12)])
def test_each_run_comes_further(
    seconds_an_hour: float, away: int, seen: Seen, tmp_path: Path
) -> None:
    """Away for hours: a run stores what it gets in its time, and the next one goes on from there.

    In the end the points are those of one run that Home Assistant answers at once.
    """
    entities = {"power": POWER, "voltage": VOLTAGE}
    first = seen.past.start + 26 * HOUR
    now = first + away * HOUR
    at_once = installed(tmp_path / "at once", seen.home, entities)
    for at in (first, now):
        at_once.run_well("collect", at=at)
    there = installed(tmp_path / "slow", seen.home, entities)
    there.run_well("collect", at=first)
    with Proxy(seen.home) as proxy:
        proxy.seconds_an_hour = seconds_an_hour / SCALE
        there.configure(url=proxy.url)
        reached = [until(there)]
        while reached[-1] <= now - INTERVAL:
            result = there.run("collect", at=now)
            assert result.exit_code in {0, 75}, result
            reached.append(until(there))
            assert reached[-1] > reached[-2], result
            assert len(reached) <= MOST_RUNS
    assert len(reached) > 2
    assert there.points() == at_once.points()
