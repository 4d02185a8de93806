"""Meters with the faults that many homes report book what is right, however runs fall.

Home Assistant gives the attributes of an entity's first state only, as the real one does.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from math import fsum, inf
from pathlib import Path
from random import Random

import pytest

from powerstats_cli.core.periods import HOUR, instant
from powerstats_cli.demo.homes import Attributes, Change, RecordedHome
from powerstats_cli.demo.server import HomeAssistant
from tests.core.faulty_meters import meter
from tests.core.histories import BEGIN
from tests.support.field import LENGTH, MISSING, VOLT, VOLTAGE, Meter, meters, midnight, voltage
from tests.support.installation import TOKEN, Installation

DAY = date(2026, 6, 10)
INTERVAL = timedelta(minutes=10)
SETTLED = timedelta(seconds=10)
# Files have 6 decimals, and half a day is the sum of 72 values.
ROUNDING = 1e-4


def attributes(unit: str | None = "kWh", state_class: str = "total_increasing") -> Attributes:
    """Return the attributes of a meter."""
    said = {"device_class": "energy", "state_class": state_class}
    return said if unit is None else {**said, "unit_of_measurement": unit}


KWH, WH, BARE = attributes(), attributes("Wh"), attributes(None)


def own(
    name: str,
    low: float,
    high: float,
    *states: tuple[float, float | None] | tuple[float, float | None, Attributes],
) -> Meter:
    """Return a meter of our own: its states have a minute, a number, and attributes."""
    changes = [
        Change(
            midnight(DAY) + timedelta(minutes=minute, seconds=15),
            "unavailable" if number is None else str(number),
            *(said or [KWH]),
        )
        for minute, number, *said in states
    ]
    return Meter(name, name, changes, low, high)


def quarters(power: float, minutes: int) -> Iterator[tuple[float, float]]:
    """Yield the readings of a meter that starts anew each quarter of an hour, two a minute."""
    for half in range(2 * minutes):
        yield half / 2, round(power * (half % 30) / 120, 4)


OWN = [
    own("resets_in_steps", 0.9, 0.9, (0, 30.1), (61, 20.1), (61.2, 10), (61.4, 0), (200, 0.9)),
    own("yesterday_at_dawn", 0.4, 0.4, (0, 0), (300, 12.3), (303, 0), (400, 0.4)),
    own("spike", 0.5, 0.5, (0, 500), (90, 6553.5), (91, 500.1), (400, 500.5)),
    own("long_spike", 2.0, 2.0, (0, 35500), (90, 355000), (135, 35501), (400, 35502)),
    own("below_zero", 0.4, 0.4, (0, 1234.6), (60, -1), (180, 1234.8), (400, 1235)),
    own("away", 0.4, 0.4, (0, 2e4), (5, None), (9, 0), (11, None), (135, 20000.2), (400, 20000.4)),
    own("sums", 0.4, 0.4, (0, 30), (60, None), (61, 10), (66, 20), (71, 30.1), (400, 30.4)),
    own("quarters", 4 * 2 * 14.4 / 15, 4 * 2, *quarters(2, 240)),
    own("restart", 1.2, 1.2, (0, 70, KWH), (60, None), (61, 70100, WH), (64, 70.2), (400, 71.2)),
    own("upgrade", 1.5, 1.5, (0, 9e5, WH), (60, 900500, WH), (63, 900.6), (400, 901.5)),
    own("bare", 0.9, 0.9, (0, 7e5, WH), (63, 700100, BARE), (74, 700200, WH), (400, 700900, WH)),
    own("class", 3, 3, (0, 50), (120, 51), (123, 51.5, attributes(state_class="total")), (400, 53)),
]


def energies(found: Sequence[Meter], folder: Path, runs: Sequence[timedelta]) -> dict[str, float]:
    """Return what each meter counted, after some runs that must all succeed, or tell a jump."""
    home = RecordedHome(
        {VOLTAGE: VOLT, **{meter.entity_id: meter.attributes for meter in found}},
        {VOLTAGE: voltage(DAY), **{meter.entity_id: meter.changes for meter in found}},
        time_zone="UTC",
    )
    now = midnight(DAY)
    entities = {meter.series: meter.entity_id for meter in found}
    with HomeAssistant(home, token=TOKEN, clock=lambda: now) as server:
        there = Installation(folder, server.url, {**entities, "voltage": VOLTAGE}, timezone="UTC")
        for run in runs:
            now = midnight(DAY) + run + SETTLED
            result = there.run("collect", at=now)
            assert result.exit_code == 0 or " jumped by " in result.err, result
        points = there.document("daily.json").points.values()
    return {
        name: fsum(point[name].change or 0.0 for point in points if name in point)
        for name in entities
    }


def flipping(random: Random, number: int, hours: int) -> Meter:
    """Return a meter with faults of all kinds, whose unit changes now and then."""
    faulty = meter(random, hours)
    said, before, changes = KWH, None, []
    for state in faulty.states:
        # After 0, or at a new start, a number by itself does not tell that its unit is another.
        if before and state.value and state.value >= before and random.random() < 0.02:
            said = random.choice([KWH, WH])
        shown = "unavailable"
        if state.value is not None:
            shown = f"{state.value * (1000 if said is WH else 1):.6f}"
        changes.append(Change(midnight(DAY) + (instant(state.time) - BEGIN), shown, said))
        before = state.value
    most = faulty.truth + faulty.rounding + 1000 * faulty.gaps
    return Meter(f"faulty_{number}", f"faulty_{number}", changes, -inf, most)


REGULAR = [number * INTERVAL for number in range(1, LENGTH // INTERVAL + 1)]
LATE = [LENGTH]


@pytest.mark.parametrize("runs", [REGULAR, REGULAR[::7] + LATE, LATE], ids=["regular", "7", "late"])
def test_meters_of_our_own(tmp_path: Path, runs: Sequence[timedelta]) -> None:
    """Each kind of fault books what is right."""
    booked = energies(OWN, tmp_path, runs)
    wrong = {
        meter.name: booked[meter.name]
        for meter in OWN
        if meter.error(booked[meter.name]) > ROUNDING
    }
    assert not wrong


@pytest.mark.parametrize("runs", [REGULAR, LATE], ids=["regular", "late"])
def test_meters_of_the_field(tmp_path: Path, runs: Sequence[timedelta]) -> None:
    """The cases that were collected in the field book what is right."""
    found = meters(DAY)
    if not found:
        pytest.skip(MISSING)
    booked = energies(found, tmp_path, runs)
    wrong = {
        meter.name: booked[meter.series]
        for meter in found
        if meter.error(booked[meter.series]) > ROUNDING
    }
    assert not wrong


@pytest.mark.parametrize("seed", range(2))
def test_meters_whose_unit_changes(tmp_path: Path, seed: int) -> None:
    """Whatever runs there were, the same is booked, and no more than was counted."""
    random, hours = Random(seed), 5
    found = [flipping(random, number, hours) for number in range(6)]
    end = hours * HOUR // INTERVAL
    some = sorted({random.randrange(1, end) for _ in range(6)} | {end})
    booked = [
        energies(found, tmp_path / f"{number}", [number * INTERVAL for number in runs])
        for number, runs in enumerate([range(1, end + 1), some, [end]])
    ]
    assert booked[0] == booked[1] == booked[2]
    wrong = {each.name for each in found if each.error(booked[0][each.series]) > ROUNDING}
    assert not wrong
