"""What a tariff costs on a day, beside figures computed by hand, and beside its bills."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies

from powerstats_cli.core.energy.bills import bill
from powerstats_cli.core.energy.day_rates import Kwh, fixed_amount, kwh_rates
from powerstats_cli.core.energy.metering import Energy, Home, Known, Price
from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.energy.tariffs import Days, Term
from powerstats_cli.core.periods import MINUTE, day_span, intervals
from tests.core.energy.tariffing import INDIA, NL, UK, US, at, home, line, one, steps

DAY_OF_SUMMER, DAY_OF_WINTER = date(2026, 7, 3), date(2026, 1, 15)
REGISTERS = {"t1": "import", "t2": "import", "back1": "export"}


def found(
    lines: Iterable[Line],
    day: date,
    where: Home,
    prices: Mapping[str, Sequence[Price]] | None = None,
) -> dict[str, Kwh]:
    """Return each kind of kWh that lines price on a day, by its name."""
    known = Known({}, prices or {}, day_span(day, where.timezone).end)
    return {kwh.of: kwh for kwh in kwh_rates(list(lines), day, REGISTERS, where, known)}


def table(kwh: Kwh) -> dict[tuple[Any, ...], list[float | None]]:
    """Return the rates of each state of a bill, in order of time."""
    return {
        (level.net, level.over, level.to): [rate.rate for rate in level.rates]
        for level in kwh.levels
    }


def test_zones_of_a_day() -> None:
    """The cheap hours begin when clocks show half past midnight, also on a short day."""
    lines = [line(rate={"night": 0.0849975, "rest": 0.2895858})]
    where = home(UK, night="00:30-05:30")
    kwh = found(lines, date(2026, 3, 29), where)["import"]
    [level] = kwh.levels
    hours = [(rate.end - rate.start) / MINUTE / 60 for rate in level.rates]
    assert hours == [0.5, 4.0, 18.5]
    assert [rate.zone for rate in level.rates] == ["", "night", ""]
    assert table(kwh) == {(None, "", None): [0.289586, 0.084998, 0.289586]}


def test_net_metering_with_taxes() -> None:
    """What more comes in than goes out is worth more than what more goes out."""
    net = {"within": "bill"}
    lines = [
        line(name="Low", per="t1", less="back1", rate=0.1189, **net),
        line(name="Left", per="back1", less="t1", rate=0.0125, **net),
        line(name="Fee", per="export", rate=-0.095),
        line(name="Tax", per="import", less="export", rate=0.10154, **net),
        line(name="VAT", percent=21),
    ]
    where = Home(NL, received=frozenset({"export", "back1"}))
    kinds = found(lines, DAY_OF_WINTER, where)
    assert list(kinds) == ["t1", "back1"]
    assert table(kinds["t1"]) == {
        ("in", "", None): [pytest.approx((0.1189 + 0.10154) * 1.21, abs=1e-6)],
        ("out", "", None): [pytest.approx(0.0125 * 1.21, abs=1e-6)],
    }
    assert table(kinds["back1"]) == {
        ("in", "", None): [pytest.approx((0.1189 + 0.10154 - 0.095) * 1.21, abs=1e-6)],
        ("out", "", None): [pytest.approx((0.0125 - 0.095) * 1.21, abs=1e-6)],
    }
    assert kinds["back1"].is_received
    assert kinds["t1"].lines == ["Low", "Left", "Tax", "VAT"]


def test_a_season_with_a_baseline() -> None:
    """The credit of the other season has no block on this day."""
    lines = [
        line(rate={"peak": 0.5224, "rest": 0.3994}),
        line(name="Credit", only="summer", over="bill days",
             blocks=[{"to": 13.5, "rate": -0.0814}, {"rate": 0.0}]),
        line(name="Credit", only="winter", over="bill days",
             blocks=[{"to": 11, "rate": -0.0814}, {"rate": 0.0}]),
    ]  # fmt: skip
    where = home(US, peak="16:00-21:00", summer="Jun-Sep", winter="Oct-May")
    assert table(found(lines, DAY_OF_SUMMER, where)["import"]) == {
        (None, "bill days", 13.5): [0.318, 0.441, 0.318],
        (None, "bill days", None): [0.3994, 0.5224, 0.3994],
    }
    assert list(table(found(lines, DAY_OF_WINTER, where)["import"])) == [
        (None, "bill days", 11.0),
        (None, "bill days", None),
    ]


def test_blocks_with_percents() -> None:
    """Each block costs its rate with the surcharges and the tax on one of them."""
    lines = [
        line(name="Energy", blocks=[{"to": 200, "rate": 3}, {"to": 400, "rate": 4.5}, {"rate": 8}]),
        line(name="Fixed", per="month", rate=50, times=3),
        line(name="PPAC", percent=7.25, of=["Energy", "Fixed"]),
        line(name="Tax", percent=5, of=["Energy", "Fixed", "PPAC"]),
    ]
    kwh = found(lines, DAY_OF_WINTER, home(INDIA))["import"]
    factor = 1 + 0.0725 + 0.05 * 1.0725
    assert list(table(kwh).values()) == [
        [pytest.approx(rate * factor, abs=1e-6)] for rate in (3, 4.5, 8)
    ]
    assert kwh.lines == ["Energy", "PPAC", "Tax"]
    month = Days(date(2026, 1, 1), date(2026, 2, 1))
    assert fixed_amount(lines, month) == pytest.approx(150 * factor)


def test_blocks_over_a_day_and_over_a_bill() -> None:
    """They have no common count: the first kWh is told, and one over all blocks."""
    lines = [
        line(blocks=[{"to": 10, "rate": 1}, {"to": 20, "rate": 2}, {"rate": 3}], over="day"),
        line(blocks=[{"to": 15, "rate": 10}, {"rate": 20}]),
    ]
    assert table(found(lines, DAY_OF_WINTER, home())["import"]) == {
        (None, "", 10): [11.0],
        (None, "", None): [23.0],
    }


def test_a_price_that_lacks_hours() -> None:
    """Unknown stays unknown; the limits hold, and a factor is the price's."""
    start = at(DAY_OF_WINTER, 0)
    lines = [line(price="epex", times=1.1, plus=0.02, most=0.3), line(name="VAT", percent=10)]
    prices = {"epex": steps(start, 60, [0.1, -0.1, 0.5])}
    kwh = found(lines, DAY_OF_WINTER, home(), prices)["import"]
    wanted = [(0.11 + 0.02) * 1.1, (-0.11 + 0.02) * 1.1, 0.33, None]
    assert table(kwh)[None, "", None] == [
        None if rate is None else pytest.approx(rate, abs=1e-6) for rate in wanted
    ]


def test_lines_of_other_days() -> None:
    """A line that ends on a day is not of it, nor is its percent, nor a fixed charge."""
    first, end = date(2026, 1, 1), date(2026, 1, 15)
    lines = [
        line(name="A", rate=0.2, until=end),
        line(name="B", rate=0.3, since=end),
        line(name="Credit", per="day", rate=-36.18, since=end, until=date(2026, 1, 16)),
        line(name="Year", per="year", rate=365),
        line(name="VAT", percent=50, until=end),
    ]
    assert table(found(lines, end, home())["import"]) == {(None, "", None): [0.3]}
    assert table(found(lines, first, home())["import"]) == {(None, "", None): [0.3]}
    assert found(lines, end, home())["import"].lines == ["B"]
    assert fixed_amount(lines, one(end)) == pytest.approx(-35.18)
    assert fixed_amount(lines, Days(first, end)) == pytest.approx(14 * 1.5)
    year = Days(first, date(2027, 1, 1))
    assert fixed_amount(lines, year) == pytest.approx(365 + 14 * 0.5 - 36.18)


# --- beside the bills -----------------------------------------------------------------------------

POOL = [
    line(name="Flat", rate=0.3, times=2),
    line(name="Zones", rate={"peak": 0.5, "low": 0.1, "rest": 0.2}),
    line(name="Peak", rate=0.07, only="peak"),
    line(name="Spot", price="epex", plus=0.02, least=0.0),
    line(name="Sold", per="export", price="epex", times=0.9, plus=-0.01),
    line(name="Fee", per="export", rate=-0.02),
    line(name="Register", per="t1", rate=0.04),
    line(name="Slabs", blocks=[{"to": 50, "rate": 0.4}, {"rate": 0.6}]),
    line(name="VAT", percent=21),
    line(name="Levy", percent=5, of=["Flat", "Spot", "Sold", "VAT"]),
]


@given(
    places=strategies.sets(strategies.sampled_from(range(len(POOL))), min_size=1, max_size=6),
    day=strategies.sampled_from(
        [DAY_OF_WINTER, DAY_OF_SUMMER, date(2026, 3, 29), date(2025, 10, 26), date(2026, 4, 5)]
    ),
    zone=strategies.sampled_from(["Europe/Amsterdam", "Australia/Lord_Howe", "Asia/Kolkata"]),
)
def test_a_bill_of_one_kwh(places: set[int], day: date, zone: str) -> None:
    """A little energy at a time costs on a bill what the first block of its kind says."""
    lines = [POOL[place] for place in sorted(places)]
    where = home(ZoneInfo(zone), peak="Mon-Fri 16:00-21:00", low="00:30-06:15 standard")
    span = day_span(day, where.timezone)
    hours = intervals(day, where.timezone, 60)
    prices = {"epex": [Price(*hour, (at * 37 % 29 - 9) / 100) for at, hour in enumerate(hours)]}
    term = Term("tried", one(day), one(day), day)
    for kwh in found(lines, day, where, prices).values():
        names = {kwh.of, kwh.flow} - {""}
        for rate in kwh.levels[0].rates[::5]:
            used = [Energy(rate.start, rate.start + 15 * MINUTE, 0.001)]
            energy: dict[str, Sequence[Energy]] = dict.fromkeys(names, used)
            known = Known(energy, prices, span.end)
            cost = bill(lines, term, where, known).amount / 0.001
            assert cost * (-1 if kwh.is_received else 1) == pytest.approx(rate.rate, abs=2e-6)
