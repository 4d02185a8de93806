"""money.json: what the page shows of money, computed from what is known.

The same data gives the same bytes, and each day has a line of its own. `money.schema.json` beside
this module describes the form for other programs.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from powerstats_cli.core import zones
from powerstats_cli.core.buckets import COVERAGE_DECIMALS
from powerstats_cli.core.energy.bills import WRITTEN_DECIMALS, Bill, bill, rounded
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.costs import Row, by_days, days_of
from powerstats_cli.core.energy.metering import Known, Price, priced
from powerstats_cli.core.energy.rates import Registers, kinds, rates, united
from powerstats_cli.core.energy.statement import Row as Line
from powerstats_cli.core.energy.statement import statement
from powerstats_cli.core.energy.tariffs import Days
from powerstats_cli.core.periods import DAY, MICROSECOND, local_day

TIER: Final = "money"
VERSION: Final = 1
MOST_DAYS: Final = 400
# Rates are told for the day on which the data ends, and for the next one.
RATED_DAYS: Final = 2
_KWH: Final = 3

Step = tuple[str, float | None, str]
"""The beginning of a stretch of time, what a kWh costs in it, and its zone."""


class InForce(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tariff and the days on which it is in force; `until` is the first day no more."""

    name: str
    since: date = msgspec.field(name="from")
    until: date | None = None


class Rated(msgspec.Struct, frozen=True):
    """What a kWh of a flow costs, or brings, through two days; `of` is its series or its flow."""

    of: str
    flow: str
    steps: Sequence[Step]
    until: str


class Part(msgspec.Struct, frozen=True):
    """A zone or a block of a line: its kWh, and what they cost."""

    name: str
    quantity: float | None
    amount: float | None


class BillLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of a bill, rounded as on paper; None if it is a demand of which nothing is known."""

    name: str
    quantity: float | None
    unit: str
    amount: float | None
    parts: Sequence[Part] = ()


class RunningBill(msgspec.Struct, frozen=True):
    """The bill of the day on which the data ends, so far: `days` of those before `until`."""

    tariff: str
    since: date = msgspec.field(name="from")
    until: date
    days: int
    lines: Sequence[BillLine]
    amount: float
    known: float
    unpriced: float
    split: float


class Day(msgspec.Struct, frozen=True):
    """What a day costs: None is unknown, and an amount that no tariff tells."""

    day: date = msgspec.field(name="date")
    imported: float | None = msgspec.field(name="import")
    export: float | None
    energy: float | None
    fixed: float | None
    amount: float | None
    coverage: float


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """The document. Its days end with the one on which the data ends, as far as that has gone.

    `basis` is another one if closed days may have other amounts than in an earlier document.
    """

    version: int = VERSION
    tier: str = TIER
    timezone: str
    last_update: datetime
    basis: str = ""
    currency: str
    decimals: int
    tariffs: Sequence[InForce]
    rates: Sequence[Rated]
    bill: RunningBill | None
    days: Sequence[Day]


class Household(msgspec.Struct, frozen=True):
    """What a home's money depends on beside its contract: `known` is what it used so far.

    `present` has the prices that hold when that ends, as far as they are known to hold;
    `units` those of series that are not in kWh.
    """

    known: Known
    registers: Registers = {}
    units: Mapping[str, str] = {}
    present: Mapping[str, Price] = {}


def money(
    contract: Contract, home: Household, days: Days, earlier: Sequence[Day] = (), basis: str = ""
) -> Money:
    """Return what the page shows of money of some days, and of the day on which the data ends.

    `earlier` are the days before them, as they were computed. Nothing is told of the hours in which
    energy flowed.
    """
    today = local_day(home.known.until - MICROSECOND, contract.timezone)
    bills = [
        bill(contract.lines(term.tariff), term, contract.home, home.known)
        for term in contract.terms(days)
    ]
    running = [each for each in bills if each.term.days.first <= today < each.term.days.end]
    rows = by_days((Days(day, day + DAY) for day in days), days_of(bills), home.known, contract)
    return Money(
        timezone=zones.current(contract.timezone.key),
        last_update=_local(home.known.until, contract),
        basis=basis,
        currency=contract.currency,
        decimals=contract.decimals,
        tariffs=[InForce(contract.shown(one.name), *one[1:]) for one in contract.timeline],
        rates=list(_rates(contract, today, home)),
        bill=_running(contract, running[0], home.units) if running else None,
        days=[*earlier, *(_day(row, contract) for row in rows)],
    )


def encode(document: Money) -> bytes:
    """Return the bytes of a document: a line for its head, and one for each day."""
    head = msgspec.json.encode(msgspec.structs.replace(document, days=())).removesuffix(b"[]}")
    lines = b",\n".join(map(msgspec.json.encode, document.days))
    return head + b"[\n" + lines + b"\n]}\n"


def decode(raw: bytes) -> Money | None:
    """Return the document in some bytes, None if there is none of this version in them."""
    try:
        found = msgspec.json.decode(raw, type=Money)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return found if found.version == VERSION and found.tier == TIER else None


def _day(row: Row, contract: Contract) -> Day:
    return Day(
        local_day(row.span.start, contract.timezone),
        _rounded(row.imported, _KWH),
        _rounded(row.exported, _KWH),
        _rounded(row.energy, WRITTEN_DECIMALS),
        _rounded(row.fixed, WRITTEN_DECIMALS),
        _rounded(row.amount, WRITTEN_DECIMALS),
        round(row.known, COVERAGE_DECIMALS),
    )


def _rounded(number: float | None, decimals: int) -> float | None:
    return None if number is None else round(number, decimals) + 0.0  # no -0.0


# --- the running bill -----------------------------------------------------------------------------


def _running(contract: Contract, found: Bill, units: Mapping[str, str]) -> RunningBill:
    decimals = contract.decimals
    return RunningBill(
        tariff=contract.shown(found.term.tariff),
        since=found.term.days.first,
        until=found.term.days.end,
        days=len(found.days),
        lines=[_line(each, decimals) for each in statement(found, units, contract.received)],
        amount=found.total(decimals),
        known=round(found.known, COVERAGE_DECIMALS),
        unpriced=round(found.unpriced, _KWH),
        split=round(found.split, _KWH),
    )


def _line(row: Line, decimals: int) -> BillLine:
    parts = (
        Part(each.part, _rounded(each.quantity, _KWH), _on_paper(each.amount, decimals))
        for each in row.parts
    )
    quantity, amount = _rounded(row.quantity, _KWH), _on_paper(row.amount, decimals)
    return BillLine(row.name, quantity, row.unit, amount, tuple(parts))


def _on_paper(amount: float | None, decimals: int) -> float | None:
    return None if amount is None else rounded(amount, decimals) + 0.0


# --- rates ----------------------------------------------------------------------------------------


def _rates(contract: Contract, today: date, home: Household) -> Iterator[Rated]:
    """Yield what each kind of kWh costs on the day on which the data ends, and on the next one."""
    known = _with(home.known, home.present)
    days = Days(today, today + RATED_DAYS * DAY)
    terms = {day: one for day in days if (one := contract.term(day))}
    lines = {day: contract.lines(one.tariff) for day, one in terms.items()}
    for names in dict.fromkeys(
        each for some in lines.values() for each in kinds(some, home.registers)
    ):
        found = united(
            rate
            for day, some in lines.items()
            for rate in rates(some, terms[day], day, names, contract.home, known)
        )
        if found:
            flow = next((name for name in ("import", "export") if name in names), "")
            yield Rated(
                min(names - {flow}, default=flow),
                flow,
                [(_minute(rate.start, contract), rate.rate, rate.zone) for rate in found],
                _minute(found[-1].end, contract),
            )


def _minute(instant: datetime, contract: Contract) -> str:
    """Return an instant without its seconds, which no rate has, so that the file is smaller."""
    return _local(instant, contract).isoformat(timespec="minutes")


def _with(known: Known, present: Mapping[str, Price]) -> Known:
    """Return what is known with the prices of the present, which no bill has yet."""
    prices = {name: priced([*known.prices.get(name, ()), price]) for name, price in present.items()}
    return msgspec.structs.replace(known, prices={**known.prices, **prices})


def _local(instant: datetime, contract: Contract) -> datetime:
    return instant.astimezone(contract.timezone)
