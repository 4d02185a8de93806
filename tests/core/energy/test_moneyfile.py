"""money.json: its numbers beside those computed by hand, its bytes and its size."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from powerstats_cli.core.energy import moneyfile
from powerstats_cli.core.energy.bills import bill
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.metering import Energy, Known, energies, priced
from powerstats_cli.core.energy.moneyfile import MOST_DAYS, Household, Money, encode
from powerstats_cli.core.energy.moneyfile import money as computed
from powerstats_cli.core.energy.tariffs import Days, Tariff
from powerstats_cli.core.periods import DAY, MINUTE, local_day
from tests.core.energy.tariffing import NL, after, at, home, line, slots, steps

TODAY = date(2025, 11, 23)
SCHEMA = msgspec.json.decode(Path(moneyfile.__file__).with_name("money.schema.json").read_bytes())
ZONES = home(low="Mon-Fri 23:00-07:00", weekend="Sat,Sun").zones


def contract(
    *lines: Any, since: date = date(2025, 11, 1), received: Sequence[str] = (), **more: Any
) -> Contract:
    """Return a contract in euros with one tariff."""
    given: dict[str, Any] = {
        "bill_from": date(2025, 11, 1),
        "tariffs": {"own": Tariff(name="Our own", since=since, lines=lines)},
        **more,
    }
    return Contract(
        timezone=NL,
        currency="EUR",
        zones=ZONES,
        received=frozenset({"export", *received}),
        **given,
    )


def money(own: Contract, known: Known, registers: Mapping[str, str], **more: Any) -> Money:
    """Return the document of the days of which something is known."""
    starts = [some[0].start for some in known.energy.values() if some]
    end = local_day(known.until - MINUTE, NL) + DAY
    first = local_day(min(starts), NL) if starts else end
    days = Days(max(first, end - MOST_DAYS * DAY), end)
    return computed(own, Household(known, registers, **more), days)


def even(days: Days, kwh: float) -> list[Energy]:
    """Return hours that add up to so many kWh a day."""
    return slots(days, NL, 60, lambda _: kwh / 24)


def until(hour: int, energy: Mapping[str, Sequence[Energy]], **prices: Any) -> Known:
    """Return what is known up to an hour of today."""
    end = at(TODAY, hour)
    so_far = {
        name: energies(one for one in some if one.end <= end) for name, some in energy.items()
    }
    return Known(so_far, {name: priced(some) for name, some in prices.items()}, end)


def step_of(document: Money, of: str) -> list[tuple[str, float | None, str]]:
    """Return what a kWh costs, each step by its local date and time."""
    rated = next(each for each in document.rates if each.of == of)
    return [(f"{start[8:10]} {start[11:16]}", rate, zone) for start, rate, zone in rated.steps]


def test_days_and_the_running_bill_are_as_computed_by_hand() -> None:
    """24 kWh a day at 0.30, 6 kWh fed in at 0.10, 6.00 a month, and 20 % on all of it."""
    lines = [
        line(name="Units", rate=0.30),
        line(name="Fed in", per="export", rate=0.10),
        line(name="Standing", per="month", rate=6.0),
        line(name="VAT", percent=20),
    ]
    days = Days(date(2025, 11, 21), TODAY + DAY)
    known = until(12, {"import": even(days, 24), "export": even(days, 6)})
    found = money(contract(*lines), known, {})
    # (7.2 - 0.6) * 1.2, and 6 / 30 * 1.2.
    closed = [(one.day.day, one.imported, one.export, one.energy, one.fixed) for one in found.days]
    assert closed == [
        (21, 24.0, 6.0, 7.92, 0.24),
        (22, 24.0, 6.0, 7.92, 0.24),
        (23, 12.0, 3.0, 3.96, 0.24),
    ]
    assert [one.amount for one in found.days] == [8.16, 8.16, 4.2]
    assert {one.coverage for one in found.days} == {1.0}
    assert found.bill is not None
    # The bill began on the 1st, and nothing is known of its first 20 days.
    assert (found.bill.since, found.bill.until, found.bill.days) == (
        date(2025, 11, 1), date(2025, 12, 1), 23,
    )  # fmt: skip
    told = [(one.name, one.quantity, one.unit, one.amount) for one in found.bill.lines]
    assert told == [
        ("Units", 60.0, "kWh", 18.0),
        ("Fed in", 15.0, "kWh", -1.5),
        ("Standing", 23.0, "days", 4.6),
        ("VAT", 20.0, "%", 4.22),
    ]
    assert found.bill.amount == 25.32
    assert found.bill.known == pytest.approx(2.5 / 22.5, abs=5e-5)


def test_rates_have_all_that_is_added_to_a_kwh() -> None:
    """Zones, a tax, a percent on both, and what is paid for a kWh that is fed in."""
    lines = [
        line(name="Units", rate={"low": 0.20, "weekend": 0.22, "rest": 0.30}),
        line(name="Tax", rate=0.10),
        line(name="Standing", per="day", rate=1.0),
        line(name="VAT", percent=21),
        line(name="Fed in", per="export", rate=0.08, times=0.5),
    ]
    days = Days(TODAY, TODAY + DAY)  # a Sunday
    found = money(contract(*lines), until(12, {"import": even(days, 24)}), {})
    assert step_of(found, "import") == [
        ("23 00:00", 0.3872, "weekend"),
        ("24 00:00", 0.363, "low"),
        ("24 07:00", 0.484, ""),
        ("24 23:00", 0.363, "low"),
    ]
    assert step_of(found, "export") == [("23 00:00", 0.04, "")]


def test_a_rate_is_unknown_while_its_price_is() -> None:
    """Prices by the quarter of an hour, of which those of the future are not stored."""
    spot = line(name="Spot", price="epex", times=1.1, plus=0.02)
    prices = steps(at(TODAY, 11, 30), 15, [0.10, 0.10])
    days = Days(TODAY, TODAY + DAY)
    known = until(12, {"import": even(days, 24)}, epex=prices)
    assert step_of(money(contract(spot), known, {}), "import") == [
        ("23 00:00", None, ""),
        ("23 11:30", 0.13, ""),
        ("23 12:00", None, ""),
    ]


def test_each_register_has_its_own_rate() -> None:
    """A meter with two registers each way; gas is neither import nor export."""
    lines = [
        line(name="Low", per="import_t1", rate=0.11),
        line(name="Normal", per="import_t2", rate=0.13),
        line(name="Tax", rate=0.10),
        line(name="Fed in", per="export_t1", rate=0.07),
        line(name="Gas", per="gas", rate=1.2),
    ]
    registers = {"import_t1": "import", "import_t2": "import", "export_t1": "export"}
    days = Days(TODAY, TODAY + DAY)
    own = contract(*lines, received=["export_t1"])
    found = money(own, until(12, {"import": even(days, 24)}), registers)
    told = [(one.of, one.flow, [rate for _, rate, _ in one.steps]) for one in found.rates]
    assert told == [
        ("import_t1", "import", [0.21]),
        ("import_t2", "import", [0.23]),
        ("export_t1", "export", [0.07]),
        ("gas", "", [1.2]),
    ]


@pytest.mark.parametrize(
    ("over", "to", "used", "rates"),
    [
        ("bill", 250, 10, [3.0]),  # 225 kWh so far
        ("bill", 200, 10, [4.5]),
        ("bill days", 8, 10, [3.0]),  # 240 kWh in 30 days
        ("bill days", 7, 10, [4.5]),
        ("day", 6, 10, [3.0]),  # 5 kWh today, and none tomorrow
        ("day", 4, 10, [4.5, 3.0]),
    ],
)
def test_the_next_kwh_is_of_the_block_that_is_reached(
    over: str, to: float, used: float, rates: list[float]
) -> None:
    """10 kWh a day since the 1st, until noon of the 23rd."""
    slabs = line(name="Slabs", over=over, blocks=[{"to": to, "rate": 3.0}, {"rate": 4.5}])
    days = Days(date(2025, 11, 1), TODAY + DAY)
    found = money(contract(slabs), until(12, {"import": even(days, used)}), {})
    assert [rate for _, rate, _ in step_of(found, "import")] == rates


def test_a_bill_that_begins_tomorrow_begins_with_its_first_block() -> None:
    """The bill ends with today."""
    slabs = line(name="Slabs", blocks=[{"to": 100, "rate": 3.0}, {"rate": 4.5}])
    days = Days(date(2025, 11, 1), TODAY + DAY)
    own = contract(slabs, bill_from=date(2025, 1, 24))
    found = money(own, until(12, {"import": even(days, 10)}), {})
    assert step_of(found, "import") == [("23 00:00", 4.5, ""), ("24 00:00", 3.0, "")]


@pytest.mark.parametrize(("fed", "paid", "got"), [(6.0, 0.30, 0.30), (14.0, 0.05, 0.05)])
def test_what_is_netted_within_a_bill_has_the_rate_of_what_is_over(
    fed: float, paid: float, got: float
) -> None:
    """10 kWh a day are taken: a kWh more is one more of import, or one less of the surplus."""
    lines = [
        line(name="Import", less="export", within="bill", rate=0.30),
        line(name="Surplus", per="export", less="import", within="bill", rate=0.05),
    ]
    days = Days(date(2025, 11, 1), TODAY + DAY)
    known = until(12, {"import": even(days, 10), "export": even(days, fed)})
    found = money(contract(*lines), known, {})
    assert [step_of(found, of)[0][1] for of in ("import", "export")] == [paid, got]


def test_days_without_a_tariff_have_no_amount() -> None:
    """The tariff begins on the 22nd; half of the 22nd is unknown."""
    days = Days(date(2025, 11, 21), TODAY + DAY)
    use = [one for one in even(days, 24) if not at(date(2025, 11, 22), 6) <= one.start < at(
        date(2025, 11, 22), 18)]  # fmt: skip
    own = contract(line(name="Units", rate=0.5), since=date(2025, 11, 22))
    found = money(own, until(12, {"import": use}), {})
    told = [(one.imported, one.amount, one.coverage) for one in found.days]
    assert told == [(24.0, None, 0.0), (12.0, 6.0, 0.5), (12.0, 6.0, 1.0)]
    assert [one.export for one in found.days] == [None, None, None]


def test_nothing_known_is_no_day_and_no_bill() -> None:
    """A home before its first bucket."""
    found = money(contract(line(rate=0.3), since=date(2026, 1, 1)), until(12, {}), {})
    assert (found.days, found.bill, found.rates) == ([], None, [])
    jsonschema.validate(msgspec.json.decode(encode(found)), SCHEMA)


def test_a_year_is_small_and_follows_the_schema() -> None:
    """The longest numbers that a home has, quarter-hour prices, nine lines."""
    zones = {"low": 0.223456, "weekend": 0.223457, "rest": 0.313456}
    lines = [
        *(line(name=f"A line with a long name {each}", rate=zones) for each in range(3)),
        *(line(name=f"Another line of a bill {each}", per="month", rate=7.77) for each in range(3)),
        line(name="Spot", price="epex", plus=0.018),
        line(name="Spot fed in", per="export", price="epex"),
        line(name="VAT", percent=21),
    ]
    days = Days(TODAY - 410 * DAY, TODAY + DAY)
    energy = {name: even(days, 123.45678 + len(name)) for name in ("import", "export")}
    prices = steps(at(TODAY, 0), 15, [0.1 + each / 997 for each in range(92)])
    known = until(23, energy, epex=prices)
    own = contract(*lines, since=date(2024, 1, 1), bill_months=12)
    found = money(own, known, {})
    raw = encode(found)
    assert len(found.days) == moneyfile.MOST_DAYS
    assert len(raw) <= 60_000
    assert len(raw.splitlines()) == moneyfile.MOST_DAYS + 2
    written = msgspec.json.decode(raw)
    jsonschema.validate(written, SCHEMA)
    # Days add up to what their bills are, since the amounts are those of the bills.
    term = own.term(TODAY)
    assert term is not None
    whole = bill(own.lines("own"), term, own.home, known)
    of_bill = [one["amount"] for one in written["days"] if one["date"] >= str(term.days.first)]
    assert sum(of_bill) == pytest.approx(whole.amount, abs=1e-4 * len(of_bill))


def test_the_schema_refuses_what_is_no_money() -> None:
    """Another tier, and a day with a series of its own."""
    days = Days(TODAY, TODAY + DAY)
    known = until(12, {"import": [after(at(TODAY, 0), 12 * 60, 5.0)]})
    raw, again = (encode(money(contract(line(rate=0.3)), known, {})) for _ in range(2))
    assert raw == again
    good = msgspec.json.decode(raw)
    jsonschema.validate(good, SCHEMA)
    assert len(good["days"]) == len(days)
    for bad in ({**good, "tier": "yearly"}, {**good, "days": [{**good["days"][0], "hours": []}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, SCHEMA)


def test_time_is_that_of_the_home() -> None:
    """The end of the data, with the offset of its zone."""
    known = until(12, {"import": even(Days(TODAY, TODAY + DAY), 1)})
    found = money(contract(line(rate=0.3)), known, {})
    head = msgspec.json.decode(encode(found))
    assert head["last_update"] == "2025-11-23T12:00:00+01:00"
    assert head["rates"][0]["steps"] == [["2025-11-23T00:00+01:00", 0.3, ""]]
    assert head["rates"][0]["until"] == "2025-11-25T00:00+01:00"
