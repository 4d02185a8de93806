"""money.json: what the page shows of money, computed from what is known.

The same data gives the same bytes, and each day has a line of its own. `money.schema.json` beside
this module describes the form for other programs.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from math import fsum
from typing import Final, Literal

import msgspec

from powerstats_cli.core.energy.bills import Bill, Item, bill, rounded
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.metering import Known, ending_in
from powerstats_cli.core.energy.rates import Registers, kinds, rates, united
from powerstats_cli.core.energy.tariffs import Days, Term
from powerstats_cli.core.periods import DAY, MICROSECOND, day_span, local_day

TIER: Final = "money"
VERSION: Final = 1
MOST_DAYS: Final = 400
# Rates are told for the day on which the data ends, and for the next one.
RATED_DAYS: Final = 2
_KWH, _MONEY = 3, 4

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
    quantity: float
    amount: float


class BillLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of a bill, as on paper."""

    name: str
    quantity: float
    unit: Literal["kWh", "kW", "day", "%"]
    amount: float
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
    """What a day costs. Energy of which nothing is known is null, and so is what no tariff has."""

    day: date = msgspec.field(name="date")
    imported: float | None = msgspec.field(name="import")
    export: float | None
    energy: float | None
    fixed: float | None
    amount: float | None
    coverage: float


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """The document. Its days end with the one on which the data ends, as far as that has gone."""

    version: int = VERSION
    tier: str = TIER
    timezone: str
    last_update: datetime
    currency: str
    decimals: int
    tariffs: Sequence[InForce]
    rates: Sequence[Rated]
    bill: RunningBill | None
    days: Sequence[Day]


def money(contract: Contract, known: Known, registers: Registers) -> Money:
    """Return what the page shows of money; it tells nothing of the hours in which energy flowed."""
    bills = list(_bills(contract, known))
    running = bills[-1] if bills else None
    today = _today(contract, known)
    return Money(
        timezone=contract.timezone.key,
        last_update=_local(known.until, contract),
        currency=contract.currency,
        decimals=contract.decimals,
        tariffs=[InForce(contract.shown(one.name), *one[1:]) for one in contract.timeline],
        rates=list(_rates(contract, today, known, registers)),
        bill=_running(contract, running) if running and _has(running.term, today) else None,
        days=list(_days(contract, bills, known)),
    )


def encode(document: Money) -> bytes:
    """Return the bytes of a document: a line for its head, and one for each day."""
    head = msgspec.json.encode(msgspec.structs.replace(document, days=())).removesuffix(b"[]}")
    lines = b",\n".join(map(msgspec.json.encode, document.days))
    return head + b"[\n" + lines + b"\n]}\n"


def _today(contract: Contract, known: Known) -> date:
    return local_day(known.until - MICROSECOND, contract.timezone)


def _has(term: Term, day: date) -> bool:
    return term.days.first <= day < term.days.end


# --- bills and days -------------------------------------------------------------------------------


def _shown_days(contract: Contract, known: Known) -> Days:
    """Return the last days, from the first of which anything is known."""
    end = _today(contract, known) + DAY
    starts = [some[0].start for some in known.energy.values() if some]
    first = local_day(min(starts), contract.timezone) if starts else end
    return Days(max(first, end - MOST_DAYS * DAY), end)


def _bills(contract: Contract, known: Known) -> Iterator[Bill]:
    """Yield each bill of the days that are shown, in order; the running one is the last."""
    shown = _shown_days(contract, known)
    day = shown.first
    while day < shown.end:
        term = contract.term(day)
        if term is None:
            day += DAY
            continue
        yield bill(contract.lines(term.tariff), term, contract.home, known)
        day = term.days.end


def _days(contract: Contract, bills: Sequence[Bill], known: Known) -> Iterator[Day]:
    costs = {day: cost for each in bills for day, cost in each.days.items()}
    shares = {day: share for each in bills for day, share in each.shares.items()}
    for day in _shown_days(contract, known):
        cost = costs.get(day)
        yield Day(
            day,
            _kwh(contract, known, "import", day),
            _kwh(contract, known, "export", day),
            None if cost is None else _money(cost.energy),
            None if cost is None else _money(cost.fixed),
            None if cost is None else _money(cost.amount),
            round(shares.get(day, 0.0), 4),
        )


def _kwh(contract: Contract, known: Known, flow: str, day: date) -> float | None:
    found = ending_in(known.energy.get(flow, ()), day_span(day, contract.timezone))
    return round(fsum(stretch.kwh for stretch in found), _KWH) if found else None


def _money(amount: float) -> float:
    return round(amount, _MONEY) + 0.0  # no -0.0


# --- the running bill -----------------------------------------------------------------------------


def _running(contract: Contract, found: Bill) -> RunningBill:
    decimals = contract.decimals
    return RunningBill(
        tariff=contract.shown(found.term.tariff),
        since=found.term.days.first,
        until=found.term.days.end,
        days=len(found.days),
        lines=[_line(item, decimals) for item in found.items],
        amount=found.total(decimals),
        known=round(found.known, 4),
        unpriced=round(found.unpriced, _KWH),
        split=round(found.split, _KWH),
    )


def _line(item: Item, decimals: int) -> BillLine:
    first, tally = item.lines[0], item.tally
    percent = (first.percent or 0.0) * first.times
    units: dict[str, Literal["kWh", "kW", "day", "%"]] = {
        "energy": "kWh", "demand": "kW", "fixed": "day", "percent": "%",
    }  # fmt: skip
    parts = [
        Part(name, round(kwh, _KWH), rounded(amount, decimals))
        for name, (kwh, amount) in tally.parts.items()
    ]
    return BillLine(
        item.name,
        percent if first.kind == "percent" else round(tally.quantity, _KWH),
        units[first.kind],
        rounded(tally.amount, decimals) + 0.0,
        parts if len(parts) > 1 else (),
    )


# --- rates ----------------------------------------------------------------------------------------


def _rates(contract: Contract, today: date, known: Known, registers: Registers) -> Iterator[Rated]:
    """Yield what each kind of kWh costs on the day on which the data ends, and on the next one."""
    days = Days(today, today + RATED_DAYS * DAY)
    terms = {day: one for day in days if (one := contract.term(day))}
    lines = {day: contract.lines(one.tariff) for day, one in terms.items()}
    for names in dict.fromkeys(each for some in lines.values() for each in kinds(some, registers)):
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


def _local(instant: datetime, contract: Contract) -> datetime:
    return instant.astimezone(contract.timezone)
