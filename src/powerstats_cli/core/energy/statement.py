"""A bill as its lines are shown: quantities with their units, rates and amounts."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from powerstats_cli.core.energy.bills import Bill, Item
from powerstats_cli.core.energy.tariff_lines import REST, Line
from powerstats_cli.core.units import ENERGY

RATE_DECIMALS: Final = 6
DAYS: Final = "days"


class Row(msgspec.Struct, frozen=True):
    """A line of a bill with its zones or blocks, if it has several; `part` is the only one's name.

    `rate` is money per unit, of time and of a demand `per` that; energy whose rate changes has the
    mean. Of a demand without a known peak quantity and amount are None.
    """

    name: str
    part: str
    quantity: float | None
    unit: str
    rate: float | None
    per: str
    amount: float | None
    parts: "Sequence[Row]" = ()


def statement(bill: Bill, units: Mapping[str, str], received: frozenset[str]) -> list[Row]:
    """Return the rows of a bill in order; `units` has those of series that are not in kWh."""
    return [_row(item, units, received) for item in bill.items]


def _row(item: Item, units: Mapping[str, str], received: frozenset[str]) -> Row:
    first, tally = item.lines[0], item.tally
    unit = _unit(first, units)
    if first.kind == "percent":
        percent = _rate(item.lines)
        return Row(item.name, "", percent, unit, None, "", tally.amount)
    if tally.is_unknown:
        return Row(item.name, "", None, unit, _rate(item.lines), first.per, None)
    if first.kind != "energy":
        return Row(item.name, "", tally.quantity, unit, _rate(item.lines), first.per, tally.amount)
    sign = -1.0 if first.per in received else 1.0
    parts = [
        Row(item.name, name, kwh, unit, _mean(amount * sign, kwh, item.lines, name), "", amount)
        for name, (kwh, amount) in tally.parts.items()
    ]
    part = parts[0].part if len(parts) == 1 else ""
    rate = _mean(tally.amount * sign, tally.kwh, item.lines, part)
    shown = "" if part == REST else part
    rest = parts if len(parts) > 1 else ()
    return Row(item.name, shown, tally.quantity, unit, rate, "", tally.amount, rest)


def _unit(line: Line, units: Mapping[str, str]) -> str:
    kinds = {"fixed": DAYS, "demand": "kW", "percent": "%"}
    return kinds.get(line.kind) or units.get(line.per, ENERGY)


def _rate(lines: Sequence[Line], part: str = "") -> float | None:
    """Return the rate that lines of one name have in common, of energy in a zone."""
    rates = {_rate_of(line, part) for line in lines}
    return rates.pop() if len(rates) == 1 else None


def _rate_of(line: Line, part: str) -> float | None:
    if line.percent is not None:
        return line.percent * line.times
    if line.price or line.blocks or (isinstance(line.rate, Mapping) and not part):
        return None
    return line.rate_in(part) * line.times


def _mean(amount: float, kwh: float, lines: Sequence[Line], part: str) -> float | None:
    """Return the rate of a zone, or the mean of what was paid for each kWh."""
    rate = _rate(lines, part)
    if rate is not None or not kwh:
        return rate
    return round(amount / kwh, RATE_DECIMALS)
