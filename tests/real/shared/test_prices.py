"""Prices out of the real Home Assistant: each usual form of sensor, with a restart in between."""

from collections.abc import Mapping
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


def written(home: RealHome, form: Form, start: datetime) -> None:
    """Have the recorder write two hours of a price, and a voltage that changes each minute."""
    prices = [Row(at, state, form.attributes) for at, state in form.states(start)]
    volts = [Row(start + n * MINUTE, f"{230 + n % 2}", VOLTS) for n in range(-80, 121)]
    home.write(f"sensor.{form.series}_voltage", volts)
    home.write(form.entity_id, prices)
    # The state machine has to know them, too.
    now = home.report(form.entity_id, prices[-1].state, form.attributes)
    is_recorded(home, form.entity_id, now)
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
    written(seen.home, form, start)
    there = installed(tmp_path / "late", seen.home, form)
    there.run_well("collect", at=start - 15 * MINUTE)
    result = there.run("-v", "collect", at=start + 2 * HOUR + 10 * timedelta(seconds=1))
    assert (result.exit_code, result.err) == (0, "")
    assert list(stored(there, form.series, start).values()) == pytest.approx(
        PRICES, abs=MOST_ROUNDING
    )
    daily = there.document("daily.json")
    assert daily.series[form.series].kind.described == f"measurement in {form.kept}"
