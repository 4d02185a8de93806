"""The one Home Assistant of these tests, and an installation that collected from it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from powerstats_cli.demo.homes import Change
from tests.real.installed import installed
from tests.real.past import HeatPump, Past
from tests.real.server import RECORDED, ZONE, RealHome, Row, Sensor, tool
from tests.real.shared.seen import RUNS, Own, Seen
from tests.real.truth import Truth
from tests.support.field import VOLTAGE, Meter, meters, voltage
from tests.support.installation import Installation


def sensor(meter: Meter) -> Sensor:
    """Return how Home Assistant declares a meter: its name, unit, device class and state class."""
    keys = ("unit_of_measurement", "device_class", "state_class")
    unit, device_class, state_class = (str(meter.attributes[key]) for key in keys)
    return meter.series.replace("_", " ").capitalize(), unit, device_class, state_class


def rows_of(changes: Sequence[Change]) -> list[Row]:
    """Return changes as rows of the recorder."""
    return [Row(change.at, change.state, change.attributes or {}) for change in changes]


@pytest.fixture(scope="package")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Return a running Home Assistant with the past in its recorder, and its own statistics."""
    tool()
    begin = datetime.now(UTC)
    past, pump = Past(begin.astimezone(ZONE).date()), HeatPump(begin)
    found = meters(past.days[-1])
    home = RealHome(tmp_path_factory.mktemp("real") / "home", [sensor(meter) for meter in found])
    rows = {meter.entity_id: rows_of(meter.changes) for meter in found}
    if found:
        rows[VOLTAGE] = rows_of(voltage(past.days[-1]))
    try:
        home.start()
        home.seed({**past.states, **pump.states}, rows)
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
