"""The numbers in the files are the true ones, and Home Assistant's own."""

from datetime import datetime
from math import fsum
from pathlib import Path

import pytest

from powerstats_cli.core.buckets import measure
from powerstats_cli.core.documents import Document
from powerstats_cli.core.periods import micros
from powerstats_cli.homeassistant.client import HomeAssistant
from tests.real.installed import FACTORS, MEASURED, POWERS, installed
from tests.real.past import HOUR, INTERVAL, MICROSECOND, MINUTE
from tests.real.server import ENERGY, RECORDED
from tests.real.shared.seen import Own, Seen, closed_days
from tests.support.installation import Installation

pytestmark = pytest.mark.homeassistant

PERIOD = 5 * MINUTE  # of Home Assistant's short-term statistics


@pytest.mark.parametrize("name", MEASURED)
def test_each_interval_is_exact(name: str, seen: Seen, collected: Installation) -> None:
    """Each 10-minute bucket has the true numbers, and is absent if nothing is known in it."""
    points, factor = closed_days(collected, seen.past), FACTORS[name]
    present = 0
    for start, end in seen.past.spans(INTERVAL):
        value = points.get(start, {}).get(name)
        exact = seen.truth.over(MEASURED[name], start, end)
        assert (value is None) == (exact is None), start
        if value is None or exact is None:
            continue
        present += 1
        assert value.mean == pytest.approx(exact.mean * factor, abs=0.00051), start
        assert value.min == pytest.approx(exact.low * factor, abs=0.00051), start
        assert value.max == pytest.approx(exact.high * factor, abs=0.00051), start
        assert value.coverage == pytest.approx(exact.known / 600, abs=0.0001), start
        if name in POWERS:
            assert value.kwh == pytest.approx(exact.integral * factor / 3.6e6, abs=6e-7), start
    assert 0 < present < len(seen.past.spans(INTERVAL))


def test_each_interval_of_the_counter_is_exact(seen: Seen, collected: Installation) -> None:
    """Its changes are the seeded increments, though glitches, dips and a reset are among them."""
    points, past = closed_days(collected, seen.past), seen.past
    for start, end in past.spans(INTERVAL):
        value = points.get(start, {}).get("energy")
        exact = seen.truth.over(ENERGY, start, end)
        assert (value is None) == (exact is None), start
        if value is None or exact is None:
            continue
        change = sum(wh for when, wh in past.increments if start <= when < end)
        state = [wh for when, wh in past.accepted if when < end][-1]
        assert (value.change, value.state) == (change / 1000, state / 1000), start
        assert value.coverage == pytest.approx(exact.known / 600, abs=0.0001), start


def test_hours_of_the_counter_are_the_seeded_increments(
    seen: Seen, collected: Installation
) -> None:
    """The roll-up loses no increment and counts none twice."""
    weekly = collected.document("weekly.json").points
    for start, end in seen.past.spans(HOUR):
        change = sum(wh for when, wh in seen.past.increments if start <= when < end) / 1000
        value = weekly.get(start, {}).get("energy")
        assert (value.change if value else 0.0) == pytest.approx(change, abs=1e-6), start


def full_hours(seen: Seen, name: str) -> list[datetime]:
    """Return the hours in which a series was a number all the time and Home Assistant saw it.

    For its statistics of a 5-minute period, Home Assistant looks for states after the microsecond
    before the period, and for the state before that microsecond. So it loses a state of that very
    microsecond until the next period. The past has such states; other tests check their hours.
    """
    entity_id = MEASURED[name]
    lost = [
        when + MICROSECOND
        for when, _ in seen.past.states[entity_id]
        if not (when + MICROSECOND - seen.past.start) % PERIOD
    ]
    return [
        start
        for start, end in seen.past.spans(HOUR)
        if (exact := seen.truth.over(entity_id, start, end)) is not None
        and exact.known == 3600
        and not any(start <= when < end for when in lost)
    ]


@pytest.mark.parametrize("name", MEASURED)
def test_full_hours_are_home_assistants_own(
    name: str, seen: Seen, collected: Installation, its_own: Own
) -> None:
    """In the file, an hour that was a number throughout is Home Assistant's own, to rounding."""
    weekly, factor = collected.document("weekly.json").points, FACTORS[name]
    full = full_hours(seen, name)
    assert len(full) > 20
    changes = {when for when, _ in seen.past.states[MEASURED[name]]}
    for start in full:
        value, own = weekly[start][name], its_own[MEASURED[name]][start]
        assert value.mean == pytest.approx(own["mean"] * factor, abs=0.001), start
        low, high = own["min"] * factor, own["max"] * factor
        if start in changes:  # Home Assistant counts the value that just ended as well
            assert low - 0.001 <= (value.min or 0.0) <= (value.max or 0.0) <= high + 0.001, start
        else:
            assert (value.min, value.max) == pytest.approx((low, high), abs=0.001), start
        assert value.coverage == 1.0, start


@pytest.mark.parametrize("name", MEASURED)
def test_the_pure_function_is_home_assistants_own(name: str, seen: Seen, its_own: Own) -> None:
    """`measure` over the client's states gives Home Assistant's hourly means to 1e-6."""
    full = full_hours(seen, name)
    with HomeAssistant(seen.home.url, seen.home.reader_token, seconds=30) as client:
        answer = client.history(RECORDED, seen.past.start, seen.past.end)
    found = answer.recorded[MEASURED[name]]
    deviations = {}
    for start in full:
        whole = measure(found.history, micros(start), micros(start + HOUR), is_power=False)
        assert whole is not None
        assert whole.mean is not None
        own = its_own[MEASURED[name]][start]["mean"] * FACTORS[name]
        deviations[start] = abs(whole.mean - own)
    assert max(deviations.values()) < 1e-6


@pytest.mark.parametrize("name", MEASURED)
def test_other_hours_are_exact(name: str, seen: Seen, collected: Installation) -> None:
    """An hour with a gap has the mean of its known part, whatever Home Assistant says.

    Its intervals are weighted by their written coverage of 4 decimals: `missed` is the error of it.
    """
    weekly, factor = collected.document("weekly.json").points, FACTORS[name]
    full = full_hours(seen, name)
    partly = 0
    for start, end in seen.past.spans(HOUR):
        exact = seen.truth.over(MEASURED[name], start, end)
        value = weekly.get(start, {}).get(name)
        assert (value is None) == (exact is None), start
        if value is None or exact is None or start in full:
            continue
        partly += 1
        missed = 6 * 0.5e-4 * 600 / exact.known * (exact.high - exact.low) * factor
        assert value.mean == pytest.approx(exact.mean * factor, abs=0.0011 + missed), start
        assert value.min == pytest.approx(exact.low * factor, abs=0.00051), start
        assert value.max == pytest.approx(exact.high * factor, abs=0.00051), start
        assert value.coverage == pytest.approx(exact.known / 3600, abs=0.00011), start
    assert partly > 1


@pytest.mark.parametrize("name", POWERS)
def test_energy_in_all(name: str, seen: Seen, collected: Installation) -> None:
    """The energy of three days is that of the true step function, far within the allowed 0.1 %."""
    true = seen.truth.kwh(POWERS[name], seen.past.start, seen.past.end) * FACTORS[name]
    found = fsum(kwh_of(collected.document("monthly.json"), name).values())
    assert found == pytest.approx(true, rel=1e-5)


def kwh_of(document: Document, name: str) -> dict[datetime, float]:
    """Return a series's energies in a document."""
    return {
        start: point[name].kwh or 0.0 for start, point in document.points.items() if name in point
    }


def test_hours_add_up_to_days(seen: Seen, collected: Installation) -> None:
    """The hours of a day, the day in monthly and the day in yearly have the same energy."""
    weekly, monthly, yearly = (
        collected.document(f"{tier}.json").points for tier in ("weekly", "monthly", "yearly")
    )
    assert len(monthly) == len(yearly) == len(seen.past.days)
    assert monthly == yearly
    day_starts = sorted(monthly)
    for start, end in zip(day_starts, [*day_starts[1:], seen.past.end], strict=True):
        of_day = [point for when, point in weekly.items() if start <= when < end]
        for name in ("power", "solar"):
            hours = fsum(point[name].kwh or 0.0 for point in of_day if name in point)
            assert monthly[start][name].kwh == pytest.approx(hours, abs=1e-5)
        changes = fsum(point["energy"].change or 0.0 for point in of_day if "energy" in point)
        assert monthly[start]["energy"].change == pytest.approx(changes, abs=1e-5)


def test_however_the_runs_fall(seen: Seen, collected: Installation, tmp_path: Path) -> None:
    """One run on the first morning and one now give the days that many runs gave."""
    late = installed(tmp_path, seen.home)
    late.run_well("collect", at=seen.past.start + 20 * MINUTE)
    late.run_well("collect", at=seen.now)
    assert closed_days(late, seen.past) == closed_days(collected, seen.past)
