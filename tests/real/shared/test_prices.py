"""Prices out of the real Home Assistant: each usual form of sensor, with a restart in between."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.real.past import HOUR, MINUTE
from tests.real.server import RealHome, Row
from tests.real.shared.seen import Seen
from tests.real.shared.test_recorder import is_recorded, values_of
from tests.support.installation import Installation
from tests.support.pricing import FORMS, MOST_ROUNDING, PRICES, Form

pytestmark = pytest.mark.homeassistant

VOLTS = {"unit_of_measurement": "V", "device_class": "voltage", "state_class": "measurement"}


def installed(folder: Path, home: RealHome, form: Form, more: str = "") -> Installation:
    """Return an installation that collects a price beside a voltage."""
    entities = {form.series: form.entity_id, "voltage": f"sensor.{form.series}_voltage"}
    return Installation(
        folder,
        home.url,
        entities,
        timezone="UTC",
        token=home.reader_token,
        data={"settle_seconds": 0, "collection_interval_minutes": 15},
        more=f'[prices]\n{form.setting}[money]\ncurrency = "{form.kept[:3]}"\n{more}',
    )


def reported(form: Form, start: datetime) -> list[Row]:
    """Return two hours of a price as its sensor reports it."""
    return [Row(at, state, form.attributes) for at, state in form.states(start)]


def written(home: RealHome, form: Form, start: datetime, prices: Sequence[Row]) -> None:
    """Have the recorder write a price, and a voltage that changes each minute."""
    volts = [Row(start + n * MINUTE, f"{230 + n % 2}", VOLTS) for n in range(-80, 121)]
    home.write(f"sensor.{form.series}_voltage", volts)
    home.write(form.entity_id, prices)
    # The state machine has to know them, too; what is reported last is recorded last.
    home.report(form.entity_id, prices[-1].state, prices[-1].attributes)
    last = home.report(f"sensor.{form.series}_voltage", "229", VOLTS)
    is_recorded(home, f"sensor.{form.series}_voltage", last)


def stored(there: Installation, name: str, start: datetime) -> Mapping[datetime, float]:
    """Return the means of a series in the two hours, all of which are known."""
    values = values_of(there, name)
    wanted = [start + number * timedelta(minutes=15) for number in range(len(PRICES))]
    assert [values[at].coverage for at in wanted if at in values] == [1.0] * len(wanted)
    return {at: values[at].mean or 0.0 for at in wanted}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.series)
def test_each_form(seen: Seen, tmp_path: Path, form: Form) -> None:
    """It is a measurement in money per kWh with 6 decimals, whatever the sensor says of itself."""
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - 2 * HOUR
    written(seen.home, form, start, reported(form, start))
    there = installed(tmp_path / "late", seen.home, form)
    there.run_well("collect", at=start - 15 * MINUTE)
    result = there.run("-v", "collect", at=start + 2 * HOUR + 10 * timedelta(seconds=1))
    assert (result.exit_code, result.err) == (0, "")
    assert list(stored(there, form.series, start).values()) == pytest.approx(
        PRICES, abs=MOST_ROUNDING
    )
    daily = there.document("daily.json")
    assert daily.series[form.series].kind.described == f"measurement in {form.kept}"


SECONDS = timedelta(seconds=1)
CENTS_THEN_EUROS = Form("contract_changed", "ct/kWh", "measurement", 0.01, "EUR/kWh")
MEGAWATT_HOURS_THEN = Form("source_changed", "EUR/MWh", "total", 0.001, "EUR/kWh")


@pytest.mark.parametrize(
    ("form", "regular"),
    [(CENTS_THEN_EUROS, False), (MEGAWATT_HOURS_THEN, True)],
    ids=["one late run", "regular runs"],
)
def test_the_unit_changes(seen: Seen, tmp_path: Path, form: Form, *, regular: bool) -> None:
    """After a restart the sensor says EUR/kWh; while it is away it has no unit."""
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - 2 * HOUR
    middle = start + HOUR
    new = {**form.attributes, "unit_of_measurement": "EUR/kWh"}
    rows = reported(form, start)
    before = [row for row in rows if row.at < middle - MINUTE]
    after = [
        Row(row.at, f"{float(row.state) * form.scale:.7f}", new)
        for row in rows
        if row.at >= middle - MINUTE
    ]
    first = after[0]
    # Home Assistant is back after four minutes, well within the step.
    gone = Row(first.at, "unavailable", {"device_class": "monetary"})
    back = first._replace(at=first.at + 4 * MINUTE)
    early = first._replace(
        at=middle - 10 * SECONDS,
        attributes=form.attributes,
        state=str(float(first.state) / form.scale),
    )
    written(seen.home, form, start, [*before, early, gone, back, *after[1:]])
    there = installed(tmp_path / "there", seen.home, form)
    there.run_well("collect", at=start - 15 * MINUTE)
    ends = range(15, 121, 15) if regular else [120]
    for minutes in ends:
        result = there.run("-v", "collect", at=start + minutes * MINUTE + 10 * SECONDS)
        assert (result.exit_code, result.err) == (0, ""), minutes
    assert list(stored(there, form.series, start).values()) == pytest.approx(
        PRICES, abs=MOST_ROUNDING
    )


def test_away_for_longer_than_its_step(seen: Seen, tmp_path: Path) -> None:
    """What the sensor missed is unknown from its own step's end on, and known when it is back."""
    form = Form("away", "EUR/kWh", "total", 1.0, "EUR/kWh")
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - 2 * HOUR
    states = (
        (start + 3 * SECONDS, "0.10001"),
        (start + 16 * MINUTE, "unavailable"),
        (start + 17 * MINUTE, "unknown"),
        (start + 60 * MINUTE - 2 * SECONDS, "0.20002"),
    )
    rows = [Row(at, state, form.attributes) for at, state in states]
    written(seen.home, form, start, rows)
    there = installed(tmp_path / "there", seen.home, form)
    there.run_well("collect", at=start - 15 * MINUTE)
    there.run_well("collect", at=start + 2 * HOUR + 10 * SECONDS)
    values = values_of(there, form.series)
    quarters = [start + number * 15 * MINUTE for number in range(8)]
    found = [values[at].mean if at in values else None for at in quarters]
    assert found == [0.10001, 0.10001, None, None, *[0.20002] * 4]
    assert {values[at].coverage for at in quarters if at in values} == {1.0}
