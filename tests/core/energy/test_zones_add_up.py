"""Zones add up to the day, however long it is: in time, in energy and in money."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, strategies

from powerstats_cli.core.energy.metering import Energy, Known
from powerstats_cli.core.energy.overlaps import overlap
from powerstats_cli.core.energy.pricing import pieces
from powerstats_cli.core.periods import HOUR, MINUTE, day_span
from tests.core.energy.tariffing import billed_days, home, line, one

HOLIDAYS = [date(2026, 4, 27), date(2026, 3, 29), date(2025, 10, 26)]
RULES = {
    "night": "23:00-07:00",
    "half": "00:30-05:30",
    "quarter": "18:15-21:15",
    "twice": "01:45-02:15",
    "peak": "Mon-Fri,-PH 16:00-21:00",
    "free": "Sat,Sun,PH 08:00-16:00",
    "summer": "Apr15-Oct14 11:30-13:00",
    "winter": "Oct15-Apr14 11:00-13:30",
    "economy": "00:30-07:30 standard",
    "last": "21:15-24:00",
}
# Clocks go forward and back at 2, at 3, at midnight, by half an hour, by two hours, and never.
DAYS = {
    "Europe/Amsterdam": [date(2026, 3, 29), date(2025, 10, 26)],
    "America/New_York": [date(2026, 3, 8), date(2025, 11, 2)],
    "America/St_Johns": [date(2026, 3, 8), date(2025, 11, 2)],
    "Australia/Lord_Howe": [date(2026, 10, 4), date(2026, 4, 5)],
    "Africa/Cairo": [date(2026, 4, 24), date(2025, 10, 30), date(2025, 10, 31)],
    "Antarctica/Troll": [date(2026, 3, 29), date(2025, 10, 26)],
    "Asia/Kolkata": [date(2026, 4, 27)],
    "Asia/Kathmandu": [date(2026, 4, 28)],
}
FIVE = 5 * MINUTE


@strategies.composite
def places(draw: strategies.DrawFn) -> tuple[ZoneInfo, date]:
    """Return a time zone and a day, often one on which clocks change there."""
    name = draw(strategies.sampled_from(sorted(DAYS)))
    usual = strategies.dates(date(2025, 1, 1), date(2026, 12, 31))
    return ZoneInfo(name), draw(strategies.sampled_from(DAYS[name]) | usual)


@given(
    place=places(),
    names=strategies.lists(strategies.sampled_from(sorted(RULES)), max_size=4, unique=True),
)
def test_zones_tile_a_day(place: tuple[ZoneInfo, date], names: list[str]) -> None:
    """Each instant of a day is in one zone or in the rest, and energy and money add up alike."""
    timezone, day = place
    where = home(timezone, HOLIDAYS, **{name: RULES[name] for name in names})
    for first, other in combinations(names, 2):
        zones = where.zones[first], where.zones[other]
        assume(overlap(*zones, date(2025, 1, 1), timezone, where.is_holiday) is None)
    span = day_span(day, timezone)
    rates = {name: 0.1 * number for number, name in enumerate(names, 1)} | {"rest": 1.0}
    found = pieces(line(rate=rates), day, where, Known({}, {}, span.end))
    assert (found[0].start, found[-1].end) == span
    assert all(before.end == after.start for before, after in pairwise(found))
    lengths: Counter[str] = Counter()
    for piece in found:
        lengths[piece.zone or ""] += (piece.end - piece.start) // MINUTE
    assert sum(lengths.values()) * MINUTE == span.length

    use = _fives(day, timezone)
    whole = billed_days(line(rate=rates), one(day), where, use)
    [item] = whole.items
    assert sum(kwh for kwh, _ in item.tally.parts.values()) == pytest.approx(span.length / HOUR)
    assert whole.amount == pytest.approx(sum(lengths[name] / 60 * rates[name] for name in lengths))
    for name in names:
        alone = billed_days(line(rate=2.0, only=name), one(day), where, use)
        assert alone.amount == pytest.approx(lengths[name] / 60 * 2.0)
        assert alone.split == 0


def _fives(day: date, timezone: ZoneInfo) -> Sequence[Energy]:
    """Return a kW all day, in stretches of five minutes."""
    start, end = day_span(day, timezone)
    stretches = []
    while start < end:
        stretches.append(Energy(start, start + FIVE, FIVE / HOUR))
        start += FIVE
    return stretches


@pytest.mark.parametrize(
    ("timezone", "day", "hours", "zones"),
    [
        ("Europe/Amsterdam", date(2026, 3, 29), 23, {"half": 4, "night": 7, "twice": 0.25}),
        ("Europe/Amsterdam", date(2025, 10, 26), 25, {"half": 6, "night": 9, "twice": 0.75}),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5,
         {"half": 4.5, "night": 7.5, "twice": 0.25}),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5, {"half": 5.5, "night": 8.5, "twice": 0.75}),
        ("Africa/Cairo", date(2026, 4, 24), 23, {"half": 4.5, "night": 7, "last": 2.75}),
        ("Africa/Cairo", date(2025, 10, 30), 25, {"half": 5, "last": 3.75}),
        ("Antarctica/Troll", date(2026, 3, 29), 22, {"half": 3, "night": 6}),
        ("Antarctica/Troll", date(2025, 10, 26), 26, {"half": 7, "night": 10}),
        ("Asia/Kolkata", date(2026, 4, 28), 24, {"half": 5, "quarter": 3, "peak": 5}),
        ("Asia/Kolkata", date(2026, 4, 27), 24, {"free": 8, "peak": 0}),
    ],
)  # fmt: skip
def test_days_by_hand(timezone: str, day: date, hours: float, zones: dict[str, float]) -> None:
    """The hours of zones on days on which clocks change, counted by hand."""
    zone = ZoneInfo(timezone)
    where = home(zone, HOLIDAYS, **RULES)
    span = day_span(day, zone)
    assert span.length == timedelta(hours=hours)
    for name, expected in zones.items():
        rates = {name: 1.0, "rest": 0.0}
        bill = billed_days(line(rate=rates), one(day), where, _fives(day, zone))
        assert bill.amount == pytest.approx(expected), name
