"""Bills: what holds for all of them, and what is never made into a number."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies
from msgspec.structs import replace

from powerstats_cli.core.energy.bills import Bill, bill, rounded
from powerstats_cli.core.energy.counting import netted_on
from powerstats_cli.core.energy.metering import Energy, Home, Known, Price
from powerstats_cli.core.energy.pricing import netted, pieces
from powerstats_cli.core.energy.tallies import summed
from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.energy.tariffs import Days, Tariff, Term, in_force, term
from powerstats_cli.core.periods import DAY, HOUR, day_span
from tests.core.energy.tariffing import (
    NL,
    after,
    at,
    billed_days,
    home,
    line,
    one,
    slots,
    steps,
)

ZONES: dict[str, Any] = {
    "night": ["Mon-Fri 23:00-07:00", "Sat,Sun"],
    "peak": ["Mon-Fri 17:00-20:15"],
    "winter": ["Oct-Mar"],
}
BY_ZONES = {"night": 0.11, "peak": 0.41, "rest": 0.29}
# Lines whose amount on a day does not depend on other days.
LINEAR = [
    line(name="Flat", rate=0.30),
    line(name="Zones", rate=BY_ZONES),
    line(name="Times", rate=0.1, times=1.05, only="winter"),
    line(name="Spot", price="epex", times=1.02, plus=0.004, most=0.4),
    line(name="Feed-in", per="export", rate=0.08),
    line(name="Netted", less="export", within=60, rate=BY_ZONES),
    line(name="By day", over="day", blocks=[{"to": 5, "rate": 0.2}, {"rate": 0.3}]),
    line(name="Fixed", per="month", rate=6.2),
    line(name="Year", per="year", rate=396.36),
]
# Lines that count on through a bill.
COUNTING = [
    line(name="Bill net", less="export", within="bill", rate=BY_ZONES),
    line(name="Slabs", blocks=[{"to": 40, "rate": 3.0}, {"to": 90, "rate": 4.5}, {"rate": 8.0}]),
    line(name="Whole", whole=True, blocks=[{"to": 50, "rate": 3.0}, {"rate": 4.5}]),
    line(name="Credit", over="bill days", blocks=[{"to": 4, "rate": -0.08}, {"rate": 0}]),
    line(name="Demand", per="kW month", rate=4.0, minutes=60, highest=2, at_least=1.5),
    line(name="Capacity", per="kW year", rate=52.0, minutes=60, months=3),
]
VAT = line(name="VAT", percent=21)
CLOCKS = ["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
FIRSTS = [date(2026, 3, 20), date(2025, 10, 20), date(2026, 3, 1), date(2025, 12, 28)]


def where(timezone: str) -> Home:
    """Return a home with the zones."""
    return home(ZoneInfo(timezone), **ZONES)


def use_of(days: Days, timezone: str, seed: int) -> tuple[dict[str, list[Energy]], list[Price]]:
    """Return a made use of some days in hours, some unknown, and prices of which some are."""
    zone, size = ZoneInfo(timezone), 30

    def kwh(of: int, local: datetime) -> float | None:
        place = local.day * 48 + local.hour * 2 + local.minute // 30
        number = (seed * 7919 + of * 104729 + place * 31337) % 1009
        return None if number % 53 == 0 else number / 700

    found = {
        name: slots(days, zone, size, partial(kwh, of))
        for of, name in enumerate(("import", "export"))
    }
    prices = [
        Price(each.start, each.end, ((each.start.hour * 7 + seed) % 23) / 50 - 0.05)
        for each in slots(days, zone, size, lambda t: None if t.hour == seed % 24 else 1.0)
    ]
    return found, prices


def made(
    lines: Sequence[Line], days: Days, timezone: str, seed: int, period: Days | None = None
) -> Bill:
    """Return the bill of a made use."""
    wide = Days(days.first - 5 * DAY, days.end + 5 * DAY)
    energy, prices = use_of(wide, timezone, seed)
    return billed_days(lines, days, where(timezone), energy, {"epex": prices}, period)


HOMES = {
    "timezone": strategies.sampled_from(CLOCKS),
    "first": strategies.sampled_from(FIRSTS),
    "seed": strategies.integers(0, 500),
}


@settings(max_examples=10, deadline=None)
@given(**HOMES)
def test_days_add_up_to_their_bill(timezone: str, first: date, seed: int) -> None:
    """A bill cut after any of its days is the sum of the days up to it, whatever its lines are."""
    lines, days = [*LINEAR, *COUNTING, VAT], Days(first, first + 14 * DAY)
    whole = made(lines, days, timezone, seed)
    assert whole.amount == pytest.approx(sum(item.tally.amount for item in whole.items))
    energy, prices = use_of(days, timezone, seed)
    zone = ZoneInfo(timezone)
    ran = 1 + seed % 13
    until = day_span(first + ran * DAY, zone).start
    known = [
        billed_days(lines, days, where(timezone), energy, {"epex": prices}, until=end)
        for end in (until, day_span(days.end, zone).start)
    ]
    assert list(known[0].days) == list(known[1].days)[:ran]
    for day, cost in known[0].days.items():
        assert cost == pytest.approx(known[1].days[day])


@settings(max_examples=10, deadline=None)
@given(**HOMES)
def test_zones_add_up_to_the_day(timezone: str, first: date, seed: int) -> None:
    """A day has 23, 23.5, 24, 24.5 or 25 hours, and each kWh lies in one zone."""
    for day in Days(first, first + 14 * DAY):
        found = made([line(rate=BY_ZONES)], one(day), timezone, seed).items[0].tally
        energy, _ = use_of(one(day), timezone, seed)
        total = sum(stretch.kwh for stretch in energy["import"])
        assert sum(kwh for kwh, _ in found.parts.values()) == pytest.approx(total)
        assert found.quantity == pytest.approx(total)
        assert found.amount == pytest.approx(
            sum(kwh * BY_ZONES[zone] for zone, (kwh, _) in found.parts.items())
        )


@settings(max_examples=10, deadline=None)
@given(**HOMES, after_days=strategies.integers(1, 13))
def test_a_tariff_that_is_split_at_a_date(
    timezone: str, first: date, seed: int, after_days: int
) -> None:
    """The two halves cost what the whole does, as lines with dates and as two tariffs."""
    days, change = Days(first, first + 14 * DAY), first + after_days * DAY
    whole = made([*LINEAR, VAT], days, timezone, seed)
    dated = [
        each
        for single in LINEAR
        for each in (replace(single, until=change), replace(single, since=change))
    ]
    assert made([*dated, VAT], days, timezone, seed).amount == pytest.approx(whole.amount)
    halves = [
        made([*LINEAR, VAT], half, timezone, seed, days)
        for half in (Days(first, change), Days(change, days.end))
    ]
    for half in halves:
        for day, cost in half.days.items():
            assert cost == pytest.approx(whole.days[day])


@settings(max_examples=8, deadline=None)
@given(**HOMES, percent=strategies.floats(-50, 50))
def test_a_percent_is_linear(timezone: str, first: date, seed: int, percent: float) -> None:
    """It is that share of the lines above it, by the kWh and not, and of no line below it."""
    days = Days(first, first + 5 * DAY)
    lines = [*LINEAR, *COUNTING]
    plain = made(lines, days, timezone, seed)
    taxed = made([*lines, line(name="VAT", percent=percent)], days, timezone, seed)
    for day, cost in taxed.days.items():
        for now, before in zip(cost, plain.days[day], strict=True):
            assert now == pytest.approx(before * (1 + percent / 100), abs=1e-9)
    above = made([line(name="VAT", percent=percent), *lines], days, timezone, seed)
    assert above.amount == pytest.approx(plain.amount)


@settings(max_examples=8, deadline=None)
@given(**HOMES, data=strategies.data())
def test_the_order_of_independent_lines(
    timezone: str, first: date, seed: int, data: strategies.DataObject
) -> None:
    """A percent that names its lines may stand anywhere."""
    days = Days(first, first + 5 * DAY)
    named = line(name="Tax", percent=7, of=["Zones", "Slabs", "Fixed", "Levy"])
    lines = [*LINEAR, *COUNTING, named, line(name="Levy", percent=3, of=["Spot"])]
    shuffled = data.draw(strategies.permutations(lines))
    one_way, other = (made(each, days, timezone, seed) for each in (lines, shuffled))
    assert one_way.amount == pytest.approx(other.amount)
    assert one_way.known == other.known
    amounts = [{item.name: item.tally.amount for item in each.items} for each in (one_way, other)]
    assert amounts[0] == pytest.approx(amounts[1])


# --- unknown --------------------------------------------------------------------------------------

WINTER_DAY = date(2026, 1, 14)
MIDNIGHT = at(WINTER_DAY, 0)


def of_day(lines: Line | Sequence[Line], **known: Any) -> Bill:
    """Return a day's bill."""
    prices = known.pop("prices", {})
    return billed_days(lines, one(WINTER_DAY), home(**ZONES), known, prices)


IN, OUT = [after(MIDNIGHT + 10 * HOUR, 60, 2.0)], [after(MIDNIGHT + 10 * HOUR, 60, 0.5)]
HALF_KNOWN = {"epex": steps(MIDNIGHT + 10 * HOUR, 30, [0.2])}
LONG = [after(MIDNIGHT + 6 * HOUR, 120, 2.0)]


@pytest.mark.parametrize(
    ("lines", "known", "amount", "unpriced", "split"),
    [
        (line(price="epex"), {"import": IN}, 0.0, 2.0, 0.0),
        (line(price="epex"), {"import": IN, "prices": HALF_KNOWN}, 0.2, 1.0, 1.0),
        (line(price="epex", least=0.0), {"import": IN}, 0.0, 2.0, 0.0),
        (line(rate=BY_ZONES), {"import": LONG}, 0.0, 2.0, 0.0),
        (line(rate={"night": 0.2, "rest": 0.2}), {"import": LONG}, 0.4, 0.0, 0.0),
        (line(rate=0.2, only="night"), {"import": LONG}, 0.0, 2.0, 0.0),
        (line(rate=0.2, only="peak"), {"import": LONG}, 0.0, 0.0, 0.0),
        (line(rate=0.2), {"import": LONG}, 0.4, 0.0, 0.0),
        (line(rate=0.2, less="export", within=60), {"import": IN}, 0.0, 2.0, 0.0),
        (line(rate=0.2, less="export", within=60), {"import": IN, "export": OUT}, 0.3, 0.0, 0.0),
        (line(rate=0.2, less="export", within=60), {"import": LONG, "export": OUT}, 0.0, 2.0, 0.0),
        (
            line(rate=0.2, less="export", within=30),
            {"import": IN, "export": OUT},
            0.3,
            0.0,
            1.5,
        ),
        (
            line(over="day", only="night", blocks=[{"rate": 0.5}]),
            {"import": LONG},
            0.0,
            2.0,
            0.0,
        ),
        (line(per="kW month", rate=31.0, minutes=30), {"import": IN}, 0.0, 0.0, 0.0),
        (line(per="kW month", rate=31.0, minutes=60), {"import": IN}, 2.0, 0.0, 0.0),
        (line(rate=0.2), {}, 0.0, 0.0, 0.0),
    ],
)
def test_what_has_no_amount(
    lines: Line, known: dict[str, Any], amount: float, unpriced: float, split: float
) -> None:
    """Energy that cannot be priced is told in kWh, and what was divided, too."""
    found = of_day(lines, **known)
    assert (found.amount, found.unpriced, found.split) == pytest.approx((amount, unpriced, split))


def test_a_step_over_midnight_is_of_the_day_on_which_it_ends() -> None:
    """A flat rate prices all of it, though another bill has the day on which it began."""
    step = [after(MIDNIGHT - 3 * HOUR, 300, 5.0)]
    days = Days(WINTER_DAY, WINTER_DAY + DAY)
    known = Known({"import": step}, {}, MIDNIGHT + DAY)
    since = WINTER_DAY - 30 * DAY
    found = bill([line(rate=0.2)], Term("", days, days, since), home(), known)
    assert found.amount == pytest.approx(1.0)
    began = Term("", days, days, WINTER_DAY)
    assert bill([line(rate=0.2)], began, home(), known).unpriced == 5.0


@pytest.mark.parametrize(
    ("lines", "known", "share"),
    [
        (line(rate=0.2), {"import": [after(MIDNIGHT, 720, 1.0)]}, 0.5),
        (line(rate=0.2), {"import": [after(MIDNIGHT, 1440, 1.0, 0.25)]}, 0.25),
        (line(price="epex"), {"import": [after(MIDNIGHT, 1440, 1.0)]}, 0.0),
        (
            line(price="epex"),
            {
                "import": [after(MIDNIGHT, 720, 1.0)],
                "prices": {"epex": steps(MIDNIGHT + 6 * HOUR, 60, [1] * 9)},
            },
            0.25,
        ),
        (
            line(rate=1.0, less="export", within="bill"),
            {
                "import": [after(MIDNIGHT, 720, 1.0)],
                "export": [after(MIDNIGHT + 12 * HOUR, 60, 1.0)],
            },
            0.0,
        ),
        (line(per="day", rate=1.0), {}, 1.0),
        (line(rate=0.2, until=WINTER_DAY), {}, 1.0),
    ],
)
def test_how_much_is_known(lines: Line, known: dict[str, Any], share: float) -> None:
    """The share of the time in which all that the lines of the day use is known."""
    assert of_day(lines, **known).known == pytest.approx(share)


def test_a_running_bill() -> None:
    """A day costs its fixed charge as soon as it has begun, and the time to come is not unknown."""
    days = Days(date(2026, 1, 1), date(2026, 2, 1))
    until = MIDNIGHT + 6 * HOUR
    use = [each for each in slots(days, NL, 60, lambda _: 1.0) if each.end <= until]
    found = billed_days(line(per="day", rate=1.0), days, home(), use, until=until)
    assert (len(found.days), found.amount, found.known) == (14, 14.0, 1.0)
    credit = line(over="bill days", blocks=[{"to": 1, "rate": 1.0}, {"rate": 0.0}])
    assert billed_days(credit, days, home(), use, until=until).amount == pytest.approx(31.0)


def test_two_seasons_on_one_bill() -> None:
    """Each has the kWh per day of its own days."""
    days = Days(date(2026, 5, 13), date(2026, 6, 13))
    use = slots(days, NL, 60, lambda _: 1.0)
    lines = [
        line(name=name, only=name, over="bill days", blocks=[{"to": to, "rate": 1}, {"rate": 0}])
        for name, to in (("summer", 10), ("winter", 11))
    ]
    found = billed_days(lines, days, home(summer="Jun-Sep", winter="Oct-May"), use)
    assert [item.tally.amount for item in found.items] == pytest.approx([12 * 10, 19 * 11])


# --- lines of one name ----------------------------------------------------------------------------


def test_lines_of_one_name_are_one() -> None:
    """They are rounded together, and the total is the sum of what is shown."""
    lines = [line(name="A", rate=0.004), line(name="B", rate=0.004), line(name="A", rate=0.004)]
    found = of_day(lines, **{"import": [after(MIDNIGHT, 60, 1.0)]})
    assert [item.name for item in found.items] == ["A", "B"]
    assert found.total() == 0.01
    assert found.total(3) == 0.012


@pytest.mark.parametrize(
    ("amount", "decimals", "expected"),
    [(0.125, 2, 0.13), (-0.125, 2, -0.13), (2.675, 2, 2.68), (0.5, 0, 1.0), (1.0005, 3, 1.001)],
)
def test_half_away_from_zero(amount: float, decimals: int, expected: float) -> None:
    """Rounding is of the decimal form."""
    assert rounded(amount, decimals) == expected


def test_days_without_a_tariff() -> None:
    """There is no bill for them."""
    timeline = in_force({"a": Tariff(since=date(2026, 1, 5), until=date(2026, 1, 9))})
    found = [term(timeline, date(2026, 1, 1), 1, date(2026, 1, day)) for day in (4, 5, 8, 9)]
    assert [each is not None for each in found] == [False, True, True, False]


# --- a demand without a peak ----------------------------------------------------------------------

SPRING = Days(date(2026, 2, 15), date(2026, 3, 15))
FIRST_HALF, SECOND_HALF = Days(SPRING.first, date(2026, 3, 1)), Days(date(2026, 3, 1), SPRING.end)
JANUARY = one(date(2026, 1, 20))


@pytest.mark.parametrize(
    ("keys", "used", "minutes", "amount", "kw", "lacking", "known"),
    [
        ({}, [SPRING], 60, 2.0, 2.0, 0, 1.0),
        ({}, [], 60, 0.0, 0.0, 28, 0.0),
        ({"at_least": 2.5}, [], 60, 0.0, 0.0, 28, 0.0),
        ({"at_least": 2.5}, [SPRING], 60, 2.5, 2.5, 0, 1.0),
        ({}, [FIRST_HALF], 60, 1.0, 2.0, 14, 0.5),
        ({}, [SECOND_HALF], 60, 1.0, 2.0, 14, 0.5),
        ({"months": 2}, [FIRST_HALF], 60, 2.0, 2.0, 0, 0.5),
        ({"months": 2}, [SECOND_HALF], 60, 1.0, 2.0, 14, 0.5),
        ({"months": 2}, [JANUARY], 60, 1.0, 2.0, 14, 0.0),
        ({"months": 3}, [JANUARY], 60, 2.0, 2.0, 0, 0.0),
        ({"minutes": 15}, [SPRING], 60, 0.0, 0.0, 28, 0.0),
        ({"minutes": 15}, [SPRING], 15, 2.0, 2.0, 0, 1.0),
    ],
)
def test_a_demand_of_which_no_peak_is_known(
    keys: dict[str, Any],
    used: Sequence[Days],
    minutes: int,
    amount: float,
    kw: float,
    lacking: int,
    known: float,
) -> None:
    """Such a day has no amount and counts as unknown; other lines of the day are priced."""
    rate = 1 / len(SPRING)
    size = minutes / 60
    use = [each for days in used for each in slots(days, NL, minutes, lambda _: 2.0 * size)]
    lines = [line(per="kW day", **{"minutes": 60, "rate": rate, **keys}), line(name="Use", rate=1)]
    found = billed_days(lines, SPRING, home(), use)
    demand, energy = found.items
    tally = demand.tally
    assert (tally.amount, tally.quantity) == pytest.approx((amount, kw))
    assert (tally.lacking, tally.is_unknown) == (lacking, not kw)
    assert found.known == pytest.approx(known, abs=1e-3)
    in_it = [each for each in use if SPRING.first <= each.start.astimezone(NL).date()]
    assert energy.tally.amount == pytest.approx(sum(each.kwh for each in in_it))
    assert found.amount == pytest.approx(amount + energy.tally.amount)


# --- many stretches at once -----------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(
    **HOMES,
    size=strategies.sampled_from([15, 30, 60]),
    within=strategies.sampled_from([15, 30, 60]),
)
def test_netting_of_a_day_that_is_wholly_known(
    timezone: str, first: date, seed: int, size: int, within: int
) -> None:
    """All windows at once are what each is by itself, with zones, prices and clock changes."""
    zone, days = ZoneInfo(timezone), Days(first, first + 12 * DAY)

    def kwh(of: int, local: datetime) -> float:
        place = local.day * 96 + local.hour * 4 + local.minute // 15
        return (seed * 7919 + of * 104729 + place * 31337) % 1009 / 700

    energy = {
        name: slots(days, zone, size, partial(kwh, of))
        for of, name in enumerate(("import", "export"))
    }
    prices = [
        Price(each.start, each.end, (each.start.hour * 7 + each.start.minute + seed) % 23 / 50)
        for each in slots(days, zone, 15, lambda _: 1.0)
    ]
    known = Known(energy, {"epex": prices}, day_span(days.end, zone).start)
    tried = [
        line(less="export", within=within, rate=BY_ZONES),
        line(less="export", within=within, rate=0.3),
        line(less="export", within=within, price="epex", most=0.3),
        line(less="export", within=within, rate=0.3, only="peak"),
    ]
    for each in tried:
        for day in days:
            parts = pieces(each, day, where(timezone), known)
            slow = summed(netted(each, day, parts, where(timezone), known))
            quick = summed(netted_on(each, day, where(timezone), known))
            assert quick[:4] == pytest.approx(slow[:4], abs=1e-9)
