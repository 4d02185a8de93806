"""What the files know of a day as stretches of energy and prices: which of them is taken."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from powerstats_cli.core.buckets import Value
from powerstats_cli.core.documents import Document, Point, bucket_name
from powerstats_cli.core.energy.flows import planned
from powerstats_cli.core.energy.ledger import LedgerDay, Slots, Steps
from powerstats_cli.core.energy.ledger_days import Tariffing
from powerstats_cli.core.energy.metering import Known
from powerstats_cli.core.energy.roles import Roles
from powerstats_cli.core.energy.supply import Stored, Supply, Wanted
from powerstats_cli.core.energy.tariffs import Days
from powerstats_cli.core.periods import DAY, HOUR, day_span, intervals
from powerstats_cli.core.series import Kind
from tests.core.energy.tariffing import line

ZONE = ZoneInfo("Europe/Amsterdam")
MONDAY, LONG_DAY = date(2026, 1, 12), date(2025, 10, 26)
POWER, COUNTER = Kind("W", "measurement"), Kind("kWh", "total_increasing")
KINDS = {"grid": POWER, "sun": POWER, "t1": COUNTER, "t2": COUNTER, "gas": Kind("m³", "total")}
BOTH_WAYS = Roles.written({"grid": ["grid"], "solar": ["sun"]}, {})
TURNED = Roles.written({"grid": ["-grid"], "solar": ["sun"]}, {})
COUNTERS = Roles.written({"import": ["t1", "t2"]}, {})


def counted(change: float, coverage: float = 1.0) -> Value:
    """Return a counter's value."""
    return Value(change=change, state=1.0, coverage=coverage)


def powered(kwh: float, back: float = 0.0, coverage: float = 1.0) -> Value:
    """Return a power's value that went one way or both."""
    low = -1.0 if back else 0.0
    return Value(mean=0.0, min=low, max=1.0, kwh=kwh, back=back or None, coverage=coverage)


def buckets_of(day: date, point: Point, minutes: int = 60, first: int = 0) -> Document:
    """Return a day's buckets, all alike, from a number of them on."""
    spans = intervals(day, ZONE, minutes)[first:]
    return Document(
        tier="daily",
        timezone=ZONE.key,
        bucket=bucket_name(minutes),
        last_update=spans[-1].end,
        day=day,
        points={span.start: dict(point) for span in spans},
    )


def known_of(
    names: Sequence[str], stored: Sequence[Stored], roles: Roles = COUNTERS, **prices: Tariffing
) -> Known:
    """Return what is known of some flows and prices from the last of some days on."""
    first, last = stored[0].day, stored[-1].day
    supply = Supply(ZONE, planned(roles, KINDS), KINDS, prices, day_span(last, ZONE).end)
    wanted = Wanted(dict.fromkeys(names, last), dict.fromkeys(prices, last))
    return supply.known(wanted, stored, dict.fromkeys(names, first))


def sums(known: Known, name: str) -> tuple[int, float, float]:
    """Return how many stretches a flow has, their kWh, and the known hours in them."""
    some = known.energy[name]
    hours = sum((each.end - each.start) / HOUR * each.coverage for each in some)
    return len(some), round(sum(each.kwh for each in some), 6), round(hours, 6)


def day_slots(minutes: int = 60, wh: int = 100, **more: Any) -> Slots:
    """Return the slots of a day of 24 hours, all alike."""
    number = 24 * 60 // minutes
    return Slots(minutes, (wh,) * number, **more)


HOURS = {"t1": day_slots(), "t2": day_slots(wh=50)}
DAY_SUMS: Point = {"t1": counted(2.4), "t2": counted(1.2)}
POINT: Point = {"t1": counted(0.1), "t2": counted(0.05)}


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (Stored(MONDAY, buckets_of(MONDAY, POINT), LedgerDay(HOURS), DAY_SUMS), (24, 3.6, 24)),
        (Stored(MONDAY, None, LedgerDay(HOURS), DAY_SUMS), (24, 3.6, 24)),
        (Stored(MONDAY, None, None, DAY_SUMS), (1, 3.6, 24)),
        (Stored(MONDAY), (0, 0.0, 0)),
        # A correction, or another device, knows another sum.
        (Stored(MONDAY, None, LedgerDay(HOURS), DAY_SUMS | {"t1": counted(2.5)}), (1, 3.7, 24)),
        (Stored(MONDAY, None, LedgerDay(HOURS), {"t1": counted(2.4)}), (0, 0.0, 0)),
        (Stored(MONDAY, None, LedgerDay(HOURS)), (0, 0.0, 0)),
        # The other file knows more.
        (
            Stored(MONDAY, buckets_of(MONDAY, POINT, first=12), LedgerDay(HOURS), DAY_SUMS),
            (24, 3.6, 24),
        ),
        (Stored(MONDAY, buckets_of(MONDAY, POINT, first=12), None, DAY_SUMS), (1, 3.6, 24)),
        (
            Stored(MONDAY, buckets_of(MONDAY, POINT, 10, first=1), None, DAY_SUMS),
            (143, 21.45, 23.833333),
        ),
        # One of the counters is only in the days.
        (Stored(MONDAY, None, LedgerDay({"t1": day_slots()}), DAY_SUMS), (1, 3.6, 24)),
        # Slots of two lengths.
        (
            Stored(
                MONDAY, None, LedgerDay({"t1": day_slots(), "t2": day_slots(15, 12)}),
                DAY_SUMS | {"t2": counted(1.152)},
            ),
            (24, 3.552, 24),
        ),
        (
            Stored(
                LONG_DAY, None,
                LedgerDay({name: Slots(30, (40,) * 50) for name in ("t1", "t2")}),
                {"t1": counted(2.0), "t2": counted(2.0)},
            ),
            (50, 4.0, 25),
        ),
    ],
)  # fmt: skip
def test_which_file_is_taken(stored: Stored, expected: tuple[int, float, float]) -> None:
    """The finest that knows about as much as any other, each in whole for a flow."""
    assert sums(known_of(["import"], [stored]), "import") == expected


def test_each_flow_has_the_file_that_tells_it() -> None:
    """A register that the ledger keeps is told by slots, if a sum with another one is not."""
    stored = Stored(MONDAY, None, LedgerDay({"t1": day_slots()}), DAY_SUMS)
    known = known_of(["import", "t1", "t2", "gas"], [stored])
    assert {name: sums(known, name)[0] for name in known.energy} == {
        "import": 1,
        "t1": 24,
        "t2": 1,
        "gas": 0,
    }


WAYS = {"grid": day_slots(wh=-50, back=(80,) * 24), "sun": day_slots(wh=200)}
HALF: dict[str, Any] = {"known": (1.0,) * 12 + (0.5,) * 12}


@pytest.mark.parametrize(
    ("roles", "slots", "coverage", "expected"),
    [
        (BOTH_WAYS, WAYS, 1.0, {"import": 0.72, "export": 1.92, "solar": 4.8, "house": 3.6}),
        (TURNED, WAYS, 1.0, {"import": 1.92, "export": 0.72, "solar": 4.8, "house": 6.0}),
        (
            BOTH_WAYS,
            WAYS | {"grid": day_slots(wh=-50, back=(80,) * 23 + (None,))},
            1.0,
            {"import": 0.72, "export": 1.92, "solar": 4.8, "house": 3.6},
        ),
        (
            BOTH_WAYS,
            WAYS | {"grid": day_slots(wh=-50, back=(80,) * 24, **HALF)},
            0.75,
            {"import": 0.72, "export": 1.92, "solar": 4.8, "house": 1.8},
        ),
    ],
)
def test_ways_of_a_power(
    roles: Roles, slots: Mapping[str, Slots], coverage: float, expected: Mapping[str, float]
) -> None:
    """What flowed each way; if a slot does not tell it, the day may.

    A sum of series that are known of different times is unknown.
    """
    day = {"grid": powered(-1.2, 1.92, coverage), "sun": powered(4.8)}
    stored = Stored(MONDAY, None, LedgerDay(slots), day)
    known = known_of(list(expected), [stored], roles)
    assert {name: sums(known, name)[1] for name in expected} == expected


def test_a_flow_that_is_not_there() -> None:
    """No solar means no sun, and that is known; a house that is neither is unknown."""
    known = known_of(["solar", "export"], [Stored(MONDAY)])
    assert {name: sums(known, name) for name in known.energy} == {
        "solar": (24, 0.0, 24.0),
        "export": (24, 0.0, 24.0),
    }
    only_sun = Roles.written({"solar": ["sun"]}, {})
    assert sums(known_of(["house"], [Stored(MONDAY)], only_sun), "house") == (0, 0.0, 0)


def test_a_counter_that_returns_after_days() -> None:
    """The days before tell when it was lost; they are not told themselves."""
    lost = Slots(60, (100,) * 20 + (None,) * 4, known=(1.0,) * 20 + (0.0,) * 4)
    back = Slots(60, (None,) * 9 + (3000,) + (100,) * 14, known=(0.0,) * 9 + (1.0,) * 15)
    days = [
        Stored(MONDAY, None, LedgerDay({"t1": lost}), {"t1": counted(2.0, 0.8333)}),
        Stored(MONDAY + DAY),
        Stored(MONDAY + 2 * DAY, None, LedgerDay({"t1": back}), {"t1": counted(4.4, 0.625)}),
    ]
    roles = Roles.written({"import": ["t1"]}, {})
    first, *_ = known_of(["import"], days, roles).energy["import"]
    start = day_span(MONDAY, ZONE).start
    assert (first.start, first.end) == (start + 20 * HOUR, start + 58 * HOUR)
    assert (first.kwh, round(first.coverage * 38, 6)) == (3.0, 1.0)
    supply = Supply(ZONE, planned(roles, KINDS), KINDS, {}, start)
    assert [supply.is_lost("import", day) for day in days] == [True, True, False]


# --- prices ---------------------------------------------------------------------------------------


def priced_point(price: float, coverage: float = 1.0) -> Point:
    """Return a bucket of a price."""
    return {"epex": Value(mean=price, min=price, max=price, coverage=coverage)}


QUARTERS = Steps(15, tuple(number / 1000 for number in range(96)))
HOLED = Steps(15, (None, *QUARTERS.price[1:]))


@pytest.mark.parametrize(
    ("stored", "billed", "number", "mean"),
    [
        (Stored(MONDAY, None, LedgerDay({}, {"epex": QUARTERS})), 15, 96, 0.0475),
        (Stored(MONDAY, None, LedgerDay({}, {"epex": QUARTERS})), 60, 24, 0.0475),
        (Stored(MONDAY, None, LedgerDay({}, {"epex": HOLED})), 15, 95, 0.048),
        (Stored(MONDAY, None, LedgerDay({}, {"epex": HOLED})), 60, 23, 0.0495),
        (Stored(MONDAY, buckets_of(MONDAY, priced_point(0.2), 15)), 60, 24, 0.2),
        (Stored(MONDAY, buckets_of(MONDAY, priced_point(0.2), 10)), 15, 96, 0.2),
        (Stored(MONDAY, buckets_of(MONDAY, priced_point(0.2, 0.5), 10)), 15, 0, None),
        (
            Stored(
                MONDAY,
                buckets_of(MONDAY, priced_point(0.2), first=12),
                LedgerDay({}, {"epex": QUARTERS}),
            ),
            15, 96, 0.0475,
        ),
        (Stored(MONDAY, None, None, priced_point(0.2)), 15, 0, None),
    ],
)  # fmt: skip
def test_prices(stored: Stored, billed: int, number: int, mean: float | None) -> None:
    """By the steps that are billed, each wholly known; a day's mean is no price."""
    found = known_of([], [stored], epex=Tariffing(15, billed)).prices["epex"]
    assert len(found) == number
    assert (sum(each.price for each in found) / number if number else None) == (
        pytest.approx(mean) if mean else None
    )


# --- what is wanted -------------------------------------------------------------------------------


def test_what_prices_some_lines() -> None:
    """A demand depends on earlier months; all else is of the days themselves."""
    days = Days(MONDAY, MONDAY + 7 * DAY)
    lines = [
        line(per="t1", less="export", within="bill", rate=0.1),
        line(price="epex"),
        line(per="kW month", rate=4.0, months=3, of="house"),
        line(per="day", rate=1.0),
        line(percent=21),
    ]
    wanted = Wanted.by(lines, days, ["import"])
    assert wanted.energy == {
        "import": MONDAY,
        "t1": MONDAY,
        "export": MONDAY,
        "house": date(2025, 11, 1),
    }
    assert wanted.prices == {"epex": MONDAY}
    later = Wanted({"t1": MONDAY - timedelta(days=3)}, {"epex": MONDAY + DAY})
    both = Wanted.together([wanted, later])
    assert (both.energy["t1"], both.prices["epex"]) == (MONDAY - timedelta(days=3), MONDAY)
