"""What one would have paid: tariffs beside each other, for the same use at the same hours."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import fsum
from typing import Final

import msgspec

from powerstats_cli.core.energy.bills import Bill, Memory, bill
from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.metering import Known, ending_in, known_share, without_sun
from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.energy.tariffs import Days, Term
from powerstats_cli.core.periods import day_span

# A day counts if so much of it can be priced.
ENOUGH: Final = 0.999
PAID: Final = "paid"
WITHOUT_SUN: Final = "without sun"


class Try(msgspec.Struct, frozen=True):
    """A tariff, or those that were in force, over some days: what each day cost, and why not.

    `name` is the tariff's name in the configuration, PAID or WITHOUT_SUN.
    """

    name: str
    amounts: Mapping[date, float]
    reasons: Mapping[date, str]

    def total(self, days: Iterable[date]) -> float:
        """Return what some days cost."""
        return fsum(self.amounts[day] for day in days)


class Comparison(msgspec.Struct, frozen=True):
    """Tariffs over the days that each of them can price, the cheapest first.

    `asked` is how many whole days were asked for, `reasons` why and how many others do not count.
    `paid` is None if on some of the days, `unpaid`, no tariff was in force. `without_sun` is by the
    tariffs in force, else by the first of those that are compared. `kwh` is the import of all days.
    """

    days: Sequence[date]
    asked: int
    reasons: Mapping[str, int]
    tries: Sequence[Try]
    paid: Try | None
    unpaid: int
    without_sun: Try | None
    kwh: float


def tried(
    name: str, contract: Contract, some: Iterable[Term], known: Known, memory: Memory | None = None
) -> Try:
    """Return what each whole day of some bills cost, and why those that cannot be priced cannot."""
    amounts: dict[date, float] = {}
    reasons: dict[date, str] = {}
    for term in some:
        lines = contract.lines(term.tariff)
        found = bill(lines, term, contract.home, known, memory)
        for day, cost in found.days.items():
            if found.shares[day] * found.priced[day] >= ENOUGH:
                amounts[day] = cost.amount
            else:
                reasons[day] = _why(lines, day, found, contract, known)
    return Try(name, amounts, reasons)


def _why(lines: Sequence[Line], day: date, found: Bill, contract: Contract, known: Known) -> str:
    """Return why a day cannot be priced."""
    span = day_span(day, contract.timezone)
    for name in sorted({name for line in lines for name in line.series}):
        if known_share(known, [name], [], span) < ENOUGH:
            return f"{name} is not wholly known"
    for name in sorted({line.price for line in lines if line.price}):
        if known_share(known, [], [name], span) < ENOUGH:
            return f"the price {name} is not wholly known"
    return "no peak is known" if not found.shares[day] else "no hours are kept"


def compared(
    contract: Contract, names: Sequence[str], days: Days, known: Known, *, is_sunless: bool
) -> Comparison:
    """Return tariffs over the days that each of them, and what was paid, can price."""
    memory: Memory = {}
    tries = [tried(name, contract, contract.terms(days, name), known, memory) for name in names]
    paid = tried(PAID, contract, contract.terms(days), known)
    is_covered = all(contract.term(day) for day in days)
    sunless = tried(
        WITHOUT_SUN,
        contract,
        contract.terms(days, None if is_covered else names[0]),
        without_sun(known),
    )
    reasons: dict[date, str] = {}
    for each in (*tries, paid, *([sunless] if is_sunless else [])):
        reasons = {**each.reasons, **reasons}
    counted = [day for day in days if day not in reasons]
    unpaid = sum(day not in paid.amounts for day in counted)
    return Comparison(
        counted,
        len(days),
        Counter(reasons[day] for day in days if day in reasons),
        sorted(tries, key=lambda each: each.total(counted)),
        None if unpaid else paid,
        unpaid,
        sunless if is_sunless else None,
        fsum(fsum(_imported(contract, known, day)) for day in counted),
    )


def _imported(contract: Contract, known: Known, day: date) -> Sequence[float]:
    span = day_span(day, contract.timezone)
    return ending_in(known.energy.get("import", ()), span).kwh
