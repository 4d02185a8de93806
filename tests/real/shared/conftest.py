"""The one Home Assistant of these tests, and an installation that collected from it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.real.installed import installed
from tests.real.past import HeatPump, Past
from tests.real.server import RECORDED, ZONE, RealHome, tool
from tests.real.shared.seen import RUNS, Own, Seen
from tests.real.truth import Truth
from tests.support.installation import Installation


@pytest.fixture(scope="package")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Return a running Home Assistant with the past in its recorder, and its own statistics."""
    tool()
    begin = datetime.now(UTC)
    past, pump = Past(begin.astimezone(ZONE).date()), HeatPump(begin)
    home = RealHome(tmp_path_factory.mktemp("real") / "home")
    try:
        home.start()
        home.seed({**past.states, **pump.states})
        restarted = datetime.now(UTC)
        home.rebuild_statistics()
        home.import_hours(pump.hours)
        now = datetime.now(UTC).replace(microsecond=0)
        yield Seen(home, past, pump, Truth(past.states, past.gone), restarted, now)
    finally:
        home.stop()


@pytest.fixture(scope="package")
def collected(seen: Seen, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return an installation after some runs of collect, one now, and the nightly steps."""
    installation = installed(tmp_path_factory.mktemp("collected"), seen.home)
    for run in RUNS:
        installation.run_well("collect", at=seen.past.start + run)
    installation.run_well("collect", at=seen.now)
    installation.run_well("rotate", at=seen.now)
    for tier in ("weekly", "monthly", "yearly"):
        installation.run_well("aggregate", tier, at=seen.now)
    return installation


@pytest.fixture(scope="package")
def its_own(seen: Seen) -> Own:
    """Return Home Assistant's own hours of the three days, by entity and start."""
    return seen.home.hourly_statistics(RECORDED, seen.past.start, seen.past.end)
