"""A tariff on a day, as it is checked before it is trusted."""

from collections.abc import Sequence
from datetime import date

import msgspec

from powerstats_cli.core.energy.contract import Contract
from powerstats_cli.core.energy.day_rates import Kwh, fixed_amount, kwh_rates
from powerstats_cli.core.energy.metering import Known
from powerstats_cli.core.energy.rates import Registers
from powerstats_cli.core.energy.tariff_lines import Line
from powerstats_cli.core.energy.tariffs import Days, placed_lines
from powerstats_cli.core.periods import DAY


class TariffDay(msgspec.Struct, frozen=True):
    """What a tariff costs on a day: each kind of kWh, what is fixed on it, and in its year.

    `lines` are all of its lines, each with the tariff that it stands in. `is_in_force` is None if
    it never was.
    """

    name: str
    day: date
    is_in_force: bool | None
    kwh: Sequence[Kwh]
    fixed_day: float
    fixed_year: float
    lines: Sequence[tuple[str, Line]]


def tariff_day(
    contract: Contract, name: str, day: date, registers: Registers, known: Known
) -> TariffDay:
    """Return what a tariff costs on a day, of which `known` has the prices."""
    lines = contract.lines(name)
    in_force = [each.has(day) for each in contract.timeline if each.name == name]
    year = Days(date(day.year, 1, 1), date(day.year + 1, 1, 1))
    return TariffDay(
        name,
        day,
        any(in_force) if in_force else None,
        kwh_rates(lines, day, registers, contract.home, known),
        fixed_amount(lines, Days(day, day + DAY)),
        fixed_amount(lines, year),
        list(placed_lines(contract.tariffs, name)),
    )
