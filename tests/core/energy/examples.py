"""The homes and bills of the worked examples of what energy costs."""

from collections.abc import Mapping
from datetime import date, timedelta
from math import isnan, nan
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.energy.bills import Bill, bill
from powerstats_cli.core.energy.demand import running
from powerstats_cli.core.energy.metering import Known, Price, billed, without_sun
from powerstats_cli.core.energy.tariffs import Days, Term, in_force, period, term
from powerstats_cli.core.energy.tariffs import Tariff as Written
from powerstats_cli.core.history import History
from powerstats_cli.core.periods import DAY, MINUTE, day_span, micros
from powerstats_cli.core.prices import aligned
from tests.core.energy.tariffing import (
    INDIA,
    NL,
    UK,
    US,
    after,
    at,
    billed_days,
    home,
    line,
    one,
    slots,
    steps,
)

DAY_OF_WINTER = date(2026, 1, 14)
NOON = at(date(2026, 5, 3), 13)
NIGHT = home(night="00:00-07:00")
TWO_RATES = line(rate={"night": 0.20, "rest": 0.30})
DUAL = home(holidays=[date(2026, 4, 27)], low=["Mon-Fri 23:00-07:00", "Sat,Sun,PH"])
DUAL_RATES = line(rate={"low": 0.2209, "rest": 0.2509})
SLABS = [
    {"to": 200, "rate": 3.0},
    {"to": 400, "rate": 4.5},
    {"to": 800, "rate": 6.5},
    {"to": 1200, "rate": 7.0},
    {"rate": 8.0},
]


def even(day: date, kwh: float, lines: Any, where: Any = NIGHT, minutes: int = 60) -> Bill:
    """Return the bill of a day on which each slot has the same energy."""
    return billed_days(
        lines, one(day), where, slots(one(day), where.timezone, minutes, lambda _: kwh)
    )


def hour(lines: Any, kwh: Mapping[str, float], price: float | None = None) -> Bill:
    """Return the bill of a day of which one hour is known."""
    energy = {name: [after(NOON, 60, each)] for name, each in kwh.items()}
    prices = {} if price is None else {"epex": [Price(NOON, NOON + 60 * MINUTE, price)]}
    return billed_days(lines, one(date(2026, 5, 3)), home(), energy, prices)


def summer_clock() -> Bill:
    """M04: a meter whose clock does not know summer."""
    use = slots(
        one(date(2026, 7, 1)), UK, 30, lambda t: float((t.hour, t.minute) in {(0, 30), (8, 0)})
    )
    lines = line(rate={"e7": 0.15, "rest": 0.30})
    return billed_days(lines, one(date(2026, 7, 1)), home(UK, e7="00:30-07:30 standard"), use)


def change_of_tariff() -> float:
    """M08: the month's bill is two, each to the change."""
    tariffs = {
        "old": Written(
            since=date(2025, 1, 1), lines=(line(rate=0.28), line(per="month", rate=6.20))
        ),
        "new": Written(
            since=date(2025, 7, 15), lines=(line(rate=0.31), line(per="month", rate=7.75))
        ),
    }
    timeline = in_force(tariffs)
    days = Days(date(2025, 7, 1), date(2025, 8, 1))
    known = Known({"import": slots(days, NL, 60, lambda _: 10 / 24)}, {}, at(date(2025, 9, 1), 0))
    total = 0.0
    for day in (date(2025, 7, 3), date(2025, 7, 20)):
        found = term(timeline, date(2025, 1, 1), 1, day)
        assert found is not None
        total += bill(tariffs[found.tariff].lines, found, home(), known).amount
    return total


def twelve_after_195() -> float:
    """M09: what the second day of a bill costs."""
    days = Days(date(2026, 1, 1), date(2026, 1, 3))
    use = slots(days, NL, 60, lambda t: (195 if t.day == 1 else 12) / 24)
    return billed_days(line(blocks=SLABS), days, home(), use).days[date(2026, 1, 2)].amount


def month_of_slabs() -> float:
    """M10: a bill from the 15th."""
    days = period(date(2025, 1, 15), 1, date(2025, 12, 1))
    assert days == Days(date(2025, 11, 15), date(2025, 12, 15))
    use = slots(days, INDIA, 60, lambda _: 14 / 24)
    return billed_days(line(blocks=SLABS), days, home(INDIA), use).amount


def blocks_by_day() -> float:
    """M11: blocks of a day."""
    days = Days(date(2026, 1, 5), date(2026, 1, 7))
    use = slots(days, NL, 60, lambda t: (20 if t.day == 5 else 10) / 24)
    lines = line(over="day", blocks=[{"to": 15, "rate": 0.22}, {"rate": 0.30}])
    return billed_days(lines, days, home(), use).amount


def baseline_credit() -> Bill:
    """M12: kWh per day of the bill."""
    days = Days(date(2026, 6, 13), date(2026, 7, 13))
    use = slots(days, US, 60, lambda _: 500 / 720)
    blocks = [{"to": 13.5, "rate": -0.0814}, {"rate": 0.0}]
    lines = line(only="summer", over="bill days", blocks=blocks)
    return billed_days(lines, days, home(US, summer="Jun-Sep"), use)


def part_of_a_day() -> Bill:
    """M18: 18 of 24 hours."""
    use = slots(one(DAY_OF_WINTER), UK, 60, lambda t: 0.5 if t.hour < 18 else None)
    lines = [line(rate=0.25), line(name="Standing", per="day", rate=0.5437)]
    return billed_days(lines, one(DAY_OF_WINTER), home(UK), use)


def divided_bucket() -> Bill:
    """M19: a price that changes inside a bucket."""
    use = [after(at(DAY_OF_WINTER, 10, 10), 10, 0.12)]
    prices = {"epex": steps(at(DAY_OF_WINTER, 10), 15, [0.10, 0.20])}
    return billed_days(line(price="epex"), one(DAY_OF_WINTER), home(), use, prices)


def on_the_grid(states: list[tuple[float, float | None]]) -> list[tuple[float, float]]:
    """Return a price's changes on its grid of a quarter-hour, in minutes from 10:00."""
    start = at(DAY_OF_WINTER, 10)
    history = History()
    for minutes, value in states:
        history.append(micros(start + timedelta(minutes=minutes)), nan if value is None else value)
    found = aligned(history, 15 * 60_000_000, 3_600_000_000, micros(start))
    return [
        ((time - micros(start)) / 60_000_000, value)
        for time, value in zip(found.times, found.values, strict=True)
    ]


def off_the_grid() -> float:
    """M20: the sensor is late and early."""
    found = on_the_grid([(0.1, 1.0), (59.97, 2.0), (120.2, 3.0)])
    return sum(
        abs(minutes - wanted) for (minutes, _), wanted in zip(found, [0, 60, 120], strict=True)
    )


def unknown_minutes(until: float) -> float:
    """M21: the sensor is away from 10:03 on."""
    found = on_the_grid([(0, 1.0), (3, None), (until, 1.5)])
    ends = [minutes for minutes, _ in found[1:]]
    return sum(
        end - minutes for (minutes, value), end in zip(found, ends, strict=False) if isnan(value)
    )


def by_the_mean(minutes: int) -> float:
    """M22: quarter-hours that are billed at the hour's mean."""
    prices = list(billed(steps(NOON, 15, [0.10, 0.12, 0.16, 0.22]), minutes, NL))
    use = [after(NOON + number * 15 * MINUTE, 15, number // 2) for number in range(4)]
    return billed_days(
        line(price="epex"), one(date(2026, 5, 3)), home(), use, {"epex": prices}
    ).amount


def missing_price() -> Bill:
    """M23: an hour without a price."""
    start = at(DAY_OF_WINTER, 0)
    prices = [*steps(start, 60, [0.1] * 7), *steps(start + 480 * MINUTE, 60, [0.1] * 16)]
    use = slots(one(DAY_OF_WINTER), NL, 60, lambda _: 0.8)
    return billed_days(line(price="epex"), one(DAY_OF_WINTER), home(), use, {"epex": prices})


MONTHLY = (4.1, 3.3, 2.9, 2.2, 1.9, 2.6, 2.4, 3.0, 3.7, 4.4, 4.8)


def capacity() -> tuple[float, float]:
    """M24: the kW and the amount of January 2026."""
    peaks = {date(2025, 2 + number, 3): kw for number, kw in enumerate(MONTHLY)}
    peaks[date(2026, 1, 1)] = 4.86
    lines = line(per="kW year", rate=52.3679, minutes=15, months=12, at_least=2.5)
    days = Days(date(2026, 1, 1), date(2026, 2, 1))
    return list(running(lines, days, peaks))[-1]


def three_highest() -> tuple[float, float]:
    """M26: the mean of the three highest days' peaks."""
    peaks = {date(2026, 1, 5): 5.1, date(2026, 1, 6): 5.6, date(2026, 1, 7): 3.5}
    lines = line(per="kW month", rate=81.25, highest=3)
    return list(running(lines, Days(date(2026, 1, 1), date(2026, 2, 1)), peaks))[-1]


def netted_hour(**keys: Any) -> float:
    """M27: an hour whose halves go opposite ways."""
    quarters = [NOON + number * 15 * MINUTE for number in range(4)]
    energy = {
        "import": [
            after(start, 15, kwh) for start, kwh in zip(quarters, (2, 1, 0, 0), strict=True)
        ],
        "export": [
            after(start, 15, kwh) for start, kwh in zip(quarters, (0, 0, 0.6, 0.4), strict=True)
        ],
    }
    madrid = home(ZoneInfo("Europe/Madrid"))
    return billed_days(line(rate=0.20, **keys), one(date(2026, 5, 3)), madrid, energy).amount


def returned(lines: Any) -> Bill:
    """M30: a counter whose step lies across unknown hours."""
    use = [after(at(DAY_OF_WINTER, 5), 190, 2.0)]
    return billed_days(lines, one(DAY_OF_WINTER), NIGHT, use)


def half_slot() -> Bill:
    """M35: a zone that begins inside a slot."""
    where = home(ht="Jan-Mar,Oct-Dec 18:15-21:15")
    lines = line(rate={"ht": 0.40, "rest": 0.20})
    return billed_days(lines, one(DAY_OF_WINTER), where, [after(at(DAY_OF_WINTER, 18), 60, 1.2)])


def short_night() -> float:
    """M36: the night on which clocks go forward."""
    days = one(date(2026, 3, 29))
    use = slots(days, UK, 30, lambda t: 3.5 if (0, 30) <= (t.hour, t.minute) < (5, 30) else 0.25)
    lines = line(rate={"night": 0.0849975, "rest": 0.2895858})
    return billed_days(lines, days, home(UK, night="00:30-05:30"), use).amount


def delhi() -> float:
    """M38: surcharges on both, a tax on both and the first surcharge."""
    days = Days(date(2025, 11, 15), date(2025, 12, 15))
    both = ["Energy", "Fixed"]
    lines = [
        line(name="Energy", blocks=SLABS),
        line(name="Fixed", per="day", rate=5.0),
        line(name="PPAC", percent=7.25, of=both),
        line(name="Surcharge", percent=8, of=both),
        line(name="Pension", percent=7, of=both),
        line(name="Tax", percent=5, of=[*both, "PPAC"]),
    ]
    use = slots(days, INDIA, 60, lambda _: 450 / 720)
    return billed_days(lines, days, home(INDIA), use).total()


def broken_record() -> float:
    """M39: the day that breaks a record costs more for the days before it."""
    days = Days(date(2026, 1, 1), date(2026, 1, 11))
    peaks = {day: 4.8 if day.day == 10 else 3.0 for day in days}
    amounts = [amount for _, amount in running(line(per="kW month", rate=4.0), days, peaks)]
    return amounts[-1] - amounts[-2]


def saved() -> float:
    """M40: without sun and battery the house imports all, and exports nothing."""
    kwh = {"import": 4.2, "export": 6.1, "house": 10.2}
    known = Known({name: [after(NOON, 60, each)] for name, each in kwh.items()}, {}, NOON + DAY)
    days = one(date(2026, 5, 3))
    lines = [line(rate=0.30), line(per="export", rate=0.0786)]
    with_sun, without = (
        bill(lines, Term("", days, days, days.first), home(), each).amount
        for each in (known, without_sun(known))
    )
    assert without == pytest.approx(3.06)
    return without - with_sun


def short_bill() -> float:
    """M41: the first bill has two days of the period's 31."""
    written = {"delhi": Written(since=date(2025, 11, 13), lines=(line(blocks=SLABS),))}
    found = term(in_force(written), date(2025, 1, 15), 1, date(2025, 11, 13))
    assert found is not None
    assert (len(found.days), len(found.period)) == (2, 31)
    use = slots(found.days, INDIA, 60, lambda _: 15 / 24)
    known = Known({"import": use}, {}, day_span(date(2025, 12, 1), INDIA).start)
    return bill(written["delhi"].lines, found, home(INDIA), known).amount


def year(lines: Any) -> float:
    """M28: what came in and went out in a year."""
    return hour(lines, {"import": 2800.0, "export": 3200.0}).amount
